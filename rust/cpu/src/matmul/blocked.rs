//! The loops around the micro-kernels: blocks that fit the caches, packed where packing pays.

use super::Region;
use super::scratch::{self, Use};
use super::stored::{Side, Stored};
use crate::micro::{Family, Kernels, Lines, MAX_LANES, Tile};

/// Bytes along k of a packed line: how deep a block is.
const DEPTH: usize = 3072;
/// Rows of a packed block of A, which with the depth stays in the second-level cache.
const HEIGHT: usize = 112;
/// Columns of a packed block of B.
const WIDTH: usize = 512;

/// See [`slabs`].
const SLAB: usize = 16;

/// Columns from which A is worth packing.
const PACK_LEFT: usize = 128;
/// Rows from which B is worth packing, unless it is so small that the caches hold it in place.
const PACK_RIGHT: usize = 96;
const SMALL: usize = 1 << 14;

/// Computes a region into `c`, whose rows are `c_row` numbers apart.
///
/// # Safety
/// The region can be read and `c` written as they say; the kernels are this CPU's; k is not 0.
pub unsafe fn multiply<S: Stored>(kernels: &Kernels<S::Compute>, region: &Region<S>, c: *mut S::Compute, c_row: usize) {
    let &Region { m, n, k, b, .. } = region;
    let readable = S::IN_PLACE && S::PARTS == 1;
    let small = n.saturating_mul(k) <= SMALL;
    let pack_a = !readable || n >= PACK_LEFT;
    let pack_b = !readable || b.col != 1 || (m >= PACK_RIGHT && !small);
    let family = if pack_a { &kernels.packed } else { &kernels.strided };
    let blocks = Blocks { kernels, family, region, c, c_row, pack_a, pack_b, depth: depth::<S>(k) };
    let (height, width) = (tallest(m, family.rows()).min(m), (n * S::PARTS).min(WIDTH));
    let left = if pack_a { blocks.depth * height + height * MAX_LANES } else { 0 };
    let padded = width.next_multiple_of(kernels.lanes);
    let right = if pack_b { blocks.depth * padded + padded / kernels.lanes * MAX_LANES } else { 0 };
    // SAFETY: the caller's promises; the buffers hold a block each, and after each panel the lanes that packing may spill.
    unsafe {
        match (pack_a, pack_b) {
            (false, false) => blocks.run(std::ptr::null_mut(), std::ptr::null_mut()),
            (false, true) => scratch::with(Use::Right, right, |right| blocks.run(std::ptr::null_mut(), right)),
            (true, _) => {
                scratch::with(Use::Left, left, |left| scratch::with(Use::Right, right, |right| blocks.run(left, right)))
            }
        }
    }
}

/// Numbers along k in a block: depends on nothing but k and the type, as it decides how sums are grouped.
fn depth<S: Stored>(k: usize) -> usize {
    let k = k * S::PARTS;
    let most = (DEPTH / size_of::<S::Compute>()).min(k);
    k.div_ceil(k.div_ceil(most)).next_multiple_of(S::PARTS)
}

/// The length of even parts of `length`, each at most `most`.
#[inline]
fn even(length: usize, most: usize) -> usize {
    length.div_ceil(length.div_ceil(most))
}

/// Rows of the blocks of `m` rows: even parts, but for whole tiles.
fn tallest(m: usize, rows: usize) -> usize {
    even(m, HEIGHT).next_multiple_of(rows)
}

struct Blocks<'a, S: Stored> {
    kernels: &'a Kernels<S::Compute>,
    family: &'a Family<S::Compute>,
    region: &'a Region<S>,
    c: *mut S::Compute,
    c_row: usize,
    pack_a: bool,
    pack_b: bool,
    depth: usize,
}

/// A block of the product, in numbers: rows, columns and steps from here on, that many.
#[derive(Clone, Copy)]
struct Block {
    top: usize,
    height: usize,
    left: usize,
    width: usize,
    front: usize,
    depth: usize,
    /// Rows and columns of a tile.
    rows: usize,
    columns: usize,
}

impl Block {
    /// Where the packed panel of line `line`, a multiple of `lines`, starts: behind it there is room for what packing
    /// spills, which also keeps panels from sharing cache sets.
    #[inline]
    fn panel(&self, line: usize, lines: usize) -> usize {
        line * self.depth + line / lines * MAX_LANES
    }
}

/// The steps of a block that are packed before the next ones, as start and length. Lines that stand side by side are
/// packed a few steps at a time for all panels, as panels share cache lines and pages.
fn slabs(depth: usize, across: isize) -> impl Iterator<Item = (usize, usize)> {
    let most = if across == 1 { SLAB } else { depth };
    (0..depth).step_by(most).map(move |front| (front, most.min(depth - front)))
}

