//! Softmax and its logarithm along an axis.

use super::{Tensor, require_together};
use crate::error::Result;
use crate::fast::Fast;

impl Tensor {
    /// The softmax over an axis, or its logarithm.
    pub fn fast_softmax(&self, axis: usize, log: bool) -> Result<Option<Tensor>> {
        let op = Fast::Softmax { log };
        if !self.has(&op) || self.rank() == 0 {
            return Ok(None);
        }
        self.require_axis("softmax", axis)?;
        self.along(op, axis, &[self]).map(Some)
    }

    /// The gradient of a softmax's input from that of its output, `self`, and the output `y`.
    pub fn fast_softmax_slope(&self, y: &Tensor, axis: usize, log: bool) -> Result<Option<Tensor>> {
        let op = Fast::SoftmaxSlope { log };
        if !self.has(&op) || self.rank() == 0 || self.dtype != y.dtype || self.shape() != y.shape() {
            return Ok(None);
        }
        require_together(self, &[y])?;
        self.require_axis("softmax", axis)?;
        self.along(op, axis, &[self, y]).map(Some)
    }
}
