//! The gradients of attention take a kernel for queries and one for keys, so that every sum has one order. Both make the weights
//! again from the logarithm that the forward pass kept for each query.

use super::split::Split;
use super::{Given, TILES, blocks, gather, groups, product, put, read, sums, write};
use crate::context::Context;
use crate::fast::rows::RowKernel;
use crate::fast::softmax::ADDED;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::memory::allocate;
use pyrite_core::{Buffer, DType, Operand, Result};

/// Blocks of 64 columns of which a thread's registers hold the sums beside all else.
const MAX_BLOCKS: usize = 4;

/// The gradients of q, k and v from that of y, `g`.
pub fn slopes(
    context: &Context,
    given: Given<'_>,
    g: &Operand,
    [y, logarithm]: [&Operand; 2],
    [dq, dk, dv]: [&Operand; 3],
) -> Result<()> {
    let lines = delta(context, g, y, logarithm)?;
    query_slope(context, given, g, &lines, dq)?;
    key_slopes(context, given, g, &lines, [dk, dv])
}

/// For each query its logarithm, and the product of its result with the gradient.
fn delta(context: &Context, g: &Operand, y: &Operand, logarithm: &Operand) -> Result<Buffer> {
    let (g, y) = (Lines::new(g, 1), Lines::new(y, 1));
    let out = allocate(context, 2 * g.count * DType::F32.size())?;
    let mut rows = RowKernel::new("attention gradient: delta", &[&g, &y])?;
    rows.held(["g", "g_along"], &g);
    rows.held(["y", "y_along"], &y);
    rows.kernel.input("logarithm", logarithm);
    rows.kernel.output("lines", &out, DType::F32);
    rows.launch(context, ADDED, "", include_str!("../../shaders/fast/attention/delta.wgsl"))?;
    Ok(out)
}

fn query_slope(context: &Context, given: Given<'_>, g: &Operand, lines: &Buffer, dq: &Operand) -> Result<()> {
    let (queries, keys) = (given.q.layout.shape[2], given.k.layout.shape[2]);
    let groups = groups(given.q);
    let split = Split::new(groups, if given.is_causal { keys.min(queries) } else { keys });
    split.summed(context, [dq], |[dq]| {
        let mut kernel = given.slope_kernel("attention gradient: query", &split, g, lines)?;
        write(&mut kernel, "dq", dq);
        kernel.code(&given.enter(&["q", "g", "dq"], &["k", "v"]));
        kernel.code(&(product("q", "k") + &product("g", "v")));
        let blocks = blocks(dq);
        let code = include_str!("../../shaders/fast/attention/query_slope.wgsl")
            .replace("SUMS", &sums("dq", blocks))
            .replace("GATHER", &gather("k", "dq", blocks))
            .replace("PUT", &put("dq", blocks, |sum, _| format!("{sum} * bitcast<f32>(scale())")));
        kernel.code(&code);
        kernel.launch(context, [groups * split.parts, 1, 1])
    })
}

/// The gradients of keys and values, in one kernel where a thread's registers hold the sums of both.
fn key_slopes(context: &Context, given: Given<'_>, g: &Operand, lines: &Buffer, slopes: [&Operand; 2]) -> Result<()> {
    let split = Split::new(groups(given.k), given.q.layout.shape[2]);
    let [dk, dv] = slopes;
    let run = |slopes: &[(&'static str, &Operand)]| key_slope(context, given, g, lines, &split, slopes);
    if blocks(dk) + blocks(dv) <= MAX_BLOCKS {
        return split.summed(context, slopes, |[dk, dv]| run(&[("dk", dk), ("dv", dv)]));
    }
    split.summed(context, [dk], |[dk]| run(&[("dk", dk)]))?;
    split.summed(context, [dv], |[dv]| run(&[("dv", dv)]))
}

fn key_slope(
    context: &Context,
    given: Given<'_>,
    g: &Operand,
    lines: &Buffer,
    split: &Split,
    slopes: &[(&'static str, &Operand)],
) -> Result<()> {
    let mut kernel = given.slope_kernel("attention gradient: key, value", split, g, lines)?;
    let (mut all_sums, mut steps, mut puts) = (String::new(), String::new(), String::new());
    for &(name, slope) in slopes {
        write(&mut kernel, name, slope);
        let (step, source, factor) = match name {
            "dk" => (include_str!("../../shaders/fast/attention/for_keys.wgsl"), "q", " * bitcast<f32>(scale())"),
            _ => (include_str!("../../shaders/fast/attention/for_values.wgsl"), "g", ""),
        };
        let blocks = blocks(slope);
        all_sums += &sums(name, blocks);
        steps += &step.replace("GATHER", &gather(source, name, blocks));
        puts += &put(name, blocks, |sum, _| format!("{sum}{factor}"));
    }
    let names: Vec<&str> = ["k", "v"].into_iter().chain(slopes.iter().map(|&(name, _)| name)).collect();
    kernel.code(&given.enter(&["q", "g"], &names));
    kernel.code(&(product("k", "q") + &product("v", "g")));
    let code = include_str!("../../shaders/fast/attention/key_slope.wgsl");
    kernel.code(&code.replace("SUMS", &all_sums).replace("STEPS", &steps).replace("PUT", &puts));
    kernel.launch(context, [groups(given.k) * split.parts, 1, 1])
}

impl<'a> Given<'a> {
    /// A kernel of the gradients.
    fn slope_kernel<'b>(
        &self,
        label: &'static str,
        split: &Split,
        g: &'b Operand,
        lines: &'b Buffer,
    ) -> Result<Kernel<'b>>
    where
        'a: 'b,
    {
        let mut kernel = self.kernel(label, split)?;
        for (name, operand) in [("q", self.q), ("k", self.k), ("v", self.v), ("g", g)] {
            read(&mut kernel, name, operand);
        }
        kernel.dense("lines", lines, DType::F32);
        kernel.code(TILES);
        kernel.code(include_str!("../../shaders/fast/attention/weights.wgsl"));
        Ok(kernel)
    }
}
