//! Prints a Program as one WGSL kernel: one element a thread, or as many as share a word of a result. The text depends on ops,
//! dtypes and rank alone; sizes, strides, offsets and scalars are parameters, in the order of `program::words`.

use crate::elements::{bits, compute_type, load, narrow, per_word, store};
use crate::not_built::not_built;
use crate::parameters::Parameters;
use crate::pipelines::{Access, WORKGROUP};
use crate::program::{Binding, Target};
use crate::{prelude, rows};
use pyrite_core::program::{Arg, Input, Program, Step};
use pyrite_core::{DType, Error, Op, Result};
use std::collections::{BTreeMap, HashMap};

struct Emitter<'p> {
    program: &'p Program,
    target: Target,
    bindings: &'p [Binding<'p>],
    parameters: Parameters,
    functions: BTreeMap<String, String>,
    body: String,
}

/// The text of a program's kernel, without the declaration of its parameters, and the words of these.
pub fn text(program: &Program, target: Target, bindings: &[Binding<'_>], lanes: usize) -> Result<(String, usize)> {
    let (parameters, functions, body) = (Parameters::default(), BTreeMap::new(), String::new());
    let mut emitter = Emitter { program, target, bindings, parameters, functions, body };
    let text = emitter.text(lanes)?;
    Ok((text, emitter.parameters.len()))
}

impl Emitter<'_> {
    /// The WGSL of the next parameter.
    fn word(&mut self) -> String {
        self.parameters.word(0)
    }

    fn text(&mut self, lanes: usize) -> Result<String> {
        let dtypes: Vec<DType> = self.program.outputs.iter().map(|&step| self.program.steps[step].dtype()).collect();
        let numel = self.word();
        self.axes();
        for (k, input) in self.program.inputs.iter().enumerate() {
            self.input(k, input)?;
        }
        for (k, &(_, dtype)) in self.program.scalars.iter().enumerate() {
            self.scalar(k, dtype)?;
        }
        for (k, step) in self.program.steps.iter().enumerate() {
            let value = match step {
                Step::Apply { op, dtype, args } => self.apply(*op, *dtype, args)?,
                Step::Cast { from, to, arg } => cast(*from, *to, &name(arg))?,
            };
            self.line(&format!("let step{k} = {value};"));
        }
        for (k, &dtype) in dtypes.iter().enumerate() {
            self.store(k, dtype)?;
        }
        Ok(self.assemble(lanes, &dtypes, &numel))
    }

    fn line(&mut self, text: &str) {
        self.body.push_str("    ");
        self.body.push_str(text);
        self.body.push('\n');
    }

    /// The element's place along each axis, where an input needs it.
    fn axes(&mut self) {
        if self.program.inputs.iter().all(|input| input.layout.is_contiguous()) {
            return;
        }
        self.line("var rest = i;");
        for axis in (0..self.program.shape.len()).rev() {
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
        if self.target == Target::PlacesOf(k) {
            return Ok(());
        }
        let known = self.bindings.iter().position(|binding| binding.buffer.same(&input.buffer));
        let Some(binding) = known else { return not_built("a program with an input that is not bound") };
        let is_atomic = self.bindings[binding].is_atomic;
        let value = load(input.dtype, &format!("buffer{binding}"), is_atomic, &format!("at{k}"))?;
        self.line(&format!("let input{k} = {value};"));
        Ok(())
    }

    fn scalar(&mut self, k: usize, dtype: DType) -> Result<()> {
        let text = match dtype {
            DType::F64 => format!("join_f64({}, {})", self.word(), self.word()),
            DType::I64 => format!("join_i64({}, {})", self.word(), self.word()),
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
        let function = compute_type(dtype).and_then(|compute| Some((compute, rows::function(op, compute)?)));
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

    /// Writes a result, or adds it to the word that it shares with its neighbours.
    fn store(&mut self, k: usize, dtype: DType) -> Result<()> {
        let value = format!("step{}", self.program.outputs[k]);
        let value = if dtype == DType::Bool { format!("i32({value})") } else { value };
        let count = per_word(dtype);
        let text = match self.target {
            Target::Dense if count == 1 => store(dtype, &format!("buffer{k}"), "i", &value, false)?,
            Target::Dense => {
                let bits = bits(dtype, &value)?;
                format!("packed{k}[lane / {count}u] |= {bits} << (lane % {count}u * {}u);", 32 / count)
            }
            Target::PlacesOf(input) => {
                store(dtype, &format!("buffer{k}"), &format!("at{input}"), &value, self.bindings[k].is_atomic)?
            }
        };
        self.line(&format!("{{ {text} }}"));
        Ok(())
    }

    fn assemble(&self, lanes: usize, dtypes: &[DType], numel: &str) -> String {
        let mut out = String::new();
        for (k, slot) in self.bindings.iter().enumerate() {
            let access = if slot.access == Access::Read { "read" } else { "read_write" };
            let ty = if slot.is_atomic { "atomic<u32>" } else { "u32" };
            out.push_str(&format!("@group(0) @binding({}) var<storage, {access}> buffer{k}: array<{ty}>;\n", k + 1));
        }
        let functions: String = self.functions.values().map(String::as_str).collect();
        let needed = prelude::needed(&format!("{functions}{}", self.body), &HashMap::new());
        out.push_str(&format!("\n{needed}{functions}"));
        out.push_str(&format!(
            "@compute @workgroup_size({WORKGROUP})\nfn main(@builtin(global_invocation_id) id: vec3<u32>, \
             @builtin(num_workgroups) grid: vec3<u32>) {{\n    let first = (id.y * grid.x * {WORKGROUP}u + id.x) * {lanes}u;\n    \
             if first >= {numel} {{ return; }}\n"
        ));
        if lanes == 1 {
            return format!("{out}    let i = first;\n{}}}\n", self.body);
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
            for word in 0..lanes / count {
                let start = word * count;
                out.push_str(&format!(
                    "    if first + {start}u < {numel} {{ buffer{k}[first / {count}u + {word}u] = packed{k}[{word}]; }}\n"
                ));
            }
        }
        out + "}\n"
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
        return Err(Error::Invalid(format!(
            "gpu: {op} of float64 is not available, because GPUs have no such functions in 64 bits: use .float(), or move the \
             tensor with .cpu()"
        )));
    }
    not_built(&format!("{} of {}", op.name(), dtype.name()))
}

/// The value, in the compute type of `from`, as `to` holds it.
fn cast(from: DType, to: DType, value: &str) -> Result<String> {
    let refused = || not_built(&format!("a cast from {} to {}", from.name(), to.name()));
    let (Some(source), Some(target)) = (compute_type(from), compute_type(to)) else { return refused() };
    if to == DType::Bool {
        return Ok(format!("is_true_{source}({value})"));
    }
    let value = if from == DType::Bool { format!("i32({value})") } else { value.to_owned() };
    let is_small = target == "i32" && to != DType::I32;
    let converted = match (source, target) {
        (a, b) if a == b => value,
        ("f32" | "f64", "i32") if is_small => format!("wrap_{source}({value})"),
        ("f32" | "f64", "i32" | "i64") => format!("truncate_{source}_{target}({value})"),
        _ => format!("{target}({value})"),
    };
    Ok(narrow(to, &converted))
}
