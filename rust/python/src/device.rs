//! The devices of this build by PyTorch's names: the one place where backends are chosen.

use crate::error::raise;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyrite_core::Backend;
use pyrite_cpu::CPU;

/// Counts and bytes by name.
type Stats = Vec<(&'static str, usize)>;

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Backend, Stats};
    pub use pyrite_gpu::{Gpu, backend};

    pub fn as_backend(gpu: &'static Gpu) -> &'static dyn Backend {
        gpu
    }

    pub fn stats(gpu: &Gpu) -> Stats {
        let memory = gpu.memory_stats();
        vec![
            ("dispatches", gpu.dispatches()),
            ("submits", gpu.submits()),
            ("allocated", memory.allocated),
            ("allocated_peak", memory.peak_allocated),
            ("reserved", memory.reserved),
            ("reserved_peak", memory.peak_reserved),
        ]
    }
}

/// A build without the GPU crate: there never is one.
#[cfg(not(feature = "gpu"))]
mod gpu {
    use super::{Backend, Stats};
    use pyrite_core::{Error, Result};

    pub enum Gpu {}

    impl Gpu {
        pub fn device_name(&self) -> &str {
            match *self {}
        }

        pub fn synchronize(&self) -> Result<()> {
            match *self {}
        }

        pub fn empty_cache(&self) -> Result<()> {
            match *self {}
        }
    }

    pub fn backend() -> Result<&'static Gpu> {
        Err(Error::Invalid("this build of pyrite computes on the CPU only".into()))
    }

    pub fn as_backend(gpu: &'static Gpu) -> &'static dyn Backend {
        match *gpu {}
    }

    pub fn stats(gpu: &Gpu) -> Stats {
        match *gpu {}
    }
}

fn opened() -> PyResult<&'static gpu::Gpu> {
    raise(gpu::backend())
}

/// The backend that a device type names; RuntimeError where this build or this machine has none.
pub fn backend(name: &str) -> PyResult<&'static dyn Backend> {
    match name {
        "cpu" => Ok(&CPU),
        "cuda" => opened().map(gpu::as_backend),
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
    Ok(opened()?.device_name().to_owned())
}

/// Waits until all work on the GPU is done, and raises what its kernels have reported.
#[pyfunction]
pub fn gpu_synchronize(py: Python<'_>) -> PyResult<()> {
    let gpu = opened()?;
    raise(py.detach(|| gpu.synchronize()))
}

/// Gives the GPU's free memory back to it.
#[pyfunction]
pub fn gpu_empty_cache(py: Python<'_>) -> PyResult<()> {
    let gpu = opened()?;
    raise(py.detach(|| gpu.empty_cache()))
}

/// What the GPU has done and holds.
#[pyfunction]
pub fn gpu_stats() -> PyResult<Stats> {
    Ok(gpu::stats(opened()?))
}
