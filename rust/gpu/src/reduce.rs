//! Sums over the last axes of any layout. A workgroup adds a tile of a row pairwise; rows of several tiles are summed again.
//! How the work is cut depends on sizes alone, so a device always gives the same bits.

use crate::context::Context;
use crate::emit::MAX_ELEMENTS;
use crate::memory::{allocate, device_buffer};
use crate::not_built::not_built;
use crate::pipelines::{Access, Pipelines};
use pyrite_core::program::{Input, Program};
use pyrite_core::{Buffer, Layout, Operand, Result};

const SUM: &str = include_str!("shaders/sum.wgsl");
/// Elements that a workgroup adds.
const TILE: usize = 4096;
/// Words of the shader's parameters.
const WORDS: usize = 64;

/// The sums over the last `axes` axes of a float32 operand.
pub fn sum(context: &Context, pipelines: &Pipelines, operand: &Operand, axes: usize) -> Result<Buffer> {
    let shape = &operand.layout.shape;
    let rows: usize = shape[..shape.len() - axes].iter().product();
    let mut length: usize = shape[shape.len() - axes..].iter().product();
    let mut layout = merged(operand);
    if rows.saturating_mul(length) > MAX_ELEMENTS || 5 + 2 * layout.rank() > WORDS {
        return not_built(&format!("a sum over {rows} x {length} elements in {} axes", layout.rank()));
    }
    let kernel = pipelines.get(context, SUM, &[Access::Read, Access::Write])?;
    let mut input = operand.buffer.clone();
    loop {
        let tiles = length.div_ceil(TILE).max(1);
        let sums = allocate(context, rows * tiles * size_of::<f32>())?;
        let words = words(&layout, rows * tiles, length, tiles);
        context.dispatch(&kernel, &words, &[device_buffer(&input)?, device_buffer(&sums)?], rows * tiles)?;
        if tiles == 1 {
            return Ok(sums);
        }
        (input, layout, length) = (sums, Layout::contiguous(&[rows * tiles]), tiles);
    }
}

/// The operand's layout with as few axes as show the same elements in the same order.
fn merged(operand: &Operand) -> Layout {
    let Operand { buffer, layout, dtype } = operand.clone();
    let mut program = Program {
        shape: layout.shape.clone(),
        numel: layout.numel(),
        inputs: vec![Input { buffer, layout, dtype }],
        scalars: Vec::new(),
        steps: Vec::new(),
        outputs: Vec::new(),
    };
    program.merge_axes();
    program.inputs.remove(0).layout
}

/// The parameters as `sum.wgsl` reads them.
fn words(layout: &Layout, groups: usize, length: usize, tiles: usize) -> Vec<u32> {
    let mut words: Vec<u32> =
        [groups, length, tiles, layout.offset, layout.rank()].iter().map(|&word| word as u32).collect();
    words.extend(layout.shape.iter().map(|&size| size as u32));
    words.extend(layout.strides.iter().map(|&stride| stride as u32));
    words.resize(WORDS, 0);
    words
}
