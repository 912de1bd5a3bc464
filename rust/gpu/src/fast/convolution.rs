//! Convolution, back to inputs and to weights: products of matrices whose second factor is seen through windows, without a copy
//! of them (`shaders/fast/convolution/seen.wgsl`). As in `matmul.rs` a product goes tile by tile through workgroup memory, on a
//! software adapter and for few channels in blocks of registers. Long sums are made of parts, which a second kernel adds in order.

use crate::context::Context;
use crate::kernel::Kernel;
use crate::memory::allocate;
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use pyrite_core::fast::Windows;
use pyrite_core::{DType, Layout, Operand, Result};
use wgpu::DeviceType;

/// Results with fewer rows or columns than this are not worth a tile.
const NARROW: usize = 24;
/// Threads that keep a large device busy.
const MANY_THREADS: usize = 1 << 15;
/// The least number of terms that are worth a part of their own, and the most that one thread should add up.
const PART: usize = 256;
const LONGEST: usize = 1 << 14;
/// Parts that one sum may have, and elements that all of them may.
const MOST_PARTS: usize = 256;
const MOST_PARTIAL: usize = 1 << 26;

/// How a product is computed; each sum is cut into so many parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Blocks { rows: usize, parts: usize },
    Tiles { side: usize, parts: usize },
}

/// The sizes of a batch of products.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    batch: usize,
    rows: usize,
    columns: usize,
    terms: usize,
}

type View = fn(&Operand, usize) -> Operand;

/// A product; the axes of its operands are those of `seen.wgsl`.
struct Product {
    a: Operand,
    b: Operand,
    /// How the result is seen.
    out: View,
    groups: usize,
    shift: [isize; 3],
    across: [isize; 3],
    along: [isize; 3],
    dilation: [usize; 3],
    phases: [usize; 3],
    apart: [usize; 3],
    /// Whether neighbours among the terms, rather than among the columns, see neighbours in `b`.
    b_runs_along_terms: bool,
}

/// The axis of channels as one of groups, in front, and one of the channels in each.
fn grouped(operand: &Operand, axis: usize, groups: usize) -> Operand {
    let Operand { buffer, mut layout, dtype } = operand.clone();
    let (size, stride) = (layout.shape[axis] / groups, layout.strides[axis]);
    layout.shape[axis] = size;
    layout.shape.insert(0, groups);
    layout.strides.insert(0, stride * size as isize);
    Operand { buffer, layout, dtype }
}

/// The operand with its second and third axis exchanged.
fn turned(mut operand: Operand) -> Operand {
    let Layout { shape, strides, .. } = &mut operand.layout;
    shape.swap(1, 2);
    strides.swap(1, 2);
    operand
}

/// A batch as (group, batch, channel, place), and as (group, channel, batch, place).
fn batch(operand: &Operand, groups: usize) -> Operand {
    grouped(operand, 1, groups)
}

fn turned_batch(operand: &Operand, groups: usize) -> Operand {
    turned(batch(operand, groups))
}

/// A weight as (group, output, input, tap), and as (group, input, output, tap).
fn weight(operand: &Operand, groups: usize) -> Operand {
    grouped(operand, 0, groups)
}

fn turned_weight(operand: &Operand, groups: usize) -> Operand {
    turned(weight(operand, groups))
}

fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// `y` of `x` seen through windows, under the weight `w`, plus a bias.
pub fn forward(
    context: &Context,
    (windows, groups): (&Windows, usize),
    x: &Operand,
    w: &Operand,
    bias: Option<&Operand>,
    y: &Operand,
) -> Result<()> {
    Product::forward(windows, groups, x, w).run(context, y, bias, None)
}

/// `x` from outputs `y` under the weight `w`, plus a bias: each place sums what the windows that see it give.
pub fn spread(
    context: &Context,
    (windows, groups): (&Windows, usize),
    y: &Operand,
    w: &Operand,
    bias: Option<&Operand>,
    x: &Operand,
) -> Result<()> {
    Product::spread(windows, groups, y, w).run(context, x, bias, None)
}

/// The gradient of the weight, `w`, from that of the outputs, `g`, and the inputs `x`: sums over all windows.
pub fn weigh(
    context: &Context,
    (windows, groups): (&Windows, usize),
    g: &Operand,
    x: &Operand,
    w: &Operand,
) -> Result<()> {
    Product::weigh(windows, groups, g, x).run(context, w, None, None)
}

