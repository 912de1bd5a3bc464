//! Element types as memory stores them, and how packing brings them to the type that products are summed in.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use num_complex::Complex;

use super::scratch::{self, Use};
use crate::micro::{Kernels, Lines, Scalar};

/// Which operand is packed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// The steps of a panel that are converted at a time.
const STEPS: usize = 64;

/// A type of elements.
///
/// A complex product is a real one of twice the columns and twice the depth: with A's parts side by side and each
/// element of B as the rows `[re, im]` and `[-im, re]`, C comes out with its parts side by side. So an element may have
/// `PARTS` numbers, which multiply n and k.
pub trait Stored: Copy + Send + Sync + 'static {
    type Compute: Scalar;
    const PARTS: usize = 1;
    /// Whether memory holds the compute type, so that sums can be written to it directly.
    const IN_PLACE: bool;

    /// Packs `count` lines of `length` elements: see [`crate::micro::Kernels::pack`], whose promises it asks for. The
    /// width counts numbers.
    unsafe fn pack(
        kernels: &Kernels<Self::Compute>,
        side: Side,
        lines: Lines<Self>,
        count: usize,
        length: usize,
        width: usize,
        to: *mut Self::Compute,
    );

    /// Rounds `n` sums to elements.
    unsafe fn narrow(from: *const Self::Compute, to: *mut Self, n: usize);
}

macro_rules! in_place {
    ($($t:ty),+) => { $(
        impl Stored for $t {
            type Compute = $t;
            const IN_PLACE: bool = true;

            unsafe fn pack(
                kernels: &Kernels<$t>,
                _: Side,
                lines: Lines<$t>,
                count: usize,
                length: usize,
                width: usize,
                to: *mut $t,
            ) {
                // SAFETY: the caller's promises.
                unsafe { (kernels.pack)(lines, count, length, width, to) }
            }

            unsafe fn narrow(from: *const $t, to: *mut $t, n: usize) {
                // SAFETY: the caller's promises.
                unsafe { to.copy_from_nonoverlapping(from, n) }
            }
        }
    )+ };
}

in_place!(f32, f64, i32, i64);

/// A type that is widened to be summed.
pub trait Narrow: Copy + Send + Sync + 'static {
    type Wide: Scalar;
    fn widen(from: &[Self], to: &mut [Self::Wide]);
    fn round(from: &[Self::Wide], to: &mut [Self]);
}

impl<S: Narrow> Stored for S {
    type Compute = S::Wide;
    const IN_PLACE: bool = false;

    unsafe fn pack(
        kernels: &Kernels<S::Wide>,
        _: Side,
        lines: Lines<S>,
        count: usize,
        length: usize,
        width: usize,
        to: *mut S::Wide,
    ) {
        scratch::with(Use::Widened, STEPS * count, |wide: *mut S::Wide| {
            // SAFETY: the buffer holds that many numbers.
            let wide = unsafe { std::slice::from_raw_parts_mut(wide, STEPS * count) };
            for p in (0..length).step_by(STEPS) {
                let steps = (length - p).min(STEPS);
                // SAFETY: the steps are part of the lines, and the caller's promises.
                unsafe {
                    let lines = widen_steps(Lines { from: lines.at(0, p), ..lines }, count, steps, wide);
                    (kernels.pack)(lines, count, steps, width, to.add(p * width));
                }
            }
        });
    }

    unsafe fn narrow(from: *const S::Wide, to: *mut S, n: usize) {
        // SAFETY: the caller can read and write n elements, which do not overlap.
        unsafe { S::round(std::slice::from_raw_parts(from, n), std::slice::from_raw_parts_mut(to, n)) }
    }
}

