//! Windows pooled over the last one to three axes: sums and largest elements, and their adjoints. Operands that do not fit
//! together give None as well: the composite refuses them.

use crate::dtype::DType;
use crate::error::Result;
use crate::fast::{Fast, Windows};
use crate::tensor::Tensor;

/// Windows over the last axes, one number for each.
pub struct Pooling<'a> {
    pub kernel: &'a [usize],
    pub stride: &'a [usize],
    pub before: &'a [isize],
    pub dilation: &'a [usize],
}

impl Pooling<'_> {
    fn windows(&self) -> Option<Windows> {
        Windows::new(self.kernel, self.stride, self.before, self.dilation)
    }

    fn axes(&self) -> usize {
        self.kernel.len()
    }
}

impl Tensor {
    /// The shape with other sizes of the last axes; None where they are too many.
    fn resized(&self, size: &[usize]) -> Option<Vec<usize>> {
        let kept = self.rank().checked_sub(size.len()).filter(|&kept| kept > 0)?;
        Some([&self.shape()[..kept], size].concat())
    }

    /// Whether this holds a place for each window of `values`.
    fn places(&self, values: &Tensor) -> bool {
        self.dtype == DType::I64 && self.shape() == values.shape()
    }

    /// The sum of each of `out` windows, what is outside left out.
    pub fn fast_window_sum(&self, out: &[usize], of: &Pooling<'_>) -> Result<Option<Tensor>> {
        self.pooled(|windows| Fast::WindowSum { windows }, &[], out, of)
    }

    /// The adjoint of the sum: each of `size` places gets the sum of what the windows over it, `self`, hold.
    pub fn fast_window_share(&self, size: &[usize], of: &Pooling<'_>) -> Result<Option<Tensor>> {
        self.pooled(|windows| Fast::WindowShare { windows }, &[], size, of)
    }

    /// The adjoint of picking: each of `size` places gets the sum of the windows, `self`, that chose it.
    pub fn fast_window_put(&self, place: &Tensor, size: &[usize], of: &Pooling<'_>) -> Result<Option<Tensor>> {
        match place.places(self) {
            true => self.pooled(|windows| Fast::WindowPut { windows }, &[place], size, of),
            false => Ok(None),
        }
    }

    /// The element at the chosen place of each window, 0 where that is outside.
    pub fn fast_window_pick(&self, place: &Tensor, of: &Pooling<'_>) -> Result<Option<Tensor>> {
        let Some(kept) = place.rank().checked_sub(of.axes()) else { return Ok(None) };
        let out = &place.shape()[kept..];
        let fits = place.dtype == DType::I64 && self.resized(out).as_deref() == Some(place.shape());
        match fits {
            true => self.pooled(|windows| Fast::WindowPick { windows }, &[place], out, of),
            false => Ok(None),
        }
    }

    /// The largest element of each of `out` windows, what is outside being least, and its place in the window.
    pub fn fast_window_max(&self, out: &[usize], of: &Pooling<'_>) -> Result<Option<(Tensor, Tensor)>> {
        let (Some(windows), Some(shape)) = (of.windows(), self.resized(out)) else { return Ok(None) };
        if out.len() != of.axes() {
            return Ok(None);
        }
        let outputs = [(&shape[..], self.dtype), (&shape[..], DType::I64)];
        let made = self.over_windows(Fast::WindowMax { windows }, &[Some(self)], of.axes(), &outputs)?;
        Ok(made.and_then(|made| <[Tensor; 2]>::try_from(made).ok()).map(|[values, places]| (values, places)))
    }

    /// An op on this tensor and others of as many axes, whose result has other sizes of the last ones.
    fn pooled(
        &self,
        op: impl FnOnce(Windows) -> Fast,
        others: &[&Tensor],
        size: &[usize],
        of: &Pooling<'_>,
    ) -> Result<Option<Tensor>> {
        let (Some(windows), Some(shape)) = (of.windows(), self.resized(size)) else { return Ok(None) };
        if size.len() != of.axes() {
            return Ok(None);
        }
        let inputs: Vec<Option<&Tensor>> = [self].into_iter().chain(others.iter().copied()).map(Some).collect();
        let made = self.over_windows(op(windows), &inputs, of.axes(), &[(&shape, self.dtype)])?;
        Ok(made.and_then(|made| made.into_iter().next()))
    }
}
