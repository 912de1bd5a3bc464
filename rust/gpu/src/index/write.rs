//! scatter, and writes by several index tensors at once. Indices lead to slots: elements, or blocks of them, that lie apart. Of
//! the sources that go to one slot the last is written; to be combined, they are listed by slot (`order.rs`) and taken in order.

use super::order::by_slot;
use super::picks::{self, Family, MOST, Pick};
use super::{THREADS, in_words, widened, within_reach};
use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use crate::not_built::not_built;
use crate::pipelines::Access;
use crate::rows::compute_type;
use pyrite_core::layout::row_major;
use pyrite_core::{Buffer, Combine, DType, Layout, Operand, Result};

const LOCATE: &str = include_str!("../shaders/index/locate.wgsl");
const ELECT: &str = include_str!("../shaders/index/elect.wgsl");
const SET: &str = include_str!("../shaders/index/set.wgsl");
const COMBINE: &str = include_str!("../shaders/index/combine.wgsl");

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
    let mut still = part(&shaped, &outer);
    still.strides[along] = 0;
    let mut extent = still.shape.clone();
    extent[along] = target.layout.shape[axis];
    let mut slot = Layout { shape: still.shape.clone(), strides: row_major(&extent), offset: 0 };
    let slot_step = std::mem::take(&mut slot.strides[along]) as usize;
    let pick = Pick {
        index: Operand { layout: part(&index.layout, &outer), ..index.clone() },
        size: target.layout.shape[axis],
        step: target.layout.strides[axis],
        slot_step,
        axis,
    };
    let writing = Writing {
        picks: vec![pick],
        family: Family::Along,
        still: Operand { layout: still, ..target.clone() },
        slot,
        slots: extent.iter().product(),
        block: Layout { offset: 0, ..part(&shaped, &inner) },
        source: Operand { layout: part(&source.layout, &[outer, inner].concat()), ..source.clone() },
    };
    writing.run(context, how)
}

/// Writes by index; see [`pyrite_core::Backend::index_put`].
pub fn index_put(
    context: &Context,
    target: &Operand,
    indices: &[Operand],
    source: &Operand,
    accumulate: bool,
) -> Result<()> {
    let layout = &target.layout;
    let shape = indices.first().map_or(&[][..], |index| &index.layout.shape);
    let slot_steps = row_major(&layout.shape[..indices.len()]);
    let picks = indices.iter().enumerate().map(|(axis, index)| {
        let (size, step) = (layout.shape[axis], layout.strides[axis]);
        Pick { index: index.clone(), size, step, slot_step: slot_steps[axis] as usize, axis }
    });
    let still = Layout { shape: shape.into(), strides: shape.iter().map(|_| 0).collect(), offset: layout.offset };
    let rest: Vec<usize> = (indices.len()..layout.rank()).collect();
    let writing = Writing {
        picks: picks.collect(),
        family: Family::Several,
        slot: Layout { offset: 0, ..still.clone() },
        still: Operand { layout: still, ..target.clone() },
        slots: layout.shape[..indices.len()].iter().product(),
        block: Layout { offset: 0, ..part(layout, &rest) },
        source: source.clone(),
    };
    writing.run(context, if accumulate { Combine::Add } else { Combine::Set })
}

/// The layout of some axes, in their order.
fn part(layout: &Layout, axes: &[usize]) -> Layout {
    Layout {
        shape: axes.iter().map(|&a| layout.shape[a]).collect(),
        strides: axes.iter().map(|&a| layout.strides[a]).collect(),
        offset: layout.offset,
    }
}

/// Where each index leads: dense words over the walk.
pub struct Located {
    pub places: Buffer,
    /// 2^32 - 1 where an index is out of bounds.
    pub slots: Buffer,
}

/// Follows the picks from the places of `still` and from `slot`, layouts over the walk.
pub fn locate(context: &Context, still: &Operand, slot: &Layout, picks: &[Pick], family: Family) -> Result<Located> {
    let count = slot.numel();
    within_reach("indices", count)?;
    let located = Located { places: allocate(context, 4 * count)?, slots: allocate(context, 4 * count)? };
    let rounds = picks.chunks(MOST).map(Some).chain(picks.is_empty().then_some(None));
    for (round, picks) in rounds.enumerate() {
        let mut kernel = Kernel::new("locate");
        kernel.words("places", &located.places, "array<u32>", Access::Write);
        kernel.words("slots", &located.slots, "array<u32>", Access::Write);
        kernel.number("count", count);
        picks::bind(&mut kernel, picks.unwrap_or_default(), family);
        let first = match round {
            0 => {
                kernel.input("still", still);
                kernel.input("slot", &Operand { layout: slot.clone(), ..still.clone() });
                ["place_still(i)", "place_slot(i)"]
            }
            _ => ["places[i]", "slots[i]"],
        };
        kernel.code(&LOCATE.replace("FIRST_PLACE", first[0]).replace("FIRST_SLOT", first[1]));
        kernel.launch(context, [count.div_ceil(THREADS), 1, 1])?;
    }
    Ok(located)
}

