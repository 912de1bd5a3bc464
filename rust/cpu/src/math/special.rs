//! Special functions of float64 that the C library lacks: plain series and Newton's method, exact to a few ulp.

use super::horner::horner;
use std::f64::consts::PI;

/// The inverse of erf: an estimate good to 2^-20, then two steps of Halley's method.
#[inline]
pub fn erfinv(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    if x.is_nan() || magnitude > 1.0 {
        return f64::NAN;
    }
    let mut root = super::wide::error_function::erfinv(magnitude);
    for _ in 0..2 {
        let error = if magnitude < 0.5 { libm::erf(root) - magnitude } else { (1.0 - magnitude) - libm::erfc(root) };
        let step = error * (root * root).exp() * (PI.sqrt() / 2.0);
        root -= step / (1.0 + root * step);
    }
    root.copysign(x)
}

/// psi(x): recurrence up to 10, then the asymptotic series; reflection below 0.
#[inline]
pub fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::NEG_INFINITY.copysign(-x);
    }
    if x < 0.0 {
        let fraction = x - x.round();
        return if fraction == 0.0 || x.is_infinite() {
            f64::NAN
        } else {
            digamma_above_zero(1.0 - x) - PI / (PI * fraction).tan()
        };
    }
    digamma_above_zero(x)
}

/// B(2k) / 2k for k = 1, 2, ...: the coefficients of 1 / x^2k in log(x) - 1 / 2x - psi(x).
const DIGAMMA_SERIES: [f64; 8] =
    [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0, -3617.0 / 8160.0];

fn digamma_above_zero(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 10.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = DIGAMMA_SERIES.iter().rev().fold(0.0, |sum, coefficient| (sum + coefficient) * square);
    shift + x.ln() - 0.5 / x - series
}

/// I_0(x); NaN at infinity.
#[inline]
pub fn bessel_i0(x: f64) -> f64 {
    bessel_i(0.0, x.abs())
}

/// I_1(x); NaN at infinity.
#[inline]
pub fn bessel_i1(x: f64) -> f64 {
    bessel_i(1.0, x.abs()).copysign(x)
}

/// I_order(x) for order 0 or 1 and x >= 0; NaN at infinity.
fn bessel_i(order: f64, x: f64) -> f64 {
    if !x.is_finite() {
        return f64::NAN;
    }
    let (sum, asymptotic) = bessel_i_sum(order, x);
    if !asymptotic {
        return sum;
    }
    // e^x in two factors: it overflows before I(x) does.
    let half = (x / 2.0).exp();
    half / (2.0 * PI * x).sqrt() * sum * half
}

/// e^-x I_order(x) for order 0 or 1 and x >= 0.
pub fn bessel_i_scaled(order: f64, x: f64) -> f64 {
    if x == f64::INFINITY {
        return 0.0;
    }
    let (sum, asymptotic) = bessel_i_sum(order, x);
    if asymptotic { sum / (2.0 * PI * x).sqrt() } else { sum * (-x).exp() }
}

/// The power series, or above 30 (then true) the asymptotic one without its factor e^x / sqrt(2 pi x) (DLMF 10.25.2, 10.40.1).
fn bessel_i_sum(order: f64, x: f64) -> (f64, bool) {
    let asymptotic = x > 30.0;
    let quarter_square = x * x / 4.0;
    let mut term = if asymptotic || order == 0.0 { 1.0 } else { x / 2.0 };
    let mut sum = term;
    let mut k = 1.0;
    while term.abs() > sum * 1e-17 {
        let odd = 2.0 * k - 1.0;
        term *= if asymptotic { (odd * odd - 4.0 * order) / (8.0 * k * x) } else { quarter_square / (k * (k + order)) };
        sum += term;
        k += 1.0;
    }
    (sum, asymptotic)
}

/// e^(x^2) erfc(x): as it stands where both factors can be told, else the asymptotic series (DLMF 7.12.1).
#[inline(never)]
pub fn erfcx(x: f64) -> f64 {
    if x < 25.0 {
        return if x < -27.0 { f64::INFINITY } else { (x * x).exp() * libm::erfc(x) };
    }
    let w = 0.5 / (x * x);
    (1.0 - w * (1.0 - 3.0 * w * (1.0 - 5.0 * w * (1.0 - 7.0 * w * (1.0 - 9.0 * w))))) / (x * PI.sqrt())
}

/// The x below which a normal variable falls with probability p; NaN outside [0, 1]. A rational estimate good to 1e-9
/// (P. J. Acklam), then one step of Halley's method.
#[inline(never)]
pub fn ndtri(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 { -ndtri_below_half(1.0 - p) } else { ndtri_below_half(p) }
}

fn ndtri_below_half(p: f64) -> f64 {
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let x = if p < 0.02425 {
        let r = (-2.0 * p.ln()).sqrt();
        let top = horner!(
            r;
            2.938163982698783, 4.374664141464968, -2.549732539343734, -2.400758277161838, -0.3223964580411365,
            -0.007784894002430293
        );
        top / horner!(r; 1.0, 3.754408661907416, 2.445134137142996, 0.3224671290700398, 0.007784695709041462)
    } else {
        let d = p - 0.5;
        let r = d * d;
        let top = horner!(
            r;
            2.506628277459239, -30.66479806614716, 138.357751867269, -275.9285104469687, 220.9460984245205,
            -39.69683028665376
        );
        d * top
            / horner!(
                r;
                1.0, -13.28068155288572, 66.80131188771972, -155.6989798598866, 161.5858368580409, -54.47609879822406
            )
    };
    if x < -37.0 {
        return x;
    }
    let error = 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2) - p;
    let step = error * (2.0 * PI).sqrt() * (0.5 * x * x).exp();
    x - step / (1.0 + 0.5 * x * step)
}
