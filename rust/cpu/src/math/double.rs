//! float64 functions that vectorise where the C library's do not: exponentials, logarithms and what is made of them, to 2 ulp.

use super::horner::horner;
use super::select;
use super::wide::logarithm::{LN_2_HIGH, LN_2_LOW, log_exact};
use super::wide::{ROUNDER, round};
use std::f64::consts::{LN_2, LOG2_E};

/// x within [low, high]; NaN stays NaN.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    select(select(x, low, x < low), high, x > high)
}

/// 2^n for an integer n from -1022 to 1023.
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    f64::from_bits(((n + ROUNDER).to_bits() << 52).wrapping_add(1.0_f64.to_bits()))
}

/// x * 2^n in two steps, because 2^n alone may overflow or be subnormal.
#[inline(always)]
fn scale(x: f64, n: f64) -> f64 {
    let half = round(0.5 * n);
    x * power_of_two(half) * power_of_two(n - half)
}

/// e^r - 1 for |r| <= ln 2 / 2, to 2^-61.
#[inline(always)]
fn expm1_near_zero(r: f64) -> f64 {
    let tail = horner!(
        r;
        0.5, 0.16666666666666677, 0.0416666666666667, 0.008333333333321648, 0.001388888888886673, 0.00019841269886084964,
        2.48015873607364e-05, 2.7557244250017725e-06, 2.7557242628293133e-07, 2.5109022788201927e-08,
        2.0924477950239687e-09
    );
    r + r * r * tail
}

/// n and r of x = n ln 2 + r with |r| <= ln 2 / 2.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    let n = round(x * LOG2_E);
    (n, (x - n * LN_2_HIGH) - n * LN_2_LOW)
}

/// e^x
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (n, r) = split(clamp(x, -746.0, 710.0));
    scale(1.0 + expm1_near_zero(r), n)
}

/// 2^x
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let x = clamp(x, -1076.0, 1025.0);
    let n = round(x);
    scale(1.0 + expm1_near_zero((x - n) * LN_2), n)
}

/// Below this expm1, sinh and tanh are x to the last bit, and halving a subnormal would lose one.
const TINY: f64 = 1e-17;

/// (e^x - 1) / 2, which overflows where sinh does.
#[inline(always)]
fn half_expm1(x: f64) -> f64 {
    let (n, r) = split(clamp(x, -40.0, 711.0));
    // 2^(n - 1) is at most 2^1025 here: two steps up again.
    let half = power_of_two(n - 3.0);
    (4.0 * (half * expm1_near_zero(r) + (half - 0.125))).copysign(x)
}

/// e^x - 1
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    select(2.0 * half_expm1(x), x, x.abs() < TINY)
}

/// (e^x - e^-x) / 2, by way of e^x - 1 so that it is exact near 0.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let half = half_expm1(x.abs());
    select((half * (1.0 + 1.0 / (2.0 * half + 1.0))).copysign(x), x, x.abs() < TINY)
}

/// (e^x + e^-x) / 2
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let half = half_expm1(x.abs()) + 0.5;
    half + 0.25 / half
}

/// 1 - 2 / (e^2x + 1), by way of e^2x - 1 so that it is exact near 0.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let half = half_expm1(2.0 * clamp(x.abs(), 0.0, 20.0));
    select((half / (half + 1.0)).copysign(x), x, x.abs() < TINY)
}

/// Natural logarithm.
#[inline(always)]
pub fn log(x: f64) -> f64 {
    log_exact(x)
}

/// log(1 + x), with what the sum loses.
#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    let lost = select(x - (sum - 1.0), 1.0 - (sum - x), x > 1.0);
    let lost = select(0.0, lost / sum, (x > -1.0) & (x < 1e16));
    (log_exact(sum) + lost).copysign(x)
}

/// log(x + sqrt(x^2 + 1)) with the sign of x, in the form that is exact near 0.
#[inline(always)]
pub fn asinh(x: f64) -> f64 {
    let magnitude = x.abs();
    let square = magnitude * magnitude;
    let near = log1p(magnitude + square / (1.0 + (1.0 + square).sqrt()));
    select(near, log_exact(magnitude) + LN_2, magnitude > 1e9).copysign(x)
}

/// log(x + sqrt(x^2 - 1)), in the form that is exact near 1; NaN below 1.
#[inline(always)]
pub fn acosh(x: f64) -> f64 {
    let above = x - 1.0;
    let near = log1p(above + (above * (x + 1.0)).sqrt());
    select(select(near, log_exact(x) + LN_2, x > 1e9), f64::NAN, x < 1.0)
}

/// log((1 + x) / (1 - x)) / 2, in the form that is exact near 0.
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    let magnitude = x.abs();
    (0.5 * log1p(2.0 * magnitude / (1.0 - magnitude))).copysign(x)
}

/// sqrt(x^2 + y^2), scaled so that no square overflows or vanishes; infinite if either is, even beside a NaN.
#[inline(always)]
pub fn hypot(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    let larger = select(y, x, x > y);
    let (shrink, grow) = (f64::from_bits((1023 - 600) << 52), f64::from_bits((1023 + 600) << 52));
    let scale = select(select(1.0, grow, larger < 1e-140), shrink, larger > 1e140);
    let back = select(select(1.0, shrink, larger < 1e-140), grow, larger > 1e140);
    let (a, b) = (x * scale, y * scale);
    let infinite = (x == f64::INFINITY) | (y == f64::INFINITY);
    select((a * a + b * b).sqrt() * back, f64::INFINITY, infinite)
}
