//! Standardization along lines: the result with its statistics in one kernel, whose variance is that of the differences from the
//! mean; the gradient of the input in another.

use super::rows::RowKernel;
use super::softmax::ADDED;
use crate::context::Context;
use crate::lines::Lines;
use crate::not_built::not_built;
use crate::reduce;
use pyrite_core::{Operand, Result};

const PAIRS_ADDED: &str = "alias Value = vec2<f32>;\n\nfn combine(a: Value, b: Value) -> Value { return a + b; }\n";

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
    let Some(y) = outputs.first() else { return not_built("a standardization without results") };
    let along: Vec<&Lines> = [&x, y].into_iter().chain(&weight).chain(&bias).collect();
    let mut rows = RowKernel::new("standardization", &along)?;
    rows.held(["x", "x_along"], &x);
    rows.put(["y", "y_along"], y);
    let (mean, keep) = match &outputs[1..] {
        [mean, variance, scale] => {
            rows.kernel.target("mean", &mean.starts);
            rows.kernel.target("variance", &variance.starts);
            rows.kernel.target("scale", &scale.starts);
            (include_str!("../shaders/fast/line_mean.wgsl"), include_str!("../shaders/fast/keep_statistics.wgsl"))
        }
        [scale] => {
            rows.kernel.target("scale", &scale.starts);
            ("let middle = 0.0;\n", include_str!("../shaders/fast/keep_scale.wgsl"))
        }
        other => return not_built(&format!("a standardization with {} statistics", other.len())),
    };
    let mut result = "normal".to_owned();
    if let Some(weight) = &weight {
        rows.read(["weight", "weight_along"], weight);
        result.push_str(" * at_weight(weight_start, j)");
    }
    if let Some(bias) = &bias {
        rows.read(["bias", "bias_along"], bias);
        result.push_str(" + at_bias(bias_start, j)");
    }
    rows.kernel.number("eps_bits", eps.to_bits() as usize);
    let code = include_str!("../shaders/fast/standardize.wgsl").replace("RESULT", &result);
    rows.launch(context, ADDED, keep, &(mean.to_owned() + &code))
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
    let along: Vec<&Lines> = [&x, &g, &out].into_iter().chain(&weight).collect();
    let mut rows = RowKernel::new("standardization gradient", &along)?;
    rows.held(["g", "g_along"], &g);
    rows.held(["x", "x_along"], &x);
    rows.put(["out", "out_along"], &out);
    rows.kernel.input("scale", &scale.starts);
    let mut code = include_str!("../shaders/fast/standardize_slope.wgsl").to_owned();
    match &weight {
        Some(weight) => {
            rows.read(["weight", "weight_along"], weight);
            code = code.replace("WEIGHT", "at_weight(weight_start, j)");
        }
        None => code = code.replace(" * WEIGHT", ""),
    }
    match &mean {
        Some(mean) => {
            rows.kernel.input("mean", &mean.starts);
            code = code.replace("MEAN_SLOPE", "means.x").replace("MEAN", "mean(line)");
        }
        None => code = code.replace(" - MEAN_SLOPE", "").replace("MEAN", "0.0"),
    }
    rows.launch(context, PAIRS_ADDED, "", &code)
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
