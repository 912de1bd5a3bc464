//! The helpers that the bodies of `pyrite_core::elementwise_ops!` call, for every compute type: f32, f64, the complex numbers of
//! these, u8 and i8 to i64.
//!
//! Everything here but the functions of complex numbers is inlined into the loops over blocks. The float32 and small integer functions are free of branches and
//! calls, so those loops vectorise; none fuses a multiplication with an addition, so every instruction set gives the same bits.

mod bessel;
mod bits;
mod complex;
mod cylinder;
mod double;
mod float;
mod float32;
mod float64;
mod gamma_ratio;
mod horner;
mod integer;
mod orthogonal;
mod quotient;
mod special;
mod wide;

pub use complex::{Complex32, Complex64};
use std::ops::{Add, Div, Mul, Sub};

#[cfg(test)]
mod tests;

/// A number, real or complex.
pub trait Field:
    Copy + PartialEq + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;

    fn negate(self) -> Self;
    fn sgn(self) -> Self;
    fn conj(self) -> Self;
    fn pow(self, exponent: Self) -> Self;
    fn is_nan(self) -> bool;
    fn is_inf(self) -> bool;
}

/// A real number.
pub trait Number: Field + PartialOrd {
    fn abs(self) -> Self;
    fn sign(self) -> Self;
    fn floor_divide(self, divisor: Self) -> Self;
    fn trunc_divide(self, divisor: Self) -> Self;
    fn remainder(self, divisor: Self) -> Self;
    fn fmod(self, divisor: Self) -> Self;
    fn signbit(self) -> bool;
}

