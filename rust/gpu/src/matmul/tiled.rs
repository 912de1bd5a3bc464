//! Products tile by tile through workgroup memory, and what they share with those by cooperative matrices: how operands are read
//! and the result is written, four elements at once where these lie side by side.

use super::plan::Tiling;
use super::{Factor, Product, Sizes, finished, parts};
use crate::context::Context;
use crate::kernel::{Item, Kernel};
use crate::memory::allocate;
use pyrite_core::{Buffer, DType, Result};

/// How a kernel over tiles reads its operands.
pub struct Reading {
    /// The WGSL type of what is multiplied.
    pub value: &'static str,
    /// What is read at once; None for elements of the dtype.
    pub item: Option<Item>,
    /// Steps along k that are in workgroup memory together.
    pub depth: usize,
}

pub fn tiles(product: &Product<'_>, context: &Context, tiling: Tiling) -> Result<()> {
    let is_in_fours = product.is_in_fours();
    let reading = Reading { value: "f32", item: None, depth: 1024 / tiling.side };
    in_parts(product, context, tiling, &reading, |kernel| {
        let text = match is_in_fours {
            true => {
                [include_str!("../shaders/matmul/piece.wgsl"), include_str!("../shaders/matmul/slice_of_pieces.wgsl")]
            }
            false => [
                include_str!("../shaders/matmul/element.wgsl"),
                include_str!("../shaders/matmul/slice_of_elements.wgsl"),
            ],
        };
        if is_in_fours {
            ["a", "b"].into_iter().for_each(|name| kernel.in_fours(name));
            kernel.code("const FILLERS_a = 0u;\nconst FILLERS_b = 64u;");
        }
        kernel.code(&for_both(&text.concat().replace("READ", if is_in_fours { "vector" } else { "load" })));
        kernel.code(&text_of_blocks(tiling.side / 64));
    })
}

/// Makes the result, or its parts and then their sums, by a kernel over tiles that `complete` adds the code to.
pub fn in_parts(
    product: &Product<'_>,
    context: &Context,
    tiling: Tiling,
    reading: &Reading,
    complete: impl FnOnce(&mut Kernel<'_>),
) -> Result<()> {
    let (total, Tiling { parts, .. }) = (product.sizes.total(), tiling);
    if parts == 1 {
        let mut kernel = kernel(product, reading, tiling, (product.out, product.a.dtype));
        product.finish(&mut kernel);
        complete(&mut kernel);
        return kernel.launch(context, [groups(product, tiling), 1, 1]);
    }
    let partial = allocate(context, parts * total * DType::F32.size())?;
    let mut kernel = kernel(product, reading, tiling, (&partial, DType::F32));
    kernel.code(finished(false));
    complete(&mut kernel);
    kernel.launch(context, [groups(product, tiling), 1, 1])?;
    parts::join(product, context, partial, DType::F32, [1, total], parts)
}

fn groups(product: &Product<'_>, Tiling { side, parts }: Tiling) -> usize {
    let Sizes { batch, m, n, .. } = product.sizes;
    batch * parts * m.div_ceil(side) * n.div_ceil(side)
}

/// A kernel over tiles that binds its operands, with what its code says of them.
fn kernel<'k>(
    product: &Product<'k>,
    reading: &Reading,
    tiling: Tiling,
    (out, dtype): (&'k Buffer, DType),
) -> Kernel<'k> {
    let Sizes { m, n, k, .. } = product.sizes;
    let (Tiling { side, parts }, depth) = (tiling, reading.depth);
    let is_whole = m % side == 0 && n % side == 0 && k % depth == 0;
    let mut kernel = Kernel::new("matmul");
    kernel.code(&format!("alias Value = {};\nconst SIDE = {side}u;\nconst IS_WHOLE = {is_whole};", reading.value));
    for factor in product.factors() {
        let Factor { name, operand, across, along } = factor;
        match reading.item {
            Some(item) => kernel.items(name, operand, item),
            None => kernel.input(name, operand),
        }
        kernel.code(&format!(
            "const RUNS_ALONG_K_{name} = {};\nconst ACROSS_{name} = {across}u;\nconst ALONG_{name} = {along}u;",
            factor.runs_along_k()
        ));
    }
    kernel.number("part_length", k.div_ceil(parts).next_multiple_of(depth).max(depth));
    kernel.number("tiles", groups(product, tiling));
    kernel.code(include_str!("../shaders/matmul/tile.wgsl"));
    kernel.output("out", out, dtype);
    if n % 4 == 0 {
        kernel.in_fours("out");
        kernel.code(include_str!("../shaders/matmul/put_vector.wgsl"));
    } else {
        kernel.code(include_str!("../shaders/matmul/put_elements.wgsl"));
    }
    kernel
}

/// A text about operand X, for `a` and for `b`.
pub fn for_both(text: &str) -> String {
    text.replace("_X", "_a") + &text.replace("_X", "_b")
}

/// The text of `tiled.wgsl` for threads of `blocks` x `blocks` blocks.
fn text_of_blocks(blocks: usize) -> String {
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
                let place = format!("tile.row + {row}u + y * 4u, tile.column + {column}u + x * 4u");
                results.push_str(&format!("put(tile.part, {place}, {sum});\n"));
            }
        }
    }
    let text = include_str!("../shaders/matmul/tiled.wgsl");
    text.replace("SUMS", &sums).replace("PRODUCTS", &products).replace("RESULTS", &results)
}
