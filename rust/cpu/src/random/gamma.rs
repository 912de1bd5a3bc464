//! Gamma numbers, one shape per element.

use super::generator::Generator;
use super::sample::Sample;

/// Writes a gamma number of scale 1 for each shape parameter.
pub fn gamma<T: Sample>(out: &mut [T], shapes: &[T], generator: &mut Generator) {
    for (out, shape) in out.iter_mut().zip(shapes) {
        *out = T::from_f64(draw::<T>(shape.to_f64(), generator));
    }
}

/// The method of Marsaglia and Tsang, "A simple method for generating gamma variables" (2000),
/// <https://doi.org/10.1145/358407.358414>.
fn draw<T: Sample>(mut shape: f64, generator: &mut Generator) -> f64 {
    let mut scale = 1.0;
    if shape < 1.0 {
        if shape == 0.0 {
            return 0.0;
        }
        scale = (1.0 - generator.uniform()).powf(T::round(1.0 / shape));
        shape = T::round(shape + 1.0);
    }
    let d = T::round(shape - f64::from(1.0f32 / 3.0));
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let (x, v) = positive_cube(c, generator);
        let u = 1.0 - generator.uniform();
        let square = x * x;
        if u < 1.0 - f64::from(0.0331f32) * square * square || u.ln() < 0.5 * square + d * (1.0 - v + v.ln()) {
            return scale * d * v;
        }
    }
}

/// A normal x with (1 + c x)^3, drawn until that is positive.
fn positive_cube(c: f64, generator: &mut Generator) -> (f64, f64) {
    loop {
        let x = generator.normal();
        let y = 1.0 + c * x;
        if y > 0.0 {
            return (x, y * y * y);
        }
    }
}
