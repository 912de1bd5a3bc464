//! Reductions over the last axes of any layout: rows are folded in blocks, columns in tiles, and the partial results
//! pairwise, which keeps sums accurate. How the work is cut depends on sizes alone, so any number of threads gives the same bits.
#![allow(unsafe_code)]

mod fold;
pub mod number;
mod place;

use crate::memory;
use crate::strided::{
    Axis, GRAIN, Pointer, axes, base, count, dispatch_size, merge, runs, sort_by_stride, split, start,
};
use fold::{All, Any, BLOCK, Extreme, Kernel, Pieces, Product, Rows, Sum};
use number::dispatch_ordered;
use place::Place;
use pyrite_core::{Buffer, DType, Layout, Operand, Reduction, Result, dispatch};
use std::mem::MaybeUninit;

/// Columns folded together, and rows folded before the sums are put aside.
const TILE: usize = 512;
const ROWS: usize = 256;
/// Rows narrower than this are folded several at a time.
const NARROW: usize = 64;
/// Runs shorter than this are collected into a block before they are folded.
const SHORT: usize = 256;

/// Reduces the last `reduced` axes of `input`; see [`pyrite_core::Backend::reduce`].
pub fn reduce(kind: Reduction, input: &Operand, reduced: usize) -> Result<Buffer> {
    let size = match kind {
        Reduction::Argmax | Reduction::Argmin => DType::I64.size(),
        Reduction::Any | Reduction::All => DType::Bool.size(),
        _ => input.dtype.size(),
    };
    let kernel = kernel(kind, input.dtype)?;
    let (job, buffer) = job(kernel, input, reduced, size)?;
    if input.layout.numel() == 0 {
        job.fill_with_identity();
    } else if job.has_columns() {
        columns(&job)?;
    } else if job.reduced.last().is_some_and(|a| a.strides[0] == 1 && (a.size >= SHORT || job.reduced.len() == 1)) {
        rows(&job)?;
    } else {
        dispatch_size!(input.dtype, T => collected::<T>(&job)?);
    }
    Ok(buffer)
}

fn kernel(kind: Reduction, dtype: DType) -> Result<Kernel> {
    Ok(match kind {
        Reduction::Sum => dispatch!(dtype, T => Kernel::of::<Sum<T>>()),
        Reduction::Prod => dispatch!(dtype, T => Kernel::of::<Product<T>>()),
        Reduction::Any => dispatch!(dtype, T => Kernel::of::<Any<T>>()),
        Reduction::All => dispatch!(dtype, T => Kernel::of::<All<T>>()),
        Reduction::Max => dispatch_ordered!("amax", dtype, T => Kernel::of::<Extreme<T, true>>()),
        Reduction::Min => dispatch_ordered!("amin", dtype, T => Kernel::of::<Extreme<T, false>>()),
        Reduction::Argmax => dispatch_ordered!("argmax", dtype, T => Kernel::of::<Place<T, true>>()),
        Reduction::Argmin => dispatch_ordered!("argmin", dtype, T => Kernel::of::<Place<T, false>>()),
    })
}

/// What is read and where results go. The strides of `kept` are the input's and the dense result's.
struct Job {
    kernel: Kernel,
    input: Pointer<u8>,
    /// Bytes of an element.
    size: isize,
    kept: Vec<Axis<2>>,
    reduced: Vec<Axis<1>>,
    outputs: usize,
    out: Pointer<u8>,
    /// Bytes of a result.
    out_size: isize,
}

/// Offsets of a piece of work: in the input, in the partial results, of the piece in its row, of its first place.
type Piece = Axis<4>;

/// Room for a tile of sums of any type.
type Sums = MaybeUninit<[u128; TILE]>;

fn job(kernel: Kernel, input: &Operand, reduced: usize, out_size: usize) -> Result<(Job, Buffer)> {
    let rank = input.layout.rank();
    let dense = Layout::contiguous(&input.layout.shape[..rank - reduced]);
    let mut kept = axes([&dense, &input.layout]);
    kept.iter_mut().for_each(|axis| axis.strides.swap(0, 1));
    sort_by_stride(&mut kept, 0);
    let mut inner = axes([&input.layout]).split_off(rank - reduced);
    if !kernel.is_ordered {
        sort_by_stride(&mut inner, 0);
    }
    let (outputs, size) = (dense.numel(), input.dtype.size());
    let buffer = memory::allocate(outputs * out_size)?;
    let job = Job {
        kernel,
        input: base(input)?,
        size: size as isize,
        kept: merge(kept),
        reduced: merge(inner),
        outputs,
        out: start(&buffer)?,
        out_size: out_size as isize,
    };
    Ok((job, buffer))
}

impl Job {
    fn fill_with_identity(&self) {
        let mut sum = MaybeUninit::<u128>::uninit();
        let sum = sum.as_mut_ptr().cast();
        for i in 0..self.outputs as isize {
            // SAFETY: there is room for any sum, and for every result.
            unsafe {
                (self.kernel.clear)(sum, 1);
                (self.kernel.lower)(sum, self.out.at(i * self.out_size), 1, 1);
            }
        }
    }

