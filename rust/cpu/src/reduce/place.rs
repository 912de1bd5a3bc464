//! argmax and argmin: a fold over values with their places.
#![allow(unsafe_code)]

use super::fold::Fold;
use super::number::{Order, Stored};
use std::marker::PhantomData;

/// Elements searched, and columns folded, at a time.
const GROUP: usize = 64;

/// A value and where it stands; no value yet where the place is negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed<C> {
    value: C,
    at: i64,
}

/// The first place of the largest element where `MAX`, else of the smallest; NaN counts as either.
pub struct Place<T, const MAX: bool>(PhantomData<T>);

impl<T: Stored, const MAX: bool> Fold for Place<T, MAX>
where
    T::Compute: Order,
{
    type Input = T;
    type Accumulator = Placed<T::Compute>;
    type Output = i64;
    const IDENTITY: Placed<T::Compute> = Placed { value: T::Compute::LOWEST, at: -1 };
    const IS_ORDERED: bool = true;
    const IS_EXACT: bool = false;

    #[inline(always)]
    fn lift(x: T, at: i64) -> Placed<T::Compute> {
        Placed { value: x.load(), at }
    }

    #[inline(always)]
    fn combine(a: Self::Accumulator, b: Self::Accumulator) -> Self::Accumulator {
        let replaces = (a.at < 0) | ((b.at >= 0) & b.value.beats::<MAX>(a.value));
        if replaces { b } else { a }
    }

    #[inline(always)]
    fn lower(x: Self::Accumulator) -> i64 {
        x.at
    }

    #[inline(always)]
    unsafe fn row(row: *const T, n: usize, first: i64) -> Self::Accumulator {
        // SAFETY: the caller's.
        let row = unsafe { std::slice::from_raw_parts(row, n) };
        let Some(&head) = row.first() else { return Self::IDENTITY };
        let mut lanes = [head.load(); GROUP / 2];
        let (groups, rest) = row.as_chunks::<{ GROUP / 2 }>();
        for group in groups {
            for (lane, &x) in lanes.iter_mut().zip(group) {
                *lane = lane.extreme::<MAX>(x.load());
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane = lane.extreme::<MAX>(x.load());
        }
        let lanes = std::hint::black_box(lanes);
        let best = lanes.iter().fold(lanes[0], |best, &x| best.extreme::<MAX>(x));
        Placed { value: best, at: first + find(row, best) as i64 }
    }

    #[inline(always)]
    unsafe fn columns(
        sums: &mut [Self::Accumulator],
        rows: *const T,
        step: isize,
        stride: isize,
        n: usize,
        first: i64,
    ) {
        for (tile, sums) in sums.chunks_mut(GROUP).enumerate() {
            let corner = rows.wrapping_offset((tile * GROUP) as isize * step);
            let load = |r: usize, c: usize| {
                let place = corner.wrapping_offset(r as isize * stride + c as isize * step);
                // SAFETY: the caller's.
                T::load(unsafe { *place })
            };
            let mut values = [T::Compute::LOWEST; GROUP];
            let mut places = [0u32; GROUP];
            let width = sums.len();
            values[..width].iter_mut().enumerate().for_each(|(c, value)| *value = load(0, c));
            for r in 1..n {
                for c in 0..width {
                    let x = load(r, c);
                    let beats = x.beats::<MAX>(values[c]);
                    values[c] = if beats { x } else { values[c] };
                    places[c] = if beats { r as u32 } else { places[c] };
                }
            }
            for (c, sum) in sums.iter_mut().enumerate() {
                *sum = Self::combine(*sum, Placed { value: values[c], at: first + places[c] as i64 });
            }
        }
    }
}

/// The first place of `best`, or of NaN if that is what it is.
#[inline(always)]
fn find<T: Stored>(row: &[T], best: T::Compute) -> usize
where
    T::Compute: Order,
{
    let wanted = |x: &T| {
        let x = x.load();
        !(x.exceeds(best) | best.exceeds(x)) & (x.is_nan() == best.is_nan())
    };
    let (groups, rest) = row.as_chunks::<GROUP>();
    for (i, group) in groups.iter().enumerate() {
        let hits = group.iter().fold(0u8, |hits, x| hits | wanted(x) as u8);
        if hits != 0 {
            return i * GROUP + group.iter().position(wanted).unwrap_or(0);
        }
    }
    groups.len() * GROUP + rest.iter().position(wanted).unwrap_or(0)
}
