//! What reductions and scans ask of the numbers they combine: sums and products that wrap, and an order that knows NaN.

use crate::float16::{from_bf16, from_f16, to_bf16, to_f16};
use pyrite_core::Element;
use pyrite_core::half::{bf16, f16};
use pyrite_core::num_complex::Complex;

/// A type that sums and products are computed in.
pub trait Number: Copy + Send + Sync + 'static {
    /// Whether numbers may be combined in any order without a change to the result.
    const IS_EXACT: bool;
    const ZERO: Self;
    const ONE: Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

/// A type whose values have an order, apart from NaN.
pub trait Order: Copy + Send + Sync + 'static {
    const HAS_NAN: bool;
    const LOWEST: Self;
    const HIGHEST: Self;
    fn exceeds(self, other: Self) -> bool;
    fn is_nan(self) -> bool;

    /// Whether `self` is to replace `best`: it is larger (or smaller, where not `MAX`), or the first NaN.
    #[inline(always)]
    fn beats<const MAX: bool>(self, best: Self) -> bool {
        let better = if MAX { self.exceeds(best) } else { best.exceeds(self) };
        better | (self.is_nan() & !best.is_nan())
    }

    /// The larger (or smaller) of two; NaN if one is.
    #[inline(always)]
    fn extreme<const MAX: bool>(self, other: Self) -> Self {
        let better = if MAX { other.exceeds(self) } else { self.exceeds(other) };
        if better | other.is_nan() { other } else { self }
    }
}

/// An element and the type in which it is combined with others: half types in float32, all others in their own.
pub trait Stored: Element {
    type Compute: Copy + Send + Sync + 'static;
    fn load(self) -> Self::Compute;
    fn store(x: Self::Compute) -> Self;
    /// Whether this is not zero; NaN is not.
    fn is_true(self) -> bool;
}

macro_rules! integer {
    ($($t:ty)*) => { $(
        impl Number for $t {
            const IS_EXACT: bool = true;
            const ZERO: $t = 0;
            const ONE: $t = 1;
            #[inline(always)]
            fn plus(self, other: $t) -> $t { self.wrapping_add(other) }
            #[inline(always)]
            fn times(self, other: $t) -> $t { self.wrapping_mul(other) }
        }
        impl Order for $t {
            const HAS_NAN: bool = false;
            const LOWEST: $t = <$t>::MIN;
            const HIGHEST: $t = <$t>::MAX;
            #[inline(always)]
            fn exceeds(self, other: $t) -> bool { self > other }
            #[inline(always)]
            fn is_nan(self) -> bool { false }
        }
    )* };
}

macro_rules! float {
    ($($t:ty)*) => { $(
        impl Number for $t {
            const IS_EXACT: bool = false;
            const ZERO: $t = 0.0;
            const ONE: $t = 1.0;
            #[inline(always)]
            fn plus(self, other: $t) -> $t { self + other }
            #[inline(always)]
            fn times(self, other: $t) -> $t { self * other }
        }
        impl Order for $t {
            const HAS_NAN: bool = true;
            const LOWEST: $t = <$t>::NEG_INFINITY;
            const HIGHEST: $t = <$t>::INFINITY;
            #[inline(always)]
            fn exceeds(self, other: $t) -> bool { self > other }
            #[inline(always)]
            fn is_nan(self) -> bool { self != self }
        }
        impl Number for Complex<$t> {
            const IS_EXACT: bool = false;
            const ZERO: Self = Complex::new(0.0, 0.0);
            const ONE: Self = Complex::new(1.0, 0.0);
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self + other }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self * other }
        }
    )* };
}

macro_rules! stored {
    ($($t:ty),+ => $zero:expr) => { $(impl Stored for $t {
        type Compute = $t;
        #[inline(always)]
        fn load(self) -> $t { self }
        #[inline(always)]
        fn store(x: $t) -> $t { x }
        #[inline(always)]
        fn is_true(self) -> bool { self != $zero }
    })+ };
}

macro_rules! half {
    ($t:ident $load:ident $store:ident) => {
        impl Stored for $t {
            type Compute = f32;
            #[inline(always)]
            fn load(self) -> f32 {
                $load(self)
            }
            #[inline(always)]
            fn store(x: f32) -> $t {
                $store(x)
            }
            #[inline(always)]
            fn is_true(self) -> bool {
                self.to_bits() & 0x7fff != 0
            }
        }
    };
}

integer!(u8 i8 i16 i32 i64);
float!(f32 f64);
stored!(u8, i8, i16, i32, i64 => 0);
stored!(f32, f64 => 0.0);
stored!(Complex<f32>, Complex<f64> => Complex::new(0.0, 0.0));
half!(f16 from_f16 to_f16);
half!(bf16 from_bf16 to_bf16);

/// Runs `$body` with `$T` standing for the Rust type that stores `$dtype`; complex types are refused in the name of `$op`.
macro_rules! dispatch_ordered {
    ($op:expr, $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            pyrite_core::DType::Bool | pyrite_core::DType::U8 => {
                type $T = u8;
                $body
            }
            pyrite_core::DType::I8 => {
                type $T = i8;
                $body
            }
            pyrite_core::DType::I16 => {
                type $T = i16;
                $body
            }
            pyrite_core::DType::I32 => {
                type $T = i32;
                $body
            }
            pyrite_core::DType::I64 => {
                type $T = i64;
                $body
            }
            pyrite_core::DType::F16 => {
                type $T = pyrite_core::half::f16;
                $body
            }
            pyrite_core::DType::BF16 => {
                type $T = pyrite_core::half::bf16;
                $body
            }
            pyrite_core::DType::F32 => {
                type $T = f32;
                $body
            }
            pyrite_core::DType::F64 => {
                type $T = f64;
                $body
            }
            dtype => return Err(pyrite_core::Error::Unsupported { op: $op, dtype }),
        }
    };
}
pub(crate) use dispatch_ordered;
