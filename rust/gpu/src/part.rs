//! One program of a kernel, and how its threads reach memory: each computes neighbouring elements, as many as the layouts let it
//! read and write in whole words.

use crate::elements::per_word;
use crate::not_built::not_built;
use crate::parameters::Parameters;
use crate::pipelines::{Access, WORKGROUP};
use crate::program::MAX_ELEMENTS;
use crate::vectors;
use pyrite_core::program::{Arg, Input, Program, Step};
use pyrite_core::{Buffer, DType, Op, Result, Scalar};

/// Elements of a thread where the layouts allow it.
const LANES: usize = 4;

/// Where the elements of a result go.
#[derive(Clone, Copy, PartialEq)]
pub enum Target {
    /// One after another.
    Dense,
    /// Where the layout of this input says.
    PlacesOf(usize),
}

/// How the elements of a thread, neighbours in the program's order, lie in the memory of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One after another, in words of their own.
    Vector,
    /// All are the same.
    Same,
    /// A stride apart, along the last axis.
    Step,
    /// Each by itself.
    Apart,
}

impl Form {
    fn of(input: &Input, lanes: usize) -> Form {
        let layout = &input.layout;
        let is_multiple = |n: &isize| n % lanes as isize == 0;
        let fits = vectors::words(input.dtype, lanes).is_some() && layout.offset.is_multiple_of(lanes);
        if is_constant(input) {
            return Form::Same;
        }
        if layout.is_contiguous() {
            return if fits { Form::Vector } else { Form::Apart };
        }
        let Some((&stride, outer)) = layout.strides.split_last() else { return Form::Apart };
        if lanes == 1 || !layout.shape[outer.len()].is_multiple_of(lanes) {
            return Form::Apart;
        }
        match stride {
            0 => Form::Same,
            1 if fits && outer.iter().all(is_multiple) => Form::Vector,
            _ => Form::Step,
        }
    }
}

/// Whether every element of the program reads the same one.
fn is_constant(input: &Input) -> bool {
    input.layout.strides.iter().all(|&stride| stride == 0)
}

/// Whether an element's place depends on where it stands along each axis.
pub fn is_placed(input: &Input) -> bool {
    !input.layout.is_contiguous() && !is_constant(input)
}

/// A buffer of the kernel, bound once: an input that gives its memory to a result is read through the result's binding.
pub struct Binding<'p> {
    pub buffer: &'p Buffer,
    pub access: Access,
    /// Whether threads write to parts of a word.
    pub is_atomic: bool,
    /// Words of one item of the binding's array.
    pub width: usize,
}

pub struct Part<'p> {
    pub program: &'p Program,
    pub target: Target,
    pub bindings: Vec<Binding<'p>>,
    /// Elements of a thread.
    pub lanes: usize,
    /// How the thread's elements of each input lie.
    pub forms: Vec<Form>,
    /// Where the program is a piece of a larger one: what comes before its elements.
    pub first: usize,
}

