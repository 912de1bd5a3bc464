//! What float32 and float64 share: arithmetic, and the way to list a type's functions.

/// `Field` and `Number` for a float type, of which only fmod and pow differ.
macro_rules! float_number {
    ($float:ty, fmod: $fmod:path, pow: $pow:path) => {
        impl $crate::math::Field for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            fn negate(self) -> Self {
                -self
            }

            #[inline(always)]
            fn sgn(self) -> Self {
                $crate::math::sign(self)
            }

            #[inline(always)]
            fn conj(self) -> Self {
                self
            }

            #[inline(always)]
            fn pow(self, exponent: Self) -> Self {
                $pow(self, exponent)
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                <$float>::is_nan(self)
            }

            #[inline(always)]
            fn is_inf(self) -> bool {
                self.abs() == <$float>::INFINITY
            }
        }

        impl $crate::math::Number for $float {
            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::abs(self)
            }

            #[inline(always)]
            fn sign(self) -> Self {
                $crate::math::select($crate::math::select(0.0, 1.0, self > 0.0), -1.0, self < 0.0)
            }

            #[inline(always)]
            fn floor_divide(self, divisor: Self) -> Self {
                $crate::math::quotient::floor_divide(self, divisor)
            }

            #[inline(always)]
            fn trunc_divide(self, divisor: Self) -> Self {
                (self / divisor).trunc()
            }

            #[inline(always)]
            fn remainder(self, divisor: Self) -> Self {
                $crate::math::quotient::remainder(self, divisor)
            }

            #[inline(always)]
            fn fmod(self, divisor: Self) -> Self {
                $fmod(self, divisor)
            }

            #[inline(always)]
            fn signbit(self) -> bool {
                self.is_sign_negative()
            }
        }
    };
}

/// Methods of `Inexact` and `Float` by the functions that compute them.
macro_rules! methods {
    ($($name:ident $(($argument:ident))? = $function:expr;)*) => {$(
        #[inline(always)]
        fn $name(self $(, $argument: Self)?) -> Self {
            $function(self $(, $argument)?)
        }
    )*};
}

pub(super) use {float_number, methods};
