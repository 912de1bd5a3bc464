//! gather, and reads by several index tensors at once.

use super::locate::{Located, locate};
use super::picks::{self, Family, MOST, Pick};
use super::{followed, in_words, merged, part, still, widened, within_reach};
use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use crate::pipelines::Access;
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

const READ: &str = include_str!("../shaders/index/read.wgsl");

/// Reads along `axis`; see [`pyrite_core::Backend::gather`].
pub fn gather(context: &Context, input: &Operand, axis: usize, index: &Operand) -> Result<Buffer> {
    let layout = &input.layout;
    let pick = Pick { index: index.clone(), size: layout.shape[axis], step: layout.strides[axis], slot_step: 0, axis };
    let mut stands = Layout { shape: index.layout.shape.clone(), ..layout.clone() };
    stands.strides[axis] = 0;
    read(context, &Operand { layout: stands, ..input.clone() }, &[pick], Family::Along)
}

/// Reads by index; see [`pyrite_core::Backend::index`].
pub fn index(context: &Context, input: &Operand, indices: &[Operand], wrap: bool) -> Result<Buffer> {
    let family = Family::of(wrap);
    let layout = &input.layout;
    let shape = indices.first().map_or(&[][..], |index| &index.layout.shape);
    let block = Layout { offset: 0, ..part(layout, indices.len()..layout.rank()) };
    let picks = indices.iter().enumerate().map(|(axis, index)| {
        let (size, step) = (layout.shape[axis], layout.strides[axis]);
        Pick { index: index.clone(), size, step, slot_step: 0, axis }
    });
    let outer = still(shape, layout.offset);
    if indices.len() > MOST || block.numel() == 0 && !indices.is_empty() {
        let first = Operand { layout: outer.clone(), ..input.clone() };
        let located = locate(context, &first, &outer, &picks.collect::<Vec<_>>(), family, None)?;
        return read_located(context, input, &located, shape, &block);
    }
    let picks: Vec<Pick> = picks.map(|pick| pick.over(&block.shape)).collect();
    read(context, &Operand { layout: followed(&outer, &block), ..input.clone() }, &picks, family)
}

/// The elements of `input`, whose indexed axes stand still, that the picks lead to. The result is dense.
fn read(context: &Context, input: &Operand, picks: &[Pick], family: Family) -> Result<Buffer> {
    let (input, words) = in_words(input);
    let picks: Vec<Pick> = picks.iter().map(|pick| pick.clone().in_words(words).merged()).collect();
    let mut kernel = Kernel::new("read by index");
    picks::bind(&mut kernel, &picks, family);
    launch(context, kernel, &input)
}

/// The blocks at the located places.
fn read_located(
    context: &Context,
    input: &Operand,
    located: &Located,
    shape: &[usize],
    block: &Layout,
) -> Result<Buffer> {
    let (input, words) = in_words(&Operand { layout: followed(&still(shape, 0), block), ..input.clone() });
    let layout = followed(&Layout::contiguous(shape), &still(&widened(block, words).shape, 0));
    let places = Operand { buffer: located.places.clone(), layout: merged(&layout), dtype: DType::I32 };
    let slots = Operand { buffer: located.slots.clone(), ..places.clone() };
    let mut kernel = Kernel::new("read at places");
    kernel.input("places", &places);
    kernel.input("slots", &slots);
    kernel.code(&format!(
        "fn pick(i: u32) {{\n    place += u32(places(i)) * {words}u;\n    fits = slots(i) != -1;\n}}\n"
    ));
    launch(context, kernel, &input)
}

/// Starts a kernel that knows its `pick`.
fn launch<'a>(context: &Context, kernel: Kernel<'a>, input: &'a Operand) -> Result<Buffer> {
    let count = input.layout.numel();
    within_reach("a read by index", count)?;
    let size = input.dtype.size();
    let per_word = 4 / size;
    let out = allocate(context, count * size)?;
    let mut kernel: Kernel<'_> = kernel;
    kernel.input("input", input);
    kernel.words("out", &out, "array<u32>", Access::Write);
    kernel.number("count", count);
    kernel.code(&format!(
        "const PER_WORD = {per_word}u;\nconst BITS = {}u;\nconst MASK = {:#x}u;\n\n{READ}",
        8 * size,
        u32::MAX >> (32 - 8 * size)
    ));
    kernel.launch_each(context, count.div_ceil(per_word))?;
    Ok(out)
}
