//! Attention without the matrix of all queries and keys (Dao, "FlashAttention-2", 2023): a workgroup keeps tiles of it in its
//! memory, with a running maximum and sum for each query. Where there are few queries, those that read the same keys share a
//! workgroup, and several workgroups go through a part of the keys each ("Flash-Decoding", 2023).

mod slopes;
mod split;

use crate::context::Context;
use crate::kernel::Kernel;
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use crate::random::{UNIT, streams};
use pyrite_core::fast::Dropout;
use pyrite_core::random::Law;
use pyrite_core::{DType, Layout, Operand, Result};
pub use slopes::slopes;
use split::Split;

/// The widest query, key or value that a thread's registers hold a part of.
pub const MAX_SIZE: usize = 256;
/// Lines that a workgroup owns.
const OWN: usize = 64;
/// Queries for which a workgroup takes four lines rather than a tile.
const FEW: usize = 16;

/// What an attention is computed from: see `Fast::Attention`.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub q: &'a Operand,
    pub k: &'a Operand,
    pub v: &'a Operand,
    pub mask: Option<&'a Operand>,
    pub scale: f32,
    pub is_causal: bool,
    pub dropout: Option<&'a Dropout>,
}

/// `y = softmax(q k^T scale + mask) v`, and the logarithms of the sums.
pub fn attention(context: &Context, given: Given<'_>, y: &Operand, logarithm: &Operand) -> Result<()> {
    let (queries, keys) = (given.q.layout.shape[2], given.k.layout.shape[2]);
    let is_few = queries <= FEW;
    let groups = if is_few { given.fours() } else { groups(given.q) };
    let split = Split::new(groups, if given.is_causal { keys.min(queries) } else { keys });
    if split.parts == 1 {
        return given.forward(context, is_few, &split, [y, logarithm]);
    }
    let (results, logarithms) = (split.results(context, y)?, split.results(context, logarithm)?);
    given.forward(context, is_few, &split, [&results, &logarithms])?;
    let mut kernel = Kernel::new("attention: join");
    kernel.dense("results", &results.buffer, DType::F32);
    kernel.dense("logarithms", &logarithms.buffer, DType::F32);
    kernel.target("y", y);
    kernel.output("logarithm", &logarithm.buffer, DType::F32);
    kernel.code(&given.averages(1));
    split.join(context, kernel, y, include_str!("../shaders/fast/attention/join.wgsl"))
}

impl<'a> Given<'a> {
    fn forward(&self, context: &Context, is_few: bool, split: &Split, [y, logarithm]: [&Operand; 2]) -> Result<()> {
        let mut kernel = self.kernel("attention", split)?;
        for (name, operand) in [("q", self.q), ("k", self.k), ("v", self.v)] {
            read(&mut kernel, name, operand);
        }
        kernel.output("logarithm", &logarithm.buffer, DType::F32);
        kernel.code(&self.averages(split.parts));
        kernel.code(&self.enter(&["q", "y"], &["k", "v"]));
        let blocks = blocks(self.v);
        if is_few {
            kernel.target("y", y);
            kernel.code(&few(blocks));
            return kernel.launch(context, [self.fours() * split.parts, 1, 1]);
        }
        write(&mut kernel, "y", y);
        kernel.code(TILES);
        kernel.code(&product("q", "k"));
        let code = include_str!("../shaders/fast/attention/forward.wgsl")
            .replace("SUMS", &sums("y", blocks))
            .replace("FADE", &each("y", blocks, |sum, _, i| format!("{sum} *= fade.{i};")))
            .replace("GATHER", &gather("v", "y", blocks))
            .replace("PUT", &put("y", blocks, |sum, i| format!("means({sum}, total.{i})")));
        kernel.code(&code);
        kernel.launch(context, [groups(self.q) * split.parts, 1, 1])
    }

