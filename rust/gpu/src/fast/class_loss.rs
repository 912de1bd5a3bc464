//! Losses of class indices: one kernel for what they are made of, one for the gradient. Indices are checked as they are read.

use super::rows::RowKernel;
use super::softmax::ADDED;
use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use pyrite_core::{Operand, Result};

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
        let mut rows = RowKernel::new("cross entropy", &[&x])?;
        rows.held(["x", "x_along"], &x);
        rows.kernel.target("out", out);
        rows.kernel.faults();
        self.bind(&mut rows.kernel);
        let blend = if self.smoothing > 0.0 {
            include_str!("../shaders/fast/smoothed_blend.wgsl")
        } else {
            include_str!("../shaders/fast/plain_blend.wgsl")
        };
        let functions = self.classes() + CHECK + &self.weights(&rows);
        let fold = rows.exponential_sum();
        rows.launch(
            context,
            &fold,
            &functions,
            &include_str!("../shaders/fast/cross_entropy.wgsl").replace("BLEND", blend),
        )
    }

    /// Loss and weight for each line of log-probabilities.
    pub fn picked(&self, context: &Context, x: &Operand, out: &Operand) -> Result<()> {
        let x = Lines::new(x, 1);
        let mut rows = RowKernel::new("negative log-likelihood", &[&x])?;
        rows.kernel.input("x", &x.starts);
        rows.kernel.input("x_along", &x.steps);
        rows.kernel.target("out", out);
        rows.kernel.faults();
        self.bind(&mut rows.kernel);
        rows.kernel.code(&(self.classes() + CHECK + include_str!("../shaders/fast/picked.wgsl")));
        rows.kernel.launch_each(context, x.count)
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
        let along: Vec<&Lines> = [&out].into_iter().chain(&x).collect();
        let mut rows = RowKernel::new("class loss gradient", &along)?;
        rows.kernel.input("g", g);
        rows.kernel.input("kept", kept);
        rows.put(["out", "out_along"], &out);
        let mut code = include_str!("../shaders/fast/class_loss_slope.wgsl").to_owned();
        match &x {
            Some(x) => {
                rows.held(["x", "x_along"], x);
                let scores = "let top = kept(2u * count() + line); let share = kept(3u * count() + line);";
                code = code.replace("SCORES", scores).replace("SPREAD", "exp_of(x - top) * share");
            }
            None => code = code.replace("SCORES", "").replace("SPREAD", "Item(0.0)"),
        }
        match total {
            Some(total) => {
                rows.kernel.input("total", total);
                code = code.replace("SLOPE", "g(line) / total(line)");
            }
            None => code = code.replace("SLOPE", "g(line)"),
        }
        let smooth = if self.smoothing > 0.0 { " - smoothing() / f32(length()) * weights_of(j)" } else { "" };
        self.bind(&mut rows.kernel);
        let functions = self.classes() + &self.weights(&rows);
        rows.launch(context, ADDED, &functions, &code.replace(" SMOOTH", smooth))
    }

    /// The function that gives the weights of the classes of an item.
    fn weights(&self, rows: &RowKernel<'_>) -> String {
        let item = match rows.width() {
            4 => "Item(weight_of(j), weight_of(j + 1u), weight_of(j + 2u), weight_of(j + 3u))",
            _ => "weight_of(j)",
        };
        format!("\nfn weights_of(j: u32) -> Item {{ return {item}; }}\n")
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
