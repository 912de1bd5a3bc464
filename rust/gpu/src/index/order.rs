//! The sources of a write listed by slot, those of one slot in order: few by counting which come before, many by a radix sort of
//! four bits at a time. Both are stable.

use super::prefix::prefix_sums;
use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use crate::pipelines::Access;
use pyrite_core::{Buffer, Result};

/// The most sources that are compared with each other.
const FEW: usize = 2048;
/// Neighbours that one thread of a radix pass moves.
const CHUNK: usize = 64;
/// What four bits tell apart.
const DIGITS: usize = 16;

/// The numbers of the `count` sources, by their slots below `slots`; those without a slot come last.
pub fn by_slot(context: &Context, slot_of: &Buffer, count: usize, slots: usize) -> Result<Buffer> {
    if count <= FEW {
        let order = allocate(context, 4 * count)?;
        let mut kernel = Kernel::new("rank");
        kernel.words("slots", slot_of, "array<u32>", Access::Read);
        kernel.words("order", &order, "array<u32>", Access::Write);
        kernel.number("count", count);
        kernel.code(include_str!("../shaders/index/rank.wgsl"));
        kernel.launch_each(context, count)?;
        return Ok(order);
    }
    let bits = usize::BITS - slots.leading_zeros();
    let mut order = pass(context, slot_of, None, count, slots, 0)?;
    for shift in (4..bits).step_by(4) {
        order = pass(context, slot_of, Some(&order), count, slots, shift)?;
    }
    Ok(order)
}

/// One pass: the list sorted by four bits of the slots. Without a list the sources come as they are.
fn pass(
    context: &Context,
    slot_of: &Buffer,
    list: Option<&Buffer>,
    count: usize,
    slots: usize,
    shift: u32,
) -> Result<Buffer> {
    let chunks = count.div_ceil(CHUNK);
    let (order, starts) = (allocate(context, 4 * count)?, allocate(context, 4 * DIGITS * chunks)?);
    let launch = |name, code: &str, moves: bool| {
        let mut kernel = Kernel::new(name);
        kernel.words("slots", slot_of, "array<u32>", Access::Read);
        kernel.words("starts", &starts, "array<u32>", if moves { Access::Read } else { Access::Write });
        if let Some(list) = list {
            kernel.words("list", list, "array<u32>", Access::Read);
        }
        if moves {
            kernel.words("order", &order, "array<u32>", Access::Write);
        }
        kernel.number("count", count);
        kernel.number("chunks", chunks);
        kernel.number("last", slots);
        kernel.number("shift", shift as usize);
        let source = if list.is_some() { "list[i]" } else { "i" };
        kernel.code(&code.replace("SOURCE", source).replace("CHUNK", &format!("{CHUNK}u")));
        kernel.launch_each(context, chunks)
    };
    launch("count digits", include_str!("../shaders/index/digits.wgsl"), false)?;
    prefix_sums(context, &starts, DIGITS * chunks)?;
    launch("move by digit", include_str!("../shaders/index/move.wgsl"), true)?;
    Ok(order)
}
