//! gather and scatter: an index along one axis, for each element.
#![allow(unsafe_code)]

use super::moves::{Move, Steps, reading, writing};
use crate::level::vectorized;
use crate::memory;
use crate::strided::{Axis, GRAIN, Pointer, axes, base, count, merge, runs, sort_by_stride, split};
use pyrite_core::{Buffer, Combine, Error, Layout, Operand, Result};
use std::sync::atomic::{AtomicBool, Ordering};

/// Reads along `axis`; see [`pyrite_core::Backend::gather`].
pub fn gather(input: &Operand, axis: usize, index: &Operand) -> Result<Buffer> {
    let layout = Layout::contiguous(&index.layout.shape);
    let buffer = memory::allocate(layout.numel() * input.dtype.size())?;
    let out = Operand { buffer, layout, dtype: input.dtype };
    let job = job(input, axis, index, &out)?;
    let axes = merge(job.axes.clone());
    split(count(&axes), GRAIN, |range| job.run(&axes, range, reading(input.dtype)));
    Ok(out.buffer)
}

/// Writes along `axis`, in order; see [`pyrite_core::Backend::scatter`].
pub fn scatter(target: &Operand, axis: usize, index: &Operand, source: &Operand, how: Combine) -> Result<()> {
    let moves = writing(target.dtype, how)?;
    let mut job = job(target, axis, index, source)?;
    // Only elements that differ along `axis` alone may meet in one place, so the other axes may be visited in any order.
    let own = job.axes.remove(axis);
    let is_inner = job.axes.iter().all(|other| other.size == 1 || own.strides[1] < other.strides[1]);
    sort_by_stride(&mut job.axes, 1);
    let others = merge(job.axes.clone());
    match others.split_last() {
        Some((&last, [])) if !is_inner => split(last.size, (GRAIN / own.size.max(1)).max(64), |range| {
            let all = [own, Axis { size: range.len(), ..last }];
            job.shifted(last.strides.map(|s| s * range.start as isize)).run(&all, 0..count(&all), moves);
        }),
        Some((&last, outer)) if !is_inner => job.run_all(outer, &[own, last], moves),
        _ => job.run_all(&others, &[own], moves),
    }
    Ok(())
}

/// Three operands walked together: the index, what it points into (which stands still along the axis), the other.
struct Job {
    index: Pointer<i64>,
    indexed: Pointer<u8>,
    plain: Pointer<u8>,
    size: isize,
    /// The indexed operand's stride along the axis.
    step: isize,
    axes: Vec<Axis<3>>,
}

fn job(indexed: &Operand, axis: usize, index: &Operand, plain: &Operand) -> Result<Job> {
    let still = Layout { shape: index.layout.shape.clone(), ..indexed.layout.clone() };
    let mut axes = axes([&index.layout, &plain.layout, &still]);
    axes[axis].strides[2] = 0;
    check(index, axis, indexed.layout.shape[axis])?;
    Ok(Job {
        index: base(index)?,
        indexed: base(indexed)?,
        plain: base(plain)?,
        size: indexed.dtype.size() as isize,
        step: indexed.layout.strides[axis],
        axes,
    })
}

impl Job {
    /// The job as it looks from `offsets` further on.
    fn shifted(&self, offsets: [isize; 3]) -> Job {
        Job {
            index: Pointer::new(self.index.at(offsets[0])),
            plain: Pointer::new(self.plain.at(offsets[1] * self.size)),
            indexed: Pointer::new(self.indexed.at(offsets[2] * self.size)),
            axes: Vec::new(),
            ..*self
        }
    }

    /// Runs over the axes `outer`, shared among tasks, with those of `inner` inside.
    fn run_all(&self, outer: &[Axis<3>], inner: &[Axis<3>], moves: Move) {
        let (all, each) = ([outer, inner].concat(), count(inner));
        split(count(outer), GRAIN / each.max(1), |range| self.run(&all, range.start * each..range.end * each, moves));
    }

    fn run(&self, axes: &[Axis<3>], range: std::ops::Range<usize>, moves: Move) {
        let [index, plain, indexed] = axes[axes.len() - 1].strides;
        let steps = Steps { index, indexed, plain, axis: self.step };
        runs(axes, range, |[index, plain, indexed], n| {
            let (indexed, plain) = (self.indexed.at(indexed * self.size), self.plain.at(plain * self.size));
            // SAFETY: the runs stay within the layouts and the indices were checked; tasks write to places of their own.
            unsafe { moves(indexed, self.index.at(index), plain, n, steps) };
        });
    }
}

/// Refuses an index below 0 or from `size` on.
fn check(index: &Operand, axis: usize, size: usize) -> Result<()> {
    let mut all = axes([&index.layout]);
    all.retain(|a| a.strides[0] != 0 || a.size == 0);
    sort_by_stride(&mut all, 0);
    let all = merge(all);
    let step = all[all.len() - 1].strides[0];
    let from: Pointer<i64> = base(index)?;
    let fits = AtomicBool::new(true);
    split(count(&all), GRAIN, |range| {
        runs(&all, range, |[first], n| {
            let mut signs = 0;
            // SAFETY: the run stays within the index's layout.
            unsafe { join_signs(&mut signs, from.at(first), n, step, size as i64) };
            if signs < 0 {
                fits.store(false, Ordering::Relaxed);
            }
        });
    });
    if fits.into_inner() {
        return Ok(());
    }
    // SAFETY: the runs stay within the index's layout.
    let at = |place: isize| unsafe { *from.at(place) };
    let mut wrong = None;
    let in_order = axes([&index.layout]);
    let step = in_order.last().map_or(0, |a| a.strides[0]);
    runs(&in_order, 0..count(&in_order), |[first], n| {
        let mut values = (0..n as isize).map(|i| at(first + i * step));
        wrong = wrong.or_else(|| values.find(|&i| i < 0 || i as usize >= size));
    });
    let wrong = wrong.unwrap_or_default();
    Err(Error::Invalid(format!("index {wrong} is out of bounds for dimension {axis} with size {size}")))
}

vectorized! {
    /// Makes `signs` negative if one of `n` indices is below 0 or from `size` on.
    unsafe fn join_signs<>(signs: &mut i64, index: *const i64, n: usize, step: isize, size: i64) {
        // SAFETY: the caller gives `n` indices that are `step` apart.
        let at = |i: usize| unsafe { *index.offset(i as isize * step) };
        let sign = |i: i64| i | size.wrapping_sub(1).wrapping_sub(i);
        *signs = if step == 1 {
            // SAFETY: as above.
            unsafe { std::slice::from_raw_parts(index, n) }.iter().fold(0, |signs, &i| signs | sign(i))
        } else {
            (0..n).fold(0, |signs, i| signs | sign(at(i)))
        };
    }
}
