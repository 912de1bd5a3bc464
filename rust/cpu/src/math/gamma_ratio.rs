//! The incomplete gamma functions, regularized, and Hurwitz's zeta function.

use std::f64::consts::PI;

/// P(a, x) and Q(a, x) = 1 - P(a, x) for a, x >= 0; NaN for anything else.
fn regularized(a: f64, x: f64) -> (f64, f64) {
    const NAN: (f64, f64) = (f64::NAN, f64::NAN);
    if a.is_nan() || x.is_nan() || a < 0.0 || x < 0.0 || (a == 0.0 && x == 0.0) || (a.is_infinite() && x.is_infinite())
    {
        NAN
    } else if x == 0.0 || a.is_infinite() {
        (0.0, 1.0)
    } else if a == 0.0 || x.is_infinite() {
        (1.0, 0.0)
    } else if a > 100.0 && (x - a).abs() < 20.0 * a.sqrt() {
        by_quadrature(a, x)
    } else if x < a + 1.0 {
        let p = by_series(a, x);
        (p, 1.0 - p)
    } else {
        let q = by_fraction(a, x);
        (1.0 - q, q)
    }
}

/// x^a e^-x / gamma(a), without overflow.
fn weight(a: f64, x: f64) -> f64 {
    if a > 100.0 {
        // Stirling's series, with the large terms of the exponent taken together.
        let d = (x - a) / a;
        let correction = 1.0 / (12.0 * a) - 1.0 / (360.0 * a * a * a);
        return (a * (d.ln_1p() - d) - correction).exp() * (a / (2.0 * PI)).sqrt();
    }
    (a * x.ln() - x - libm::lgamma(a)).exp()
}

fn by_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, 1.0);
    while term > sum * 1e-17 && k < 5000.0 {
        term *= x / (a + k);
        sum += term;
        k += 1.0;
    }
    sum * weight(a, x)
}

/// The continued fraction of Q (DLMF 8.9.2), by Lentz's method.
fn by_fraction(a: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / tiny, 1.0 / b);
    let (mut h, mut k) = (d, 1.0);
    while k < 5000.0 {
        let numerator = -k * (k - a);
        b += 2.0;
        d = numerator * d + b;
        d = 1.0 / if d.abs() < tiny { tiny } else { d };
        c = b + numerator / c;
        c = if c.abs() < tiny { tiny } else { c };
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
        k += 1.0;
    }
    h * weight(a, x)
}

/// Nodes and weights of Gauss and Legendre's rule of five points on [-1, 1].
const GAUSS: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// For a large `a` and x near it: the integral of t^(a - 1) e^-t from x outwards, over twelve standard deviations.
fn by_quadrature(a: f64, x: f64) -> (f64, f64) {
    let above = x > a;
    let width = 12.0 * a.sqrt();
    let end = if above { x + width } else { (x - width).max(1e-300) };
    let panels = 30;
    let half = (end - x) / f64::from(2 * panels);
    let mut sum = 0.0;
    for i in 0..panels {
        let middle = x + half * f64::from(2 * i + 1);
        for (node, share) in GAUSS {
            let t = middle + half * node;
            sum += share * weight(a, t) / t;
        }
    }
    let tail = sum * half.abs();
    if above { (1.0 - tail, tail) } else { (tail, 1.0 - tail) }
}

/// P(a, x), the lower incomplete gamma function over gamma(a).
#[inline(never)]
pub fn igamma(a: f64, x: f64) -> f64 {
    regularized(a, x).0
}

/// Q(a, x), the upper incomplete gamma function over gamma(a).
#[inline(never)]
pub fn igammac(a: f64, x: f64) -> f64 {
    regularized(a, x).1
}

/// B(2k) / (2k)! for k = 1, 2, ...
const EULER_MACLAURIN: [f64; 10] = [
    8.333_333_333_333_333e-2,
    -1.388_888_888_888_889e-3,
    3.306_878_306_878_307e-5,
    -8.267_195_767_195_768e-7,
    2.087_675_698_786_81e-8,
    -5.284_190_138_687_493e-10,
    1.338_253_653_068_467_9e-11,
    -3.389_680_296_322_582_7e-13,
    8.586_062_056_277_845e-15,
    -2.174_868_698_558_062e-16,
];

/// Hurwitz's zeta function, the sum of (q + k)^-x over k >= 0; infinite at the poles, NaN where it is not real.
#[inline(never)]
pub fn zeta(x: f64, q: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    if x.is_nan() || q.is_nan() || x < 1.0 || (q <= 0.0 && q != q.floor() && x != x.floor()) {
        return f64::NAN;
    }
    if q <= 0.0 && q == q.floor() {
        return f64::INFINITY;
    }
    if q > 0.0 {
        return zeta_above_zero(x, q);
    }
    // The terms below 0, counted from 0 downwards, are themselves the difference of two sums.
    let fraction = q - q.floor();
    let sign = if x % 2.0 == 0.0 { 1.0 } else { -1.0 };
    zeta_above_zero(x, fraction) + sign * (zeta_above_zero(x, 1.0 - fraction) - zeta_above_zero(x, 1.0 - q))
}

fn zeta_above_zero(x: f64, mut q: f64) -> f64 {
    let mut sum = 0.0;
    while q < 12.0 {
        let term = q.powf(-x);
        sum += term;
        if term < sum * 1e-18 || sum.is_infinite() {
            return sum;
        }
        q += 1.0;
    }
    let power = q.powf(-x);
    sum += power * (q / (x - 1.0) + 0.5);
    let (mut rising, mut k) = (x * power / q, 1.0);
    for coefficient in EULER_MACLAURIN {
        let term = coefficient * rising;
        sum += term;
        if term.abs() <= sum.abs() * 1e-17 {
            break;
        }
        rising *= (x + k) * (x + k + 1.0) / (q * q);
        k += 2.0;
    }
    sum
}
