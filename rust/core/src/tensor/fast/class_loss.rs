//! Losses of class indices: what they are made of for each index, and their gradients. A row holds one number for each index.

use super::{Tensor, checked_bytes, require_together};
use crate::backend::Operand;
use crate::dtype::DType;
use crate::error::Result;
use crate::fast::Fast;
use crate::layout::Layout;

impl Tensor {
    /// For scores with classes along `axis`, four rows; for log-probabilities, where `smoothing` is None, two. See [`Fast`].
    pub fn fast_class_loss(
        &self,
        target: &Tensor,
        weight: Option<&Tensor>,
        axis: usize,
        ignored: i64,
        smoothing: Option<f64>,
    ) -> Result<Option<Tensor>> {
        let (op, rows) = match smoothing {
            Some(s) => (Fast::CrossEntropy { ignored, smoothing: s as f32 }, 4),
            None => (Fast::Nll { ignored }, 2),
        };
        if self.numel() == 0 || !self.has_class_loss(&op, target, weight) || !self.fits_classes(target, weight, axis) {
            return Ok(None);
        }
        require_together(self, &[target])?;
        let shape: Vec<usize> = [rows].iter().chain(target.shape()).copied().collect();
        let out = Tensor::empty(&shape, DType::F32, self.backend)?;
        let inputs = [Some(self.lines(&[axis])?), Some(target.operand()?), optional(weight)?];
        self.backend.fast(&op, &inputs, &[out.operand()?])?;
        Ok(Some(out))
    }

    /// The gradient of scores `x`, or without them of log-probabilities, of this shape with classes along `axis`, from that of
    /// the losses, `self`, which are divided by the total if there is one.
    #[allow(clippy::too_many_arguments)]
    pub fn fast_class_loss_slope(
        &self,
        shape: &[usize],
        x: Option<&Tensor>,
        target: &Tensor,
        weight: Option<&Tensor>,
        kept: &Tensor,
        total: Option<&Tensor>,
        axis: usize,
        ignored: i64,
        smoothing: f64,
    ) -> Result<Option<Tensor>> {
        let like = Tensor { layout: Layout::contiguous(shape), ..x.unwrap_or(self).clone() };
        let (op, rows) = match x {
            Some(_) => (Fast::CrossEntropySlope { ignored, smoothing: smoothing as f32 }, 4),
            None => (Fast::NllSlope { ignored }, 2),
        };
        let fits = like.fits_classes(target, weight, axis)
            && x.is_none_or(|x| x.shape() == shape)
            && kept.dtype == DType::F32
            && kept.shape().split_first() == Some((&rows, target.shape()));
        if like.numel() == 0 || !self.has_class_loss(&op, target, weight) || !like.has(&op) || !fits {
            return Ok(None);
        }
        require_together(self, &[target, kept])?;
        checked_bytes(shape, like.dtype, self.backend)?;
        let out = match x {
            Some(x) => x.empty_like()?,
            None => Tensor::empty(shape, self.dtype, self.backend)?,
        };
        let g = self.spread(target.shape(), &[])?;
        let total = total.map(|total| total.spread(target.shape(), &[])).transpose()?;
        let (target, kept) = (target.operand()?, kept.operand()?);
        let inputs = match x {
            Some(x) => {
                vec![Some(g), Some(x.lines(&[axis])?), Some(target), optional(weight)?, Some(kept), total]
            }
            None => vec![Some(g), Some(target), Some(kept), total],
        };
        self.backend.fast(&op, &inputs, &[out.lines(&[axis])?])?;
        Ok(Some(out))
    }

    fn has_class_loss(&self, op: &Fast, target: &Tensor, weight: Option<&Tensor>) -> bool {
        self.has(op) && weight.is_none_or(|w| w.has(op)) && target.dtype == DType::I64
    }

    /// Whether this shape without `axis` is that of the target, and the weight has one number for each class.
    fn fits_classes(&self, target: &Tensor, weight: Option<&Tensor>, axis: usize) -> bool {
        let mut shape = self.shape().to_vec();
        axis < shape.len() && weight.is_none_or(|w| w.shape() == [shape[axis]]) && {
            shape.remove(axis);
            shape == target.shape()
        }
    }
}

fn optional(weight: Option<&Tensor>) -> Result<Option<Operand>> {
    weight.map(Tensor::operand).transpose()
}
