//! Batches of matrix products over any strides. Floats of up to 32 bits are summed in float32, tile by tile in workgroup memory
//! (`tiled.wgsl`), on a software adapter in blocks of registers (`blocks.wgsl`); products with a vector are dots; other dtypes
//! take one thread an element. Which way a product goes depends on its shape and strides alone.

use crate::context::Context;
use crate::elements::{compute_type, plus, times, wide};
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::memory::allocate;
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use crate::reduce::{self, Cut};
use pyrite_core::{Buffer, DType, Layout, Operand, Result};
use wgpu::DeviceType;

/// Results this narrow are dots of one matrix with few vectors.
const NARROW: usize = 4;
/// Tiles that keep a large device busy.
const MANY_TILES: usize = 128;
/// The least length along k that is worth a part of its own.
const PART: usize = 256;
/// Parts that one thread adds up, one after the other.
const MANY_PARTS: usize = 256;

/// How a product is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Dots,
    Simple,
    Blocks,
    /// Tiles of so many rows and columns; k is cut into so many parts.
    Tiles {
        side: usize,
        parts: usize,
    },
}

/// The sizes of a batch of products.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    batch: usize,
    m: usize,
    n: usize,
    k: usize,
}

impl Sizes {
    fn of(a: &Operand, b: &Operand) -> Sizes {
        let (a, b) = (&a.layout.shape, &b.layout.shape);
        Sizes { batch: a[0], m: a[1], n: b[2], k: a[2] }
    }

    /// Elements of the result.
    fn total(&self) -> usize {
        self.batch * self.m * self.n
    }
}

/// `out = a b`, and `bias` added, which is laid out like the result: [batch, m, n].
#[derive(Clone, Copy)]
struct Product<'a> {
    a: &'a Operand,
    b: &'a Operand,
    bias: Option<&'a Operand>,
    out: &'a Buffer,
    sizes: Sizes,
}

/// Products of `a [batch, m, k]` and `b [batch, k, n]`; see `Backend::matmul`.
pub fn matmul(context: &Context, a: &Operand, b: &Operand) -> Result<Buffer> {
    let sizes = Sizes::of(a, b);
    let out = allocate(context, sizes.total() * a.dtype.size())?;
    let product = Product { a, b, bias: None, out: &out, sizes };
    product.run(context, chosen(context, sizes, a.dtype))?;
    Ok(out)
}

/// The same with a bias added, in one kernel; `out` is dense.
pub fn matmul_with_bias(context: &Context, [a, b, bias]: [&Operand; 3], out: &Operand) -> Result<()> {
    let sizes = Sizes::of(a, b);
    Product { a, b, bias: Some(bias), out: &out.buffer, sizes }.run(context, chosen(context, sizes, a.dtype))
}

fn chosen(context: &Context, sizes: Sizes, dtype: DType) -> Method {
    method(sizes, dtype, context.adapter.device_type == DeviceType::Cpu)
}

fn method(sizes: Sizes, dtype: DType, is_software: bool) -> Method {
    let Sizes { batch, m, n, k } = sizes;
    if m.min(n) <= NARROW && k >= 16 {
        return Method::Dots;
    }
    if !is_summed_in_f32(dtype) {
        return Method::Simple;
    }
    if is_software {
        return Method::Blocks;
    }
    let tiles = |side: usize| batch * m.div_ceil(side) * n.div_ceil(side);
    if tiles(128) >= MANY_TILES {
        return Method::Tiles { side: 128, parts: 1 };
    }
    let parts = (MANY_TILES / tiles(64).max(1)).min(k / PART).max(1);
    Method::Tiles { side: 64, parts }
}

fn is_summed_in_f32(dtype: DType) -> bool {
    dtype.is_float() && dtype != DType::F64
}

impl<'a> Product<'a> {
    fn run(self, context: &Context, method: Method) -> Result<()> {
        let Product { a, b, sizes, .. } = self;
        let Sizes { batch, m, n, .. } = sizes;
        if a.layout.numel().max(b.layout.numel()).max(sizes.total()) > MAX_ELEMENTS {
            return not_built(&format!("a matrix product over {sizes:?}"));
        }
        match method {
            Method::Dots => self.dots(context),
            Method::Tiles { side, parts } => self.tiles(context, side, parts),
            Method::Simple => {
                let mut kernel = self.kernel();
                let t = compute_type(a.dtype, context.long()).unwrap_or("f32");
                let sum = plus(t, "sum", &times(t, "x", "y"));
                kernel.code(&include_str!("shaders/matmul/simple.wgsl").replace("SUM", &sum));
                kernel.launch(context, [sizes.total().div_ceil(256), 1, 1])
            }
            Method::Blocks => {
                let mut kernel = self.kernel();
                kernel.code(include_str!("shaders/matmul/blocks.wgsl"));
                kernel.launch(context, [(batch * m.div_ceil(4) * n.div_ceil(4)).div_ceil(64), 1, 1])
            }
        }
    }

