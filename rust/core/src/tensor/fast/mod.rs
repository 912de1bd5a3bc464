//! Fast ops: each gives None where the device has no kernel for it, and the caller computes the composite. One file a family.

mod attention;
mod cat;
mod class_loss;
mod convolution;
mod matmul;
mod pooling;
mod recurrent;
mod resample;
mod softmax;
mod standardize;
mod windows;

pub use attention::Attention;
pub use convolution::Convolution;
pub use pooling::Pooling;

use super::{Tensor, checked_bytes, transfer::require_together};
use crate::backend::Operand;
use crate::error::{Error, Result};
use crate::fast::Fast;
use crate::layout::Layout;

/// The layout with some axes moved to the end.
fn with_last(layout: &Layout, axes: &[usize]) -> Result<Layout> {
    let kept = (0..layout.rank()).filter(|axis| !axes.contains(axis));
    let order: Vec<isize> = kept.chain(axes.iter().copied()).map(|axis| axis as isize).collect();
    layout.permute(&order)
}

impl Tensor {
    /// Whether the device of this tensor has a kernel for `op` on its dtype.
    fn has(&self, op: &Fast) -> bool {
        self.backend.has_fast(op, self.dtype)
    }

    /// Whether the device has a kernel for `op` on the dtypes of this tensor and of `others`.
    fn all_have(&self, op: &Fast, others: &[&Tensor]) -> bool {
        self.has(op) && others.iter().all(|t| self.backend.has_fast(op, t.dtype))
    }

    /// The elements as a kernel reads them, with some axes last.
    fn lines(&self, axes: &[usize]) -> Result<Operand> {
        let operand = self.operand()?;
        Ok(Operand { layout: with_last(&operand.layout, axes)?, ..operand })
    }

    /// The elements broadcast to a shape, with some axes last.
    fn spread(&self, shape: &[usize], axes: &[usize]) -> Result<Operand> {
        self.with_layout(self.layout.broadcast(shape)?).lines(axes)
    }

    /// A new tensor whose memory has the order of this one's, where that is dense.
    fn empty_like(&self) -> Result<Tensor> {
        let out = Tensor::empty(self.shape(), self.dtype, self.backend)?;
        Ok(match self.layout.dense_order() {
            Some(order) => out.with_layout(Layout::dense_in_order(self.shape(), &order)),
            None => out,
        })
    }

    fn require_axis(&self, op: &str, axis: usize) -> Result<()> {
        match axis < self.rank() {
            true => Ok(()),
            false => Err(Error::Index(format!("{op}: no axis {axis} in a tensor of {} axes", self.rank()))),
        }
    }

    /// The shape with size 1 along some axes.
    fn shape_without(&self, op: &str, axes: &[usize]) -> Result<Vec<usize>> {
        let mut shape = self.shape().to_vec();
        for &axis in axes {
            self.require_axis(op, axis)?;
            shape[axis] = 1;
        }
        Ok(shape)
    }

    /// An op on lines along an axis, from tensors of one shape to a new one like `self`.
    fn along(&self, op: Fast, axis: usize, inputs: &[&Tensor]) -> Result<Tensor> {
        checked_bytes(self.shape(), self.dtype, self.backend)?;
        let inputs = inputs.iter().map(|t| t.lines(&[axis]).map(Some)).collect::<Result<Vec<_>>>()?;
        let out = Tensor::empty(self.shape(), self.dtype, self.backend)?;
        self.backend.fast(&op, &inputs, &[out.lines(&[axis])?])?;
        Ok(out)
    }
}
