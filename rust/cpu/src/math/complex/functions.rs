//! Functions of complex128 with the branch cuts and infinities of C99 (annex G). The inverse functions are those of W. Kahan,
//! "Branch cuts for complex elementary functions, or much ado about nothing's sign bit" (1987).

use super::{Complex64, complex};
use crate::math;
use crate::math::{Field, Inexact};
use std::f64::consts::{FRAC_PI_2, LN_2, LN_10};

/// A number whose sum with another of its size does not overflow when scaled by 4.
const LARGE: f64 = f64::MAX / 4.0;
/// Beyond it e^x is taken as the square of e^(x/2), which overflows later.
const STEEP: f64 = 700.0;
/// Exponents up to this are powers by repeated squaring.
const FEW_FACTORS: f64 = 32.0;
/// 2^54, exact to multiply by.
const LIFT: f64 = 18_014_398_509_481_984.0;

fn modulus(z: Complex64) -> f64 {
    math::hypot(z.re, z.im)
}

fn angle(z: Complex64) -> f64 {
    math::atan2(z.im, z.re)
}

/// f(iz) / i: how the functions of circles follow from those of hyperbolas.
fn rotated(f: impl Fn(Complex64) -> Complex64, z: Complex64) -> Complex64 {
    let w = f(complex(-z.im, z.re));
    complex(w.im, -w.re)
}

/// z / |z|, or 0.
pub fn sgn(z: Complex64) -> Complex64 {
    if z == Complex64::ZERO {
        return Complex64::ZERO;
    }
    let m = modulus(z);
    complex(z.re / m, z.im / m)
}

/// e^re times (a, b), which overflows no earlier than the result.
fn scaled_exp(re: f64, a: f64, b: f64) -> Complex64 {
    if re.abs() > STEEP {
        let half = math::exp(re / 2.0);
        return complex(a * half * half, b * half * half);
    }
    let e = math::exp(re);
    complex(e * a, e * b)
}

#[inline(never)]
pub fn exp(z: Complex64) -> Complex64 {
    if z.im == 0.0 {
        return complex(math::exp(z.re), z.im);
    }
    if !z.im.is_finite() && z.re.is_infinite() {
        return if z.re < 0.0 { Complex64::ZERO } else { complex(z.re, f64::NAN) };
    }
    scaled_exp(z.re, math::cos(z.im), math::sin(z.im))
}

pub fn exp2(z: Complex64) -> Complex64 {
    exp(complex(z.re * LN_2, z.im * LN_2))
}

#[inline(never)]
pub fn expm1(z: Complex64) -> Complex64 {
    if z.im == 0.0 {
        return complex(math::expm1(z.re), z.im);
    }
    if z.re.is_nan() || z.re.abs() >= 1.0 {
        return exp(z) - Complex64::ONE;
    }
    let half = math::sin(z.im / 2.0);
    complex(math::expm1(z.re) * math::cos(z.im) - 2.0 * half * half, math::exp(z.re) * math::sin(z.im))
}

/// log |z|, from |z|^2 - 1 where that is small.
fn log_modulus(z: Complex64) -> f64 {
    let (x, y) = (z.re.abs(), z.im.abs());
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    let m = modulus(z);
    if (0.71..=1.73).contains(&m) {
        return math::log1p((high - 1.0) * (high + 1.0) + low * low) / 2.0;
    }
    if high > LARGE && high.is_finite() {
        return math::log(math::hypot(x / 2.0, y / 2.0)) + LN_2;
    }
    if m < f64::MIN_POSITIVE && m > 0.0 {
        return math::log(math::hypot(x * LIFT, y * LIFT)) - 54.0 * LN_2;
    }
    math::log(m)
}

#[inline(never)]
pub fn log(z: Complex64) -> Complex64 {
    complex(log_modulus(z), angle(z))
}

pub fn log2(z: Complex64) -> Complex64 {
    let w = log(z);
    complex(w.re / LN_2, w.im / LN_2)
}

pub fn log10(z: Complex64) -> Complex64 {
    let w = log(z);
    complex(w.re / LN_10, w.im / LN_10)
}

