//! Sorts whose equal elements come out in the order that PyTorch leaves them in on the CPU: of short lines, where that costs
//! little, and of bools, in whose order there is nothing else to see.

use super::{length, lines};
use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::memory::allocate;
use crate::order::{Order, keys};
use crate::take;
use pyrite_core::{Buffer, DType, Operand, Result};

/// Lines that one thread takes.
const SHORT: usize = 64;
/// Lines of bools that a workgroup takes: software adapters end a thread's loops after 2^16 rounds.
const SHORT_OF_BOOLS: usize = 1 << 13;

/// What is done to a line.
#[derive(Clone, Copy)]
pub enum Arrangement {
    Sort,
    /// The first `k`, in order.
    Top(usize),
    /// What would stand at `k`, moved to the front.
    Select(usize),
}

/// Whether the last axis can be arranged in any way.
pub fn arranges(input: &Operand) -> bool {
    length(input) <= SHORT
}

/// Whether the last axis can be sorted.
pub fn sorts(input: &Operand) -> bool {
    length(input) <= if input.dtype == DType::Bool { SHORT_OF_BOOLS } else { SHORT }
}

/// The first `taken` values and their places.
pub fn arranged(
    context: &Context,
    input: &Operand,
    order: Order,
    how: Arrangement,
    taken: usize,
) -> Result<(Buffer, Buffer)> {
    let lines = lines(input)?;
    let places = places(context, &lines, order, how)?;
    take::values_and_places(context, &lines, &places, lines.length, taken)
}

/// The place that [`Arrangement::Select`] finds in each line, as int64.
pub fn kth(context: &Context, input: &Operand, k: usize) -> Result<Buffer> {
    Ok(arranged(context, input, Order::Rising, Arrangement::Select(k), 1)?.1)
}

fn places(context: &Context, lines: &Lines, order: Order, how: Arrangement) -> Result<Buffer> {
    let out = allocate(context, lines.count * lines.length * DType::I32.size())?;
    if lines.count * lines.length == 0 {
        return Ok(out);
    }
    let (call, k) = match how {
        Arrangement::Sort => ("sort(length())", 0),
        Arrangement::Top(k) => ("top(k(), length())", k),
        Arrangement::Select(k) => ("quick_select(k(), length())", k),
    };
    let mut kernel = Kernel::new("sort in turn");
    kernel.input("item", &lines.starts);
    kernel.input("along", &lines.steps);
    kernel.output("out", &out, DType::I32);
    kernel.number("length", lines.length);
    kernel.number("k", k);
    kernel.code(&keys(lines.starts.dtype, order));
    kernel.code(include_str!("../shaders/sort/in_turn.wgsl"));
    if lines.length <= SHORT {
        kernel.code(&include_str!("../shaders/sort/line_a_thread.wgsl").replace("ARRANGE", call));
        kernel.launch_each(context, lines.count)?;
    } else {
        kernel.code(include_str!("../shaders/sort/line_a_group.wgsl"));
        kernel.launch(context, [lines.count, 1, 1])?;
    }
    Ok(out)
}
