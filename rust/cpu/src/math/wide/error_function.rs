//! The error function, its complement and its inverse.

use super::{exponential, horner, logarithm, select};

/// erfc(x) = t e^(-x^2) P(t) with t = 1 / (1 + x / 3), for 0 <= x <= 10.3, to 2^-34; 0 in float32 above.
#[inline(always)]
fn erfc_above_zero(x: f64) -> f64 {
    let x = select(x, 10.3, x > 10.3);
    let t = 3.0 / (3.0 + x);
    exponential::exp(-(x * x))
        * t
        * horner!(
            t;
            0.18806718825002963, 0.1879542220163209, 0.17894740218748229, 0.1470789058229378, 0.17305451798896995,
            -0.059213314957441185, 0.4100674180649553, -0.554772265997404, 0.6622911972542426, -0.488461022668725,
            0.18212203847791614, -0.02713628642063137
        )
}

/// The error function: x P(x^2) / Q(x^2) to 2^-29 up to 3.93, from where on it is 1 in float32.
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    let x = select(select(x, -3.93, x < -3.93), 3.93, x > 3.93);
    let z = x * x;
    let numerator = horner!(
        z;
        1.1283791691799483, 0.18514747614586965, 0.054254859773468694, 0.003840304324919981, 0.00037717380703766176,
        4.62023032540442e-06, -1.2858847463515656e-08
    );
    let denominator = horner!(
        z;
        1.0, 0.49741608590403197, 0.11388699328141426, 0.015434883936318693, 0.0013024202012501928, 6.250249288731094e-05
    );
    x * numerator / denominator
}

/// 1 - erf(x)
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    let value = erfc_above_zero(x.abs());
    select(value, 2.0 - value, x < 0.0)
}

/// The inverse of erf, x P(w) with w = -log(1 - x^2), to 2^-28; infinite at +-1, NaN beyond.
#[inline(always)]
pub fn erfinv(x: f64) -> f64 {
    let w = -logarithm::log((1.0 - x) * (1.0 + x));
    let tail = w > 5.0;
    let t = select(w - 2.5, w.sqrt() - 3.0, tail);
    let value = x * horner!(
        t;
        select(1.5014093535018642, 2.832976801362692, tail),
        select(0.2466402879398893, 1.0016752348497817, tail),
        select(-0.004177339166745319, 0.0094453093960362, tail),
        select(-0.0012527454720728441, -0.007642717126613909, tail),
        select(0.0002182821411182302, 0.005687628358933904, tail),
        select(-4.961352489035537e-06, -0.003567400992206808, tail),
        select(-3.434308354454433e-06, 0.0014754277496283486, tail),
        select(4.65753312181298e-07, -0.00011931450642913538, tail),
        select(1.796638496285272e-08, -0.0002781422874806554, tail),
        select(-8.761583409557512e-09, 0.00015998630307830956, tail),
        select(3.410529261371349e-10, -2.901869554530427e-05, tail)
    );
    select(value, w.copysign(x), x.abs() == 1.0)
}
