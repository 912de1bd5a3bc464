//! Standardization along lines: the result with its statistics in one kernel, which reads its input three times so that the
//! variance is that of the differences from the mean; the gradient of the input in one that reads twice.

use super::rows::Rows;
use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::not_built::not_built;
use crate::reduce;
use pyrite_core::{Operand, Result};

const ADDED: &str = "alias Value = f32;\n\nfn combine(a: Value, b: Value) -> Value { return a + b; }\n";
const PAIRS_ADDED: &str = "alias Value = vec2<f32>;\n\nfn combine(a: Value, b: Value) -> Value { return a + b; }\n";
const NO_MEAN: &str = "fn mean_of(seat: Seat) -> f32 { return 0.0; }\n";

/// y with mean, var and 1 / sqrt(var + eps), or only with the last, where nothing is centered.
pub fn standardize(
    context: &Context,
    x: &Operand,
    [weight, bias]: [Option<&Operand>; 2],
    outputs: &[Operand],
    axes: usize,
    eps: f32,
) -> Result<()> {
    let lines = |operand: &Operand| Lines::new(operand, axes);
    let (x, weight, bias) = (lines(x), weight.map(lines), bias.map(lines));
    let outputs: Vec<Lines> = outputs.iter().map(lines).collect();
    let rows = Rows::of(&x)?;
    let mut kernel = Kernel::new("standardization");
    kernel.input("x", &x.starts);
    kernel.input("x_along", &x.steps);
    let (y, mean, keep) = match &outputs[..] {
        [y, mean, variance, scale] => {
            kernel.target("mean", &mean.starts);
            kernel.target("variance", &variance.starts);
            kernel.target("scale", &scale.starts);
            (y, include_str!("../shaders/fast/line_mean.wgsl"), include_str!("../shaders/fast/keep_statistics.wgsl"))
        }
        [y, scale] => {
            kernel.target("scale", &scale.starts);
            (y, NO_MEAN, include_str!("../shaders/fast/keep_scale.wgsl"))
        }
        other => return not_built(&format!("a standardization with {} results", other.len())),
    };
    kernel.target("y", &y.starts);
    kernel.target("y_along", &y.steps);
    let mut result = "normal".to_owned();
    if let Some(weight) = &weight {
        kernel.input("weight", &weight.starts);
        kernel.input("weight_along", &weight.steps);
        result.push_str(" * load_weight(place_weight(seat.line) + place_weight_along(j))");
    }
    if let Some(bias) = &bias {
        kernel.input("bias", &bias.starts);
        kernel.input("bias_along", &bias.steps);
        result.push_str(" + load_bias(place_bias(seat.line) + place_bias_along(j))");
    }
    kernel.number("eps_bits", eps.to_bits() as usize);
    let code = include_str!("../shaders/fast/standardize.wgsl").replace("RESULT", &result);
    rows.code(&mut kernel, ADDED, &format!("{mean}\n{keep}\n{code}"));
    kernel.launch(context, [rows.groups(), 1, 1])
}

/// The gradient of x.
pub fn slope(
    context: &Context,
    [g, x, scale, out]: [&Operand; 4],
    weight: Option<&Operand>,
    mean: Option<&Operand>,
    axes: usize,
) -> Result<()> {
    let lines = |operand: &Operand| Lines::new(operand, axes);
    let (g, x, scale, out) = (lines(g), lines(x), lines(scale), lines(out));
    let (weight, mean) = (weight.map(lines), mean.map(lines));
    let rows = Rows::of(&x)?;
    let mut kernel = Kernel::new("standardization gradient");
    for (names, lines) in [(["g", "g_along"], &g), (["x", "x_along"], &x)] {
        kernel.input(names[0], &lines.starts);
        kernel.input(names[1], &lines.steps);
    }
    kernel.input("scale", &scale.starts);
    kernel.target("out", &out.starts);
    kernel.target("out_along", &out.steps);
    let mut code = include_str!("../shaders/fast/standardize_slope.wgsl").to_owned();
    match &weight {
        Some(weight) => {
            kernel.input("weight", &weight.starts);
            kernel.input("weight_along", &weight.steps);
            code = code.replace("WEIGHT", "load_weight(place_weight(line) + place_weight_along(j))");
        }
        None => code = code.replace(" * WEIGHT", ""),
    }
    match &mean {
        Some(mean) => {
            kernel.input("mean", &mean.starts);
            code = code.replace("MEAN", "mean(line)");
        }
        None => code = code.replace(" - MEAN", "").replace(" - means.x", ""),
    }
    rows.code(&mut kernel, PAIRS_ADDED, &code);
    kernel.launch(context, [rows.groups(), 1, 1])
}

/// The gradient of the weight, where the axes that are summed over come last.
pub fn weight_slope(
    context: &Context,
    [g, x, scale, out]: [&Operand; 4],
    mean: Option<&Operand>,
    axes: usize,
) -> Result<()> {
    let lines = |operand: &Operand| Lines::new(operand, axes);
    let (x, scale, mean) = (lines(x), lines(scale), mean.map(lines));
    let mut others =
        vec![("x", &x.starts), ("x_along", &x.steps), ("scale", &scale.starts), ("scale_along", &scale.steps)];
    let mut code = include_str!("../shaders/fast/standardize_weight_slope.wgsl").to_owned();
    match &mean {
        Some(mean) => others.extend([("mean", &mean.starts), ("mean_along", &mean.steps)]),
        None => code = code.replace(" - load_mean(place_mean(line) + place_mean_along(j))", ""),
    }
    reduce::sum_lifted(context, lines(g), &code, &others, &out.buffer)
}
