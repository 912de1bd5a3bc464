//! Operands of ops as Python gives them: core tensors or numbers.

use crate::tensor::PyTensor;
use num_complex::Complex;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyComplex, PyComplexMethods, PyFloat, PyInt};
use pyrite_core::Scalar;
use pyrite_core::tensor::Argument;

/// A tensor or a number.
pub enum Operand<'a, 'py> {
    Tensor(Borrowed<'a, 'py, PyTensor>),
    Number(Scalar),
}

impl Operand<'_, '_> {
    pub fn argument(&self) -> Argument<'_> {
        match self {
            Operand::Tensor(t) => Argument::Tensor(&t.get().0),
            Operand::Number(s) => Argument::Scalar(*s),
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Operand<'a, 'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Operand<'a, 'py>> {
        match object.cast::<PyTensor>() {
            Ok(tensor) => Ok(Operand::Tensor(tensor)),
            Err(_) => Ok(Operand::Number(number(object)?)),
        }
    }
}

/// A number as an argument.
pub struct Number(pub Scalar);

impl<'a, 'py> FromPyObject<'a, 'py> for Number {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Number> {
        number(object).map(Number)
    }
}

fn number(object: Borrowed<'_, '_, PyAny>) -> PyResult<Scalar> {
    if let Ok(x) = object.cast::<PyFloat>() {
        return Ok(Scalar::Float(x.value()));
    }
    if let Ok(x) = object.cast::<PyBool>() {
        return Ok(Scalar::Bool(x.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return match object.extract::<i64>() {
            Ok(x) => Ok(Scalar::Int(x)),
            Err(_) => match object.extract::<u64>() {
                Ok(x) => Ok(Scalar::Int(x as i64)),
                Err(_) => Err(PyOverflowError::new_err("int too big to convert")),
            },
        };
    }
    if let Ok(x) = object.cast::<PyComplex>() {
        return Ok(Scalar::Complex(Complex::new(x.real(), x.imag())));
    }
    if object.hasattr("__index__")? {
        return number(object.call_method0("__index__")?.as_borrowed());
    }
    if object.hasattr("__float__")? {
        return Ok(Scalar::Float(object.call_method0("__float__")?.extract()?));
    }
    Err(PyTypeError::new_err(format!("expected a Tensor or a number, but got {}", object.get_type().name()?)))
}

/// A Python number.
pub fn to_python<'py>(py: Python<'py>, scalar: Scalar) -> PyResult<Bound<'py, PyAny>> {
    Ok(match scalar {
        Scalar::Bool(x) => PyBool::new(py, x).to_owned().into_any(),
        Scalar::Int(x) => x.into_pyobject(py)?.into_any(),
        Scalar::Float(x) => PyFloat::new(py, x).into_any(),
        Scalar::Complex(x) => PyComplex::from_doubles(py, x.re, x.im).into_any(),
    })
}
