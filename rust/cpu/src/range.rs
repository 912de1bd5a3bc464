//! Evenly spaced numbers, filled in by all threads.
#![allow(unsafe_code)]

use crate::memory;
use crate::strided::{GRAIN, Pointer, split, start};
use pyrite_core::range::Range;
use pyrite_core::{Buffer, Result};

/// The numbers of a range, dense.
pub fn range(range: &Range) -> Result<Buffer> {
    let size = range.dtype.size();
    let buffer = memory::allocate(range.numel * size)?;
    let out: Pointer<u8> = start(&buffer)?;
    split(range.numel, GRAIN, |part| {
        // SAFETY: the buffer has just been allocated with room for every place, and parts do not overlap.
        let bytes = unsafe { std::slice::from_raw_parts_mut(out.at((part.start * size) as isize), part.len() * size) };
        range.fill(part.start, bytes);
    });
    Ok(buffer)
}
