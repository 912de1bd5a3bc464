//! Whether a device's cooperative matrices are there and right: they are asked for where it offers float16 ones with float32
//! sums, and used once products of known matrices have come out exact. `PYRITE_GPU_COOPERATIVE=0` leaves them alone.

use super::plan::{Method, Tiling};
use super::{Product, Sizes};
use crate::adapter::is_minimal;
use crate::context::Context;
use crate::memory::{allocate, download, upload};
use pyrite_core::{DType, Layout, Operand, Result};
use std::sync::OnceLock;
use wgpu::{Backend, CooperativeScalarType, Features};

/// What kernels with cooperative matrices need.
pub const FEATURES: Features =
    Features::EXPERIMENTAL_COOPERATIVE_MATRIX.union(Features::SHADER_F16).union(Features::SUBGROUP);
/// Bytes of workgroup memory that they need.
pub const WORKGROUP_BYTES: u32 = 32 << 10;

/// The cooperative matrices of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matrices {
    /// Rows and columns of each: 8 or 16.
    pub size: usize,
    /// Whether they are read from arrays of vectors; Metal reads arrays of numbers alone.
    pub has_vectors: bool,
}

impl Matrices {
    /// The largest ones that an adapter offers.
    pub fn of(adapter: &wgpu::Adapter) -> Option<Matrices> {
        let is_off = std::env::var("PYRITE_GPU_COOPERATIVE").is_ok_and(|value| value == "0");
        let has_room = adapter.limits().max_compute_workgroup_storage_size >= WORKGROUP_BYTES;
        if is_off || is_minimal() || !has_room || !adapter.features().contains(FEATURES) {
            return None;
        }
        let offered = adapter.cooperative_matrix_properties();
        let fits = |&size: &u32| {
            offered.iter().any(|offer| {
                [offer.m_size, offer.n_size, offer.k_size] == [size; 3]
                    && (offer.ab_type, offer.cr_type) == (CooperativeScalarType::F16, CooperativeScalarType::F32)
            })
        };
        let size = [16, 8].into_iter().find(fits)? as usize;
        Some(Matrices { size, has_vectors: adapter.get_info().backend != Backend::Metal })
    }

    /// The tiles that a workgroup can make, in falling order: each subgroup has eight sums at most.
    pub fn sides(&self) -> &'static [usize] {
        if self.size == 16 { &[128, 64] } else { &[64] }
    }
}

/// Cooperative matrices on trial.
pub struct Cooperative {
    pub offered: Option<Matrices>,
    trial: OnceLock<std::result::Result<(), String>>,
}

impl Cooperative {
    pub fn new(offered: Option<Matrices>) -> Cooperative {
        Cooperative { offered, trial: OnceLock::new() }
    }

    /// The matrices, if there are any and they passed; they are tried when this is first asked. What other kernels have
    /// reported is raised before, so that the trial's reading does not take it.
    pub fn usable(&self, context: &Context) -> Result<Option<Matrices>> {
        let Some(matrices) = self.offered else { return Ok(None) };
        if self.trial.get().is_none() {
            context.synchronize()?;
        }
        Ok(self.trial.get_or_init(|| tried(context, matrices)).is_ok().then_some(matrices))
    }

    /// How the trial ended, for a report.
    pub fn standing(&self, context: &Context) -> Result<String> {
        self.usable(context)?;
        let Some(Matrices { size, .. }) = self.offered else { return Ok("none".into()) };
        Ok(match self.trial.get() {
            Some(Err(reason)) => format!("{size}x{size}, not used: {reason}"),
            _ => format!("{size}x{size}"),
        })
    }
}

/// Multiplies small integers, whose sums float16 holds exactly, by tiles of each side with edges, read each way.
fn tried(context: &Context, matrices: Matrices) -> std::result::Result<(), String> {
    let sides = matrices.sides();
    for (side, turned) in [(sides[0], false), (sides[sides.len() - 1], true)] {
        let tiling = Tiling { side, parts: 1 };
        let is_exact = try_one(context, matrices, tiling, turned).map_err(|error| error.to_string())?;
        if !is_exact {
            return Err(format!("a product by tiles of {side} was wrong"));
        }
    }
    Ok(())
}

fn try_one(context: &Context, matrices: Matrices, tiling: Tiling, turned: bool) -> Result<bool> {
    let sizes = Sizes { batch: 1, m: 100, n: 84, k: 72 };
    let Sizes { m, n, k, .. } = sizes;
    let (a, b) =
        (|i: usize, l: usize| (i * 5 + l * 3) as i32 % 7 - 3, |l: usize, j: usize| (l * 2 + j * 3) as i32 % 5 - 2);
    let first = operand(context, [m, k], turned, a)?;
    let second = operand(context, [k, n], turned, b)?;
    let out = allocate(context, 2 * m * n)?;
    Product { a: &first, b: &second, bias: None, out: &out, sizes }
        .run(context, Method::Cooperative(matrices, tiling))?;
    let mut bytes = vec![0; 2 * m * n];
    download(context, &out, 0, &mut bytes)?;
    let sum = |i: usize, j: usize| (0..k).map(|l| a(i, l) * b(l, j)).sum::<i32>();
    Ok(bytes.chunks_exact(2).enumerate().all(|(i, half)| half == float16(sum(i / n, i % n)).to_ne_bytes()))
}

/// A matrix of float16, in memory row by row, or where it is turned column by column.
fn operand(
    context: &Context,
    [rows, columns]: [usize; 2],
    turned: bool,
    element: impl Fn(usize, usize) -> i32,
) -> Result<Operand> {
    let at = |i: usize| if turned { (i % rows, i / rows) } else { (i / columns, i % columns) };
    let halves = (0..rows * columns).map(at).map(|(i, j)| float16(element(i, j)));
    let strides = if turned { [0, 1, rows as isize] } else { [0, columns as isize, 1] };
    let layout =
        Layout { shape: [1, rows, columns].into_iter().collect(), strides: strides.into_iter().collect(), offset: 0 };
    let bytes: Vec<u8> = halves.flat_map(u16::to_ne_bytes).collect();
    Ok(Operand { buffer: upload(context, &bytes)?, layout, dtype: DType::F16 })
}

/// The bits of an integer that float16 holds.
fn float16(value: i32) -> u16 {
    let bits = (value as f32).to_bits();
    let size = if value == 0 { 0 } else { ((bits & 0x7fff_ffff) - 0x3800_0000) >> 13 };
    (bits >> 16 & 0x8000 | size) as u16
}
