//! Functions of float32 computed in float64, where rounding and cancellation do not show: no branch, no call, no table.
//!
//! They take a float32 as a float64 and are good to 2^-28 (relative) or better before they are rounded to float32. The
//! polynomials are minimax fits (Remez, in 50 digits); each says over what range and how well it fits.

pub mod bessel;
pub mod error_function;
pub mod exponential;
pub mod gamma;
pub mod inverse_trigonometry;
pub mod logarithm;
pub mod power;
pub mod trigonometry;

use super::horner::horner;
use super::select;

/// 1.5 * 2^52: adding it rounds a float64 below 2^51 to an integer, held by the low bits of the sum.
pub const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The nearest integer, halves to even, for |x| < 2^51; beyond, a number that is x if x has the precision of a float32.
#[inline(always)]
pub fn round(x: f64) -> f64 {
    (x + ROUNDER) - ROUNDER
}
