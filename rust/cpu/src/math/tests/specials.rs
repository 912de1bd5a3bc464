//! Special values that PyTorch 2.13 fixes, float64 by values of many digits, and both float types where they share code.

use super::super::*;

const INFINITY: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

/// Bit for bit, but any NaN is as good as another.
fn check(name: &str, actual: &[f32], expected: &[f32]) {
    let bits = |values: &[f32]| {
        values.iter().map(|x| if x.is_nan() { NAN.to_bits() } else { x.to_bits() }).collect::<Vec<_>>()
    };
    assert_eq!(bits(actual), bits(expected), "{name}: {actual:?}, expected {expected:?}");
}

#[test]
fn division_rounds_down_as_pytorch_does() {
    let x = [5.0, -5.0, 5.0, -5.0, INFINITY, 5.0, -5.0, NAN, 0.0, -0.0, 5.0, -5.0, 0.0, 0.3, -1e-45];
    let y = [3.0, 3.0, -3.0, -3.0, 2.0, INFINITY, INFINITY, 1.0, 0.0, 0.0, 0.0, 0.0, -3.0, 0.1, 1e38];
    let pairs = |function: fn(f32, f32) -> f32| x.iter().zip(y).map(|(&x, y)| function(x, y)).collect::<Vec<_>>();
    check(
        "floor_divide",
        &pairs(floor_divide),
        &[1.0, -2.0, -2.0, 1.0, NAN, 0.0, -1.0, NAN, NAN, NAN, INFINITY, -INFINITY, -0.0, 3.0, -1.0],
    );
    check(
        "remainder",
        &pairs(remainder),
        &[2.0, 1.0, -1.0, -2.0, NAN, 5.0, INFINITY, NAN, NAN, NAN, NAN, NAN, 0.0, 7.450581e-9, 1e38],
    );
    check(
        "fmod",
        &pairs(fmod),
        &[2.0, -2.0, 2.0, -2.0, NAN, 5.0, -5.0, NAN, NAN, NAN, NAN, NAN, 0.0, 7.450581e-9, -1e-45],
    );
    check("trunc_divide", &[trunc_divide(-7.0, 2.0), trunc_divide(7.0, 0.0)], &[-3.0, INFINITY]);
    assert_eq!(floor_divide(-7.0_f64, 2.0), -4.0);
    assert_eq!(remainder(-7.0_f64, 2.0), 1.0);
}

#[test]
fn special_functions_end_as_in_pytorch() {
    let map = |function: fn(f32) -> f32, x: &[f32]| x.iter().map(|&x| function(x)).collect::<Vec<_>>();
    let x = [0.0, -0.0, -1.0, -2.0, INFINITY, -INFINITY, NAN];
    check("lgamma", &map(lgamma, &x), &[INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, NAN]);
    check("digamma", &map(digamma, &x), &[-INFINITY, INFINITY, NAN, NAN, INFINITY, NAN, NAN]);
    check("lgamma", &map(lgamma, &[1.0, 2.0]), &[0.0, 0.0]);
    check("i0", &map(bessel_i0, &[0.0, INFINITY, -INFINITY, NAN]), &[1.0, NAN, NAN, NAN]);
    check("i1", &map(bessel_i1, &[0.0, INFINITY, -INFINITY, NAN]), &[0.0, NAN, NAN, NAN]);
    check("erfinv", &map(erfinv, &[1.0, -1.0, 0.0, -0.0, 1.5]), &[INFINITY, -INFINITY, 0.0, -0.0, NAN]);
    check("sign", &map(sign, &[NAN, -0.0, -2.0, INFINITY]), &[0.0, 0.0, -1.0, 1.0]);
    check("round", &map(round, &[0.5, 1.5, 2.5, -0.5]), &[0.0, 2.0, 2.0, -0.0]);
    check(
        "frexp_mantissa",
        &map(frexp_mantissa, &[0.0, -0.0, INFINITY, NAN, 1e-45, -3.0]),
        &[0.0, -0.0, INFINITY, NAN, 0.5, -0.75],
    );
    check(
        "frexp_exponent",
        &map(frexp_exponent, &[0.0, -0.0, INFINITY, NAN, 1e-45, -3.0]),
        &[0.0, 0.0, 0.0, 0.0, -148.0, 2.0],
    );
}