pub fn log1p(z: Complex64) -> Complex64 {
    if z.re.abs() < 0.5 && z.im.abs() < 0.5 {
        let excess = z.re * (2.0 + z.re) + z.im * z.im;
        return complex(math::log1p(excess) / 2.0, math::atan2(z.im, 1.0 + z.re));
    }
    log(complex(1.0 + z.re, z.im))
}

#[inline(never)]
pub fn sqrt(z: Complex64) -> Complex64 {
    if z.re == 0.0 && z.im == 0.0 {
        return complex(0.0, z.im);
    }
    if z.im.is_infinite() {
        return complex(f64::INFINITY, z.im);
    }
    if z.re.is_infinite() {
        let other = if z.im.is_nan() { z.im } else { 0.0 };
        return match z.re > 0.0 {
            true => complex(z.re, other.copysign(z.im)),
            false => complex(other, f64::INFINITY.copysign(z.im)),
        };
    }
    let (x, y) = (z.re.abs(), z.im.abs());
    let (large, small) = if x.max(y) < f64::MIN_POSITIVE * LIFT {
        root_parts(x * LIFT, y * LIFT, 1.0 / 134_217_728.0)
    } else {
        root_parts(x / 16.0, y / 16.0, 4.0)
    };
    match z.re >= 0.0 {
        true => complex(large, small.copysign(z.im)),
        false => complex(small, large.copysign(z.im)),
    }
}

/// The parts of sqrt(x + iy) times a scale, for x, y >= 0.
fn root_parts(x: f64, y: f64, scale: f64) -> (f64, f64) {
    let large = ((x + math::hypot(x, y)) / 2.0).sqrt();
    (large * scale, y / (2.0 * large) * scale)
}

#[inline(never)]
pub fn sinh(z: Complex64) -> Complex64 {
    if z.im == 0.0 {
        return complex(math::sinh(z.re), z.im);
    }
    if z.re.is_infinite() && !z.im.is_finite() {
        return complex(z.re, f64::NAN);
    }
    let (sin, cos) = (math::sin(z.im), math::cos(z.im));
    if z.re.abs() > STEEP && z.re.is_finite() {
        return scaled_exp(z.re.abs(), (cos / 2.0) * z.re.signum(), sin / 2.0);
    }
    let re = if z.re == 0.0 && cos.is_nan() { z.re } else { math::sinh(z.re) * cos };
    complex(re, math::cosh(z.re) * sin)
}

#[inline(never)]
pub fn cosh(z: Complex64) -> Complex64 {
    if z.im == 0.0 {
        return complex(math::cosh(z.re), z.im * 1f64.copysign(z.re));
    }
    if z.re.is_infinite() && !z.im.is_finite() {
        return complex(f64::INFINITY, f64::NAN);
    }
    let (sin, cos) = (math::sin(z.im), math::cos(z.im));
    if z.re.abs() > STEEP && z.re.is_finite() {
        return scaled_exp(z.re.abs(), cos / 2.0, (sin / 2.0) * z.re.signum());
    }
    let im = if z.re == 0.0 && sin.is_nan() { z.re } else { math::sinh(z.re) * sin };
    complex(math::cosh(z.re) * cos, im)
}

#[inline(never)]
pub fn tanh(z: Complex64) -> Complex64 {
    if z.im == 0.0 {
        return complex(math::tanh(z.re), z.im);
    }
    let one = 1f64.copysign(z.re);
    if !z.im.is_finite() && (z.re.is_infinite() || z.re == 0.0) {
        return if z.re == 0.0 { complex(z.re, f64::NAN) } else { complex(one, 0.0) };
    }
    if z.re.abs() > 22.0 {
        return complex(one, 4.0 * math::sin(z.im) * math::cos(z.im) * math::exp(-2.0 * z.re.abs()));
    }
    let (t, s) = (math::tan(z.im), math::sinh(z.re));
    let (beta, rho) = (1.0 + t * t, (1.0 + s * s).sqrt());
    let denominator = 1.0 + beta * s * s;
    complex(beta * rho * s / denominator, t / denominator)
}

pub fn sin(z: Complex64) -> Complex64 {
    rotated(sinh, z)
}

pub fn cos(z: Complex64) -> Complex64 {
    cosh(complex(-z.im, z.re))
}

pub fn tan(z: Complex64) -> Complex64 {
    rotated(tanh, z)
}

fn is_large(z: Complex64) -> bool {
    z.re.abs() > LARGE || z.im.abs() > LARGE
}