impl<'p> Part<'p> {
    pub fn new(program: &'p Program, outputs: &'p [Buffer], target: Target) -> Result<Part<'p>> {
        if program.numel > MAX_ELEMENTS {
            return not_built(&format!("a program over {} elements", program.numel));
        }
        let lanes = lanes(program, target);
        let mut forms: Vec<Form> = program.inputs.iter().map(|input| Form::of(input, lanes)).collect();
        // The words of such results may be atomic, also to an input that lies beside them.
        if matches!(target, Target::PlacesOf(input) if forms[input] != Form::Vector) {
            forms.iter_mut().filter(|form| **form == Form::Vector).for_each(|form| *form = Form::Apart);
        }
        let mut part = Part { program, target, bindings: Vec::new(), lanes, forms, first: 0 };
        part.bind(outputs);
        Ok(part)
    }

    pub fn groups(&self) -> usize {
        self.program.numel.div_ceil(self.lanes * WORKGROUP)
    }

    /// Whether threads write whole words, their elements one after another.
    pub fn stores_vectors(&self) -> bool {
        match self.target {
            Target::Dense => true,
            Target::PlacesOf(input) => self.forms[input] == Form::Vector,
        }
    }

    /// The outputs, then the inputs that are no output.
    fn bind(&mut self, outputs: &'p [Buffer]) {
        let stores_vectors = self.stores_vectors();
        let width = |dtype, is_vector: bool| if is_vector { vectors::width(dtype, self.lanes) } else { 1 };
        let mut bindings: Vec<Binding<'p>> = Vec::new();
        for (buffer, &step) in outputs.iter().zip(&self.program.outputs) {
            let dtype = self.program.steps[step].dtype();
            let is_atomic = !stores_vectors && per_word(dtype) > 1;
            bindings.push(Binding { buffer, access: Access::Write, is_atomic, width: width(dtype, stores_vectors) });
        }
        for (k, (input, form)) in self.program.inputs.iter().zip(&self.forms).enumerate() {
            let width = width(input.dtype, *form == Form::Vector);
            match bindings.iter_mut().find(|binding| binding.buffer.same(&input.buffer)) {
                Some(_) if self.target == Target::PlacesOf(k) => {}
                Some(known) if known.width == width => {}
                Some(known) => known.width = 1,
                None => {
                    bindings.push(Binding { buffer: &input.buffer, access: Access::Read, is_atomic: false, width });
                }
            }
        }
        self.bindings = bindings;
    }

    /// The number of the binding that an input is read through.
    pub fn binding(&self, input: &Input) -> Option<usize> {
        self.bindings.iter().position(|binding| binding.buffer.same(&input.buffer))
    }

    /// Whether places along the axes are computed.
    pub fn has_axes(&self) -> bool {
        self.program.inputs.iter().any(is_placed)
    }

    /// Whether the elements of a thread stand at the same place along all axes but the last.
    pub fn shares_axes(&self) -> bool {
        let mut forms = self.program.inputs.iter().zip(&self.forms);
        !forms.any(|(input, form)| is_placed(input) && *form == Form::Apart)
    }

    /// Adds the parameters, in the order in which the kernel's text asks for them.
    pub fn words(&self, words: &mut Parameters) -> Result<()> {
        let program = self.program;
        words.push(program.numel as u32);
        if self.has_axes() {
            words.push(self.first as u32);
            program.shape[1..].iter().for_each(|&size| words.push(size as u32));
        }
        for input in &program.inputs {
            words.push(input.layout.offset as u32);
            if is_placed(input) {
                input.layout.strides.iter().for_each(|&stride| words.push(stride as u32));
            }
        }
        for &(scalar, dtype) in &program.scalars {
            scalar_words(scalar, dtype, words)?;
        }
        Ok(())
    }

    /// Adds all that the text of the kernel depends on.
    pub fn structure(&self, key: &mut Vec<u8>) {
        let program = self.program;
        key.push(if let Target::PlacesOf(input) = self.target { input as u8 } else { u8::MAX });
        let rank = if self.has_axes() { program.shape.len() } else { 0 };
        key.extend([self.lanes, rank, program.inputs.len(), program.scalars.len()].map(|count| count as u8));
        for (input, form) in program.inputs.iter().zip(&self.forms) {
            let binding = self.binding(input).map_or(u8::MAX, |binding| binding as u8);
            key.extend([input.dtype as u8, *form as u8, is_placed(input).into(), binding]);
        }
        key.extend(program.scalars.iter().map(|&(_, dtype)| dtype as u8));
        for step in &program.steps {
            match step {
                Step::Apply { op, dtype, .. } => key.extend([0, *op as u8, *dtype as u8]),
                Step::Cast { from, to, .. } => key.extend([1, *from as u8, *to as u8]),
            }
            for arg in step.args() {
                key.extend(match *arg {
                    Arg::Input(k) => [0, k as u8],
                    Arg::Scalar(k) => [1, k as u8],
                    Arg::Step(k) => [2, k as u8],
                });
            }
        }
        key.push(u8::MAX);
        key.extend(program.outputs.iter().map(|&step| step as u8));
        key.push(u8::MAX);
    }
}

/// Whether an op's function has many loops: compilers that copy it for each element of a thread may take a minute, and reading
/// side by side is not what such an op waits for.
fn has_loops(step: &Step) -> bool {
    matches!(step, Step::Apply { op: Op::igamma | Op::igammac | Op::zeta, .. })
}

/// Elements of a thread: [`LANES`] where all inputs lie well for it, else as many as share a word of a result.
fn lanes(program: &Program, target: Target) -> usize {
    let takes = |lanes: usize| match target {
        Target::Dense => true,
        Target::PlacesOf(input) => Form::of(&program.inputs[input], lanes) == Form::Vector,
    };
    let lies_well = |input: &Input| match Form::of(input, LANES) {
        Form::Vector | Form::Same => true,
        // Threads of one element each would read neighbours of a row together.
        Form::Step => input.layout.strides.last() != Some(&1),
        Form::Apart => false,
    };
    let is_short = !program.steps.iter().any(has_loops);
    if is_short && takes(LANES) && program.inputs.iter().all(lies_well) {
        return LANES;
    }
    let per_word = |&step: &usize| per_word(program.steps[step].dtype());
    let whole = program.outputs.iter().map(per_word).max().unwrap_or(1);
    if takes(whole) { whole } else { 1 }
}

fn scalar_words(scalar: Scalar, dtype: DType, words: &mut Parameters) -> Result<()> {
    let wide = match dtype {
        DType::F64 => scalar.to_f64().to_bits(),
        DType::I64 => scalar.to_i64() as u64,
        DType::Bool => scalar.to_bool().into(),
        DType::F32 | DType::F16 | DType::BF16 => (scalar.to_f64() as f32).to_bits().into(),
        DType::I32 | DType::I16 | DType::I8 | DType::U8 => (scalar.to_i64() as u32).into(),
        DType::C64 | DType::C128 => {
            let number = scalar.to_complex();
            let mut parts = [number.re, number.im].into_iter();
            return parts.try_for_each(|part| scalar_words(Scalar::Float(part), dtype.real(), words));
        }
    };
    words.push(wide as u32);
    if matches!(dtype, DType::F64 | DType::I64) {
        words.push((wide >> 32) as u32);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_takes_one_element_of_an_op_that_loops() {
        for (op, count) in [(Op::add, LANES), (Op::igamma, 1), (Op::igammac, 1), (Op::zeta, 1)] {
            let program = Program {
                shape: [8].into_iter().collect(),
                numel: 8,
                inputs: Vec::new(),
                scalars: vec![(Scalar::Float(1.0), DType::F64)],
                steps: vec![Step::Apply { op, dtype: DType::F64, args: vec![Arg::Scalar(0); 2] }],
                outputs: vec![0],
            };
            assert_eq!(lanes(&program, Target::Dense), count, "{}", op.name());
        }
    }
}
