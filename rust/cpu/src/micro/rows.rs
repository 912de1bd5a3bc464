//! A few rows times a matrix: bound by reading the matrix, which is read once, in place and in order.

use super::{Scalar, Vector, prefetch};

/// Columns of a [`Combination`] that are summed before the next ones: their sums and eight rows of B stay in the
/// first-level cache.
const STRIP: usize = 512;

/// How far ahead of its use [`dots`] asks for a column, in elements.
const AHEAD: usize = 256;

/// C (m x n) = A (m x k) B (k x n), where the columns of B stand side by side, and so do those of C. k is not 0.
pub struct Combination<T> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: *const T,
    pub a_row: isize,
    pub a_step: isize,
    pub b: *const T,
    pub b_step: isize,
    pub c: *mut T,
    pub c_row: usize,
}

/// C (m x n) = A (m x k) B (k x n), where rows of A and columns of B are contiguous, and the columns of C stand side by
/// side.
pub struct Dots<T> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: *const T,
    pub a_row: isize,
    pub b: *const T,
    pub b_column: isize,
    pub c: *mut T,
    pub c_row: usize,
}

/// Computes a [`Combination`], each element summed in the order of k.
///
/// # Safety
/// The vector's instruction set is this CPU's and the caller's; A and B can be read and C written.
#[inline(always)]
pub unsafe fn combine<V: Vector>(all: &Combination<V::Scalar>) {
    // Where a single row does not need the strips, long runs through memory are better.
    let strip = if all.m == 1 { 8 * STRIP } else { STRIP };
    for left in (0..all.n).step_by(strip) {
        let n = (all.n - left).min(strip);
        let mut p = 0;
        while p < all.k {
            let steps = if p + 8 <= all.k { 8 } else { 1 };
            for i in 0..all.m {
                // SAFETY: rows below m, columns below n and steps below k, which the caller promises.
                unsafe {
                    if steps == 8 {
                        add_steps::<V, 8>(all, i, p, left, n);
                    } else {
                        add_steps::<V, 1>(all, i, p, left, n);
                    }
                }
            }
            p += steps;
        }
    }
}

/// Adds `STEPS` steps from step `p` to `n` elements of row `i` from `left`; step 0 starts the sums.
#[inline(always)]
unsafe fn add_steps<V: Vector, const STEPS: usize>(
    all: &Combination<V::Scalar>,
    i: usize,
    p: usize,
    left: usize,
    n: usize,
) {
    // SAFETY: the caller's promises; a partial vector touches the lanes below n only.
    unsafe {
        let mut a = [V::splat(V::Scalar::ZERO); STEPS];
        let mut b = [all.b; STEPS];
        for s in 0..STEPS {
            let step = (p + s) as isize;
            a[s] = V::splat(*all.a.wrapping_offset(i as isize * all.a_row + step * all.a_step));
            b[s] = all.b.wrapping_offset(step * all.b_step).wrapping_add(left);
        }
        let c = all.c.add(i * all.c_row + left);
        let whole = n / V::LANES * V::LANES;
        for j in (0..whole).step_by(V::LANES) {
            let mut sum = if p == 0 { V::splat(V::Scalar::ZERO) } else { V::load(c.add(j)) };
            for s in 0..STEPS {
                sum = sum.mul_add(a[s], V::load(b[s].add(j)));
            }
            sum.store(c.add(j));
        }
        if whole < n {
            let lanes = n - whole;
            let mut sum = if p == 0 { V::splat(V::Scalar::ZERO) } else { V::load_first(c.add(whole), lanes) };
            for s in 0..STEPS {
                sum = sum.mul_add(a[s], V::load_first(b[s].add(whole), lanes));
            }
            sum.store_first(c.add(whole), lanes);
        }
    }
}

/// Computes [`Dots`]. The order of a sum depends on k and the instruction set, not on the element's place.
///
/// # Safety
/// The vector's instruction set is this CPU's and the caller's; A and B can be read and C written.
#[inline(always)]
pub unsafe fn dots<V: Vector>(all: &Dots<V::Scalar>) {
    let mut j = 0;
    while j < all.n {
        let columns = if j + 4 <= all.n { 4 } else { 1 };
        let mut i = 0;
        while i < all.m {
            let rows = if i + 4 <= all.m { 4 } else { 1 };
            // SAFETY: rows below m and columns below n, which the caller promises.
            unsafe {
                match (rows, columns) {
                    (4, 4) => dot_square::<V, 4, 4>(all, i, j),
                    (4, _) => dot_square::<V, 4, 1>(all, i, j),
                    (_, 4) => dot_square::<V, 1, 4>(all, i, j),
                    _ => dot_square::<V, 1, 1>(all, i, j),
                }
            }
            i += rows;
        }
        j += columns;
    }
}

/// The dot products of `ROWS` rows from `i` with `COLUMNS` columns from `j`.
#[inline(always)]
unsafe fn dot_square<V: Vector, const ROWS: usize, const COLUMNS: usize>(all: &Dots<V::Scalar>, i: usize, j: usize) {
    // SAFETY: the caller's promises; a partial vector touches the lanes below k only.
    unsafe {
        let mut sums = [[V::splat(V::Scalar::ZERO); COLUMNS]; ROWS];
        let mut row = [all.a; ROWS];
        for (r, row) in row.iter_mut().enumerate() {
            *row = all.a.wrapping_offset((i + r) as isize * all.a_row);
        }
        let mut column = [all.b; COLUMNS];
        for (c, column) in column.iter_mut().enumerate() {
            *column = all.b.wrapping_offset((j + c) as isize * all.b_column);
        }
        let whole = all.k / V::LANES * V::LANES;
        for p in (0..whole).step_by(V::LANES) {
            let mut a = [V::splat(V::Scalar::ZERO); ROWS];
            for r in 0..ROWS {
                a[r] = V::load(row[r].add(p));
            }
            for c in 0..COLUMNS {
                prefetch(column[c].wrapping_add(p + AHEAD));
                let b = V::load(column[c].add(p));
                for r in 0..ROWS {
                    sums[r][c] = sums[r][c].mul_add(a[r], b);
                }
            }
        }
        if whole < all.k {
            let lanes = all.k - whole;
            for r in 0..ROWS {
                let a = V::load_first(row[r].add(whole), lanes);
                for c in 0..COLUMNS {
                    sums[r][c] = sums[r][c].mul_add(a, V::load_first(column[c].add(whole), lanes));
                }
            }
        }
        for (r, row) in sums.iter().enumerate() {
            for (c, sum) in row.iter().enumerate() {
                *all.c.add((i + r) * all.c_row + j + c) = sum.sum();
            }
        }
    }
}
