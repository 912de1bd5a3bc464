//! Losses of class indices: one kernel for what they are made of, one for the gradient. Indices are checked as they are read.

use super::rows::Rows;
use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use pyrite_core::{Operand, Result};

const UNUSED: &str = "alias Value = f32;\n\nfn combine(a: Value, b: Value) -> Value { return a + b; }\n";

const CHECK: &str = include_str!("../shaders/fast/check_class.wgsl");

/// What a loss is told about classes: the index of each, dense weights, the index that does not count, label smoothing.
pub struct Classes<'a> {
    pub target: &'a Operand,
    pub weight: Option<&'a Operand>,
    pub ignored: i64,
    pub smoothing: f32,
}

impl Classes<'_> {
    /// Loss, weight, largest score and its share for each line of scores.
    pub fn scored(&self, context: &Context, x: &Operand, out: &Operand) -> Result<()> {
        let x = Lines::new(x, 1);
        let rows = Rows::of(&x)?;
        let mut kernel = Kernel::new("cross entropy");
        kernel.input("x", &x.starts);
        kernel.input("x_along", &x.steps);
        kernel.target("out", out);
        kernel.faults();
        let blend = if self.smoothing > 0.0 {
            include_str!("../shaders/fast/smoothed_blend.wgsl")
        } else {
            include_str!("../shaders/fast/plain_blend.wgsl")
        };
        let code = include_str!("../shaders/fast/cross_entropy.wgsl");
        let code = format!("{}\n{CHECK}\n{blend}\n{code}", self.classes());
        self.bind(&mut kernel);
        rows.code(&mut kernel, include_str!("../shaders/exponential_sum.wgsl"), &code);
        kernel.launch(context, [rows.groups(), 1, 1])
    }

    /// Loss and weight for each line of log-probabilities.
    pub fn picked(&self, context: &Context, x: &Operand, out: &Operand) -> Result<()> {
        let x = Lines::new(x, 1);
        let rows = Rows::single(&x)?;
        let mut kernel = Kernel::new("negative log-likelihood");
        kernel.input("x", &x.starts);
        kernel.input("x_along", &x.steps);
        kernel.target("out", out);
        kernel.faults();
        self.bind(&mut kernel);
        let code = format!("{}\n{CHECK}\n{}", self.classes(), include_str!("../shaders/fast/picked.wgsl"));
        rows.code(&mut kernel, UNUSED, &code);
        kernel.launch(context, [rows.groups(), 1, 1])
    }

    /// The gradient of scores, or of log-probabilities where there are none.
    pub fn slope(
        &self,
        context: &Context,
        g: &Operand,
        x: Option<&Operand>,
        kept: &Operand,
        total: &Option<Operand>,
        out: &Operand,
    ) -> Result<()> {
        let (x, out) = (x.map(|x| Lines::new(x, 1)), Lines::new(out, 1));
        let rows = Rows::of(&out)?;
        let mut kernel = Kernel::new("class loss gradient");
        kernel.input("g", g);
        kernel.input("kept", kept);
        kernel.target("out", &out.starts);
        kernel.target("out_along", &out.steps);
        let mut code = include_str!("../shaders/fast/class_loss_slope.wgsl").to_owned();
        match &x {
            Some(x) => {
                kernel.input("x", &x.starts);
                kernel.input("x_along", &x.steps);
                let scores = "let start = place_x(line); \
                              let top = kept(2u * count() + line); let share = kept(3u * count() + line);";
                code = code.replace("SCORES", scores);
                code = code.replace("SPREAD", "exp_f32(load_x(start + place_x_along(j)) - top) * share");
            }
            None => code = code.replace("SCORES", "").replace("SPREAD", "0.0"),
        }
        match total {
            Some(total) => {
                kernel.input("total", total);
                code = code.replace("SLOPE", "g(line) / total(line)");
            }
            None => code = code.replace("SLOPE", "g(line)"),
        }
        let smooth = if self.smoothing > 0.0 { " - smoothing() / f32(length()) * weight_of(j)" } else { "" };
        self.bind(&mut kernel);
        rows.code(&mut kernel, UNUSED, &format!("{}\n{}", self.classes(), code.replace(" SMOOTH", smooth)));
        kernel.launch(context, [rows.groups(), 1, 1])
    }

    fn bind<'k>(&'k self, kernel: &mut Kernel<'k>) {
        kernel.input("target", self.target);
        if let Some(weight) = self.weight {
            kernel.input("weight", weight);
        }
        kernel.number("ignored_low", self.ignored as u32 as usize);
        kernel.number("ignored_high", (self.ignored >> 32) as u32 as usize);
        kernel.number("smoothing_bits", self.smoothing.to_bits() as usize);
    }

    /// The functions that say what a target counts for.
    fn classes(&self) -> String {
        let weight = if self.weight.is_some() { "weight(label)" } else { "1.0" };
        include_str!("../shaders/fast/classes.wgsl").replace("WEIGHT", weight)
    }
}
