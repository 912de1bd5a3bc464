//! The tile kernel: a few rows of A times a few vectors of B, summed in registers.

use super::{Scalar, Vector, prefetch};

/// One tile of a product: C (rows x columns) = A (rows x k) B (k x columns), or C + that.
pub struct Tile<T> {
    pub k: usize,
    pub a: *const T,
    /// Elements from one row of A to the next, and from one column to the next. Packed kernels ignore both.
    pub a_row: isize,
    pub a_step: isize,
    pub b: *const T,
    /// Elements from one row of B to the next; its columns stand side by side.
    pub b_step: isize,
    pub c: *mut T,
    pub c_row: usize,
    /// Columns of C: more than the vectors but one hold, at most what all hold.
    pub columns: usize,
    /// Whether B may be read past `columns`, to the end of the last vector.
    pub padded: bool,
    /// Whether to add to C what it holds already.
    pub accumulate: bool,
}

/// Multiplies a tile of `ROWS` rows and `VECTORS` vectors. `PACKED`: element (i, p) of A stands at `p * ROWS + i`.
///
/// # Safety
/// The vector's instruction set is this CPU's and the caller's; A and B can be read and C written as the tile says.
#[inline(always)]
pub unsafe fn multiply<V: Vector, const ROWS: usize, const VECTORS: usize, const PACKED: bool>(tile: &Tile<V::Scalar>) {
    let last = tile.columns - (VECTORS - 1) * V::LANES;
    for i in 0..ROWS {
        for v in 0..VECTORS {
            prefetch(tile.c.wrapping_add(i * tile.c_row + v * V::LANES));
        }
    }
    // SAFETY: the caller's promises; a partial last vector touches `last` lanes only, unless B is padded.
    unsafe {
        let sums = if tile.padded || last == V::LANES {
            sum_products::<V, ROWS, VECTORS, PACKED, true>(tile, last)
        } else {
            sum_products::<V, ROWS, VECTORS, PACKED, false>(tile, last)
        };
        if last == V::LANES {
            write::<V, ROWS, VECTORS, true>(tile, last, sums);
        } else {
            write::<V, ROWS, VECTORS, false>(tile, last, sums);
        }
    }
}

/// A B in registers. `WHOLE`: the last vector of a row of B may be read whole.
#[inline(always)]
unsafe fn sum_products<V: Vector, const ROWS: usize, const VECTORS: usize, const PACKED: bool, const WHOLE: bool>(
    tile: &Tile<V::Scalar>,
    last: usize,
) -> [[V; VECTORS]; ROWS] {
    // SAFETY: the caller's promises: `k` steps stay inside A and B. Addresses past the last step are not read.
    unsafe {
        let mut sums = [[V::splat(V::Scalar::ZERO); VECTORS]; ROWS];
        let mut row = [tile.a; ROWS];
        for (i, row) in row.iter_mut().enumerate() {
            *row = tile.a.wrapping_offset(i as isize * tile.a_row);
        }
        let (mut a, mut offset, mut b) = (tile.a, 0, tile.b);
        for _ in 0..tile.k {
            let mut right = [V::splat(V::Scalar::ZERO); VECTORS];
            for (v, right) in right.iter_mut().enumerate() {
                let from = b.wrapping_add(v * V::LANES);
                *right = if WHOLE || v + 1 < VECTORS { V::load(from) } else { V::load_first(from, last) };
            }
            for i in 0..ROWS {
                let left = V::splat(if PACKED { *a.add(i) } else { *row[i].wrapping_offset(offset) });
                for v in 0..VECTORS {
                    sums[i][v] = sums[i][v].mul_add(left, right[v]);
                }
            }
            a = a.wrapping_add(ROWS);
            offset = offset.wrapping_add(tile.a_step);
            b = b.wrapping_offset(tile.b_step);
        }
        sums
    }
}

/// Stores the sums in C. `WHOLE`: the last vector of a row of C is whole.
#[inline(always)]
unsafe fn write<V: Vector, const ROWS: usize, const VECTORS: usize, const WHOLE: bool>(
    tile: &Tile<V::Scalar>,
    last: usize,
    sums: [[V; VECTORS]; ROWS],
) {
    for (i, row) in sums.iter().enumerate() {
        for (v, &sum) in row.iter().enumerate() {
            let to = tile.c.wrapping_add(i * tile.c_row + v * V::LANES);
            // SAFETY: the caller's promises; only `last` lanes of a partial vector are touched.
            unsafe {
                if WHOLE || v + 1 < VECTORS {
                    let sum = if tile.accumulate { V::load(to).add(sum) } else { sum };
                    sum.store(to);
                } else {
                    let sum = if tile.accumulate { V::load_first(to, last).add(sum) } else { sum };
                    sum.store_first(to, last);
                }
            }
        }
    }
}
