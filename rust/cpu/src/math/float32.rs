//! float32: exp and exp2 in float32 themselves, most others in float64 (`wide`) and rounded once.

use super::float::{float_number, methods};
use super::horner::horner;
use super::wide::{bessel, error_function, exponential, gamma, inverse_trigonometry, logarithm, power, trigonometry};
use super::{Float, Inexact, bits, gamma_ratio, orthogonal, quotient, select, special};
use std::f32::consts::{LN_2, LOG2_E};

float_number!(f32, fmod: quotient::fmod32, pow: power::pow);

/// Adding and subtracting it rounds a float32 below 2^22 to an integer, which its low bits then hold.
const ROUNDER: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -0.000_212_194_44;

/// e^x = 2^n e^r, where |r| <= ln 2 / 2.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = clamp(x, -104.0, 89.0);
    let shifted = x * LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let tail = horner!(r; 0.5, 0.166_665_18, 0.041_666_204, 0.008_368_953, 0.001_395_061_6);
    scale(1.0 + (r + r * r * tail), shifted)
}

/// 2^x = 2^n 2^r, where |r| <= 1/2.
#[inline(always)]
fn exp2(x: f32) -> f32 {
    let x = clamp(x, -151.0, 129.0);
    let shifted = x + ROUNDER;
    let r = x - (shifted - ROUNDER);
    let slope = horner!(
        r;
        LN_2, 0.240_226_5, 0.055_503_886, 0.009_618_095, 0.001_335_057_3, 0.000_154_470_04, 0.000_011_569_738
    );
    scale(1.0 + r * slope, shifted)
}

/// x within [low, high]; NaN stays NaN.
#[inline(always)]
fn clamp(x: f32, low: f32, high: f32) -> f32 {
    select(select(x, low, x < low), high, x > high)
}

/// x * 2^n for the n in the low bits of `shifted`, in two steps: 2^n alone may overflow or be subnormal.
#[inline(always)]
fn scale(x: f32, shifted: f32) -> f32 {
    let n = shifted.to_bits() as i32 - ROUNDER.to_bits() as i32;
    let half = n >> 1;
    x * power_of_two(half) * power_of_two(n - half)
}

/// 2^n for n from -126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits(((n + 127) << 23) as u32)
}

/// Methods of `Inexact` and `Float` by functions of float64.
macro_rules! wide_methods {
    ($($name:ident $(($argument:ident))? = $function:expr;)*) => {$(
        #[inline(always)]
        fn $name(self $(, $argument: Self)?) -> Self {
            $function(f64::from(self) $(, f64::from($argument))?) as f32
        }
    )*};
}

impl Inexact for f32 {
    methods! {
        exp = exp;
        exp2 = exp2;
        sqrt = f32::sqrt;
    }

    wide_methods! {
        expm1 = exponential::expm1;
        log = logarithm::log;
        log2 = logarithm::log2;
        log10 = logarithm::log10;
        log1p = logarithm::log1p;
        sin = trigonometry::sin;
        cos = trigonometry::cos;
        tan = trigonometry::tan;
        asin = inverse_trigonometry::asin;
        acos = inverse_trigonometry::acos;
        atan = inverse_trigonometry::atan;
        sinh = exponential::sinh;
        cosh = exponential::cosh;
        tanh = exponential::tanh;
        asinh = logarithm::asinh;
        acosh = logarithm::acosh;
        atanh = logarithm::atanh;
    }
}

impl Float for f32 {
    methods! {
        floor = f32::floor;
        ceil = f32::ceil;
        round = f32::round_ties_even;
        trunc = f32::trunc;
        copysign(y) = f32::copysign;
        nextafter(y) = bits::float32::nextafter;
        frexp_mantissa = bits::float32::frexp_mantissa;
        frexp_exponent = bits::float32::frexp_exponent;
    }

    wide_methods! {
        hypot(y) = power::hypot;
        atan2(x) = inverse_trigonometry::atan2;
        erf = error_function::erf;
        erfc = error_function::erfc;
        erfinv = error_function::erfinv;
        lgamma = gamma::lgamma;
        digamma = gamma::digamma;
        bessel_i0 = bessel::i0;
        bessel_i1 = bessel::i1;
        bessel_i0e = super::bessel::i0e;
        bessel_i1e = super::bessel::i1e;
        bessel_j0 = super::cylinder::j0;
        bessel_j1 = super::cylinder::j1;
        bessel_y0 = super::cylinder::y0;
        bessel_y1 = super::cylinder::y1;
        spherical_bessel_j0 = super::bessel::spherical_j0;
        bessel_k0 = super::bessel::k0;
        bessel_k1 = super::bessel::k1;
        bessel_k0e = super::bessel::k0e;
        bessel_k1e = super::bessel::k1e;
        airy_ai = super::bessel::airy_ai;
        erfcx = special::erfcx;
        ndtri = special::ndtri;
        igamma(x) = gamma_ratio::igamma;
        igammac(x) = gamma_ratio::igammac;
        zeta(q) = gamma_ratio::zeta;
        chebyshev_polynomial_t(n) = orthogonal::chebyshev_t;
        chebyshev_polynomial_u(n) = orthogonal::chebyshev_u;
        chebyshev_polynomial_v(n) = orthogonal::chebyshev_v;
        chebyshev_polynomial_w(n) = orthogonal::chebyshev_w;
        hermite_polynomial_h(n) = orthogonal::hermite_h;
        hermite_polynomial_he(n) = orthogonal::hermite_he;
        laguerre_polynomial_l(n) = orthogonal::laguerre_l;
        legendre_polynomial_p(n) = orthogonal::legendre_p;
        shifted_chebyshev_polynomial_t(n) = orthogonal::shifted_chebyshev_t;
        shifted_chebyshev_polynomial_u(n) = orthogonal::shifted_chebyshev_u;
        shifted_chebyshev_polynomial_v(n) = orthogonal::shifted_chebyshev_v;
        shifted_chebyshev_polynomial_w(n) = orthogonal::shifted_chebyshev_w;
    }
}
