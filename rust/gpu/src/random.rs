//! Random numbers by counter (`pyrite_core::random`): every thread draws one block of one stream, and no thread waits for another.

use crate::context::Context;
use crate::elements::narrow;
use crate::kernel::{Kernel, require};
use crate::memory::{ALIGNMENT, allocate, window};
use crate::not_built::not_built;
use crate::pipelines::Access;
use crate::program::MAX_ELEMENTS;
use pyrite_core::half::{bf16, f16};
use pyrite_core::random::{Draw, Law};
use pyrite_core::{Buffer, DType, Result};
use std::ops::Range;

/// The function `unit`, from a random word to a float32.
pub const UNIT: &str = include_str!("shaders/random/unit.wgsl");

/// What a law leaves for `put` to write.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    F32,
    F64,
    /// A 64-bit integer as two words.
    Pair,
}

/// The numbers of a draw, dense.
pub fn random(context: &Context, draw: &Draw) -> Result<Buffer> {
    let (dtype, numel) = (draw.dtype, draw.numel);
    if numel > MAX_ELEMENTS {
        return not_built(&format!("drawing {numel} numbers at once"));
    }
    if dtype.is_complex() {
        return not_built(&format!("drawing {}", dtype.name()));
    }
    if dtype == DType::F64 {
        require(context, "random numbers", dtype)?;
    }
    let out = allocate(context, numel * dtype.size())?;
    // Windows start at whole words of every dtype; each draws the rounds that reach into it.
    let each = context.window / ALIGNMENT * ALIGNMENT / dtype.size();
    for first in (0..numel).step_by(each) {
        let end = numel.min(first + each);
        launch(context, draw, &window(&out, first * dtype.size()..end * dtype.size()), first..end)?;
    }
    Ok(out)
}

/// Writes the numbers of these places.
fn launch(context: &Context, draw: &Draw, out: &Buffer, places: Range<usize>) -> Result<()> {
    let (dtype, form) = (draw.dtype, form(draw));
    let mut kernel = Kernel::new("random");
    let writes_words = form == Form::Pair && dtype == DType::I64;
    match writes_words {
        true => kernel.words("out", out, "array<u32>", Access::Write),
        false => kernel.output("out", out, dtype),
    }
    let round = draw.sequences() * draw.width();
    let (first_round, rounds) = (places.start / round, places.end.div_ceil(round) - places.start / round);
    kernel.number("first", places.start);
    kernel.number("numel", places.len());
    kernel.number("first_round", first_round);
    streams(&mut kernel, draw);
    parameters(&mut kernel, draw);
    kernel.code(&format!("const width = {}u;", draw.width()));
    kernel.code(match form {
        Form::F32 => include_str!("shaders/random/float32.wgsl"),
        Form::F64 => include_str!("shaders/random/float64.wgsl"),
        Form::Pair => include_str!("shaders/random/integers.wgsl"),
    });
    if form == Form::F32 {
        kernel.code(UNIT);
        let rounded = if dtype.is_float() { narrow(dtype, "x") } else { "x".into() };
        kernel.code(&format!("fn rounded(x: f32) -> f32 {{ return {rounded}; }}"));
    }
    kernel.code(&law(draw, form));
    kernel.code(&put(dtype, form));
    kernel.code(include_str!("shaders/random/deal.wgsl"));
    kernel.launch_each(context, draw.sequences() * rounds)
}

/// The function `philox`, and what a kernel needs to know of the streams of a draw.
pub fn streams(kernel: &mut Kernel<'_>, draw: &Draw) {
    kernel.number("sequences", draw.sequences());
    kernel.numbers("seed", words([draw.seed]));
    kernel.numbers("counter", words([draw.offset / 4]));
    kernel.code(include_str!("shaders/random/philox.wgsl"));
}

fn form(draw: &Draw) -> Form {
    match draw.law {
        Law::Integers { .. } => Form::Pair,
        Law::Bernoulli { .. } => Form::F32,
        _ if draw.dtype == DType::F64 => Form::F64,
        _ => Form::F32,
    }
}

