//! The element types that a law can write, and how a drawn number becomes one, rounding as PyTorch's casts do.

use half::{bf16, f16};
use pyrite_core::Element;

/// A real element type.
pub trait Sample: Element + PartialEq {
    /// Bits of the mantissa, the implicit one included; for an integer type those of a non-negative value.
    const DIGITS: u32;
    const IS_FLOAT: bool;
    /// Whether a uniform draw takes 53 bits, not 24.
    const IS_DOUBLE: bool = false;

    fn from_f64(x: f64) -> Self;
    fn from_f32(x: f32) -> Self;
    fn from_i64(x: i64) -> Self;
    fn to_f64(self) -> f64;

    /// `x` rounded to this type, for laws whose parameters PyTorch computes in the element type.
    fn round(x: f64) -> f64 {
        Self::from_f64(x).to_f64()
    }
}

macro_rules! integers {
    ($($t:ty),+) => { $(impl Sample for $t {
        const DIGITS: u32 = <$t>::MAX.count_ones();
        const IS_FLOAT: bool = false;

        fn from_f64(x: f64) -> Self { x as $t }
        fn from_f32(x: f32) -> Self { x as $t }
        fn from_i64(x: i64) -> Self { x as $t }
        fn to_f64(self) -> f64 { self as f64 }
    })+ };
}

macro_rules! halves {
    ($($t:ty),+) => { $(impl Sample for $t {
        const DIGITS: u32 = <$t>::MANTISSA_DIGITS;
        const IS_FLOAT: bool = true;

        // PyTorch narrows a double to a half type through float32.
        fn from_f64(x: f64) -> Self { <$t>::from_f32(x as f32) }
        fn from_f32(x: f32) -> Self { <$t>::from_f32(x) }
        fn from_i64(x: i64) -> Self { <$t>::from_f32(x as f32) }
        fn to_f64(self) -> f64 { <$t>::to_f64(self) }
    })+ };
}

integers!(u8, i8, i16, i32, i64);
halves!(f16, bf16);

impl Sample for f32 {
    const DIGITS: u32 = f32::MANTISSA_DIGITS;
    const IS_FLOAT: bool = true;

    fn from_f64(x: f64) -> Self {
        x as f32
    }
    fn from_f32(x: f32) -> Self {
        x
    }
    fn from_i64(x: i64) -> Self {
        x as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Sample for f64 {
    const DIGITS: u32 = f64::MANTISSA_DIGITS;
    const IS_FLOAT: bool = true;
    const IS_DOUBLE: bool = true;

    fn from_f64(x: f64) -> Self {
        x
    }
    fn from_f32(x: f32) -> Self {
        f64::from(x)
    }
    fn from_i64(x: i64) -> Self {
        x as f64
    }
    fn to_f64(self) -> f64 {
        self
    }
}
