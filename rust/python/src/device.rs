//! The devices of this build by PyTorch's names: the one place where backends are chosen.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyrite_core::Backend;
use pyrite_cpu::CPU;

/// The backend that a device type names; RuntimeError where this build or this machine has none.
pub fn backend(name: &str) -> PyResult<&'static dyn Backend> {
    match name {
        "cpu" => Ok(&CPU),
        "cuda" => gpu(),
        _ => Err(PyRuntimeError::new_err(format!("unknown device type {name}"))),
    }
}

#[cfg(feature = "gpu")]
fn gpu() -> PyResult<&'static dyn Backend> {
    match pyrite_gpu::backend() {
        Ok(gpu) => Ok(gpu),
        Err(reason) => Err(PyRuntimeError::new_err(reason.to_string())),
    }
}

#[cfg(not(feature = "gpu"))]
fn gpu() -> PyResult<&'static dyn Backend> {
    Err(PyRuntimeError::new_err("no GPU device: this build of pyrite computes on the CPU only"))
}

/// Why there is no GPU, or None where there is one.
#[pyfunction]
pub fn gpu_missing() -> Option<String> {
    gpu().err().map(|e| Python::attach(|py| e.value(py).to_string()))
}

/// The GPU and its driver, as they name themselves.
#[pyfunction]
pub fn gpu_description() -> PyResult<String> {
    gpu()?;
    #[cfg(feature = "gpu")]
    if let Ok(gpu) = pyrite_gpu::backend() {
        return Ok(gpu.description());
    }
    Err(PyRuntimeError::new_err("no GPU device"))
}
