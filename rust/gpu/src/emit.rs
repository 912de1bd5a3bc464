//! Prints a Program as one WGSL kernel and runs it: one element a thread, or as many as share a word of a result. The text
//! depends on ops, dtypes and rank alone, so that programs which differ in sizes, strides and scalars share a kernel.

use crate::context::Context;
use crate::elements::{bits, compute_type, load, narrow, per_word, store};
use crate::kernel::{grid, run as run_kernel};
use crate::memory::device_buffer;
use crate::not_built::not_built;
use crate::parameters::Parameters;
use crate::pipelines::{Access, WORKGROUP};
use crate::{prelude, rows};
use pyrite_core::program::{Arg, Input, Program, Step};
use pyrite_core::{Buffer, DType, Error, Op, Operand, Result, Scalar};
use std::collections::{BTreeMap, HashMap};

/// The most elements that 32-bit indices reach, with room for the last workgroups of a grid.
pub const MAX_ELEMENTS: usize = 1 << 31;

/// Where the elements of a result go.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    /// One after another.
    Dense,
    /// Where the layout of this input says.
    PlacesOf(usize),
}

/// A buffer of the kernel, bound once: an input that gives its memory to a result is read through the result's binding.
struct Slot<'p> {
    buffer: &'p Buffer,
    access: Access,
    /// Whether threads write to parts of a word.
    is_atomic: bool,
}

struct Emitter<'p> {
    program: &'p Program,
    target: Target,
    parameters: Parameters,
    slots: Vec<Slot<'p>>,
    functions: BTreeMap<String, String>,
    body: String,
}

/// Evaluates a program; see `Backend::run`.
pub fn run(context: &Context, program: &Program, outputs: &[Buffer]) -> Result<()> {
    match copy_in_words(program) {
        Some(words) => launch(context, &words, outputs, Target::Dense),
        None => launch(context, program, outputs, Target::Dense),
    }
}

/// Copies into the places of `target`; see `Backend::write`. The target is one more input, for the sake of its places.
pub fn write(context: &Context, source: &Operand, target: &Operand) -> Result<()> {
    let input = |o: &Operand| Input { buffer: o.buffer.clone(), layout: o.layout.clone(), dtype: o.dtype };
    let arg = Arg::Input(0);
    let mut program = Program {
        shape: target.layout.shape.clone(),
        numel: target.layout.numel(),
        inputs: vec![input(source), input(target)],
        scalars: Vec::new(),
        steps: vec![match source.dtype == target.dtype {
            true => Step::Apply { op: Op::copy, dtype: target.dtype, args: vec![arg] },
            false => Step::Cast { from: source.dtype, to: target.dtype, arg },
        }],
        outputs: vec![0],
    };
    program.merge_axes();
    let mut program = copy_in_words(&program).unwrap_or(program);
    let dense = &program.inputs[1].layout;
    let place = if dense.is_whole(program.numel) { Target::Dense } else { Target::PlacesOf(1) };
    if place == Target::Dense {
        program.inputs.pop();
    }
    launch(context, &program, std::slice::from_ref(&target.buffer), place)
}

/// A plain copy of elements of 8 or 16 bytes as one of words, which every device can do.
fn copy_in_words(program: &Program) -> Option<Program> {
    let [Step::Apply { op: Op::copy, dtype, args }] = program.steps.as_slice() else { return None };
    let words = dtype.size() / 4;
    if words < 2 || !matches!(args[0], Arg::Input(_)) {
        return None;
    }
    let mut copy = program.clone();
    copy.numel *= words;
    copy.shape.push(words);
    copy.steps = vec![Step::Apply { op: Op::copy, dtype: DType::I32, args: args.clone() }];
    for input in &mut copy.inputs {
        input.dtype = DType::I32;
        input.layout.offset *= words;
        input.layout.strides.iter_mut().for_each(|stride| *stride *= words as isize);
        input.layout.shape.push(words);
        input.layout.strides.push(1);
    }
    copy.merge_axes();
    Some(copy)
}

