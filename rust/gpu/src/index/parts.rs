//! Reads and writes by index of more than a kernel may see: halves of the walk over the indices, or of the axes beside it.

use super::{read, write};
use crate::context::Context;
use crate::in_parts::{Cut, Parts, result, seen};
use pyrite_core::{Buffer, Combine, Operand, Put, Result};
use std::iter::{once, repeat_n};

/// Reads along `axis`; see [`pyrite_core::Backend::gather`].
pub fn gather(context: &Context, input: &Operand, axis: usize, index: &Operand) -> Result<Buffer> {
    let bytes = index.layout.numel() * input.dtype.size();
    if let Some(seen) = seen(context, &[input, index]).filter(|_| bytes <= context.window) {
        return read::gather(context, &seen[0], axis, &seen[1]);
    }
    let out = result(context, &index.layout.shape, input.dtype)?;
    let buffer = out.buffer.clone();
    let inputs = vec![beside(input, axis, index)?, index.clone()];
    let cuts = cuts_along(index.layout.rank(), axis, 0);
    let parts = Parts { context, op: "gather", inputs, outputs: vec![out], cuts, scratch: 0, is_in_place: false };
    parts.run(&|inputs, _| Ok(vec![read::gather(context, &inputs[0], axis, &inputs[1])?]))?;
    Ok(buffer)
}

/// Writes along `axis`; see [`pyrite_core::Backend::scatter`].
pub fn scatter(
    context: &Context,
    target: &Operand,
    axis: usize,
    index: &Operand,
    source: &Operand,
    how: Combine,
) -> Result<()> {
    if let Some(seen) = seen(context, &[target, index, source]) {
        return write::scatter(context, &seen[0], axis, &seen[1], &seen[2], how);
    }
    let (inputs, outputs) = (vec![index.clone(), source.clone()], vec![beside(target, axis, index)?]);
    let cuts = cuts_along(index.layout.rank(), axis, 2);
    Parts { context, op: "scatter", inputs, outputs, cuts, scratch: 0, is_in_place: true }.run(&|inputs, outputs| {
        write::scatter(context, &outputs[0], axis, &inputs[0], &inputs[1], how)?;
        Ok(Vec::new())
    })
}

/// Reads by several index tensors; see [`pyrite_core::Backend::index`].
pub fn index(context: &Context, input: &Operand, indices: &[Operand], wrap: bool) -> Result<Buffer> {
    let (walk, count) = (indices.first().map_or(&[][..], |index| &index.layout.shape), indices.len());
    let shape = [walk, &input.layout.shape[count..]].concat();
    let bytes = shape.iter().product::<usize>() * input.dtype.size();
    let operands: Vec<&Operand> = once(input).chain(indices).collect();
    if let Some(seen) = seen(context, &operands).filter(|_| bytes <= context.window) {
        return read::index(context, &seen[0], &seen[1..], wrap);
    }
    let out = result(context, &shape, input.dtype)?;
    let buffer = out.buffer.clone();
    let cut = |[table, index, dense]: [_; 3]| once(table).chain(repeat_n(index, count)).chain(once(dense)).collect();
    let cuts = cuts_of_several(walk.len(), count, input.layout.rank()).map(cut).collect();
    let inputs = operands.into_iter().cloned().collect();
    let parts = Parts { context, op: "index", inputs, outputs: vec![out], cuts, scratch: 0, is_in_place: false };
    parts.run(&|inputs, _| Ok(vec![read::index(context, &inputs[0], &inputs[1..], wrap)?]))?;
    Ok(buffer)
}

/// Writes by several index tensors; see [`pyrite_core::Backend::index_put`].
pub fn index_put(context: &Context, target: &Operand, indices: &[Operand], source: &Operand, how: Put) -> Result<()> {
    let count = indices.len();
    let operands: Vec<&Operand> = indices.iter().chain([source, target]).collect();
    if let Some(seen) = seen(context, &operands) {
        return write::index_put(context, &seen[count + 1], &seen[..count], &seen[count], how);
    }
    let walk = indices.first().map_or(0, |index| index.layout.rank());
    let cut = |[table, index, dense]: [_; 3]| repeat_n(index, count).chain([dense, table]).collect();
    let cuts = cuts_of_several(walk, count, target.layout.rank()).map(cut).collect();
    let inputs = operands[..=count].iter().copied().cloned().collect();
    let outputs = vec![target.clone()];
    Parts { context, op: "index_put", inputs, outputs, cuts, scratch: 0, is_in_place: true }.run(&|inputs, outputs| {
        write::index_put(context, &outputs[0], &inputs[..count], &inputs[count], how)?;
        Ok(Vec::new())
    })
}

/// The elements of a table that indices along `axis` can lead to.
fn beside(table: &Operand, axis: usize, index: &Operand) -> Result<Operand> {
    let mut layout = table.layout.clone();
    for (other, &size) in index.layout.shape.iter().enumerate().filter(|&(other, _)| other != axis) {
        layout = layout.slice(other as isize, 0, size, 1)?;
    }
    Ok(Operand { layout, ..table.clone() })
}

/// Every axis can be cut; along the indexed one all parts need the whole table, which is operand number `table`.
fn cuts_along(rank: usize, axis: usize, table: usize) -> Vec<Cut> {
    (0..rank).map(|cut| (0..3).map(|k| (k != table || cut != axis).then_some(cut)).collect()).collect()
}

/// The cuts of a table of `rank` axes, of its `count` index tensors, and of what is read or written: along the walk in its order,
/// so that of rival writes the last stays, then along the axes that are not indexed.
fn cuts_of_several(walk: usize, count: usize, rank: usize) -> impl Iterator<Item = [Option<usize>; 3]> {
    let along = (0..walk).map(|axis| [None, Some(axis), Some(axis)]);
    along.chain((count..rank).map(move |axis| [Some(axis), None, Some(walk + axis - count)]))
}
