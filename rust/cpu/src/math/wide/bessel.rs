//! Modified Bessel functions of the first kind.

use super::{exponential, horner, select};

/// e^x / sqrt(x), infinite above 700.
#[inline(always)]
fn growth(x: f64) -> f64 {
    select(exponential::exp(x), f64::INFINITY, x > 700.0) / x.sqrt()
}

/// I_0(x): to 2^-37 up to 8, to 2^-30 above.
#[inline(always)]
pub fn i0(x: f64) -> f64 {
    let magnitude = x.abs();
    let (z, w) = (x * x, 1.0 / magnitude);
    let inner = horner!(
        z;
        0.9999999999925048, 0.25000000006192685, 0.015624999923894278, 0.00043402781147948216, 6.781676812366542e-06,
        6.781770413651915e-08, 4.708875522531274e-10, 2.4056954612433716e-12, 9.300183440736943e-15,
        3.059846922858553e-17, 5.351734262093954e-20, 2.680337252932148e-22
    );
    let outer = growth(magnitude)
        * horner!(
            w;
            0.3989422890548973, 0.049866154441770116, 0.02816187258649365, 0.025608585873942664, 0.10543806160790745,
            -0.42888929532760917, 2.1193360602150584
        );
    select(outer, inner, magnitude <= 8.0)
}

/// I_1(x): to 2^-39 up to 8, to 2^-30 above.
#[inline(always)]
pub fn i1(x: f64) -> f64 {
    let magnitude = x.abs();
    let (z, w) = (x * x, 1.0 / magnitude);
    let inner = magnitude
        * horner!(
            z;
            0.49999999999925765, 0.0625000000050546, 0.0026041666613322643, 5.425347431254685e-05, 6.781679976588296e-07,
            5.6514480346696675e-09, 3.363627639384646e-11, 1.503071078614209e-13, 5.177197478021013e-16,
            1.5162672970854028e-18, 2.5325636145744076e-21, 1.0855189620363053e-23
        );
    let outer = growth(magnitude)
        * horner!(
            w;
            0.3989422704241855, -0.14960148158074396, -0.04687834078157811, -0.0367930028562477, -0.12640432658713632,
            0.4767725761371143, -2.4044902101856196
        );
    select(outer, inner, magnitude <= 8.0).copysign(x)
}
