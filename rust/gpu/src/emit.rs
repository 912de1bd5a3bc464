//! Prints a Program as one WGSL kernel and runs it: one element a thread, or four where a result is stored in bytes. The text
//! depends on ops, dtypes and rank alone, so that programs which differ in sizes, strides and scalars share a kernel.

use crate::context::Context;
use crate::memory::device_buffer;
use crate::not_built::not_built;
use crate::parameters::Parameters;
use crate::pipelines::{Access, Pipelines, WORKGROUP};
use crate::{prelude, rows};
use pyrite_core::program::{Arg, Input, Program, Step};
use pyrite_core::{Buffer, DType, Op, Operand, Result, Scalar};
use std::collections::BTreeMap;

/// The most elements that 32-bit indices reach, with room for the last workgroups of a grid.
pub const MAX_ELEMENTS: usize = 1 << 31;

/// A kernel with what it runs on.
struct Emitter<'p> {
    program: &'p Program,
    /// Where results go: the name of an index.
    place: &'static str,
    parameters: Parameters,
    /// Each buffer once: an input that gives its memory to a result is read through the result's binding.
    bindings: Vec<(&'p Buffer, Access)>,
    functions: BTreeMap<String, String>,
    body: String,
}

/// Evaluates a program; see `Backend::run`.
pub fn run(context: &Context, pipelines: &Pipelines, program: &Program, outputs: &[Buffer]) -> Result<()> {
    launch(context, pipelines, program, outputs, "i")
}

/// Copies into the places of `target`; see `Backend::write`. The target is one more input, for the sake of its places.
pub fn write(context: &Context, pipelines: &Pipelines, source: &Operand, target: &Operand) -> Result<()> {
    if target.dtype == DType::Bool {
        return not_built("writing to a part of a bool tensor");
    }
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
    launch(context, pipelines, &program, std::slice::from_ref(&target.buffer), "at1")
}

/// Prints, compiles and starts a program whose results go to `place`, a name in the kernel.
fn launch(
    context: &Context,
    pipelines: &Pipelines,
    program: &Program,
    outputs: &[Buffer],
    place: &'static str,
) -> Result<()> {
    if program.numel == 0 {
        return Ok(());
    }
    if program.numel > MAX_ELEMENTS {
        return not_built(&format!("a program over {} elements", program.numel));
    }
    let lanes = if program.outputs.iter().any(|&s| program.steps[s].dtype() == DType::Bool) { 4 } else { 1 };
    let mut emitter = Emitter {
        program,
        place,
        parameters: Parameters::default(),
        bindings: outputs.iter().map(|buffer| (buffer, Access::Write)).collect(),
        functions: BTreeMap::new(),
        body: String::new(),
    };
    let source = emitter.source(lanes)?;
    let accesses: Vec<Access> = emitter.bindings.iter().map(|&(_, access)| access).collect();
    let buffers: Vec<_> = emitter.bindings.iter().map(|(buffer, _)| device_buffer(buffer)).collect::<Result<_>>()?;
    let kernel = pipelines.get(context, &source, &accesses)?;
    let groups = program.numel.div_ceil(lanes * WORKGROUP);
    context.dispatch(&kernel, &emitter.parameters.into_words(), &buffers, groups)
}

impl<'p> Emitter<'p> {
    fn source(&mut self, lanes: usize) -> Result<String> {
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
        let packed = self.stores()?;
        Ok(self.assemble(lanes, &numel, &packed))
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
        let known = self.bindings.iter().position(|(buffer, _)| buffer.same(&input.buffer));
        let binding = known.unwrap_or_else(|| {
            self.bindings.push((&input.buffer, Access::Read));
            self.bindings.len() - 1
        });
        let load = match input.dtype {
            DType::F32 => format!("bitcast<f32>(buffer{binding}[at{k}])"),
            DType::I32 => format!("bitcast<i32>(buffer{binding}[at{k}])"),
            DType::Bool => format!("((buffer{binding}[at{k} / 4u] >> (at{k} % 4u * 8u)) & 0xffu) != 0u"),
            other => return not_built(&format!("reading {}", other.name())),
        };
        self.line(&format!("let at{k} = {place};"));
        self.line(&format!("let input{k} = {load};"));
        Ok(())
    }

