//! Sine, cosine and tangent. The angle is reduced exactly, however large.

use super::{ROUNDER, horner, round, select};
use std::f64::consts::{FRAC_PI_2, PI};

/// 2/pi / scale modulo 4, cut into pieces of at most 29 bits, so that each times a float32 is exact, and the rest.
struct TwoOverPi {
    from: f64,
    scale: f64,
    high: f64,
    middle: f64,
    low: f64,
    rest: f64,
}

/// The cuts for |x| from `from` on. There x * scale is an integer below 2^50, so what is a multiple of 4 may be left out.
const TWO_OVER_PI: [TwoOverPi; 4] = [
    TwoOverPi {
        from: 0.0,
        scale: 1.0,
        high: 0.6366197690367699,
        middle: 3.3308114877339534e-09,
        low: -1.160177776000432e-17,
        rest: 2.52682603558315e-26,
    },
    TwoOverPi {
        from: power_of_two(50),
        scale: power_of_two(-27),
        high: -0.5529460534453392,
        middle: 2.168126039814311e-09,
        low: 1.0330342376988038e-17,
        rest: 2.2391365950052548e-26,
    },
    TwoOverPi {
        from: power_of_two(76),
        scale: power_of_two(-53),
        high: -1.354499526321888,
        middle: 2.55590268394279e-09,
        low: 8.441553048104414e-18,
        rest: -1.1880878568337008e-26,
    },
    TwoOverPi {
        from: power_of_two(102),
        scale: power_of_two(-79),
        high: -0.32847627252340317,
        middle: -1.2961421103074855e-09,
        low: -4.266759209960694e-18,
        rest: -6.035962861362481e-27,
    },
];

const fn power_of_two(n: i64) -> f64 {
    f64::from_bits(((1023 + n) as u64) << 52)
}

/// The field of the entry that fits x.
#[inline(always)]
fn choose(x: f64, field: impl Fn(&TwoOverPi) -> f64) -> f64 {
    let [first, second, third, fourth] = &TWO_OVER_PI;
    let value = select(field(first), field(second), x >= second.from);
    let value = select(value, field(third), x >= third.from);
    select(value, field(fourth), x >= fourth.from)
}

/// r and q of x = (q + 4k) pi/2 + r, for x >= 0: |r| is at most pi/4 and a little, and q is in the two low bits.
#[inline(always)]
fn reduce(x: f64) -> (f64, u64) {
    let scaled = x * choose(x, |entry| entry.scale);
    let high = scaled * choose(x, |entry| entry.high);
    let middle = scaled * choose(x, |entry| entry.middle);
    let low = scaled * choose(x, |entry| entry.low);
    let rest = scaled * choose(x, |entry| entry.rest);

    let high_quarters = high + ROUNDER;
    let middle_quarters = middle + ROUNDER;
    let high = high - (high_quarters - ROUNDER);
    let middle = middle - (middle_quarters - ROUNDER);
    let quarters = (high + middle) + ROUNDER;
    let turn = (((high - (quarters - ROUNDER)) + middle) + low) + rest;

    let quadrant = high_quarters.to_bits().wrapping_add(middle_quarters.to_bits()).wrapping_add(quarters.to_bits());
    (turn * FRAC_PI_2, quadrant)
}

/// sin(r) for |r| <= 1.02 pi/4, to 2^-37.
#[inline(always)]
fn sin_near_zero(r: f64) -> f64 {
    let z = r * r;
    r * horner!(z; 0.999999999994445, -0.16666666624189877, 0.008333328102046976, -0.0001983900566052875, 2.7155963709545727e-06)
}

/// cos(r) for |r| <= 1.02 pi/4, to 2^-43.
#[inline(always)]
fn cos_near_zero(r: f64) -> f64 {
    let z = r * r;
    horner!(
        z;
        0.9999999999999162, -0.4999999999910737, 0.04166666651035981, -0.0013888878784085402, 2.4798614865048513e-05,
        -2.715209204201742e-07
    )
}

/// sin(r + quadrant * pi/2)
#[inline(always)]
fn sin_in_quadrant(r: f64, quadrant: u64) -> f64 {
    let value = select(sin_near_zero(r), cos_near_zero(r), quadrant & 1 == 1);
    f64::from_bits(value.to_bits() ^ ((quadrant & 2) << 62))
}

/// x, negated where `sign` is negative.
#[inline(always)]
fn with_sign(x: f64, sign: f64) -> f64 {
    f64::from_bits(x.to_bits() ^ (sign.to_bits() & (1 << 63)))
}

/// Sine of x in radians.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    let (r, quadrant) = reduce(x.abs());
    with_sign(sin_in_quadrant(r, quadrant), x)
}

/// Cosine of x in radians.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    let (r, quadrant) = reduce(x.abs());
    sin_in_quadrant(r, quadrant.wrapping_add(1))
}

/// Tangent of x in radians.
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    let (r, quadrant) = reduce(x.abs());
    let (sin, cos, odd) = (sin_near_zero(r), cos_near_zero(r), quadrant & 1 == 1);
    with_sign(select(sin, -cos, odd) / select(cos, sin, odd), x)
}

/// |sin(pi x)|; 0 for every integer.
#[inline(always)]
pub fn sin_pi_magnitude(x: f64) -> f64 {
    let fraction = (x - round(x)).abs();
    let steep = fraction > 0.25;
    let r = PI * select(fraction, 0.5 - fraction, steep);
    select(sin_near_zero(r), cos_near_zero(r), steep)
}