/// Declares a trait's methods and the free functions of the same names, which is how the table's bodies call them.
macro_rules! helpers {
    ($trait:ident: $($super:ident)+, $doc:literal { $($(#[$attribute:meta])* $name:ident($($argument:ident),*);)* }) => {
        #[doc = $doc]
        pub trait $trait: $($super +)+ {
            $($(#[$attribute])* fn $name(self $(, $argument: Self)*) -> Self;)*
        }
        $($(#[$attribute])*
        #[inline(always)]
        pub fn $name<T: $trait>(x: T $(, $argument: T)*) -> T {
            T::$name(x $(, $argument)*)
        })*
    };
}

helpers! { Inexact: Field, "A number with fractions, real or complex." {
    /// e^x
    exp();
    /// 2^x
    exp2();
    /// e^x - 1
    expm1();
    /// Natural logarithm.
    log();
    /// Logarithm to base 2.
    log2();
    /// Logarithm to base 10.
    log10();
    /// log(1 + x)
    log1p();
    /// Square root.
    sqrt();
    /// Sine of x in radians.
    sin();
    /// Cosine of x in radians.
    cos();
    /// Tangent of x in radians.
    tan();
    /// Inverse sine, in [-pi/2, pi/2].
    asin();
    /// Inverse cosine, in [0, pi].
    acos();
    /// Inverse tangent, in [-pi/2, pi/2].
    atan();
    /// Hyperbolic sine.
    sinh();
    /// Hyperbolic cosine.
    cosh();
    /// Hyperbolic tangent.
    tanh();
    /// Inverse hyperbolic sine.
    asinh();
    /// Inverse hyperbolic cosine; NaN below 1.
    acosh();
    /// Inverse hyperbolic tangent; NaN outside [-1, 1].
    atanh();
} }

helpers! { Float: Number Inexact, "A floating-point number." {
    /// The largest integer not above x.
    floor();
    /// The smallest integer not below x.
    ceil();
    /// The nearest integer, halves to even.
    round();
    /// x without its fraction.
    trunc();
    /// sqrt(x^2 + y^2) without overflow.
    hypot(y);
    /// The angle of the point (y, x), in [-pi, pi]; called `atan2(y, x)`.
    atan2(y);
    /// The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
    erf();
    /// 1 - erf(x), accurate where that is small.
    erfc();
    /// The inverse of erf; NaN outside [-1, 1].
    erfinv();
    /// log |gamma(x)|; infinite at 0 and the negative integers.
    lgamma();
    /// The derivative of lgamma; infinite at 0, NaN at the negative integers.
    digamma();
    /// Modified Bessel function of the first kind, order 0; NaN at infinity, as in PyTorch.
    bessel_i0();
    /// Modified Bessel function of the first kind, order 1; NaN at infinity, as in PyTorch.
    bessel_i1();
    /// e^-|x| I_0(x)
    bessel_i0e();
    /// e^-|x| I_1(x)
    bessel_i1e();
    /// Bessel function of the first kind, order 0.
    bessel_j0();
    /// Bessel function of the first kind, order 1.
    bessel_j1();
    /// Bessel function of the second kind, order 0.
    bessel_y0();
    /// Bessel function of the second kind, order 1.
    bessel_y1();
    /// sin(x) / x
    spherical_bessel_j0();
    /// Modified Bessel function of the second kind, order 0.
    bessel_k0();
    /// Modified Bessel function of the second kind, order 1.
    bessel_k1();
    /// e^x K_0(x)
    bessel_k0e();
    /// e^x K_1(x)
    bessel_k1e();
    /// Airy's function Ai.
    airy_ai();
    /// e^(x^2) erfc(x)
    erfcx();
    /// The inverse of the normal distribution function.
    ndtri();
    /// Regularized lower incomplete gamma function P(a, x), called `igamma(a, x)`.
    igamma(x);
    /// Regularized upper incomplete gamma function Q(a, x), called `igammac(a, x)`.
    igammac(x);
    /// Hurwitz's zeta function, called `zeta(x, q)`.
    zeta(q);
    /// Chebyshev polynomial of the first kind and degree n.
    chebyshev_polynomial_t(n);
    /// Chebyshev polynomial of the second kind and degree n.
    chebyshev_polynomial_u(n);
    /// Chebyshev polynomial of the third kind and degree n.
    chebyshev_polynomial_v(n);
    /// Chebyshev polynomial of the fourth kind and degree n.
    chebyshev_polynomial_w(n);
    /// Hermite polynomial (the physicist's) of degree n.
    hermite_polynomial_h(n);
    /// Hermite polynomial (the probabilist's) of degree n.
    hermite_polynomial_he(n);
    /// Laguerre polynomial of degree n.
    laguerre_polynomial_l(n);
    /// Legendre polynomial of degree n.
    legendre_polynomial_p(n);
    /// Shifted Chebyshev polynomial of the first kind and degree n.
    shifted_chebyshev_polynomial_t(n);
    /// Shifted Chebyshev polynomial of the second kind and degree n.
    shifted_chebyshev_polynomial_u(n);
    /// Shifted Chebyshev polynomial of the third kind and degree n.
    shifted_chebyshev_polynomial_v(n);
    /// Shifted Chebyshev polynomial of the fourth kind and degree n.
    shifted_chebyshev_polynomial_w(n);
    /// |x| with the sign of y.
    copysign(y);
    /// The next number after x towards y.
    nextafter(y);
    /// m of x = m * 2^e with 0.5 <= |m| < 1; x itself if it is 0, infinite or NaN.
    frexp_mantissa();
    /// e of x = m * 2^e with 0.5 <= |m| < 1; 0 if x is 0, infinite or NaN.
    frexp_exponent();
} }

helpers! { Integer: Number, "An integer, with arithmetic that wraps; a bool is a u8 that is 0 or 1." {
    /// Greatest common divisor, not negative; gcd(0, 0) is 0.
    gcd(y);
    /// Least common multiple, not negative; 0 if either is.
    lcm(y);
    /// Every bit of x inverted.
    bitwise_not();
    /// x * 2^y; 0 where y is not within the bits of x.
    shift_left(y);
    /// floor(x / 2^y); the sign (0 or -1) where y is not within the bits of x.
    shift_right(y);
} }

/// -x
#[inline(always)]
pub fn negate<T: Field>(x: T) -> T {
    T::negate(x)
}

/// x / |x|, or 0; of a real number its sign.
#[inline(always)]
pub fn sgn<T: Field>(x: T) -> T {
    T::sgn(x)
}

/// The conjugate; of a real number itself.
#[inline(always)]
pub fn conj<T: Field>(x: T) -> T {
    T::conj(x)
}

/// |x|
#[inline(always)]
pub fn abs<T: Number>(x: T) -> T {
    T::abs(x)
}

/// -1, 0 or 1; 0 for NaN.
#[inline(always)]
pub fn sign<T: Number>(x: T) -> T {
    T::sign(x)
}

/// x / y rounded towards minus infinity; for integers 0 if y is 0, which the caller refuses.
#[inline(always)]
pub fn floor_divide<T: Number>(x: T, y: T) -> T {
    T::floor_divide(x, y)
}

/// x / y rounded towards zero; for integers 0 if y is 0, which the caller refuses.
#[inline(always)]
pub fn trunc_divide<T: Number>(x: T, y: T) -> T {
    T::trunc_divide(x, y)
}

/// x - y * floor(x / y), with the sign of y; for integers 0 if y is 0, which the caller refuses.
#[inline(always)]
pub fn remainder<T: Number>(x: T, y: T) -> T {
    T::remainder(x, y)
}

/// x - y * trunc(x / y), with the sign of x; for integers 0 if y is 0, which the caller refuses.
#[inline(always)]
pub fn fmod<T: Number>(x: T, y: T) -> T {
    T::fmod(x, y)
}

/// x ^ y; an integer wraps, and its negative powers are what is left of the fraction: 0 except for 1 and -1.
#[inline(always)]
pub fn pow<T: Field>(x: T, y: T) -> T {
    T::pow(x, y)
}

/// The larger; NaN if either is.
#[inline(always)]
pub fn max<T: Number>(x: T, y: T) -> T {
    select(y, x, (x > y) | T::is_nan(x))
}

/// The smaller; NaN if either is.
#[inline(always)]
pub fn min<T: Number>(x: T, y: T) -> T {
    select(y, x, (x < y) | T::is_nan(x))
}

/// `true_value` where the condition holds, else `false_value`: WGSL's order.
#[inline(always)]
pub fn select<T: Copy>(false_value: T, true_value: T, condition: bool) -> T {
    if condition { true_value } else { false_value }
}

/// x, or a part of it, is not a number.
#[inline(always)]
pub fn is_nan<T: Field>(x: T) -> bool {
    T::is_nan(x)
}

/// x, or a part of it, is plus or minus infinity.
#[inline(always)]
pub fn is_inf<T: Field>(x: T) -> bool {
    T::is_inf(x)
}

/// The sign bit is set: also that of -0 and of a NaN.
#[inline(always)]
pub fn signbit<T: Number>(x: T) -> bool {
    T::signbit(x)
}
