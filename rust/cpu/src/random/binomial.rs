//! Binomial numbers, one pair of count and probability per element.

use super::generator::Generator;
use super::sample::Sample;

/// Writes the number of successes in `counts` trials of probability `probabilities`, elementwise; NaN where that is NaN.
pub fn binomial<T: Sample>(out: &mut [T], counts: &[T], probabilities: &[T], generator: &mut Generator) {
    for ((out, count), p) in out.iter_mut().zip(counts).zip(probabilities) {
        *out = T::from_f64(draw::<T>(count.to_f64(), p.to_f64(), generator));
    }
}

fn draw<T: Sample>(count: f64, p: f64, generator: &mut Generator) -> f64 {
    if count <= 0.0 || p <= 0.0 {
        0.0
    } else if p >= 1.0 {
        count
    } else if p <= 0.5 {
        successes::<T>(count, p, generator)
    } else if p > 0.5 {
        count - successes::<T>(count, T::round(1.0 - p), generator)
    } else {
        f64::NAN
    }
}

fn successes<T: Sample>(count: f64, p: f64, generator: &mut Generator) -> f64 {
    if T::round(count * p) >= 10.0 {
        by_rejection::<T>(count, p, generator)
    } else {
        by_waiting::<T>(count, p, generator)
    }
}

/// Adds geometric waiting times until they exceed the count.
fn by_waiting<T: Sample>(count: f64, p: f64, generator: &mut Generator) -> f64 {
    let failure = T::round((-p).ln_1p());
    let (mut waited, mut found) = (0.0, 0.0);
    loop {
        waited += (generator.uniform().ln() / failure).ceil();
        if waited > count || waited.is_nan() {
            return found;
        }
        found += 1.0;
    }
}

/// Transformed rejection with squeeze: algorithm BTRS of Hörmann, "The generation of binomial random variates" (1993).
fn by_rejection<T: Sample>(count: f64, p: f64, generator: &mut Generator) -> f64 {
    let deviation = T::round(T::round(T::round(count * p) * T::round(1.0 - p)).sqrt());
    let b = 1.15 + 2.53 * deviation;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let centre = T::round(count * p) + 0.5;
    let squeeze = 0.92 - 4.2 / b;
    let odds = T::round(p / T::round(1.0 - p));
    let alpha = (2.83 + 5.1 / b) * deviation;
    let mode = T::round((count + 1.0) * p).floor();
    loop {
        let u = generator.uniform() - 0.5;
        let v = generator.uniform();
        let distance = 0.5 - u.abs();
        let k = ((2.0 * a / distance + b) * u + centre).floor();
        if !(0.0..=count).contains(&k) {
            continue;
        }
        if distance >= 0.07 && v <= squeeze {
            return k;
        }
        let hat = (v * alpha / (a / (distance * distance) + b)).ln();
        let ratio = (mode + 0.5) * ((mode + 1.0) / (odds * (count - mode + 1.0))).ln()
            + (count + 1.0) * ((count - mode + 1.0) / (count - k + 1.0)).ln()
            + (k + 0.5) * (odds * (count - k + 1.0) / (k + 1.0)).ln()
            + stirling_tail(mode)
            + stirling_tail(count - mode)
            - stirling_tail(k)
            - stirling_tail(count - k);
        if hat <= ratio {
            return k;
        }
    }
}

/// ln k! less Stirling's approximation of it.
fn stirling_tail(k: f64) -> f64 {
    const TAILS: [f64; 10] = [
        0.0810614667953272,
        0.0413406959554092,
        0.0276779256849983,
        0.02079067210376509,
        0.0166446911898211,
        0.0138761288230707,
        0.0118967099458917,
        0.0104112652619720,
        0.00925546218271273,
        0.00833056343336287,
    ];
    if let Some(tail) = TAILS.get(k as usize) {
        return *tail;
    }
    let square = (k + 1.0) * (k + 1.0);
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / (k + 1.0)
}
