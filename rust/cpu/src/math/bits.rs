//! Functions that look at the bits of a float: the next one, its mantissa and its exponent.

use super::select;

macro_rules! bits {
    ($module:ident, $float:ty, $bits:ty, scale: 2 ^ $scale:literal) => {
        pub mod $module {
            use super::select;

            const MANTISSA_BITS: u32 = <$float>::MANTISSA_DIGITS - 1;
            const EXPONENT: $bits = <$float>::INFINITY.to_bits();
            const HALF: $bits = (0.5 as $float).to_bits();
            const SCALE: $float = (1u64 << $scale) as $float;

            /// The next float after x towards y; y if they are equal.
            #[inline(always)]
            pub fn nextafter(x: $float, y: $float) -> $float {
                let away_from_zero = (x < y) == (x > 0.0);
                let bits = x.to_bits();
                let next = <$float>::from_bits(select(bits.wrapping_sub(1), bits.wrapping_add(1), away_from_zero));
                let next = select(next, <$float>::from_bits(1).copysign(y), x == 0.0);
                select(select(next, y, x == y), x + y, x.is_nan() | y.is_nan())
            }

            /// m of x = m * 2^e with 0.5 <= |m| < 1; x itself if it is 0, infinite or NaN.
            #[inline(always)]
            pub fn frexp_mantissa(x: $float) -> $float {
                let mantissa = <$float>::from_bits(normal(x).to_bits() & !EXPONENT | HALF);
                select(x, mantissa, has_exponent(x))
            }

            /// e of x = m * 2^e with 0.5 <= |m| < 1; 0 if x is 0, infinite or NaN.
            #[inline(always)]
            pub fn frexp_exponent(x: $float) -> $float {
                let biased = ((normal(x).to_bits() & EXPONENT) >> MANTISSA_BITS) as i32;
                let scale = select(0, $scale, is_subnormal(x));
                let exponent = biased - (HALF >> MANTISSA_BITS) as i32 - scale;
                select(0.0, exponent as $float, has_exponent(x))
            }

            #[inline(always)]
            fn has_exponent(x: $float) -> bool {
                (x != 0.0) & (x.abs() < <$float>::INFINITY)
            }

            #[inline(always)]
            fn is_subnormal(x: $float) -> bool {
                x.abs() < <$float>::MIN_POSITIVE
            }

            #[inline(always)]
            fn normal(x: $float) -> $float {
                x * select(1.0, SCALE, is_subnormal(x))
            }
        }
    };
}

bits!(float32, f32, u32, scale: 2 ^ 24);
bits!(float64, f64, u64, scale: 2 ^ 53);
