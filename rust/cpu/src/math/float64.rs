//! float64: `double` where that vectorises, else the C library's functions, and `libm`'s where the standard library has none.

use super::float::{float_number, methods};
use super::{Float, bits, double, special};

float_number!(f64, fmod: std::ops::Rem::rem, pow: f64::powf);

impl Float for f64 {
    methods! {
        floor = f64::floor;
        ceil = f64::ceil;
        round = f64::round_ties_even;
        trunc = f64::trunc;
        exp = double::exp;
        exp2 = double::exp2;
        expm1 = double::expm1;
        log = double::log;
        log2 = f64::log2;
        log10 = f64::log10;
        log1p = double::log1p;
        sqrt = f64::sqrt;
        hypot(y) = double::hypot;
        sin = f64::sin;
        cos = f64::cos;
        tan = f64::tan;
        asin = f64::asin;
        acos = f64::acos;
        atan = f64::atan;
        atan2(x) = f64::atan2;
        sinh = double::sinh;
        cosh = double::cosh;
        tanh = double::tanh;
        asinh = double::asinh;
        acosh = double::acosh;
        atanh = double::atanh;
        erf = libm::erf;
        erfc = libm::erfc;
        erfinv = special::erfinv;
        lgamma = libm::lgamma;
        digamma = special::digamma;
        bessel_i0 = special::bessel_i0;
        bessel_i1 = special::bessel_i1;
        copysign(y) = f64::copysign;
        nextafter(y) = bits::float64::nextafter;
        frexp_mantissa = bits::float64::frexp_mantissa;
        frexp_exponent = bits::float64::frexp_exponent;
    }
}
