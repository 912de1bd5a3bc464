//! Conversions of half types to float32 and back without branches, so that loops of them vectorise.

use pyrite_core::half::{bf16, f16};

/// Exact: the exponent is moved by a multiplication, which also normalises what is subnormal as float16.
#[inline(always)]
pub fn from_f16(x: f16) -> f32 {
    const SCALE: f32 = f32::from_bits((254 - 15) << 23);
    let bits = x.to_bits() as u32;
    let magnitude = bits & 0x7fff;
    let scaled = (f32::from_bits(magnitude << 13) * SCALE).to_bits();
    let infinite = if magnitude >= 0x7c00 { 0x7f80_0000 } else { 0 };
    f32::from_bits(scaled | infinite | (bits & 0x8000) << 16)
}

/// Rounds to nearest, ties to even.
#[inline(always)]
pub fn to_f16(x: f32) -> f16 {
    let bits = x.to_bits();
    let magnitude = bits & 0x7fff_ffff;
    let subnormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(0.5f32.to_bits());
    let odd = (magnitude >> 13) & 1;
    let normal = magnitude.wrapping_sub(112 << 23).wrapping_add(0xfff + odd) >> 13;
    let finite = if magnitude < 113 << 23 { subnormal } else { normal };
    let special = if magnitude > 0x7f80_0000 { 0x7e00 } else { 0x7c00 };
    let result = if magnitude >= 0x4780_0000 { special } else { finite };
    f16::from_bits((result | (bits >> 16) & 0x8000) as u16)
}

/// Exact.
#[inline(always)]
pub fn from_bf16(x: bf16) -> f32 {
    f32::from_bits((x.to_bits() as u32) << 16)
}

/// Rounds to nearest, ties to even.
#[inline(always)]
pub fn to_bf16(x: f32) -> bf16 {
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7fff + ((bits >> 16) & 1)) >> 16;
    let is_nan = bits & 0x7fff_ffff > 0x7f80_0000;
    bf16::from_bits(if is_nan { 0x7fc0 } else { rounded as u16 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives() {
        for bits in 0..=u16::MAX {
            let (h, b) = (f16::from_bits(bits), bf16::from_bits(bits));
            assert!(from_f16(h) == h.to_f32() || from_f16(h).is_nan() && h.is_nan(), "{bits:#x}");
            assert!(to_f16(from_f16(h)).to_bits() == bits || h.is_nan(), "{bits:#x}");
            assert!(to_bf16(from_bf16(b)).to_bits() == bits || b.is_nan(), "{bits:#x}");
        }
        assert!(to_f16(f32::NAN).is_nan() && to_bf16(f32::NAN).is_nan());
    }

    #[test]
    fn rounding_agrees_with_half() {
        for i in 0..2_000_000u32 {
            let x = f32::from_bits(i.wrapping_mul(2_654_435_761));
            let (h, b) = (to_f16(x), to_bf16(x));
            assert!(h.to_bits() == f16::from_f32(x).to_bits() || x.is_nan() && h.is_nan(), "{x:e}");
            assert!(b.to_bits() == bf16::from_f32(x).to_bits() || x.is_nan() && b.is_nan(), "{x:e}");
        }
    }
}
