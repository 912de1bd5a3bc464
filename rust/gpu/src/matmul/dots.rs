//! Products with few vectors: each element of the result is the sum of a line of products.

use super::{Product, Sizes, parts};
use crate::context::Context;
use crate::elements::wide;
use crate::lines::Lines;
use crate::memory::allocate;
use crate::reduce::{self, Cut};
use pyrite_core::{Layout, Operand, Result};

pub fn dots(product: &Product<'_>, context: &Context) -> Result<()> {
    let Sizes { batch, m, n, k } = product.sizes;
    let lines = |operand: &Operand, steps: [isize; 4]| {
        let layout = Layout {
            shape: [batch, m, n, k].into_iter().collect(),
            strides: steps.into_iter().collect(),
            offset: operand.layout.offset,
        };
        Lines::new(&Operand { layout, ..operand.clone() }, 1)
    };
    let (sa, sb) = (&product.a.layout.strides, &product.b.layout.strides);
    let own = lines(product.a, [sa[0], sa[1], 0, sa[2]]);
    let other = lines(product.b, [sb[0], 0, sb[2], sb[1]]);
    let larger = if m > n { &own } else { &other };
    let cut = Cut::new(larger.run_along_memory(), own.count, own.length);
    let (count, parts, dtype) = (own.count, cut.tiles(), product.a.dtype);
    if parts == 1 {
        return reduce::dots(context, &own, &other, &cut, (product.out, dtype), product.bias);
    }
    let partial_dtype = wide(dtype);
    let partial = allocate(context, count * parts * partial_dtype.size())?;
    reduce::dots(context, &own, &other, &cut, (&partial, partial_dtype), None)?;
    parts::join(product, context, partial, partial_dtype, [parts, 1], parts)
}
