//! A hand-written kernel and what one run of it works on. Its code speaks of operands and numbers by name; the functions behind
//! the names are written here, for the dtypes and layouts at hand, and only those that the code mentions.

use crate::context::Context;
use crate::elements::{self, Long, compute_type, per_word};
use crate::fault;
use crate::memory::{Bound, bound};
use crate::not_built::not_built;
use crate::parameters::Parameters;
use crate::pipelines::{Access, Pipeline, Source};
use crate::prelude;
use crate::recorder::Command;
use crate::vectors::{self, Groups};
use pyrite_core::{Buffer, DType, Error, Layout, Operand, Result};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// Workgroups along one axis of a grid: what every device takes.
const GRID: usize = 65_535;

/// How a binding is declared.
enum Form<'a> {
    /// Elements of a dtype, with a layout where they are not dense.
    Elements(DType, Option<&'a Layout>),
    /// Vectors of four elements of a dtype.
    Fours(DType),
    /// A WGSL type.
    Words(&'static str),
}

struct Binding<'a> {
    name: &'static str,
    buffer: &'a Buffer,
    access: Access,
    form: Form<'a>,
}

/// A binding of the shader: a buffer that has several names is bound once.
struct Slot {
    buffer: Bound,
    access: Access,
    variable: String,
    ty: String,
    is_atomic: bool,
}

pub struct Kernel<'a> {
    label: &'static str,
    bindings: Vec<Binding<'a>>,
    parameters: Parameters,
    functions: HashMap<String, String>,
    code: String,
    has_faults: bool,
}

