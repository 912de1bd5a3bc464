//! Walks over memory with strides: operands as base pointers and merged axes, visited in runs along the last axis.
//! Offsets and strides are counted in elements.
#![allow(unsafe_code)]

mod write;

pub use write::write;

use crate::memory;
use pyrite_core::{Buffer, Error, Layout, Operand, Result};
use std::ops::Range;

/// Work of fewer elements than this stays on one thread.
pub const GRAIN: usize = 64 << 10;

/// One axis that `N` operands share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis<const N: usize> {
    pub size: usize,
    pub strides: [isize; N],
}

/// An address that several threads may use; each place behind it is written by one of them only.
#[derive(Clone, Copy)]
pub struct Pointer<T>(*mut T);

// SAFETY: a pointer alone grants nothing; every dereference states why it is free of races.
unsafe impl<T> Send for Pointer<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Pointer<T> {}

impl<T> Pointer<T> {
    pub fn new(address: *mut T) -> Pointer<T> {
        Pointer(address)
    }

    /// The address of element `offset`, which need not exist.
    #[inline(always)]
    pub fn at(self, offset: isize) -> *mut T {
        self.0.wrapping_offset(offset)
    }
}

/// The address of a buffer's first element.
pub fn start<T>(buffer: &Buffer) -> Result<Pointer<T>> {
    let address = buffer.0.host().ok_or_else(|| Error::Invalid("a CPU kernel needs memory of the CPU".into()))?;
    Ok(Pointer(address.cast()))
}

/// The address of an operand's first element, whatever type it is read as.
pub fn base<T>(operand: &Operand) -> Result<Pointer<T>> {
    let bytes = operand.layout.offset * operand.dtype.size();
    Ok(Pointer(start::<u8>(&operand.buffer)?.at(bytes as isize).cast()))
}

/// Runs `$body` with `$T` standing for the unsigned integer as wide as an element of `$dtype`: for kernels that only copy.
macro_rules! dispatch_size {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype.size() {
            1 => {
                type $T = u8;
                $body
            }
            2 => {
                type $T = u16;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            8 => {
                type $T = u64;
                $body
            }
            _ => {
                type $T = [u64; 2];
                $body
            }
        }
    };
}
pub(crate) use dispatch_size;

/// The axes of layouts that have one shape, not yet merged.
pub fn axes<const N: usize>(layouts: [&Layout; N]) -> Vec<Axis<N>> {
    (0..layouts[0].rank())
        .map(|a| Axis { size: layouts[0].shape[a], strides: layouts.map(|layout| layout.strides[a]) })
        .collect()
}

/// Drops axes of one element and joins neighbours that all operands step through evenly; at least one axis stays.
pub fn merge<const N: usize>(axes: Vec<Axis<N>>) -> Vec<Axis<N>> {
    let mut merged: Vec<Axis<N>> = Vec::with_capacity(axes.len().max(1));
    for axis in axes {
        if axis.size == 1 {
            continue;
        }
        match merged.last_mut() {
            Some(outer) if (0..N).all(|i| outer.strides[i] == axis.strides[i] * axis.size as isize) => {
                *outer = Axis { size: outer.size * axis.size, strides: axis.strides };
            }
            _ => merged.push(axis),
        }
    }
    if merged.is_empty() {
        merged.push(Axis { size: 1, strides: [1; N] });
    }
    merged
}

/// Puts the axes in falling order of the strides of operand `by`; axes that stand still (stride 0) come first.
pub fn sort_by_stride<const N: usize>(axes: &mut [Axis<N>], by: usize) {
    axes.sort_by_key(|axis| std::cmp::Reverse((axis.strides[by].unsigned_abs()).wrapping_sub(1)));
}

/// The number of elements of merged axes.
pub fn count<const N: usize>(axes: &[Axis<N>]) -> usize {
    axes.iter().map(|axis| axis.size).product()
}

/// Moves `n` elements on along an axis.
#[inline(always)]
fn step<const N: usize>(at: &mut [isize; N], axis: &Axis<N>, n: isize) {
    at.iter_mut().zip(axis.strides).for_each(|(at, stride)| *at += n * stride);
}

/// Visits the elements `range` (counted row-major) in runs along the last axis: `visit(offsets of the first, how many)`.
#[inline]
pub fn runs<const N: usize>(axes: &[Axis<N>], range: Range<usize>, mut visit: impl FnMut([isize; N], usize)) {
    let Some((inner, outer)) = axes.split_last() else { return };
    if range.is_empty() || inner.size == 0 {
        return;
    }
    let mut column = range.start % inner.size;
    let mut rest = range.start / inner.size;
    let mut place = vec![0usize; outer.len()];
    let mut at = [0isize; N];
    for (axis, place) in outer.iter().zip(&mut place).rev() {
        *place = rest % axis.size;
        rest /= axis.size;
        step(&mut at, axis, *place as isize);
    }
    let mut left = range.len();
    loop {
        let n = left.min(inner.size - column);
        let mut first = at;
        step(&mut first, inner, column as isize);
        visit(first, n);
        left -= n;
        if left == 0 {
            return;
        }
        column = 0;
        for (axis, place) in outer.iter().zip(&mut place).rev() {
            *place += 1;
            let wraps = *place == axis.size;
            step(&mut at, axis, if wraps { 1 - axis.size as isize } else { 1 });
            if !wraps {
                break;
            }
            *place = 0;
        }
    }
}

