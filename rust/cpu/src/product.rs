//! Matrix products between operands of the core: batches of strided matrices into a new buffer.
#![allow(unsafe_code)]

use crate::matmul::{Batch, Product, Strided, matmul};
use crate::memory;
use pyrite_core::{Buffer, Error, Operand, Result};

fn strided(operand: &Operand) -> Result<Strided> {
    let start = operand.buffer.0.host().ok_or_else(|| Error::Invalid("matmul: memory of another device".into()))?;
    let (layout, size) = (&operand.layout, operand.dtype.size());
    Ok(Strided {
        // SAFETY: the offset of a layout lies within its buffer.
        data: unsafe { start.add(layout.offset * size) },
        row_stride: layout.strides[1],
        col_stride: layout.strides[2],
    })
}

/// `a [batch, m, k] x b [batch, k, n]`; see `Backend::matmul`.
pub fn product(a: &Operand, b: &Operand) -> Result<Buffer> {
    let (batch, m, k, n) = (a.layout.shape[0], a.layout.shape[1], a.layout.shape[2], b.layout.shape[2]);
    let out = memory::allocate(batch * m * n * a.dtype.size())?;
    let Some(c) = out.0.host() else { return Ok(out) };
    let step = |operand: &Operand, i: usize| operand.layout.strides[0] * i as isize;
    let batches: Vec<Batch> = (0..batch).map(|i| Batch { a: step(a, i), b: step(b, i) }).collect();
    let product = Product { dtype: a.dtype, m, n, k, batches: &batches, a: strided(a)?, b: strided(b)? };
    // SAFETY: layouts stay within their buffers; `c` is new and has the size of the result.
    unsafe { matmul(&product, c, true) };
    Ok(out)
}
