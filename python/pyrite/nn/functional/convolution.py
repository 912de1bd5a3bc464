"""Convolution as an operation: one form, linear in its input, in its weight and in the gradient of its output.

The three gradients of that form are each other's, so they differentiate to any order: `convolve` gives outputs,
`spread` goes back to inputs (a transposed convolution), `weigh` to weights. Batches are (N, C, *), weights (O, C /
groups, *).
"""

import math
from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.nn.functional.lattice import padded, span, summed, windows
from pyrite.ops.elementwise import conj
from pyrite.ops.fast import fast
from pyrite.tensor import Handle


def _columns(x: Handle, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int], groups: int) -> Handle:
    """The windows of a padded batch as columns: (N, groups, C / groups x kernel, out)."""
    count = len(kernel)
    seen = windows(x, kernel, stride, dilation)
    batch, channels, *rest = seen.shape
    out = rest[:count]
    turned = seen.permute([0, 1, *range(2 + count, 2 + 2 * count), *range(2, 2 + count)])
    return turned.reshape([batch, groups, channels // groups * math.prod(kernel), math.prod(out)])


def _out_size(
    x: Handle, kernel: Sequence[int], stride: Sequence[int], before: Sequence[int], after: Sequence[int], dilation
) -> list[int]:
    return [
        (n + b + a - span(k, d)) // s + 1
        for n, k, s, b, a, d in zip(x.shape[2:], kernel, stride, before, after, dilation, strict=True)
    ]


def _biased(y: Handle, bias: Handle | None) -> Handle:
    return y if bias is None else y + bias.reshape([-1] + [1] * (y.ndim - 2))


@fast(_core.fast_convolve)
def _convolved(x: Handle, weight: Handle, bias: Handle | None, stride, before, after, dilation, groups: int) -> Handle:
    outputs, _, *kernel = weight.shape
    out = _out_size(x, kernel, stride, before, after, dilation)
    columns = _columns(padded(x, before, after), kernel, stride, dilation, groups)
    matrix = weight.reshape([groups, outputs // groups, weight.shape[1] * math.prod(kernel)])
    return _biased(matrix.matmul(columns).reshape([x.shape[0], outputs, *out]), bias)


def _flipped(weight: Handle, groups: int) -> Handle:
    """The weight of the convolution that takes outputs to inputs: (C, O / groups, *), turned around."""
    outputs, inputs, *kernel = weight.shape
    size = math.prod(kernel)
    turned = weight.reshape([groups, outputs // groups, inputs, size]).transpose(1, 2)
    flipped = weight.unfilled([groups, inputs, outputs // groups, size], weight.dtype)
    for i in range(size):
        flipped.select(3, size - 1 - i).assign(turned.select(3, i))
    return flipped.reshape([groups * inputs, outputs // groups, *kernel])


@fast(_core.fast_spread)
def _spread(y: Handle, weight: Handle, bias: Handle | None, size, stride, before, dilation, groups: int) -> Handle:
    """What a batch (N, O, *) of outputs adds up to in inputs (N, C, *size)."""
    kernel = weight.shape[2:]
    if all(s == 1 for s in stride):
        reach = [span(k, d) - 1 for k, d in zip(kernel, dilation, strict=True)]
        front = [r - b for r, b in zip(reach, before, strict=True)]
        back = [n + b - m for n, b, m in zip(size, before, y.shape[2:], strict=True)]
        return _convolved(y, _flipped(weight, groups), bias, stride, front, back, dilation, groups)
    return _biased(_spread_by_place(y, weight, size, stride, before, dilation, groups), bias)


def _spread_by_place(y: Handle, weight: Handle, size, stride, before, dilation, groups: int) -> Handle:
    batch, outputs, *out = y.shape
    _, inputs, *kernel = weight.shape
    matrix = weight.reshape([groups, outputs // groups, inputs * math.prod(kernel)]).transpose(1, 2)
    columns = matrix.matmul(y.reshape([batch, groups, outputs // groups, math.prod(out)]))
    columns = columns.reshape([batch, groups * inputs, math.prod(kernel), *out])
    return summed(columns, size, kernel, stride, before, dilation)


@fast(_core.fast_weigh)
def _weighed(g: Handle, x: Handle, kernel, stride, before, after, dilation, groups: int) -> Handle:
    """The gradient of a weight from that of the output and the input."""
    batch, outputs, *out = g.shape
    columns = _columns(padded(x, before, after), kernel, stride, dilation, groups)
    rows = g.reshape([batch, groups, outputs // groups, math.prod(out)])
    products = rows.matmul(columns.transpose(2, 3)).reduce("sum", [0], False)
    return products.reshape([outputs, x.shape[1] // groups, *kernel])


def _behind(x_shape: Sequence[int], y_shape: Sequence[int], kernel, stride, before, dilation) -> list[int]:
    """What must be added behind inputs of a shape for as many windows as the outputs have."""
    return [
        (m - 1) * s + span(k, d) - n - b
        for m, s, k, d, n, b in zip(y_shape[2:], stride, kernel, dilation, x_shape[2:], before, strict=True)
    ]


def _slope_of_convolved(g, x_shape, weight, stride, before, dilation, groups) -> Any:
    return spread(g, conj(weight), x_shape[2:], stride, before, dilation, groups)


def _slope_of_filters(g, x, weight_shape, stride, before, after, dilation, groups) -> Any:
    return weigh(g, conj(x), weight_shape[2:], stride, before, after, dilation, groups)


def _slope_of_spread(g, y_shape, weight, stride, before, dilation, groups) -> Any:
    after = _behind(g.shape, y_shape, weight.shape[2:], stride, before, dilation)
    return convolve(g, conj(weight), stride, before, after, dilation, groups)


def _slope_of_spreading_filters(g, y, weight_shape, stride, before, dilation, groups) -> Any:
    after = _behind(g.shape, y.shape, weight_shape[2:], stride, before, dilation)
    return weigh(conj(y), g, weight_shape[2:], stride, before, after, dilation, groups)


convolve = operation(
    "convolve",
    lambda x, weight, stride, before, after, dilation, groups: _convolved(
        x, weight, None, stride, before, after, dilation, groups
    ),
    x=_slope_of_convolved,
    weight=_slope_of_filters,
)
spread = operation(
    "spread",
    lambda y, weight, size, stride, before, dilation, groups: _spread(
        y, weight, None, size, stride, before, dilation, groups
    ),
    y=_slope_of_spread,
    weight=_slope_of_spreading_filters,
)
weigh = operation(
    "weigh",
    lambda y, x, kernel, stride, before, after, dilation, groups: _weighed(
        y, x, kernel, stride, before, after, dilation, groups
    ),
    y=lambda g, x, stride, before, after, dilation, groups: convolve(
        conj(x), g, stride, before, after, dilation, groups
    ),
    x=lambda g, y, x_shape, stride, before, dilation, groups: spread(
        conj(y), g, x_shape[2:], stride, before, dilation, groups
    ),
)


def _bias_slope(g: Any) -> Any:
    return g.sum([0, *range(2, g.ndim)])


convolution = operation(
    "convolution",
    lambda x, weight, bias, stride, before, after, dilation, groups: _convolved(
        x, weight, bias, stride, before, after, dilation, groups
    ),
    x=_slope_of_convolved,
    weight=_slope_of_filters,
    bias=_bias_slope,
)
transposed_convolution = operation(
    "transposed_convolution",
    lambda y, weight, bias, size, stride, before, dilation, groups: _spread(
        y, weight, bias, size, stride, before, dilation, groups
    ),
    label="ConvolutionBackward0",
    y=_slope_of_spread,
    weight=_slope_of_spreading_filters,
    bias=_bias_slope,
)
