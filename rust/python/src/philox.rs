//! `_core.Philox`: a device's generator of random numbers by counter. Arguments that name a law's parameters are checked in Python.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyrite_core::random::{Law, Philox};

use crate::device::backend;
use crate::dtype::DTypeArgument;
use crate::error::raise;
use crate::tensor::PyTensor;

/// A source of random numbers for devices: a seed, and how far its streams were used.
#[pyclass(frozen, name = "Philox", module = "pyrite._core")]
pub struct PyPhilox(Mutex<Philox>);

impl PyPhilox {
    fn state(&self) -> MutexGuard<'_, Philox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tensor(
        &self,
        py: Python<'_>,
        law: Law,
        shape: &[usize],
        dtype: DTypeArgument,
        device: &str,
    ) -> PyResult<PyTensor> {
        let backend = backend(device)?;
        raise(py.detach(|| self.state().draw(law, shape, dtype.0, backend))).map(PyTensor)
    }
}

#[pymethods]
impl PyPhilox {
    #[new]
    fn new(seed: u64) -> Self {
        Self(Mutex::new(Philox::new(seed)))
    }

    /// The seed, and the words of each stream that were used.
    fn get_state(&self) -> (u64, u64) {
        let state = self.state();
        (state.seed, state.offset)
    }

    fn set_state(&self, seed: u64, offset: u64) {
        *self.state() = Philox { seed, offset };
    }

    /// The state, which goes on as after a draw of so many float32 or Bernoulli numbers.
    fn reserve(&self, numel: usize) -> (u64, u64) {
        let before = self.state().reserve(numel);
        (before.seed, before.offset)
    }

    /// A new tensor of numbers of a law with the parameters `a` and `b`.
    #[expect(clippy::too_many_arguments, reason = "the law and the tensor by their parts")]
    fn draw(
        &self,
        py: Python<'_>,
        name: &str,
        a: f64,
        b: f64,
        shape: Vec<usize>,
        dtype: DTypeArgument,
        device: &str,
    ) -> PyResult<PyTensor> {
        let law = match name {
            "uniform" => Law::Uniform { from: a, to: b },
            "normal" => Law::Normal { mean: a, std: b },
            "exponential" => Law::Exponential { rate: a },
            "bernoulli" => Law::Bernoulli { p: a },
            _ => return Err(PyValueError::new_err(format!("unknown law {name}"))),
        };
        self.tensor(py, law, &shape, dtype, device)
    }

    /// A new tensor of integers from `first`, `count` many; 2**64 where that is 0.
    fn draw_integers(
        &self,
        py: Python<'_>,
        first: i64,
        count: u64,
        shape: Vec<usize>,
        dtype: DTypeArgument,
        device: &str,
    ) -> PyResult<PyTensor> {
        self.tensor(py, Law::Integers { first, count }, &shape, dtype, device)
    }
}
