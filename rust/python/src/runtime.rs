//! Process-wide settings.

use crate::error::raise;
use crate::tensor::PyTensor;
use pyo3::prelude::*;
use pyo3::types::PyDict;
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

#[pyfunction]
pub fn set_num_threads(threads: usize) {
    threads::set_count(threads);
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
