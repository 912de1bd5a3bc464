//! The devices of this build by PyTorch's names: the one place where backends are chosen.

use crate::error::raise;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyrite_core::Backend;
use pyrite_cpu::CPU;

#[cfg(feature = "gpu")]
use pyrite_gpu as gpu;

/// Stands in for the GPU crate in a build without it: a GPU that never is.
#[cfg(not(feature = "gpu"))]
mod gpu {
    use pyrite_core::{Error, Result};

    pub type Gpu = pyrite_cpu::Cpu;

    pub fn backend() -> Result<&'static Gpu> {
        Err(Error::Invalid("this build of pyrite computes on the CPU only".into()))
    }
}

fn opened() -> PyResult<&'static gpu::Gpu> {
    raise(gpu::backend())
}

/// The backend that a device type names; RuntimeError where this build or this machine has none.
pub fn backend(name: &str) -> PyResult<&'static dyn Backend> {
    match name {
        "cpu" => Ok(&CPU),
        "cuda" => Ok(opened()?),
        _ => Err(PyRuntimeError::new_err(format!("unknown device type {name}"))),
    }
}

/// Why there is no GPU, or None where there is one.
#[pyfunction]
pub fn gpu_missing(py: Python<'_>) -> Option<String> {
    py.detach(gpu::backend).err().map(|e| e.to_string())
}

/// The GPU, as it names itself.
#[pyfunction]
pub fn gpu_name() -> PyResult<String> {
    let _gpu = opened()?;
    #[cfg(feature = "gpu")]
    return Ok(_gpu.device_name().to_owned());
    #[cfg(not(feature = "gpu"))]
    Ok(String::new())
}

/// Waits until all work on the GPU is done, and raises what its kernels have reported.
#[pyfunction]
pub fn gpu_synchronize(py: Python<'_>) -> PyResult<()> {
    let _gpu = opened()?;
    let _py = py;
    #[cfg(feature = "gpu")]
    raise(_py.detach(|| _gpu.synchronize()))?;
    Ok(())
}

/// Gives the GPU's free memory back to it.
#[pyfunction]
pub fn gpu_empty_cache(py: Python<'_>) -> PyResult<()> {
    let _gpu = opened()?;
    let _py = py;
    #[cfg(feature = "gpu")]
    raise(_py.detach(|| _gpu.empty_cache()))?;
    Ok(())
}

/// What the GPU has done and holds, by name.
#[pyfunction]
pub fn gpu_stats() -> PyResult<Vec<(&'static str, usize)>> {
    let _gpu = opened()?;
    #[cfg(feature = "gpu")]
    {
        let memory = _gpu.memory_stats();
        return Ok(vec![
            ("dispatches", _gpu.dispatches()),
            ("submits", _gpu.submits()),
            ("allocated", memory.allocated),
            ("allocated_peak", memory.peak_allocated),
            ("reserved", memory.reserved),
            ("reserved_peak", memory.peak_reserved),
        ]);
    }
    #[cfg(not(feature = "gpu"))]
    Ok(Vec::new())
}
