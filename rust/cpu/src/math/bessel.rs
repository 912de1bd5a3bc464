//! Modified Bessel functions beyond I_0 and I_1, the spherical one, and Airy's, to about 1e-13 relative to their size. Values
//! at the ends of the range and outside of it are PyTorch's.

use super::special::bessel_i_scaled;
use std::f64::consts::{FRAC_PI_4, PI};

/// Euler's constant.
const GAMMA: f64 = 0.577_215_664_901_532_9;

/// e^-|x| I_0(x)
#[inline(never)]
pub fn i0e(x: f64) -> f64 {
    bessel_i_scaled(0.0, x.abs())
}

/// e^-|x| I_1(x)
#[inline(never)]
pub fn i1e(x: f64) -> f64 {
    bessel_i_scaled(1.0, x.abs()).copysign(x)
}

/// sin(x) / x
#[inline(never)]
pub fn spherical_j0(x: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else if x.is_infinite() {
        0.0
    } else {
        x.sin() / x
    }
}

/// e^x K_order(x) for x above 0, by the trapezoidal rule over e^(x - x cosh t) cosh(order t), which converges exponentially.
fn k_scaled_by_integral(order: f64, x: f64) -> f64 {
    let step = (0.25 / x.sqrt()).min(0.1);
    let mut sum = 0.5;
    let mut t = step;
    loop {
        let half = (0.5 * t).sinh();
        let term = (-2.0 * x * half * half).exp() * (order * t).cosh();
        sum += term;
        if term <= sum * 1e-18 {
            return sum * step;
        }
        t += step;
    }
}

/// K_0(x) for 0 < x <= 2 (DLMF 10.31.2).
fn k0_series(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut harmonic, mut first, mut rest) = (1.0, 0.0, 1.0, 0.0);
    for k in 1..20 {
        let k = f64::from(k);
        term *= quarter / (k * k);
        harmonic += 1.0 / k;
        first += term;
        rest += term * harmonic;
    }
    -((x / 2.0).ln() + GAMMA) * first + rest
}

/// K_1(x) for 0 < x <= 2 (DLMF 10.31.1).
fn k1_series(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut harmonic) = (1.0, 0.0);
    let (mut first, mut rest) = (1.0, 1.0 - 2.0 * GAMMA);
    for k in 1..20 {
        let k = f64::from(k);
        term *= quarter / (k * (k + 1.0));
        harmonic += 1.0 / k;
        first += term;
        rest += term * (2.0 * harmonic + 1.0 / (k + 1.0) - 2.0 * GAMMA);
    }
    1.0 / x + (x / 2.0).ln() * (x / 2.0) * first - x / 4.0 * rest
}

/// e^x K_order(x) for order 0 or 1.
fn k_scaled(order: f64, x: f64) -> f64 {
    if x == 0.0 {
        f64::INFINITY
    } else if x.is_nan() || x < 0.0 {
        f64::NAN
    } else if x == f64::INFINITY {
        0.0
    } else if x <= 2.0 {
        x.exp() * if order == 0.0 { k0_series(x) } else { k1_series(x) }
    } else {
        k_scaled_by_integral(order, x)
    }
}

/// e^x K_0(x)
#[inline(never)]
pub fn k0e(x: f64) -> f64 {
    k_scaled(0.0, x)
}

/// e^x K_1(x)
#[inline(never)]
pub fn k1e(x: f64) -> f64 {
    k_scaled(1.0, x)
}

/// K_0(x); NaN below 0.
#[inline(never)]
pub fn k0(x: f64) -> f64 {
    if x > 0.0 && x <= 2.0 { k0_series(x) } else { k_scaled(0.0, x) * (-x).exp() }
}

/// K_1(x); NaN below 0.
#[inline(never)]
pub fn k1(x: f64) -> f64 {
    if x > 0.0 && x <= 2.0 { k1_series(x) } else { k_scaled(1.0, x) * (-x).exp() }
}

/// Ai(x): by K_(1/3) above 1, the asymptotic series below -8, the power series between.
#[inline(never)]
pub fn airy_ai(x: f64) -> f64 {
    if !x.is_finite() {
        return f64::NAN;
    }
    let zeta = 2.0 / 3.0 * x.abs() * x.abs().sqrt();
    if x > 1.0 {
        return (x / 3.0).sqrt() / PI * k_scaled_by_integral(1.0 / 3.0, zeta) * (-zeta).exp();
    }
    if x < -8.0 {
        return airy_far_below(x, zeta);
    }
    airy_series(x)
}

/// Ai(0) and -Ai'(0).
const AIRY_AT_ZERO: (f64, f64) = (0.355_028_053_887_817_2, 0.258_819_403_792_806_8);

fn airy_series(x: f64) -> f64 {
    let cube = x * x * x;
    let (mut f, mut g) = (1.0, x);
    let (mut even, mut odd) = (f, g);
    let mut k = 3.0;
    while k < 150.0 {
        f *= cube / (k * (k - 1.0));
        g *= cube / (k * (k + 1.0));
        even += f;
        odd += g;
        k += 3.0;
    }
    AIRY_AT_ZERO.0 * even - AIRY_AT_ZERO.1 * odd
}

/// DLMF 9.7.9, summed to its smallest term.
fn airy_far_below(x: f64, zeta: f64) -> f64 {
    let (mut term, mut k) = (1.0, 1.0);
    let mut sums = [1.0, 0.0];
    let mut last = f64::INFINITY;
    while k < 30.0 {
        term *= (6.0 * k - 5.0) * (6.0 * k - 3.0) * (6.0 * k - 1.0) / ((2.0 * k - 1.0) * 216.0 * k * zeta);
        if term >= last || term < 1e-18 {
            break;
        }
        last = term;
        let place = k as usize;
        sums[place % 2] += if (place / 2).is_multiple_of(2) { term } else { -term };
        k += 1.0;
    }
    let (sin, cos) = (zeta - FRAC_PI_4).sin_cos();
    (cos * sums[0] + sin * sums[1]) / (PI.sqrt() * x.abs().sqrt().sqrt())
}