fn method(sizes: Sizes, is_software: bool) -> Method {
    let Sizes { batch, rows, columns, terms } = sizes;
    let most = MOST_PARTS.min(MOST_PARTIAL / (batch * rows * columns).clamp(1, MOST_PARTIAL));
    let parts = |threads: usize| {
        let wanted = if is_software { 1 } else { (MANY_THREADS / threads.max(1)).min(terms / PART) };
        wanted.max(terms.div_ceil(LONGEST)).clamp(1, most)
    };
    if is_software || rows.min(columns) < NARROW {
        let height = rows.next_power_of_two().min(4);
        return Method::Blocks { rows: height, parts: parts(batch * rows.div_ceil(height) * columns.div_ceil(4)) };
    }
    let tiles = |side: usize| batch * rows.div_ceil(side) * columns.div_ceil(side);
    let side = if tiles(128) * 256 >= MANY_THREADS { 128 } else { 64 };
    Method::Tiles { side, parts: parts(tiles(side) * 256) }
}

impl Product {
    fn forward(windows: &Windows, groups: usize, x: &Operand, w: &Operand) -> Product {
        Product {
            a: weight(w, groups),
            b: batch(x, groups),
            out: turned_batch,
            groups,
            shift: windows.before.map(|b| -b),
            across: windows.stride.map(|s| s as isize),
            along: windows.dilation.map(|d| d as isize),
            dilation: windows.dilation,
            phases: [1; 3],
            apart: [1; 3],
            b_runs_along_terms: false,
        }
    }

    fn spread(windows: &Windows, groups: usize, y: &Operand, w: &Operand) -> Product {
        let shared = |i: usize| divisor(windows.stride[i], windows.dilation[i]);
        Product {
            a: turned_weight(w, groups),
            b: batch(y, groups),
            out: turned_batch,
            groups,
            shift: windows.before,
            across: [1; 3],
            along: [0, 1, 2].map(|i| -((windows.dilation[i] / shared(i)) as isize)),
            dilation: windows.dilation,
            phases: windows.stride,
            apart: [0, 1, 2].map(|i| windows.stride[i] / shared(i)),
            b_runs_along_terms: false,
        }
    }

    fn weigh(windows: &Windows, groups: usize, g: &Operand, x: &Operand) -> Product {
        Product {
            a: turned_batch(g, groups),
            b: turned_batch(x, groups),
            out: weight,
            groups,
            shift: windows.before.map(|b| -b),
            across: windows.dilation.map(|d| d as isize),
            along: windows.stride.map(|s| s as isize),
            dilation: windows.dilation,
            phases: [1; 3],
            apart: [1; 3],
            b_runs_along_terms: true,
        }
    }

    fn sizes(&self, out: &Operand) -> Sizes {
        let (a, out) = (&self.a.layout.shape, &out.layout.shape);
        let phases = self.phases.iter().fold(1usize, |n, &count| n.saturating_mul(count));
        let columns = (0..3).map(|i| out[3 + i].div_ceil(self.phases[i])).product::<usize>() * out[2];
        let terms = (0..3).map(|i| a[3 + i].div_ceil(self.apart[i])).product::<usize>() * a[2];
        Sizes { batch: a[0].saturating_mul(phases), rows: a[1], columns, terms }
    }

    /// Computes `result`, by the method that its sizes suggest if none is given.
    fn run(&self, context: &Context, result: &Operand, bias: Option<&Operand>, by: Option<Method>) -> Result<()> {
        let out = (self.out)(result, self.groups);
        let sizes @ Sizes { batch, rows, columns, terms } = self.sizes(&out);
        let largest = [&self.a, &self.b, &out].into_iter().fold(terms, |n, x| n.max(x.layout.numel()));
        let widest = batch.saturating_mul(rows.next_multiple_of(4)).saturating_mul(columns.next_multiple_of(4));
        if largest.max(widest) > MAX_ELEMENTS {
            return not_built(&format!("a convolution over {sizes:?}"));
        }
        let method = by.unwrap_or_else(|| method(sizes, context.adapter.device_type == DeviceType::Cpu));
        let (Method::Blocks { parts, .. } | Method::Tiles { parts, .. }) = method;
        if parts == 1 {
            return self.launch(context, &out, bias, method, sizes);
        }
        let layout = Layout::contiguous(&result.layout.shape);
        let buffer = allocate(context, parts * layout.numel() * DType::F32.size())?;
        let partial = Operand { buffer, layout, dtype: DType::F32 };
        self.launch(context, &(self.out)(&partial, self.groups), None, method, sizes)?;
        join(context, &partial, parts, bias, result)
    }

