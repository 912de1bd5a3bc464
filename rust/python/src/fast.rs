//! Fast ops: None where the device has no kernel for one.

use crate::tensor::{PyTensor, work};
use pyo3::prelude::*;
use pyrite_core::Tensor;
use pyrite_core::random::Philox;
use pyrite_core::tensor::{Attention, Convolution, Pooling};

type Handle<'py> = PyRef<'py, PyTensor>;
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

/// What a loss of class indices is made of: a row for each part, a number for each index.
#[pyfunction]
fn fast_class_loss(
    py: Python<'_>,
    x: Handle<'_>,
    target: Handle<'_>,
    weight: Given<'_>,
    axis: usize,
    ignored: i64,
    smoothing: Option<f64>,
) -> Maybe {
    let (x, target, weight) = (&x.0, &target.0, weight.as_deref().map(|w| &w.0));
    Ok(work(py, &[x, target], || x.fast_class_loss(target, weight, axis, ignored, smoothing))?.map(PyTensor))
}

/// The gradient of scores, or of log-probabilities of a shape, from that of a loss of class indices.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_class_loss_slope(
    py: Python<'_>,
    g: Handle<'_>,
    shape: Vec<usize>,
    x: Given<'_>,
    target: Handle<'_>,
    weight: Given<'_>,
    kept: Handle<'_>,
    total: Given<'_>,
    axis: usize,
    ignored: i64,
    smoothing: f64,
) -> Maybe {
    let (g, target, kept) = (&g.0, &target.0, &kept.0);
    let [x, weight, total] = [&x, &weight, &total].map(|given| given.as_deref().map(|tensor| &tensor.0));
    let slope = || g.fast_class_loss_slope(&shape, x, target, weight, kept, total, axis, ignored, smoothing);
    Ok(work(py, &[g, target, kept], slope)?.map(PyTensor))
}

/// The logarithm of the sum of exponentials over axes, which stay with size 1.
#[pyfunction]
fn fast_logsumexp(py: Python<'_>, x: Handle<'_>, axes: Vec<usize>) -> Maybe {
    let x = &x.0;
    Ok(work(py, &[x], || x.fast_logsumexp(&axes))?.map(PyTensor))
}

/// The product of two matrices with a bias added.
#[pyfunction]
fn fast_matmul_with_bias(py: Python<'_>, x: Handle<'_>, y: Handle<'_>, bias: Handle<'_>) -> Maybe {
    let (x, y, bias) = (&x.0, &y.0, &bias.0);
    Ok(work(py, &[x, y], || x.fast_matmul_with_bias(y, bias))?.map(PyTensor))
}

/// The attention, and for each query the logarithm of its sum of exponentials.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_attention(
    py: Python<'_>,
    query: Handle<'_>,
    key: Handle<'_>,
    value: Handle<'_>,
    mask: Option<Handle<'_>>,
    scale: f64,
    is_causal: bool,
    shares_heads: bool,
    dropout: Option<(f64, u64, u64)>,
) -> PyResult<Option<(PyTensor, PyTensor)>> {
    let mask = mask.as_ref().map(|mask| &mask.0);
    let dropout = dropout.map(|(kept, seed, offset)| (kept, Philox { seed, offset }));
    let given =
        Attention { query: &query.0, key: &key.0, value: &value.0, mask, scale, is_causal, shares_heads, dropout };
    Ok(work(py, &[given.query, given.key], || given.fast())?.map(|(y, kept)| (PyTensor(y), PyTensor(kept))))
}

/// The gradients of an attention's query, key and value from that of its result and what it gave.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_attention_slopes(
    py: Python<'_>,
    g: Handle<'_>,
    query: Handle<'_>,
    key: Handle<'_>,
    value: Handle<'_>,
    mask: Option<Handle<'_>>,
    result: (Handle<'_>, Handle<'_>),
    scale: f64,
    is_causal: bool,
    shares_heads: bool,
    dropout: Option<(f64, u64, u64)>,
) -> PyResult<Option<Vec<PyTensor>>> {
    let mask = mask.as_ref().map(|mask| &mask.0);
    let dropout = dropout.map(|(kept, seed, offset)| (kept, Philox { seed, offset }));
    let given =
        Attention { query: &query.0, key: &key.0, value: &value.0, mask, scale, is_causal, shares_heads, dropout };
    let (g, y, logarithms) = (&g.0, &result.0.0, &result.1.0);
    let slopes = work(py, &[given.query, given.key], || given.fast_slopes(g, y, logarithms))?;
    Ok(slopes.map(|slopes| slopes.into_iter().map(PyTensor).collect()))
}

