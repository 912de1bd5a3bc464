//! float64 functions of our own against the C library's, over random bits of float64 and over numbers of ordinary size.

use super::super::*;
use super::SPECIAL;

/// |actual - expected| in units of the last place of a float64; infinite if only one is NaN or zeros differ in sign.
fn ulps(actual: f64, expected: f64) -> f64 {
    if actual.to_bits() == expected.to_bits() || (actual.is_nan() && expected.is_nan()) {
        return 0.0;
    }
    let error = (actual - expected).abs() / (expected.abs() - expected.abs().next_down());
    if error.is_nan() || expected == 0.0 { f64::INFINITY } else { error }
}

fn sweep(function: fn(f64) -> f64, reference: fn(f64) -> f64, limit: f64) {
    let mut state = 1_u64;
    let random = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    });
    let special = SPECIAL.into_iter().flat_map(|x| [f64::from(x), -f64::from(x)]);
    let edges = [
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        709.7,
        709.79,
        710.4,
        710.5,
        -708.4,
        -745.1,
        -745.2,
        1e9,
        1e16,
        1.0 + 1e-9,
    ];
    let any = random.take(300_000).map(f64::from_bits);
    let ordinary = random.take(600_000).enumerate().map(|(i, bits)| {
        let unit = (bits >> 11) as f64 / 2.0_f64.powi(52) - 1.0;
        unit * [1.0, 40.0, 800.0][i % 3]
    });
    let mut worst = (0.0, 0.0);
    for x in special.chain(edges).chain(any).chain(ordinary) {
        let error = ulps(function(x), reference(x));
        if error > worst.0 {
            worst = (error, x);
        }
    }
    let (error, x) = worst;
    println!("{error:.3} ulp at {x:e}");
    assert!(error <= limit, "{error:.2} ulp at {x:e}: {:e}, expected {:e}", function(x), reference(x));
}

sweeps! {
    exp_is_accurate: exp, f64::exp, 2.0;
    exp2_is_accurate: exp2, f64::exp2, 2.0;
    expm1_is_accurate: expm1, f64::exp_m1, 3.0;
    sinh_is_accurate: sinh, f64::sinh, 4.0;
    cosh_is_accurate: cosh, f64::cosh, 3.0;
    tanh_is_accurate: tanh, f64::tanh, 4.0;
    log_is_accurate: log, f64::ln, 2.0;
    log1p_is_accurate: log1p, f64::ln_1p, 3.0;
    asinh_is_accurate: asinh, libm::asinh, 4.0;
    acosh_is_accurate: acosh, |x| if x < 1.0 { f64::NAN } else { libm::acosh(x) }, 4.0;
    atanh_is_accurate: atanh, libm::atanh, 4.0;
}

#[test]
fn hypot_is_accurate_over_all_exponents() {
    for (m, n) in (-1074..1024).flat_map(|m| (-1074..1024).step_by(13).map(move |n| (m, n))) {
        let (x, y) = (1.7 * 2.0_f64.powi(m), -1.3 * 2.0_f64.powi(n));
        let (actual, expected) = (hypot(x, y), f64::hypot(x, y));
        assert!(ulps(actual, expected) <= 2.0, "hypot({x:e}, {y:e}) = {actual:e}, expected {expected:e}");
    }
    assert_eq!(hypot(f64::NAN, f64::NEG_INFINITY), f64::INFINITY);
    assert!(hypot(f64::NAN, 1.0_f64).is_nan() && hypot(1.0_f64, f64::NAN).is_nan());
}
