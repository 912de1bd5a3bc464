//! The devices of this build by PyTorch's names: the one place where backends are chosen.

use crate::error::raise;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyrite_core::Backend;
use pyrite_cpu::CPU;

/// Counts and bytes by name.
type Stats = Vec<(&'static str, usize)>;

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Backend, Stats};
    use pyo3::prelude::*;
    use pyo3::types::PyDict;
    use pyrite_core::DType;
    use pyrite_core::fallback::Fallback;
    use pyrite_cpu::CPU;
    pub use pyrite_gpu::{Gpu, backend, is_open};
    use std::sync::OnceLock;

    /// The GPU; with `PYRITE_GPU_FALLBACK=1` the CPU computes what it does not.
    pub fn as_backend(gpu: &'static Gpu) -> &'static dyn Backend {
        static FALLBACK: OnceLock<Option<Fallback>> = OnceLock::new();
        let is_wanted = || std::env::var("PYRITE_GPU_FALLBACK").is_ok_and(|v| v == "1");
        match FALLBACK.get_or_init(|| is_wanted().then(|| Fallback::new(gpu, &CPU))) {
            Some(fallback) => fallback,
            None => gpu,
        }
    }

    pub fn stats(gpu: &Gpu) -> Stats {
        let memory = gpu.memory_stats();
        vec![
            ("dispatches", gpu.dispatches()),
            ("submits", gpu.submits()),
            ("kernels", gpu.kernels()),
            ("allocated", memory.allocated),
            ("allocated_peak", memory.peak_allocated),
            ("reserved", memory.reserved),
            ("reserved_peak", memory.peak_reserved),
        ]
    }

    pub fn properties<'py>(gpu: &Gpu, into: &Bound<'py, PyDict>) -> PyResult<()> {
        let known = super::raise(gpu.properties())?;
        into.set_item("name", known.name)?;
        into.set_item("backend", known.backend)?;
        into.set_item("driver", known.driver)?;
        into.set_item("driver_info", known.driver_info)?;
        into.set_item("kind", known.kind)?;
        into.set_item("vendor", known.vendor)?;
        into.set_item("model", known.model)?;
        into.set_item("memory", known.memory)?;
        into.set_item("limits", known.limits)?;
        into.set_item("cooperative_matrices", known.cooperative_matrices)?;
        into.set_item("features", known.features)?;
        let dtypes: Vec<_> = DType::ALL.into_iter().filter(|&dtype| gpu.supports(dtype)).map(DType::name).collect();
        into.set_item("dtypes", dtypes)
    }
}

/// A build without the GPU crate: there never is one.
#[cfg(not(feature = "gpu"))]
mod gpu {
    use super::{Backend, Stats};
    use pyo3::prelude::*;
    use pyo3::types::PyDict;
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

        pub fn reset_peak_memory_stats(&self) {
            match *self {}
        }

        pub fn set_memory_limit(&self, _: Option<usize>) {
            match *self {}
        }
    }

    pub fn is_open() -> bool {
        false
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

    pub fn properties<'py>(gpu: &Gpu, _: &Bound<'py, PyDict>) -> PyResult<()> {
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

/// Whether this process has opened the GPU.
#[pyfunction]
pub fn gpu_is_open() -> bool {
    gpu::is_open()
}

/// What the GPU is and can.
#[pyfunction]
pub fn gpu_properties(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let into = PyDict::new(py);
    gpu::properties(opened()?, &into)?;
    Ok(into)
}

/// Lets the peaks among the GPU's counts start again from what is held now.
#[pyfunction]
pub fn gpu_reset_peak_stats() -> PyResult<()> {
    opened()?.reset_peak_memory_stats();
    Ok(())
}

/// Allows the GPU's tensors and pool so many bytes; None for as many as it has.
#[pyfunction]
#[pyo3(signature = (bytes))]
pub fn gpu_set_memory_limit(bytes: Option<usize>) -> PyResult<()> {
    opened()?.set_memory_limit(bytes);
    Ok(())
}
