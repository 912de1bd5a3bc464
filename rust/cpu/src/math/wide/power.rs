//! Powers and the hypotenuse.

use super::{exponential, logarithm, round, select};

/// x ^ y with the special cases of C's pow.
#[inline(always)]
pub fn pow(x: f32, y: f32) -> f32 {
    let (base, exponent) = (f64::from(x), f64::from(y));
    let magnitude = base.abs();
    let value = exponential::exp2(exponent * logarithm::log2(magnitude));
    let value = select(value, 1.0, (magnitude == 1.0) & !y.is_nan());
    let half = 0.5 * exponent;
    let is_integer = round(exponent) == exponent;
    let is_odd = is_integer & (round(half) != half);
    let value = select(value, -value, base.is_sign_negative() & is_odd);
    let value = select(value, f64::NAN, (base < 0.0) & (magnitude < f64::INFINITY) & !is_integer);
    select(value, 1.0, (x == 1.0) | (y == 0.0)) as f32
}

/// sqrt(x^2 + y^2); infinite if either is, even beside a NaN.
#[inline(always)]
pub fn hypot(x: f64, y: f64) -> f64 {
    let infinite = (x.abs() == f64::INFINITY) | (y.abs() == f64::INFINITY);
    select((x * x + y * y).sqrt(), f64::INFINITY, infinite)
}