    /// Whether neighbours in memory belong to different results.
    fn has_columns(&self) -> bool {
        let smallest = |strides: &mut dyn Iterator<Item = isize>| {
            strides.map(isize::unsigned_abs).filter(|&s| s > 0).min().unwrap_or(usize::MAX)
        };
        let across = smallest(&mut self.kept.iter().map(|a| a.strides[0]));
        let along = smallest(&mut self.reduced.iter().filter(|a| a.size > 1).map(|a| a.strides[0]));
        self.outputs > 1 && across < along
    }

    fn at(&self, offset: isize) -> *const u8 {
        self.input.at(offset * self.size)
    }

    /// The kept axes as axes of pieces.
    fn pieces(&self) -> Vec<Piece> {
        self.kept.iter().map(|a| Axis { size: a.size, strides: [a.strides[0], a.strides[1], 0, 0] }).collect()
    }

    /// Where `chunks` results for each output are put, before they are combined.
    fn partial(&self, chunks: usize) -> Result<Partial<'_>> {
        if chunks == 1 {
            return Ok(Partial { job: self, chunks, held: None });
        }
        let buffer = memory::allocate(chunks * self.outputs * self.kernel.accumulator)?;
        Ok(Partial { job: self, chunks, held: Some((start(&buffer)?, buffer)) })
    }
}

/// Partial results, those of one chunk side by side; the results themselves where there is one chunk.
struct Partial<'a> {
    job: &'a Job,
    chunks: usize,
    held: Option<(Pointer<u8>, Buffer)>,
}

impl Partial<'_> {
    /// Puts `n` sums to slot `at` and on, `stride` slots apart.
    ///
    /// # Safety
    /// The slots must be below chunks times outputs, and no other thread may write there.
    unsafe fn put(&self, sums: *const u8, at: isize, stride: isize, n: usize) {
        let job = self.job;
        // SAFETY: the caller's.
        unsafe {
            match &self.held {
                Some((held, _)) => (job.kernel.keep)(sums, held.at(at * job.kernel.accumulator as isize), stride, n),
                None => (job.kernel.lower)(sums, job.out.at(at * job.out_size), stride, n),
            }
        }
    }

    /// Combines the chunks pairwise.
    fn finish(self) {
        let Some((held, _buffer)) = self.held else { return };
        let job = self.job;
        split(job.outputs, (GRAIN / self.chunks).max(64), |range| {
            let row = |i: usize| held.at(((i * job.outputs + range.start) * job.kernel.accumulator) as isize);
            let mut chunks = self.chunks;
            // SAFETY: the rows exist, and only this task works on its columns.
            unsafe {
                while chunks > 1 {
                    for i in 0..chunks / 2 {
                        (job.kernel.combine)(row(i), row(2 * i), row(2 * i + 1), range.len());
                    }
                    if chunks % 2 == 1 {
                        (job.kernel.keep)(row(chunks - 1), row(chunks / 2), 1, range.len());
                    }
                    chunks = chunks.div_ceil(2);
                }
                (job.kernel.lower)(row(0), job.out.at(range.start as isize * job.out_size), 1, range.len());
            }
        });
    }
}

/// Reduces long runs of elements that lie side by side.
fn rows(job: &Job) -> Result<()> {
    let Some((run, outer)) = job.reduced.split_last() else { return Ok(()) };
    let in_run = run.size.div_ceil(BLOCK);
    let chunks = in_run * count(outer);
    let mut pieces = job.pieces();
    let mut chunk = (chunks * job.outputs) as isize;
    let mut place = count(&job.reduced) as isize;
    for axis in outer {
        chunk /= axis.size as isize;
        place /= axis.size as isize;
        pieces.push(Axis { size: axis.size, strides: [axis.strides[0], chunk, 0, place] });
    }
    let block = BLOCK as isize;
    pieces.push(Axis { size: in_run, strides: [block, job.outputs as isize, block, block] });
    let pieces = merge(pieces);
    let [stride, slots, skips, places] = pieces[pieces.len() - 1].strides;
    let partial = job.partial(chunks)?;
    split(count(&pieces), GRAIN / run.size.min(BLOCK), |range| {
        let mut sums = Sums::uninit();
        let sums = sums.as_mut_ptr().cast();
        runs(&pieces, range, |[at, slot, skipped, place], n| {
            for done in (0..n).step_by(TILE) {
                let passed = done as isize;
                let work = Pieces {
                    count: TILE.min(n - done),
                    stride,
                    length: run.size,
                    skipped: (skipped + passed * skips) as usize,
                    skips: skips as usize,
                    place: (place + passed * places) as i64,
                    places: places as i64,
                };
                // SAFETY: the pieces lie within the input's layout; each has a slot of its own.
                unsafe {
                    (job.kernel.pieces)(sums, job.at(at + passed * stride), work);
                    partial.put(sums, slot + passed * slots, slots, work.count);
                }
            }
        });
    });
    partial.finish();
    Ok(())
}

