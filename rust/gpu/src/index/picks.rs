//! Index tensors as kernels read them: int64, in two words, each checked against the axis that it points into.

use super::{followed, merged, still};
use crate::kernel::Kernel;
use pyrite_core::Operand;

/// The most index tensors of one kernel: with its other buffers they are the eight that every device can bind.
pub const MOST: usize = NAMES.len();
const NAMES: [&str; 4] = ["index0", "index1", "index2", "index3"];

/// What an index tensor belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Several at once: those below zero count from the end, an error is an IndexError.
    Several,
    /// Rows that are looked up: none is below zero, an error is an IndexError.
    Rows,
    /// gather and scatter: none is below zero, an error is a RuntimeError.
    Along,
}

impl Family {
    /// Several index tensors, or one, whose indices below zero count from the end if they `wrap`.
    pub fn of(wrap: bool) -> Family {
        if wrap { Family::Several } else { Family::Rows }
    }
}

/// One index tensor and the axis that it points into.
#[derive(Clone)]
pub struct Pick {
    /// Its layout has the shape that the kernel walks over.
    pub index: Operand,
    pub size: usize,
    /// How far apart two neighbours along the axis lie, in elements.
    pub step: isize,
    /// How far apart their slots are; see `write.rs`.
    pub slot_step: usize,
    /// What the error calls the axis.
    pub axis: usize,
}

impl Pick {
    /// The same where elements are `words` words and the walk has an axis for them.
    pub fn in_words(mut self, words: usize) -> Pick {
        self.step *= words as isize;
        if words > 1 { self.over(&[words]) } else { self }
    }

    /// The same with as few axes as will do.
    pub fn merged(mut self) -> Pick {
        self.index.layout = merged(&self.index.layout);
        self
    }

    /// The same in a walk that goes on over axes of these sizes.
    pub fn over(mut self, sizes: &[usize]) -> Pick {
        self.index.layout = followed(&self.index.layout, &still(sizes, 0));
        self
    }
}

/// Gives a kernel `pick(i)`: the indices for element `i` of the walk add to its globals `place` and `slot`; `fits` becomes false
/// where one is out of bounds. At most `MOST`.
pub fn bind<'a>(kernel: &mut Kernel<'a>, picks: &'a [Pick], family: Family) {
    let mut body = String::new();
    for (k, (name, pick)) in NAMES.into_iter().zip(picks).enumerate() {
        kernel.input(name, &pick.index);
        body.push_str(&format!("    add(load_pair_{name}(place_{name}(i)), {k}u);\n"));
    }
    kernel.code(&format!("fn pick(i: u32) {{\n{body}}}\n"));
    if picks.is_empty() {
        return;
    }
    kernel.numbers("sizes", picks.iter().map(|pick| pick.size as u32));
    kernel.numbers("steps", picks.iter().map(|pick| pick.step as u32));
    kernel.numbers("slot_steps", picks.iter().map(|pick| pick.slot_step as u32));
    kernel.numbers("dims", picks.iter().map(|pick| pick.axis as u32));
    kernel.faults();
    let (wraps, report) = match family {
        Family::Several => ("true", "report_index"),
        Family::Rows => ("false", "report_index"),
        Family::Along => ("false", "report_index_along"),
    };
    kernel.code(&include_str!("../shaders/index/add.wgsl").replace("WRAPS", wraps).replace("REPORT", report));
}
