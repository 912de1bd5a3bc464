//! Evenly spaced numbers (`pyrite_core::range`): every thread makes one from its place. Floats are those of PyTorch's CUDA kernels,
//! which count from the ends in the dtype, or in float32 for the halves.

use crate::context::Context;
use crate::elements::{compute_type, narrow, plus, times};
use crate::kernel::{Kernel, require};
use crate::memory::{allocate, upload};
use crate::program::MAX_ELEMENTS;
use pyrite_core::range::{Course, Range};
use pyrite_core::{Buffer, DType, Result};

/// The numbers of a range, dense; made on the host where that takes arithmetic that the device has not got, or more than a kernel sees.
pub fn range(context: &Context, range: &Range) -> Result<Buffer> {
    let (dtype, numel) = (range.dtype, range.numel);
    let is_fractional = !dtype.is_float() && matches!(range.course, Course::Between { .. });
    let is_seen = numel <= MAX_ELEMENTS && numel * dtype.size() <= context.window;
    if is_fractional || !is_seen || require(context, "a range", dtype).is_err() {
        return upload(context, &range.bytes());
    }
    let out = allocate(context, numel * dtype.size())?;
    let t = compute_type(dtype, context.long()).unwrap_or("f32");
    let mut kernel = Kernel::new("range");
    kernel.output("out", &out, dtype);
    kernel.number("numel", numel);
    kernel.numbers("word", words(range).into_iter());
    let parameter = |k: usize| match dtype.size() {
        8 => format!("join_{t}(word({}u), word({}u))", 2 * k, 2 * k + 1),
        _ => format!("bitcast<{t}>(word({k}u))"),
    };
    let place = if t == "pair" { "join_pair(i, 0u)".into() } else { format!("{t}(i)") };
    kernel.code(&format!("fn parameter_0() -> {t} {{ return {}; }}", parameter(0)));
    kernel.code(&format!("fn parameter_1() -> {t} {{ return {}; }}", parameter(1)));
    kernel.code(&format!("fn place(i: u32) -> {t} {{ return {place}; }}"));
    let value = match range.course {
        Course::Steps { .. } if dtype.is_float() => "fma(parameter_1(), place(i), parameter_0())".into(),
        Course::Steps { .. } => plus(t, "parameter_0()", &times(t, "parameter_1()", "place(i)")),
        Course::Between { .. } => {
            kernel.code(&format!("fn parameter_2() -> {t} {{ return {}; }}", parameter(2)));
            let from = |end: &str, step: &str, place: &str| match dtype {
                DType::F16 | DType::BF16 => {
                    format!("{end} + {}", narrow(dtype, &format!("{step} * {}", narrow(dtype, place))))
                }
                _ => format!("fma({step}, {place}, {end})"),
            };
            let near_first = from("parameter_0()", "parameter_1()", "place(i)");
            let near_last = from("parameter_2()", "-parameter_1()", "place(numel() - 1u - i)");
            format!("select({near_last}, {near_first}, i < numel() / 2u)")
        }
    };
    kernel.code(&include_str!("shaders/range.wgsl").replace("VALUE", &value));
    kernel.launch_each(context, numel)?;
    Ok(out)
}

/// The first number, the step and the last number, as the kernel computes with them.
fn words(range: &Range) -> Vec<u32> {
    let floats = |numbers: &[f64]| match range.dtype {
        DType::F64 => numbers.iter().flat_map(|x| halves(x.to_bits())).collect(),
        _ => numbers.iter().map(|&x| (x as f32).to_bits()).collect(),
    };
    match range.course {
        Course::Between { first, last, step } => floats(&[first, step, last]),
        Course::Steps { first, step } if range.dtype.is_float() => floats(&[first.to_f64(), step.to_f64()]),
        Course::Steps { first, step } => {
            let numbers = [first.to_i64(), step.to_i64()];
            match range.dtype {
                DType::I64 => numbers.iter().flat_map(|&x| halves(x as u64)).collect(),
                _ => numbers.iter().map(|&x| x as u32).collect(),
            }
        }
    }
}

/// A 64-bit number as two words, the low one first.
fn halves(bits: u64) -> [u32; 2] {
    [bits as u32, (bits >> 32) as u32]
}
