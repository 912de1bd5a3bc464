//! Exponential and hyperbolic functions.

use super::{ROUNDER, horner, select};

/// 2^n and r of x = n step + r with |r| <= step / 2, for |n| up to 1,022.
#[inline(always)]
fn split(x: f64, step: f64, steps_in_one: f64) -> (f64, f64) {
    let shifted = x * steps_in_one + ROUNDER;
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    (power, x - (shifted - ROUNDER) * step)
}

/// e^r - 1 for |r| <= ln 2 / 2, to 2^-32.
#[inline(always)]
fn expm1_near_zero(r: f64) -> f64 {
    r * horner!(
        r;
        1.0000000000314428, 0.5000000046930368, 0.16666666247221587, 0.04166635320138968, 0.008333403162218452,
        0.001394110927223539, 0.00019841256725478977
    )
}

/// x within [-limit, limit]; NaN stays NaN.
#[inline(always)]
fn clamp(x: f64, limit: f64) -> f64 {
    select(select(x, -limit, x < -limit), limit, x > limit)
}

/// e^x; beyond +-700 it no longer changes.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (power, r) = split(clamp(x, 700.0), std::f64::consts::LN_2, std::f64::consts::LOG2_E);
    power + power * expm1_near_zero(r)
}

/// 2^x; beyond +-1,000 it no longer changes.
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let (power, r) = split(clamp(x, 1000.0), 1.0, 1.0);
    power + power * expm1_near_zero(r * std::f64::consts::LN_2)
}

/// e^x - 1; beyond +-700 it no longer changes.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    let (power, r) = split(clamp(x, 700.0), std::f64::consts::LN_2, std::f64::consts::LOG2_E);
    (power * expm1_near_zero(r) + (power - 1.0)).copysign(x)
}

/// (e^x - e^-x) / 2, by way of e^x - 1 so that it is exact near 0.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let growth = expm1(x.abs());
    (0.5 * (growth + growth / (growth + 1.0))).copysign(x)
}

/// (e^x + e^-x) / 2
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let growth = exp(x.abs());
    0.5 * (growth + 1.0 / growth)
}

/// 1 - 2 / (e^2x + 1), by way of e^2x - 1 so that it is exact near 0.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let growth = expm1(2.0 * clamp(x, 20.0));
    growth / (growth + 2.0)
}
