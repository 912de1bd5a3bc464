//! The laws that draw independent elements, written over a slice in order.

use super::generator::{Generator, unit24, unit53};
use super::normal;
use super::sample::Sample;
use crate::math::log;

/// A law with its parameters, as PyTorch's in-place methods name them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// `uniform_`: on [from, to).
    Uniform { from: f64, to: f64 },
    /// `normal_` of a contiguous tensor: from 16 elements on, the block scheme.
    Normal { mean: f64, std: f64 },
    /// `normal_` of any other tensor: one number at a time, in float64.
    SerialNormal { mean: f64, std: f64 },
    /// `log_normal_`: e to a normal number.
    LogNormal { mean: f64, std: f64 },
    /// `exponential_`: density rate e^(-rate x).
    Exponential { rate: f64 },
    /// `cauchy_`: density sigma / (pi ((x - median)^2 + sigma^2)).
    Cauchy { median: f64, sigma: f64 },
    /// `geometric_`: trials up to the first success of probability p.
    Geometric { p: f64 },
    /// `bernoulli_`: 1 with probability p, else 0.
    Bernoulli { p: f64 },
    /// `random_(from, to)`: the integers from `from`, `range` many.
    Integers { from: i64, range: u64 },
    /// `random_()`: every non-negative integer that the type holds exactly.
    Naturals,
    /// `random_()` of bool.
    Bits,
    /// `random_` from the least 64-bit integer to the greatest.
    Integers64,
}

/// Ranges from here on take 64 random bits, so that the remainder stays fair.
const WIDE_RANGE: u64 = 1 << 28;

/// Fills `out` with numbers of the law.
pub fn fill<T: Sample>(law: Law, out: &mut [T], generator: &mut Generator) {
    match law {
        Law::Uniform { from, to } => uniform(out, from, to, generator),
        Law::Normal { mean, std } => normal::fill(out, mean, std, generator),
        Law::SerialNormal { mean, std } => normal::fill_serial(out, mean, std, generator),
        Law::LogNormal { mean, std } => {
            out.fill_with(|| T::from_f64((generator.normal() * std + mean).exp()));
        }
        Law::Exponential { rate } => {
            let scale = -1.0 / rate;
            // 1 - u is exact, so its logarithm is log1p(-u).
            generator.map64(out, move |bits| T::from_f64(scale * log(1.0 - unit53(bits))));
        }
        Law::Cauchy { median, sigma } => generator
            .map64(out, move |bits| T::from_f64(median + sigma * (std::f64::consts::PI * (unit53(bits) - 0.5)).tan())),
        Law::Geometric { p } => {
            let failure = (-p).ln_1p();
            generator.map64(out, move |bits| T::from_f64((unit53(bits).ln() / failure).ceil()));
        }
        Law::Bernoulli { p } => bernoulli(out, p, generator),
        Law::Integers { from, range } => integers(out, from, range, generator),
        Law::Naturals => naturals(out, generator),
        Law::Bits => generator.map32(out, move |bits| T::from_i64(i64::from(bits & 1))),
        Law::Integers64 => generator.map64(out, move |bits| T::from_i64(bits as i64)),
    }
}

/// Writes 1 where a uniform draw is below the element's own probability, else 0; the draw has `P`'s precision.
pub fn bernoulli_each<T: Sample, P: Sample>(out: &mut [T], probabilities: &[P], generator: &mut Generator) {
    for (out, &p) in out.iter_mut().zip(probabilities) {
        let hit = if P::IS_DOUBLE {
            generator.uniform() < p.to_f64()
        } else {
            f64::from(unit24(generator.random())) < p.to_f64()
        };
        *out = T::from_i64(i64::from(hit));
    }
}

fn uniform<T: Sample>(out: &mut [T], from: f64, to: f64, generator: &mut Generator) {
    if T::IS_DOUBLE {
        let span = to - from;
        return generator.map64(out, move |bits| T::from_f64(below(unit53(bits) * span + from, from, to)));
    }
    let (low, high) = (T::from_f64(from), T::from_f64(to));
    let (from, to) = (from as f32, to as f32);
    let span = to - from;
    // Narrowing may round up to the excluded bound; PyTorch then takes the other one.
    generator.map32(out, move |bits| {
        let x = T::from_f32(unit24(bits) * span + from);
        if x == high { low } else { x }
    });
}

/// `x`, or `from` where rounding reached the excluded bound.
#[inline(always)]
fn below(x: f64, from: f64, to: f64) -> f64 {
    if x == to { from } else { x }
}

fn bernoulli<T: Sample>(out: &mut [T], p: f64, generator: &mut Generator) {
    // k 2^-53 < p exactly when k < ceil(p 2^53), and integers compare in vectors.
    let bound = (p * (1u64 << 53) as f64).ceil() as u64;
    let (zero, one) = (T::from_i64(0), T::from_i64(1));
    generator.map64(out, move |bits| if bits & ((1 << 53) - 1) < bound { one } else { zero });
}

fn integers<T: Sample>(out: &mut [T], from: i64, range: u64, generator: &mut Generator) {
    if range >= WIDE_RANGE {
        generator.map64(out, move |bits| T::from_i64((bits % range).wrapping_add_signed(from) as i64));
    } else {
        let range = range as u32;
        generator.map32(out, move |bits| T::from_i64(i64::from(bits % range).wrapping_add(from)));
    }
}

fn naturals<T: Sample>(out: &mut [T], generator: &mut Generator) {
    let count = (1u64 << T::DIGITS) + u64::from(T::IS_FLOAT);
    if T::DIGITS > 32 {
        generator.map64(out, move |bits| T::from_i64((bits % count) as i64));
    } else {
        generator.map32(out, move |bits| T::from_i64((u64::from(bits) % count) as i64));
    }
}
