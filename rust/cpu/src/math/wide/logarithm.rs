//! Logarithms and the inverse hyperbolic functions made of them.

use super::{horner, select};
use std::f64::consts::{LN_2, LOG2_E, LOG10_2, LOG10_E};

/// 2^52, whose low bits are units.
const UNITS: f64 = 4_503_599_627_370_496.0;
/// log(2) cut after 32 bits, so that its multiples by an exponent are exact.
pub const LN_2_HIGH: f64 = 0.6931471806019545;
pub const LN_2_LOW: f64 = -4.2009150726810846e-11;
const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
const ONE: u64 = 1.0_f64.to_bits();

/// n and m of x = m * 2^n with sqrt(1/2) <= m < sqrt(2), for a normal x above 0.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    let shifted = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let biased = f64::from_bits((shifted >> 52) | UNITS.to_bits());
    let mantissa = f64::from_bits((shifted & ((1 << 52) - 1)) + SQRT_HALF);
    (biased - (UNITS + 1023.0), mantissa)
}

/// log(m) for sqrt(1/2) <= m < sqrt(2), to 2^-37: the series of log((1 + s) / (1 - s)).
#[inline(always)]
fn log_near_one(m: f64) -> f64 {
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    s * (2.0 + z * horner!(z; 0.6666666564167196, 0.4000033615278502, 0.28537241847585076, 0.23583510732970012))
}

/// `value` where x is above 0 and finite, else what every logarithm gives.
#[inline(always)]
fn with_limits(x: f64, value: f64) -> f64 {
    let value = select(x, value, x < f64::INFINITY);
    select(select(value, f64::NEG_INFINITY, x == 0.0), f64::NAN, x < 0.0)
}

/// Natural logarithm.
#[inline(always)]
pub fn log(x: f64) -> f64 {
    let (exponent, mantissa) = split(x);
    with_limits(x, exponent * LN_2 + log_near_one(mantissa))
}

/// Natural logarithm of any float64, to its last bit or so.
#[inline(always)]
pub fn log_exact(x: f64) -> f64 {
    let subnormal = x < f64::MIN_POSITIVE;
    let (exponent, mantissa) = split(x * select(1.0, UNITS, subnormal));
    let exponent = exponent - select(0.0, 52.0, subnormal);
    let f = mantissa - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let half_square = 0.5 * f * f;
    let tail = z * horner!(
        z;
        0.6666666666666735, 0.3999999999941153, 0.2857142874317925, 0.22222198483574468, 0.18183569382386433,
        0.15313911660249568, 0.14797429410261878
    );
    let value = exponent * LN_2_HIGH - ((half_square - (s * (half_square + tail) + exponent * LN_2_LOW)) - f);
    with_limits(x, value)
}

/// Logarithm to base 2; exact for powers of 2.
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    let (exponent, mantissa) = split(x);
    with_limits(x, exponent + log_near_one(mantissa) * LOG2_E)
}

/// Logarithm to base 10.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let (exponent, mantissa) = split(x);
    with_limits(x, exponent * LOG10_2 + log_near_one(mantissa) * LOG10_E)
}

/// log(1 + x), with what the sum loses where x is small.
#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    let lost = x - (sum - 1.0);
    (log(sum) + select(0.0, lost, x.abs() < 0.5)).copysign(x)
}

/// log(x + sqrt(x^2 + 1)) with the sign of x, in the form that is exact near 0.
#[inline(always)]
pub fn asinh(x: f64) -> f64 {
    let magnitude = x.abs();
    let square = x * x;
    let growth = select(square / (1.0 + (1.0 + square).sqrt()), magnitude, magnitude > 1e20);
    log1p(magnitude + growth).copysign(x)
}

/// log(x + sqrt(x^2 - 1)), in the form that is exact near 1; NaN below 1.
#[inline(always)]
pub fn acosh(x: f64) -> f64 {
    let above = x - 1.0;
    let value = log1p(above + (above * (x + 1.0)).sqrt());
    select(value, f64::NAN, x < 1.0)
}

/// log((1 + x) / (1 - x)) / 2, in the form that is exact near 0.
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    let magnitude = x.abs();
    (0.5 * log1p(2.0 * magnitude / (1.0 - magnitude))).copysign(x)
}
