//! Long sums that were made in parts, added up in order.

use super::Product;
use crate::context::Context;
use crate::elements::{compute_type, plus};
use crate::kernel::Kernel;
use crate::lines::Lines;
use crate::reduce;
use pyrite_core::{Buffer, DType, Layout, Operand, Result};

/// Parts that one thread adds up, one after the other.
const MANY_PARTS: usize = 256;

/// The result from sums of parts of k: part `j` of element `i` lies at `i * steps[0] + j * steps[1]`.
pub fn join(
    product: &Product<'_>,
    context: &Context,
    partial: Buffer,
    dtype: DType,
    steps: [usize; 2],
    parts: usize,
) -> Result<()> {
    let total = product.sizes.total();
    if parts > MANY_PARTS {
        let layout = Layout {
            shape: [total, parts].into_iter().collect(),
            strides: steps.map(|step| step as isize).into_iter().collect(),
            offset: 0,
        };
        let sums = reduce::sum(context, Lines::new(&Operand { buffer: partial, layout, dtype }, 1), dtype)?;
        return join(product, context, sums, dtype, [1, total], 1);
    }
    let mut kernel = Kernel::new("matmul: parts");
    kernel.dense("part", &partial, dtype);
    kernel.output("out", product.out, product.a.dtype);
    product.finish(&mut kernel);
    kernel.number("parts", parts);
    kernel.number("element_step", steps[0]);
    kernel.number("part_step", steps[1]);
    let t = compute_type(dtype, context.long()).unwrap_or("f32");
    kernel.code(&include_str!("../shaders/matmul/parts.wgsl").replace("SUM", &plus(t, "sum", "next")));
    kernel.launch_each(context, total)
}
