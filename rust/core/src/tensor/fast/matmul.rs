//! Matrix products with more than the product in one kernel.

use super::super::{Tensor, checked_bytes, transfer::require_together};
use crate::backend::Operand;
use crate::error::Result;
use crate::fast::Fast;
use crate::layout::Layout;

fn as_batch(tensor: &Tensor, layout: &Layout) -> Result<Option<Operand>> {
    Ok(Some(Operand { layout: layout.unsqueeze(0)?, ..tensor.operand()? }))
}

impl Tensor {
    /// `self [m, k] x other [k, n] + bias`, which broadcasts to [m, n].
    pub fn fast_matmul_with_bias(&self, other: &Tensor, bias: &Tensor) -> Result<Option<Tensor>> {
        let op = Fast::MatmulWithBias;
        let is_plain = self.rank() == 2
            && other.rank() == 2
            && self.shape()[1] == other.shape()[0]
            && [self, other].iter().all(|t| t.numel() > 0)
            && [other, bias].iter().all(|t| t.dtype == self.dtype);
        if !is_plain || !self.has(&op) {
            return Ok(None);
        }
        require_together(self, &[other, bias])?;
        let shape = [self.shape()[0], other.shape()[1]];
        let Ok(broadcast) = bias.layout.broadcast(&shape) else { return Ok(None) };
        checked_bytes(&shape, self.dtype, self.backend)?;
        let inputs = [as_batch(self, &self.layout)?, as_batch(other, &other.layout)?, as_batch(bias, &broadcast)?];
        let out = Tensor::empty(&shape, self.dtype, self.backend)?;
        self.backend.fast(&op, &inputs, &[out.operand()?])?;
        Ok(Some(out))
    }
}
