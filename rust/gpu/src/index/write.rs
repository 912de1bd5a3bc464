//! scatter, and writes by several index tensors at once. Indices lead to slots: elements, or blocks of them, that lie apart. Of
//! the sources that go to one slot the last is written; to be combined, they are listed by slot (`order.rs`) and cut into chunks.
//! Nothing depends on which thread comes first, so every run gives the same bits.

use super::combine::combined;
use super::locate::{Located, locate};
use super::order::by_slot;
use super::picks::{Family, Pick};
use super::{in_words, merged, part, still, widened, within_reach};
use crate::context::Context;
use crate::elements::wide;
use crate::kernel::{Kernel, require};
use crate::memory::allocate;
use crate::pipelines::Access;
use pyrite_core::layout::row_major;
use pyrite_core::{Buffer, Combine, Layout, Operand, Put, Result};

const SET: &str = include_str!("../shaders/index/set.wgsl");
const RUNS: &str = include_str!("../shaders/index/runs.wgsl");
const PARTIALS: &str = include_str!("../shaders/index/partials.wgsl");
const COMBINE: &str = include_str!("../shaders/index/combine.wgsl");

/// Neighbours in the list by slot that one thread takes one after another.
const CHUNK: usize = 256;

/// What a scatter and an index_put come to.
struct Writing {
    picks: Vec<Pick>,
    family: Family,
    /// The target as the walk over the indices sees it, its indexed axes still.
    still: Operand,
    /// The slot of each index, less what the picks add.
    slot: Layout,
    slots: usize,
    /// The block of the target that an index leads to, from 0 on.
    block: Layout,
    /// Has the axes of the walk, then those of the block.
    source: Operand,
}

/// Writes along `axis`; see [`pyrite_core::Backend::scatter`]. Axes along which the indices repeat become blocks.
pub fn scatter(
    context: &Context,
    target: &Operand,
    axis: usize,
    index: &Operand,
    source: &Operand,
    how: Combine,
) -> Result<()> {
    let is_inner = |&a: &usize| a != axis && (index.layout.strides[a] == 0 || index.layout.shape[a] == 1);
    let (inner, outer): (Vec<usize>, Vec<usize>) = (0..index.layout.rank()).partition(is_inner);
    let shaped = Layout { shape: index.layout.shape.clone(), ..target.layout.clone() };
    let along = outer.iter().position(|&a| a == axis).unwrap_or(0);
    let mut stands = part(&shaped, outer.clone());
    stands.strides[along] = 0;
    let mut extent = stands.shape.clone();
    extent[along] = target.layout.shape[axis];
    let mut slot = Layout { shape: stands.shape.clone(), strides: row_major(&extent), offset: 0 };
    let slot_step = std::mem::take(&mut slot.strides[along]) as usize;
    let pick = Pick {
        index: Operand { layout: part(&index.layout, outer.clone()), ..index.clone() },
        size: target.layout.shape[axis],
        step: target.layout.strides[axis],
        slot_step,
        axis,
    };
    let writing = Writing {
        picks: vec![pick],
        family: Family::Along,
        still: Operand { layout: stands, ..target.clone() },
        slot,
        slots: extent.iter().product(),
        block: Layout { offset: 0, ..part(&shaped, inner.clone()) },
        source: Operand { layout: part(&source.layout, [outer, inner].concat()), ..source.clone() },
    };
    writing.run(context, how)
}

/// Writes by index; see [`pyrite_core::Backend::index_put`].
pub fn index_put(context: &Context, target: &Operand, indices: &[Operand], source: &Operand, how: Put) -> Result<()> {
    let layout = &target.layout;
    let shape = indices.first().map_or(&[][..], |index| &index.layout.shape);
    let slot_steps = row_major(&layout.shape[..indices.len()]);
    let picks = indices.iter().enumerate().map(|(axis, index)| {
        let (size, step) = (layout.shape[axis], layout.strides[axis]);
        Pick { index: index.clone(), size, step, slot_step: slot_steps[axis] as usize, axis }
    });
    let writing = Writing {
        picks: picks.collect(),
        family: Family::of(how.wrap),
        slot: still(shape, 0),
        still: Operand { layout: still(shape, layout.offset), ..target.clone() },
        slots: layout.shape[..indices.len()].iter().product(),
        block: Layout { offset: 0, ..part(layout, indices.len()..layout.rank()) },
        source: source.clone(),
    };
    writing.run(context, if how.accumulate { Combine::Add } else { Combine::Set })
}

