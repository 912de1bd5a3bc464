//! gather, and reads by several index tensors at once.

use super::picks::{self, Family, MOST, Pick};
use super::write::{Located, locate};
use super::{THREADS, in_words, widened, within_reach};
use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use crate::pipelines::Access;
use pyrite_core::layout::row_major;
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

const READ: &str = include_str!("../shaders/index/read.wgsl");

/// Reads along `axis`; see [`pyrite_core::Backend::gather`].
pub fn gather(context: &Context, input: &Operand, axis: usize, index: &Operand) -> Result<Buffer> {
    let layout = &input.layout;
    let pick = Pick { index: index.clone(), size: layout.shape[axis], step: layout.strides[axis], slot_step: 0, axis };
    let mut still = Layout { shape: index.layout.shape.clone(), ..layout.clone() };
    still.strides[axis] = 0;
    read(context, &Operand { layout: still, ..input.clone() }, &[pick], Family::Along)
}

/// Reads by index; see [`pyrite_core::Backend::index`].
pub fn index(context: &Context, input: &Operand, indices: &[Operand]) -> Result<Buffer> {
    let layout = &input.layout;
    let shape = indices.first().map_or(&[][..], |index| &index.layout.shape);
    let rest = Layout { shape: layout.shape[indices.len()..].into(), strides: layout.strides[indices.len()..].into(), offset: 0 };
    let mut still = Layout { shape: shape.into(), strides: shape.iter().map(|_| 0).collect(), offset: layout.offset };
    let picks: Vec<Pick> = indices
        .iter()
        .enumerate()
        .map(|(axis, index)| {
            let (size, step) = (layout.shape[axis], layout.strides[axis]);
            Pick { index: index.clone(), size, step, slot_step: 0, axis }
        })
        .collect();
    if picks.len() > MOST || rest.numel() == 0 && !picks.is_empty() {
        let located = locate(context, &Operand { layout: still.clone(), ..input.clone() }, &still, &picks, Family::Several)?;
        return read_located(context, input, &located, shape, &rest);
    }
    still.shape.extend_from_slice(&rest.shape);
    still.strides.extend_from_slice(&rest.strides);
    let picks: Vec<Pick> = picks.into_iter().map(|pick| pick.over(&rest)).collect();
    read(context, &Operand { layout: still, ..input.clone() }, &picks, Family::Several)
}

/// The elements of `input`, whose indexed axes stand still, that the picks lead to. The result is dense.
fn read(context: &Context, input: &Operand, picks: &[Pick], family: Family) -> Result<Buffer> {
    let (input, words) = in_words(input);
    let picks: Vec<Pick> = picks.iter().map(|pick| pick.clone().in_words(words)).collect();
    let mut kernel = Kernel::new("read by index");
    picks::bind(&mut kernel, &picks, family);
    launch(context, kernel, &input)
}

/// The blocks of `rest` at the located places.
fn read_located(context: &Context, input: &Operand, located: &Located, shape: &[usize], rest: &Layout) -> Result<Buffer> {
    let mut layout = Layout { shape: shape.into(), strides: shape.iter().map(|_| 0).collect(), offset: 0 };
    layout.shape.extend_from_slice(&rest.shape);
    layout.strides.extend_from_slice(&rest.strides);
    let (input, words) = in_words(&Operand { layout, ..input.clone() });
    let mut layout = Layout { shape: shape.into(), strides: row_major(shape), offset: 0 };
    let block = widened(rest, words);
    layout.shape.extend_from_slice(&block.shape);
    layout.strides.extend(block.shape.iter().map(|_| 0));
    let mut kernel = Kernel::new("read at places");
    kernel.input("places", &Operand { buffer: located.places.clone(), layout: layout.clone(), dtype: DType::I32 });
    kernel.input("slots", &Operand { buffer: located.slots.clone(), layout, dtype: DType::I32 });
    kernel.code(&format!(
        "fn pick(i: u32) {{\n    place += u32(places(i)) * {words}u;\n    fits = slots(i) != -1;\n}}\n"
    ));
    launch(context, kernel, &input)
}

/// Starts a kernel that knows its `pick`.
fn launch(context: &Context, mut kernel: Kernel, input: &Operand) -> Result<Buffer> {
    let count = input.layout.numel();
    within_reach("a read by index", count)?;
    let size = input.dtype.size();
    let per_word = 4 / size;
    let out = allocate(context, count * size)?;
    kernel.input("input", input);
    kernel.words("out", &out, "array<u32>", Access::Write);
    kernel.number("count", count);
    kernel.code(&format!(
        "const PER_WORD = {per_word}u;\nconst BITS = {}u;\nconst MASK = {:#x}u;\n\n{READ}",
        8 * size,
        u32::MAX >> (32 - 8 * size)
    ));
    kernel.launch(context, [count.div_ceil(per_word * THREADS), 1, 1])?;
    Ok(out)
}
