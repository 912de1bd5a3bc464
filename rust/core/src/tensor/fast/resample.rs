//! Weighted sums of elements along the last one to three axes, by tables.

use crate::dtype::DType;
use crate::error::Result;
use crate::fast::Fast;
use crate::tensor::Tensor;

impl Tensor {
    /// The tensor with other sizes of its last axes: `taps` places and weights for each element, axis by axis in one vector,
    /// which begins with one entry for each axis that there are fewer than three.
    pub fn fast_resample(
        &self,
        sizes: &[usize],
        places: &Tensor,
        weights: &Tensor,
        taps: &[usize],
    ) -> Result<Option<Tensor>> {
        let axes = sizes.len();
        let Some(kept) = self.rank().checked_sub(axes).filter(|&kept| kept > 0) else { return Ok(None) };
        let entries = sizes
            .iter()
            .zip(taps)
            .try_fold(3_usize.saturating_sub(axes), |sum, (&n, &t)| sum.checked_add(n.checked_mul(t)?));
        let is_table = |table: &Tensor| table.rank() == 1 && Some(table.numel()) == entries;
        let fits = (1..=3).contains(&axes) && taps.len() == axes && is_table(places) && is_table(weights);
        if !fits || places.dtype != DType::I64 || weights.dtype != DType::F32 {
            return Ok(None);
        }
        let mut all_taps = [1; 3];
        all_taps[3 - axes..].copy_from_slice(taps);
        let shape = [&self.shape()[..kept], sizes].concat();
        let inputs = [Some(self), Some(places), Some(weights)];
        let made = self.over_windows(Fast::Resample { taps: all_taps }, &inputs, axes, &[(&shape, self.dtype)])?;
        Ok(made.and_then(|made| made.into_iter().next()))
    }
}