    fn scalar(&mut self, k: usize, scalar: Scalar, dtype: DType) -> Result<()> {
        let text = match dtype {
            DType::F32 => format!("bitcast<f32>({})", self.parameters.word((scalar.to_f64() as f32).to_bits())),
            DType::I32 => format!("bitcast<i32>({})", self.parameters.word(scalar.to_i64() as u32)),
            DType::Bool => format!("{} != 0u", self.parameters.word(scalar.to_bool() as u32)),
            other => return not_built(&format!("a number as {}", other.name())),
        };
        self.line(&format!("let scalar{k} = {text};"));
        Ok(())
    }

    /// The call of an op. A bool becomes 0 or 1 on the way in, and what is not 0 becomes true on the way out.
    fn apply(&mut self, op: Op, dtype: DType, args: &[Arg]) -> Result<String> {
        let function = rows::compute_type(dtype).and_then(|compute| Some((compute, rows::function(op, compute)?)));
        let Some((compute, text)) = function else {
            return not_built(&format!("{} of {}", op.name(), dtype.name()));
        };
        self.functions.insert(rows::name(op, compute), text);
        let is_bool = dtype == DType::Bool;
        let args: Vec<String> = args
            .iter()
            .enumerate()
            .map(|(i, arg)| if is_bool && !op.is_condition(i) { format!("i32({})", name(arg)) } else { name(arg) })
            .collect();
        let call = format!("{}({})", rows::name(op, compute), args.join(", "));
        let gives_number = op.result(DType::I32) == DType::I32;
        Ok(if is_bool && gives_number { format!("{call} != 0") } else { call })
    }

    /// Writes the results; the bindings of those in bytes, whose words are put together over four elements.
    fn stores(&mut self) -> Result<Vec<usize>> {
        let mut packed = Vec::new();
        for (binding, &step) in self.program.outputs.iter().enumerate() {
            let text = match self.program.steps[step].dtype() {
                DType::F32 | DType::I32 => format!("buffer{binding}[{}] = bitcast<u32>(step{step});", self.place),
                DType::Bool => {
                    packed.push(binding);
                    format!("packed{binding} |= u32(step{step}) << (lane * 8u);")
                }
                other => return not_built(&format!("a result of {}", other.name())),
            };
            self.line(&text);
        }
        Ok(packed)
    }

    fn assemble(&self, lanes: usize, numel: &str, packed: &[usize]) -> String {
        let mut out = self.parameters.declaration();
        for (k, (_, access)) in self.bindings.iter().enumerate() {
            let access = if *access == Access::Read { "read" } else { "read_write" };
            out.push_str(&format!("@group(0) @binding({}) var<storage, {access}> buffer{k}: array<u32>;\n", k + 1));
        }
        let functions: String = self.functions.values().map(String::as_str).collect();
        out.push_str(&format!("\n{}{functions}", prelude::needed(&format!("{functions}{}", self.body))));
        out.push_str(&format!(
            "@compute @workgroup_size({WORKGROUP})\nfn main(@builtin(global_invocation_id) id: vec3<u32>, \
             @builtin(num_workgroups) grid: vec3<u32>) {{\n    let first = (id.y * grid.x * {WORKGROUP}u + id.x) * {lanes}u;\n    \
             if first >= {numel} {{ return; }}\n"
        ));
        if lanes == 1 {
            return format!("{out}    let i = first;\n{}}}\n", self.body);
        }
        packed.iter().for_each(|k| out.push_str(&format!("    var packed{k} = 0u;\n")));
        out.push_str(&format!(
            "    for (var lane = 0u; lane < {lanes}u; lane++) {{\n    let i = first + lane;\n    if i >= {numel} {{ break; }}\n{}    }}\n",
            self.body
        ));
        packed.iter().for_each(|k| out.push_str(&format!("    buffer{k}[first / {lanes}u] = packed{k};\n")));
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

fn cast(from: DType, to: DType, value: &str) -> Result<String> {
    Ok(match (from, to) {
        (DType::F32, DType::I32) => format!("truncate_i32({value})"),
        (DType::I32 | DType::Bool, DType::F32) => format!("f32({value})"),
        (DType::Bool, DType::I32) => format!("i32({value})"),
        (DType::F32, DType::Bool) => format!("!({value} == 0.0)"),
        (DType::I32, DType::Bool) => format!("{value} != 0"),
        (from, to) => return not_built(&format!("a cast from {} to {}", from.name(), to.name())),
    })
}