    fn launch(
        &self,
        context: &Context,
        out: &Operand,
        bias: Option<&Operand>,
        method: Method,
        Sizes { batch, rows, columns, terms }: Sizes,
    ) -> Result<()> {
        let mut kernel = Kernel::new("convolution");
        kernel.input("a", &self.a);
        kernel.input("b", &self.b);
        kernel.target("out", out);
        let signed = |values: [isize; 3]| values.map(|n| n as u32).into_iter();
        let counts = |values: [usize; 3]| values.map(|n| n as u32).into_iter();
        kernel.numbers("shift", signed(self.shift));
        kernel.numbers("across", signed(self.across));
        kernel.numbers("along", signed(self.along));
        kernel.numbers("dilation", counts(self.dilation));
        kernel.numbers("phases", counts(self.phases));
        kernel.numbers("apart", counts(self.apart));
        let (Method::Blocks { parts, .. } | Method::Tiles { parts, .. }) = method;
        kernel.number("parts", parts);
        kernel.number("part_length", terms.div_ceil(parts).next_multiple_of(16));
        kernel.number("part_size", out.layout.numel());
        let added = match bias {
            Some(bias) => {
                kernel.input("bias", bias);
                "bias(part.group * size_a(1u) + row)"
            }
            None => "0.0",
        };
        kernel.code(&format!("const HAS_PHASES = {};\n", self.phases != [1; 3]));
        kernel.code(&format!("const IS_POINTWISE = {};\n", self.a.layout.shape[3..] == [1; 3]));
        kernel.code(&include_str!("../shaders/fast/convolution/seen.wgsl").replace("BIAS", added));
        let groups = match method {
            Method::Blocks { rows: height, .. } => {
                kernel.code(&blocks(height));
                (rows.div_ceil(height) * columns.div_ceil(4) * batch * parts).div_ceil(64)
            }
            Method::Tiles { side, .. } => {
                let a_runs = self.a.layout.strides[5].unsigned_abs() < self.a.layout.strides[1].unsigned_abs();
                kernel.code(&tiles(side, a_runs, self.b_runs_along_terms));
                rows.div_ceil(side) * columns.div_ceil(side) * batch * parts
            }
        };
        kernel.launch(context, [groups, 1, 1])
    }
}

/// The text of `blocks.wgsl` for threads of so many rows.
fn blocks(rows: usize) -> String {
    let (mut sums, mut products, mut results) = (String::new(), String::new(), String::new());
    for (i, part) in ["x", "y", "z", "w"].iter().enumerate().take(rows) {
        sums.push_str(&format!("var sum{i} = vec4<f32>();\n"));
        products.push_str(&format!("sum{i} += load_a(at + rows.{part}) * b;\n"));
        results.push_str(&format!("put(part, row + {i}u, columns, sum{i});\n"));
    }
    let text = include_str!("../shaders/fast/convolution/blocks.wgsl");
    let text = text.replace("SUMS", &sums).replace("PRODUCTS", &products).replace("RESULTS", &results);
    format!("const ROWS = {rows}u;\n{text}")
}

/// The text of `tiled.wgsl`, and whether neighbouring threads read `a` and `b` along the terms.
fn tiles(side: usize, a_runs: bool, b_runs: bool) -> String {
    let blocks = side / 64;
    let (mut sums, mut products, mut results) = (String::new(), String::new(), String::new());
    for i in 0..blocks {
        products.push_str(&format!("let a{i} = slice_a[own_a + {}u]; let b{i} = slice_b[own_b + {0}u];\n", 16 * i));
    }
    for j in 0..blocks {
        results.push_str(&format!("let columns{j} = columns_at(part, first_column + {}u + x * 4u);\n", 64 * j));
        for i in 0..blocks {
            for (r, part) in ["x", "y", "z", "w"].iter().enumerate() {
                let sum = format!("sum{i}{part}{j}");
                sums.push_str(&format!("var {sum} = vec4<f32>();\n"));
                products.push_str(&format!("{sum} = fma(vec4<f32>(a{i}.{part}), b{j}, {sum});\n"));
                results.push_str(&format!("put(part, first_row + {}u + y * 4u, columns{j}, {sum});\n", 64 * i + r));
            }
        }
    }
    let text = include_str!("../shaders/fast/convolution/tiled.wgsl");
    let text = text.replace("SUMS", &sums).replace("PRODUCTS", &products).replace("RESULTS", &results);
    let runs = format!("const A_RUNS_ALONG_TERMS = {a_runs};\nconst B_RUNS_ALONG_TERMS = {b_runs};\n");
    format!("const SIDE = {side}u;\n{runs}{text}")
}

/// Adds the parts of every sum into `result`.
fn join(context: &Context, partial: &Operand, parts: usize, bias: Option<&Operand>, result: &Operand) -> Result<()> {
    let size = result.layout.numel();
    let mut kernel = Kernel::new("parts of a convolution");
    kernel.dense("partial", &partial.buffer, DType::F32);
    kernel.target("out", result);
    kernel.number("parts", parts);
    kernel.number("part_size", size);
    kernel.number("places", result.layout.shape[2..].iter().product());
    let added = match bias {
        Some(bias) => {
            kernel.input("bias", bias);
            "bias(i / places() % size_out(1u))"
        }
        None => "0.0",
    };
    kernel.code(&include_str!("../shaders/fast/convolution/join.wgsl").replace("BIAS", added));
    kernel.launch_each(context, size)
}

#[cfg(test)]
mod tests;