impl<'a> Kernel<'a> {
    pub fn new(label: &'static str) -> Kernel<'a> {
        Kernel {
            label,
            bindings: Vec::new(),
            parameters: Parameters::default(),
            functions: HashMap::new(),
            code: String::new(),
            has_faults: false,
        }
    }

    /// An operand that is read through its layout.
    pub fn input(&mut self, name: &'static str, operand: &'a Operand) {
        self.bind(name, &operand.buffer, Access::Read, Form::Elements(operand.dtype, Some(&operand.layout)));
    }

    /// An operand whose layout says where elements lie that are read four at a time, as `load_four_name(at)` from a multiple of
    /// four on. It has no other name in this kernel.
    pub fn fours(&mut self, name: &'static str, operand: &'a Operand) {
        self.layout(name, &operand.layout);
        let form = Form::Fours(operand.dtype);
        self.bindings.push(Binding { name, buffer: &operand.buffer, access: Access::Read, form });
    }

    /// An operand that is written through its layout.
    pub fn target(&mut self, name: &'static str, operand: &'a Operand) {
        self.bind(name, &operand.buffer, Access::Write, Form::Elements(operand.dtype, Some(&operand.layout)));
    }

    /// Dense elements that are read.
    pub fn dense(&mut self, name: &'static str, buffer: &'a Buffer, dtype: DType) {
        self.bind(name, buffer, Access::Read, Form::Elements(dtype, None));
    }

    /// Dense elements that are written.
    pub fn output(&mut self, name: &'static str, buffer: &'a Buffer, dtype: DType) {
        self.bind(name, buffer, Access::Write, Form::Elements(dtype, None));
    }

    /// A buffer under a type of WGSL: the code sees a variable of that name. It has no other name in this kernel.
    pub fn words(&mut self, name: &'static str, buffer: &'a Buffer, ty: &'static str, access: Access) {
        self.bind(name, buffer, access, Form::Words(ty));
    }

    fn bind(&mut self, name: &'static str, buffer: &'a Buffer, access: Access, form: Form<'a>) {
        if let Form::Elements(_, Some(layout)) = form {
            self.layout(name, layout);
        } else {
            self.function(format!("place_{name}"), "(i: u32) -> u32 { return i; }");
        }
        self.bindings.push(Binding { name, buffer, access, form });
    }

    /// A number that the code calls as `name()`; it is no part of the compiled text.
    pub fn number(&mut self, name: &str, value: usize) {
        let word = self.parameters.word(value as u32);
        self.function(name.to_owned(), &format!("() -> u32 {{ return {word}; }}"));
    }

    /// Numbers that the code calls as `name(i)`.
    pub fn numbers(&mut self, name: &str, values: impl Iterator<Item = u32>) {
        let word = self.parameters.list(values, "i");
        self.function(name.to_owned(), &format!("(i: u32) -> u32 {{ return {word}; }}"));
    }

    /// Functions, `main` among them. May be called again for more.
    pub fn code(&mut self, text: &str) {
        self.code.push_str(text);
        self.code.push('\n');
    }

    /// Lets the code report what is wrong with its data: `report_index(index: vec2<u32>, axis: u32, size: u32)`,
    /// `report_index_along`, `report_target` and `report_zero_division()`. The first report is raised at the next read-back.
    pub fn faults(&mut self) {
        self.has_faults = true;
        self.functions.extend(fault::functions().map(|(name, text)| (name.to_owned(), text)));
    }

    fn function(&mut self, name: String, rest: &str) {
        self.functions.insert(name.clone(), format!("fn {name}{rest}"));
    }

    /// The functions that say where the elements of an operand lie.
    fn layout(&mut self, name: &'static str, layout: &Layout) {
        let offset = self.parameters.word(layout.offset as u32);
        self.function(format!("offset_{name}"), &format!("() -> u32 {{ return {offset}; }}"));
        let size = self.parameters.list(layout.shape.iter().map(|&size| size as u32), "axis");
        self.function(format!("size_{name}"), &format!("(axis: u32) -> u32 {{ return {size}; }}"));
        let stride = self.parameters.list(layout.strides.iter().map(|&stride| stride as u32), "axis");
        self.function(format!("stride_{name}"), &format!("(axis: u32) -> u32 {{ return {stride}; }}"));
        self.functions.insert(format!("rank_{name}"), format!("const rank_{name} = {}u;", layout.rank()));
        let mut body = format!("var at = {offset};");
        if layout.is_contiguous() {
            body.push_str(" at += i;");
        } else {
            body.push_str(" var rest = i;");
            for axis in (0..layout.rank()).rev() {
                let _ = write!(
                    body,
                    " at += rest % size_{name}({axis}u) * stride_{name}({axis}u); rest /= size_{name}({axis}u);"
                );
            }
        }
        self.function(format!("place_{name}"), &format!("(i: u32) -> u32 {{ {body} return at; }}"));
    }

    /// The functions that read and write the elements of a binding, whose words are the variable of its slot.
    fn elements(&mut self, name: &str, dtype: DType, long: Long, slot: &Slot) -> Result<()> {
        let Some(ty) = compute_type(dtype, long) else {
            return not_built(&format!("{} of {}", self.label, dtype.name()));
        };
        let words = &slot.variable;
        let load = elements::load(dtype, long, words, slot.is_atomic, "at")?;
        let load = if dtype == DType::Bool { format!("i32({load})") } else { load };
        self.functions.insert(format!("type_{name}"), format!("alias type_{name} = {ty};"));
        self.function(format!("load_{name}"), &format!("(at: u32) -> {ty} {{ return {load}; }}"));
        self.function(name.to_owned(), &format!("(i: u32) -> {ty} {{ return load_{name}(place_{name}(i)); }}"));
        if slot.access == Access::Write {
            let store = elements::store(dtype, long, words, "at", "value", slot.is_atomic)?;
            self.function(format!("store_{name}"), &format!("(at: u32, value: {ty}) {{ {store} }}"));
        }
        if dtype == DType::I64 {
            let index = format!("index_of_i64({words}[2u * at], {words}[2u * at + 1u])");
            self.function(format!("load_index_{name}"), &format!("(at: u32) -> i32 {{ return {index}; }}"));
            let index = format!("(i: u32) -> i32 {{ return load_index_{name}(place_{name}(i)); }}");
            self.function(format!("index_{name}"), &index);
            let pair = format!("vec2<u32>({words}[2u * at], {words}[2u * at + 1u])");
            self.function(format!("load_pair_{name}"), &format!("(at: u32) -> vec2<u32> {{ return {pair}; }}"));
            let store =
                format!("{words}[2u * at] = bitcast<u32>(value); {words}[2u * at + 1u] = bitcast<u32>(value >> 31u);");
            self.function(format!("store_index_{name}"), &format!("(at: u32, value: i32) {{ {store} }}"));
        }
        Ok(())
    }

    /// The function that reads four elements of a binding.
    fn four_elements(&mut self, name: &str, dtype: DType, long: Long, slot: &Slot) -> Result<()> {
        let Some(ty) = compute_type(dtype, long) else {
            return not_built(&format!("{} of {}", self.label, dtype.name()));
        };
        let groups = Groups { dtype, long, lanes: 4, buffer: &slot.variable, width: vectors::width(dtype, 4) };
        let (lines, elements) = groups.load("at / 4u", "words")?;
        let element = |text: &String| if dtype == DType::Bool { format!("i32({text})") } else { text.clone() };
        let (lines, elements) = (lines.join(" "), elements.iter().map(element).collect::<Vec<_>>().join(", "));
        self.functions.insert(format!("type_{name}"), format!("alias type_{name} = {ty};"));
        let rest = format!("(at: u32) -> array<{ty}, 4> {{ {lines} return array<{ty}, 4>({elements}); }}");
        self.function(format!("load_four_{name}"), &rest);
        Ok(())
    }

    /// The bindings of the shader.
    fn slots(&self, context: &Context) -> Result<Vec<Slot>> {
        let mut slots: Vec<Slot> = Vec::new();
        for binding in &self.bindings {
            let buffer = bound(context, binding.buffer)?;
            let writes_parts = |dtype| binding.access == Access::Write && per_word(dtype) > 1;
            let (ty, is_atomic) = match binding.form {
                Form::Elements(dtype, _) => ("array<u32>", writes_parts(dtype)),
                Form::Fours(dtype) => (vectors::array(vectors::width(dtype, 4)), false),
                Form::Words(ty) => (ty, false),
            };
            if let Some(slot) = slots.iter_mut().find(|slot| slot.buffer == buffer) {
                slot.is_atomic |= is_atomic;
                if binding.access == Access::Write {
                    slot.access = Access::Write;
                }
                continue;
            }
            let variable = match binding.form {
                Form::Elements(..) | Form::Fours(_) => format!("{}_words", binding.name),
                Form::Words(_) => binding.name.to_owned(),
            };
            slots.push(Slot { buffer, access: binding.access, variable, ty: ty.to_owned(), is_atomic });
        }
        slots.iter_mut().filter(|slot| slot.is_atomic).for_each(|slot| slot.ty = "array<atomic<u32>>".into());
        Ok(slots)
    }

    /// The kernel's text, but for the declaration of its parameters, and what it binds.
    fn text(&mut self, context: &Context) -> Result<(String, Vec<Slot>)> {
        let mut slots = self.slots(context)?;
        for k in 0..self.bindings.len() {
            let Binding { name, buffer, ref form, .. } = self.bindings[k];
            let buffer = bound(context, buffer)?;
            let slot = slots.iter().find(|slot| slot.buffer == buffer).expect("each binding has a slot");
            match *form {
                Form::Elements(dtype, _) => self.elements(name, dtype, context.long(), slot)?,
                Form::Fours(dtype) => self.four_elements(name, dtype, context.long(), slot)?,
                Form::Words(_) => {}
            }
        }
        if self.has_faults {
            slots.push(Slot {
                buffer: Bound { buffer: context.faults().clone(), offset: 0, size: None },
                access: Access::Write,
                variable: "faults".into(),
                ty: format!("array<atomic<u32>, {}>", fault::WORDS),
                is_atomic: true,
            });
        }
        let declarations: String = slots.iter().enumerate().map(|(k, slot)| slot.declaration(k + 1)).collect();
        let needed = prelude::needed(&self.code, &self.functions);
        Ok((format!("{declarations}\n{needed}{}", self.code), slots))
    }

    /// Runs the kernel over a grid of workgroups; where only the first axis has more than one, it may be of any length.
    pub fn launch(mut self, context: &Context, groups: [usize; 3]) -> Result<()> {
        if groups.contains(&0) {
            return Ok(());
        }
        let (text, slots) = self.text(context)?;
        let accesses: Vec<Access> = slots.iter().map(|slot| slot.access).collect();
        let buffers: Vec<Bound> = slots.into_iter().map(|slot| slot.buffer).collect();
        let pipeline = compile(context, self.label, &text, &accesses, &self.parameters)?;
        let (parameters, grid) = (self.parameters.into_bytes(), grid(groups)?);
        context.dispatch(&Command { pipeline: &pipeline, parameters: &parameters, buffers: &buffers, grid })
    }
}

impl Slot {
    fn declaration(&self, binding: usize) -> String {
        let access = if self.access == Access::Read { "read" } else { "read_write" };
        format!("@group(0) @binding({binding}) var<storage, {access}> {}: {};\n", self.variable, self.ty)
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

/// The kernel of a text, which the declaration of its parameters is added to.
pub fn compile(
    context: &Context,
    label: &'static str,
    text: &str,
    accesses: &[Access],
    parameters: &Parameters,
) -> Result<Arc<Pipeline>> {
    let placement = context.placement(parameters.bytes());
    let text = parameters.declaration(placement) + text;
    context.pipelines.get(context, &Source { label, text: &text, accesses, placement, parameters: parameters.bytes() })
}

/// Refuses a dtype that kernels of this device cannot compute in.
pub fn require(context: &Context, dtype: DType) -> Result<()> {
    let needed = wgpu::Features::SHADER_F64 | wgpu::Features::SHADER_INT64;
    if dtype != DType::F64 || context.has(needed) {
        return Ok(());
    }
    let name = &context.adapter.name;
    Err(Error::NotBuilt(format!(
        "gpu: {name} does not compute in float64: use .float(), move the tensor with .cpu(), or set PYRITE_GPU_FALLBACK=1"
    )))
}