/// Splits `elements` into ranges of about `grain`, the same for any number of threads, and runs them.
pub fn split(elements: usize, grain: usize, work: impl Fn(Range<usize>) + Sync) {
    let grain = grain.max(1);
    let tasks = elements.div_ceil(grain);
    crate::threads::run(tasks, |task| work(task * grain..elements.min((task + 1) * grain)));
}

/// The operand, or a dense copy of it where the elements of its last axis do not lie side by side.
pub fn with_dense_rows(input: &Operand) -> Result<Operand> {
    let layout = &input.layout;
    if layout.strides.last().is_none_or(|&stride| stride == 1) || layout.shape.last().is_some_and(|&size| size <= 1) {
        return Ok(input.clone());
    }
    dense(input)
}

/// A dense, row-major copy.
pub fn dense(input: &Operand) -> Result<Operand> {
    let layout = Layout::contiguous(&input.layout.shape);
    let buffer = memory::allocate(layout.numel() * input.dtype.size())?;
    let copy = Operand { buffer, layout, dtype: input.dtype };
    write(input, &copy)?;
    Ok(copy)
}

/// Visits the rows along the last axis, on several threads where that pays: `work(first element, number of the row)`.
pub fn rows(input: &Operand, work: impl Fn(*const u8, usize) + Sync) -> Result<()> {
    let layout = &input.layout;
    let Some((&length, outer)) = layout.shape.split_last() else {
        work(base(input)?.at(0), 0);
        return Ok(());
    };
    if layout.numel() == 0 {
        return Ok(());
    }
    let all = merge(axes([&Layout::contiguous(outer), layout]));
    let (from, size) = (base::<u8>(input)?, input.dtype.size() as isize);
    let [next, step] = all[all.len() - 1].strides;
    split(count(&all), GRAIN / length, |range| {
        runs(&all, range, |[row, at], n| {
            (0..n as isize).for_each(|i| work(from.at((at + i * step) * size), (row + i * next) as usize));
        });
    });
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use pyrite_core::Element;

    /// An operand over `data` with any layout.
    pub fn operand<T: Element>(data: &[T], shape: &[usize], strides: &[isize], offset: usize) -> Operand {
        // SAFETY: any value can be read as bytes.
        let bytes = unsafe { std::slice::from_raw_parts(data.as_ptr().cast::<u8>(), std::mem::size_of_val(data)) };
        let layout = Layout { strides: strides.into(), offset, ..Layout::contiguous(shape) };
        Operand { buffer: memory::upload(bytes).unwrap(), layout, dtype: T::DTYPE }
    }

    /// A dense operand.
    pub fn dense_operand<T: Element>(data: &[T], shape: &[usize]) -> Operand {
        operand(data, shape, &Layout::contiguous(shape).strides, 0)
    }

    /// The content of a buffer.
    pub fn content<T: Copy>(buffer: &Buffer) -> Vec<T> {
        let n = buffer.0.len() / size_of::<T>();
        // SAFETY: the buffer holds `n` elements.
        unsafe { std::slice::from_raw_parts(start::<T>(buffer).unwrap().at(0), n) }.to_vec()
    }

    /// Numbers that look random and are the same each time.
    pub fn noise(n: usize) -> Vec<f32> {
        let mut state = 0x2545_f491u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        (0..n).map(|_| (next() >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
    }

    #[test]
    fn neighbours_merge_where_all_operands_allow_it() {
        let a = Layout::contiguous(&[2, 3, 1, 4]);
        let b = Layout { strides: [1isize, 2, 9, 6].as_slice().into(), ..a.clone() };
        assert_eq!(merge(axes([&a])), [Axis { size: 24, strides: [1] }]);
        let both =
            [Axis { size: 2, strides: [12, 1] }, Axis { size: 3, strides: [4, 2] }, Axis { size: 4, strides: [1, 6] }];
        assert_eq!(merge(axes([&a, &b])), both);
        assert_eq!(merge(axes([&Layout::contiguous(&[])])), [Axis { size: 1, strides: [1] }]);
    }

    #[test]
    fn runs_start_and_end_anywhere() {
        let layout = Layout { strides: [1isize, 2, 10].as_slice().into(), ..Layout::contiguous(&[2, 3, 4]) };
        let mut all = Vec::new();
        for i in 0..2 {
            for j in 0..3 {
                all.extend((0..4).map(|k| i + 2 * j + 10 * k));
            }
        }
        for start in 0..=24 {
            for end in start..=24 {
                let mut seen = Vec::new();
                runs(&axes([&layout]), start..end, |[at], n| seen.extend((0..n as isize).map(|k| at + 10 * k)));
                assert_eq!(seen, all[start..end]);
            }
        }
    }
}
