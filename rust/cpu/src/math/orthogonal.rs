//! Orthogonal polynomials of degree n, which is truncated to an integer; 0 below degree 0. By their three-term recurrences,
//! which stop where the value is no number any more; Chebyshev's by angles where that is exact for high degrees.

/// Degrees above this, which would take too long, give NaN.
const TOO_MANY: f64 = 16_777_216.0;

/// p(n) by p(k) = step(k, p(k - 1), p(k - 2)) from p(0) = 1 and p(1).
#[inline(always)]
fn recurrence(n: f64, first: f64, step: impl Fn(f64, f64, f64) -> f64) -> f64 {
    let degree = n.trunc();
    if !n.is_finite() || degree < 0.0 {
        return 0.0;
    }
    if degree > TOO_MANY {
        return f64::NAN;
    }
    let (mut before, mut value, mut k) = (1.0, first, 2.0);
    if degree == 0.0 {
        return before;
    }
    while k <= degree && !value.is_nan() {
        (before, value) = (value, step(k, value, before));
        k += 1.0;
    }
    value
}

/// 1 for an even degree, -1 for an odd one.
fn parity(n: f64) -> f64 {
    if n.trunc() % 2.0 == 0.0 { 1.0 } else { -1.0 }
}

/// Degrees from which Chebyshev polynomials within (-1, 1) are computed by their angle.
const MANY: f64 = 8.0;

/// Chebyshev, first kind: cos(n acos x).
#[inline(never)]
pub fn chebyshev_t(x: f64, n: f64) -> f64 {
    if n > MANY && n.is_finite() && x.abs() <= 1.0 {
        return if x.abs() == 1.0 { if x > 0.0 { 1.0 } else { parity(n) } } else { (n.trunc() * x.acos()).cos() };
    }
    recurrence(n, x, |_, p, q| 2.0 * x * p - q)
}

/// Chebyshev, second kind: sin((n + 1) acos x) / sin(acos x).
#[inline(never)]
pub fn chebyshev_u(x: f64, n: f64) -> f64 {
    if n > MANY && n.is_finite() && x.abs() <= 1.0 {
        let (angle, n) = (x.acos(), n.trunc());
        return if x.abs() == 1.0 {
            (n + 1.0) * if x > 0.0 { 1.0 } else { parity(n) }
        } else {
            ((n + 1.0) * angle).sin() / angle.sin()
        };
    }
    recurrence(n, 2.0 * x, |_, p, q| 2.0 * x * p - q)
}

/// Chebyshev, third kind: cos((n + 1/2) acos x) / cos(acos(x) / 2).
#[inline(never)]
pub fn chebyshev_v(x: f64, n: f64) -> f64 {
    if n > MANY && n.is_finite() && x.abs() <= 1.0 {
        let (angle, n) = (x.acos(), n.trunc());
        return if x.abs() == 1.0 {
            if x > 0.0 { 1.0 } else { (2.0 * n + 1.0) * parity(n) }
        } else {
            ((n + 0.5) * angle).cos() / (0.5 * angle).cos()
        };
    }
    recurrence(n, 2.0 * x - 1.0, |_, p, q| 2.0 * x * p - q)
}

/// Chebyshev, fourth kind: sin((n + 1/2) acos x) / sin(acos(x) / 2).
#[inline(never)]
pub fn chebyshev_w(x: f64, n: f64) -> f64 {
    if n > MANY && n.is_finite() && x.abs() <= 1.0 {
        let (angle, n) = (x.acos(), n.trunc());
        return if x.abs() == 1.0 {
            if x > 0.0 { 2.0 * n + 1.0 } else { parity(n) }
        } else {
            ((n + 0.5) * angle).sin() / (0.5 * angle).sin()
        };
    }
    recurrence(n, 2.0 * x + 1.0, |_, p, q| 2.0 * x * p - q)
}

/// The degree above which Hermite polynomials are given up as NaN, as in PyTorch.
const HERMITE_LIMIT: f64 = 512.0;

/// Hermite, the physicist's.
#[inline(never)]
pub fn hermite_h(x: f64, n: f64) -> f64 {
    if n > HERMITE_LIMIT && n.is_finite() {
        return f64::NAN;
    }
    recurrence(n, 2.0 * x, |k, p, q| 2.0 * (x * p - (k - 1.0) * q))
}

/// Hermite, the probabilist's.
#[inline(never)]
pub fn hermite_he(x: f64, n: f64) -> f64 {
    if n > HERMITE_LIMIT && n.is_finite() {
        return f64::NAN;
    }
    recurrence(n, x, |k, p, q| x * p - (k - 1.0) * q)
}

/// Laguerre.
#[inline(never)]
pub fn laguerre_l(x: f64, n: f64) -> f64 {
    recurrence(n, 1.0 - x, |k, p, q| ((2.0 * k - 1.0 - x) * p - (k - 1.0) * q) / k)
}

/// Legendre.
#[inline(never)]
pub fn legendre_p(x: f64, n: f64) -> f64 {
    recurrence(n, x, |k, p, q| ((2.0 * k - 1.0) * x * p - (k - 1.0) * q) / k)
}

/// The shifted polynomials: those of 2 x - 1.
pub fn shifted_chebyshev_t(x: f64, n: f64) -> f64 {
    chebyshev_t(2.0 * x - 1.0, n)
}

pub fn shifted_chebyshev_u(x: f64, n: f64) -> f64 {
    chebyshev_u(2.0 * x - 1.0, n)
}

pub fn shifted_chebyshev_v(x: f64, n: f64) -> f64 {
    chebyshev_v(2.0 * x - 1.0, n)
}

pub fn shifted_chebyshev_w(x: f64, n: f64) -> f64 {
    chebyshev_w(2.0 * x - 1.0, n)
}
