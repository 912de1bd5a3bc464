//! How values that meet in one place are combined, as WGSL.

use pyrite_core::{Combine, DType};

/// The dtype that a dtype is combined in.
pub fn partial_dtype(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        DType::Bool | DType::U8 | DType::I8 | DType::I16 => DType::I32,
        other => other,
    }
}

/// What a target's `old` value and a source's `fresh` one become. Sums of bool are a logical or, products a logical and.
pub fn combined(dtype: DType, how: Combine) -> String {
    let how = match (dtype, how) {
        (DType::Bool, Combine::Add) => Combine::Max,
        (DType::Bool, Combine::Mul) => Combine::Min,
        (_, how) => how,
    };
    match how {
        Combine::Set => "fresh".into(),
        Combine::Add => "old + fresh".into(),
        Combine::Mul => "old * fresh".into(),
        Combine::Max => extreme(dtype, "max", ">"),
        Combine::Min => extreme(dtype, "min", "<"),
    }
}

/// The value that `beats` the other; NaN beats all.
fn extreme(dtype: DType, name: &str, beats: &str) -> String {
    match dtype {
        DType::F32 | DType::F16 | DType::BF16 => format!("{name}_f32(fresh, old)"),
        DType::F64 => format!("select(old, fresh, fresh {beats} old || !(fresh == fresh))"),
        _ => format!("select(old, fresh, fresh {beats} old)"),
    }
}
