//! Standardization over some axes, (x - mean) / sqrt(var + eps) w + b, and its form without a mean. Statistics are float32, of
//! size 1 along those axes.

use super::{Tensor, checked_bytes, require_together};
use crate::backend::Operand;
use crate::dtype::DType;
use crate::error::Result;
use crate::fast::Fast;

impl Tensor {
    /// y, mean, var and 1 / sqrt(var + eps), or y and the last where nothing is centered; weight and bias broadcast in `shape`.
    pub fn fast_standardize(
        &self,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        axes: &[usize],
        shape: &[isize],
        eps: f64,
        is_centered: bool,
    ) -> Result<Option<Vec<Tensor>>> {
        let op = Fast::Standardize { axes: axes.len(), is_centered, eps: eps as f32 };
        let parameters: Vec<&Tensor> = [weight, bias].into_iter().flatten().collect();
        if self.numel() == 0 || !self.all_have(&op, &parameters) {
            return Ok(None);
        }
        require_together(self, &parameters)?;
        checked_bytes(self.shape(), self.dtype, self.backend)?;
        let line = self.shape_without("standardize", axes)?;
        let mut outs = vec![self.empty_like()?];
        for _ in 0..if is_centered { 3 } else { 1 } {
            outs.push(Tensor::empty(&line, DType::F32, self.backend)?);
        }
        let inputs =
            [Some(self.lines(axes)?), self.parameter(weight, shape, axes)?, self.parameter(bias, shape, axes)?];
        let outputs = outs.iter().map(|t| t.lines(axes)).collect::<Result<Vec<_>>>()?;
        self.backend.fast(&op, &inputs, &outputs)?;
        Ok(Some(outs))
    }

    /// The gradient of x from that of y, `self`; without a mean nothing was centered.
    pub fn fast_standardize_slope(
        &self,
        x: &Tensor,
        weight: Option<&Tensor>,
        mean: Option<&Tensor>,
        scale: &Tensor,
        axes: &[usize],
        shape: &[isize],
    ) -> Result<Option<Tensor>> {
        let op = Fast::StandardizeSlope { axes: axes.len() };
        let others: Vec<&Tensor> = [Some(x), weight, mean, Some(scale)].into_iter().flatten().collect();
        if x.numel() == 0 || self.shape() != x.shape() || !self.all_have(&op, &others) {
            return Ok(None);
        }
        require_together(self, &others)?;
        checked_bytes(x.shape(), x.dtype, x.backend)?;
        let out = x.empty_like()?;
        let mean = mean.map(|mean| mean.spread(&x.shape_without("standardize", axes)?, axes)).transpose()?;
        let scale = scale.spread(&x.shape_without("standardize", axes)?, axes)?;
        let weight = x.parameter(weight, shape, axes)?;
        let inputs = [Some(self.lines(axes)?), Some(x.lines(axes)?), weight, mean, Some(scale)];
        self.backend.fast(&op, &inputs, &[out.lines(axes)?])?;
        Ok(Some(out))
    }

    /// The gradient of the weight from that of y, `self`: summed over `axes`, which stay with size 1, as float32.
    pub fn fast_standardize_weight_slope(
        &self,
        x: &Tensor,
        mean: Option<&Tensor>,
        scale: &Tensor,
        axes: &[usize],
    ) -> Result<Option<Tensor>> {
        let op = Fast::StandardizeWeightSlope { axes: axes.len() };
        let others: Vec<&Tensor> = [Some(x), mean, Some(scale)].into_iter().flatten().collect();
        if x.numel() == 0 || self.shape() != x.shape() || !self.all_have(&op, &others) {
            return Ok(None);
        }
        require_together(self, &others)?;
        let out = Tensor::empty(&x.shape_without("standardize", axes)?, DType::F32, self.backend)?;
        let mean = mean.map(|mean| mean.spread(x.shape(), axes)).transpose()?;
        let inputs = [Some(self.lines(axes)?), Some(x.lines(axes)?), mean, Some(scale.spread(x.shape(), axes)?)];
        self.backend.fast(&op, &inputs, &[out.lines(axes)?])?;
        Ok(Some(out))
    }

    /// A weight or bias as elements that stand beside this tensor's.
    fn parameter(&self, parameter: Option<&Tensor>, shape: &[isize], axes: &[usize]) -> Result<Option<Operand>> {
        parameter.map(|parameter| parameter.reshape(shape)?.spread(self.shape(), axes)).transpose()
    }
}
