//! Attention without the matrix of all queries and keys (Dao, "FlashAttention-2", 2023): a workgroup keeps tiles of it in its
//! memory, with a running maximum and sum for each query. The gradients take a kernel for queries and one for keys, so that
//! every sum has one order.

use super::rows::Rows;
use super::softmax::ADDED;
use crate::context::Context;
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::memory::allocate;
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

/// The widest query, key or value that a thread's registers hold a part of.
pub const MAX_SIZE: usize = 128;
/// Lines that a workgroup owns.
const OWN: usize = 64;

/// What an attention is computed from: see `Fast::Attention`.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub q: &'a Operand,
    pub k: &'a Operand,
    pub v: &'a Operand,
    pub mask: Option<&'a Operand>,
    pub scale: f32,
    pub is_causal: bool,
}

/// `y = softmax(q k^T scale + mask) v`, and the logarithms of the sums.
pub fn attention(context: &Context, given: Given<'_>, y: &Operand, logarithm: &Operand) -> Result<()> {
    let mut kernel = given.kernel("attention")?;
    for (name, operand) in [("q", given.q), ("k", given.k), ("v", given.v)] {
        read(&mut kernel, name, operand);
    }
    write(&mut kernel, "y", y);
    kernel.output("logarithm", &logarithm.buffer, DType::F32);
    let is_masked = given.is_causal || given.mask.is_some();
    kernel.code(&format!("const EMPTY = {}u;\n", if is_masked { 0 } else { 0x7fc0_0000u32 }));
    kernel.code(&given.enter(&["q", "y"], &["k", "v"]));
    kernel.code(&product("q", "k"));
    let blocks = blocks(given.v);
    let code = include_str!("../shaders/fast/attention/forward.wgsl")
        .replace("SUMS", &sums("y", blocks))
        .replace("FADE", &each("y", blocks, |sum, _, i| format!("{sum} *= fade.{i};")))
        .replace("GATHER", &gather("v", "y", blocks, "total += weights;"))
        .replace("PUT", &put("y", blocks, |sum, i| format!("average({sum}, total.{i})")));
    kernel.code(&code);
    kernel.launch(context, [groups(given.q), 1, 1])
}

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
    key_slope(context, given, g, &lines, [dk, dv])
}

/// For each query its logarithm, and the product of its result with the gradient.
fn delta(context: &Context, g: &Operand, y: &Operand, logarithm: &Operand) -> Result<Buffer> {
    let (g, y) = (Lines::new(g, 1), Lines::new(y, 1));
    let rows = Rows::of(&g)?;
    let out = allocate(context, 2 * g.count * DType::F32.size())?;
    let mut kernel = Kernel::new("attention gradient: delta");
    for (names, lines) in [(["g", "g_along"], &g), (["y", "y_along"], &y)] {
        kernel.input(names[0], &lines.starts);
        kernel.input(names[1], &lines.steps);
    }
    kernel.input("logarithm", logarithm);
    kernel.output("lines", &out, DType::F32);
    rows.code(&mut kernel, ADDED, include_str!("../shaders/fast/attention/delta.wgsl"));
    kernel.launch(context, [rows.groups(), 1, 1])?;
    Ok(out)
}

fn query_slope(context: &Context, given: Given<'_>, g: &Operand, lines: &Buffer, dq: &Operand) -> Result<()> {
    let mut kernel = given.slope_kernel("attention gradient: query", g, lines)?;
    write(&mut kernel, "dq", dq);
    kernel.code(&given.enter(&["q", "g", "dq"], &["k", "v"]));
    kernel.code(&(product("q", "k") + &product("g", "v")));
    let blocks = blocks(dq);
    let code = include_str!("../shaders/fast/attention/query_slope.wgsl")
        .replace("SUMS", &sums("dq", blocks))
        .replace("GATHER", &gather("k", "dq", blocks, ""))
        .replace("PUT", &put("dq", blocks, |sum, _| format!("{sum} * bitcast<f32>(scale())")));
    kernel.code(&code);
    kernel.launch(context, [groups(given.q), 1, 1])
}

