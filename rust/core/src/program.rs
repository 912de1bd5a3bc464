//! Program: an elementwise expression lowered to steps that a device runs in one pass over memory.

use crate::backend::Buffer;
use crate::dtype::DType;
use crate::layout::{Layout, Shape, Strides};
use crate::op::Op;
use crate::scalar::Scalar;

/// The most steps that are deferred into one program.
pub const MAX_NODES: usize = 32;
/// The most buffers of one program, outputs included: WebGPU's minimum, one number for every device.
pub const MAX_BUFFERS: usize = 8;

/// Where a step finds an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arg {
    Input(usize),
    Scalar(usize),
    /// The result of an earlier step.
    Step(usize),
}

/// One step. Its result is narrowed to its dtype, so that a program gives the bits of its steps run singly.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Apply { op: Op, dtype: DType, args: Vec<Arg> },
    Cast { from: DType, to: DType, arg: Arg },
}

impl Step {
    /// The dtype of the result.
    pub fn dtype(&self) -> DType {
        match self {
            Step::Apply { op, dtype, .. } => op.result(*dtype),
            Step::Cast { to, .. } => *to,
        }
    }

    pub fn args(&self) -> &[Arg] {
        match self {
            Step::Apply { args, .. } => args,
            Step::Cast { arg, .. } => std::slice::from_ref(arg),
        }
    }
}

/// Memory that a program reads; its layout has the program's shape.
#[derive(Clone, Debug)]
pub struct Input {
    pub buffer: Buffer,
    pub layout: Layout,
    pub dtype: DType,
}

/// Steps over inputs and scalars; `outputs` are the steps whose results are kept, dense and row-major over `shape`.
#[derive(Clone, Debug)]
pub struct Program {
    pub shape: Shape,
    pub numel: usize,
    pub inputs: Vec<Input>,
    /// Numbers with the dtype that the step reads them in.
    pub scalars: Vec<(Scalar, DType)>,
    pub steps: Vec<Step>,
    pub outputs: Vec<usize>,
}

/// A program with the buffers that its outputs go to.
#[derive(Debug)]
pub struct Run {
    pub program: Program,
    pub outputs: Vec<Buffer>,
}

impl Program {
    /// Joins neighbouring axes wherever every input allows it, so that devices see few and long axes.
    pub fn merge_axes(&mut self) {
        let rank = self.shape.len();
        if self.inputs.iter().all(|i| i.layout.is_contiguous()) {
            let flat: Shape = Shape::from_slice(&[self.numel]);
            for input in &mut self.inputs {
                input.layout.shape = flat.clone();
                input.layout.strides = Strides::from_slice(&[1]);
            }
            self.shape = flat;
            return;
        }
        let mut shape = Shape::new();
        let mut strides: Vec<Strides> = vec![Strides::new(); self.inputs.len()];
        for axis in 0..rank {
            let size = self.shape[axis];
            if size == 1 {
                continue;
            }
            let joins = !shape.is_empty()
                && self.inputs.iter().zip(&strides).all(|(input, own)| {
                    own.last().is_some_and(|&outer| outer == input.layout.strides[axis] * size as isize)
                });
            if joins {
                *shape.last_mut().expect("a first axis is never joined") *= size;
            } else {
                shape.push(size);
            }
            for (input, own) in self.inputs.iter().zip(&mut strides) {
                if joins {
                    own.pop();
                }
                own.push(input.layout.strides[axis]);
            }
        }
        if shape.is_empty() {
            shape.push(1);
            strides.iter_mut().for_each(|s| s.push(1));
        }
        for (input, strides) in self.inputs.iter_mut().zip(strides) {
            input.layout = Layout { shape: shape.clone(), strides, offset: input.layout.offset };
        }
        self.shape = shape;
    }
}
