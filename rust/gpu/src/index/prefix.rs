//! Exclusive prefix sums of 32-bit words, in place: tiles, then the sums of the tiles, then both together.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use crate::pipelines::Access;
use pyrite_core::{Buffer, Result};

/// Words that a workgroup sums.
const TILE: usize = 1024;

/// Replaces each of `count` words by the sum of those before it.
pub fn prefix_sums(context: &Context, words: &Buffer, count: usize) -> Result<()> {
    let tiles = count.div_ceil(TILE);
    let sums = allocate(context, 4 * tiles.max(1))?;
    let launch = |name, code| {
        let mut kernel = Kernel::new(name);
        kernel.words("numbers", words, "array<u32>", Access::Write);
        kernel.words("sums", &sums, "array<u32>", Access::Write);
        kernel.number("count", count);
        kernel.code(code);
        kernel.launch(context, [tiles, 1, 1])
    };
    launch("prefix sums of tiles", include_str!("../shaders/index/prefix.wgsl"))?;
    if tiles > 1 {
        prefix_sums(context, &sums, tiles)?;
        launch("prefix sums", include_str!("../shaders/index/shift.wgsl"))?;
    }
    Ok(())
}
