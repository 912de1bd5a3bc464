//! Softmax and its logarithm along lines, and their gradients: one kernel each, which reads its input twice.

use super::rows::Rows;
use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use pyrite_core::{Operand, Result};

pub const ADDED: &str = "alias Value = f32;\n\nfn combine(a: Value, b: Value) -> Value { return a + b; }\n";

/// `y = softmax(x)` over the last axis.
pub fn softmax(context: &Context, log: bool, x: &Operand, y: &Operand) -> Result<()> {
    let (x, y) = (Lines::new(x, 1), Lines::new(y, 1));
    let rows = Rows::of(&x)?;
    let mut kernel = Kernel::new("softmax");
    kernel.input("x", &x.starts);
    kernel.input("x_along", &x.steps);
    kernel.target("y", &y.starts);
    kernel.target("y_along", &y.steps);
    let result = if log { "x - sum.top - log_f32(total)" } else { "exp_f32(x - sum.top) / total" };
    let code = include_str!("../shaders/fast/softmax.wgsl").replace("RESULT", result);
    rows.code(&mut kernel, include_str!("../shaders/exponential_sum.wgsl"), &code);
    kernel.launch(context, [rows.groups(), 1, 1])
}

/// `log(sum(exp(x)))` over the last axes.
pub fn logsumexp(context: &Context, x: &Operand, out: &Operand, axes: usize) -> Result<()> {
    let (x, out) = (Lines::new(x, axes), Lines::new(out, axes));
    let rows = Rows::of(&x)?;
    let mut kernel = Kernel::new("logsumexp");
    kernel.input("x", &x.starts);
    kernel.input("x_along", &x.steps);
    kernel.target("out", &out.starts);
    let code = include_str!("../shaders/fast/logsumexp.wgsl");
    rows.code(&mut kernel, include_str!("../shaders/exponential_sum.wgsl"), code);
    kernel.launch(context, [rows.groups(), 1, 1])
}

/// The gradient of x from that of y, `g`.
pub fn slope(context: &Context, log: bool, g: &Operand, y: &Operand, out: &Operand) -> Result<()> {
    let (g, y, out) = (Lines::new(g, 1), Lines::new(y, 1), Lines::new(out, 1));
    let rows = Rows::of(&y)?;
    let mut kernel = Kernel::new("softmax gradient");
    for (names, lines) in [(["g", "g_along"], &g), (["y", "y_along"], &y)] {
        kernel.input(names[0], &lines.starts);
        kernel.input(names[1], &lines.steps);
    }
    kernel.target("out", &out.starts);
    kernel.target("out_along", &out.steps);
    let (term, result) = if log { ("g", "g - exp_f32(y) * total") } else { ("g * y", "y * (g - total)") };
    let code = include_str!("../shaders/fast/softmax_slope.wgsl").replace("TERM", term).replace("RESULT", result);
    rows.code(&mut kernel, ADDED, &code);
    kernel.launch(context, [rows.groups(), 1, 1])
}
