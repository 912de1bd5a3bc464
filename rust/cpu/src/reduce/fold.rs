//! Folds: how each reduction combines elements, and the two loops that do it, along a row and down columns. The number
//! of lanes is fixed, so that every CPU level gives the same bits.
#![allow(unsafe_code)]

use super::number::{Number, Order, Stored};
use crate::level::vectorized;
use std::marker::PhantomData;

/// The most elements that one accumulation along a row takes in.
pub const BLOCK: usize = 1024;
/// Accumulators that a row is spread over.
const LANES: usize = 32;

/// An associative combination of elements.
pub trait Fold: 'static {
    type Input: Copy;
    type Accumulator: Copy;
    type Output: Copy;
    const IDENTITY: Self::Accumulator;
    /// Whether the order of the elements matters.
    const IS_ORDERED: bool = false;
    /// Whether the compiler may and can regroup the elements itself.
    const IS_EXACT: bool;

    /// The element that stands at place `at` of those reduced.
    fn lift(x: Self::Input, at: i64) -> Self::Accumulator;
    /// What comes of `a` followed by `b`.
    fn combine(a: Self::Accumulator, b: Self::Accumulator) -> Self::Accumulator;
    fn lower(x: Self::Accumulator) -> Self::Output;

    /// Folds `n` elements that lie side by side, the first of them at place `first`.
    ///
    /// # Safety
    /// `row` must be readable for `n` elements.
    #[inline(always)]
    unsafe fn row(row: *const Self::Input, n: usize, first: i64) -> Self::Accumulator {
        // SAFETY: the caller's.
        let row = unsafe { std::slice::from_raw_parts(row, n) };
        if n < LANES || Self::IS_EXACT {
            return row.iter().fold(Self::IDENTITY, |sum, &x| Self::combine(sum, Self::lift(x, first)));
        }
        let mut lanes = [Self::IDENTITY; LANES];
        let (groups, rest) = row.as_chunks::<LANES>();
        for group in groups {
            for (lane, &x) in lanes.iter_mut().zip(group) {
                *lane = Self::combine(*lane, Self::lift(x, first));
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane = Self::combine(*lane, Self::lift(x, first));
        }
        // Through memory: else the compiler arranges the lanes for the pairs below and leaves registers half full above.
        let mut lanes = std::hint::black_box(lanes);
        let mut width = LANES / 2;
        while width > 0 {
            for i in 0..width {
                lanes[i] = Self::combine(lanes[i], lanes[i + width]);
            }
            width /= 2;
        }
        lanes[0]
    }

    /// Folds `n` rows into one accumulator for each column. The elements of a row are `step` apart, the rows `stride`.
    ///
    /// # Safety
    /// Every element named must be readable.
    #[inline(always)]
    unsafe fn columns(
        sums: &mut [Self::Accumulator],
        rows: *const Self::Input,
        step: isize,
        stride: isize,
        n: usize,
        first: i64,
    ) {
        let mut row = rows;
        for _ in 0..n / 4 {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| row.wrapping_offset(i * stride));
            // SAFETY: the caller's.
            let load = |p: *const Self::Input, i: isize| Self::lift(unsafe { *p.wrapping_offset(i) }, first);
            let four = |i| Self::combine(Self::combine(load(a, i), load(b, i)), Self::combine(load(c, i), load(d, i)));
            if step == 1 {
                sums.iter_mut().enumerate().for_each(|(i, sum)| *sum = Self::combine(*sum, four(i as isize)));
            } else {
                sums.iter_mut().enumerate().for_each(|(i, sum)| *sum = Self::combine(*sum, four(i as isize * step)));
            }
            row = row.wrapping_offset(4 * stride);
        }
        for _ in 0..n % 4 {
            for (i, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the caller's.
                *sum = Self::combine(*sum, Self::lift(unsafe { *row.wrapping_offset(i as isize * step) }, first));
            }
            row = row.wrapping_offset(stride);
        }
    }
}

/// Pieces of rows to fold, one after the other `stride` elements apart.
#[derive(Clone, Copy)]
pub struct Pieces {
    pub count: usize,
    pub stride: isize,
    /// Elements of each whole row.
    pub length: usize,
    /// The elements of the first row that come before its piece, and how many more with each piece.
    pub skipped: usize,
    pub skips: usize,
    /// The place of the first element, and how much further on each piece starts.
    pub place: i64,
    pub places: i64,
}

/// Rows to fold into columns: the elements of a row are `step` apart, the rows `stride`.
#[derive(Clone, Copy)]
pub struct Rows {
    pub width: usize,
    pub step: isize,
    pub count: usize,
    pub stride: isize,
    /// The place of the first row.
    pub place: i64,
}

vectorized! {
    unsafe fn fold_pieces<F: Fold>(sums: *mut F::Accumulator, rows: *const F::Input, pieces: Pieces) {
        for i in 0..pieces.count {
            let n = BLOCK.min(pieces.length - (pieces.skipped + i * pieces.skips));
            let row = rows.wrapping_offset(i as isize * pieces.stride);
            // SAFETY: the caller's.
            unsafe { *sums.add(i) = F::row(row, n, pieces.place + i as i64 * pieces.places) };
        }
    }
}

vectorized! {
    unsafe fn fold_columns<F: Fold>(sums: *mut F::Accumulator, corner: *const F::Input, rows: Rows) {
        // SAFETY: the caller's.
        unsafe {
            let sums = std::slice::from_raw_parts_mut(sums, rows.width);
            F::columns(sums, corner, rows.step, rows.stride, rows.count, rows.place);
        }
    }
}