/// Widens the first `steps` elements of `count` lines into `wide`, and says how they lie there.
unsafe fn widen_steps<S: Narrow>(lines: Lines<S>, count: usize, steps: usize, wide: &mut [S::Wide]) -> Lines<S::Wide> {
    // Runs are what is contiguous: a step across the lines, or a line.
    let (runs, length) = if lines.across == 1 { (steps, count) } else { (count, steps) };
    let mut strided = [lines.from; STEPS].map(|_| std::mem::MaybeUninit::<S>::uninit());
    for run in 0..runs {
        let to = &mut wide[run * length..(run + 1) * length];
        // SAFETY: the caller can read the elements; `strided` holds the steps that are written to it.
        unsafe {
            let from = if lines.across == 1 {
                lines.at(0, run)
            } else if lines.along == 1 {
                lines.at(run, 0)
            } else {
                for (p, element) in strided.iter_mut().enumerate().take(steps) {
                    element.write(*lines.at(run, p));
                }
                strided.as_ptr().cast()
            };
            S::widen(std::slice::from_raw_parts(from, length), to);
        }
    }
    let (across, along) = if lines.across == 1 { (1, length as isize) } else { (length as isize, 1) };
    Lines { from: wide.as_ptr(), across, along }
}

macro_rules! half_float {
    ($($t:ty),+) => { $(
        impl Narrow for $t {
            type Wide = f32;

            fn widen(from: &[$t], to: &mut [f32]) {
                from.convert_to_f32_slice(to);
            }

            fn round(from: &[f32], to: &mut [$t]) {
                to.convert_from_f32_slice(from);
            }
        }
    )+ };
}

half_float!(f16, bf16);

macro_rules! small_integer {
    ($($t:ty),+) => { $(
        impl Narrow for $t {
            type Wide = i32;

            fn widen(from: &[$t], to: &mut [i32]) {
                to.iter_mut().zip(from).for_each(|(to, &from)| *to = from.into());
            }

            /// The low bits, which wrapped sums of any wider type share.
            fn round(from: &[i32], to: &mut [$t]) {
                to.iter_mut().zip(from).for_each(|(to, &from)| *to = from as $t);
            }
        }
    )+ };
}

small_integer!(u8, i8, i16);

/// A bool, stored as the byte 0 or 1.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Truth(u8);

impl Narrow for Truth {
    type Wide = i32;

    fn widen(from: &[Truth], to: &mut [i32]) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = i32::from(from.0 != 0));
    }

    fn round(from: &[i32], to: &mut [Truth]) {
        to.iter_mut().zip(from).for_each(|(to, &from)| *to = Truth(u8::from(from != 0)));
    }
}

macro_rules! complex {
    ($($t:ty),+) => { $(
        impl Stored for Complex<$t> {
            type Compute = $t;
            const PARTS: usize = 2;
            const IN_PLACE: bool = true;

            unsafe fn pack(
                _: &Kernels<$t>,
                side: Side,
                lines: Lines<Self>,
                count: usize,
                length: usize,
                width: usize,
                to: *mut $t,
            ) {
                for p in 0..length {
                    let first = to.wrapping_add(2 * p * width);
                    let second = first.wrapping_add(width);
                    for i in 0..count {
                        // SAFETY: the caller can read the lines and write two steps of `width` for each of theirs.
                        unsafe {
                            let z = *lines.at(i, p);
                            if side == Side::Left {
                                *first.add(i) = z.re;
                                *second.add(i) = z.im;
                            } else {
                                *first.add(2 * i) = z.re;
                                *first.add(2 * i + 1) = z.im;
                                *second.add(2 * i) = -z.im;
                                *second.add(2 * i + 1) = z.re;
                            }
                        }
                    }
                    if side == Side::Right {
                        for i in 2 * count..width {
                            // SAFETY: as above.
                            unsafe { (*first.add(i), *second.add(i)) = (0.0, 0.0) };
                        }
                    }
                }
            }

            unsafe fn narrow(from: *const $t, to: *mut Self, n: usize) {
                // SAFETY: the caller's promises.
                unsafe { to.copy_from_nonoverlapping(from.cast(), n) }
            }
        }
    )+ };
}

complex!(f32, f64);
