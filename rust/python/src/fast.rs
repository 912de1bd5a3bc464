//! Fast ops: None where the device has no kernel for one.

use crate::tensor::{PyTensor, work};
use pyo3::prelude::*;

type Maybe = PyResult<Option<PyTensor>>;

/// The softmax over an axis, or its logarithm.
#[pyfunction]
fn fast_softmax(py: Python<'_>, x: PyRef<'_, PyTensor>, axis: usize, log: bool) -> Maybe {
    let x = &x.0;
    Ok(work(py, &[x], || x.fast_softmax(axis, log))?.map(PyTensor))
}

/// The gradient of a softmax's input from that of its output and the output.
#[pyfunction]
fn fast_softmax_slope(py: Python<'_>, g: PyRef<'_, PyTensor>, y: PyRef<'_, PyTensor>, axis: usize, log: bool) -> Maybe {
    let (g, y) = (&g.0, &y.0);
    Ok(work(py, &[g, y], || g.fast_softmax_slope(y, axis, log))?.map(PyTensor))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fast_softmax, module)?)?;
    module.add_function(wrap_pyfunction!(fast_softmax_slope, module)?)
}