impl Writing {
    fn run(&self, context: &Context, how: Combine) -> Result<()> {
        let dtype = self.source.dtype;
        if how != Combine::Set {
            require(context, "a combination by index", dtype)?;
        }
        within_reach("a write by index", self.source.layout.numel())?;
        let has_rivals = how == Combine::Set && self.count() > 1;
        let winners = has_rivals.then(|| allocate(context, 4 * self.slots)).transpose()?;
        let located = locate(context, &self.still, &self.slot, &self.picks, self.family, winners.as_ref())?;
        match (self.source.layout.numel(), how) {
            (0, _) => Ok(()),
            (_, Combine::Set) => self.set(context, &located, winners.as_ref()),
            _ => self.combine(context, &located, how),
        }
    }

    /// How many indices there are.
    fn count(&self) -> usize {
        self.slot.numel()
    }

    /// Writes the last source of each slot, which `winners` is for; None where no two can meet.
    fn set(&self, context: &Context, located: &Located, winners: Option<&Buffer>) -> Result<()> {
        let (source, words) = in_words(&self.source);
        let mut kernel = Kernel::new("set by index");
        if let Some(winners) = winners {
            elect(context, located, winners, self.count())?;
            kernel.words("winners", winners, "array<u32>", Access::Read);
        }
        let is_last = if winners.is_some() { "winners[slot] == i + 1u" } else { "true" };
        kernel.code(&SET.replace("IS_LAST", is_last).replace("WORDS", &format!("{words}u")));
        self.write(context, kernel, located, &widened(&self.block, words), &source, self.count())
    }

    /// Combines the sources of each slot, listed by slot, with what is there: each chunk of the list in order, then the chunks.
    fn combine(&self, context: &Context, located: &Located, how: Combine) -> Result<()> {
        let order = by_slot(context, &located.slots, self.count(), self.slots)?;
        let source = Operand { layout: merged(&self.source.layout), ..self.source.clone() };
        let dtype = wide(source.dtype);
        let chunks = self.count().div_ceil(CHUNK);
        let partials = allocate(context, chunks * self.block.numel() * dtype.size())?;
        let runs = RUNS.replace("COMBINED", &combined(context, source.dtype, how));
        let launch = |name, code, each| {
            let mut kernel = Kernel::new(name);
            kernel.words("order", &order, "array<u32>", Access::Read);
            kernel.output("partials", &partials, dtype);
            kernel.code(&format!("const CHUNK = {CHUNK}u;\n{runs}"));
            kernel.code(code);
            self.write(context, kernel, located, &self.block, &source, each)
        };
        if chunks > 1 {
            launch("partial sums by index", PARTIALS, chunks)?;
        }
        launch("combine by index", COMBINE, self.count())
    }

    /// Starts a kernel with a thread for each element of each of `count` blocks.
    fn write(
        &self,
        context: &Context,
        kernel: Kernel<'_>,
        at: &Located,
        block: &Layout,
        source: &Operand,
        count: usize,
    ) -> Result<()> {
        let target = Operand { buffer: self.still.buffer.clone(), layout: merged(block), dtype: source.dtype };
        let mut kernel: Kernel<'_> = kernel;
        kernel.words("places", &at.places, "array<u32>", Access::Read);
        kernel.words("slots", &at.slots, "array<u32>", Access::Read);
        kernel.target("home", &target);
        kernel.input("source", source);
        kernel.number("count", self.count());
        kernel.number("block", block.numel());
        let threads = count * block.numel();
        within_reach("a write by index", threads)?;
        kernel.launch_each(context, threads)
    }
}

/// Leaves in `winners`, which are 0, the number from 1 on of the last source of each slot that has one.
fn elect(context: &Context, located: &Located, winners: &Buffer, count: usize) -> Result<()> {
    let mut kernel = Kernel::new("last by index");
    kernel.words("slots", &located.slots, "array<u32>", Access::Read);
    kernel.words("winners", winners, "array<atomic<u32>>", Access::Write);
    kernel.code(include_str!("../shaders/index/elect.wgsl"));
    kernel.launch_each(context, count)
}