/// The words of 64-bit numbers, the low one first.
fn words<const N: usize>(numbers: [u64; N]) -> impl Iterator<Item = u32> {
    numbers.into_iter().flat_map(|number| [number as u32, (number >> 32) as u32])
}

fn parameters(kernel: &mut Kernel<'_>, draw: &Draw) {
    let name = "parameter_word";
    let (a, b) = match draw.law {
        Law::Integers { first, count } => return kernel.numbers(name, words([first as u64, count])),
        Law::Uniform { from, to } => (held(draw.dtype, from), held(draw.dtype, to)),
        Law::Normal { mean, std } => (mean, std),
        Law::Exponential { rate } => (rate, 0.0),
        Law::Bernoulli { p } => (p, 0.0),
    };
    match form(draw) {
        Form::F64 => kernel.numbers(name, words([a.to_bits(), b.to_bits()])),
        _ => kernel.numbers(name, [(a as f32).to_bits(), (b as f32).to_bits()].into_iter()),
    }
}

/// The value of a float dtype next to `x`.
fn held(dtype: DType, x: f64) -> f64 {
    match dtype {
        DType::F16 => f16::from_f64(x).to_f64(),
        DType::BF16 => bf16::from_f64(x).to_f64(),
        _ => x,
    }
}

/// The function `law`, from a block of random words to its numbers.
fn law(draw: &Draw, form: Form) -> String {
    let (ty, width) = (if form == Form::F64 { "f64" } else { "f32" }, draw.width());
    let number = match draw.law {
        Law::Integers { .. } => {
            let name = if width == 2 { "wide_law" } else { "narrow_law" };
            return format!("fn law(bits: vec4<u32>) -> array<vec2<u32>, {width}> {{ return {name}(bits); }}");
        }
        Law::Normal { .. } => {
            return format!("fn law(bits: vec4<u32>) -> array<{ty}, {width}> {{ return normal_law(bits); }}");
        }
        Law::Uniform { .. } => "uniform_number",
        Law::Exponential { .. } => "exponential_number",
        Law::Bernoulli { .. } => "bernoulli_number",
    };
    let units: &[&str] = match form {
        Form::F64 => &["bits.x, bits.y", "bits.z, bits.w"],
        _ => &["bits.x", "bits.y", "bits.z", "bits.w"],
    };
    let numbers: Vec<String> = units.iter().map(|bits| format!("{number}(unit({bits}))")).collect();
    let array = format!("array<{ty}, {width}>");
    format!("fn law(bits: vec4<u32>) -> {array} {{ return {array}({}); }}", numbers.join(", "))
}

/// The function `put`, which writes a number in its dtype.
fn put(dtype: DType, form: Form) -> String {
    let is_float = matches!(dtype, DType::F16 | DType::BF16 | DType::F32);
    let (ty, body) = match (form, dtype) {
        (Form::F64, _) => ("f64", "store_out(place, x);"),
        (Form::F32, DType::F64) => ("f32", "store_out(place, f64(x));"),
        (Form::F32, DType::I64) => ("f32", "store_index_out(place, i32(x));"),
        (Form::F32, _) if is_float => ("f32", "store_out(place, x);"),
        (Form::F32, _) => ("f32", "store_out(place, i32(x));"),
        (Form::Pair, DType::F64) => ("vec2<u32>", "store_out(place, f64(join_i64(x.x, x.y)));"),
        (Form::Pair, DType::I64) => ("vec2<u32>", "out[2u * place] = x.x; out[2u * place + 1u] = x.y;"),
        (Form::Pair, _) if is_float => ("vec2<u32>", "store_out(place, float_of_pair(x));"),
        (Form::Pair, _) => ("vec2<u32>", "store_out(place, bitcast<i32>(x.x));"),
    };
    format!("fn put(place: u32, x: {ty}) {{ {body} }}")
}

#[cfg(test)]
mod tests;
