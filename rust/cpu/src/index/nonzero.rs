//! The places of the elements that are not zero.
#![allow(unsafe_code)]

use crate::memory;
use crate::strided::{GRAIN, Pointer, base, split, start, write};
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

/// The places of the elements that are not zero; see [`pyrite_core::Backend::nonzero`].
pub fn nonzero(input: &Operand) -> Result<(Buffer, usize)> {
    let truth = truth(input)?;
    let (numel, rank) = (input.layout.numel(), input.layout.rank());
    let from: Pointer<u8> = base(&truth)?;
    // SAFETY: the range lies within the dense copy.
    let bytes = |range: std::ops::Range<usize>| unsafe {
        std::slice::from_raw_parts(from.at(range.start as isize).cast_const(), range.len())
    };
    let chunks = numel.div_ceil(GRAIN);
    let counts = memory::allocate(chunks * size_of::<usize>())?;
    let counts: Pointer<usize> = start(&counts)?;
    // SAFETY: there is one count for each chunk, here and below.
    let counted = |chunk: usize| unsafe { &mut *counts.at(chunk as isize) };
    split(numel, GRAIN, |range| {
        let count = counted(range.start / GRAIN);
        *count = bytes(range).iter().map(|&byte| (byte != 0) as usize).sum();
    });
    let total = (0..chunks).fold(0, |sum, chunk| sum + std::mem::replace(counted(chunk), sum));
    let buffer = memory::allocate(total * rank * size_of::<i64>())?;
    let out: Pointer<i64> = start(&buffer)?;
    split(numel, GRAIN, |range| {
        let mut next = out.at((*counted(range.start / GRAIN) * rank) as isize);
        let mut cursor = Cursor::new(&input.layout.shape, range.start);
        for (i, &byte) in bytes(range).iter().enumerate() {
            if byte != 0 {
                cursor.advance(i);
                // SAFETY: the chunks before hold as many as were counted.
                next = unsafe { cursor.put(next) };
            }
        }
    });
    Ok((buffer, total))
}

/// The elements as dense bytes that are not zero where the elements are not.
fn truth(input: &Operand) -> Result<Operand> {
    if input.dtype.size() == 1 && input.layout.is_contiguous() {
        return Ok(input.clone());
    }
    let layout = Layout::contiguous(&input.layout.shape);
    let truth = Operand { buffer: memory::allocate(layout.numel())?, layout, dtype: DType::Bool };
    write(input, &truth)?;
    Ok(truth)
}

/// A place in a shape that moves on through the last axis, where it can, without dividing.
struct Cursor<'a> {
    shape: &'a [usize],
    place: Vec<usize>,
    start: usize,
    moved: usize,
}

impl Cursor<'_> {
    fn new(shape: &[usize], start: usize) -> Cursor<'_> {
        let mut cursor = Cursor { shape, place: vec![0; shape.len()], start, moved: 0 };
        cursor.seek(start);
        cursor
    }

    fn seek(&mut self, mut position: usize) {
        for (place, &size) in self.place.iter_mut().zip(self.shape).rev() {
            *place = position % size;
            position /= size;
        }
    }

    /// Moves to `to` elements past the start.
    #[inline]
    fn advance(&mut self, to: usize) {
        let Some((last, &size)) = self.place.last_mut().zip(self.shape.last()) else { return };
        *last += to - self.moved;
        if *last >= size {
            self.seek(self.start + to);
        }
        self.moved = to;
    }

    /// # Safety
    /// There must be room for as many numbers as the shape has axes.
    #[inline]
    unsafe fn put(&self, to: *mut i64) -> *mut i64 {
        for (i, &place) in self.place.iter().enumerate() {
            // SAFETY: the caller's.
            unsafe { to.add(i).write(place as i64) };
        }
        to.wrapping_add(self.place.len())
    }
}