/// A convolution with its bias.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_convolve(
    py: Python<'_>,
    x: PyRef<'_, PyTensor>,
    weight: PyRef<'_, PyTensor>,
    bias: Option<PyRef<'_, PyTensor>>,
    stride: Vec<usize>,
    before: Vec<isize>,
    after: Vec<isize>,
    dilation: Vec<usize>,
    groups: usize,
) -> Maybe {
    let (x, weight, bias) = (&x.0, &weight.0, bias.as_ref().map(|bias| &bias.0));
    let of = Convolution { stride: &stride, before: &before, dilation: &dilation, groups };
    Ok(work(py, &[x, weight], || x.fast_convolve(weight, bias, &after, &of))?.map(PyTensor))
}

/// The adjoint of a convolution in its input, with a bias.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_spread(
    py: Python<'_>,
    y: PyRef<'_, PyTensor>,
    weight: PyRef<'_, PyTensor>,
    bias: Option<PyRef<'_, PyTensor>>,
    size: Vec<usize>,
    stride: Vec<usize>,
    before: Vec<isize>,
    dilation: Vec<usize>,
    groups: usize,
) -> Maybe {
    let (y, weight, bias) = (&y.0, &weight.0, bias.as_ref().map(|bias| &bias.0));
    let of = Convolution { stride: &stride, before: &before, dilation: &dilation, groups };
    Ok(work(py, &[y, weight], || y.fast_spread(weight, bias, &size, &of))?.map(PyTensor))
}

/// The adjoint of a convolution in its weight.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_weigh(
    py: Python<'_>,
    g: PyRef<'_, PyTensor>,
    x: PyRef<'_, PyTensor>,
    kernel: Vec<usize>,
    stride: Vec<usize>,
    before: Vec<isize>,
    after: Vec<isize>,
    dilation: Vec<usize>,
    groups: usize,
) -> Maybe {
    let (g, x) = (&g.0, &x.0);
    let of = Convolution { stride: &stride, before: &before, dilation: &dilation, groups };
    Ok(work(py, &[g, x], || g.fast_weigh(x, &kernel, &after, &of))?.map(PyTensor))
}

/// The gradients of the gates and of the cell state in a step of a long short-term memory, from those of its two results.
#[pyfunction]
fn fast_lstm_slopes(
    py: Python<'_>,
    gh: Handle<'_>,
    gc: Handle<'_>,
    gates: Handle<'_>,
    cell: Handle<'_>,
) -> PyResult<Option<Vec<PyTensor>>> {
    let (gh, gc, gates, cell) = (&gh.0, &gc.0, &gates.0, &cell.0);
    let slopes = work(py, &[gh, gc, gates, cell], || gates.fast_lstm_slopes([gh, gc], cell))?;
    Ok(slopes.map(|slopes| slopes.into_iter().map(PyTensor).collect()))
}

/// The state after a step of a gated recurrent unit.
#[pyfunction]
fn fast_gru(py: Python<'_>, gates: Handle<'_>, hidden: Handle<'_>, state: Handle<'_>) -> Maybe {
    let (gates, hidden, state) = (&gates.0, &hidden.0, &state.0);
    Ok(work(py, &[gates, hidden, state], || gates.fast_gru(hidden, state))?.map(PyTensor))
}

/// The gradients of its gates, of what the state gives to them, and of the state.
#[pyfunction]
fn fast_gru_slopes(
    py: Python<'_>,
    g: Handle<'_>,
    gates: Handle<'_>,
    hidden: Handle<'_>,
    state: Handle<'_>,
) -> PyResult<Option<Vec<PyTensor>>> {
    let (g, gates, hidden, state) = (&g.0, &gates.0, &hidden.0, &state.0);
    let slopes = work(py, &[g, gates, hidden, state], || gates.fast_gru_slopes(g, hidden, state))?;
    Ok(slopes.map(|slopes| slopes.into_iter().map(PyTensor).collect()))
}

/// Tensors one after another along an axis.
#[pyfunction]
fn fast_cat(py: Python<'_>, tensors: Vec<Handle<'_>>, axis: usize) -> Maybe {
    let tensors: Vec<&Tensor> = tensors.iter().map(|tensor| &tensor.0).collect();
    Ok(work(py, &tensors, || Tensor::fast_cat(&tensors, axis))?.map(PyTensor))
}

/// Other sizes of the last axes, by tables of places and weights.
#[pyfunction]
fn fast_resample(
    py: Python<'_>,
    x: Handle<'_>,
    sizes: Vec<usize>,
    places: Handle<'_>,
    weights: Handle<'_>,
    taps: Vec<usize>,
) -> Maybe {
    let (x, places, weights) = (&x.0, &places.0, &weights.0);
    Ok(work(py, &[x, places, weights], || x.fast_resample(&sizes, places, weights, &taps))?.map(PyTensor))
}

/// The sum of each of `out` windows; what is behind the input counts as 0, however much of it there is.
#[pyfunction]
fn fast_window_sum(
    py: Python<'_>,
    x: PyRef<'_, PyTensor>,
    out: Vec<usize>,
    kernel: Vec<usize>,
    stride: Vec<usize>,
    before: Vec<isize>,
    _after: Vec<isize>,
) -> Maybe {
    let (x, dilation) = (&x.0, vec![1; kernel.len()]);
    let of = Pooling { kernel: &kernel, stride: &stride, before: &before, dilation: &dilation };
    Ok(work(py, &[x], || x.fast_window_sum(&out, &of))?.map(PyTensor))
}

