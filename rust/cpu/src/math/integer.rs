//! Integers. All arithmetic wraps, and a division by 0 is 0: the kernel that divides looks for zeros and raises.

use super::{Field, Integer, Number, select};

/// x / y rounded towards zero; 0 if y is 0, and MIN / -1 = MIN.
trait TruncDivide: Sized {
    fn quotient(self, divisor: Self) -> Self;
}

/// Division as float32, which vectorises as integer division does not: below 2^24 no quotient rounds up to the next integer.
macro_rules! divide_as_float32 {
    ($($type:ty),*) => {$(
        impl TruncDivide for $type {
            #[inline(always)]
            fn quotient(self, divisor: Self) -> Self {
                let quotient = f32::from(self) / f32::from(select(divisor, 1, divisor == 0));
                select(quotient as i32 as $type, 0, divisor == 0)
            }
        }
    )*};
}

divide_as_float32!(u8, i8, i16);

impl TruncDivide for i32 {
    #[inline(always)]
    fn quotient(self, divisor: Self) -> Self {
        let quotient = (f64::from(self) / f64::from(select(divisor, 1, divisor == 0))) as i32;
        select(select(quotient, self.wrapping_neg(), divisor == -1), 0, divisor == 0)
    }
}

impl TruncDivide for i64 {
    #[inline(always)]
    fn quotient(self, divisor: Self) -> Self {
        // Magnitudes, because most fit the short division that the compiler tries first; negative numbers never do.
        let magnitude = (self.unsigned_abs() / select(divisor, 1, divisor == 0).unsigned_abs()) as i64;
        select(select(magnitude, magnitude.wrapping_neg(), (self ^ divisor) < 0), 0, divisor == 0)
    }
}

macro_rules! integer {
    ($type:ty, $unsigned:ty, is_negative: $is_negative:expr) => {
        impl Field for $type {
            const ZERO: Self = 0;
            const ONE: Self = 1;

            #[inline(always)]
            fn negate(self) -> Self {
                self.wrapping_neg()
            }

            #[inline(always)]
            fn sgn(self) -> Self {
                self.sign()
            }

            #[inline(always)]
            fn conj(self) -> Self {
                self
            }

            #[inline(always)]
            fn pow(self, exponent: Self) -> Self {
                let (mut power, mut square, mut bits) = (1, self, exponent);
                while bits > 0 {
                    power = select(power, square.wrapping_mul(power), bits & 1 == 1);
                    square = square.wrapping_mul(square);
                    bits >>= 1;
                }
                let is_unit = (self == 1) | (self.wrapping_add(1) == 0);
                let reciprocal = select(0, select(1, self, exponent & 1 == 1), is_unit);
                select(power, reciprocal, $is_negative(exponent))
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }

            #[inline(always)]
            fn is_inf(self) -> bool {
                false
            }
        }

        impl Number for $type {
            #[inline(always)]
            fn abs(self) -> Self {
                select(self, self.wrapping_neg(), $is_negative(self))
            }

            #[inline(always)]
            fn sign(self) -> Self {
                select(Self::from(self != 0), !0, $is_negative(self))
            }

            #[inline(always)]
            fn floor_divide(self, divisor: Self) -> Self {
                let quotient = self.quotient(divisor);
                let rest = self.wrapping_sub(quotient.wrapping_mul(divisor));
                let rounds_down = (divisor != 0) & (rest != 0) & $is_negative(rest ^ divisor);
                quotient.wrapping_sub(Self::from(rounds_down))
            }

            #[inline(always)]
            fn trunc_divide(self, divisor: Self) -> Self {
                self.quotient(divisor)
            }

            #[inline(always)]
            fn remainder(self, divisor: Self) -> Self {
                let rest = Number::fmod(self, divisor);
                select(rest, rest.wrapping_add(divisor), (rest != 0) & $is_negative(rest ^ divisor))
            }

            #[inline(always)]
            fn fmod(self, divisor: Self) -> Self {
                let rest = self.wrapping_sub(self.quotient(divisor).wrapping_mul(divisor));
                select(rest, 0, divisor == 0)
            }

            #[inline(always)]
            fn signbit(self) -> bool {
                $is_negative(self)
            }
        }

        impl Integer for $type {
            #[inline(always)]
            fn gcd(self, y: Self) -> Self {
                let (mut x, mut y) = (Number::abs(self) as $unsigned, Number::abs(y) as $unsigned);
                while y != 0 {
                    (x, y) = (y, x % y);
                }
                x as $type
            }

            #[inline(always)]
            fn lcm(self, y: Self) -> Self {
                let divisor = Integer::gcd(self, y);
                Number::abs(self.quotient(divisor).wrapping_mul(y))
            }

            #[inline(always)]
            fn bitwise_not(self) -> Self {
                !self
            }

            #[inline(always)]
            fn shift_left(self, y: Self) -> Self {
                select(0, self.wrapping_shl(y as u32), (y as $unsigned) < Self::BITS as $unsigned)
            }

            #[inline(always)]
            fn shift_right(self, y: Self) -> Self {
                let sign = select(0, !0, $is_negative(self));
                select(sign, self.wrapping_shr(y as u32), (y as $unsigned) < Self::BITS as $unsigned)
            }
        }
    };
}

integer!(u8, u8, is_negative: |_: u8| false);
integer!(i8, u8, is_negative: |x: i8| x < 0);
integer!(i16, u16, is_negative: |x: i16| x < 0);
integer!(i32, u32, is_negative: |x: i32| x < 0);
integer!(i64, u64, is_negative: |x: i64| x < 0);
