//! Quotients and remainders of floats, rounded down as Python's are.

use super::wide::round;
use super::{Float, select};

/// x / y rounded down, worked out from the exact remainder as Python and PyTorch do; x / y itself where y is 0.
#[inline(always)]
pub fn floor_divide<T: Float>(x: T, y: T) -> T {
    let rest = x.fmod(y);
    let whole = (x - rest) / y;
    let rounds_down = (rest != T::ZERO) & ((rest < T::ZERO) != (y < T::ZERO));
    let whole = select(whole, whole - T::ONE, rounds_down);
    let floor = whole.floor();
    let half = T::ONE / (T::ONE + T::ONE);
    let floor = select(floor, floor + T::ONE, whole - floor > half);
    let ratio = x / y;
    let result = select(floor, T::ZERO.copysign(ratio), whole == T::ZERO);
    select(result, ratio, y == T::ZERO)
}

/// x - y * floor(x / y), with the sign of y.
#[inline(always)]
pub fn remainder<T: Float>(x: T, y: T) -> T {
    let rest = x.fmod(y);
    select(rest, rest + y, (rest != T::ZERO) & ((rest < T::ZERO) != (y < T::ZERO)))
}

/// One round of `fmod32` reduces by 2^30.
const DIGIT: f64 = 1_073_741_824.0;
const ROUNDS: usize = 9;
/// 2^-240, the weight of the first of the nine digits, inverted.
const FIRST: f64 = f64::from_bits((1023 - 240) << 52);

/// x - y * trunc(x / y), exact, with the sign of x.
///
/// Long division in base 2^30, the first digit taking what is left of the 2^277 that the quotient of two float32 can reach. A
/// digit is rounded to nearest, so it has at most 29 bits (the first 53 less those of y) and its product with y is exact, and
/// so is each difference; the rest may end negative.
#[inline(always)]
pub fn fmod32(x: f32, y: f32) -> f32 {
    let divisor = f64::from(y).abs();
    let reciprocal = 1.0 / divisor;
    let next = reciprocal * DIGIT;
    let mut rest = f64::from(x).abs() * FIRST;
    rest -= round(rest * reciprocal) * divisor;
    for _ in 1..ROUNDS {
        rest = rest * DIGIT - round(rest * next) * divisor;
    }
    let rest = select(rest, rest + divisor, rest < 0.0);
    let rest = select(rest as f32, x, (y.abs() == f32::INFINITY) & (x.abs() < f32::INFINITY));
    rest.copysign(x)
}
