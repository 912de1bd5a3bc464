//! Weighted sums of elements along three axes at once, by tables: interpolation, means of uneven windows, and their adjoints.

use super::pooling::{PLANES, Planes};
use crate::context::Context;
use crate::kernel::Kernel;
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use pyrite_core::{Operand, Result};

/// See `Fast::Resample`.
pub fn resample(
    context: &Context,
    taps: [usize; 3],
    x: &Operand,
    [places, weights]: [&Operand; 2],
    out: &Operand,
) -> Result<()> {
    let (from, to) = (Planes::of(x), Planes::of(out));
    let total = out.layout.numel();
    if total.max(x.layout.numel()) > MAX_ELEMENTS {
        return not_built(&format!("resampling {} to {total} elements", x.layout.numel()));
    }
    let mut kernel = Kernel::new("resampling");
    kernel.input("x", &from.starts);
    kernel.input("x_along", &from.along);
    kernel.input("places", places);
    kernel.input("weights", weights);
    kernel.target("out", &to.starts);
    kernel.target("out_along", &to.along);
    kernel.numbers("taps", taps.into_iter().map(|n| n as u32));
    let sizes = &to.along.layout.shape;
    let tables = [0, sizes[0] * taps[0], sizes[0] * taps[0] + sizes[1] * taps[1]];
    kernel.numbers("table", tables.into_iter().map(|n| n as u32));
    kernel.code(PLANES);
    kernel.code(include_str!("../shaders/fast/resample.wgsl"));
    kernel.launch_each(context, total)
}
