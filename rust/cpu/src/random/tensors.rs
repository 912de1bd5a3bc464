//! The laws as makers of tensors. Parameters of a law are checked by the caller; those that are tensors, here.
#![allow(unsafe_code)]

use half::{bf16, f16};
use pyrite_core::{DType, Error, NO_PROBABILITY, Result, Tensor};

use super::{Generator, Law, Sample};
use crate::CPU;

/// Runs `$body` with `$T` standing for the Rust type of a real dtype, or of a complex dtype's parts.
macro_rules! with_real {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype.real() {
            DType::Bool | DType::U8 => { type $T = u8; $body }
            DType::I8 => { type $T = i8; $body }
            DType::I16 => { type $T = i16; $body }
            DType::I32 => { type $T = i32; $body }
            DType::I64 => { type $T = i64; $body }
            other => with_float!(other, $T => $body, unreachable!("a real dtype is an integer or a float type")),
        }
    };
}

macro_rules! with_float {
    ($dtype:expr, $T:ident => $body:expr, $otherwise:expr) => {
        match $dtype {
            DType::F16 => {
                type $T = f16;
                $body
            }
            DType::BF16 => {
                type $T = bf16;
                $body
            }
            DType::F32 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            _ => $otherwise,
        }
    };
}

/// A new tensor of independent numbers of a law; a complex number takes two draws, real part first.
pub fn draw(law: Law, shape: &[usize], dtype: DType, generator: &mut Generator) -> Result<Tensor> {
    check(law, dtype)?;
    with_real!(dtype, T => make(shape, dtype, |out: &mut [T]| super::fill(law, out, generator)))
}

/// Refuses a dtype that cannot hold the numbers of a law, with PyTorch's exception classes and texts.
fn check(law: Law, dtype: DType) -> Result<()> {
    let (real, inexact) = (!dtype.is_complex(), dtype.is_inexact());
    let continuous = |name: &str| {
        let dtype = dtype.scalar_name();
        Err(Error::Invalid(format!(
            "{name} distribution is a continuous probability distribution. dtype must be a floating point but you specified \
             {dtype}"
        )))
    };
    let (holds, op) = match law {
        Law::Uniform { .. } => (inexact, "check_uniform_bounds"),
        Law::Normal { .. } | Law::SerialNormal { .. } => (inexact, "normal_kernel_cpu"),
        Law::LogNormal { .. } => (dtype.is_float(), "log_normal_cpu"),
        Law::Exponential { .. } if !dtype.is_float() => return continuous("Exponential"),
        Law::Cauchy { .. } if !dtype.is_float() => return continuous("Cauchy"),
        Law::Exponential { .. } | Law::Cauchy { .. } => return Ok(()),
        Law::Geometric { .. } => (real && dtype != DType::Bool, "geometric_cpu"),
        Law::Bernoulli { .. } => (real, "bernoulli_scalar_cpu_"),
        Law::Integers { .. } => (real, "random_from_to_kernel_cpu"),
        Law::Naturals => (real, "random_kernel_cpu"),
        Law::Bits => (dtype == DType::Bool, "random_kernel_cpu"),
        Law::Integers64 if matches!(dtype, DType::I64 | DType::F64 | DType::F32 | DType::BF16) => return Ok(()),
        Law::Integers64 => {
            let text = "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16";
            return Err(Error::Invalid(text.into()));
        }
    };
    if holds { Ok(()) } else { Err(Error::Unsupported { op, dtype }) }
}

/// The numbers from 0 to n - 1 in random order.
pub fn permutation(n: usize, dtype: DType, generator: &mut Generator) -> Result<Tensor> {
    if dtype == DType::Bool || dtype.is_complex() {
        return Err(Error::Unsupported { op: "randperm", dtype });
    }
    with_real!(dtype, T => make(&[n], dtype, |out: &mut [T]| super::permutation(out, generator)))
}

