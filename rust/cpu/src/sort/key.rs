//! Elements as unsigned integers that sort the same way, and such integers packed with a place.

use pyrite_core::half::{bf16, f16};

/// An element that has a key.
pub trait Key: Copy + Send + Sync {
    type Bits: Copy + Ord + Into<u64> + std::ops::BitXor<Output = Self::Bits>;
    /// Bits of the key.
    const BITS: u32;
    const ZERO: Self::Bits;
    const ONES: Self::Bits;
    /// A key that rises with the value; all NaNs have the largest, both zeros the same.
    fn rising(self) -> Self::Bits;
    fn from_wide(key: u64) -> Self::Bits;

    /// The rising key, or one that falls as it rises.
    #[inline(always)]
    fn key(self, descending: bool) -> Self::Bits {
        self.rising() ^ if descending { Self::ONES } else { Self::ZERO }
    }
}

macro_rules! unsigned {
    ($($t:ty as $u:ty, $sign:expr);+) => { $(impl Key for $t {
        type Bits = $u;
        const BITS: u32 = <$u>::BITS;
        const ZERO: $u = 0;
        const ONES: $u = <$u>::MAX;
        #[inline(always)]
        fn from_wide(key: u64) -> $u { key as $u }
        #[inline(always)]
        fn rising(self) -> $u { self as $u ^ $sign }
    })+ };
}

macro_rules! float {
    ($($t:ty as $u:ident, $infinity:expr);+) => { $(impl Key for $t {
        type Bits = $u;
        const BITS: u32 = <$u>::BITS;
        const ZERO: $u = 0;
        const ONES: $u = <$u>::MAX;
        #[inline(always)]
        fn from_wide(key: u64) -> $u { key as $u }
        #[inline(always)]
        fn rising(self) -> $u {
            const SIGN: $u = 1 << ($u::BITS - 1);
            let bits = self.to_bits();
            let magnitude = bits & !SIGN;
            let is_negative = (bits != magnitude) & (magnitude != 0);
            let key = if is_negative { !bits } else { magnitude | SIGN };
            if magnitude > $infinity { $u::MAX } else { key }
        }
    })+ };
}

unsigned!(u8 as u8, 0; i8 as u8, 1 << 7; i16 as u16, 1 << 15; i32 as u32, 1 << 31; i64 as u64, 1 << 63);
float!(f16 as u16, 0x7c00; bf16 as u16, 0x7f80; f32 as u32, 0x7f80_0000; f64 as u64, 0x7ff0_0000_0000_0000);

/// A key above a place: sorts by key, then by place.
pub trait Packed: Copy + Ord + Send + Sync {
    fn pack(key: u64, place: usize) -> Self;
    fn key(self) -> u64;
    fn place(self) -> usize;
}

macro_rules! packed {
    ($($t:ty, $half:expr);+) => { $(impl Packed for $t {
        #[inline(always)]
        fn pack(key: u64, place: usize) -> $t { (key as $t) << $half | place as $t }
        #[inline(always)]
        fn key(self) -> u64 { (self >> $half) as u64 }
        #[inline(always)]
        fn place(self) -> usize { (self & ((1 << $half) - 1)) as usize }
    })+ };
}

packed!(u64, 32; u128, 64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_rise_with_values() {
        let rising = [f32::NEG_INFINITY, -2.5, -1e-45, 0.0, 1e-45, 2.5, f32::INFINITY, f32::NAN];
        assert!(rising.windows(2).all(|w| w[0].key(false) < w[1].key(false) && w[0].key(true) > w[1].key(true)));
        assert_eq!((-0.0f64).rising(), 0.0f64.rising());
        assert_eq!((-f16::NAN).rising(), f16::NAN.rising());
        assert!((-128i8).rising() < 0i8.rising() && i64::MIN.rising() < i64::MAX.rising());
    }

    #[test]
    fn packing_keeps_both() {
        assert_eq!((u64::pack(7, 9).key(), u64::pack(7, 9).place()), (7, 9));
        assert_eq!((u128::pack(u64::MAX, 9).key(), u128::pack(u64::MAX, 9).place()), (u64::MAX, 9));
        assert!(u64::pack(7, 9) < u64::pack(7, 10) && u64::pack(7, 9) < u64::pack(8, 0));
    }
}