/// Prints, compiles and starts a program.
fn launch(context: &Context, program: &Program, outputs: &[Buffer], target: Target) -> Result<()> {
    if program.numel == 0 {
        return Ok(());
    }
    if program.numel > MAX_ELEMENTS {
        return not_built(&format!("a program over {} elements", program.numel));
    }
    let shared = |dtype| per_word(dtype) > 1;
    let dtypes: Vec<DType> = program.outputs.iter().map(|&step| program.steps[step].dtype()).collect();
    let lanes = match target {
        Target::Dense => dtypes.iter().map(|&dtype| per_word(dtype)).max().unwrap_or(1),
        Target::PlacesOf(_) => 1,
    };
    let is_atomic = |dtype| target != Target::Dense && shared(dtype);
    let slots = outputs
        .iter()
        .zip(&dtypes)
        .map(|(buffer, &dtype)| Slot { buffer, access: Access::Write, is_atomic: is_atomic(dtype) })
        .collect();
    let (functions, body, parameters) = (BTreeMap::new(), String::new(), Parameters::default());
    let mut emitter = Emitter { program, target, parameters, slots, functions, body };
    let text = emitter.text(lanes, &dtypes)?;
    let accesses: Vec<Access> = emitter.slots.iter().map(|slot| slot.access).collect();
    let buffers: Vec<_> = emitter.slots.iter().map(|slot| device_buffer(slot.buffer)).collect::<Result<_>>()?;
    let grid = grid([program.numel.div_ceil(lanes * WORKGROUP), 1, 1])?;
    run_kernel(context, "program", &text, &accesses, &buffers, emitter.parameters, grid)
}

impl<'p> Emitter<'p> {
    fn text(&mut self, lanes: usize, dtypes: &[DType]) -> Result<String> {
        let numel = self.parameters.word(self.program.numel as u32);
        self.axes();
        for (k, input) in self.program.inputs.iter().enumerate() {
            self.input(k, input)?;
        }
        for (k, &(scalar, dtype)) in self.program.scalars.iter().enumerate() {
            self.scalar(k, scalar, dtype)?;
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
        Ok(self.assemble(lanes, dtypes, &numel))
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
        for (axis, &size) in self.program.shape.iter().enumerate().rev() {
            let size = self.parameters.word(size as u32);
            self.line(&format!("let axis{axis} = rest % {size};"));
            self.line(&format!("rest /= {size};"));
        }
    }

    /// Strides below zero rely on 32-bit sums that wrap.
    fn input(&mut self, k: usize, input: &'p Input) -> Result<()> {
        let mut place = self.parameters.word(input.layout.offset as u32);
        if input.layout.is_contiguous() {
            place.push_str(" + i");
        } else {
            for (axis, &stride) in input.layout.strides.iter().enumerate() {
                place.push_str(&format!(" + axis{axis} * {}", self.parameters.word(stride as u32)));
            }
        }
        self.line(&format!("let at{k} = {place};"));
        if self.target == Target::PlacesOf(k) {
            return Ok(());
        }
        let known = self.slots.iter().position(|slot| slot.buffer.same(&input.buffer));
        let slot = known.unwrap_or_else(|| {
            self.slots.push(Slot { buffer: &input.buffer, access: Access::Read, is_atomic: false });
            self.slots.len() - 1
        });
        let value = load(input.dtype, &format!("buffer{slot}"), self.slots[slot].is_atomic, &format!("at{k}"))?;
        self.line(&format!("let input{k} = {value};"));
        Ok(())
    }

    fn scalar(&mut self, k: usize, scalar: Scalar, dtype: DType) -> Result<()> {
        let mut wide = |bits: u64| {
            let (low, high) = (self.parameters.word(bits as u32), self.parameters.word((bits >> 32) as u32));
            format!("{low}, {high}")
        };
        let text = match dtype {
            DType::F64 => format!("join_f64({})", wide(scalar.to_f64().to_bits())),
            DType::I64 => format!("join_i64({})", wide(scalar.to_i64() as u64)),
            DType::Bool => format!("{} != 0u", self.parameters.word(scalar.to_bool() as u32)),
            DType::F32 | DType::F16 | DType::BF16 => {
                let value = format!("bitcast<f32>({})", self.parameters.word((scalar.to_f64() as f32).to_bits()));
                narrow(dtype, &value)
            }
            DType::I32 | DType::I16 | DType::I8 | DType::U8 => {
                let value = format!("bitcast<i32>({})", self.parameters.word(scalar.to_i64() as u32));
                narrow(dtype, &value)
            }
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
                store(dtype, &format!("buffer{k}"), &format!("at{input}"), &value, self.slots[k].is_atomic)?
            }
        };
        self.line(&format!("{{ {text} }}"));
        Ok(())
    }

    fn assemble(&self, lanes: usize, dtypes: &[DType], numel: &str) -> String {
        let mut out = String::new();
        for (k, slot) in self.slots.iter().enumerate() {
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
