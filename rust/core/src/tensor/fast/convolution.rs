//! Convolution over one to three spatial axes as fast ops: forward, back to inputs, and to weights. Operands that do not fit
//! together give None as well: the composite refuses them.

use crate::error::Result;
use crate::fast::{Fast, REACH, Windows};
use crate::tensor::Tensor;

/// Where windows stand, one number for each spatial axis, and how many groups of channels there are.
pub struct Convolution<'a> {
    pub stride: &'a [usize],
    pub before: &'a [isize],
    pub dilation: &'a [usize],
    pub groups: usize,
}

impl Convolution<'_> {
    /// The windows of a kernel, where they and the groups fit the weight (O, C / groups, *).
    fn windows(&self, kernel: &[usize], outputs: usize) -> Option<Windows> {
        let fits = self.groups > 0 && outputs.is_multiple_of(self.groups);
        fits.then(|| Windows::new(kernel, self.stride, self.before, self.dilation)).flatten()
    }
}

/// How many windows fit each axis of `size` with so many places added behind.
fn counts(size: &[usize], kernel: &[usize], after: &[isize], of: &Convolution<'_>) -> Option<Vec<usize>> {
    if [size.len(), after.len()] != [kernel.len(); 2] {
        return None;
    }
    let along = |i: usize| {
        let room = size[i].checked_add_signed(of.before[i])?.checked_add_signed(after[i])?;
        let rest = room.checked_sub(of.dilation[i] * (kernel[i] - 1) + 1)?;
        (room < REACH).then_some(rest / of.stride[i] + 1)
    };
    (0..size.len()).map(along).collect()
}

impl Tensor {
    /// What the windows of `self` (N, C, *) give under a weight (O, C / groups, *), and a bias (O) if there is one.
    pub fn fast_convolve(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        after: &[isize],
        of: &Convolution<'_>,
    ) -> Result<Option<Tensor>> {
        let (&[batch, channels, ref size @ ..], &[outputs, inputs, ref kernel @ ..]) = (self.shape(), weight.shape())
        else {
            return Ok(None);
        };
        let Some(windows) = of.windows(kernel, outputs) else { return Ok(None) };
        let Some(out) = counts(size, kernel, after, of) else { return Ok(None) };
        if channels != inputs * of.groups || bias.is_some_and(|b| b.shape() != [outputs]) {
            return Ok(None);
        }
        let shape = [&[batch, outputs], &out[..]].concat();
        self.through(Fast::Convolve { windows, groups: of.groups }, &[Some(self), Some(weight), bias], &shape)
    }

    /// What outputs `self` (N, O, *) add up to in inputs (N, C, *size), and a bias (C) if there is one.
    pub fn fast_spread(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        size: &[usize],
        of: &Convolution<'_>,
    ) -> Result<Option<Tensor>> {
        let (&[batch, outputs, ..], &[own, inputs, ref kernel @ ..]) = (self.shape(), weight.shape()) else {
            return Ok(None);
        };
        let Some(windows) = of.windows(kernel, outputs) else { return Ok(None) };
        let channels = inputs * of.groups;
        if own != outputs || size.len() != kernel.len() || bias.is_some_and(|b| b.shape() != [channels]) {
            return Ok(None);
        }
        let shape = [&[batch, channels], size].concat();
        self.through(Fast::Spread { windows, groups: of.groups }, &[Some(self), Some(weight), bias], &shape)
    }

    /// The gradient of a weight (O, C / groups, *kernel) from that of the outputs, `self` (N, O, *), and the inputs `x`.
    pub fn fast_weigh(
        &self,
        x: &Tensor,
        kernel: &[usize],
        after: &[isize],
        of: &Convolution<'_>,
    ) -> Result<Option<Tensor>> {
        let (&[batch, outputs, ref out @ ..], &[own, channels, ref size @ ..]) = (self.shape(), x.shape()) else {
            return Ok(None);
        };
        let Some(windows) = of.windows(kernel, outputs) else { return Ok(None) };
        let is_whole = counts(size, kernel, after, of).is_some_and(|counts| counts == out);
        if own != batch || !channels.is_multiple_of(of.groups) || !is_whole {
            return Ok(None);
        }
        let shape = [&[outputs, channels / of.groups], kernel].concat();
        self.through(Fast::Weigh { windows, groups: of.groups }, &[Some(self), Some(x)], &shape)
    }

    /// An op on tensors of this one's rank and dtype, and on vectors, with a new result.
    fn through(&self, op: Fast, inputs: &[Option<&Tensor>], shape: &[usize]) -> Result<Option<Tensor>> {
        let fits = |t: &Tensor| t.dtype == self.dtype && (t.rank() == self.rank() || t.rank() == 1);
        if shape.len() != self.rank() || !inputs.iter().copied().flatten().all(fits) {
            return Ok(None);
        }
        let outputs = self.over_windows(op, inputs, self.rank() - 2, &[(shape, self.dtype)])?;
        Ok(outputs.and_then(|outputs| outputs.into_iter().next()))
    }
}
