//! Expands the op table to WGSL: the bodies of its rows as text, where every helper's name ends with the type it is for
//! (`max` becomes `max_f32`), because WGSL functions cannot be overloaded.

use crate::elements::{Long, compute_type, has_operators};
use crate::prelude;
use pyrite_core::{DType, Op};

/// A row as it stands in the table.
struct Row {
    parameters: &'static [(&'static str, &'static str)],
    result: &'static str,
    body: &'static str,
}

macro_rules! rows {
    ($($(#[$doc:meta])* fn $name:ident<$domain:ident>($($arg:ident: $A:ident),+) -> $R:ident $body:block)+) => {
        fn row(op: Op) -> Row {
            match op { $(Op::$name => Row {
                parameters: &[$((stringify!($arg), stringify!($A))),+],
                result: stringify!($R),
                body: stringify!($body),
            }),+ }
        }
    };
}

pyrite_core::elementwise_ops!(rows);

/// What a call of `op` in a compute type starts with.
pub fn name(op: Op, compute: &str) -> String {
    format!("op_{}_{compute}", op.name())
}

/// The function of `op`, or None where it calls a helper that the prelude does not have. Types that operators do not know have
/// functions in the prelude instead; the text is then empty.
pub fn function(op: Op, compute: &str) -> Option<String> {
    let row = row(op);
    if !has_operators(compute) && prelude::has(&name(op, compute)) {
        return Some(String::new());
    }
    if !has_operators(compute) && row.body.contains(['+', '-', '*', '/', '<', '>', '=', '&', '|', '^', '!']) {
        return None;
    }
    let ty = |t: &'static str| if t == "T" { compute.to_owned() } else { t.to_owned() };
    let parameters: Vec<String> = row.parameters.iter().map(|(name, t)| format!("{name}: {}", ty(t))).collect();
    let body = typed(row.body, compute)?;
    Some(format!("fn {}({}) -> {} {body}\n\n", name(op, compute), parameters.join(", "), ty(row.result)))
}

/// The body with the type added to every helper's name. `select` is WGSL's own, for all types.
fn typed(body: &str, compute: &str) -> Option<String> {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let (mut out, mut rest) = (String::new(), body);
    while let Some(start) = rest.find(is_letter) {
        let length = rest[start..].find(|c| !is_letter(c) && !c.is_ascii_digit());
        let end = length.map_or(rest.len(), |length| start + length);
        let word = &rest[start..end];
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        let is_call = rest.trim_start().starts_with('(') && !matches!(word, "select" | "return");
        if is_call || matches!(word, "ZERO" | "ONE") {
            if !prelude::has(&format!("{word}_{compute}")) {
                return None;
            }
            out.push('_');
            out.push_str(compute);
        }
    }
    out.push_str(rest);
    Some(out)
}

/// Whether `op` runs in `dtype` on a GPU that computes int64 in this way.
pub fn is_built(op: Op, dtype: DType, long: Long) -> bool {
    op.domain().holds(dtype) && compute_type(dtype, long).is_some_and(|compute| function(op, compute).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_calls_the_helpers_of_its_type() {
        let text = function(Op::sigmoid, "f32").unwrap();
        assert!(text.starts_with("fn op_sigmoid_f32(x: f32) -> f32 {"), "{text}");
        let dense: String = text.split_whitespace().collect();
        assert!(dense.contains("exp_f32(-abs_f32(x));returnselect(1.0/"), "{text}");
    }

    #[test]
    fn what_the_prelude_lacks_is_not_built() {
        let is_built = |op, dtype| is_built(op, dtype, Long::Native);
        assert!(is_built(Op::relu, DType::I32) && is_built(Op::eq, DType::Bool));
        assert!(is_built(Op::exp, DType::F64) && !is_built(Op::exp, DType::I32));
    }

    #[test]
    fn all_rows_are_built() {
        for dtype in DType::ALL {
            let is_missing = |op: &&Op| op.domain().holds(dtype) && !is_built(**op, dtype, Long::Native);
            assert_eq!(Op::ALL.iter().find(is_missing), None, "{}", dtype.name());
        }
    }

    #[test]
    fn pairs_lack_no_op_of_int64() {
        let is_missing = |op: &&Op| is_built(**op, DType::I64, Long::Native) && !is_built(**op, DType::I64, Long::Pair);
        assert_eq!(Op::ALL.iter().find(is_missing), None);
    }
}
