//! log |gamma| and its derivative: Stirling's series four steps up, and reflection below 1/2.

use super::{horner, logarithm, select, trigonometry};
use std::f64::consts::PI;

/// log(sqrt(2 pi))
const LOG_SQRT_TAU: f64 = 0.9189385332046728;

/// x (x + 1) (x + 2) (x + 3) and its derivative.
#[inline(always)]
fn rising_product(x: f64) -> (f64, f64) {
    let u = x * (x + 3.0);
    (u * (u + 2.0), (2.0 * x + 3.0) * (2.0 * u + 2.0))
}

/// log |gamma(x)|; infinite at 0, at the negative integers and at both infinities.
#[inline(always)]
pub fn lgamma(x: f64) -> f64 {
    let reflected = x < 0.5;
    let positive = select(x, 1.0 - x, reflected);
    let (product, _) = rising_product(positive);
    let y = positive + 4.0;
    let w = 1.0 / y;
    let z = w * w;
    let series = horner!(
        z;
        0.08333333333333233, -0.0027777777757317, 0.0007936501075727841, -0.0005951511623611828, 0.000836417954978991,
        -0.0017434206135334693, 0.0033209157616003408
    );
    let stirling = (y - 0.5) * logarithm::log_exact(y) - y + (LOG_SQRT_TAU + w * series);
    let factor =
        logarithm::log_exact(select(1.0 / product, PI * product / trigonometry::sin_pi_magnitude(x), reflected));
    let value = factor + select(stirling, -stirling, reflected);
    let value = select(value, 0.0, (x == 1.0) | (x == 2.0));
    select(value, x.abs(), x.abs() == f64::INFINITY)
}

/// psi(x), the derivative of lgamma; infinite at 0, NaN at the negative integers.
#[inline(always)]
pub fn digamma(x: f64) -> f64 {
    let reflected = x < 0.5;
    let positive = select(x, 1.0 - x, reflected);
    let (product, slope) = rising_product(positive);
    let y = positive + 4.0;
    let w = 1.0 / y;
    let z = w * w;
    let series = horner!(
        z;
        0.08333333333305332, -0.008333332911186299, 0.003968150491835625, -0.004157283266690402, 0.007180512018402332,
        -0.012851964768659626
    );
    let value = logarithm::log_exact(y) - 0.5 * w - z * series - slope / product;
    let fraction = x - super::round(x);
    let reflection = select(PI / trigonometry::tan(PI * fraction), f64::NAN, (fraction == 0.0) & (x < 0.0));
    let reflection = select(reflection, f64::INFINITY.copysign(x), x == 0.0);
    let value = value - select(0.0, reflection, reflected);
    select(value, x, x == f64::INFINITY)
}