#[test]
fn float64_bits() {
    assert_eq!((frexp_mantissa(5e-324), frexp_exponent(5e-324)), (0.5, -1073.0));
    assert_eq!((frexp_mantissa(-3.0), frexp_exponent(-3.0)), (-0.75, 2.0));
    assert_eq!(nextafter(1.0, 2.0), 1.0 + f64::EPSILON);
    assert_eq!(nextafter(0.0, -1.0), -5e-324);
}

/// A function's name, the function, its argument and its value.
type Case = (&'static str, fn(f64) -> f64, f64, f64);

#[test]
fn float64_agrees_to_many_digits() {
    let cases: [Case; 44] = [
        ("erfinv", erfinv, 1e-12, 8.86226925452758e-13),
        ("erfinv", erfinv, 0.3, 0.2724627147267543),
        ("erfinv", erfinv, -0.5, -0.4769362762044699),
        ("erfinv", erfinv, 0.9, 1.1630871536766743),
        ("erfinv", erfinv, 0.999999, 3.458910737275499),
        ("erfinv", erfinv, 0.9999999999999, 5.261483331372676),
        ("digamma", digamma, 1e-09, -1000000000.5772156),
        ("digamma", digamma, 0.3, -3.502524222200133),
        ("digamma", digamma, 1.0, -0.5772156649015329),
        ("digamma", digamma, 2.5, 0.7031566406452432),
        ("digamma", digamma, 7.25, 1.910453526883736),
        ("digamma", digamma, 123.5, 4.812187109433143),
        ("digamma", digamma, -0.25, 2.9141391202135276),
        ("digamma", digamma, -3.75, -1.6923885983113303),
        ("bessel_i0", bessel_i0, 0.1, 1.0025015629340956),
        ("bessel_i0", bessel_i0, 3.0, 4.8807925858650245),
        ("bessel_i0", bessel_i0, -12.5, 30596.335155785153),
        ("bessel_i0", bessel_i0, 29.9, 708478330489.0145),
        ("bessel_i0", bessel_i0, 30.1, 862432920031.7792),
        ("bessel_i0", bessel_i0, 700.0, 1.5295933476718737e+302),
        ("bessel_i0", bessel_i0, 710.0, 3.345334558619656e+306),
        ("bessel_i1", bessel_i1, 1e-08, 5e-09),
        ("bessel_i1", bessel_i1, 0.1, 0.050062526047092694),
        ("bessel_i1", bessel_i1, 3.0, 3.9533702174026093),
        ("bessel_i1", bessel_i1, -12.5, -29345.74964207113),
        ("bessel_i1", bessel_i1, 29.9, 696528308361.0927),
        ("bessel_i1", bessel_i1, 30.1, 847983630191.5414),
        ("bessel_i1", bessel_i1, 710.0, 3.3429778585097626e+306),
        ("lgamma", lgamma, 0.3, 1.0957979948180756),
        ("lgamma", lgamma, -1.5, 0.860047015376481),
        ("lgamma", lgamma, 10.5, 13.940625219403763),
        ("lgamma", lgamma, 10000000000.0, 220258509288.81058),
        ("erf", erf, 1e-09, 1.1283791670955127e-09),
        ("erf", erf, 0.3, 0.3286267594591274),
        ("erf", erf, -1.7, -0.9837904585907745),
        ("erfc", erfc, 0.3, 0.6713732405408726),
        ("erfc", erfc, 3.0, 2.209049699858544e-05),
        ("erfc", erfc, 20.0, 5.395865611607901e-176),
        ("asinh", asinh, 1e-09, 1e-09),
        ("asinh", asinh, -2.5, -1.6472311463710958),
        ("acosh", acosh, 1.0000001, 0.0004472135919037347),
        ("acosh", acosh, 30.0, 4.0940666686320855),
        ("atanh", atanh, 1e-09, 1e-09),
        ("atanh", atanh, -0.7, -0.8673005276940531),
    ];
    for (name, function, x, expected) in cases {
        let error = (function(x) - expected).abs() / expected.abs();
        assert!(error < 2e-15, "{name}({x}) = {:e}, expected {expected:e}", function(x));
    }
}
