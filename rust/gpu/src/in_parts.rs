//! Ops on more than a kernel may see of one buffer, part by part: cut along axes whose parts do not depend on each other.

use crate::context::Context;
use crate::memory::{allocate, convert};
use crate::program;
use crate::window::{self, too_large};
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

/// The axis of each operand, inputs before outputs, along which an op can be cut; None for one that every part needs whole.
pub type Cut = Vec<Option<usize>>;

/// An op with its operands.
pub struct Parts<'a> {
    pub context: &'a Context,
    pub op: &'a str,
    pub inputs: Vec<Operand>,
    pub outputs: Vec<Operand>,
    /// In the order in which they are tried.
    pub cuts: Vec<Cut>,
    /// Bytes that one buffer of the kernels has for each element of the first input.
    pub scratch: usize,
    /// Whether outputs are written where they are rather than from dense results.
    pub is_in_place: bool,
}

/// What makes the dense results of a part from its inputs, which kernels can see; the outputs tell their shapes. Where outputs
/// are written in place, kernels can see them, and there are no results.
type Run<'a> = dyn Fn(&[Operand], &[Operand]) -> Result<Vec<Buffer>> + 'a;

impl Parts<'_> {
    /// Runs the op part by part, in order.
    pub fn run(&self, f: &Run<'_>) -> Result<()> {
        self.part(&[&self.inputs[..], &self.outputs[..]].concat(), f)
    }

    fn part(&self, operands: &[Operand], f: &Run<'_>) -> Result<()> {
        let Some(wide) = (0..operands.len()).find(|&k| !self.fits(operands, k)) else {
            return self.whole(operands, f);
        };
        let size = |axis: usize| operands[wide].layout.shape[axis];
        let cut =
            self.cuts.iter().find_map(|cut| cut[wide].filter(|&axis| size(axis) > 1).map(|axis| (cut, size(axis))));
        let Some((cut, size)) = cut else { return too_large(self.context, self.op, bytes(&operands[wide])) };
        [(0, size / 2), (size / 2, size - size / 2)].into_iter().try_for_each(|(start, count)| {
            let half = |(operand, axis): (&Operand, &Option<usize>)| {
                let layout = match axis {
                    Some(axis) => operand.layout.slice(*axis as isize, start, count, 1)?,
                    None => operand.layout.clone(),
                };
                Ok(Operand { layout, ..operand.clone() })
            };
            let half: Vec<Operand> = operands.iter().zip(cut).map(half).collect::<Result<_>>()?;
            self.part(&half, f)
        })
    }

    /// Whether a window holds an operand as it lies or as a dense copy, and what the kernels keep beside it.
    fn fits(&self, operands: &[Operand], k: usize) -> bool {
        let (operand, most) = (&operands[k], self.context.window);
        let scratch = if k == 0 { self.scratch * operand.layout.numel() } else { 0 };
        scratch <= most
            && (bytes(operand) <= most || k < self.inputs.len() && window::around(self.context, operand).is_some())
    }

    /// Runs a part that fits. What lies too far apart is copied first, and a target is copied back.
    fn whole(&self, operands: &[Operand], f: &Run<'_>) -> Result<()> {
        let gathered = |operand: &Operand| match window::around(self.context, operand) {
            Some(seen) => Ok(seen),
            None => convert(self.context, operand, operand.dtype),
        };
        let (inputs, outputs) = operands.split_at(self.inputs.len());
        let inputs: Vec<Operand> = inputs.iter().map(gathered).collect::<Result<_>>()?;
        if !self.is_in_place {
            let made = f(&inputs, outputs)?.into_iter().zip(outputs);
            return made.into_iter().try_for_each(|(buffer, home)| {
                let layout = Layout::contiguous(&home.layout.shape);
                program::write(self.context, &Operand { buffer, layout, dtype: home.dtype }, home)
            });
        }
        let targets: Vec<Operand> = outputs.iter().map(gathered).collect::<Result<_>>()?;
        f(&inputs, &targets)?;
        let is_copy = |(_, home): &(&Operand, &Operand)| window::around(self.context, home).is_none();
        targets
            .iter()
            .zip(outputs)
            .filter(is_copy)
            .try_for_each(|(copy, home)| program::write(self.context, copy, home))
    }
}

/// The operands as kernels can see them, if they can see them all.
pub fn seen(context: &Context, operands: &[&Operand]) -> Option<Vec<Operand>> {
    operands.iter().map(|operand| window::around(context, operand)).collect()
}

fn bytes(operand: &Operand) -> usize {
    operand.layout.numel() * operand.dtype.size()
}

/// Dense memory for a result.
pub fn result(context: &Context, shape: &[usize], dtype: DType) -> Result<Operand> {
    let layout = Layout::contiguous(shape);
    Ok(Operand { buffer: allocate(context, layout.numel() * dtype.size())?, layout, dtype })
}

/// An op on the last axis of `input`, in whose place its results, of these dtypes, have `length` elements.
pub fn by_line<const N: usize>(
    context: &Context,
    op: &str,
    input: &Operand,
    length: usize,
    dtypes: [DType; N],
    f: impl Fn(&Operand) -> Result<[Buffer; N]>,
) -> Result<[Buffer; N]> {
    // Keys, places and running results take a word or as much as an element.
    let scratch = input.dtype.size().max(4);
    let mut shape = input.layout.shape.clone();
    let outer = shape.len().saturating_sub(1);
    if let Some(last) = shape.last_mut() {
        *last = length;
    }
    let widest = dtypes.iter().map(|dtype| dtype.size()).max().unwrap_or(0);
    let most = (input.layout.numel() * scratch).max(shape.iter().product::<usize>() * widest);
    if let Some(seen) = window::around(context, input).filter(|_| most <= context.window) {
        return f(&seen);
    }
    let outputs = dtypes.iter().map(|&dtype| result(context, &shape, dtype)).collect::<Result<Vec<_>>>()?;
    let buffers = std::array::from_fn(|k| outputs[k].buffer.clone());
    let cuts = (0..outer).map(|axis| vec![Some(axis); 1 + N]).collect();
    let parts = Parts { context, op, inputs: vec![input.clone()], outputs, cuts, scratch, is_in_place: false };
    parts.run(&|inputs, _| Ok(f(&inputs[0])?.into()))?;
    Ok(buffers)
}