    /// Workgroups that take all queries, four at a time, of those that read the same keys.
    fn fours(&self) -> usize {
        let (q, k) = (&self.q.layout.shape, &self.k.layout.shape);
        k[0] * k[1] * (q[1] / k[1] * q[2]).div_ceil(4)
    }

    /// How a sum becomes a mean. A query without any key gives zero, if a mask is why, and a logarithm so large that gradients
    /// count none of its keys; so small in one of several parts that the others decide.
    fn averages(&self, parts: usize) -> String {
        let is_masked = self.is_causal || self.mask.is_some() || parts > 1;
        let empty = if is_masked { 0 } else { 0x7fc0_0000u32 };
        let lost = if parts > 1 { 0xff80_0000u32 } else { 0x7f80_0000 };
        let code = include_str!("../shaders/fast/attention/average.wgsl");
        format!("const EMPTY = {empty}u;\nconst LOST = {lost}u;\n{code}")
    }

    /// A kernel with what all of them need.
    fn kernel(&self, label: &'static str, split: &Split) -> Result<Kernel<'a>> {
        let Given { q, k, v, mask, scale, is_causal, dropout } = *self;
        if [q, k, v].iter().any(|operand| 2 * operand.layout.numel() > MAX_ELEMENTS) {
            return not_built(&format!("attention of {:?} and {:?}", q.layout.shape, k.layout.shape));
        }
        let mut kernel = Kernel::new(label);
        kernel.number("scale", scale.to_bits() as usize);
        split.numbers(&mut kernel);
        let place = "mask_start + query * stride_mask(2u) + key * stride_mask(3u)";
        let masked = match mask {
            None => "scaled".to_owned(),
            Some(mask) if mask.dtype == DType::Bool => format!("select(-infinity(), scaled, load_mask({place}) != 0)"),
            Some(_) => format!("scaled + load_mask({place})"),
        };
        if let Some(mask) = mask {
            kernel.input("mask", mask);
            kernel.code("var<private> mask_start: u32;\n");
        }
        kernel.code(&format!("const IS_CAUSAL = {is_causal};\n"));
        kernel.code(&include_str!("../shaders/fast/attention/scores.wgsl").replace("MASKED", &masked));
        match dropout {
            Some(dropout) => drop_weights(&mut kernel, dropout),
            None => kernel.code("fn share(query: u32, key: u32) -> f32 { return 1.0; }"),
        }
        Ok(kernel)
    }

    /// The function that moves to a head of the queries: what has one part for each of these, and for each head of the keys.
    fn enter(&self, by_query: &[&str], by_key: &[&str]) -> String {
        let start = |name: &str, head: &str| {
            // What is written has a part for each part of the others: see `Split::results`.
            let batch = if is_written(name) { "(part * size_q(0u) + batch)" } else { "batch" };
            format!("{name}_start = offset_{name}() + {batch} * stride_{name}(0u) + {head} * stride_{name}(1u);\n")
        };
        let mask = self.mask.map(|_| start("mask", "head")).unwrap_or_default();
        let queries: String = by_query.iter().map(|name| start(name, "head")).collect();
        let keys: String = by_key.iter().map(|name| start(name, "key_head")).collect();
        let line =
            if by_query.contains(&"g") { "first_line = (batch * size_q(1u) + head) * size_q(2u);\n" } else { "" };
        let row = match self.dropout {
            Some(_) => "first_row = rows(0u) + batch * rows(1u) + head * rows(2u);\n",
            None => "",
        };
        format!(
            "fn enter(part: u32, batch: u32, head: u32) {{\nlet key_head = head * size_k(1u) / size_q(1u);\n\
             {queries}{keys}{mask}{line}{row}}}\n"
        )
    }
}

/// The function `share`, by which weights are dropped.
fn drop_weights(kernel: &mut Kernel<'_>, Dropout { draw, rows }: &Dropout) {
    streams(kernel, draw);
    let kept = if let Law::Bernoulli { p } = draw.law { p } else { 1.0 };
    kernel.number("kept", (kept as f32).to_bits() as usize);
    kernel.numbers("rows", [rows.offset as u32, rows.strides[0] as u32, rows.strides[1] as u32].into_iter());
    kernel.code(UNIT);
    kernel.code(include_str!("../shaders/fast/attention/dropout.wgsl"));
}

fn read<'a>(kernel: &mut Kernel<'a>, name: &'static str, operand: &'a Operand) {
    kernel.input(name, operand);
    kernel.code(&include_str!("../shaders/fast/attention/read.wgsl").replace("NAME", name));
}

