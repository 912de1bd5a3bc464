//! Batches of matrix products over any strides. Which way a product goes (`plan.rs`) depends on its shape, dtype and device.
//! Floats of up to 32 bits are summed in float32: tile by tile in workgroup memory (`tiled.rs`), float16 by cooperative matrices
//! where the device has them (`cooperative.rs`), on a software adapter in blocks of registers (`blocks.wgsl`). Products with few
//! vectors are dots (`dots.rs`); other dtypes take one thread an element.

pub mod capability;
mod cooperative;
mod dots;
mod parts;
mod plan;
mod tiled;

use crate::context::Context;
use crate::elements::{compute_type, plus, times};
use crate::in_parts::{Parts, result, seen};
use crate::kernel::Kernel;
use crate::memory::{allocate, bound};
use crate::not_built::not_built;
use crate::program::MAX_ELEMENTS;
use plan::Method;
use pyrite_core::{Buffer, Operand, Result};

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

/// An operand with its axis of rows of `a` or columns of `b`, and its axis along k.
struct Factor<'a> {
    name: &'static str,
    operand: &'a Operand,
    across: usize,
    along: usize,
}

impl Factor<'_> {
    fn runs_along_k(&self) -> bool {
        let strides = &self.operand.layout.strides;
        strides[self.along].unsigned_abs() < strides[self.across].unsigned_abs()
    }

    /// Whether elements lie side by side in fours that begin at multiples of four.
    fn is_in_fours(&self) -> bool {
        let layout = &self.operand.layout;
        let run = if self.runs_along_k() { self.along } else { self.across };
        let is_apart = |axis: usize| axis == run || layout.shape[axis] <= 1 || layout.strides[axis] % 4 == 0;
        let is_run = layout.strides[run] == 1 && layout.shape[run].is_multiple_of(4) && layout.numel() > 0;
        is_run && layout.offset.is_multiple_of(4) && (0..3).all(is_apart)
    }
}

/// Products of `a [batch, m, k]` and `b [batch, k, n]`; see `Backend::matmul`.
pub fn matmul(context: &Context, a: &Operand, b: &Operand) -> Result<Buffer> {
    let sizes = Sizes::of(a, b);
    if let Some(seen) = seen(context, &[a, b]).filter(|_| sizes.total() * a.dtype.size() <= context.window) {
        return matmul_seen(context, &seen[0], &seen[1]);
    }
    let out = result(context, &[sizes.batch, sizes.m, sizes.n], a.dtype)?;
    let buffer = out.buffer.clone();
    let cuts = vec![vec![Some(0); 3], vec![Some(1), None, Some(1)], vec![None, Some(2), Some(2)]];
    let (inputs, outputs) = (vec![a.clone(), b.clone()], vec![out]);
    let parts = Parts { context, op: "matmul", inputs, outputs, cuts, scratch: 0, is_in_place: false };
    parts.run(&|inputs, _| Ok(vec![matmul_seen(context, &inputs[0], &inputs[1])?]))?;
    Ok(buffer)
}

fn matmul_seen(context: &Context, a: &Operand, b: &Operand) -> Result<Buffer> {
    let sizes = Sizes::of(a, b);
    let out = allocate(context, sizes.total() * a.dtype.size())?;
    Product { a, b, bias: None, out: &out, sizes }.run_as_planned(context)?;
    Ok(out)
}

/// The same with a bias added, in one kernel; `out` is dense.
pub fn matmul_with_bias(context: &Context, [a, b, bias]: [&Operand; 3], out: &Operand) -> Result<()> {
    Product { a, b, bias: Some(bias), out: &out.buffer, sizes: Sizes::of(a, b) }.run_as_planned(context)
}

impl<'a> Product<'a> {
    fn run_as_planned(self, context: &Context) -> Result<()> {
        self.run(context, plan::chosen(context, &self)?)
    }

    fn run(self, context: &Context, method: Method) -> Result<()> {
        let Product { a, b, sizes, .. } = self;
        let Sizes { batch, m, n, .. } = sizes;
        if a.layout.numel().max(b.layout.numel()).max(sizes.total()) > MAX_ELEMENTS {
            return not_built(&format!("a matrix product over {sizes:?}"));
        }
        match method {
            Method::Dots => dots::dots(&self, context),
            Method::Tiles(tiling) => tiled::tiles(&self, context, tiling),
            Method::Cooperative(matrices, tiling) => cooperative::cooperative(&self, context, matrices, tiling),
            Method::Simple => {
                let mut kernel = self.kernel();
                let t = compute_type(a.dtype, context.long()).unwrap_or("f32");
                let sum = plus(t, "sum", &times(t, "x", "y"));
                kernel.code(&include_str!("shaders/matmul/simple.wgsl").replace("SUM", &sum));
                kernel.launch_each(context, sizes.total())
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

    fn factors(&self) -> [Factor<'a>; 2] {
        let factor = |name, operand, across, along| Factor { name, operand, across, along };
        [factor("a", self.a, 1, 2), factor("b", self.b, 2, 1)]
    }

    /// Whether the factors can be bound as something other than the bias is.
    fn has_own_factors(&self, context: &Context) -> Result<bool> {
        let Some(bias) = self.bias else { return Ok(true) };
        let bias = bound(context, "matmul", &bias.buffer)?;
        Ok(bound(context, "matmul", &self.a.buffer)? != bias && bound(context, "matmul", &self.b.buffer)? != bias)
    }

    /// Whether the factors can be read by fours of elements.
    fn is_in_fours(&self) -> bool {
        self.factors().iter().all(Factor::is_in_fours)
    }
}

/// The function that makes an element of the result from its sum.
pub fn finished(has_bias: bool) -> &'static str {
    match has_bias {
        true => "fn finished(i: u32, sum: type_out) -> type_out { return sum + bias(i); }\n",
        false => "fn finished(i: u32, sum: type_out) -> type_out { return sum; }\n",
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use tests::every_method;