/// Reduces elements of `T`'s size in any arrangement: collects them in blocks.
fn collected<T: Copy>(job: &Job) -> Result<()> {
    let total = count(&job.reduced);
    let chunks = total.div_ceil(BLOCK);
    let mut pieces = job.pieces();
    pieces.push(Axis { size: chunks, strides: [0, job.outputs as isize, 0, BLOCK as isize] });
    let pieces = merge(pieces);
    let [stride, slots, _, places] = pieces[pieces.len() - 1].strides;
    let step = job.reduced[job.reduced.len() - 1].strides[0];
    let partial = job.partial(chunks)?;
    split(count(&pieces), GRAIN / total.min(BLOCK), |range| {
        let mut block: Vec<T> = Vec::with_capacity(BLOCK.min(total));
        let mut sum = MaybeUninit::<u128>::uninit();
        let sum = sum.as_mut_ptr().cast();
        runs(&pieces, range, |[at, slot, _, place], n| {
            for i in 0..n as isize {
                let (first, place) = (at + i * stride, (place + i * places) as usize);
                block.clear();
                runs(&job.reduced, place..total.min(place + BLOCK), |[inner], n| {
                    let run = job.at(first + inner).cast::<T>();
                    // SAFETY: the run lies within the input's layout.
                    block.extend((0..n as isize).map(|k| unsafe { *run.wrapping_offset(k * step) }));
                });
                let length = block.len();
                let work = Pieces { count: 1, stride: 0, length, skipped: 0, skips: 0, place: place as i64, places: 0 };
                // SAFETY: the block holds `length` elements; each piece has a slot of its own.
                unsafe {
                    (job.kernel.pieces)(sum, block.as_ptr().cast(), work);
                    partial.put(sum, slot + i * slots, 1, 1);
                }
            }
        });
    });
    partial.finish();
    Ok(())
}

/// Reduces columns that lie side by side, row by row. Narrow dense rows are joined to wider ones, whose columns are
/// combined in the end.
fn columns(job: &Job) -> Result<()> {
    let mut pieces = job.pieces();
    let Some(own) = pieces.pop() else { return Ok(()) };
    let [step, slots, ..] = own.strides;
    let total = count(&job.reduced);
    let is_dense = job.reduced.len() == 1 && step == 1 && job.reduced[0].strides[0] == own.size as isize;
    let joins = is_dense && !job.kernel.is_ordered && own.size < NARROW;
    let joined = if joins { (2 * NARROW / own.size).min(total) } else { 1 };
    let (rows, left) = (total / joined, total % joined);
    let axes = match joined {
        1 => job.reduced.clone(),
        _ => vec![Axis { size: rows, strides: [(joined * own.size) as isize] }],
    };
    let stride = axes[axes.len() - 1].strides[0];
    let (tiles, chunks) = (own.size.div_ceil(TILE), rows.div_ceil(ROWS));
    let tile = TILE as isize;
    pieces.push(Axis { size: tiles, strides: [tile * step, tile * slots, tile, 0] });
    pieces.push(Axis { size: chunks, strides: [0, job.outputs as isize, 0, ROWS as isize] });
    let pieces = merge(pieces);
    let strides = pieces[pieces.len() - 1].strides;
    let partial = job.partial(chunks)?;
    split(count(&pieces), GRAIN / (own.size.min(TILE) * total.min(ROWS * joined)), |range| {
        let mut sums = Sums::uninit();
        let sums = sums.as_mut_ptr().cast();
        runs(&pieces, range, |first, n| {
            for i in 0..n as isize {
                let [at, slot, column, place] = [0, 1, 2, 3].map(|k| first[k] + i * strides[k]);
                let width = TILE.min(own.size - column as usize);
                let (mut place, end) = (place as usize, rows.min(place as usize + ROWS));
                // SAFETY: the rows and columns lie within the input's layout; each piece has slots of its own.
                unsafe {
                    (job.kernel.clear)(sums, width * joined);
                    runs(&axes, place..end, |[row], count| {
                        let work = Rows { width: width * joined, step, count, stride, place: place as i64 };
                        (job.kernel.columns)(sums, job.at(at + row), work);
                        place += count;
                    });
                    if left > 0 && end == rows {
                        let work = Rows { width: left * width, step: 1, count: 1, stride: 0, place: 0 };
                        (job.kernel.columns)(sums, job.at(at + rows as isize * stride), work);
                    }
                    join(&job.kernel, sums, joined, width);
                    partial.put(sums, slot, slots, width);
                }
            }
        });
    });
    partial.finish();
    Ok(())
}

/// Combines `rows` rows of `width` sums into the first.
///
/// # Safety
/// The sums must be there.
unsafe fn join(kernel: &Kernel, sums: *mut u8, mut rows: usize, width: usize) {
    while rows > 1 {
        let half = rows / 2;
        let rest = sums.wrapping_add((rows - half) * width * kernel.accumulator);
        // SAFETY: the caller's.
        unsafe { (kernel.combine)(sums, sums, rest, half * width) };
        rows -= half;
    }
}

#[cfg(test)]
mod tests;
