//! The micro-kernels of matrix multiplication: what one core computes out of its registers and nearest cache.
//!
//! Each routine is written once over [`Vector`] and compiled once per instruction set; [`Scalar::kernels`] picks the
//! set. Every element of a product is summed in the order of k, one fused multiply-add at a time where the set has one,
//! so a result depends neither on the tile that held it nor on whether operands were packed.
#![allow(unsafe_code)]

mod pack;
mod rows;
mod tile;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

pub use pack::Lines;
pub use rows::{Combination, Dots};
pub use tile::Tile;

use crate::level::Level;

/// A type that products are summed in. Integers wrap.
pub trait Scalar: Copy + Send + Sync + 'static {
    const ZERO: Self;
    /// `self + x * y`
    fn mul_add(self, x: Self, y: Self) -> Self;
    fn add(self, other: Self) -> Self;
    /// The routines for this type at an instruction set that this CPU has.
    fn kernels(level: Level) -> &'static Kernels<Self>;
}

/// The largest [`Vector::LANES`].
pub const MAX_LANES: usize = 16;

/// A register of scalars. Pointers need no alignment beyond the scalar's.
///
/// # Safety
/// Methods may use instructions of the set that the type stands for: only code compiled for that set may call them.
pub unsafe trait Vector: Copy {
    type Scalar: Scalar;
    const LANES: usize;

    unsafe fn splat(value: Self::Scalar) -> Self;
    unsafe fn load(from: *const Self::Scalar) -> Self;
    unsafe fn store(self, to: *mut Self::Scalar);
    /// The first `lanes` lanes from memory, zero in the others; `lanes` is 0 to LANES.
    unsafe fn load_first(from: *const Self::Scalar, lanes: usize) -> Self;
    /// The first `lanes` lanes to memory, the others nowhere; `lanes` is 0 to LANES.
    unsafe fn store_first(self, to: *mut Self::Scalar, lanes: usize);
    /// `self + x * y`
    unsafe fn mul_add(self, x: Self, y: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;

    /// The sum of the lanes, halves added to each other.
    #[inline(always)]
    unsafe fn sum(self) -> Self::Scalar {
        let mut lanes = [Self::Scalar::ZERO; MAX_LANES];
        // SAFETY: the array holds LANES elements; the caller has the instruction set.
        unsafe { self.store(lanes.as_mut_ptr()) };
        let mut half = Self::LANES / 2;
        while half > 0 {
            for i in 0..half {
                lanes[i] = lanes[i].add(lanes[i + half]);
            }
            half /= 2;
        }
        lanes[0]
    }

    /// Transposes the square of the first LANES registers.
    #[inline(always)]
    unsafe fn transpose(block: &mut [Self; MAX_LANES]) {
        let mut rows = [[Self::Scalar::ZERO; MAX_LANES]; MAX_LANES];
        let mut columns = rows;
        for i in 0..Self::LANES {
            // SAFETY: a row holds LANES elements; the caller has the instruction set.
            unsafe { block[i].store(rows[i].as_mut_ptr()) };
        }
        for i in 0..Self::LANES {
            for j in 0..Self::LANES {
                columns[j][i] = rows[i][j];
            }
        }
        for i in 0..Self::LANES {
            // SAFETY: as above.
            block[i] = unsafe { Self::load(columns[i].as_ptr()) };
        }
    }
}

/// Multiplies one tile; the height and the number of vectors across are compiled in.
pub type TileKernel<T> = unsafe fn(&Tile<T>);

/// Tile kernels of every height up to `rows()` and every width up to `vectors()` registers.
pub struct Family<T: 'static> {
    tiles: &'static [&'static [TileKernel<T>]],
}

impl<T> Family<T> {
    pub fn rows(&self) -> usize {
        self.tiles.len()
    }

    pub fn vectors(&self) -> usize {
        self.tiles[0].len()
    }

    /// The kernel for a tile of `rows` (1 to `rows()`) by `vectors` (1 to `vectors()`) registers.
    #[inline]
    pub fn tile(&self, rows: usize, vectors: usize) -> TileKernel<T> {
        self.tiles[rows - 1][vectors - 1]
    }
}

