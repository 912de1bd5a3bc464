//! Fast ops: each gives None where the device has no kernel for it, and the caller computes the composite. One file a family.

mod attention;
mod convolution;
mod matmul;
mod pooling;
mod softmax;
mod windows;

pub use attention::Attention;
pub use convolution::Convolution;
pub use pooling::Pooling;

use super::{Tensor, checked_bytes, transfer::require_together};
use crate::backend::Operand;
use crate::error::{Error, Result};
use crate::fast::Fast;
use crate::layout::Layout;

/// The layout with one axis moved to the end.
fn with_last(layout: &Layout, axis: usize) -> Result<Layout> {
    let order: Vec<isize> = (0..layout.rank()).filter(|&i| i != axis).chain([axis]).map(|i| i as isize).collect();
    layout.permute(&order)
}

impl Tensor {
    /// Whether the device of this tensor has a kernel for `op` on its dtype.
    fn has(&self, op: &Fast) -> bool {
        self.backend.has_fast(op, self.dtype)
    }

    /// The elements as a kernel reads them, with one axis last.
    fn lines(&self, axis: usize) -> Result<Operand> {
        let operand = self.operand()?;
        Ok(Operand { layout: with_last(&operand.layout, axis)?, ..operand })
    }

    fn require_axis(&self, op: &str, axis: usize) -> Result<()> {
        match axis < self.rank() {
            true => Ok(()),
            false => Err(Error::Index(format!("{op}: no axis {axis} in a tensor of {} axes", self.rank()))),
        }
    }

    /// An op on lines along an axis, from tensors of one shape to a new one like `self`.
    fn along(&self, op: Fast, axis: usize, inputs: &[&Tensor]) -> Result<Tensor> {
        checked_bytes(self.shape(), self.dtype, self.backend)?;
        let inputs = inputs.iter().map(|t| t.lines(axis).map(Some)).collect::<Result<Vec<_>>>()?;
        let out = Tensor::empty(self.shape(), self.dtype, self.backend)?;
        self.backend.fast(&op, &inputs, &[out.lines(axis)?])?;
        Ok(out)
    }
}
