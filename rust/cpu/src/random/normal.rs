//! Normal numbers: one at a time, or sixteen at a time with the radii in the first half and the angles in the second.

use std::f32::consts as f32c;
use std::f64::consts::TAU;

use super::generator::{CHUNK, Generator, unit24, unit53};
use super::sample::Sample;
use super::wide::wide;

/// Numbers that one step of the block scheme makes.
const BLOCK: usize = 16;

/// Draws `normal_` of a contiguous tensor.
pub(super) fn fill<T: Sample>(out: &mut [T], mean: f64, std: f64, generator: &mut Generator) {
    if out.len() < BLOCK {
        fill_serial(out, mean, std, generator);
    } else if T::IS_DOUBLE {
        fill_blocks::<T, f64>(out, mean, std, generator);
    } else {
        fill_blocks::<T, f32>(out, mean as f32, std as f32, generator);
    }
}

/// Draws in float64, one number at a time, from the generator's pairs.
pub(super) fn fill_serial<T: Sample>(out: &mut [T], mean: f64, std: f64, generator: &mut Generator) {
    out.fill_with(|| T::from_f64(generator.normal() * std + mean));
}

/// Fills whole blocks, then draws the last sixteen elements anew where the length is no multiple of sixteen.
fn fill_blocks<T: Sample, C: Compute + Narrow<T>>(out: &mut [T], mean: C, std: C, generator: &mut Generator) {
    let mut buffer = [C::default(); CHUNK];
    let rest = out.len() % BLOCK;
    let whole = out.len() - rest;
    for out in out[..whole].chunks_mut(CHUNK) {
        transform(out, &mut buffer, mean, std, generator);
    }
    if rest > 0 {
        // PyTorch draws uniforms for the rest too where they fit the tensor's own memory, and overwrites them.
        if size_of::<T>() == size_of::<C>() {
            C::uniform(&mut buffer[..rest], generator);
        }
        let last = out.len() - BLOCK;
        transform(&mut out[last..], &mut buffer, mean, std, generator);
    }
}

fn transform<T: Sample, C: Compute + Narrow<T>>(
    out: &mut [T],
    buffer: &mut [C; CHUNK],
    mean: C,
    std: C,
    generator: &mut Generator,
) {
    let buffer = &mut buffer[..out.len()];
    C::uniform(buffer, generator);
    let (blocks, _) = buffer.as_chunks_mut::<BLOCK>();
    wide(|| blocks.iter_mut().for_each(|block| C::box_muller(block, mean, std)));
    for (out, &x) in out.iter_mut().zip(&*buffer) {
        *out = x.narrow();
    }
}

/// A type that the block scheme computes in.
trait Compute: Copy + Default {
    fn uniform(out: &mut [Self], generator: &mut Generator);
    fn box_muller(block: &mut [Self; BLOCK], mean: Self, std: Self);
}

trait Narrow<T> {
    fn narrow(self) -> T;
}

impl<T: Sample> Narrow<T> for f32 {
    #[inline(always)]
    fn narrow(self) -> T {
        T::from_f32(self)
    }
}

impl<T: Sample> Narrow<T> for f64 {
    #[inline(always)]
    fn narrow(self) -> T {
        T::from_f64(self)
    }
}

impl Compute for f32 {
    fn uniform(out: &mut [f32], generator: &mut Generator) {
        generator.map32(out, unit24);
    }

    #[inline(always)]
    fn box_muller(block: &mut [f32; BLOCK], mean: f32, std: f32) {
        for i in 0..BLOCK / 2 {
            let radius = (-2.0 * log(1.0 - block[i])).sqrt();
            let (sine, cosine) = sin_cos(f32c::TAU * block[i + BLOCK / 2]);
            block[i] = radius * cosine * std + mean;
            block[i + BLOCK / 2] = radius * sine * std + mean;
        }
    }
}

impl Compute for f64 {
    fn uniform(out: &mut [f64], generator: &mut Generator) {
        generator.map64(out, unit53);
    }

    fn box_muller(block: &mut [f64; BLOCK], mean: f64, std: f64) {
        for i in 0..BLOCK / 2 {
            let radius = (-2.0 * (1.0 - block[i]).ln()).sqrt();
            let (sine, cosine) = (TAU * block[i + BLOCK / 2]).sin_cos();
            block[i] = radius * cosine * std + mean;
            block[i + BLOCK / 2] = radius * sine * std + mean;
        }
    }
}

/// The logarithm of a normal float32 in (0, 1], to 1 ulp: the atanh series in s = f / (2 + f) (FreeBSD's `logf`).
#[inline(always)]
fn log(x: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let shifted = x.to_bits().wrapping_add(0x3f80_0000 - SQRT_HALF);
    let exponent = ((shifted >> 23) as i32 - 127) as f32;
    let f = f32::from_bits((shifted & 0x7f_ffff) + SQRT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let series = z * (0.666_666_6 + w * 0.284_987_87) + w * (0.400_009_72 + w * 0.242_790_79);
    let half_square = 0.5 * f * f;
    s * (half_square + series) + exponent * 9.058_001e-6 - half_square + f + exponent * 0.693_138_1
}

/// Sine and cosine of an angle in [0, 2 pi], to 2 ulp: reduced by quarter turns, then Cephes' polynomials.
#[inline(always)]
fn sin_cos(x: f32) -> (f32, f32) {
    let quarter = (x * f32c::FRAC_2_PI + 0.5) as i32;
    let turns = quarter as f32;
    let r = ((x - turns * 1.570_312_5) - turns * 4.837_513e-4) - turns * 7.549_79e-8;
    let z = r * r;
    let sine = ((-1.951_529_6e-4 * z + 8.332_161e-3) * z - 1.666_665_5e-1) * z * r + r;
    let cosine = ((2.443_315_7e-5 * z - 1.388_731_6e-3) * z + 4.166_664_6e-2) * z * z - 0.5 * z + 1.0;
    let (s, c) = if quarter & 1 == 0 { (sine, cosine) } else { (cosine, sine) };
    let negate = |v: f32, bit: i32| f32::from_bits(v.to_bits() ^ ((bit & 2) as u32) << 30);
    (negate(s, quarter), negate(c, quarter + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_is_accurate_on_every_uniform() {
        for k in (1..=1 << 24).step_by(251) {
            let x = k as f32 / (1 << 24) as f32;
            let (got, want) = (log(x), f64::from(x).ln());
            assert!((f64::from(got) - want).abs() <= 1.2e-7 * want.abs(), "log({x}) = {got}");
        }
        assert_eq!(log(1.0), 0.0);
    }

    #[test]
    fn sine_and_cosine_are_accurate_on_the_circle() {
        for k in (0..1 << 24).step_by(251) {
            let x = f32c::TAU * (k as f32 / (1 << 24) as f32);
            let (sine, cosine) = sin_cos(x);
            let (want_sine, want_cosine) = f64::from(x).sin_cos();
            assert!((f64::from(sine) - want_sine).abs() < 1.5e-7, "sin({x}) = {sine}");
            assert!((f64::from(cosine) - want_cosine).abs() < 1.5e-7, "cos({x}) = {cosine}");
        }
    }
}
