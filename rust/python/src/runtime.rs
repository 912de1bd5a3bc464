//! Process-wide settings and the handlers around a fork.

use crate::error::raise;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyrite_core::{Op, value};
use pyrite_cpu::{level, memory, threads};

/// The code of every elementwise op, by name.
#[pyfunction]
pub fn ops(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let out = PyDict::new(py);
    for (code, op) in Op::ALL.iter().enumerate() {
        out.set_item(op.name(), code)?;
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

/// Elements up to which an op runs at its call.
#[pyfunction]
pub fn small_limit() -> usize {
    value::deferral().small
}

mod fork {
    use super::{memory, value};
    use std::cell::RefCell;

    type Guards = (std::sync::MutexGuard<'static, ()>, Box<dyn std::any::Any>);

    thread_local! {
        static HELD: RefCell<Option<Guards>> = const { RefCell::new(None) };
    }

    /// Takes every lock, so that none is held by a thread that the child will not have.
    pub fn before() {
        let guards = (value::lock_evaluation(), Box::new(memory::lock_pool()) as Box<dyn std::any::Any>);
        HELD.with(|held| *held.borrow_mut() = Some(guards));
    }

    pub fn after() {
        HELD.with(|held| held.borrow_mut().take());
    }
}

#[pyfunction]
pub fn before_fork(py: Python<'_>) {
    py.detach(fork::before);
}

#[pyfunction]
pub fn after_fork() {
    fork::after();
}
