//! The one place where the core's errors become Python's exceptions: the classes that PyTorch raises for the same mistake.

use pyo3::create_exception;
use pyo3::exceptions::{PyIndexError, PyNotImplementedError, PyRuntimeError, PyTypeError, PyUserWarning, PyValueError};
use pyo3::prelude::*;
use pyrite_core::Error;
use pyrite_core::fallback::take_news;
use std::ffi::CString;

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
            Error::Unsupported { .. } | Error::NotBuilt(_) => PyNotImplementedError::new_err(text),
        }
    }
}

/// A core result as Python's.
pub fn raise<T>(result: pyrite_core::Result<T>) -> Result<T, PyErr> {
    warn(take_news())?;
    result.map_err(|e| Failure(e).into())
}

/// Warns of work that a device has handed to the host.
fn warn(refusals: Vec<String>) -> Result<(), PyErr> {
    refusals.into_iter().try_for_each(|refusal| {
        let text = CString::new(format!("computed on the CPU: {refusal}")).unwrap_or_default();
        Python::attach(|py| PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 1))
    })
}
