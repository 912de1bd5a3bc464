//! Accuracy against float64 over the range of float32, the special values, and the edges of the integers.

/// A test for each function, by the `sweep` of its module.
macro_rules! sweeps {
    ($($name:ident: $function:expr, $reference:expr, $limit:literal;)*) => {$(
        #[test]
        fn $name() {
            sweep($function, $reference, $limit);
        }
    )*};
}

mod accuracy;
mod double;
mod higher;
mod integers;
mod specials;
mod two_arguments;

/// Where functions of a float32 are likely to go wrong; each is tried with both signs.
const SPECIAL: [f32; 19] = [
    0.0,
    1e-45,
    f32::MIN_POSITIVE,
    1e-20,
    1.0 / 3.0,
    0.5,
    1.0 - f32::EPSILON / 2.0,
    1.0,
    1.0 + f32::EPSILON,
    2.0,
    3.0,
    7.5,
    100.0,
    127.0,
    16_777_215.0,
    1e20,
    f32::MAX,
    f32::INFINITY,
    f32::NAN,
];

/// |actual - expected| in units of the last place of a float32; infinite if only one is NaN or zeros differ in sign.
fn ulps(actual: f32, expected: f64) -> f64 {
    let nothing_to_measure = actual.is_nan() || expected.is_nan() || expected == 0.0;
    if nothing_to_measure {
        let same = (actual.is_nan() && expected.is_nan())
            || (actual == 0.0 && actual.to_bits() == (expected as f32).to_bits());
        return if same { 0.0 } else { f64::INFINITY };
    }
    let overflow = 2.0_f64.powi(128);
    let actual = f64::from(actual).clamp(-overflow, overflow);
    let expected = expected.clamp(-overflow, overflow);
    let exponent = (expected.abs().max(f64::MIN_POSITIVE).to_bits() >> 52) as i32 - 1023;
    (actual - expected).abs() / 2.0_f64.powi(exponent.clamp(-126, 127) - 23)
}
