//! Tensors one after another.

use super::{Tensor, checked_bytes, require_together};
use crate::error::Result;
use crate::fast::Fast;

/// Tensors that one kernel joins.
const PARTS: usize = 7;
/// Bytes from which on a copy for each tensor is worth its start.
const LARGE: usize = 1 << 22;

impl Tensor {
    /// The tensors of one dtype, and of one shape but along `axis`, one after another; None where copies do as well.
    pub fn fast_cat(tensors: &[&Tensor], axis: usize) -> Result<Option<Tensor>> {
        let Some(first) = tensors.first().filter(|first| axis < first.rank()) else { return Ok(None) };
        let op = Fast::Cat { axis };
        let fits = |t: &&Tensor| {
            let mut others = t.shape().iter().zip(first.shape()).enumerate();
            t.dtype == first.dtype
                && t.rank() == first.rank()
                && t.numel() > 0
                && others.all(|(i, (a, b))| i == axis || a == b)
        };
        if tensors.len() < 2 || !first.has(&op) || !tensors.iter().all(fits) {
            return Ok(None);
        }
        require_together(first, tensors)?;
        let mut shape = first.shape().to_vec();
        shape[axis] = tensors.iter().map(|t| t.shape()[axis]).sum();
        if checked_bytes(&shape, first.dtype, first.backend)? >= LARGE {
            return Ok(None);
        }
        Tensor::evaluate_together(tensors)?;
        let out = Tensor::empty(&shape, first.dtype, first.backend)?;
        let mut start = 0;
        for group in tensors.chunks(PARTS) {
            let length: usize = group.iter().map(|t| t.shape()[axis]).sum();
            let place = out.with_layout(out.layout.slice(axis as isize, start, length, 1)?);
            let inputs = group.iter().map(|t| t.operand().map(Some)).collect::<Result<Vec<_>>>()?;
            first.backend.fast(&op, &inputs, &[place.operand()?])?;
            start += length;
        }
        Ok(Some(out))
    }
}