/// Ones with the probabilities of `p`, else zeros, in `dtype`.
pub fn bernoulli_each(p: &Tensor, dtype: DType, generator: &mut Generator) -> Result<Tensor> {
    if dtype.is_complex() {
        return Err(Error::Unsupported { op: "bernoulli_tensor_cpu_self_", dtype });
    }
    let unsupported = Err(Error::Unsupported { op: "bernoulli_tensor_cpu_p_", dtype: p.dtype });
    with_float!(p.dtype, P => {
        let p_values = elements::<P>(p)?;
        if !p_values.iter().all(|p| (0.0..=1.0).contains(&p.to_f64())) {
            return Err(Error::Invalid(NO_PROBABILITY.into()));
        }
        with_real!(dtype, T => make(p.shape(), dtype, |out: &mut [T]| super::bernoulli_each(out, &p_values, generator)))
    }, unsupported)
}

/// Poisson numbers of the given rates, in their dtype.
pub fn poisson(rates: &Tensor, generator: &mut Generator) -> Result<Tensor> {
    let unsupported = Err(Error::Unsupported { op: "poisson_cpu", dtype: rates.dtype });
    with_float!(rates.dtype, T => {
        let values = elements::<T>(rates)?;
        if !values.iter().all(|rate| rate.to_f64() >= 0.0) {
            return Err(Error::Invalid("invalid Poisson rate, expected rate to be non-negative".into()));
        }
        make(rates.shape(), rates.dtype, |out: &mut [T]| super::poisson(out, &values, generator))
    }, unsupported)
}

/// Gamma numbers of the given shape parameters and scale 1.
pub fn gamma(shapes: &Tensor, generator: &mut Generator) -> Result<Tensor> {
    let unsupported = Err(Error::Unsupported { op: "gamma_cpu", dtype: shapes.dtype });
    with_float!(shapes.dtype, T => {
        let values = elements::<T>(shapes)?;
        make(shapes.shape(), shapes.dtype, |out: &mut [T]| super::gamma(out, &values, generator))
    }, unsupported)
}

/// Binomial numbers; counts and probabilities have one shape and dtype.
pub fn binomial(counts: &Tensor, p: &Tensor, generator: &mut Generator) -> Result<Tensor> {
    if counts.shape() != p.shape() || counts.dtype != p.dtype {
        return Err(Error::Invalid("binomial expects counts and probabilities of one shape and dtype".into()));
    }
    let unsupported = Err(Error::Unsupported { op: "binomial_cpu", dtype: counts.dtype });
    with_float!(counts.dtype, T => {
        let (counts_of, p_of) = (elements::<T>(counts)?, elements::<T>(p)?);
        make(counts.shape(), counts.dtype, |out: &mut [T]| super::binomial(out, &counts_of, &p_of, generator))
    }, unsupported)
}

/// `draws` category numbers, with replacement, for each row of a matrix of weights that are finite and not negative.
pub fn categorical(weights: &Tensor, draws: usize, generator: &mut Generator) -> Result<Tensor> {
    let &[rows, _] = weights.shape() else {
        return Err(Error::Invalid("categorical expects a matrix of weights".into()));
    };
    let unsupported = Err(Error::Unsupported { op: "multinomial", dtype: weights.dtype });
    with_float!(weights.dtype, T => {
        let values = elements::<T>(weights)?;
        make(&[rows, draws], DType::I64, |out: &mut [i64]| super::categorical(out, &values, rows, generator))
    }, unsupported)
}

/// A new tensor whose elements, or the parts of them, `fill` writes.
fn make<T: Sample>(shape: &[usize], dtype: DType, fill: impl FnOnce(&mut [T])) -> Result<Tensor> {
    let tensor = Tensor::empty(shape, dtype, &CPU)?;
    let memory = tensor.operand()?.buffer;
    let count = tensor.numel() * dtype.size() / size_of::<T>();
    if let Some(start) = memory.0.host().filter(|_| count > 0) {
        // SAFETY: the memory was just allocated for `count` elements, aligned for any of them, and nothing else refers to it;
        // any bit pattern is a value of `T`.
        fill(unsafe { std::slice::from_raw_parts_mut(start.cast::<T>(), count) });
    }
    Ok(tensor)
}

/// A copy of a tensor's elements, row-major.
fn elements<T: Sample>(tensor: &Tensor) -> Result<Vec<T>> {
    let bytes = tensor.to_bytes()?;
    // SAFETY: every index lies within the bytes, and any bit pattern is a value of `T`.
    Ok((0..tensor.numel()).map(|i| unsafe { bytes.as_ptr().cast::<T>().add(i).read_unaligned() }).collect())
}
