//! Polynomials by Horner's rule.

/// c0 + x * (c1 + x * (c2 + ...)) for `horner!(x; c0, c1, c2, ...)`, unrolled; x is a name.
macro_rules! horner {
    ($x:ident; $coefficient:expr $(,)?) => { $coefficient };
    ($x:ident; $coefficient:expr, $($higher:expr),+ $(,)?) => { $coefficient + $x * ($crate::math::horner::horner!($x; $($higher),+)) };
}

pub(super) use horner;
