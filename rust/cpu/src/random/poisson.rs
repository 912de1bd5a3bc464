//! Poisson numbers, one rate per element.

use super::generator::Generator;
use super::sample::Sample;

/// Writes a Poisson number of each rate; rates are not negative.
pub fn poisson<T: Sample>(out: &mut [T], rates: &[T], generator: &mut Generator) {
    for (out, rate) in out.iter_mut().zip(rates) {
        let rate = rate.to_f64();
        *out = T::from_i64(if rate >= 10.0 { by_rejection(rate, generator) } else { by_product(rate, generator) });
    }
}

/// Counts the uniform factors whose product stays above e^-rate (Knuth).
fn by_product(rate: f64, generator: &mut Generator) -> i64 {
    if rate == 0.0 {
        return 0;
    }
    let bound = (-rate).exp();
    let mut product = 1.0;
    for count in 0.. {
        product *= generator.uniform();
        if product <= bound {
            return count;
        }
    }
    unreachable!("a product of factors below 1 falls to any positive bound")
}

/// Transformed rejection with squeeze: algorithm PTRS of Hörmann, "The transformed rejection method for generating
/// Poisson random variables" (1993).
fn by_rejection(rate: f64, generator: &mut Generator) -> i64 {
    let log_rate = rate.ln();
    let b = 0.931 + 2.53 * rate.sqrt();
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let squeeze = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = generator.uniform() - 0.5;
        let v = generator.uniform();
        let distance = 0.5 - u.abs();
        let k = ((2.0 * a / distance + b) * u + rate + 0.43).floor();
        if distance >= 0.07 && v <= squeeze {
            return k as i64;
        }
        if k < 0.0 || (distance < 0.013 && v > distance) {
            continue;
        }
        let hat = v.ln() + inverse_alpha.ln() - (a / (distance * distance) + b).ln();
        if hat <= k * log_rate - rate - libm::lgamma(k + 1.0) {
            return k as i64;
        }
    }
}
