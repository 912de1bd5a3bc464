//! float64: `double` where that vectorises, else the C library's functions, and `libm`'s where the standard library has none.

use super::float::{float_number, methods};
use super::{Float, Inexact, bessel, bits, cylinder, double, gamma_ratio, orthogonal, special};

float_number!(f64, fmod: std::ops::Rem::rem, pow: f64::powf);

impl Inexact for f64 {
    methods! {
        exp = double::exp;
        exp2 = double::exp2;
        expm1 = double::expm1;
        log = double::log;
        log2 = f64::log2;
        log10 = f64::log10;
        log1p = double::log1p;
        sqrt = f64::sqrt;
        sin = f64::sin;
        cos = f64::cos;
        tan = f64::tan;
        asin = f64::asin;
        acos = f64::acos;
        atan = f64::atan;
        sinh = double::sinh;
        cosh = double::cosh;
        tanh = double::tanh;
        asinh = double::asinh;
        acosh = double::acosh;
        atanh = double::atanh;
    }
}

impl Float for f64 {
    methods! {
        floor = f64::floor;
        ceil = f64::ceil;
        round = f64::round_ties_even;
        trunc = f64::trunc;
        hypot(y) = double::hypot;
        atan2(x) = f64::atan2;
        erf = libm::erf;
        erfc = libm::erfc;
        erfinv = special::erfinv;
        lgamma = libm::lgamma;
        digamma = special::digamma;
        bessel_i0 = special::bessel_i0;
        bessel_i1 = special::bessel_i1;
        bessel_i0e = bessel::i0e;
        bessel_i1e = bessel::i1e;
        bessel_j0 = cylinder::j0;
        bessel_j1 = cylinder::j1;
        bessel_y0 = cylinder::y0;
        bessel_y1 = cylinder::y1;
        spherical_bessel_j0 = bessel::spherical_j0;
        bessel_k0 = bessel::k0;
        bessel_k1 = bessel::k1;
        bessel_k0e = bessel::k0e;
        bessel_k1e = bessel::k1e;
        airy_ai = bessel::airy_ai;
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
        copysign(y) = f64::copysign;
        nextafter(y) = bits::float64::nextafter;
        frexp_mantissa = bits::float64::frexp_mantissa;
        frexp_exponent = bits::float64::frexp_exponent;
    }
}
