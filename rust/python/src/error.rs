//! The one place where the core's errors become Python's exceptions: the classes that PyTorch raises for the same mistake.

use pyo3::exceptions::{PyIndexError, PyNotImplementedError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::{PyErr, create_exception};
use pyrite_core::Error;

create_exception!(pyrite, OutOfMemoryError, PyRuntimeError, "A device has no memory left for what was asked.");

/// A core error on its way to Python.
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        let text = failure.0.to_string();
        match failure.0 {
            Error::Invalid(_) | Error::ZeroDivision | Error::OutOfMemory { .. } => PyRuntimeError::new_err(text),
            Error::DeviceOutOfMemory(_) => OutOfMemoryError::new_err(text),
            Error::Index(_) => PyIndexError::new_err(text),
            Error::Value(_) => PyValueError::new_err(text),
            Error::Type(_) => PyTypeError::new_err(text),
            Error::Unsupported { .. } => PyNotImplementedError::new_err(text),
        }
    }
}

/// A core result as Python's.
pub fn raise<T>(result: pyrite_core::Result<T>) -> Result<T, PyErr> {
    result.map_err(|e| Failure(e).into())
}
