//! Prints programs as one WGSL kernel: one element a thread, or as many as share a word of a result; each program has threads of
//! its own. The text depends on ops, dtypes and rank alone; sizes, strides, offsets and scalars are parameters, in the order of
//! `program::words`.

use crate::elements::{Long, bits, compute_type, load, narrow, per_word, store};
use crate::not_built::not_built;
use crate::parameters::Parameters;
use crate::pipelines::{Access, WORKGROUP};
use crate::program::{Part, Target};
use crate::{prelude, rows};
use pyrite_core::program::{Arg, Input, Step};
use pyrite_core::{DType, Error, Op, Result};
use std::collections::{BTreeMap, HashMap};

struct Emitter<'p> {
    part: &'p Part<'p>,
    /// The number of the part's first buffer.
    first: usize,
    long: Long,
    parameters: &'p mut Parameters,
    functions: &'p mut BTreeMap<String, String>,
    body: String,
}

/// The text of a kernel that runs all of `parts`, without the declaration of its parameters, and the words of these.
pub fn text(parts: &[Part<'_>], long: Long) -> Result<(String, usize)> {
    let (mut parameters, mut functions) = (Parameters::default(), BTreeMap::new());
    let (mut buffers, mut code) = (String::new(), String::new());
    let mut main = String::from("    var thread = group_index(group, grid) * WORKGROUP + index;\n");
    let mut first = 0;
    for (k, part) in parts.iter().enumerate() {
        for (number, binding) in (first..).zip(&part.bindings) {
            let access = if binding.access == Access::Read { "read" } else { "read_write" };
            let ty = if binding.is_atomic { "atomic<u32>" } else { "u32" };
            let at = number + 1;
            buffers
                .push_str(&format!("@group(0) @binding({at}) var<storage, {access}> buffer{number}: array<{ty}>;\n"));
        }
        let (parameters, functions) = (&mut parameters, &mut functions);
        let mut emitter = Emitter { part, first, long, parameters, functions, body: String::new() };
        let (numel, body) = emitter.body()?;
        code.push_str(&format!("fn part{k}(thread: u32) {{\n{body}}}\n\n"));
        if k + 1 == parts.len() {
            main.push_str(&format!("    part{k}(thread);\n"));
        } else {
            let span = part.lanes * WORKGROUP;
            main.push_str(&format!("    let threads{k} = ({numel} + {}u) / {span}u * WORKGROUP;\n", span - 1));
            main.push_str(&format!(
                "    if thread < threads{k} {{ part{k}(thread); return; }}\n    thread -= threads{k};\n"
            ));
        }
        first += part.bindings.len();
    }
    let functions: String = functions.values().map(String::as_str).collect();
    let needed = prelude::needed(&format!("{functions}{code}{main}"), &HashMap::new());
    let text = format!(
        "{buffers}\nconst WORKGROUP = {WORKGROUP}u;\n\n{needed}{functions}{code}@compute @workgroup_size({WORKGROUP})\nfn main(\n    \
         @builtin(workgroup_id) group: vec3<u32>,\n    @builtin(num_workgroups) grid: vec3<u32>,\n    \
         @builtin(local_invocation_index) index: u32,\n) {{\n{main}}}\n"
    );
    Ok((text, parameters.len()))
}

impl Emitter<'_> {
    /// The WGSL of the next parameter.
    fn word(&mut self) -> String {
        self.parameters.word(0)
    }

    /// The WGSL of the number of elements, and of the function of one thread.
    fn body(&mut self) -> Result<(String, String)> {
        let program = self.part.program;
        let dtypes: Vec<DType> = program.outputs.iter().map(|&step| program.steps[step].dtype()).collect();
        let numel = self.word();
        self.axes();
        for (k, input) in program.inputs.iter().enumerate() {
            self.input(k, input)?;
        }
        for (k, &(_, dtype)) in program.scalars.iter().enumerate() {
            self.scalar(k, dtype)?;
        }
        for (k, step) in program.steps.iter().enumerate() {
            let value = match step {
                Step::Apply { op, dtype, args } => self.apply(*op, *dtype, args)?,
                Step::Cast { from, to, arg } => self.cast(*from, *to, &name(arg))?,
            };
            self.line(&format!("let step{k} = {value};"));
        }
        for (k, &dtype) in dtypes.iter().enumerate() {
            self.store(k, dtype)?;
        }
        let body = self.assemble(&dtypes, &numel);
        Ok((numel, body))
    }

    fn line(&mut self, text: &str) {
        self.body.push_str("    ");
        self.body.push_str(text);
        self.body.push('\n');
    }

    /// The element's place along each axis, where an input needs it.
    fn axes(&mut self) {
        if self.part.program.inputs.iter().all(|input| input.layout.is_contiguous()) {
            return;
        }
        let first = self.word();
        self.line(&format!("var rest = {first} + i;"));
        for axis in (0..self.part.program.shape.len()).rev() {
            let size = self.word();
            self.line(&format!("let axis{axis} = rest % {size};"));
            self.line(&format!("rest /= {size};"));
        }
    }

    /// Strides below zero rely on 32-bit sums that wrap.
    fn input(&mut self, k: usize, input: &Input) -> Result<()> {
        let mut place = self.word();
        if input.layout.is_contiguous() {
            place.push_str(" + i");
        } else {
            for axis in 0..input.layout.rank() {
                place.push_str(&format!(" + axis{axis} * {}", self.word()));
            }
        }
        self.line(&format!("let at{k} = {place};"));
        if self.part.target == Target::PlacesOf(k) {
            return Ok(());
        }
        let known = self.part.bindings.iter().position(|binding| binding.buffer.same(&input.buffer));
        let Some(binding) = known else { return not_built("a program with an input that is not bound") };
        let is_atomic = self.part.bindings[binding].is_atomic;
        let words = format!("buffer{}", self.first + binding);
        let value = load(input.dtype, self.long, &words, is_atomic, &format!("at{k}"))?;
        self.line(&format!("let input{k} = {value};"));
        Ok(())
    }

    fn scalar(&mut self, k: usize, dtype: DType) -> Result<()> {
        let text = match dtype {
            DType::I64 | DType::F64 => {
                let t = compute_type(dtype, self.long).unwrap_or_default();
                format!("join_{t}({}, {})", self.word(), self.word())
            }
            DType::Bool => format!("{} != 0u", self.word()),
            DType::F32 | DType::F16 | DType::BF16 => narrow(dtype, &format!("bitcast<f32>({})", self.word())),
            DType::I32 | DType::I16 | DType::I8 | DType::U8 => narrow(dtype, &format!("bitcast<i32>({})", self.word())),
            other => return not_built(&format!("a number as {}", other.name())),
        };
        self.line(&format!("let scalar{k} = {text};"));
        Ok(())
    }

    /// The call of an op. A bool becomes 0 or 1 on the way in, and what is not 0 becomes true on the way out.
    fn apply(&mut self, op: Op, dtype: DType, args: &[Arg]) -> Result<String> {
        let function = compute_type(dtype, self.long).and_then(|compute| Some((compute, rows::function(op, compute)?)));
        let Some((compute, text)) = function else { return unsupported(op, dtype) };
        self.functions.insert(rows::name(op, compute), text);
        let is_bool = dtype == DType::Bool;
        let args: Vec<String> = args
            .iter()
            .enumerate()
            .map(|(i, arg)| if is_bool && !op.is_condition(i) { format!("i32({})", name(arg)) } else { name(arg) })
            .collect();
        let call = format!("{}({})", rows::name(op, compute), args.join(", "));
        if op.result(DType::I32) == DType::Bool || matches!(op, Op::copy | Op::select) && !is_bool {
            return Ok(call);
        }
        Ok(if is_bool { format!("{call} != 0") } else { narrow(dtype, &call) })
    }

    /// The value, in the compute type of `from`, as `to` holds it.
    fn cast(&self, from: DType, to: DType, value: &str) -> Result<String> {
        let refused = || not_built(&format!("a cast from {} to {}", from.name(), to.name()));
        let (Some(source), Some(target)) = (compute_type(from, self.long), compute_type(to, self.long)) else {
            return refused();
        };
        if to == DType::Bool {
            return Ok(format!("is_true_{source}({value})"));
        }
        let value = if from == DType::Bool { format!("i32({value})") } else { value.to_owned() };
        let is_small = target == "i32" && to != DType::I32;
        let converted = match (source, target) {
            (a, b) if a == b => value,
            ("f32" | "f64", "i32") if is_small => format!("wrap_{source}({value})"),
            ("f32" | "f64", "i32" | "i64" | "pair") => format!("truncate_{source}_{target}({value})"),
            ("pair", _) | (_, "pair") => format!("{target}_of_{source}({value})"),
            _ => format!("{target}({value})"),
        };
        Ok(narrow(to, &converted))
    }

    /// Writes a result, or adds it to the word that it shares with its neighbours.
    fn store(&mut self, k: usize, dtype: DType) -> Result<()> {
        let value = format!("step{}", self.part.program.outputs[k]);
        let value = if dtype == DType::Bool { format!("i32({value})") } else { value };
        let (count, words) = (per_word(dtype), format!("buffer{}", self.first + k));
        let text = match self.part.target {
            Target::Dense if count == 1 => store(dtype, self.long, &words, "i", &value, false)?,
            Target::Dense => {
                let bits = bits(dtype, &value)?;
                format!("packed{k}[lane / {count}u] |= {bits} << (lane % {count}u * {}u);", 32 / count)
            }
            Target::PlacesOf(input) => {
                store(dtype, self.long, &words, &format!("at{input}"), &value, self.part.bindings[k].is_atomic)?
            }
        };
        self.line(&format!("{{ {text} }}"));
        Ok(())
    }

    /// The elements of one thread, around the lines that compute one.
    fn assemble(&self, dtypes: &[DType], numel: &str) -> String {
        let lanes = self.part.lanes;
        let mut out = format!("    let first = thread * {lanes}u;\n    if first >= {numel} {{ return; }}\n");
        if lanes == 1 {
            return format!("{out}    let i = first;\n{}", self.body);
        }
        let packed: Vec<(usize, usize)> =
            dtypes.iter().map(|&dtype| per_word(dtype)).enumerate().filter(|&(_, count)| count > 1).collect();
        for (k, count) in &packed {
            out.push_str(&format!("    var packed{k}: array<u32, {}>;\n", lanes / count));
        }
        out.push_str(&format!(
            "    for (var lane = 0u; lane < {lanes}u; lane++) {{\n    let i = first + lane;\n    if i >= {numel} {{ break; }}\n{}    }}\n",
            self.body
        ));
        for (k, count) in packed {
            let buffer = self.first + k;
            for word in 0..lanes / count {
                let start = word * count;
                out.push_str(&format!(
                    "    if first + {start}u < {numel} {{ buffer{buffer}[first / {count}u + {word}u] = packed{k}[{word}]; }}\n"
                ));
            }
        }
        out
    }
}

fn name(arg: &Arg) -> String {
    match arg {
        Arg::Input(k) => format!("input{k}"),
        Arg::Scalar(k) => format!("scalar{k}"),
        Arg::Step(k) => format!("step{k}"),
    }
}

/// The refusal of an op that has no WGSL for a dtype.
fn unsupported<T>(op: Op, dtype: DType) -> Result<T> {
    if dtype == DType::F64 {
        let op = op.name();
        return Err(Error::NotBuilt(format!(
            "gpu: {op} of float64 is not available, because GPUs have no such functions in 64 bits: use .float(), move the \
             tensor with .cpu(), or set PYRITE_GPU_FALLBACK=1"
        )));
    }
    if dtype == DType::I64 {
        let op = op.name();
        return Err(Error::Invalid(format!(
            "gpu: {op} of int64 is not available on this device, which has no 64-bit integers and divides none: use .int(), or \
             move the tensor with .cpu()"
        )));
    }
    not_built(&format!("{} of {}", op.name(), dtype.name()))
}