impl Writing {
    fn run(&self, context: &Context, how: Combine) -> Result<()> {
        let dtype = self.source.dtype;
        if how != Combine::Set && compute_type(dtype).is_none() {
            return not_built(&format!("combining {} by index", dtype.name()));
        }
        within_reach("a write by index", self.source.layout.numel())?;
        let located = locate(context, &self.still, &self.slot, &self.picks, self.family)?;
        match (self.source.layout.numel(), how) {
            (0, _) => Ok(()),
            (_, Combine::Set) => self.set(context, &located),
            _ => self.combine(context, &located, how),
        }
    }

    /// How many indices there are.
    fn count(&self) -> usize {
        self.slot.numel()
    }

    fn set(&self, context: &Context, located: &Located) -> Result<()> {
        let (source, words) = in_words(&self.source);
        let block = widened(&self.block, words);
        let mut kernel = Kernel::new("set by index");
        let is_last = match self.count() {
            1 => "true",
            count => {
                let winners = allocate(context, 4 * self.slots)?;
                elect(context, located, &winners, count)?;
                kernel.words("winners", &winners, "array<u32>", Access::Read);
                "winners[slot] == i + 1u"
            }
        };
        kernel.code(&SET.replace("IS_LAST", is_last).replace("places[i]", &format!("places[i] * {words}u")));
        self.write(context, kernel, located, &block, &source)
    }

    fn combine(&self, context: &Context, located: &Located, how: Combine) -> Result<()> {
        let order = by_slot(context, &located.slots, self.count(), self.slots)?;
        let mut kernel = Kernel::new("combine by index");
        kernel.words("order", &order, "array<u32>", Access::Read);
        kernel.code(&COMBINE.replace("COMBINED", &combined(self.source.dtype, how)));
        self.write(context, kernel, located, &self.block, &self.source)
    }

    /// Starts a kernel with a thread for each element of each source's block.
    fn write(&self, context: &Context, mut kernel: Kernel, at: &Located, block: &Layout, source: &Operand) -> Result<()> {
        let target = Operand { buffer: self.still.buffer.clone(), layout: block.clone(), dtype: source.dtype };
        kernel.words("places", &at.places, "array<u32>", Access::Read);
        kernel.words("slots", &at.slots, "array<u32>", Access::Read);
        kernel.target("target", &target);
        kernel.input("source", source);
        kernel.number("count", self.count());
        kernel.number("block", block.numel());
        let threads = self.count() * block.numel();
        within_reach("a write by index", threads)?;
        kernel.launch(context, [threads.div_ceil(THREADS), 1, 1])
    }
}

/// Leaves in `winners` the number, from 1 on, of the last source of each slot that has one.
fn elect(context: &Context, located: &Located, winners: &Buffer, count: usize) -> Result<()> {
    for step in ["atomicStore(&winners[slots[i]], 0u);", "atomicMax(&winners[slots[i]], i + 1u);"] {
        let mut kernel = Kernel::new("elect");
        kernel.words("slots", &located.slots, "array<u32>", Access::Read);
        kernel.words("winners", winners, "array<atomic<u32>>", Access::Write);
        kernel.number("count", count);
        kernel.code(&ELECT.replace("STEP", step));
        kernel.launch(context, [count.div_ceil(THREADS), 1, 1])?;
    }
    Ok(())
}

/// What a target's `old` value and a source's `fresh` one become. Sums of bool are a logical or, products a logical and; NaN is
/// the largest and the smallest.
fn combined(dtype: DType, how: Combine) -> String {
    let how = match (dtype, how) {
        (DType::Bool, Combine::Add) => Combine::Max,
        (DType::Bool, Combine::Mul) => Combine::Min,
        (_, how) => how,
    };
    let compute = compute_type(dtype).unwrap_or_default();
    match how {
        Combine::Set => "fresh".into(),
        Combine::Add => "old + fresh".into(),
        Combine::Mul => "old * fresh".into(),
        Combine::Max => format!("max_{compute}(fresh, old)"),
        Combine::Min => format!("min_{compute}(fresh, old)"),
    }
}
