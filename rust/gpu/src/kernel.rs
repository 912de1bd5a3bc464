//! A hand-written kernel and what one run of it works on. Its code speaks of operands and numbers by name. The functions behind
//! the names are written for the dtypes and layouts at hand, when a kernel of this signature is met for the first time.

#[cfg(test)]
mod tests;
mod text;

use crate::context::Context;
use crate::memory::{Bound, bound};
use crate::not_built::not_built;
use crate::parameters::Parameters;
use crate::pipelines::{Access, Pipeline, Source, WORKGROUP};
use crate::recorder::Command;
use pyrite_core::{Buffer, DType, Error, Layout, Operand, Result};
use std::sync::Arc;

/// Workgroups along one axis of a grid: what every device takes.
const GRID: usize = 65_535;

/// How a binding is declared.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    /// Dense elements of a dtype.
    Dense(DType),
    /// Elements of a dtype with a layout.
    Placed(DType, Places),
    /// Elements taken item by item, with a layout.
    Items(Item, Places),
    /// A WGSL type.
    Words(&'static str),
}

/// Elements side by side as one value of a WGSL type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    pub ty: &'static str,
    pub count: usize,
}

/// A layout whose offset, sizes and strides are parameters, from the word `start` on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Places {
    rank: usize,
    is_contiguous: bool,
    start: usize,
}

#[derive(PartialEq, Eq, Hash)]
struct Binding {
    name: &'static str,
    access: Access,
    form: Form,
    is_in_fours: bool,
    /// The variable of the shader that it is: a buffer that has several names is bound once.
    slot: usize,
}

/// A number of the code, or several, from the word `start` on.
#[derive(PartialEq, Eq, Hash)]
struct Number {
    name: &'static str,
    is_list: bool,
    start: usize,
}

/// All that a kernel's text depends on.
#[derive(PartialEq, Eq, Hash)]
pub struct Signature {
    label: &'static str,
    bindings: Vec<Binding>,
    numbers: Vec<Number>,
    /// Words of parameters.
    words: usize,
    /// Extensions of WGSL that the code is written in.
    extensions: &'static str,
    code: String,
    has_faults: bool,
}

pub struct Kernel<'a> {
    signature: Signature,
    /// What the bindings are bound to.
    buffers: Vec<&'a Buffer>,
    parameters: Parameters,
}

