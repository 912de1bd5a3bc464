//! Inverse sine, cosine and tangent.

use super::{horner, select};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// tan(pi/8) and its reciprocal.
const TAN_PI_8: f64 = 0.41421356237309503;
const COT_PI_8: f64 = 2.414213562373095;

/// asin(s) for 0 <= s <= 1/2 and z = s^2, to 2^-40.
#[inline(always)]
fn asin_below_half(s: f64, z: f64) -> f64 {
    s * horner!(
        z;
        1.0000000000009184, 0.16666666608426742, 0.07500006068466396, 0.044640431209695505, 0.030430236861058117,
        0.021837512435015558, 0.020768197821917387, 0.0017001800060154268, 0.03317453595109832
    )
}

/// asin(|x|) or, above 1/2, half of acos(|x|) = 2 asin(sqrt((1 - |x|) / 2)); and which.
#[inline(always)]
fn asin_or_half_acos(x: f64) -> (f64, bool) {
    let magnitude = x.abs();
    let above_half = magnitude > 0.5;
    let z = select(x * x, 0.5 * (1.0 - magnitude), above_half);
    let s = select(magnitude, z.sqrt(), above_half);
    (asin_below_half(s, z), above_half)
}

/// Inverse sine; NaN outside [-1, 1].
#[inline(always)]
pub fn asin(x: f64) -> f64 {
    let (angle, above_half) = asin_or_half_acos(x);
    select(angle, FRAC_PI_2 - 2.0 * angle, above_half).copysign(x)
}

/// Inverse cosine; NaN outside [-1, 1].
#[inline(always)]
pub fn acos(x: f64) -> f64 {
    let (angle, above_half) = asin_or_half_acos(x);
    let outer = select(2.0 * angle, PI - 2.0 * angle, x < 0.0);
    select(FRAC_PI_2 - angle.copysign(x), outer, above_half)
}

/// The angle in [0, pi/2] of the point (x, y) with x, y >= 0; NaN at (0, 0).
#[inline(always)]
fn angle(y: f64, x: f64) -> f64 {
    let (steep, middle) = (y > COT_PI_8 * x, y > TAN_PI_8 * x);
    let numerator = select(select(y, y - x, middle), -x, steep);
    let denominator = select(select(x, y + x, middle), y, steep);
    let base = select(select(0.0, FRAC_PI_4, middle), FRAC_PI_2, steep);
    let t = numerator / denominator;
    let z = t * t;
    base + t * horner!(
        z;
        0.9999999999992663, -0.3333333327803995, 0.1999999314815022, -0.1428538953970778, 0.11103501410633862,
        -0.0899288949015299, 0.06975441124155904, -0.03767279246248315
    )
}

/// Inverse tangent.
#[inline(always)]
pub fn atan(x: f64) -> f64 {
    angle(x.abs(), 1.0).copysign(x)
}

/// The angle of the point (x, y), called `atan2(y, x)`; 0 or pi at the origin, odd multiples of pi/4 at infinity.
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    let (height, width) = (y.abs(), x.abs());
    let both_infinite = (height == f64::INFINITY) & (width == f64::INFINITY);
    let value = angle(select(height, 1.0, both_infinite), select(width, 1.0, both_infinite));
    let value = select(value, 0.0, (height == 0.0) & (width == 0.0));
    select(value, PI - value, x.is_sign_negative()).copysign(y)
}