    /// A kernel that makes the result.
    fn kernel(&self) -> Kernel<'a> {
        let mut kernel = Kernel::new("matmul");
        kernel.input("a", self.a);
        kernel.input("b", self.b);
        kernel.output("out", self.out, self.a.dtype);
        self.finish(&mut kernel);
        kernel
    }

    /// Gives a kernel the function that makes an element of the result from its sum.
    fn finish(&self, kernel: &mut Kernel<'a>) {
        if let Some(bias) = self.bias {
            kernel.input("bias", bias);
        }
        kernel.code(finished(self.bias.is_some()));
    }

    /// Each element of the result as the sum of a line of products.
    fn dots(&self, context: &Context) -> Result<()> {
        let Sizes { batch, m, n, k } = self.sizes;
        let lines = |operand: &Operand, steps: [isize; 4]| {
            let layout = Layout {
                shape: [batch, m, n, k].into_iter().collect(),
                strides: steps.into_iter().collect(),
                offset: operand.layout.offset,
            };
            Lines::new(&Operand { layout, ..operand.clone() }, 1)
        };
        let (sa, sb) = (&self.a.layout.strides, &self.b.layout.strides);
        let own = lines(self.a, [sa[0], sa[1], 0, sa[2]]);
        let other = lines(self.b, [sb[0], 0, sb[2], sb[1]]);
        let larger = if m > n { &own } else { &other };
        let cut = Cut::new(larger.run_along_memory(), own.count, own.length);
        let (count, parts, dtype) = (own.count, cut.tiles(), self.a.dtype);
        if parts == 1 {
            return reduce::dots(context, &own, &other, &cut, (self.out, dtype), self.bias);
        }
        let partial_dtype = wide(dtype);
        let partial = allocate(context, count * parts * partial_dtype.size())?;
        reduce::dots(context, &own, &other, &cut, (&partial, partial_dtype), None)?;
        self.join(context, partial, partial_dtype, [parts, 1], parts)
    }

    fn tiles(&self, context: &Context, side: usize, parts: usize) -> Result<()> {
        if parts == 1 {
            return self.tiles_into(context, self.kernel(), side, 1);
        }
        let total = self.sizes.total();
        let partial = allocate(context, parts * total * DType::F32.size())?;
        let mut kernel = Kernel::new("matmul");
        kernel.input("a", self.a);
        kernel.input("b", self.b);
        kernel.output("out", &partial, DType::F32);
        kernel.code(finished(false));
        self.tiles_into(context, kernel, side, parts)?;
        self.join(context, partial, DType::F32, [1, total], parts)
    }

    fn tiles_into(&self, context: &Context, mut kernel: Kernel<'_>, side: usize, parts: usize) -> Result<()> {
        let Product { a, b, sizes: Sizes { batch, m, n, k }, .. } = *self;
        kernel.number("parts", parts);
        kernel.number("part_length", k.div_ceil(parts).next_multiple_of(16).max(16));
        let is_whole = m % side == 0 && n % side == 0 && k % 16 == 0;
        let along_k =
            |strides: &[isize], k: usize, other: usize| strides[k].unsigned_abs() < strides[other].unsigned_abs();
        kernel.code(&format!(
            "const SIDE = {side}u;\nconst IS_WHOLE = {is_whole};\nconst A_RUNS_ALONG_K = {};\nconst B_RUNS_ALONG_K = {};\n",
            along_k(&a.layout.strides, 2, 1),
            along_k(&b.layout.strides, 1, 2)
        ));
        kernel.code(&tile_text(side / 64));
        kernel.launch(context, [batch * parts * m.div_ceil(side) * n.div_ceil(side), 1, 1])
    }

    /// The result from sums of parts of k: part `j` of element `i` lies at `i * steps[0] + j * steps[1]`.
    fn join(&self, context: &Context, partial: Buffer, dtype: DType, steps: [usize; 2], parts: usize) -> Result<()> {
        let total = self.sizes.total();
        if parts > MANY_PARTS {
            let layout = Layout {
                shape: [total, parts].into_iter().collect(),
                strides: steps.map(|step| step as isize).into_iter().collect(),
                offset: 0,
            };
            let sums = reduce::sum(context, Lines::new(&Operand { buffer: partial, layout, dtype }, 1), dtype)?;
            return self.join(context, sums, dtype, [1, total], 1);
        }
        let mut kernel = Kernel::new("matmul: parts");
        kernel.dense("part", &partial, dtype);
        kernel.output("out", self.out, self.a.dtype);
        self.finish(&mut kernel);
        kernel.number("count", total);
        kernel.number("parts", parts);
        kernel.number("element_step", steps[0]);
        kernel.number("part_step", steps[1]);
        let t = compute_type(dtype, context.long()).unwrap_or("f32");
        kernel.code(&include_str!("shaders/matmul/parts.wgsl").replace("SUM", &plus(t, "sum", "next")));
        kernel.launch(context, [total.div_ceil(256), 1, 1])
    }
}

/// The function that makes an element of the result from its sum.
pub fn finished(has_bias: bool) -> &'static str {
    match has_bias {
        true => "fn finished(i: u32, sum: type_out) -> type_out { return sum + bias(i); }\n",
        false => "fn finished(i: u32, sum: type_out) -> type_out { return sum; }\n",
    }
}

/// The text of `tiled.wgsl` for threads of `blocks` x `blocks` blocks.
fn tile_text(blocks: usize) -> String {
    let (mut sums, mut products, mut results) = (String::new(), String::new(), String::new());
    for i in 0..blocks {
        products.push_str(&format!("let a{i} = slice_a[own_a + {}u]; let b{i} = slice_b[own_b + {0}u];\n", 16 * i));
    }
    for i in 0..blocks {
        for (r, part) in ["x", "y", "z", "w"].iter().enumerate() {
            for j in 0..blocks {
                let sum = format!("sum{i}{part}{j}");
                sums.push_str(&format!("var {sum} = vec4<f32>();\n"));
                products.push_str(&format!("{sum} = fma(vec4<f32>(a{i}.{part}), b{j}, {sum});\n"));
                let (row, column) = (64 * i + r, 64 * j);
                let place = format!("first_row + {row}u + y * 4u, first_column + {column}u + x * 4u");
                results.push_str(&format!("put(part, {place}, {sum});\n"));
            }
        }
    }
    let text = include_str!("shaders/matmul/tiled.wgsl");
    text.replace("SUMS", &sums).replace("PRODUCTS", &products).replace("RESULTS", &results)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use tests::every_method;
