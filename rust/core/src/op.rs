//! Op: the names of the table with what follows from each row: arity, domain, operand and result types.

use crate::dtype::{DType, Kind};

/// Which dtypes an op computes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    Field,
    Number,
    Integer,
    Inexact,
    Float,
}

impl Domain {
    pub fn holds(self, dtype: DType) -> bool {
        match self {
            Domain::Field => true,
            Domain::Number => dtype.kind() != Kind::Complex,
            Domain::Integer => dtype.is_integral(),
            Domain::Inexact => dtype.is_inexact(),
            Domain::Float => dtype.is_float(),
        }
    }
}

macro_rules! enumerate {
    ($($(#[$doc:meta])* fn $name:ident<$domain:ident>($($arg:ident: $A:ident),+) -> $R:ident $body:block)+) => {
        /// An elementwise op of the table in `ops.rs`.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Op { $($(#[$doc])* $name),+ }

        impl Op {
            /// Every op; the position is the op's code.
            pub const ALL: &'static [Op] = &[$(Op::$name),+];

            pub const fn name(self) -> &'static str {
                match self { $(Op::$name => stringify!($name)),+ }
            }

            pub const fn domain(self) -> Domain {
                match self { $(Op::$name => Domain::$domain),+ }
            }

            const fn operand_types(self) -> &'static [&'static str] {
                match self { $(Op::$name => &[$(stringify!($A)),+]),+ }
            }

            const fn result_type(self) -> &'static str {
                match self { $(Op::$name => stringify!($R)),+ }
            }
        }
    };
}

crate::elementwise_ops!(enumerate);

impl Op {
    pub const fn arity(self) -> usize {
        self.operand_types().len()
    }

    /// Whether argument `i` is a condition instead of a value of the op's dtype.
    pub const fn is_condition(self, i: usize) -> bool {
        matches!(self.operand_types()[i].as_bytes(), b"bool")
    }

    /// The dtype that argument `i` is converted to, where the op runs in `dtype`.
    pub const fn operand(self, i: usize, dtype: DType) -> DType {
        if self.is_condition(i) { DType::Bool } else { dtype }
    }

    /// The dtype of the result, where the op runs in `dtype`.
    pub const fn result(self, dtype: DType) -> DType {
        if matches!(self.result_type().as_bytes(), b"bool") { DType::Bool } else { dtype }
    }

    /// Whether whole numbers become floats first.
    pub fn needs_fractions(self) -> bool {
        matches!(self.domain(), Domain::Inexact | Domain::Float)
    }

    /// Whether the op may have to refuse its data: a division of integers.
    pub fn is_fallible(self, dtype: DType) -> bool {
        dtype.is_integral() && matches!(self, Op::floor_divide | Op::trunc_divide | Op::remainder | Op::fmod)
    }

    pub fn from_name(name: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_say_what_they_take_and_give() {
        assert_eq!(Op::select.arity(), 3);
        assert_eq!(Op::select.operand(0, DType::F32), DType::Bool);
        assert_eq!(Op::lt.result(DType::F32), DType::Bool);
        assert_eq!(Op::exp.result(DType::F16), DType::F16);
        assert!(!Op::exp.domain().holds(DType::I64) && Op::exp.domain().holds(DType::C64));
        assert!(Op::mul.domain().holds(DType::C128) && !Op::lt.domain().holds(DType::C64));
        assert!(Op::remainder.is_fallible(DType::I32) && !Op::remainder.is_fallible(DType::F32));
    }

    #[test]
    fn codes_are_positions() {
        for (code, &op) in Op::ALL.iter().enumerate() {
            assert_eq!(op as usize, code);
            assert_eq!(Op::from_name(op.name()), Some(op));
        }
    }
}