impl<'a> Kernel<'a> {
    pub fn new(label: &'static str) -> Kernel<'a> {
        let (bindings, numbers, code) = (Vec::with_capacity(8), Vec::with_capacity(8), String::new());
        Kernel {
            signature: Signature { label, bindings, numbers, words: 0, extensions: "", code, has_faults: false },
            buffers: Vec::with_capacity(8),
            parameters: Parameters::default(),
        }
    }

    /// An operand that is read through its layout.
    pub fn input(&mut self, name: &'static str, operand: &'a Operand) {
        let form = Form::Placed(operand.dtype, self.places(&operand.layout));
        self.bind(name, &operand.buffer, Access::Read, form);
    }

    /// An operand that is written through its layout.
    pub fn target(&mut self, name: &'static str, operand: &'a Operand) {
        let form = Form::Placed(operand.dtype, self.places(&operand.layout));
        self.bind(name, &operand.buffer, Access::Write, form);
    }

    /// Dense elements that are read.
    pub fn dense(&mut self, name: &'static str, buffer: &'a Buffer, dtype: DType) {
        self.bind(name, buffer, Access::Read, Form::Dense(dtype));
    }

    /// Dense elements that are written.
    pub fn output(&mut self, name: &'static str, buffer: &'a Buffer, dtype: DType) {
        self.bind(name, buffer, Access::Write, Form::Dense(dtype));
    }

    /// An operand that is read item by item: `item_name(at)` begins with the element at `at`, which `item.count` divides.
    pub fn items(&mut self, name: &'static str, operand: &'a Operand, item: Item) {
        let form = Form::Items(item, self.places(&operand.layout));
        self.bind(name, &operand.buffer, Access::Read, form);
    }

    /// A buffer under a type of WGSL: the code sees a variable of that name. It has no other name in this kernel.
    pub fn words(&mut self, name: &'static str, buffer: &'a Buffer, ty: &'static str, access: Access) {
        self.bind(name, buffer, access, Form::Words(ty));
    }

    fn bind(&mut self, name: &'static str, buffer: &'a Buffer, access: Access, form: Form) {
        self.signature.bindings.push(Binding { name, access, form, is_in_fours: false, slot: 0 });
        self.buffers.push(buffer);
    }

    fn places(&mut self, layout: &Layout) -> Places {
        let start = self.parameters.len();
        self.parameters.push(layout.offset as u32);
        layout.shape.iter().for_each(|&size| self.parameters.push(size as u32));
        layout.strides.iter().for_each(|&stride| self.parameters.push(stride as u32));
        Places { rank: layout.rank(), is_contiguous: layout.is_contiguous(), start }
    }

    /// A number that the code calls as `name()`; it is no part of the compiled text.
    pub fn number(&mut self, name: &'static str, value: usize) {
        self.signature.numbers.push(Number { name, is_list: false, start: self.parameters.len() });
        self.parameters.push(value as u32);
    }

    /// Numbers that the code calls as `name(i)`.
    pub fn numbers(&mut self, name: &'static str, values: impl Iterator<Item = u32>) {
        self.signature.numbers.push(Number { name, is_list: true, start: self.parameters.len() });
        values.for_each(|value| self.parameters.push(value));
    }

    /// Lets the code read four elements at a time, the first at a multiple of four: `four_name(at)` is an array of them, and
    /// where they are floats `vector_name(at)` a vector, which `put_vector_name(at, values)` writes. The code writes to this
    /// name in no other way.
    pub fn in_fours(&mut self, name: &str) {
        let bindings = self.signature.bindings.iter_mut();
        bindings.filter(|binding| binding.name == name).for_each(|binding| binding.is_in_fours = true);
    }

    /// The extensions of WGSL that the code needs, as it enables them.
    pub fn extensions(&mut self, text: &'static str) {
        self.signature.extensions = text;
    }

    /// Functions, `main` among them. May be called again for more.
    pub fn code(&mut self, text: &str) {
        self.signature.code.push_str(text);
        self.signature.code.push('\n');
    }

    /// Lets the code report what is wrong with its data: `report_index(index: vec2<u32>, axis: u32, size: u32)`,
    /// `report_index_along`, `report_target` and `report_no_probability()`. The first report is raised at the next read-back.
    pub fn faults(&mut self) {
        self.signature.has_faults = true;
    }

    /// Finds out which bindings share a variable of the shader; what the variables are bound to.
    fn share(&mut self, context: &Context) -> Result<Vec<Bound>> {
        let mut slots: Vec<Bound> = Vec::with_capacity(self.buffers.len() + 1);
        for (binding, buffer) in self.signature.bindings.iter_mut().zip(&self.buffers) {
            let buffer = bound(context, self.signature.label, buffer)?;
            binding.slot = slots.iter().position(|slot| *slot == buffer).unwrap_or_else(|| {
                slots.push(buffer);
                slots.len() - 1
            });
        }
        if self.signature.has_faults {
            slots.push(Bound { buffer: context.faults().clone(), offset: 0, size: None });
        }
        Ok(slots)
    }

    /// Runs the kernel in so many threads: the code's `each(i: u32)` for every number below.
    pub fn launch_each(mut self, context: &Context, threads: usize) -> Result<()> {
        self.number("threads", threads);
        self.code(include_str!("shaders/each.wgsl"));
        self.launch(context, [threads.div_ceil(WORKGROUP), 1, 1])
    }

    /// Runs the kernel over a grid of workgroups; where only the first axis has more than one, it may be of any length.
    pub fn launch(mut self, context: &Context, groups: [usize; 3]) -> Result<()> {
        if groups.contains(&0) {
            return Ok(());
        }
        let buffers = self.share(context)?;
        let Kernel { mut signature, parameters, .. } = self;
        signature.words = parameters.len();
        let pipeline = match context.pipelines.known(&signature) {
            Some(pipeline) => pipeline,
            None => {
                let pipeline = signature.compile(context, &parameters)?;
                context.pipelines.keep(signature, pipeline.clone());
                pipeline
            }
        };
        let (parameters, grid) = (parameters.into_bytes(), grid(groups)?);
        context.dispatch(&Command { pipeline: &pipeline, parameters: &parameters, buffers: &buffers, grid })
    }
}

/// A grid that devices take: a long first axis goes on in the second.
pub fn grid(groups: [usize; 3]) -> Result<[u32; 3]> {
    let folded = match groups {
        [x, 1, 1] if x > GRID => [GRID, x.div_ceil(GRID), 1],
        other => other,
    };
    match folded.iter().all(|&count| count <= GRID) {
        true => Ok(folded.map(|count| count as u32)),
        false => not_built(&format!("a kernel over {groups:?} workgroups")),
    }
}

/// The kernel of a text, its extensions before it, which the declaration of its parameters is added to.
pub fn compile(
    context: &Context,
    label: &'static str,
    [extensions, text]: [&str; 2],
    accesses: &[Access],
    parameters: &Parameters,
) -> Result<Arc<Pipeline>> {
    let placement = context.placement(parameters.bytes());
    let text = [extensions, &parameters.declaration(placement), text].concat();
    context.pipelines.get(context, &Source { label, text: &text, accesses, placement, parameters: parameters.bytes() })
}

/// Whether the device computes in 64-bit floats.
pub fn has_doubles(context: &Context) -> bool {
    context.has(wgpu::Features::SHADER_F64 | wgpu::Features::SHADER_INT64)
}

/// Refuses what kernels of this device cannot compute in a dtype.
pub fn require(context: &Context, what: &str, dtype: DType) -> Result<()> {
    if dtype.real() != DType::F64 || has_doubles(context) {
        return Ok(());
    }
    let (name, device) = (dtype.name(), &context.adapter.name);
    let narrower = if dtype.is_complex() { ".to(complex64)" } else { ".float()" };
    Err(Error::NotBuilt(format!(
        "gpu: {what} of {name} is not available on {device}, which does not compute in 64-bit floats: use {narrower}, move the \
         tensor with .cpu(), or set PYRITE_GPU_FALLBACK=1"
    )))
}
