//! Lines of one side of an attention, in parts that workgroups of their own go through, where there are few lines on the other
//! side: each part leaves its results in float32, which another kernel joins.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use pyrite_core::{DType, Layout, Operand, Result};

/// Workgroups that keep a large device busy.
const MANY_GROUPS: usize = 256;
/// The fewest lines that are worth a part of their own.
const PART: usize = 256;

pub struct Split {
    pub parts: usize,
    length: usize,
}

impl Split {
    /// Parts of so many lines, where so many workgroups would go through all of them.
    pub fn new(groups: usize, lines: usize) -> Split {
        let parts = (MANY_GROUPS / groups.max(1)).min(lines / PART).max(1);
        let length = lines.div_ceil(parts).next_multiple_of(64).max(64);
        Split { parts: lines.div_ceil(length).max(1), length }
    }

    pub fn numbers(&self, kernel: &mut Kernel<'_>) {
        kernel.number("parts", self.parts);
        kernel.number("part_length", self.length);
    }

    /// A place for what the parts give for an operand, one after the other along its first axis.
    pub fn results(&self, context: &Context, of: &Operand) -> Result<Operand> {
        let mut shape = of.layout.shape.clone();
        shape[0] *= self.parts;
        let buffer = allocate(context, self.parts * of.layout.numel() * DType::F32.size())?;
        Ok(Operand { buffer, layout: Layout::contiguous(&shape), dtype: DType::F32 })
    }

    /// Fills `outs` by `run`, whose parts are added up.
    pub fn summed<const N: usize>(
        &self,
        context: &Context,
        outs: [&Operand; N],
        run: impl Fn([&Operand; N]) -> Result<()>,
    ) -> Result<()> {
        if self.parts == 1 {
            return run(outs);
        }
        let results = outs.map(|out| self.results(context, out)).into_iter().collect::<Result<Vec<_>>>()?;
        run(std::array::from_fn(|i| &results[i]))?;
        for (results, out) in results.iter().zip(outs) {
            let mut kernel = Kernel::new("attention: total");
            kernel.dense("results", &results.buffer, DType::F32);
            kernel.target("out", out);
            self.join(context, kernel, out, include_str!("../../shaders/fast/attention/total.wgsl"))?;
        }
        Ok(())
    }

    /// Runs a kernel with a thread for each element of `out`.
    pub fn join(&self, context: &Context, mut kernel: Kernel<'_>, out: &Operand, code: &str) -> Result<()> {
        let count = out.layout.numel();
        kernel.number("count", count);
        kernel.number("parts", self.parts);
        kernel.code(code);
        kernel.launch(context, [count.div_ceil(256), 1, 1])
    }
}
