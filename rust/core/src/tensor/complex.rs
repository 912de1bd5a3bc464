//! Views between complex numbers and the pairs of real numbers that they are stored as.

use super::Tensor;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::require_countable;

impl Tensor {
    /// A complex tensor as real numbers, with a last axis for the real and the imaginary part.
    pub fn view_as_real(&self) -> Result<Tensor> {
        if !self.dtype.is_complex() {
            return Err(Error::Invalid("view_as_real is only supported for complex tensors".into()));
        }
        let mut layout = self.layout.clone();
        layout.offset = layout.offset.saturating_mul(2);
        layout.strides.iter_mut().for_each(|s| *s = s.saturating_mul(2));
        layout.shape.push(2);
        require_countable(&layout.shape)?;
        layout.strides.push(1);
        Ok(Tensor { layout, dtype: self.dtype.real(), ..self.clone() })
    }

    /// Pairs of float32 or float64 along the last axis as complex numbers.
    pub fn view_as_complex(&self) -> Result<Tensor> {
        if !matches!(self.dtype, DType::F32 | DType::F64) {
            let what = "view_as_complex is only supported for floating point tensors";
            return Err(Error::Invalid(format!(
                "{what}, but got a tensor of scalar type: {}",
                self.dtype.scalar_name()
            )));
        }
        let refuse = |what: &str| Err(Error::Invalid(what.into()));
        let mut layout = self.layout.clone();
        let (Some(size), Some(stride)) = (layout.shape.pop(), layout.strides.pop()) else {
            return refuse("Input tensor must have one or more dimensions");
        };
        if size != 2 {
            return refuse("Tensor must have a last dimension of size 2");
        }
        if stride != 1 {
            return refuse("Tensor must have a last dimension with stride 1");
        }
        if layout.strides.iter().zip(&layout.shape).any(|(s, &n)| n > 1 && s % 2 != 0) {
            return refuse("Tensor must have a stride divisible by 2 for all but last dimension");
        }
        if !layout.offset.is_multiple_of(2) {
            return refuse("Tensor must have a storage_offset divisible by 2");
        }
        layout.offset /= 2;
        layout.strides.iter_mut().for_each(|s| *s /= 2);
        Ok(Tensor { layout, dtype: self.dtype.complex(), ..self.clone() })
    }
}
