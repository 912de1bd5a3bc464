//! Process-wide settings.

use crate::dtype::DTypeArgument;
use crate::error::raise;
use crate::tensor::PyTensor;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt};
use pyrite_core::{Op, Tensor, value};
use pyrite_cpu::{level, memory, threads};

/// The code of every elementwise op and the number of its operands, by name.
#[pyfunction]
pub fn ops(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let out = PyDict::new(py);
    for (code, op) in Op::ALL.iter().enumerate() {
        out.set_item(op.name(), (code, op.arity()))?;
    }
    Ok(out)
}

#[pyfunction]
pub fn get_num_threads() -> usize {
    threads::count()
}

/// How many threads kernels use from now on, up to 1024.
#[pyfunction]
pub fn set_num_threads(threads: &Bound<'_, PyAny>) -> PyResult<()> {
    let threads = match threads.is_exact_instance_of::<PyInt>() {
        true => threads.extract::<i32>().map_err(|_| PyValueError::new_err("Overflow when unpacking long"))?,
        false => {
            let name = threads.get_type().name()?;
            return Err(PyRuntimeError::new_err(format!("set_num_threads expects an int, but got {name}")));
        }
    };
    if threads < 1 {
        return Err(PyRuntimeError::new_err("set_num_threads expects a positive integer"));
    }
    threads::set_count(threads as usize);
    Ok(())
}

/// Refuses sizes of a tensor that the machine's memory could not hold.
#[pyfunction]
pub fn require_room(shape: Vec<usize>, dtype: DTypeArgument) -> PyResult<()> {
    raise(pyrite_core::tensor::require_room(&shape, dtype.0, &pyrite_cpu::CPU))
}

/// The CPU features that kernels were chosen for.
#[pyfunction]
pub fn cpu_capability() -> &'static str {
    match level::level() {
        level::Level::V4 => "AVX512",
        level::Level::V3 => "AVX2",
        level::Level::Baseline => "DEFAULT",
    }
}

/// Gives free memory back to the system.
#[pyfunction]
pub fn empty_cache() {
    memory::empty_cache();
}

/// Computes every pending value of a MiB or more.
#[pyfunction]
pub fn evaluate_large(py: Python<'_>) -> PyResult<()> {
    raise(py.detach(value::evaluate_large))
}

/// Computes the pending ones of these tensors at once, on a device that gains by it.
#[pyfunction]
pub fn evaluate_together(py: Python<'_>, tensors: Vec<PyRef<'_, PyTensor>>) -> PyResult<()> {
    let tensors: Vec<&Tensor> = tensors.iter().map(|t| &t.0).collect();
    raise(py.detach(|| Tensor::evaluate_together(&tensors)))
}

/// Elements up to which an op runs at its call.
#[pyfunction]
pub fn small_limit() -> usize {
    value::deferral().small
}
