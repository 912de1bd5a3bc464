//! Matrix products of batches; vectors and broadcasting are views made by the caller.

use super::transfer::require_together;
use super::{Tensor, checked_bytes};
use crate::backend::Operand;
use crate::error::{Error, Result, list};
use crate::layout::{Layout, Shape, broadcast_shapes};

impl Tensor {
    /// `self [.., m, k] x other [.., k, n]` over broadcast leading axes, both of one dtype.
    pub fn matmul(&self, other: &Tensor) -> Result<Tensor> {
        let (ra, rb) = (self.rank(), other.rank());
        if ra < 2 || rb < 2 {
            return Err(Error::Invalid(format!(
                "matmul: both tensors must have 2 or more axes, but got {ra}D and {rb}D"
            )));
        }
        require_together(self, &[other])?;
        if self.dtype != other.dtype {
            return Err(Error::Invalid(format!(
                "expected m1 and m2 to have the same dtype, but got: {} != {}",
                self.dtype.scalar_name(),
                other.dtype.scalar_name()
            )));
        }
        let (a, b) = (self.shape(), other.shape());
        let (m, k, n) = (a[ra - 2], a[ra - 1], b[rb - 1]);
        if b[rb - 2] != k {
            return Err(Error::Invalid(format!(
                "mat1 and mat2 shapes cannot be multiplied ({}x{k} and {}x{n})",
                a[..ra - 1].iter().product::<usize>(),
                b[rb - 2]
            )));
        }
        let batch = broadcast_shapes(&[&a[..ra - 2], &b[..rb - 2]])?;
        let mut shape: Shape = batch.clone();
        shape.extend([m, n]);
        checked_bytes(&shape, self.dtype, self.backend)?;
        let buffer = self.backend.matmul(&self.batched(&batch)?, &other.batched(&batch)?)?;
        Ok(Tensor::of_buffer(buffer, self.dtype, &shape, self.backend))
    }

    /// This tensor with its leading axes broadcast to `batch` and joined into one.
    fn batched(&self, batch: &[usize]) -> Result<Operand> {
        let rank = self.rank();
        let mut target: Shape = Shape::from_slice(batch);
        target.extend([self.shape()[rank - 2], self.shape()[rank - 1]]);
        let whole = self.layout.broadcast(&target)?;
        let count: usize = batch.iter().product();
        let leading =
            Layout { shape: Shape::from_slice(batch), strides: whole.strides[..batch.len()].into(), offset: 0 };
        let stride = match (batch.len(), leading.reshape(&[count])) {
            (0, _) => Some(0),
            (_, Some(joined)) => Some(joined.strides[0]),
            _ if leading.strides.iter().all(|&s| s == 0) => Some(0),
            _ => None,
        };
        let tail = |l: &Layout, stride: isize| Layout {
            shape: [count, target[batch.len()], target[batch.len() + 1]].into_iter().collect(),
            strides: [stride, l.strides[l.rank() - 2], l.strides[l.rank() - 1]].into_iter().collect(),
            offset: l.offset,
        };
        if let Some(stride) = stride {
            let mut operand = self.operand()?;
            operand.layout = tail(&whole, stride);
            return Ok(operand);
        }
        if target.iter().product::<usize>() == 0 {
            return Err(Error::Invalid(format!("matmul: cannot lay out an empty batch {}", list(batch))));
        }
        let copy = self.with_layout(whole).copy_as(self.dtype, true)?;
        let mut operand = copy.operand()?;
        let size = (target[batch.len()] * target[batch.len() + 1]) as isize;
        operand.layout = tail(&operand.layout, size);
        Ok(operand)
    }
}
