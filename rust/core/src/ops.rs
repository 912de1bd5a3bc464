//! THE TABLE: every elementwise op as one function body, read as Rust by the CPU and as WGSL by a GPU.
//!
//! `T` is the op's dtype, the angle bracket its domain: Field (real or complex), Number (real), Integer (bool too), Inexact
//! (float or complex), Float. A body speaks the common subset of both languages: `let`, `return`, operators, comparisons,
//! calls and float literals (only where the domain is Float); of numbers `==` but not `!=`, which some GPU compilers get wrong
//! for NaN. What that cannot say is a helper (`select`, `exp`, `is_nan`, `floor_divide`), written once for each device. The
//! constants are `ZERO` and `ONE`.

#[macro_export]
macro_rules! elementwise_ops {
    ($expand:ident) => { $expand! {
        /// x, as it is: what a deferred copy or a change of dtype is made of
        fn copy<Field>(x: T) -> T { return x; }

        // Arithmetic
        /// x + y
        fn add<Field>(x: T, y: T) -> T { return x + y; }
        /// x - y
        fn sub<Field>(x: T, y: T) -> T { return x - y; }
        /// x * y
        fn mul<Field>(x: T, y: T) -> T { return x * y; }
        /// x / y
        fn div<Inexact>(x: T, y: T) -> T { return x / y; }
        /// x / y rounded towards minus infinity
        fn floor_divide<Number>(x: T, y: T) -> T { return floor_divide(x, y); }
        /// x / y rounded towards zero
        fn trunc_divide<Number>(x: T, y: T) -> T { return trunc_divide(x, y); }
        /// x - y * floor(x / y): takes the sign of y
        fn remainder<Number>(x: T, y: T) -> T { return remainder(x, y); }
        /// x - y * trunc(x / y): takes the sign of x
        fn fmod<Number>(x: T, y: T) -> T { return fmod(x, y); }
        /// x ^ y
        fn pow<Field>(x: T, y: T) -> T { return pow(x, y); }
        /// -x
        fn neg<Field>(x: T) -> T { return negate(x); }
        /// |x|
        fn abs<Number>(x: T) -> T { return abs(x); }
        /// -1, 0 or 1
        fn sign<Number>(x: T) -> T { return sign(x); }
        /// x / |x|, or 0
        fn sgn<Field>(x: T) -> T { return sgn(x); }
        /// the conjugate
        fn conj<Field>(x: T) -> T { return conj(x); }
        /// the larger; NaN if either is
        fn maximum<Number>(x: T, y: T) -> T { return max(x, y); }
        /// the smaller; NaN if either is
        fn minimum<Number>(x: T, y: T) -> T { return min(x, y); }
        /// the larger; a NaN loses to a number
        fn fmax<Float>(x: T, y: T) -> T { return select(select(max(x, y), x, is_nan(y)), y, is_nan(x)); }
        /// the smaller; a NaN loses to a number
        fn fmin<Float>(x: T, y: T) -> T { return select(select(min(x, y), x, is_nan(y)), y, is_nan(x)); }
        /// greatest common divisor, not negative
        fn gcd<Integer>(x: T, y: T) -> T { return gcd(x, y); }
        /// least common multiple, not negative
        fn lcm<Integer>(x: T, y: T) -> T { return lcm(x, y); }
        /// x * x
        fn square<Field>(x: T) -> T { return x * x; }
        /// 1 / x
        fn reciprocal<Inexact>(x: T) -> T { return ONE / x; }

        // Comparison and selection
        /// x == y
        fn eq<Field>(x: T, y: T) -> bool { return x == y; }
        /// x != y
        fn ne<Field>(x: T, y: T) -> bool { return !(x == y); }
        /// x < y
        fn lt<Number>(x: T, y: T) -> bool { return x < y; }
        /// x <= y
        fn le<Number>(x: T, y: T) -> bool { return x <= y; }
        /// x > y
        fn gt<Number>(x: T, y: T) -> bool { return x > y; }
        /// x >= y
        fn ge<Number>(x: T, y: T) -> bool { return x >= y; }
        /// x where condition holds, else y
        fn select<Field>(condition: bool, x: T, y: T) -> T { return select(y, x, condition); }
        /// 0 below zero and for NaN, value at zero, 1 above
        fn heaviside<Number>(x: T, value: T) -> T { return select(select(ZERO, ONE, x > ZERO), value, x == ZERO); }

        // Logic
        /// both are not zero
        fn logical_and<Field>(x: T, y: T) -> bool { return !((x == ZERO) | (y == ZERO)); }
        /// either is not zero
        fn logical_or<Field>(x: T, y: T) -> bool { return !((x == ZERO) & (y == ZERO)); }
        /// exactly one is not zero
        fn logical_xor<Field>(x: T, y: T) -> bool { return (x == ZERO) != (y == ZERO); }
        /// x is zero
        fn logical_not<Field>(x: T) -> bool { return x == ZERO; }
        /// bits of x and y
        fn bitwise_and<Integer>(x: T, y: T) -> T { return x & y; }
        /// bits of x or y
        fn bitwise_or<Integer>(x: T, y: T) -> T { return x | y; }
        /// bits of exactly one of x and y
        fn bitwise_xor<Integer>(x: T, y: T) -> T { return x ^ y; }
        /// bits not in x
        fn bitwise_not<Integer>(x: T) -> T { return bitwise_not(x); }
        /// x * 2^y; 0 where y is not within the bits of x
        fn shift_left<Integer>(x: T, y: T) -> T { return shift_left(x, y); }
        /// floor(x / 2^y); the sign where y is not within the bits of x
        fn shift_right<Integer>(x: T, y: T) -> T { return shift_right(x, y); }
        /// x is not a number
        fn isnan<Field>(x: T) -> bool { return is_nan(x); }
        /// x is plus or minus infinity
        fn isinf<Field>(x: T) -> bool { return is_inf(x); }
        /// x is neither infinite nor NaN
        fn isfinite<Field>(x: T) -> bool { return !(is_nan(x) | is_inf(x)); }
        /// the sign bit is set
        fn signbit<Number>(x: T) -> bool { return signbit(x); }

        // Rounding
        /// the largest integer not above x
        fn floor<Float>(x: T) -> T { return floor(x); }
        /// the smallest integer not below x
        fn ceil<Float>(x: T) -> T { return ceil(x); }
        /// the nearest integer, halves to even
        fn round<Float>(x: T) -> T { return round(x); }
        /// x without its fraction
        fn trunc<Float>(x: T) -> T { return trunc(x); }
        /// the fraction of x, with its sign
        fn frac<Float>(x: T) -> T { return x - trunc(x); }

        // Powers and logarithms
        /// e^x
        fn exp<Inexact>(x: T) -> T { return exp(x); }
        /// 2^x
        fn exp2<Inexact>(x: T) -> T { return exp2(x); }
        /// e^x - 1
        fn expm1<Inexact>(x: T) -> T { return expm1(x); }
        /// natural logarithm
        fn log<Inexact>(x: T) -> T { return log(x); }
        /// logarithm to base 2
        fn log2<Inexact>(x: T) -> T { return log2(x); }
        /// logarithm to base 10
        fn log10<Inexact>(x: T) -> T { return log10(x); }
        /// log(1 + x)
        fn log1p<Inexact>(x: T) -> T { return log1p(x); }
        /// square root
        fn sqrt<Inexact>(x: T) -> T { return sqrt(x); }
        /// 1 / sqrt(x)
        fn rsqrt<Inexact>(x: T) -> T { return ONE / sqrt(x); }
        /// sqrt(x^2 + y^2) without overflow
        fn hypot<Float>(x: T, y: T) -> T { return hypot(x, y); }
        /// log(e^x + e^y)
        fn logaddexp<Float>(x: T, y: T) -> T {
            let high = max(x, y);
            return select(high + log1p(exp(-abs(x - y))), high + 0.6931471805599453, x == y);
        }
        /// log2(2^x + 2^y)
        fn logaddexp2<Float>(x: T, y: T) -> T {
            let high = max(x, y);
            return select(high + log1p(exp2(-abs(x - y))) * 1.4426950408889634, high + 1.0, x == y);
        }
        /// x * log(1 + y), 0 where x is 0
        fn xlog1py<Float>(x: T, y: T) -> T { return select(select(x * log1p(y), 0.0, x == 0.0), y, is_nan(y)); }
        /// x * log(y), 0 where x is 0
        fn xlogy<Float>(x: T, y: T) -> T { return select(select(x * log(y), 0.0, x == 0.0), y, is_nan(y)); }

        // Trigonometry
        fn sin<Inexact>(x: T) -> T { return sin(x); }
        fn cos<Inexact>(x: T) -> T { return cos(x); }
        fn tan<Inexact>(x: T) -> T { return tan(x); }
        fn asin<Inexact>(x: T) -> T { return asin(x); }
        fn acos<Inexact>(x: T) -> T { return acos(x); }
        fn atan<Inexact>(x: T) -> T { return atan(x); }
        /// the angle of the point (y, x)
        fn atan2<Float>(y: T, x: T) -> T { return atan2(y, x); }
        fn sinh<Inexact>(x: T) -> T { return sinh(x); }
        fn cosh<Inexact>(x: T) -> T { return cosh(x); }
        fn tanh<Inexact>(x: T) -> T { return tanh(x); }
        fn asinh<Inexact>(x: T) -> T { return asinh(x); }
        fn acosh<Inexact>(x: T) -> T { return acosh(x); }
        fn atanh<Inexact>(x: T) -> T { return atanh(x); }

        // Special functions
        fn erf<Float>(x: T) -> T { return erf(x); }
        /// 1 - erf(x)
        fn erfc<Float>(x: T) -> T { return erfc(x); }
        /// the inverse of erf
        fn erfinv<Float>(x: T) -> T { return erfinv(x); }
        /// log |gamma(x)|
        fn lgamma<Float>(x: T) -> T { return lgamma(x); }
        /// the derivative of lgamma
        fn digamma<Float>(x: T) -> T { return digamma(x); }
        /// modified Bessel function of the first kind, order 0
        fn i0<Float>(x: T) -> T { return bessel_i0(x); }
        /// modified Bessel function of the first kind, order 1
        fn i1<Float>(x: T) -> T { return bessel_i1(x); }
        /// e^(x^2) erfc(x)
        fn erfcx<Float>(x: T) -> T { return erfcx(x); }
        /// the x below which a normal variable falls with this probability
        fn ndtri<Float>(x: T) -> T { return ndtri(x); }
        /// Hurwitz's zeta function: the sum of (q + k)^-x over k >= 0
        fn zeta<Float>(x: T, q: T) -> T { return zeta(x, q); }
        /// regularized lower incomplete gamma function
        fn igamma<Float>(a: T, x: T) -> T { return igamma(a, x); }
        /// regularized upper incomplete gamma function
        fn igammac<Float>(a: T, x: T) -> T { return igammac(a, x); }
        /// e^-|x| i0(x)
        fn i0e<Float>(x: T) -> T { return bessel_i0e(x); }
        /// e^-|x| i1(x)
        fn i1e<Float>(x: T) -> T { return bessel_i1e(x); }
        /// Bessel functions of the first and second kind, orders 0 and 1
        fn bessel_j0<Float>(x: T) -> T { return bessel_j0(x); }
        fn bessel_j1<Float>(x: T) -> T { return bessel_j1(x); }
        fn bessel_y0<Float>(x: T) -> T { return bessel_y0(x); }
        fn bessel_y1<Float>(x: T) -> T { return bessel_y1(x); }
        /// sin(x) / x
        fn spherical_bessel_j0<Float>(x: T) -> T { return spherical_bessel_j0(x); }
        /// modified Bessel functions of the second kind, orders 0 and 1, and e^x times them
        fn modified_bessel_k0<Float>(x: T) -> T { return bessel_k0(x); }
        fn modified_bessel_k1<Float>(x: T) -> T { return bessel_k1(x); }
        fn scaled_modified_bessel_k0<Float>(x: T) -> T { return bessel_k0e(x); }
        fn scaled_modified_bessel_k1<Float>(x: T) -> T { return bessel_k1e(x); }
        /// Airy's function Ai
        fn airy_ai<Float>(x: T) -> T { return airy_ai(x); }

        // Orthogonal polynomials of degree n
        fn chebyshev_polynomial_t<Float>(x: T, n: T) -> T { return chebyshev_polynomial_t(x, n); }
        fn chebyshev_polynomial_u<Float>(x: T, n: T) -> T { return chebyshev_polynomial_u(x, n); }
        fn chebyshev_polynomial_v<Float>(x: T, n: T) -> T { return chebyshev_polynomial_v(x, n); }
        fn chebyshev_polynomial_w<Float>(x: T, n: T) -> T { return chebyshev_polynomial_w(x, n); }
        fn hermite_polynomial_h<Float>(x: T, n: T) -> T { return hermite_polynomial_h(x, n); }
        fn hermite_polynomial_he<Float>(x: T, n: T) -> T { return hermite_polynomial_he(x, n); }
        fn laguerre_polynomial_l<Float>(x: T, n: T) -> T { return laguerre_polynomial_l(x, n); }
        fn legendre_polynomial_p<Float>(x: T, n: T) -> T { return legendre_polynomial_p(x, n); }
        fn shifted_chebyshev_polynomial_t<Float>(x: T, n: T) -> T { return shifted_chebyshev_polynomial_t(x, n); }
        fn shifted_chebyshev_polynomial_u<Float>(x: T, n: T) -> T { return shifted_chebyshev_polynomial_u(x, n); }
        fn shifted_chebyshev_polynomial_v<Float>(x: T, n: T) -> T { return shifted_chebyshev_polynomial_v(x, n); }
        fn shifted_chebyshev_polynomial_w<Float>(x: T, n: T) -> T { return shifted_chebyshev_polynomial_w(x, n); }

        // Bits of a float
        /// |x| with the sign of y
        fn copysign<Float>(x: T, y: T) -> T { return copysign(x, y); }
        /// the next float after x towards y
        fn nextafter<Float>(x: T, y: T) -> T { return nextafter(x, y); }
        /// x = mantissa * 2^exponent with 0.5 <= |mantissa| < 1: the mantissa
        fn frexp_mantissa<Float>(x: T) -> T { return frexp_mantissa(x); }
        /// ... and the exponent, as a float
        fn frexp_exponent<Float>(x: T) -> T { return frexp_exponent(x); }

        // Combinations with three inputs
        /// x + weight * (y - x), exact at both ends
        fn lerp<Float>(x: T, y: T, weight: T) -> T {
            return select(y - (y - x) * (1.0 - weight), x + weight * (y - x), abs(weight) < 0.5);
        }
        /// x + alpha * y
        fn add_scaled<Field>(x: T, y: T, alpha: T) -> T { return x + alpha * y; }

        // Activations and what their gradients need
        /// max(x, 0)
        fn relu<Number>(x: T) -> T { return max(x, ZERO); }
        /// gradient where x is above threshold, else 0
        fn threshold_backward<Number>(gradient: T, x: T, threshold: T) -> T { return select(gradient, ZERO, x <= threshold); }
        /// 1 / (1 + e^-x), in the form that does not overflow
        fn sigmoid<Float>(x: T) -> T {
            let t = exp(-abs(x));
            return select(1.0 / (1.0 + t), t / (1.0 + t), x < 0.0);
        }
        /// x * sigmoid(x)
        fn silu<Float>(x: T) -> T {
            let t = exp(-abs(x));
            return select(x / (1.0 + t), x * t / (1.0 + t), x < 0.0);
        }
        /// x * (1 + erf(x / sqrt 2)) / 2
        fn gelu<Float>(x: T) -> T { return 0.5 * x * erfc(-0.7071067811865476 * x); }
        /// gelu with tanh(sqrt(2 / pi) * (x + 0.044715 x^3)) in the place of erf
        fn gelu_tanh<Float>(x: T) -> T {
            return 0.5 * x * (1.0 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
        }
        /// log(1 + e^x), in the form that does not overflow
        fn softplus<Float>(x: T) -> T { return max(x, 0.0) + log1p(exp(-abs(x))); }
        /// log(sigmoid(x))
        fn log_sigmoid<Float>(x: T) -> T { return min(x, 0.0) - log1p(exp(-abs(x))); }
    } };
}
