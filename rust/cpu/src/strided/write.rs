//! The strided copy: any source layout into any target layout, with a cast where the dtypes differ.

#![allow(unsafe_code)]

use super::{Axis, GRAIN, Pointer, axes, base, count, dispatch_size, merge, runs, sort_by_stride, split};
use crate::convert;
use pyrite_core::{DType, Error, Operand, Result};
use std::mem::MaybeUninit;

/// Copies `source` into the places of `target`, casting as PyTorch does. Both have one shape; their memory does not overlap.
pub fn write(source: &Operand, target: &Operand) -> Result<()> {
    if source.layout.shape != target.layout.shape {
        let (from, to) = (&source.layout.shape, &target.layout.shape);
        return Err(Error::Invalid(format!("copy: the shapes {from:?} and {to:?} differ")));
    }
    if target.layout.numel() == 0 {
        return Ok(());
    }
    let mut all = axes([&source.layout, &target.layout]);
    sort_by_stride(&mut all, 1);
    let all = merge(all);
    if source.dtype == target.dtype {
        return dispatch_size!(source.dtype, T => {
            copy::<T>(base(source)?, base(target)?, &all);
            Ok(())
        });
    }
    convert(source, target, &all)
}

/// Casts block by block: collects a block, casts it, and spreads it over the target's places.
fn convert(source: &Operand, target: &Operand, axes: &[Axis<2>]) -> Result<()> {
    let (from, to) = (base::<u8>(source)?, base::<u8>(target)?);
    let (own, other) = (source.dtype.size() as isize, target.dtype.size() as isize);
    let [step, stride] = axes[axes.len() - 1].strides;
    split(count(axes), GRAIN, |range| {
        let mut rooms = Rooms::uninit();
        let [collected, written, ..] = all(&mut rooms);
        runs(axes, range, |[source_at, target_at], n| {
            for done in (0..n as isize).step_by(BLOCK) {
                let n = BLOCK.min(n - done as usize);
                let source_at = from.at((source_at + done * step) * own);
                let target_at = to.at((target_at + done * stride) * other);
                // SAFETY: the runs of the layouts stay within their buffers, and no two tasks write to one place.
                unsafe {
                    let read = if step == 1 { source_at } else { collect(source.dtype, source_at, step, collected, n) };
                    if stride == 1 {
                        cast([source.dtype, target.dtype], read, target_at, &mut rooms, n);
                    } else {
                        cast([source.dtype, target.dtype], read, written, &mut rooms, n);
                        spread(target.dtype, written, target_at, stride, n);
                    }
                }
            }
        });
    });
    Ok(())
}

/// Elements cast at a time.
const BLOCK: usize = 256;

/// Room for a block of any dtype at each stage: collected, written, loaded, computed, and what a cast needs between.
type Rooms = MaybeUninit<[[u128; BLOCK]; 5]>;

fn all(rooms: &mut Rooms) -> [*mut u8; 5] {
    let first = rooms.as_mut_ptr().cast::<[u128; BLOCK]>();
    [0, 1, 2, 3, 4].map(|i| first.wrapping_add(i).cast())
}

/// Casts `n` dense elements. `from` may be the first room, `to` the second.
unsafe fn cast(dtypes: [DType; 2], from: *const u8, to: *mut u8, rooms: &mut Rooms, n: usize) {
    let [source, target] = dtypes;
    let [_, _, loaded, computed, between] = all(rooms);
    // SAFETY: the caller gives `n` elements on both sides; every room has space for a block of any type.
    unsafe {
        let from = match convert::load(source) {
            Some(load) if target == source.compute() => return load(from, to, n),
            Some(load) => {
                load(from, loaded, n);
                loaded
            }
            None => from,
        };
        match convert::store(target) {
            Some(store) if target.compute() == source.compute() => store(from, to, n),
            Some(store) => {
                convert::cast(source, target, from, computed, between, n);
                store(computed, to, n);
            }
            None => convert::cast(source, target, from, to, between, n),
        }
    }
}

