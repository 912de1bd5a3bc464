//! Evenly spaced numbers, and how PyTorch rounds them: `arange` and `linspace`. Every device makes them from places alone.

use crate::backend::Backend;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::tensor::{Tensor, require_room};
use half::{bf16, f16};

/// Where the numbers stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Course {
    /// `first + i step`.
    Steps { first: Scalar, step: Scalar },
    /// From `first` to `last`, counted from the nearer end. All three are values of the dtype, or doubles for integers.
    Between { first: f64, last: f64, step: f64 },
}

/// `numel` numbers of a dtype.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub course: Course,
    pub dtype: DType,
    pub numel: usize,
}

/// A float dtype's value next to `x`.
fn nearest(dtype: DType, x: f64) -> f64 {
    match dtype {
        DType::F16 => f16::from_f32(x as f32).to_f64(),
        DType::BF16 => bf16::from_f32(x as f32).to_f64(),
        DType::F32 => x as f32 as f64,
        _ => x,
    }
}

fn check(op: &'static str, dtype: DType) -> Result<()> {
    if dtype == DType::Bool || dtype.is_complex() {
        return Err(Error::Unsupported { op, dtype });
    }
    Ok(())
}

impl Range {
    /// `numel` numbers from `first` on.
    pub fn steps(first: Scalar, step: Scalar, dtype: DType, numel: usize) -> Result<Range> {
        check("arange", dtype)?;
        Ok(Range { course: Course::Steps { first, step }, dtype, numel })
    }

    /// `numel` numbers from `first` to `last`, both included.
    pub fn between(first: Scalar, last: Scalar, dtype: DType, numel: usize) -> Result<Range> {
        check("linspace", dtype)?;
        let end = |x: Scalar| if dtype.is_float() { nearest(dtype, x.to_f64()) } else { x.to_i64() as f64 };
        let (first, last) = (end(first), if numel == 1 { end(first) } else { end(last) });
        let (reach, gaps) = (nearest(dtype, last - first), nearest(dtype, numel.saturating_sub(1).max(1) as f64));
        let step = if dtype.is_float() { nearest(dtype, reach / gaps) } else { reach / gaps };
        Ok(Range { course: Course::Between { first, last, step }, dtype, numel })
    }

    /// All the numbers, in memory of the host.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0; self.numel * self.dtype.size()];
        self.fill(0, &mut out);
        out
    }

    /// Writes the numbers from place `start` on, as many as `out` has room for.
    pub fn fill(&self, start: usize, out: &mut [u8]) {
        match self.dtype {
            DType::U8 => each(start, out, self.integers(|x| (x as u8).to_ne_bytes())),
            DType::I8 => each(start, out, self.integers(|x| (x as i8).to_ne_bytes())),
            DType::I16 => each(start, out, self.integers(|x| (x as i16).to_ne_bytes())),
            DType::I32 => each(start, out, self.integers(|x| (x as i32).to_ne_bytes())),
            DType::I64 => each(start, out, self.integers(i64::to_ne_bytes)),
            DType::F16 => each(start, out, self.halves(f16::from_f32, f16::to_f32, f16::to_ne_bytes)),
            DType::BF16 => each(start, out, self.halves(bf16::from_f32, bf16::to_f32, bf16::to_ne_bytes)),
            DType::F32 => each(start, out, self.singles()),
            DType::F64 => each(start, out, self.doubles()),
            DType::Bool | DType::C64 | DType::C128 => {}
        }
    }

    fn integers<const N: usize>(&self, bytes: impl Fn(i64) -> [u8; N]) -> impl Fn(usize) -> [u8; N] {
        let range = *self;
        move |i| {
            bytes(match range.course {
                Course::Steps { first, step } => first.to_i64().wrapping_add(step.to_i64().wrapping_mul(i as i64)),
                Course::Between { first, step, .. } if range.is_near_first(i) => step.mul_add(i as f64, first) as i64,
                Course::Between { last, step, .. } => (-step).mul_add(range.places_to_last(i), last) as i64,
            })
        }
    }

    fn halves<H: Copy>(
        &self,
        narrow: fn(f32) -> H,
        widen: fn(H) -> f32,
        bytes: fn(H) -> [u8; 2],
    ) -> impl Fn(usize) -> [u8; 2] {
        let range = *self;
        let round = move |x: f32| widen(narrow(x));
        move |i| {
            bytes(narrow(match range.course {
                Course::Steps { first, step } => {
                    let (first, step) = (first.to_f64() as f32, step.to_f64() as f32);
                    range.in_lanes::<16, f32>(i, |i| first + step * i as f32, round, |base, k| base + step * k as f32)
                }
                Course::Between { first, step, .. } if range.is_near_first(i) => {
                    first as f32 + round(step as f32 * round(i as f32))
                }
                Course::Between { last, step, .. } => {
                    last as f32 - round(step as f32 * round(range.places_to_last(i) as f32))
                }
            }))
        }
    }

    fn singles(&self) -> impl Fn(usize) -> [u8; 4] {
        let range = *self;
        move |i| {
            let x = match range.course {
                Course::Steps { first, step } => {
                    let (first, step) = (first.to_f64(), step.to_f64());
                    let single = |x: f64| x as f32 as f64;
                    range.in_lanes::<8, f64>(i, |i| first + step * i as f64, single, |base, k| base + step * k as f64)
                        as f32
                }
                Course::Between { first, step, .. } if range.is_near_first(i) => {
                    (step as f32).mul_add(i as f32, first as f32)
                }
                Course::Between { last, step, .. } => {
                    (-step as f32).mul_add(range.places_to_last(i) as f32, last as f32)
                }
            };
            x.to_ne_bytes()
        }
    }

    fn doubles(&self) -> impl Fn(usize) -> [u8; 8] {
        let range = *self;
        move |i| {
            let x = match range.course {
                Course::Steps { first, step } => {
                    let (first, step) = (first.to_f64(), step.to_f64());
                    let at = |i: usize| step.mul_add(i as f64, first);
                    range.in_lanes::<4, f64>(i, at, |x| x, |base, k| step.mul_add(k as f64, base))
                }
                Course::Between { first, step, .. } if range.is_near_first(i) => step.mul_add(i as f64, first),
                Course::Between { last, step, .. } => (-step).mul_add(range.places_to_last(i), last),
            };
            x.to_ne_bytes()
        }
    }

    /// PyTorch's vector code rounds the first of LANES numbers and counts on from it; what its pairs of vectors leave over
    /// it computes one by one.
    fn in_lanes<const LANES: usize, X>(
        &self,
        i: usize,
        at: impl Fn(usize) -> X,
        round: impl Fn(X) -> X,
        further: impl Fn(X, usize) -> X,
    ) -> X {
        if i < self.numel - self.numel % (2 * LANES) { further(round(at(i - i % LANES)), i % LANES) } else { at(i) }
    }

    fn is_near_first(&self, i: usize) -> bool {
        i < self.numel / 2
    }

    fn places_to_last(&self, i: usize) -> f64 {
        (self.numel - 1 - i) as f64
    }
}

fn each<const N: usize>(start: usize, out: &mut [u8], value: impl Fn(usize) -> [u8; N]) {
    for (k, slot) in out.chunks_exact_mut(N).enumerate() {
        slot.copy_from_slice(&value(start + k));
    }
}

impl Tensor {
    /// The numbers of a range.
    pub fn range(range: &Range, backend: &'static dyn Backend) -> Result<Tensor> {
        require_room(&[range.numel], range.dtype, backend)?;
        Ok(Tensor::of_buffer(backend.range(range)?, range.dtype, &[range.numel], backend))
    }
}