fn write<'a>(kernel: &mut Kernel<'a>, name: &'static str, operand: &'a Operand) {
    kernel.target(name, operand);
    kernel.code(&include_str!("../shaders/fast/attention/write.wgsl").replace("NAME", name));
}

fn is_written(name: &str) -> bool {
    ["y", "dq", "dk", "dv"].contains(&name)
}

/// Workgroups that take all lines of an operand.
fn groups(operand: &Operand) -> usize {
    let Layout { shape, .. } = &operand.layout;
    shape[0] * shape[1] * shape[2].div_ceil(OWN)
}

/// Blocks of 64 columns.
fn blocks(operand: &Operand) -> usize {
    operand.layout.shape[3].div_ceil(64)
}

const TILES: &str = concat!(
    include_str!("../shaders/fast/attention/tiles.wgsl"),
    include_str!("../shaders/fast/attention/shares.wgsl")
);

/// The text for each sum that a thread keeps, of 4 columns of an own line: its name, its block and its line.
fn each(name: &str, blocks: usize, text: impl Fn(&str, usize, &str) -> String) -> String {
    let sums = (0..blocks).flat_map(|block| ["x", "y", "z", "w"].map(|i| (block, i)));
    sums.map(|(block, i)| text(&format!("{name}{block}{i}"), block, i) + "\n").collect()
}

fn sums(name: &str, blocks: usize) -> String {
    each(name, blocks, |sum, _, _| format!("var {sum} = vec4<f32>();"))
}

fn put(name: &str, blocks: usize, value: impl Fn(&str, &str) -> String) -> String {
    each(name, blocks, |sum, block, i| {
        let line = "xyzw".find(i).unwrap_or(0);
        format!("put_{name}(own + {line}u, {}u + across * 4u, {});", 64 * block, value(sum, i))
    })
}

fn product(own: &str, other: &str) -> String {
    include_str!("../shaders/fast/attention/product.wgsl").replace("OWN", own).replace("OTHER", other)
}

/// Adds the tile times the other lines of `source` to the sums.
fn gather(source: &str, name: &str, blocks: usize) -> String {
    let block = |block: usize| {
        let sums = ["x", "y", "z", "w"].map(|i| format!("{name}{block}{i} += weights.{i} * values;\n")).concat();
        include_str!("../shaders/fast/attention/gather.wgsl")
            .replace("SOURCE", source)
            .replace("FIRST", &(64 * block).to_string())
            .replace("ADD", &sums)
    };
    (0..blocks).map(block).collect()
}

/// The kernel of few queries, whose threads keep a sum for each of four lines in each block.
fn few(blocks: usize) -> String {
    let each = |text: fn(&str, usize) -> String| -> String {
        (0..blocks).map(|block| text(&format!("sum{block}"), 64 * block) + "\n").collect()
    };
    include_str!("../shaders/fast/attention/few.wgsl")
        .replace("SUMS", &each(|sum, _| format!("var {sum} = vec4<f32>();")))
        .replace("FADE", &each(|sum, _| format!("{sum} *= left;")))
        .replace("GATHER", &each(|sum, column| format!("{sum} += given * v_at(first + i, {column}u + column);")))
        .replace(
            "PUT",
            &each(|sum, column| {
                include_str!("../shaders/fast/attention/put_column.wgsl")
                    .replace("SUM", sum)
                    .replace("FIRST", &column.to_string())
            }),
        )
}

#[cfg(test)]
mod tests;
