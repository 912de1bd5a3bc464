//! Complex numbers as they lie in memory, real part first. complex64 multiplies and divides in float32; its functions are those
//! of complex128, rounded once.

mod functions;

use super::{Field, Inexact, Number, select};
use std::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Complex<T> {
    pub re: T,
    pub im: T,
}

pub type Complex32 = Complex<f32>;
pub type Complex64 = Complex<f64>;

const fn complex<T>(re: T, im: T) -> Complex<T> {
    Complex { re, im }
}

impl<T: Number> Add for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        complex(self.re + other.re, self.im + other.im)
    }
}

impl<T: Number> Sub for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        complex(self.re - other.re, self.im - other.im)
    }
}

impl<T: Number> Mul for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        complex(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
    }
}

/// Smith's division: the divisor's larger part is divided out first, so that no square overflows.
impl<T: Number> Div for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn div(self, divisor: Self) -> Self {
        let is_wide = divisor.re.abs() >= divisor.im.abs();
        let large = select(divisor.im, divisor.re, is_wide);
        let small = select(divisor.re, divisor.im, is_wide);
        let ratio = select(small / large, T::ZERO, small == T::ZERO);
        let scale = T::ONE / (large + small * ratio);
        let (a, b) = (select(self.im, self.re, is_wide), select(self.re, self.im, is_wide));
        let im = (b - a * ratio) * scale;
        complex((a + b * ratio) * scale, select(im.negate(), im, is_wide))
    }
}

impl Complex64 {
    #[inline(always)]
    fn narrow(self) -> Complex32 {
        complex(self.re as f32, self.im as f32)
    }

    #[inline(always)]
    fn wide(self) -> Complex64 {
        self
    }

    #[inline(always)]
    fn same(self) -> Complex64 {
        self
    }
}

impl Complex32 {
    #[inline(always)]
    fn wide(self) -> Complex64 {
        complex(f64::from(self.re), f64::from(self.im))
    }
}

/// `Field` and `Inexact` by the functions of complex128, whose results `$narrow` rounds.
macro_rules! complex_number {
    ($part:ty, $narrow:ident, $($name:ident)*) => {
        impl Field for Complex<$part> {
            const ZERO: Self = complex(0.0, 0.0);
            const ONE: Self = complex(1.0, 0.0);

            #[inline(always)]
            fn negate(self) -> Self {
                complex(-self.re, -self.im)
            }

            #[inline(always)]
            fn sgn(self) -> Self {
                functions::sgn(self.wide()).$narrow()
            }

            #[inline(always)]
            fn conj(self) -> Self {
                complex(self.re, -self.im)
            }

            #[inline(always)]
            fn pow(self, exponent: Self) -> Self {
                functions::pow(self.wide(), exponent.wide()).$narrow()
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                self.re.is_nan() | self.im.is_nan()
            }

            #[inline(always)]
            fn is_inf(self) -> bool {
                Field::is_inf(self.re) | Field::is_inf(self.im)
            }
        }

        impl Inexact for Complex<$part> {$(
            #[inline(always)]
            fn $name(self) -> Self {
                functions::$name(self.wide()).$narrow()
            }
        )*}
    };
}

macro_rules! complex_numbers {
    ($($name:ident)*) => {
        complex_number!(f32, narrow, $($name)*);
        complex_number!(f64, same, $($name)*);
    };
}

complex_numbers! {
    exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
}
