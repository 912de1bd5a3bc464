//! The places of the elements that are not zero, and whether there is a zero. Zero is told by the bits: any dtype, NaN is not.

use super::prefix::prefix_sums;
use super::{in_words, within_reach};
use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::{allocate, download};
use crate::pipelines::Access;
use crate::reduce::reduce;
use crate::window;
use pyrite_core::{Buffer, DType, Layout, Operand, Reduction, Result};

/// Elements that one thread looks at.
const CHUNK: usize = 16;

/// A buffer with its name, its type and its use in a kernel.
type Bound<'a> = (&'static str, &'a Buffer, &'static str, Access);

/// The places of the elements that are not zero; see [`pyrite_core::Backend::nonzero`]. Their number is read back.
pub fn nonzero(context: &Context, input: &Operand) -> Result<(Buffer, usize)> {
    let numel = input.layout.numel();
    let chunks = numel.div_ceil(CHUNK);
    let counts = allocate(context, 4 * (chunks + 1))?;
    let bound = [("counts", &counts, "array<u32>", Access::Write)];
    launch(context, input, chunks + 1, &bound, include_str!("../shaders/index/count.wgsl"))?;
    prefix_sums(context, &counts, chunks + 1)?;
    let mut total = [0; 4];
    download(context, &counts, 4 * chunks, &mut total)?;
    let total = u32::from_ne_bytes(total) as usize;
    Ok((places_of(context, input, &counts, total)?, total))
}

/// The places of the `total` elements that are not zero, of which `counts` says how many lie before each chunk.
pub fn places_of(context: &Context, input: &Operand, counts: &Buffer, total: usize) -> Result<Buffer> {
    let (numel, rank) = (input.layout.numel(), input.layout.rank());
    let out = allocate(context, total * rank * size_of::<i64>())?;
    within_reach("nonzero", 2 * total * rank)?;
    if total * rank > 0 {
        let bound = [("counts", counts, "array<u32>", Access::Read), ("out", &out, "array<u32>", Access::Write)];
        launch(context, input, numel.div_ceil(CHUNK), &bound, include_str!("../shaders/index/nonzero.wgsl"))?;
    }
    Ok(out)
}

/// Whether any element is zero: one read-back.
pub fn any_zero(context: &Context, input: &Operand) -> Result<bool> {
    let Some(input) = &window::around(context, input) else {
        let all = reduce(context, Reduction::All, input, input.layout.rank())?;
        let mut byte = [0];
        download(context, &all, 0, &mut byte)?;
        return Ok(byte == [0]);
    };
    let found = allocate(context, 4)?;
    context.clear(&found)?;
    let chunks = input.layout.numel().div_ceil(CHUNK);
    let bound = [("found", &found, "array<atomic<u32>>", Access::Write)];
    launch(context, input, chunks, &bound, &any_zero_text("atomicStore(&found[0], 1u)"))?;
    let mut bytes = [0; 4];
    download(context, &found, 0, &mut bytes)?;
    Ok(bytes != [0; 4])
}

/// Reports a zero among bools; see [`pyrite_core::Backend::require_probabilities`].
pub fn require_probabilities(context: &Context, are: &Operand) -> Result<()> {
    let Some(are) = &window::around(context, are) else {
        let buffer = reduce(context, Reduction::All, are, are.layout.rank())?;
        return require_probabilities(
            context,
            &Operand { buffer, layout: Layout::contiguous(&[]), dtype: DType::Bool },
        );
    };
    let chunks = are.layout.numel().div_ceil(CHUNK);
    launch(context, are, chunks, &[], &any_zero_text("report_no_probability()"))
}

/// The kernel that does something about the first zero of a chunk.
fn any_zero_text(found: &str) -> String {
    include_str!("../shaders/index/any_zero.wgsl").replace("FOUND", found)
}

/// Starts a kernel with a thread for each chunk, which knows `is_zero(i)`; one that writes nowhere may report.
fn launch(context: &Context, input: &Operand, threads: usize, bound: &[Bound<'_>], code: &str) -> Result<()> {
    let numel = input.layout.numel();
    within_reach("a search for zeros", numel)?;
    let (words, per_element) = in_words(input);
    let mut kernel = Kernel::new("nonzero");
    for &(name, buffer, ty, access) in bound {
        kernel.words(name, buffer, ty, access);
    }
    if bound.is_empty() {
        kernel.faults();
    }
    kernel.input("words", &words);
    kernel.number("numel", numel);
    kernel.number("rank", input.layout.rank());
    kernel.numbers("sizes", input.layout.shape.iter().map(|&size| size as u32));
    kernel.code(&is_zero(input.dtype, per_element));
    kernel.code(&format!("const CHUNK = {CHUNK}u;\n\n{code}"));
    kernel.launch_each(context, threads)
}

/// An element is zero where all its bits but the signs of floats are.
fn is_zero(dtype: DType, words: usize) -> String {
    let (even, odd) = match dtype {
        DType::F16 | DType::BF16 => (0x7fff, 0),
        DType::F32 => (0x7fff_ffff, 0),
        DType::C64 => (0x7fff_ffff, 0x7fff_ffff),
        DType::F64 | DType::C128 => (u32::MAX, 0x7fff_ffff),
        _ => (u32::MAX, u32::MAX),
    };
    let terms: Vec<String> = (0..words)
        .map(|k| {
            let mask = if k % 2 == 0 { even } else { odd };
            format!("(bitcast<u32>(words(i * {words}u + {k}u)) & {mask:#x}u)")
        })
        .collect();
    format!("fn is_zero(i: u32) -> bool {{ return ({}) == 0u; }}\n\n", terms.join(" | "))
}
