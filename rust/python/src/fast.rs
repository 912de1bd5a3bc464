//! Fast ops: None where the device has no kernel for one.

use crate::tensor::{PyTensor, work};
use pyo3::prelude::*;
use pyrite_core::Tensor;

type Maybe = PyResult<Option<PyTensor>>;
type Given<'py> = Option<PyRef<'py, PyTensor>>;

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

/// (x - mean) / sqrt(var + eps) w + b over some axes, mean, var and 1 / sqrt(var + eps); the first and last where the mean is
/// not taken. Weight and bias broadcast in `shape`.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_standardize(
    py: Python<'_>,
    x: PyRef<'_, PyTensor>,
    weight: Given<'_>,
    bias: Given<'_>,
    axes: Vec<usize>,
    shape: Option<Vec<isize>>,
    eps: f64,
    is_centered: bool,
) -> PyResult<Option<Vec<PyTensor>>> {
    let (x, shape) = (&x.0, shape.unwrap_or_default());
    let (weight, bias) = (weight.as_deref().map(|w| &w.0), bias.as_deref().map(|b| &b.0));
    let tensors: Vec<&Tensor> = [Some(x), weight, bias].into_iter().flatten().collect();
    let outs = work(py, &tensors, || x.fast_standardize(weight, bias, &axes, &shape, eps, is_centered))?;
    Ok(outs.map(|outs| outs.into_iter().map(PyTensor).collect()))
}

/// The gradient of a standardization's input from that of its output.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_standardize_slope(
    py: Python<'_>,
    g: PyRef<'_, PyTensor>,
    x: PyRef<'_, PyTensor>,
    weight: Given<'_>,
    mean: Given<'_>,
    scale: PyRef<'_, PyTensor>,
    axes: Vec<usize>,
    shape: Option<Vec<isize>>,
) -> Maybe {
    let (g, x, scale, shape) = (&g.0, &x.0, &scale.0, shape.unwrap_or_default());
    let (weight, mean) = (weight.as_deref().map(|w| &w.0), mean.as_deref().map(|m| &m.0));
    Ok(work(py, &[g, x], || g.fast_standardize_slope(x, weight, mean, scale, &axes, &shape))?.map(PyTensor))
}

/// The gradient of a standardization's weight, summed over some axes, which stay with size 1.
#[pyfunction]
fn fast_standardize_weight_slope(
    py: Python<'_>,
    g: PyRef<'_, PyTensor>,
    x: PyRef<'_, PyTensor>,
    mean: Given<'_>,
    scale: PyRef<'_, PyTensor>,
    axes: Vec<usize>,
) -> Maybe {
    let (g, x, scale, mean) = (&g.0, &x.0, &scale.0, mean.as_deref().map(|m| &m.0));
    Ok(work(py, &[g, x], || g.fast_standardize_weight_slope(x, mean, scale, &axes))?.map(PyTensor))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fast_softmax, module)?)?;
    module.add_function(wrap_pyfunction!(fast_softmax_slope, module)?)?;
    module.add_function(wrap_pyfunction!(fast_standardize, module)?)?;
    module.add_function(wrap_pyfunction!(fast_standardize_slope, module)?)?;
    module.add_function(wrap_pyfunction!(fast_standardize_weight_slope, module)?)
}
