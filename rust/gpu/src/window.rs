//! Windows: a kernel sees at most `Context::window` bytes of one buffer. A view that spans less is read through a window; a program
//! over more runs piece by piece, other ops part by part (`in_parts.rs`), where they can be cut; the rest is refused.

use crate::context::Context;
use crate::memory::{ALIGNMENT, window};
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use pyrite_core::program::{Input, Program};
use pyrite_core::{Buffer, Error, Layout, Operand, Result};
use std::ops::Range;

/// Pieces start at multiples of this many elements, so that those of every dtype start where windows may.
const STEP: usize = ALIGNMENT;

/// Whether kernels see all of a buffer.
pub fn fits(context: &Context, buffer: &Buffer) -> bool {
    buffer.0.len() <= context.window
}

/// The refusal of what no window holds.
pub fn too_large<T>(context: &Context, op: &str, bytes: usize) -> Result<T> {
    let (most, name) = (context.window, &context.adapter.name);
    Err(Error::Invalid(format!(
        "gpu: {op}: {bytes} bytes are more than the {most} that a kernel can see of one tensor on {name}, its \
         max_storage_buffer_binding_size, and cannot be taken part by part: cut the tensor into parts, as with .split()"
    )))
}

/// [`around`], or an error where the elements span too much.
pub fn seen(context: &Context, op: &str, operand: &Operand) -> Result<Operand> {
    match around(context, operand) {
        Some(operand) => Ok(operand),
        None => too_large(context, op, operand.layout.numel() * operand.dtype.size()),
    }
}

/// The operand as kernels can see it: itself, or through a window around its elements; None where these span too much.
pub fn around(context: &Context, operand: &Operand) -> Option<Operand> {
    if fits(context, &operand.buffer) {
        return Some(operand.clone());
    }
    let Operand { buffer, layout, dtype } = operand;
    let places = places(layout, 0..layout.numel());
    let bytes = aligned(places.start * dtype.size()..places.end * dtype.size());
    if bytes.len() > context.window {
        return None;
    }
    let layout = Layout { offset: layout.offset - bytes.start / dtype.size(), ..layout.clone() };
    Some(Operand { buffer: window(buffer, bytes), layout, dtype: *dtype })
}

fn aligned(bytes: Range<usize>) -> Range<usize> {
    bytes.start / ALIGNMENT * ALIGNMENT..bytes.end
}

/// Places between which all of these elements, in row-major order, lie.
fn places(layout: &Layout, elements: Range<usize>) -> Range<usize> {
    if elements.is_empty() || layout.is_contiguous() {
        return layout.offset + elements.start..layout.offset + elements.end;
    }
    let (mut low, mut high) = (layout.offset as isize, layout.offset as isize);
    let (mut first, mut last) = (elements.start, elements.end - 1);
    let mut inner: usize = layout.shape.iter().product();
    for (&size, &stride) in layout.shape.iter().zip(&layout.strides) {
        inner /= size;
        let ends = [(first / inner) as isize * stride, (last / inner) as isize * stride];
        low += ends[0].min(ends[1]);
        high += ends[0].max(ends[1]);
        // Once the first and the last differ along an axis, all of the inner axes is between them.
        (first, last) = if first / inner == last / inner { (first % inner, last % inner) } else { (0, inner - 1) };
    }
    low as usize..high as usize + 1
}

/// The axis along which elements lie furthest apart, if any two do.
pub fn widest_axis(layout: &Layout) -> Option<usize> {
    let reach = |&axis: &usize| (layout.shape[axis] - 1) * layout.strides[axis].unsigned_abs();
    (0..layout.rank()).filter(|axis| reach(axis) > 0).max_by_key(reach)
}

/// A piece of a program: its elements from `first` on, in windows of the buffers.
pub struct Piece {
    pub program: Program,
    pub outputs: Vec<Buffer>,
    pub first: usize,
}