/// The routines of one scalar type at one instruction set.
pub struct Kernels<T: 'static> {
    pub lanes: usize,
    /// Tiles whose rows of A are packed: element (i, p) at `p * rows + i`.
    pub packed: Family<T>,
    /// Tiles that read A where it stands.
    pub strided: Family<T>,
    /// See [`pack::pack`].
    pub pack: unsafe fn(Lines<T>, usize, usize, usize, *mut T),
    /// See [`rows::combine`].
    pub combine: unsafe fn(&Combination<T>),
    /// See [`rows::dots`].
    pub dots: unsafe fn(&Dots<T>),
}

/// `tiles!(f, [1 2], [1 2 3])`: instances `f::<rows, vectors>`, a slice per height.
macro_rules! tiles {
    ($tile:ident, [$($rows:literal)*], $vectors:tt) => { &[$(tiles!(@height $tile, $rows, $vectors)),*] };
    (@height $tile:ident, $rows:literal, [$($vectors:literal)*]) => { &[$($tile::<$rows, $vectors>),*] };
}
use tiles;

/// The [`Kernels`] of a vector type, compiled under the attribute given (the instruction set's target features).
macro_rules! kernels {
    ($(#[$features:meta])? $vector:ty, packed $packed:tt x $across:tt, strided $strided:tt x $wide:tt) => {{
        use $crate::micro::{Combination, Dots, Family, Kernels, Lines, Tile, Vector, pack, rows, tile, tiles};
        type T = <$vector as Vector>::Scalar;

        $(#[$features])?
        unsafe fn packed<const R: usize, const N: usize>(tile: &Tile<T>) {
            // SAFETY: compiled for the set of the vector type; the rest is the caller's promise.
            unsafe { tile::multiply::<$vector, R, N, true>(tile) }
        }
        $(#[$features])?
        unsafe fn strided<const R: usize, const N: usize>(tile: &Tile<T>) {
            // SAFETY: as above.
            unsafe { tile::multiply::<$vector, R, N, false>(tile) }
        }
        $(#[$features])?
        unsafe fn pack(lines: Lines<T>, count: usize, length: usize, width: usize, to: *mut T) {
            // SAFETY: as above.
            unsafe { pack::pack::<$vector>(lines, count, length, width, to) }
        }
        $(#[$features])?
        unsafe fn combine(combination: &Combination<T>) {
            // SAFETY: as above.
            unsafe { rows::combine::<$vector>(combination) }
        }
        $(#[$features])?
        unsafe fn dots(dots: &Dots<T>) {
            // SAFETY: as above.
            unsafe { rows::dots::<$vector>(dots) }
        }
        Kernels {
            lanes: <$vector as Vector>::LANES,
            packed: Family { tiles: tiles!(packed, $packed, $across) },
            strided: Family { tiles: tiles!(strided, $strided, $wide) },
            pack,
            combine,
            dots,
        }
    }};
}
use kernels;

/// `Scalar::kernels` from the statics of each instruction set.
macro_rules! select {
    ($level:expr, $name:ident) => {
        match $level {
            #[cfg(target_arch = "x86_64")]
            Level::V4 => &avx512::$name,
            #[cfg(target_arch = "x86_64")]
            Level::V3 => &avx2::$name,
            #[cfg(target_arch = "aarch64")]
            _ => &neon::$name,
            #[cfg(not(target_arch = "aarch64"))]
            _ => &portable::$name,
        }
    };
}

macro_rules! float {
    ($t:ty, $name:ident) => {
        impl Scalar for $t {
            const ZERO: Self = 0.0;

            #[inline(always)]
            fn mul_add(self, x: Self, y: Self) -> Self {
                self + x * y
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }

            fn kernels(level: Level) -> &'static Kernels<Self> {
                select!(level, $name)
            }
        }
    };
}

macro_rules! integer {
    ($t:ty, $name:ident) => {
        impl Scalar for $t {
            const ZERO: Self = 0;

            #[inline(always)]
            fn mul_add(self, x: Self, y: Self) -> Self {
                self.wrapping_add(x.wrapping_mul(y))
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            fn kernels(level: Level) -> &'static Kernels<Self> {
                select!(level, $name)
            }
        }
    };
}

float!(f32, F32);
float!(f64, F64);
integer!(i32, I32);
integer!(i64, I64);

/// Asks for the cache line at `address`, which may be any address.
#[inline(always)]
fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing and cannot fault; SSE is part of x86-64.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
