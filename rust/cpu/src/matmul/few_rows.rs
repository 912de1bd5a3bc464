//! A few rows times a matrix (and, transposed, a matrix times a column): the matrix is read once, in place.

use super::scratch::{self, Use};
use super::stored::Stored;
use super::{Operand, Region};
use crate::micro::{Combination, Dots, Kernels};

/// Rows up to which B is read in place where its columns are contiguous and have [`LONG`] elements: tiles would need it
/// transposed.
const ROWS_OF_DOTS: usize = 16;
const LONG: usize = 256;

/// Rows up to which B is read in place where its rows are contiguous and it has [`LARGE`] elements, more than caches hold:
/// tiles would read it in narrow columns.
const ROWS_OF_SUMS: usize = 4;
const LARGE: usize = 1 << 18;

/// Whether a product of `m` rows is best computed by [`multiply`], which reads B in place: its rows or columns must be
/// contiguous.
pub fn apply<S: Stored>(m: usize, n: usize, k: usize, b: &Operand<S>) -> bool {
    let readable = S::IN_PLACE && S::PARTS == 1;
    let sums = b.col == 1 && (m == 1 || m <= ROWS_OF_SUMS && n.saturating_mul(k) >= LARGE);
    let dots = b.row == 1 && b.col != 1 && (m == 1 || m <= ROWS_OF_DOTS && k >= LONG);
    readable && (sums || dots)
}

/// Computes a region of few rows.
///
/// # Safety
/// The region can be read and written as it says, [`apply`] holds for its product, and the kernels are this CPU's.
pub unsafe fn multiply<S: Stored>(kernels: &Kernels<S::Compute>, region: &Region<S>) {
    let &Region { m, n, k, a, b, c, c_row } = region;
    let (a_data, b_data, c) = (a.data.cast(), b.data.cast(), c.cast());
    // SAFETY: IN_PLACE and one part: S is the compute type. The rest is the caller's promise.
    unsafe {
        if b.col == 1 {
            let (a_row, a_step, b_step) = (a.row, a.col, b.row);
            (kernels.combine)(&Combination { m, n, k, a: a_data, a_row, a_step, b: b_data, b_step, c, c_row });
        } else if a.col == 1 {
            let (a_row, b_column) = (a.row, b.col);
            (kernels.dots)(&Dots { m, n, k, a: a_data, a_row, b: b_data, b_column, c, c_row });
        } else {
            scratch::with(Use::Left, m * k, |contiguous: *mut S::Compute| {
                for i in 0..m {
                    for p in 0..k {
                        *contiguous.add(i * k + p) = *a.at(i, p).cast();
                    }
                }
                let (a_row, b_column) = (k as isize, b.col);
                (kernels.dots)(&Dots { m, n, k, a: contiguous, a_row, b: b_data, b_column, c, c_row });
            });
        }
    }
}
