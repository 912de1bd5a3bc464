//! Functions of two float32: over every pair of special values, and over pairs of random bits.

use super::super::*;
use super::{SPECIAL, ulps};

/// Pairs of special values of both signs, then random bit patterns, then random numbers of about the same size.
fn pairs() -> impl Iterator<Item = (f32, f32)> {
    let signed = || SPECIAL.into_iter().flat_map(|x| [x, -x]);
    let mut state = 1_u64;
    let random = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (x, y) = ((state >> 32) as u32, (state.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32);
        let close = x & !(15 << 26) | (y & (15 << 26));
        (f32::from_bits(if state >> 63 == 0 { x } else { close }), f32::from_bits(y))
    });
    signed().flat_map(move |x| signed().map(move |y| (x, y))).chain(random.take(2_000_000))
}

fn sweep(function: fn(f32, f32) -> f32, reference: fn(f64, f64) -> f64, limit: f64) {
    let mut worst = (0.0, 0.0, 0.0);
    for (x, y) in pairs() {
        let error = ulps(function(x, y), reference(f64::from(x), f64::from(y)));
        if error > worst.0 {
            worst = (error, x, y);
        }
    }
    let (error, x, y) = worst;
    println!("{error:.3} ulp at {x:e}, {y:e}");
    let expected = reference(f64::from(x), f64::from(y));
    assert!(error <= limit, "{error:.2} ulp at {x:e}, {y:e}: {:e}, expected {expected:e}", function(x, y));
}

#[test]
fn pow_is_accurate() {
    sweep(pow, f64::powf, 4.0);
}

#[test]
fn atan2_is_accurate() {
    sweep(atan2, f64::atan2, 4.0);
}

#[test]
fn hypot_is_accurate() {
    sweep(hypot, f64::hypot, 4.0);
}

#[test]
fn fmod_is_exact() {
    sweep(fmod, |x, y| x % y, 0.0);
}

#[test]
fn remainder_has_the_sign_of_the_divisor() {
    for (x, y) in pairs() {
        let (actual, rest) = (remainder(x, y), x % y);
        let expected = if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest };
        assert!(
            actual.to_bits() == expected.to_bits() || (actual.is_nan() && expected.is_nan()),
            "{x:e} % {y:e} = {actual:e}"
        );
    }
}

#[test]
fn max_and_min_propagate_nan() {
    for (x, y) in pairs() {
        if x.is_nan() || y.is_nan() {
            assert!(max(x, y).is_nan() && min(x, y).is_nan(), "{x}, {y}");
        } else {
            assert!(max(x, y) == x.max(y) && min(x, y) == x.min(y), "{x}, {y}");
        }
    }
}

#[test]
fn nextafter_moves_by_one_bit_pattern() {
    for (x, y) in pairs() {
        let (next, back) = (nextafter(x, y), if x < y { f32::next_up } else { f32::next_down });
        let expected = if x == y { y } else { back(x) };
        let both_nan = next.is_nan() && (x.is_nan() || y.is_nan());
        assert!(both_nan || next.to_bits() == expected.to_bits(), "nextafter({x:e}, {y:e}) = {next:e}");
    }
}
