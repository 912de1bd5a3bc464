//! Which way a product goes: its shape, dtype and device decide, never its content.

use super::capability::Matrices;
use super::{Product, Sizes};
use crate::context::Context;
use pyrite_core::{DType, Result};
use wgpu::DeviceType;

/// Results this narrow are dots of one matrix with few vectors.
const NARROW: usize = 4;
/// Tiles that keep a large device busy.
const MANY_TILES: usize = 128;
/// The least length along k that is worth a part of its own.
const PART: usize = 256;

/// How a product is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Dots,
    Simple,
    Blocks,
    Tiles(Tiling),
    Cooperative(Matrices, Tiling),
}

/// Tiles of so many rows and columns; k is cut into so many parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    pub side: usize,
    pub parts: usize,
}

impl Tiling {
    /// The largest tiles of `sides`, in falling order, that keep a large device busy.
    fn of(Sizes { batch, m, n, k }: Sizes, sides: &[usize]) -> Tiling {
        let tiles = |side: usize| batch * m.div_ceil(side) * n.div_ceil(side);
        let least = sides[sides.len() - 1];
        match sides.iter().find(|&&side| tiles(side) >= MANY_TILES) {
            Some(&side) => Tiling { side, parts: 1 },
            None => Tiling { side: least, parts: (MANY_TILES / tiles(least).max(1)).min(k / PART).max(1) },
        }
    }
}

/// The way of this product; cooperative matrices are tried where it is the first that could use them.
pub fn chosen(context: &Context, product: &Product<'_>) -> Result<Method> {
    let (sizes, dtype) = (product.sizes, product.a.dtype);
    let method = without_matrices(sizes, dtype, context.adapter.device_type == DeviceType::Cpu);
    if dtype == DType::F16
        && matches!(method, Method::Tiles(_))
        && product.has_own_factors(context)?
        && let Some(matrices) = context.cooperative.usable(context)?
    {
        return Ok(Method::Cooperative(matrices, Tiling::of(sizes, matrices.sides())));
    }
    Ok(method)
}

/// The way on a device without cooperative matrices.
pub fn without_matrices(sizes: Sizes, dtype: DType, is_software: bool) -> Method {
    if sizes.m.min(sizes.n) <= NARROW && sizes.k >= 16 {
        return Method::Dots;
    }
    if !is_summed_in_f32(dtype) {
        return Method::Simple;
    }
    if is_software { Method::Blocks } else { Method::Tiles(Tiling::of(sizes, &[128, 64])) }
}

pub fn is_summed_in_f32(dtype: DType) -> bool {
    dtype.is_float() && dtype != DType::F64
}