impl<S: Stored> Blocks<'_, S> {
    /// Goes through the blocks with buffers for a packed block of each operand (null: read in place).
    unsafe fn run(&self, packed_a: *mut S::Compute, packed_b: *mut S::Compute) {
        let (n, k) = (self.region.n * S::PARTS, self.region.k * S::PARTS);
        let tallest = tallest(self.region.m, self.family.rows());
        for left in (0..n).step_by(WIDTH) {
            let width = (n - left).min(WIDTH);
            let vectors = even(width.div_ceil(self.kernels.lanes), self.family.vectors());
            let columns = vectors * self.kernels.lanes;
            for front in (0..k).step_by(self.depth) {
                let depth = (k - front).min(self.depth);
                for top in (0..self.region.m).step_by(tallest) {
                    let height = (self.region.m - top).min(tallest);
                    let rows = even(height, self.family.rows());
                    let block = Block { top, height, left, width, front, depth, rows, columns };
                    // SAFETY: the block is part of the region; the buffers hold it.
                    unsafe {
                        if self.pack_b && top == 0 {
                            self.pack_right(&block, packed_b);
                        }
                        if self.pack_a {
                            self.pack_left(&block, packed_a);
                        }
                        self.multiply(&block, packed_a, packed_b);
                    }
                }
            }
        }
    }

    /// Packs A's part of a block, panel after panel of a tile's rows.
    unsafe fn pack_left(&self, block: &Block, to: *mut S::Compute) {
        let a = self.region.a;
        for (front, depth) in slabs(block.depth / S::PARTS, a.row) {
            for i in (0..block.height).step_by(block.rows) {
                let rows = (block.height - i).min(block.rows);
                let from = a.at(block.top + i, block.front / S::PARTS + front);
                let lines = Lines { from, across: a.row, along: a.col };
                let to = to.wrapping_add(block.panel(i, block.rows) + front * S::PARTS * rows);
                // SAFETY: the caller's promises.
                unsafe { S::pack(self.kernels, Side::Left, lines, rows, depth, rows, to) }
            }
        }
    }

    /// Packs B's part of a block, panel after panel of a tile's columns; the last is padded to whole vectors.
    unsafe fn pack_right(&self, block: &Block, to: *mut S::Compute) {
        let b = self.region.b;
        for (front, depth) in slabs(block.depth / S::PARTS, b.col) {
            for j in (0..block.width).step_by(block.columns) {
                let columns = (block.width - j).min(block.columns);
                let padded = columns.next_multiple_of(self.kernels.lanes);
                let from = b.at(block.front / S::PARTS + front, (block.left + j) / S::PARTS);
                let lines = Lines { from, across: b.col, along: b.row };
                let to = to.wrapping_add(block.panel(j, block.columns) + front * S::PARTS * padded);
                // SAFETY: the caller's promises.
                unsafe { S::pack(self.kernels, Side::Right, lines, columns / S::PARTS, depth, padded, to) }
            }
        }
    }

    /// Multiplies a block tile by tile, a panel of B against all of A's rows at a time.
    unsafe fn multiply(&self, block: &Block, packed_a: *const S::Compute, packed_b: *const S::Compute) {
        let Region { a, b, .. } = self.region;
        for j in (0..block.width).step_by(block.columns) {
            let columns = (block.width - j).min(block.columns);
            let vectors = columns.div_ceil(self.kernels.lanes);
            let (right, b_step) = if self.pack_b {
                (packed_b.wrapping_add(block.panel(j, block.columns)), (vectors * self.kernels.lanes) as isize)
            } else {
                (b.at(block.front, block.left + j).cast(), b.row)
            };
            for i in (0..block.height).step_by(block.rows) {
                let rows = (block.height - i).min(block.rows);
                let left = if self.pack_a {
                    packed_a.wrapping_add(block.panel(i, block.rows))
                } else {
                    a.at(block.top + i, block.front).cast()
                };
                let tile = Tile {
                    k: block.depth,
                    a: left,
                    a_row: a.row,
                    a_step: a.col,
                    b: right,
                    b_step,
                    c: self.c.wrapping_add((block.top + i) * self.c_row + block.left + j),
                    c_row: self.c_row,
                    columns,
                    padded: self.pack_b,
                    accumulate: block.front > 0,
                };
                // SAFETY: the tile is part of the block, whose operands are readable in place or packed.
                unsafe { self.family.tile(rows, vectors)(&tile) }
            }
        }
    }
}