/// log |2z| of a large number.
fn log_twice(z: Complex64) -> f64 {
    math::log(math::hypot(z.re / 2.0, z.im / 2.0)) + 2.0 * LN_2
}

#[inline(never)]
pub fn asinh(z: Complex64) -> Complex64 {
    if is_large(z) {
        return complex(log_twice(z).copysign(z.re), math::atan2(z.im, z.re.abs()));
    }
    let a = sqrt(complex(1.0 + z.im, -z.re));
    let b = sqrt(complex(1.0 - z.im, z.re));
    complex(math::asinh(a.re * b.im - b.re * a.im), math::atan2(z.im, a.re * b.re - a.im * b.im))
}

#[inline(never)]
pub fn acosh(z: Complex64) -> Complex64 {
    if is_large(z) {
        return complex(log_twice(z), angle(z));
    }
    let a = sqrt(complex(z.re - 1.0, z.im));
    let b = sqrt(complex(z.re + 1.0, z.im));
    complex(math::asinh(a.re * b.re + a.im * b.im), 2.0 * math::atan2(a.im, b.re))
}

#[inline(never)]
pub fn acos(z: Complex64) -> Complex64 {
    if is_large(z) {
        return complex(math::atan2(z.im.abs(), z.re), -log_twice(z).copysign(z.im));
    }
    let a = sqrt(complex(1.0 - z.re, -z.im));
    let b = sqrt(complex(1.0 + z.re, z.im));
    complex(2.0 * math::atan2(a.re, b.re), math::asinh(b.re * a.im - b.im * a.re))
}

#[inline(never)]
pub fn atanh(z: Complex64) -> Complex64 {
    if z.re.is_sign_negative() {
        return atanh(z.negate()).negate();
    }
    if z.re == 0.0 && z.im.is_nan() {
        return z;
    }
    let y = z.im.abs();
    if z.re.max(y) > LARGE.sqrt() {
        let m = math::hypot(z.re / 2.0, y / 2.0);
        let re = if m.is_infinite() { 0.0 } else { z.re / 4.0 / m / m };
        return complex(re, FRAC_PI_2.copysign(z.im));
    }
    if z.re == 1.0 && y < f64::MIN_POSITIVE.sqrt() {
        if y == 0.0 {
            return complex(f64::INFINITY, z.im);
        }
        let re = -math::log(y.sqrt() / math::hypot(y, 2.0).sqrt());
        return complex(re, (math::atan2(2.0, -y) / 2.0).copysign(z.im));
    }
    let below = 1.0 - z.re;
    complex(
        math::log1p(4.0 * z.re / (below * below + y * y)) / 4.0,
        -math::atan2(-2.0 * z.im, below * (1.0 + z.re) - y * y) / 2.0,
    )
}

pub fn asin(z: Complex64) -> Complex64 {
    rotated(asinh, z)
}

pub fn atan(z: Complex64) -> Complex64 {
    rotated(atanh, z)
}

/// z^w = e^(w log z); 1 where w is 0, and repeated squaring for small whole w.
#[inline(never)]
pub fn pow(z: Complex64, w: Complex64) -> Complex64 {
    if w == Complex64::ZERO {
        return Complex64::ONE;
    }
    if w.im == 0.0 && w.re.abs() <= FEW_FACTORS && w.re.fract() == 0.0 {
        let power = whole_power(z, w.re.abs() as u32);
        return if w.re < 0.0 { Complex64::ONE / power } else { power };
    }
    if w.im == 0.0 && w.re.abs() == 0.5 {
        return if w.re < 0.0 { Complex64::ONE / z.sqrt() } else { z.sqrt() };
    }
    if z == Complex64::ZERO {
        return if w.re > 0.0 { z } else { complex(f64::NAN, f64::NAN) };
    }
    exp(w * log(z))
}

fn whole_power(z: Complex64, exponent: u32) -> Complex64 {
    let (mut power, mut square, mut bits) = (None, z, exponent);
    while bits > 0 {
        if bits & 1 == 1 {
            power = Some(power.map_or(square, |p| p * square));
        }
        bits >>= 1;
        if bits > 0 {
            square = square * square;
        }
    }
    power.unwrap_or(Complex64::ONE)
}
