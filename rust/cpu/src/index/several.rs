//! Reads and writes by several index tensors at once: each combination of indices names a block of the other axes.
#![allow(unsafe_code)]

use super::moves::{Steps, reading, writing};
use crate::memory;
use crate::strided::{GRAIN, Pointer, axes, base, count, merge, runs, split, start};
use pyrite_core::{Buffer, Combine, Error, Layout, Operand, Put, Result};
use std::sync::Mutex;

/// Reads by index; see [`pyrite_core::Backend::index`].
pub fn index(input: &Operand, indices: &[Operand], wrap: bool) -> Result<Buffer> {
    let shape = indices.first().map_or(&[][..], |index| &index.layout.shape);
    let blocks = blocks(&input.layout, indices.len());
    let dense = Layout::contiguous(&blocks.shape);
    let inner = merge(axes([&blocks, &dense]));
    let (block, size) = (dense.numel(), input.dtype.size() as isize);
    let total = Layout::contiguous(shape).numel();
    let buffer = memory::allocate(total * block * size as usize)?;
    let places = places(&input.layout, indices, wrap)?;
    if total * block == 0 {
        return Ok(buffer);
    }
    let (from, to, read) = (base::<u8>(input)?, start::<u8>(&buffer)?, reading(input.dtype));
    let at = places.start;
    split(total, GRAIN / block, |range| {
        if block == 1 {
            let steps = Steps { index: 1, indexed: 0, plain: 1, axis: 1 };
            let first = range.start as isize;
            // SAFETY: the places were checked; the result has one element for each.
            return unsafe { read(from.at(0), at.at(first), to.at(first * size), range.len(), steps) };
        }
        let [step, stride] = inner[inner.len() - 1].strides;
        let steps = Steps { index: 0, indexed: step, plain: stride, axis: 1 };
        for place in range {
            runs(&inner, 0..block, |[source, target], n| {
                let to = to.at((target + (place * block) as isize) * size);
                // SAFETY: the places were checked and the runs stay within the blocks.
                unsafe { read(from.at(source * size), at.at(place as isize), to, n, steps) };
            });
        }
    });
    Ok(buffer)
}

/// Writes by index, in order; see [`pyrite_core::Backend::index_put`].
pub fn index_put(target: &Operand, indices: &[Operand], source: &Operand, how: Put) -> Result<()> {
    let rank = indices.first().map_or(0, |index| index.layout.rank());
    let write = writing(target.dtype, if how.accumulate { Combine::Add } else { Combine::Set })?;
    let (to_blocks, from_blocks) = (blocks(&target.layout, indices.len()), blocks(&source.layout, rank));
    let inner = merge(axes([&to_blocks, &from_blocks]));
    let outer = Layout { shape: source.layout.shape[..rank].into(), ..source.layout.clone() };
    let outer = merge(axes([&outer]));
    let places = places(&target.layout, indices, how.wrap)?;
    if source.layout.numel() == 0 {
        return Ok(());
    }
    let (to, from, at) = (base::<u8>(target)?, base::<u8>(source)?, places.start);
    let size = target.dtype.size() as isize;
    let (total, block, next) = (count(&outer), count(&inner), outer[outer.len() - 1].strides[0]);
    let [indexed, plain] = inner[inner.len() - 1].strides;
    let steps = Steps { index: 0, indexed, plain, axis: 1 };
    // Two indices may name one block, so tasks share out the elements of the blocks, not the blocks.
    split(block, (GRAIN / total).max(64), |range| {
        let mut place = 0;
        runs(&outer, 0..total, |[first], n| {
            let from = |i: isize| from.at((first + i * next) * size);
            if block == 1 {
                let steps = Steps { index: 1, indexed: 0, plain: next, axis: 1 };
                // SAFETY: the places were checked; the run stays within the source.
                unsafe { write(to.at(0), at.at(place), from(0), n, steps) };
            } else {
                (0..n as isize).for_each(|i| {
                    runs(&inner, range.clone(), |[target, source], n| {
                        // SAFETY: as above; tasks write to elements of their own in each block.
                        unsafe {
                            let source = from(i).wrapping_offset(source * size);
                            write(to.at(target * size), at.at(place + i), source, n, steps);
                        }
                    });
                });
            }
            place += n as isize;
        });
    });
    Ok(())
}

/// The layout of the axes from `first` on.
fn blocks(layout: &Layout, first: usize) -> Layout {
    Layout { shape: layout.shape[first..].into(), strides: layout.strides[first..].into(), offset: 0 }
}

/// Where each combination of indices points, in elements from the indexed operand's first.
struct Places {
    start: Pointer<i64>,
    _buffer: Buffer,
}

fn places(indexed: &Layout, indices: &[Operand], wrap: bool) -> Result<Places> {
    let total = indices.first().map_or(1, |index| index.layout.numel());
    let buffer = memory::allocate(total.max(1) * size_of::<i64>())?;
    let start: Pointer<i64> = start(&buffer)?;
    let wrong = Mutex::new(None);
    if indices.is_empty() {
        // SAFETY: there is room for one.
        unsafe { *start.at(0) = 0 };
    }
    for (axis, index) in indices.iter().enumerate() {
        let (size, stride) = (indexed.shape[axis] as i64, indexed.strides[axis] as i64);
        let all = merge(axes([&index.layout]));
        let step = all[all.len() - 1].strides[0];
        let from: Pointer<i64> = base(index)?;
        split(total, GRAIN, |range| {
            let mut out = start.at(range.start as isize);
            runs(&all, range, |[first], n| {
                for i in 0..n as isize {
                    // SAFETY: the runs stay within the index's layout, and there is room for every place.
                    unsafe {
                        let value = *from.at(first + i * step);
                        let wrapped = if value < 0 && wrap { value.wrapping_add(size) } else { value };
                        if wrapped < 0 || wrapped >= size {
                            refuse(&wrong, value, axis, size);
                        }
                        let before = if axis == 0 { 0 } else { *out };
                        *out = before.wrapping_add(wrapped.wrapping_mul(stride));
                        out = out.wrapping_add(1);
                    }
                }
            });
        });
    }
    match wrong.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => Ok(Places { start, _buffer: buffer }),
    }
}

#[cold]
fn refuse(wrong: &Mutex<Option<Error>>, value: i64, axis: usize, size: i64) {
    if let Ok(mut wrong) = wrong.lock() {
        wrong.get_or_insert_with(|| {
            Error::Index(format!("index {value} is out of bounds for dimension {axis} with size {size}"))
        });
    }
}
