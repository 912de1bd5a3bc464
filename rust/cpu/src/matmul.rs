//! Matrix multiplication: batches of matrices of any dtype and any strides into contiguous results.
//!
//! A product is cut into a grid of regions, one task each. How a region is computed follows from the whole product's
//! shape alone and each element is summed in the order of k, so that results have the same bits for any number of
//! threads.
#![allow(unsafe_code)]

mod blocked;
mod few_rows;
mod grid;
mod scratch;
mod stored;
#[cfg(test)]
mod tests;

use half::{bf16, f16};
use num_complex::Complex;
use pyrite_core::DType;

use crate::level::{Level, level};
use crate::micro::{Kernels, Scalar};
use crate::threads;
use grid::Grid;
use stored::{Stored, Truth};

/// A matrix as the kernels read it: where it starts and how many elements lead to the next row and column. Strides may
/// be any value, also 0 or negative.
#[derive(Clone, Copy, Debug)]
pub struct Strided {
    pub data: *const u8,
    pub row_stride: isize,
    pub col_stride: isize,
}

/// Where the operands of one product in a batch start, in elements from `data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    pub a: isize,
    pub b: isize,
}

/// The products `a[i] (m x k) @ b[i] (k x n)` for each entry i of `batches`.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a> {
    pub dtype: DType,
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub batches: &'a [Batch],
    pub a: Strided,
    pub b: Strided,
}

/// Computes every product into `c`: batches x m x n elements of the dtype, contiguous. Zeros if k is 0.
///
/// f16 and bf16 are summed in f32 and rounded once; integers wrap; bool is the logical or of ands. `parallel` allows
/// other threads to take part, which the product's size must be worth.
///
/// # Safety
/// Every element that the sizes, strides and batches name can be read as the dtype; `c` can be written, is aligned to
/// the dtype, and overlaps neither operand.
pub unsafe fn matmul(product: &Product, c: *mut u8, parallel: bool) {
    // SAFETY: the caller's promises; `level()` names a set that this CPU has.
    unsafe { matmul_at(level(), product, c, parallel) }
}

/// [`matmul`] with the kernels of one instruction set, which this CPU must have.
unsafe fn matmul_at(level: Level, product: &Product, c: *mut u8, parallel: bool) {
    // SAFETY: the caller's promises.
    unsafe {
        match product.dtype {
            DType::Bool => multiply::<Truth>(level, product, c, parallel),
            DType::U8 => multiply::<u8>(level, product, c, parallel),
            DType::I8 => multiply::<i8>(level, product, c, parallel),
            DType::I16 => multiply::<i16>(level, product, c, parallel),
            DType::I32 => multiply::<i32>(level, product, c, parallel),
            DType::I64 => multiply::<i64>(level, product, c, parallel),
            DType::F16 => multiply::<f16>(level, product, c, parallel),
            DType::BF16 => multiply::<bf16>(level, product, c, parallel),
            DType::F32 => multiply::<f32>(level, product, c, parallel),
            DType::F64 => multiply::<f64>(level, product, c, parallel),
            DType::C64 => multiply::<Complex<f32>>(level, product, c, parallel),
            DType::C128 => multiply::<Complex<f64>>(level, product, c, parallel),
        }
    }
}

/// A matrix of known element type.
struct Operand<S> {
    data: *const S,
    row: isize,
    col: isize,
}

impl<S> Clone for Operand<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Operand<S> {}

impl<S> Operand<S> {
    fn new(matrix: &Strided) -> Self {
        Operand { data: matrix.data.cast(), row: matrix.row_stride, col: matrix.col_stride }
    }

    /// Where element (i, j) stands.
    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> *const S {
        let row = (i as isize).wrapping_mul(self.row);
        self.data.wrapping_offset(row.wrapping_add((j as isize).wrapping_mul(self.col)))
    }

    /// The matrix whose element (0, 0) stands `elements` further.
    fn offset(self, elements: isize) -> Self {
        Operand { data: self.data.wrapping_offset(elements), ..self }
    }

    /// The matrix that starts at element (i, j) of this one.
    fn from(self, i: usize, j: usize) -> Self {
        Operand { data: self.at(i, j), ..self }
    }

    fn transposed(self) -> Self {
        Operand { data: self.data, row: self.col, col: self.row }
    }
}

/// One task's work: rows `m` and columns `n` of one product, written to rows `c_row` elements apart.
struct Region<S> {
    m: usize,
    n: usize,
    k: usize,
    a: Operand<S>,
    b: Operand<S>,
    c: *mut S,
    c_row: usize,
}

