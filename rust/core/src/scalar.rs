//! Scalar: a Python number on its way into an op, and the rules by which dtypes of tensors and numbers combine.

use crate::dtype::{DType, Kind};
use num_complex::Complex;
use std::sync::atomic::{AtomicU8, Ordering};

/// A number that is no tensor: it enters promotion only by its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex(Complex<f64>),
}

impl Scalar {
    pub fn kind(self) -> Kind {
        match self {
            Scalar::Bool(_) => Kind::Bool,
            Scalar::Int(_) => Kind::Integer,
            Scalar::Float(_) => Kind::Float,
            Scalar::Complex(_) => Kind::Complex,
        }
    }

    /// The dtype a tensor made of this number alone has.
    pub fn dtype(self) -> DType {
        match self.kind() {
            Kind::Bool => DType::Bool,
            Kind::Integer => DType::I64,
            Kind::Float => default_dtype(),
            Kind::Complex => default_dtype().complex(),
        }
    }

    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Bool(x) => x as u8 as f64,
            Scalar::Int(x) => x as f64,
            Scalar::Float(x) => x,
            Scalar::Complex(x) => x.re,
        }
    }

    pub fn to_i64(self) -> i64 {
        match self {
            Scalar::Bool(x) => x as i64,
            Scalar::Int(x) => x,
            Scalar::Float(x) => x as i64,
            Scalar::Complex(x) => x.re as i64,
        }
    }

    pub fn to_complex(self) -> Complex<f64> {
        match self {
            Scalar::Complex(x) => x,
            other => Complex::new(other.to_f64(), 0.0),
        }
    }

    /// Whether the number is not zero.
    pub fn to_bool(self) -> bool {
        match self {
            Scalar::Bool(x) => x,
            Scalar::Int(x) => x != 0,
            Scalar::Float(x) => x != 0.0,
            Scalar::Complex(x) => x.re != 0.0 || x.im != 0.0,
        }
    }
}

static DEFAULT: AtomicU8 = AtomicU8::new(DType::F32 as u8);

/// The dtype of Python floats: `float32` unless set.
pub fn default_dtype() -> DType {
    DType::ALL[DEFAULT.load(Ordering::Relaxed) as usize]
}

pub fn set_default_dtype(dtype: DType) {
    DEFAULT.store(dtype as u8, Ordering::Relaxed);
}

/// What the operands of an op contribute to its dtype: tensors with axes rank before tensors without, those before numbers.
#[derive(Clone, Copy, Default)]
pub struct Promotion {
    dimensioned: Option<DType>,
    dimensionless: Option<DType>,
    number: Option<DType>,
}

fn merge(a: Option<DType>, b: DType) -> Option<DType> {
    Some(a.map_or(b, |a| a.promote(b)))
}

fn outrank(high: Option<DType>, low: Option<DType>) -> Option<DType> {
    let (Some(high), Some(low)) = (high, low) else { return high.or(low) };
    Some(match high.kind() {
        Kind::Complex => high,
        Kind::Float if low.is_complex() => high.complex(),
        Kind::Float => high,
        Kind::Bool => high.promote(low),
        Kind::Integer if low.is_inexact() => high.promote(low),
        Kind::Integer => high,
    })
}

impl Promotion {
    pub fn tensor(&mut self, dtype: DType, rank: usize) {
        let slot = if rank > 0 { &mut self.dimensioned } else { &mut self.dimensionless };
        *slot = merge(*slot, dtype);
    }

    pub fn number(&mut self, scalar: Scalar) {
        self.number = merge(self.number, scalar.dtype());
    }

    /// The dtype that all operands meet in (see PyTorch's `torch.result_type`); bool where there was none.
    pub fn dtype(self) -> DType {
        outrank(self.dimensioned, outrank(self.dimensionless, self.number)).unwrap_or(DType::Bool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(parts: &[(Option<usize>, DType)]) -> DType {
        let mut p = Promotion::default();
        for &(rank, dtype) in parts {
            match rank {
                Some(rank) => p.tensor(dtype, rank),
                None => p.number(if dtype.is_float() { Scalar::Float(1.0) } else { Scalar::Int(1) }),
            }
        }
        p.dtype()
    }

    #[test]
    fn numbers_only_raise_the_kind() {
        assert_eq!(result(&[(Some(1), DType::U8), (None, DType::I64)]), DType::U8);
        assert_eq!(result(&[(Some(1), DType::I32), (None, DType::F32)]), DType::F32);
        assert_eq!(result(&[(Some(1), DType::F16), (None, DType::F32)]), DType::F16);
        assert_eq!(result(&[(Some(1), DType::F32), (Some(0), DType::F64)]), DType::F32);
        assert_eq!(result(&[(Some(1), DType::I32), (Some(0), DType::F64)]), DType::F64);
        assert_eq!(result(&[(Some(1), DType::Bool), (None, DType::I64)]), DType::I64);
    }
}
