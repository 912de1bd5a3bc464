//! Reads and writes by index. Kernels check every index: what is out of bounds reads as zero, is not written, and is raised at
//! the next read-back. Results do not depend on the order in which the device runs its threads.

mod combine;
mod locate;
mod nonzero;
mod order;
mod parts;
mod picks;
mod prefix;
mod read;
mod write;

#[cfg(test)]
pub use nonzero::places_of;
pub use nonzero::{any_zero, nonzero, require_probabilities};
pub use parts::{gather, index, index_put, scatter};

use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use pyrite_core::{DType, Layout, Operand, Result};

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
    (Operand { buffer: operand.buffer.clone(), layout: merged(&widened(&operand.layout, words)), dtype }, words)
}

/// The layout of elements of `words` each as a layout of words.
fn widened(layout: &Layout, words: usize) -> Layout {
    if words == 1 {
        return layout.clone();
    }
    let mut layout = layout.clone();
    layout.strides.iter_mut().for_each(|stride| *stride *= words as isize);
    layout.offset *= words;
    followed(&layout, &Layout::contiguous(&[words]))
}

/// A layout that stands still at `offset`.
fn still(shape: &[usize], offset: usize) -> Layout {
    Layout { shape: shape.into(), strides: shape.iter().map(|_| 0).collect(), offset }
}

/// The layout with the axes of `rest` after its own.
fn followed(layout: &Layout, rest: &Layout) -> Layout {
    let mut layout = layout.clone();
    layout.shape.extend_from_slice(&rest.shape);
    layout.strides.extend_from_slice(&rest.strides);
    layout
}

/// The layout of some axes, in this order.
fn part(layout: &Layout, axes: impl IntoIterator<Item = usize>) -> Layout {
    let (shape, strides) = axes.into_iter().map(|a| (layout.shape[a], layout.strides[a])).unzip();
    Layout { shape, strides, offset: layout.offset }
}

/// The layout with as few axes as show the same elements in the same order.
fn merged(layout: &Layout) -> Layout {
    let mut merged = Layout { shape: Default::default(), strides: Default::default(), offset: layout.offset };
    for (&size, &stride) in layout.shape.iter().zip(&layout.strides).filter(|(size, _)| **size != 1) {
        match (merged.shape.last_mut(), merged.strides.last_mut()) {
            (Some(outer), Some(step)) if *step == stride * size as isize => (*outer, *step) = (*outer * size, stride),
            _ => {
                merged.shape.push(size);
                merged.strides.push(stride);
            }
        }
    }
    merged
}