/// Cuts a program into pieces whose windows kernels can see.
pub fn pieces(context: &Context, program: &Program, outputs: &[Buffer]) -> Result<Vec<Piece>> {
    let is_flat = program.inputs.iter().all(|input| input.layout.is_contiguous());
    if !is_flat && program.numel > MAX_ELEMENTS {
        return not_built(&format!("a program over {} elements in any order", program.numel));
    }
    let (mut pieces, mut first) = (Vec::new(), 0);
    while first < program.numel {
        let mut count = (program.numel - first).min(MAX_ELEMENTS);
        let piece = loop {
            match piece(context, program, outputs, first..first + count) {
                Some(piece) => break piece,
                None if count > STEP => count = (count / 2).next_multiple_of(STEP),
                None => {
                    let buffers = program.inputs.iter().map(|input| &input.buffer).chain(outputs);
                    let largest = buffers.map(|buffer| buffer.0.len()).max();
                    return too_large(context, "an elementwise op", largest.unwrap_or(0));
                }
            }
        };
        pieces.push(piece);
        first += count;
    }
    Ok(pieces)
}

/// A window of each buffer of a program.
struct Windows<'a> {
    known: Vec<(&'a Buffer, Range<usize>)>,
}

impl<'a> Windows<'a> {
    fn cover(&mut self, buffer: &'a Buffer, elements: Range<usize>, size: usize) {
        let bytes = elements.start * size..elements.end * size;
        match self.known.iter_mut().find(|(known, _)| known.same(buffer)) {
            Some((_, known)) => *known = known.start.min(bytes.start)..known.end.max(bytes.end),
            None => self.known.push((buffer, bytes)),
        }
    }

    fn of(&self, buffer: &Buffer) -> Range<usize> {
        self.known.iter().find(|(known, _)| known.same(buffer)).map_or(0..0, |(_, bytes)| aligned(bytes.clone()))
    }
}

fn piece(context: &Context, program: &Program, outputs: &[Buffer], elements: Range<usize>) -> Option<Piece> {
    let mut windows = Windows { known: Vec::new() };
    for input in &program.inputs {
        windows.cover(&input.buffer, places(&input.layout, elements.clone()), input.dtype.size());
    }
    let sizes = program.outputs.iter().map(|&step| program.steps[step].dtype().size());
    outputs.iter().zip(sizes.clone()).for_each(|(buffer, size)| windows.cover(buffer, elements.clone(), size));
    if windows.known.iter().any(|(buffer, _)| windows.of(buffer).len() > context.window) {
        return None;
    }
    // Dense results start where their windows do.
    let starts = |(buffer, size): (&Buffer, usize)| windows.of(buffer).start == elements.start * size;
    if !outputs.iter().zip(sizes).all(starts) {
        return None;
    }
    let mut buffers: Vec<(&Buffer, Buffer)> = Vec::new();
    let mut seen = |buffer| match buffers.iter().find(|(known, _)| known.same(buffer)) {
        Some((_, window)) => window.clone(),
        None => {
            buffers.push((buffer, window(buffer, windows.of(buffer))));
            buffers[buffers.len() - 1].1.clone()
        }
    };
    let mut piece = Program { numel: elements.len(), ..program.clone() };
    for (input, whole) in piece.inputs.iter_mut().zip(&program.inputs) {
        let skipped = if whole.layout.is_contiguous() { elements.start } else { 0 };
        let start = windows.of(&whole.buffer).start / whole.dtype.size();
        // A strided layout may start before its window: the sums that lead into it wrap, as those of negative strides do.
        let layout = Layout { offset: (whole.layout.offset + skipped).wrapping_sub(start), ..whole.layout.clone() };
        *input = Input { buffer: seen(&whole.buffer), layout, dtype: whole.dtype };
    }
    let outputs = outputs.iter().map(seen).collect();
    Some(Piece { program: piece, outputs, first: elements.start })
}

#[cfg(test)]
mod tests;