fn key_slope(context: &Context, given: Given<'_>, g: &Operand, lines: &Buffer, [dk, dv]: [&Operand; 2]) -> Result<()> {
    let mut kernel = given.slope_kernel("attention gradient: key, value", g, lines)?;
    write(&mut kernel, "dk", dk);
    write(&mut kernel, "dv", dv);
    kernel.code(&given.enter(&["q", "g"], &["k", "v", "dk", "dv"]));
    kernel.code(&(product("k", "q") + &product("v", "g")));
    let (k_blocks, v_blocks) = (blocks(dk), blocks(dv));
    let keys = put("dk", k_blocks, |sum, _| format!("{sum} * bitcast<f32>(scale())"));
    let values = put("dv", v_blocks, |sum, _| sum.to_owned());
    let code = include_str!("../shaders/fast/attention/key_slope.wgsl")
        .replace("SUMS", &(sums("dk", k_blocks) + &sums("dv", v_blocks)))
        .replace("GATHER_VALUES", &gather("g", "dv", v_blocks, ""))
        .replace("GATHER_KEYS", &gather("q", "dk", k_blocks, ""))
        .replace("PUT", &(keys + &values));
    kernel.code(&code);
    kernel.launch(context, [groups(given.k), 1, 1])
}

impl<'a> Given<'a> {
    /// A kernel with what all of them need.
    fn kernel(&self, label: &'static str) -> Result<Kernel<'a>> {
        let Given { q, k, v, mask, scale, is_causal } = *self;
        if [q, k, v].iter().any(|operand| 2 * operand.layout.numel() > MAX_ELEMENTS) {
            return not_built(&format!("attention of {:?} and {:?}", q.layout.shape, k.layout.shape));
        }
        let mut kernel = Kernel::new(label);
        kernel.number("scale", scale.to_bits() as usize);
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
        kernel.code(&include_str!("../shaders/fast/attention/tiles.wgsl").replace("MASKED", &masked));
        Ok(kernel)
    }

    /// A kernel of the gradients.
    fn slope_kernel<'b>(&self, label: &'static str, g: &'b Operand, lines: &'b Buffer) -> Result<Kernel<'b>>
    where
        'a: 'b,
    {
        let mut kernel = self.kernel(label)?;
        for (name, operand) in [("q", self.q), ("k", self.k), ("v", self.v), ("g", g)] {
            read(&mut kernel, name, operand);
        }
        kernel.dense("lines", lines, DType::F32);
        kernel.code(include_str!("../shaders/fast/attention/weights.wgsl"));
        Ok(kernel)
    }

    /// The function that moves to a head of the queries: what has one part for each of these, and for each head of the keys.
    fn enter(&self, by_query: &[&str], by_key: &[&str]) -> String {
        let start = |name: &str, head: &str| {
            format!("{name}_start = offset_{name}() + batch * stride_{name}(0u) + {head} * stride_{name}(1u);\n")
        };
        let mask = self.mask.map(|_| start("mask", "head")).unwrap_or_default();
        let queries: String = by_query.iter().map(|name| start(name, "head")).collect();
        let keys: String = by_key.iter().map(|name| start(name, "key_head")).collect();
        let line =
            if by_query.contains(&"g") { "first_line = (batch * size_q(1u) + head) * size_q(2u);\n" } else { "" };
        format!(
            "fn enter(batch: u32, head: u32) {{\nlet key_head = head * size_k(1u) / size_q(1u);\n{queries}{keys}{mask}{line}}}\n"
        )
    }
}

fn read<'a>(kernel: &mut Kernel<'a>, name: &'static str, operand: &'a Operand) {
    kernel.input(name, operand);
    kernel.code(&include_str!("../shaders/fast/attention/read.wgsl").replace("NAME", name));
}

fn write<'a>(kernel: &mut Kernel<'a>, name: &'static str, operand: &'a Operand) {
    kernel.target(name, operand);
    kernel.code(&include_str!("../shaders/fast/attention/write.wgsl").replace("NAME", name));
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

/// Adds the tile times the other lines of `source` to the sums; `first` once for each other line.
fn gather(source: &str, name: &str, blocks: usize, first: &str) -> String {
    let block = |block: usize| {
        let sums = ["x", "y", "z", "w"].map(|i| format!("{name}{block}{i} += weights.{i} * values;\n")).concat();
        include_str!("../shaders/fast/attention/gather.wgsl")
            .replace("SOURCE", source)
            .replace("FIRST", &(64 * block).to_string())
            .replace("ADD", &(sums + if block == 0 { first } else { "" }))
    };
    (0..blocks).map(block).collect()
}
