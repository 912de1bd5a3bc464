//! `_core.Generator`, and the laws that draw new tensors from it. Arguments that name a law's parameters are checked in Python.

use std::sync::{Mutex, PoisonError, RwLock, RwLockWriteGuard};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyrite_core::value::deferral;
use pyrite_core::{DType, Tensor};
use pyrite_cpu::random::{self, Law, tensors};

use crate::dtype::DTypeArgument;
use crate::error::raise;
use crate::tensor::{PyTensor, work};

/// Every draw holds it for reading, so that a fork can wait until no generator is in use.
static DRAWS: RwLock<()> = RwLock::new(());

/// Held while no generator may be used: around a fork.
pub fn lock_draws() -> RwLockWriteGuard<'static, ()> {
    DRAWS.write().unwrap_or_else(PoisonError::into_inner)
}

/// A source of random numbers, equal to PyTorch's CPU generator.
#[pyclass(frozen, module = "pyrite._core")]
pub struct Generator(Mutex<random::Generator>);

impl Generator {
    /// Runs `draw` on the generator; where it may take long or another thread holds it, without the interpreter.
    fn with<R: Send>(&self, py: Python<'_>, numel: usize, draw: impl FnOnce(&mut random::Generator) -> R + Send) -> R {
        if numel <= deferral().small
            && let Ok(_fork_waits) = DRAWS.try_read()
            && let Ok(mut generator) = self.0.try_lock()
        {
            return draw(&mut generator);
        }
        py.detach(|| {
            let _fork_waits = DRAWS.read().unwrap_or_else(PoisonError::into_inner);
            draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }

    fn tensor(
        &self,
        py: Python<'_>,
        numel: usize,
        draw: impl FnOnce(&mut random::Generator) -> pyrite_core::Result<Tensor> + Send,
    ) -> PyResult<PyTensor> {
        raise(self.with(py, numel, draw)).map(PyTensor)
    }
}

#[pymethods]
impl Generator {
    #[new]
    fn new(seed: u64) -> Self {
        Self(Mutex::new(random::Generator::new(seed)))
    }

    /// Starts the stream that belongs to `seed`.
    fn manual_seed(&self, py: Python<'_>, seed: u64) {
        self.with(py, 0, |generator| *generator = random::Generator::new(seed));
    }

    fn initial_seed(&self, py: Python<'_>) -> u64 {
        self.with(py, 0, |generator| generator.initial_seed())
    }

    /// The state as a uint8 tensor.
    fn get_state(&self, py: Python<'_>) -> PyResult<PyTensor> {
        let bytes = self.with(py, 0, |generator| generator.state());
        raise(Tensor::from_bytes(&bytes, &[bytes.len()], DType::U8, &pyrite_cpu::CPU)).map(PyTensor)
    }

    fn set_state(&self, py: Python<'_>, state: &Bound<'_, PyTensor>) -> PyResult<()> {
        let bytes = raise(state.get().0.to_bytes())?;
        self.with(py, 0, |generator| generator.set_state(&bytes)).map_err(|e| PyRuntimeError::new_err(e.to_string()))
    }
}

fn law(name: &str, a: f64, b: f64) -> PyResult<Law> {
    Ok(match name {
        "uniform" => Law::Uniform { from: a, to: b },
        "normal" => Law::Normal { mean: a, std: b },
        "serial_normal" => Law::SerialNormal { mean: a, std: b },
        "log_normal" => Law::LogNormal { mean: a, std: b },
        "exponential" => Law::Exponential { rate: a },
        "cauchy" => Law::Cauchy { median: a, sigma: b },
        "geometric" => Law::Geometric { p: a },
        "bernoulli" => Law::Bernoulli { p: a },
        "naturals" => Law::Naturals,
        "bits" => Law::Bits,
        "integers64" => Law::Integers64,
        _ => return Err(PyValueError::new_err(format!("unknown law {name}"))),
    })
}

/// A new tensor of numbers of a law with the parameters `a` and `b`.
#[pyfunction]
fn draw(
    py: Python<'_>,
    generator: &Bound<'_, Generator>,
    name: &str,
    a: f64,
    b: f64,
    shape: Vec<usize>,
    dtype: DTypeArgument,
) -> PyResult<PyTensor> {
    let law = law(name, a, b)?;
    let numel = shape.iter().product();
    generator.get().tensor(py, numel, |generator| tensors::draw(law, &shape, dtype.0, generator))
}

/// A new tensor of integers from `first`, `count` many.
#[pyfunction]
fn draw_integers(
    py: Python<'_>,
    generator: &Bound<'_, Generator>,
    first: i64,
    count: u64,
    shape: Vec<usize>,
    dtype: DTypeArgument,
) -> PyResult<PyTensor> {
    if count == 0 {
        return Err(PyValueError::new_err("there is no integer to draw"));
    }
    let law = Law::Integers { from: first, range: count };
    let numel = shape.iter().product();
    generator.get().tensor(py, numel, |generator| tensors::draw(law, &shape, dtype.0, generator))
}

/// The integers from 0 to n - 1 in random order.
#[pyfunction]
fn permutation(py: Python<'_>, generator: &Bound<'_, Generator>, n: usize, dtype: DTypeArgument) -> PyResult<PyTensor> {
    generator.get().tensor(py, n, |generator| tensors::permutation(n, dtype.0, generator))
}

/// Ones with the probabilities of `p`, else zeros.
#[pyfunction]
fn bernoulli_each(
    py: Python<'_>,
    generator: &Bound<'_, Generator>,
    p: &Bound<'_, PyTensor>,
    dtype: DTypeArgument,
) -> PyResult<PyTensor> {
    let p = &p.get().0;
    generator.get().tensor(py, p.numel(), |generator| tensors::bernoulli_each(p, dtype.0, generator))
}

/// Refuses, now or with the device's next read-back, floats that are not all in [0, 1].
#[pyfunction]
fn require_probabilities(py: Python<'_>, p: &Bound<'_, PyTensor>) -> PyResult<()> {
    let p = &p.get().0;
    work(py, &[p], || p.require_probabilities())
}

/// Poisson numbers of the given rates.
#[pyfunction]
fn poisson(py: Python<'_>, generator: &Bound<'_, Generator>, rates: &Bound<'_, PyTensor>) -> PyResult<PyTensor> {
    let rates = &rates.get().0;
    generator.get().tensor(py, rates.numel(), |generator| tensors::poisson(rates, generator))
}

/// Gamma numbers of the given shape parameters and scale 1.
#[pyfunction]
fn gamma(py: Python<'_>, generator: &Bound<'_, Generator>, shapes: &Bound<'_, PyTensor>) -> PyResult<PyTensor> {
    let shapes = &shapes.get().0;
    generator.get().tensor(py, shapes.numel(), |generator| tensors::gamma(shapes, generator))
}

/// Binomial numbers of the given counts and probabilities.
#[pyfunction]
fn binomial(
    py: Python<'_>,
    generator: &Bound<'_, Generator>,
    counts: &Bound<'_, PyTensor>,
    p: &Bound<'_, PyTensor>,
) -> PyResult<PyTensor> {
    let (counts, p) = (&counts.get().0, &p.get().0);
    generator.get().tensor(py, p.numel(), |generator| tensors::binomial(counts, p, generator))
}

/// `draws` column numbers, with replacement, for each row of a matrix of weights.
#[pyfunction]
fn categorical(
    py: Python<'_>,
    generator: &Bound<'_, Generator>,
    weights: &Bound<'_, PyTensor>,
    draws: usize,
) -> PyResult<PyTensor> {
    let weights = &weights.get().0;
    let numel = weights.numel().saturating_add(draws);
    generator.get().tensor(py, numel, |generator| tensors::categorical(weights, draws, generator))
}

/// Adds the class and the functions to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Generator>()?;
    module.add_function(wrap_pyfunction!(draw, module)?)?;
    module.add_function(wrap_pyfunction!(draw_integers, module)?)?;
    module.add_function(wrap_pyfunction!(permutation, module)?)?;
    module.add_function(wrap_pyfunction!(bernoulli_each, module)?)?;
    module.add_function(wrap_pyfunction!(require_probabilities, module)?)?;
    module.add_function(wrap_pyfunction!(poisson, module)?)?;
    module.add_function(wrap_pyfunction!(gamma, module)?)?;
    module.add_function(wrap_pyfunction!(binomial, module)?)?;
    module.add_function(wrap_pyfunction!(categorical, module)?)
}