/// A fold as functions over untyped memory, so that the walk over a layout is compiled once for all of them.
pub struct Kernel {
    pub accumulator: usize,
    pub is_ordered: bool,
    /// Makes `n` sums the identity.
    pub clear: unsafe fn(sums: *mut u8, n: usize),
    /// Folds pieces of at most [`BLOCK`] elements, one for each sum.
    pub pieces: unsafe fn(sums: *mut u8, rows: *const u8, pieces: Pieces),
    /// Folds rows into sums that are there.
    pub columns: unsafe fn(sums: *mut u8, corner: *const u8, rows: Rows),
    /// Writes the combinations of `n` sums with the `n` that follow them in order, to a place that may be the first's.
    pub combine: unsafe fn(to: *mut u8, first: *const u8, second: *const u8, n: usize),
    /// Copies `n` sums to places `stride` sums apart.
    pub keep: unsafe fn(sums: *const u8, to: *mut u8, stride: isize, n: usize),
    /// Turns `n` sums to results, `stride` results apart.
    pub lower: unsafe fn(sums: *const u8, to: *mut u8, stride: isize, n: usize),
}

impl Kernel {
    pub fn of<F: Fold>() -> Kernel {
        Kernel {
            accumulator: size_of::<F::Accumulator>(),
            is_ordered: F::IS_ORDERED,
            clear: clear::<F>,
            pieces: |sums, rows, pieces| {
                // SAFETY: the caller's.
                unsafe { fold_pieces::<F>(sums.cast(), rows.cast(), pieces) }
            },
            columns: |sums, corner, rows| {
                // SAFETY: the caller's.
                unsafe { fold_columns::<F>(sums.cast(), corner.cast(), rows) }
            },
            combine: combine::<F>,
            keep: keep::<F::Accumulator>,
            lower: lower::<F>,
        }
    }
}

unsafe fn clear<F: Fold>(sums: *mut u8, n: usize) {
    let sums = sums.cast::<F::Accumulator>();
    // SAFETY: the caller's.
    (0..n).for_each(|i| unsafe { *sums.add(i) = F::IDENTITY });
}

unsafe fn combine<F: Fold>(to: *mut u8, first: *const u8, second: *const u8, n: usize) {
    let to = to.cast::<F::Accumulator>();
    let (first, second) = (first.cast::<F::Accumulator>(), second.cast::<F::Accumulator>());
    // SAFETY: the caller's.
    (0..n).for_each(|i| unsafe { *to.add(i) = F::combine(*first.add(i), *second.add(i)) });
}

unsafe fn keep<A: Copy>(sums: *const u8, to: *mut u8, stride: isize, n: usize) {
    let (to, sums) = (to.cast::<A>(), sums.cast::<A>());
    // SAFETY: the caller's.
    (0..n).for_each(|i| unsafe { *to.offset(i as isize * stride) = *sums.add(i) });
}

unsafe fn lower<F: Fold>(sums: *const u8, to: *mut u8, stride: isize, n: usize) {
    let (to, sums) = (to.cast::<F::Output>(), sums.cast::<F::Accumulator>());
    // SAFETY: the caller's.
    (0..n).for_each(|i| unsafe { *to.offset(i as isize * stride) = F::lower(*sums.add(i)) });
}

/// x + y
pub struct Sum<T>(PhantomData<T>);
/// x * y
pub struct Product<T>(PhantomData<T>);
/// The largest where `MAX`, else the smallest; NaN if there is one.
pub struct Extreme<T, const MAX: bool>(PhantomData<T>);
/// Whether any element is not zero.
pub struct Any<T>(PhantomData<T>);
/// Whether no element is zero.
pub struct All<T>(PhantomData<T>);

macro_rules! fold {
    ($Name:ty, $T:ident $(: $Bound:ident $(, $MAX:ident)?)?; $A:ty => $O:ty; $identity:expr, $lift:expr, $combine:expr, $lower:expr, $exact:expr) => {
        impl<$T: Stored $($(, const $MAX: bool)?)?> Fold for $Name $(where $T::Compute: $Bound)? {
            type Input = $T;
            type Accumulator = $A;
            type Output = $O;
            const IDENTITY: $A = $identity;
            const IS_EXACT: bool = $exact;
            #[inline(always)]
            fn lift(x: $T, _: i64) -> $A { $lift(x) }
            #[inline(always)]
            fn combine(a: $A, b: $A) -> $A { $combine(a, b) }
            #[inline(always)]
            fn lower(x: $A) -> $O { $lower(x) }
        }
    };
}

fold!(Sum<T>, T: Number; T::Compute => T; T::Compute::ZERO, T::load, T::Compute::plus, T::store, T::Compute::IS_EXACT);
fold!(Product<T>, T: Number; T::Compute => T; T::Compute::ONE, T::load, T::Compute::times, T::store, T::Compute::IS_EXACT);
fold!(Extreme<T, MAX>, T: Order, MAX; T::Compute => T;
    if MAX { T::Compute::LOWEST } else { T::Compute::HIGHEST }, T::load, T::Compute::extreme::<MAX>, T::store,
    !T::Compute::HAS_NAN);
fold!(Any<T>, T; u8 => u8; 0, |x: T| x.is_true() as u8, |a, b| a | b, |x| x, true);
fold!(All<T>, T; u8 => u8; 1, |x: T| x.is_true() as u8, |a, b| a & b, |x| x, true);
