//! Softmax and its logarithm along lines, and their gradients: one kernel each.

use super::rows::RowKernel;
use crate::context::Context;
use crate::lines::Lines;
use pyrite_core::{Operand, Result};

pub const ADDED: &str = "alias Value = f32;\n\nfn combine(a: Value, b: Value) -> Value { return a + b; }\n";

/// `y = softmax(x)` over the last axis.
pub fn softmax(context: &Context, log: bool, x: &Operand, y: &Operand) -> Result<()> {
    let (x, y) = (Lines::new(x, 1), Lines::new(y, 1));
    let mut rows = RowKernel::new("softmax", &[&x, &y])?;
    rows.held(["x", "x_along"], &x);
    rows.put(["y", "y_along"], &y);
    let result = if log { "x - sum.top - log_f32(total)" } else { "exp_of(x - sum.top) / total" };
    let code = include_str!("../shaders/fast/softmax.wgsl").replace("RESULT", result);
    let fold = rows.exponential_sum();
    rows.launch(context, &fold, "", &code)
}

/// `log(sum(exp(x)))` over the last axes.
pub fn logsumexp(context: &Context, x: &Operand, out: &Operand, axes: usize) -> Result<()> {
    let (x, out) = (Lines::new(x, axes), Lines::new(out, axes));
    let mut rows = RowKernel::new("logsumexp", &[&x])?;
    rows.held(["x", "x_along"], &x);
    rows.kernel.target("out", &out.starts);
    let fold = rows.exponential_sum();
    rows.launch(context, &fold, "", include_str!("../shaders/fast/logsumexp.wgsl"))
}

/// The gradient of x from that of y, `g`.
pub fn slope(context: &Context, log: bool, g: &Operand, y: &Operand, out: &Operand) -> Result<()> {
    let (g, y, out) = (Lines::new(g, 1), Lines::new(y, 1), Lines::new(out, 1));
    let mut rows = RowKernel::new("softmax gradient", &[&y, &g, &out])?;
    rows.held(["g", "g_along"], &g);
    rows.held(["y", "y_along"], &y);
    rows.put(["out", "out_along"], &out);
    let (term, result) = if log { ("g", "g - exp_of(y) * total") } else { ("g * y", "y * (g - total)") };
    let code = include_str!("../shaders/fast/softmax_slope.wgsl").replace("TERM", term).replace("RESULT", result);
    rows.launch(context, ADDED, "", &code)
}