/// The adjoint of the sum over windows.
#[pyfunction]
fn fast_window_share(
    py: Python<'_>,
    y: PyRef<'_, PyTensor>,
    size: Vec<usize>,
    kernel: Vec<usize>,
    stride: Vec<usize>,
    before: Vec<isize>,
    _after: Vec<isize>,
) -> Maybe {
    let (y, dilation) = (&y.0, vec![1; kernel.len()]);
    let of = Pooling { kernel: &kernel, stride: &stride, before: &before, dilation: &dilation };
    Ok(work(py, &[y], || y.fast_window_share(&size, &of))?.map(PyTensor))
}

/// The largest element of each of `out` windows and its place in the window.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_window_max(
    py: Python<'_>,
    x: PyRef<'_, PyTensor>,
    out: Vec<usize>,
    kernel: Vec<usize>,
    stride: Vec<usize>,
    before: Vec<isize>,
    _after: Vec<isize>,
    dilation: Vec<usize>,
) -> PyResult<Option<(PyTensor, PyTensor)>> {
    let x = &x.0;
    let of = Pooling { kernel: &kernel, stride: &stride, before: &before, dilation: &dilation };
    let made = work(py, &[x], || x.fast_window_max(&out, &of))?;
    Ok(made.map(|(values, places)| (PyTensor(values), PyTensor(places))))
}

/// The element at a chosen place of each window.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_window_pick(
    py: Python<'_>,
    x: PyRef<'_, PyTensor>,
    place: PyRef<'_, PyTensor>,
    kernel: Vec<usize>,
    stride: Vec<usize>,
    before: Vec<isize>,
    _after: Vec<isize>,
    dilation: Vec<usize>,
) -> Maybe {
    let (x, place) = (&x.0, &place.0);
    let of = Pooling { kernel: &kernel, stride: &stride, before: &before, dilation: &dilation };
    Ok(work(py, &[x, place], || x.fast_window_pick(place, &of))?.map(PyTensor))
}

/// The adjoint of picking one element of each window.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn fast_window_put(
    py: Python<'_>,
    y: PyRef<'_, PyTensor>,
    place: PyRef<'_, PyTensor>,
    size: Vec<usize>,
    kernel: Vec<usize>,
    stride: Vec<usize>,
    before: Vec<isize>,
    _after: Vec<isize>,
    dilation: Vec<usize>,
) -> Maybe {
    let (y, place) = (&y.0, &place.0);
    let of = Pooling { kernel: &kernel, stride: &stride, before: &before, dilation: &dilation };
    Ok(work(py, &[y, place], || y.fast_window_put(place, &size, &of))?.map(PyTensor))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fast_softmax, module)?)?;
    module.add_function(wrap_pyfunction!(fast_softmax_slope, module)?)?;
    module.add_function(wrap_pyfunction!(fast_standardize, module)?)?;
    module.add_function(wrap_pyfunction!(fast_standardize_slope, module)?)?;
    module.add_function(wrap_pyfunction!(fast_standardize_weight_slope, module)?)?;
    module.add_function(wrap_pyfunction!(fast_class_loss, module)?)?;
    module.add_function(wrap_pyfunction!(fast_class_loss_slope, module)?)?;
    module.add_function(wrap_pyfunction!(fast_logsumexp, module)?)?;
    module.add_function(wrap_pyfunction!(fast_matmul_with_bias, module)?)?;
    module.add_function(wrap_pyfunction!(fast_attention, module)?)?;
    module.add_function(wrap_pyfunction!(fast_attention_slopes, module)?)?;
    module.add_function(wrap_pyfunction!(fast_convolve, module)?)?;
    module.add_function(wrap_pyfunction!(fast_spread, module)?)?;
    module.add_function(wrap_pyfunction!(fast_weigh, module)?)?;
    module.add_function(wrap_pyfunction!(fast_cat, module)?)?;
    module.add_function(wrap_pyfunction!(fast_lstm_slopes, module)?)?;
    module.add_function(wrap_pyfunction!(fast_gru, module)?)?;
    module.add_function(wrap_pyfunction!(fast_gru_slopes, module)?)?;
    module.add_function(wrap_pyfunction!(fast_resample, module)?)?;
    module.add_function(wrap_pyfunction!(fast_window_sum, module)?)?;
    module.add_function(wrap_pyfunction!(fast_window_share, module)?)?;
    module.add_function(wrap_pyfunction!(fast_window_max, module)?)?;
    module.add_function(wrap_pyfunction!(fast_window_pick, module)?)?;
    module.add_function(wrap_pyfunction!(fast_window_put, module)?)
}