/// A batch of products of one element type, each written to the next m x n elements of `c`.
#[derive(Clone, Copy)]
struct Products<'a, S> {
    m: usize,
    n: usize,
    k: usize,
    batches: &'a [Batch],
    swapped: bool,
    a: Operand<S>,
    b: Operand<S>,
    c: *mut S,
}

// SAFETY: tasks read the operands and write disjoint regions of `c`.
unsafe impl<S: Sync> Sync for Products<'_, S> {}

impl<'a, S: Stored> Products<'a, S> {
    fn new(product: &Product<'a>, c: *mut u8) -> Self {
        let &Product { m, n, k, batches, .. } = product;
        let (a, b) = (Operand::new(&product.a), Operand::new(&product.b));
        Products { m, n, k, batches, swapped: false, a, b, c: c.cast() }
    }

    /// The same numbers as fewer, larger or row-shaped products: rows of A that go on from batch to batch against one B
    /// are one product; a column c = A b is the row c' = b' A'.
    fn simplified(mut self) -> Self {
        let goes_on = |(i, batch): (usize, &Batch)| {
            let rows = i.checked_mul(self.m).and_then(|rows| self.a.row.checked_mul(rows as isize));
            batch.b == self.batches[0].b && rows.and_then(|rows| rows.checked_add(self.batches[0].a)) == Some(batch.a)
        };
        if self.batches.len() > 1 && self.batches.iter().enumerate().all(goes_on) {
            self.m *= self.batches.len();
            self.batches = &self.batches[..1];
        }
        if self.n == 1 && self.m > 1 {
            (self.m, self.n) = (self.n, self.m);
            (self.a, self.b) = (self.b.transposed(), self.a.transposed());
            self.swapped = true;
        }
        self
    }

    /// The region of product `batch` at rows from `top` and columns from `left`.
    fn region(&self, batch: usize, (top, m): (usize, usize), (left, n): (usize, usize)) -> Region<S> {
        let Batch { a, b } = self.batches[batch];
        let (a, b) = if self.swapped { (b, a) } else { (a, b) };
        Region {
            m,
            n,
            k: self.k,
            a: self.a.offset(a).from(top, 0),
            b: self.b.offset(b).from(0, left),
            c: self.c.wrapping_add((batch * self.m + top) * self.n + left),
            c_row: self.n,
        }
    }
}

unsafe fn multiply<S: Stored>(level: Level, product: &Product, c: *mut u8, parallel: bool) {
    let products = Products::<S>::new(product, c).simplified();
    let Products { m, n, k, batches, .. } = products;
    if m == 0 || n == 0 || batches.is_empty() {
        return;
    }
    if k == 0 {
        // SAFETY: c holds that many elements, and zero bytes are zero in every dtype.
        return unsafe { products.c.write_bytes(0, batches.len() * m * n) };
    }
    let kernels = S::Compute::kernels(level);
    let grid = Grid::plan::<S>(kernels, (m, n, k), batches.len(), parallel);
    let few = few_rows::apply::<S>(m, n, k, &products.b);
    let task = |task| {
        for (batch, rows, columns) in grid.regions(task) {
            let region = products.region(batch, rows, columns);
            // SAFETY: the region is part of the product; the grid's regions do not overlap.
            unsafe { multiply_region(kernels, &region, few) }
        }
    };
    match grid.tasks() {
        1 => task(0),
        tasks => threads::run(tasks, task),
    }
}

/// `few`: whether the product is one for [`few_rows::multiply`].
unsafe fn multiply_region<S: Stored>(kernels: &Kernels<S::Compute>, region: &Region<S>, few: bool) {
    // SAFETY: the caller's promises.
    unsafe {
        if few {
            few_rows::multiply(kernels, region)
        } else if S::IN_PLACE {
            blocked::multiply(kernels, region, region.c.cast(), region.c_row * S::PARTS)
        } else {
            multiply_narrowed(kernels, region)
        }
    }
}

/// Computes the region in a buffer of the compute type and rounds it into C.
unsafe fn multiply_narrowed<S: Stored>(kernels: &Kernels<S::Compute>, region: &Region<S>) {
    let &Region { m, n, c, c_row, .. } = region;
    scratch::with(scratch::Use::Result, m * n, |sums: *mut S::Compute| {
        // SAFETY: the buffer holds m x n sums, all of which are written before they are read.
        unsafe {
            blocked::multiply(kernels, region, sums, n);
            for i in 0..m {
                S::narrow(sums.add(i * n), c.add(i * c_row), n);
            }
        }
    });
}