/// Copies `n` elements that are `step` apart to `to`, side by side.
unsafe fn collect(dtype: DType, from: *const u8, step: isize, to: *mut u8, n: usize) -> *const u8 {
    // SAFETY: the caller's.
    dispatch_size!(dtype, T => unsafe {
        let (from, to) = (from.cast::<T>(), to.cast::<T>());
        (0..n).for_each(|i| *to.add(i) = *from.offset(i as isize * step));
    });
    to
}

/// Copies `n` elements that lie side by side to places that are `stride` apart.
unsafe fn spread(dtype: DType, from: *const u8, to: *mut u8, stride: isize, n: usize) {
    // SAFETY: the caller's.
    dispatch_size!(dtype, T => unsafe {
        let (from, to) = (from.cast::<T>(), to.cast::<T>());
        (0..n).for_each(|i| *to.offset(i as isize * stride) = *from.add(i));
    });
}

fn copy<T: Copy>(from: Pointer<T>, to: Pointer<T>, axes: &[Axis<2>]) {
    if let Some(across) = transposed(axes) {
        return transpose(from, to, axes, across);
    }
    let [step, stride] = axes[axes.len() - 1].strides;
    split(count(axes), GRAIN, |range| {
        runs(axes, range, |[source, target], n| {
            let (source, target) = (from.at(source), to.at(target));
            // SAFETY: the runs of the layouts stay within their buffers, which do not overlap; no two tasks write to one place.
            unsafe {
                match (step, stride) {
                    (1, 1) if n <= 16 => (0..n).for_each(|i| *target.add(i) = *source.add(i)),
                    (1, 1) => std::ptr::copy_nonoverlapping(source, target, n),
                    (0, 1) => std::slice::from_raw_parts_mut(target, n).fill(*source),
                    _ => (0..n as isize).for_each(|i| *target.offset(i * stride) = *source.offset(i * step)),
                }
            }
        });
    });
}

/// The axis along which the source lies side by side, where that is not the target's and both axes are long.
fn transposed(axes: &[Axis<2>]) -> Option<usize> {
    let (inner, outer) = axes.split_last()?;
    if inner.strides[1] != 1 || inner.strides[0].unsigned_abs() <= 1 || inner.size < 4 {
        return None;
    }
    outer.iter().position(|axis| axis.strides[0] == 1 && axis.size >= 4)
}

/// Copies in squares of the last axis and the axis `across`, so that each cache line is read once.
fn transpose<T: Copy>(from: Pointer<T>, to: Pointer<T>, axes: &[Axis<2>], across: usize) {
    let side = (LINE / size_of::<T>()).clamp(8, SIDE);
    let (inner, cross) = (axes[axes.len() - 1], axes[across]);
    let mut squares: Vec<Axis<4>> = Vec::with_capacity(axes.len());
    for (a, axis) in axes.iter().enumerate() {
        let [source, target] = axis.strides;
        let wide = [source * side as isize, target * side as isize];
        squares.push(match a {
            a if a == across => Axis { size: axis.size.div_ceil(side), strides: [wide[0], wide[1], 1, 0] },
            a if a == axes.len() - 1 => Axis { size: axis.size.div_ceil(side), strides: [wide[0], wide[1], 0, 1] },
            _ => Axis { size: axis.size, strides: [source, target, 0, 0] },
        });
    }
    let step = squares[axes.len() - 1].strides;
    split(count(&squares), GRAIN / (side * side), |range| {
        let mut room = [const { MaybeUninit::uninit() }; SIDE * SIDE];
        runs(&squares, range, |[source, target, row, column], n| {
            for i in 0..n as isize {
                let rows = side.min(cross.size - row as usize * side);
                let columns = side.min(inner.size - (column + i) as usize * side);
                let (source, target) = (from.at(source + i * step[0]), to.at(target + i * step[1]));
                // SAFETY: the square is cut to the axes' sizes; squares of different tasks do not overlap.
                unsafe { turn(source, inner.strides[0], target, cross.strides[1], &mut room, [rows, columns]) };
            }
        });
    });
}

/// Bytes that memory is read and written by.
const LINE: usize = 64;
/// The longest side of a square.
const SIDE: usize = 32;

