//! Sweeps of the functions of one float32: every 1,009th of them, or with PYRITE_EXHAUSTIVE=1 all.

use super::super::{special, *};
use super::{SPECIAL, ulps};

/// The largest error over the sweep must be within `limit` ulp.
fn sweep(function: fn(f32) -> f32, reference: fn(f64) -> f64, limit: f64) {
    let step = if std::env::var("PYRITE_EXHAUSTIVE").is_ok_and(|value| value == "1") { 1 } else { 1_009 };
    let mut worst = (0.0, 0.0);
    let special = SPECIAL.into_iter().flat_map(|x| [x, -x]);
    for x in special.chain((0..=u32::MAX).step_by(step).map(f32::from_bits)) {
        let error = ulps(function(x), reference(f64::from(x)));
        if error > worst.0 {
            worst = (error, x);
        }
    }
    let (error, x) = worst;
    println!("{error:.3} ulp at {x:e}");
    assert!(
        error <= limit,
        "{error:.2} ulp at {x:e} ({:#010x}): {:e}, expected {:e}",
        x.to_bits(),
        function(x),
        reference(f64::from(x))
    );
}

sweeps! {
    exp_is_accurate: exp, f64::exp, 2.0;
    exp2_is_accurate: exp2, f64::exp2, 2.0;
    expm1_is_accurate: expm1, f64::exp_m1, 2.0;
    log_is_accurate: log, f64::ln, 2.0;
    log2_is_accurate: log2, f64::log2, 2.0;
    log10_is_accurate: log10, f64::log10, 2.0;
    log1p_is_accurate: log1p, f64::ln_1p, 2.0;
    sin_is_accurate: sin, f64::sin, 2.0;
    cos_is_accurate: cos, f64::cos, 2.0;
    tan_is_accurate: tan, f64::tan, 2.0;
    asin_is_accurate: asin, f64::asin, 2.0;
    acos_is_accurate: acos, f64::acos, 2.0;
    atan_is_accurate: atan, f64::atan, 2.0;
    sinh_is_accurate: sinh, f64::sinh, 2.0;
    cosh_is_accurate: cosh, f64::cosh, 2.0;
    tanh_is_accurate: tanh, f64::tanh, 2.0;
    asinh_is_accurate: asinh, libm::asinh, 2.0;
    acosh_is_accurate: acosh, acosh_reference, 2.0;
    atanh_is_accurate: atanh, libm::atanh, 2.0;
    erf_is_accurate: erf, libm::erf, 2.0;
    erfc_is_accurate: erfc, libm::erfc, 2.0;
    erfinv_is_accurate: erfinv, special::erfinv, 2.0;
    lgamma_is_accurate: lgamma, libm::lgamma, 4.0;
    digamma_is_accurate: digamma, special::digamma, 4.0;
    bessel_i0_is_accurate: bessel_i0, special::bessel_i0, 2.0;
    bessel_i1_is_accurate: bessel_i1, special::bessel_i1, 2.0;
    sqrt_is_accurate: sqrt, f64::sqrt, 0.5;
    rsqrt_is_accurate: |x| 1.0 / sqrt(x), |x| 1.0 / x.sqrt(), 2.0;
    sigmoid_is_accurate: sigmoid, |x| 1.0 / (1.0 + (-x).exp()), 4.0;
}

/// As the table writes it.
fn sigmoid(x: f32) -> f32 {
    let t = exp(-abs(x));
    select(1.0 / (1.0 + t), t / (1.0 + t), x < 0.0)
}

/// libm's is wrong below 1.
fn acosh_reference(x: f64) -> f64 {
    if x < 1.0 { f64::NAN } else { libm::acosh(x) }
}
