//! Products of float16 matrices by cooperative matrices, which on cards are the tensor cores.

use super::Product;
use super::capability::Matrices;
use super::plan::Tiling;
use super::tiled::{Reading, for_both, in_parts};
use crate::context::Context;
use crate::kernel::Item;
use pyrite_core::Result;

/// Steps along k that are in workgroup memory together, as `cooperative.wgsl` has it.
const DEPTH: usize = 32;

pub fn cooperative(product: &Product<'_>, context: &Context, matrices: Matrices, tiling: Tiling) -> Result<()> {
    let is_in_fours = product.is_in_fours();
    let item = match is_in_fours {
        true => Item { ty: "vec4<f16>", count: 4 },
        false => Item { ty: "f16", count: 1 },
    };
    in_parts(product, context, tiling, &Reading { value: "f16", item: Some(item), depth: DEPTH }, |kernel| {
        kernel.extensions("enable f16;\nenable wgpu_cooperative_matrix;\n");
        let (kept, keep) = match matrices.has_vectors {
            true => ("vec4<f16>", "slice_X[place / 4u] = piece;"),
            false => ("f16", "for (var j = 0u; j < 4u; j++) { slice_X[place + j] = piece[j]; }"),
        };
        let size = if matrices.has_vectors { 4 } else { 1 };
        kernel.code(&format!("alias Kept = {kept};\nconst PER_KEPT = {size}u;\nconst MATRIX = {}u;", matrices.size));
        if is_in_fours {
            kernel.code(&for_both(&include_str!("../shaders/matmul/piece.wgsl").replace("READ", "item")));
        } else {
            kernel.code(&for_both(&include_str!("../shaders/matmul/element.wgsl").replace("READ", "item")));
            kernel.code(&for_both(include_str!("../shaders/matmul/piece_of_elements.wgsl")));
        }
        kernel.code(&for_both(&include_str!("../shaders/matmul/slice_in_order.wgsl").replace("KEEP", keep)));
        kernel.code(&text(matrices.size, tiling.side, product.factors().map(|factor| factor.runs_along_k())));
    })
}

/// The text of `cooperative.wgsl` for a tile of `side`, and operands that run along k or not.
fn text(size: usize, side: usize, [a_runs_along_k, b_runs_along_k]: [bool; 2]) -> String {
    let (down, across) = (side / 2 / size, side / 4 / size);
    let matrix = |scalar: &str, role: &str| format!("coop_mat{size}x{size}<{scalar}, {role}>");
    let load = |name: &str, i: usize, role: &str, corner: &str, runs_along_k: bool| {
        let line = format!("({corner} + {}u)", i * size);
        let place = match runs_along_k {
            true => format!("{line} * STRIDE_{name} + depth"),
            false => format!("depth * STRIDE_{name} + {line}"),
        };
        // Rows of `a` lie along k, columns of `b` do.
        let lies_in_rows = if runs_along_k == (name == "a") { "T" } else { "" };
        let ty = matrix("f16", role);
        format!(
            "let {name}{i} = coopLoad{lies_in_rows}<{ty}>(&slice_{name}[({place}) / PER_KEPT], STRIDE_{name} / PER_KEPT);\n"
        )
    };
    let mut products: String = (0..down).map(|i| load("a", i, "A", "row", a_runs_along_k)).collect();
    products.extend((0..across).map(|j| load("b", j, "B", "column", b_runs_along_k)));
    let (mut sums, mut results) = (String::new(), String::new());
    for (i, j) in (0..down).flat_map(|i| (0..across).map(move |j| (i, j))) {
        sums.push_str(&format!("var sum{i}{j} = {}();\n", matrix("f32", "C")));
        products.push_str(&format!("sum{i}{j} = coopMultiplyAdd(a{i}, b{j}, sum{i}{j});\n"));
        results.push_str(&format!(
            "coopStoreT(sum{i}{j}, &sums[own_sums], STRIDE_SUMS);\nworkgroupBarrier();\n\
             put_sums(index, tile, first, count, {}u, {}u);\nworkgroupBarrier();\n",
            i * size,
            j * size
        ));
    }
    let text = include_str!("../shaders/matmul/cooperative.wgsl");
    text.replace("CLEAR", &sums).replace("MULTIPLY", &products).replace("WRITE", &results)
}
