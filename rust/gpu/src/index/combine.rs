//! How values that meet in one place are combined, as WGSL.

use crate::context::Context;
use crate::elements::{compute_type, plus, times};
use pyrite_core::{Combine, DType};

/// What a target's `old` value and a source's `fresh` one become; NaN beats all. Sums of bool are a logical or, products a logical
/// and.
pub fn combined(context: &Context, dtype: DType, how: Combine) -> String {
    let how = match (dtype, how) {
        (DType::Bool, Combine::Add) => Combine::Max,
        (DType::Bool, Combine::Mul) => Combine::Min,
        (_, how) => how,
    };
    let t = compute_type(dtype, context.long()).unwrap_or("f32");
    match how {
        Combine::Set => "fresh".into(),
        Combine::Add => plus(t, "old", "fresh"),
        Combine::Mul => times(t, "old", "fresh"),
        Combine::Max => format!("max_{t}(fresh, old)"),
        Combine::Min => format!("min_{t}(fresh, old)"),
    }
}