/// Copies a square by way of `room`: lines that lie a power of two apart push each other out of the cache, so that each
/// is to be read and written at once. The source has `columns` lines of `rows` elements, the target `rows` of `columns`.
unsafe fn turn<T: Copy>(
    source: *const T,
    step: isize,
    target: *mut T,
    stride: isize,
    room: &mut [MaybeUninit<T>; SIDE * SIDE],
    [rows, columns]: [usize; 2],
) {
    for c in 0..columns {
        let line = source.wrapping_offset(c as isize * step);
        for (r, place) in room[c * SIDE..][..rows].iter_mut().enumerate() {
            // SAFETY: the caller's.
            place.write(unsafe { *line.add(r) });
        }
    }
    for r in 0..rows {
        let line = target.wrapping_offset(r as isize * stride);
        for c in 0..columns {
            // SAFETY: the caller's; the room was written above.
            unsafe { line.add(c).write(room[c * SIDE + r].assume_init()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{content, dense_operand, operand};
    use super::*;
    use crate::memory;
    use pyrite_core::Layout;
    use pyrite_core::half::f16;

    fn target(dtype: DType, shape: &[usize]) -> Operand {
        let layout = Layout::contiguous(shape);
        Operand { buffer: memory::allocate(layout.numel() * dtype.size()).unwrap(), layout, dtype }
    }

    #[test]
    fn transposes_of_every_width() {
        let (rows, columns) = (37usize, 83usize);
        let data: Vec<i64> = (0..(rows * columns) as i64).collect();
        for dtype in DType::ALL {
            let typed = target(dtype, &[rows, columns]);
            write(&dense_operand(&data, &[rows, columns]), &typed).unwrap();
            let turned = Operand { layout: typed.layout.transpose(0, 1).unwrap(), ..typed.clone() };
            let out = target(dtype, &[columns, rows]);
            write(&turned, &out).unwrap();
            let size = dtype.size();
            let (before, after) = (content::<u8>(&typed.buffer), content::<u8>(&out.buffer));
            for r in 0..rows {
                for c in 0..columns {
                    let (b, a) = ((r * columns + c) * size, (c * rows + r) * size);
                    assert_eq!(before[b..b + size], after[a..a + size], "{dtype:?} {r} {c}");
                }
            }
        }
    }

    #[test]
    fn large_transposes_use_tasks() {
        let n = 600;
        let data: Vec<i32> = (0..2 * n * n).collect();
        let n = n as usize;
        let source = operand(&data, &[2, n, n], &[(n * n) as isize, 1, n as isize], 0);
        let out = target(DType::I32, &[2, n, n]);
        write(&source, &out).unwrap();
        let out = content::<i32>(&out.buffer);
        for k in [0, 1, n - 1, n, n * n - 1, n * n, 2 * n * n - 1] {
            let (b, i, j) = (k / (n * n), k / n % n, k % n);
            assert_eq!(out[k], data[b * n * n + j * n + i]);
        }
    }

    #[test]
    fn strided_targets_and_casts() {
        let buffer = dense_operand(&[0i32; 12], &[12]).buffer;
        let layout = Layout { strides: [6isize, 2].as_slice().into(), offset: 1, ..Layout::contiguous(&[2, 3]) };
        let to = Operand { buffer, layout, dtype: DType::I32 };
        write(&dense_operand(&[1.5f32, -2.5, 3.0, 4.0, 5.0, 6.9], &[2, 3]), &to).unwrap();
        assert_eq!(content::<i32>(&to.buffer), [0, 1, 0, -2, 0, 3, 0, 4, 0, 5, 0, 6]);
    }

    #[test]
    fn broadcast_and_bool() {
        let out = target(DType::Bool, &[2, 3]);
        write(&operand(&[f16::from_f32(0.0), f16::NAN], &[2, 3], &[1, 0], 0), &out).unwrap();
        assert_eq!(content::<u8>(&out.buffer), [0, 0, 0, 1, 1, 1]);
        let out = target(DType::F64, &[]);
        write(&operand(&[7u8, 9], &[], &[], 1), &out).unwrap();
        assert_eq!(content::<f64>(&out.buffer), [9.0]);
    }

    #[test]
    fn nothing_to_copy_and_wrong_shapes() {
        let empty = dense_operand::<f32>(&[], &[0, 3]);
        write(&empty, &target(DType::I64, &[0, 3])).unwrap();
        assert!(write(&empty, &target(DType::F32, &[3, 0])).is_err());
    }
}
