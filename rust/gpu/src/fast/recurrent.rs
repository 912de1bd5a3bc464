//! Steps of recurrent networks: a thread for each element of the state, which makes all that its gates take part in.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use pyrite_core::{Operand, Result};

/// The gradients of the gates and of the cell state of a long short-term memory.
pub fn lstm_slopes(context: &Context, inputs: [&Operand; 4], outputs: [&Operand; 2]) -> Result<()> {
    let inputs: Vec<_> = ["gh", "gc", "gates", "state"].into_iter().zip(inputs).collect();
    let outputs: Vec<_> = ["to_gates", "to_state"].into_iter().zip(outputs).collect();
    step(context, "LSTM gradient", &inputs, &outputs, include_str!("../shaders/fast/recurrent/lstm_slopes.wgsl"))
}

/// The state after a step of a gated recurrent unit.
pub fn gru(context: &Context, inputs: [&Operand; 3], out: &Operand) -> Result<()> {
    let inputs: Vec<_> = ["gates", "hidden", "state"].into_iter().zip(inputs).collect();
    let code = [GRU, "store_out(place_out(i), fresh + update * (state(i) - fresh));"].concat();
    step(context, "GRU", &inputs, &[("out", out)], &code)
}

/// The gradients of the gates, of what the state gives to them, and of the state.
pub fn gru_slopes(context: &Context, inputs: [&Operand; 4], outputs: [&Operand; 3]) -> Result<()> {
    let inputs: Vec<_> = ["g", "gates", "hidden", "state"].into_iter().zip(inputs).collect();
    let outputs: Vec<_> = ["to_gates", "to_hidden", "to_state"].into_iter().zip(outputs).collect();
    let code = [GRU, include_str!("../shaders/fast/recurrent/gru_slopes.wgsl")].concat();
    step(context, "GRU gradient", &inputs, &outputs, &code)
}

const GRU: &str = include_str!("../shaders/fast/recurrent/gru.wgsl");

/// Runs `code` for each element `i` of the state, whose first gate is element `first` of the gates and the next `width()` on.
fn step<'a>(
    context: &Context,
    label: &'static str,
    inputs: &[(&'static str, &'a Operand)],
    outputs: &[(&'static str, &'a Operand)],
    code: &str,
) -> Result<()> {
    let mut kernel = Kernel::new(label);
    if inputs.iter().chain(outputs).any(|(_, operand)| operand.layout.numel() > MAX_ELEMENTS) {
        return not_built(&format!("{label} of {:?}", outputs[0].1.layout.shape));
    }
    inputs.iter().for_each(|&(name, operand)| kernel.input(name, operand));
    outputs.iter().for_each(|&(name, operand)| kernel.target(name, operand));
    let state = &inputs[inputs.len() - 1].1.layout;
    let (count, width) = (state.numel(), state.shape[1]);
    let gates = inputs.iter().find(|(name, _)| *name == "gates").map_or(0, |(_, gates)| gates.layout.shape[1] / width);
    kernel.number("width", width);
    kernel.code(&format!("const GATES = {gates}u;"));
    kernel.code(&include_str!("../shaders/fast/recurrent/step.wgsl").replace("STEP", code));
    kernel.launch_each(context, count)
}
