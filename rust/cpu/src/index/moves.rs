//! The loops of indexing: runs of elements read from, or combined into, the places that an index names.
#![allow(unsafe_code)]

use crate::reduce::number::{Number, Order, Stored, dispatch_ordered};
use crate::strided::dispatch_size;
use pyrite_core::{Combine, DType, Result, dispatch};

/// How far the three operands move with each element, and how far one index leads.
#[derive(Clone, Copy)]
pub struct Steps {
    pub index: isize,
    pub indexed: isize,
    pub plain: isize,
    /// The indexed operand's elements for an index of one.
    pub axis: isize,
}

/// Moves `n` elements between `indexed`, at the places that `index` names, and `plain`.
pub type Move = unsafe fn(indexed: *mut u8, index: *const i64, plain: *mut u8, n: usize, steps: Steps);

/// plain[i] = indexed[index[i]]
pub fn reading(dtype: DType) -> Move {
    dispatch_size!(dtype, T => read::<T>)
}

/// indexed[index[i]] (combine)= plain[i], in order. Sums of bool are a logical or, products a logical and.
pub fn writing(dtype: DType, how: Combine) -> Result<Move> {
    let how = match (dtype, how) {
        (DType::Bool, Combine::Add) => Combine::Max,
        (DType::Bool, Combine::Mul) => Combine::Min,
        (_, how) => how,
    };
    Ok(match how {
        Combine::Set => dispatch_size!(dtype, T => write::<T>),
        Combine::Add => dispatch!(dtype, T => add::<T>),
        Combine::Mul => dispatch!(dtype, T => multiply::<T>),
        Combine::Max => dispatch_ordered!("scatter_reduce", dtype, T => extreme::<T, true>),
        Combine::Min => dispatch_ordered!("scatter_reduce", dtype, T => extreme::<T, false>),
    })
}

unsafe fn read<T: Copy>(indexed: *mut u8, index: *const i64, plain: *mut u8, n: usize, steps: Steps) {
    let (from, to) = (indexed.cast::<T>(), plain.cast::<T>());
    // SAFETY: the caller gives `n` elements everywhere, and indices that stay within what is indexed.
    unsafe {
        if steps.index == 0 {
            let from = from.offset(*index as isize * steps.axis);
            if (steps.indexed, steps.plain) == (1, 1) {
                return std::ptr::copy_nonoverlapping(from, to, n);
            }
            (0..n as isize).for_each(|i| *to.offset(i * steps.plain) = *from.offset(i * steps.indexed));
        } else if (steps.index, steps.plain, steps.indexed, steps.axis) == (1, 1, 0, 1) {
            (0..n).for_each(|i| *to.add(i) = *from.offset(*index.add(i) as isize));
        } else {
            (0..n as isize).for_each(|i| {
                let place = *index.offset(i * steps.index) as isize * steps.axis + i * steps.indexed;
                *to.offset(i * steps.plain) = *from.offset(place);
            });
        }
    }
}

#[inline(always)]
unsafe fn combine<T: Copy>(
    indexed: *mut u8,
    index: *const i64,
    plain: *mut u8,
    n: usize,
    steps: Steps,
    f: impl Fn(T, T) -> T,
) {
    let (to, from) = (indexed.cast::<T>(), plain.cast::<T>());
    // SAFETY: the caller gives `n` elements everywhere, and indices that stay within what is indexed.
    unsafe {
        if steps.index == 0 && (steps.indexed, steps.plain) == (1, 1) {
            let to = to.offset(*index as isize * steps.axis);
            (0..n).for_each(|i| *to.add(i) = f(*to.add(i), *from.add(i)));
        } else if (steps.index, steps.plain) == (1, 1) {
            (0..n).for_each(|i| {
                let to = to.offset(*index.add(i) as isize * steps.axis + i as isize * steps.indexed);
                *to = f(*to, *from.add(i));
            });
        } else {
            (0..n as isize).for_each(|i| {
                let to = to.offset(*index.offset(i * steps.index) as isize * steps.axis + i * steps.indexed);
                *to = f(*to, *from.offset(i * steps.plain));
            });
        }
    }
}

unsafe fn write<T: Copy>(indexed: *mut u8, index: *const i64, plain: *mut u8, n: usize, steps: Steps) {
    // SAFETY: the caller's.
    unsafe { combine::<T>(indexed, index, plain, n, steps, |_, x| x) }
}

unsafe fn add<T: Stored<Compute: Number>>(indexed: *mut u8, index: *const i64, plain: *mut u8, n: usize, steps: Steps) {
    // SAFETY: the caller's.
    unsafe { combine::<T>(indexed, index, plain, n, steps, |old, x| T::store(old.load().plus(x.load()))) }
}

unsafe fn multiply<T: Stored<Compute: Number>>(
    indexed: *mut u8,
    index: *const i64,
    plain: *mut u8,
    n: usize,
    steps: Steps,
) {
    // SAFETY: the caller's.
    unsafe { combine::<T>(indexed, index, plain, n, steps, |old, x| T::store(old.load().times(x.load()))) }
}

unsafe fn extreme<T: Stored<Compute: Order>, const MAX: bool>(
    indexed: *mut u8,
    index: *const i64,
    plain: *mut u8,
    n: usize,
    steps: Steps,
) {
    // SAFETY: the caller's.
    unsafe { combine::<T>(indexed, index, plain, n, steps, |old, x| T::store(old.load().extreme::<MAX>(x.load()))) }
}
