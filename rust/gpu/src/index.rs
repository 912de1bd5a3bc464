//! Reads and writes by index. Kernels check every index: what is out of bounds reads as zero, is not written, and is raised at
//! the next read-back. Results do not depend on the order in which the device runs its threads.

mod nonzero;
mod order;
mod picks;
mod prefix;
mod read;
mod write;

pub use nonzero::{any_zero, nonzero};
pub use read::{gather, index};
pub use write::{index_put, scatter};

use crate::emit::MAX_ELEMENTS;
use crate::not_built::not_built;
use pyrite_core::{DType, Layout, Operand, Result};

/// Threads of a workgroup.
const THREADS: usize = 256;

/// Refuses more threads than 32-bit indices reach.
fn within_reach(what: &str, count: usize) -> Result<()> {
    match count > MAX_ELEMENTS {
        true => not_built(&format!("{what} of {count} elements")),
        false => Ok(()),
    }
}

/// The operand as integers of at most 32 bits with the same bits, because moving needs no arithmetic: an element of `n` words
/// becomes a last axis of `n`.
fn in_words(operand: &Operand) -> (Operand, usize) {
    let dtype = match operand.dtype.size() {
        1 => DType::U8,
        2 => DType::I16,
        _ => DType::I32,
    };
    let words = (operand.dtype.size() / 4).max(1);
    (Operand { buffer: operand.buffer.clone(), layout: widened(&operand.layout, words), dtype }, words)
}

/// The layout of elements of `words` each as a layout of words.
fn widened(layout: &Layout, words: usize) -> Layout {
    let mut layout = layout.clone();
    if words > 1 {
        layout.strides.iter_mut().for_each(|stride| *stride *= words as isize);
        layout.offset *= words;
        layout.shape.push(words);
        layout.strides.push(1);
    }
    layout
}
