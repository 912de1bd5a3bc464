"""The sum and the largest element of each window as operations, with their adjoints.

They take the windows one place at a time, so that no copy of all windows is made. Inputs are (*, n1, ...), the lattice
as in `lattice.py`.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.dtype import iinfo, int64, is_integral
from pyrite.nn.functional.lattice import padded, places, span
from pyrite.ops import elementwise as rows
from pyrite.ops.fast import fast
from pyrite.tensor import Handle


@fast(_core.fast_window_sum)
def _sum(x: Handle, out, kernel, stride, before, after) -> Handle:
    parts = list(places(padded(x, before, after), out, kernel, stride, [1] * len(out)))
    return reduce(add, parts) if len(parts) > 1 else parts[0].copy(x.dtype, True)


def _placed(parts: Any, like: Handle, size, kernel, stride, before, dilation) -> Handle:
    """A tensor of zeros to which `parts(i)` is added at the i-th place of every window."""
    out = like.shape[like.ndim - len(size) :]
    lead = like.shape[: like.ndim - len(size)]
    reach = [(n - 1) * s + span(k, d) for n, s, k, d in zip(out, stride, kernel, dilation, strict=True)]
    whole = [max(r, n + b) for r, n, b in zip(reach, size, before, strict=True)]
    image = like.filled([*lead, *whole], 0, like.dtype)
    apart = all(s >= span(k, d) for s, k, d in zip(stride, kernel, dilation, strict=True))
    for i, place in enumerate(places(image, out, kernel, stride, dilation)):
        place.assign(parts(i) if apart else place + parts(i))
    return padded(image, [-b for b in before], [n + b - m for n, b, m in zip(size, before, whole, strict=True)])


def _size(x_shape: Sequence[int], kernel: Sequence[int]) -> list[int]:
    return list(x_shape[len(x_shape) - len(kernel) :])


@fast(_core.fast_window_share)
def _shared(y: Handle, size, kernel, stride, before, after) -> Handle:
    return _placed(lambda i: y, y, size, kernel, stride, before, [1] * len(size))


window_sum = operation(
    "window_sum",
    lambda x, out, kernel, stride, before, after: _sum(x, out, kernel, stride, before, after),
    x=lambda g, x_shape, kernel, stride, before, after: window_share(
        g, _size(x_shape, kernel), kernel, stride, before, after
    ),
)
window_share = operation(
    "window_share",
    lambda y, size, kernel, stride, before, after: _shared(y, size, kernel, stride, before, after),
    y=lambda g, y_shape, kernel, stride, before, after: window_sum(
        g, _size(y_shape, kernel), kernel, stride, before, after
    ),
)


@fast(_core.fast_window_max)
def _max(x: Handle, out, kernel, stride, before, after, dilation) -> tuple[Handle, Handle]:
    """The largest element of each window and its place in the window, the first of equals; NaN is the largest."""
    lowest = iinfo(x.dtype).min if is_integral(x.dtype) else float("-inf")
    first, *others = places(padded(x, before, after, lowest), out, kernel, stride, dilation)
    best, place = first.copy(first.dtype, True), first.filled(list(first.shape), 0, int64)
    for i, value in enumerate(others, 1):
        better = rows.logical_or(rows.gt(value, best), rows.isnan(value))
        best, place = rows.select(better, value, best), rows.select(better, i, place)
    return best, place


@fast(_core.fast_window_pick)
def _picked(x: Handle, place: Handle, kernel, stride, before, after, dilation) -> Handle:
    """The element at a chosen place of each window."""
    out = place.shape[place.ndim - len(kernel) :]
    taken = places(padded(x, before, after), out, kernel, stride, dilation)
    return reduce(add, (rows.select(rows.eq(place, i), value, 0) for i, value in enumerate(taken)))


@fast(_core.fast_window_put)
def _put(y: Handle, place: Handle, size, kernel, stride, before, after, dilation) -> Handle:
    return _placed(lambda i: rows.select(rows.eq(place, i), y, 0), y, size, kernel, stride, before, dilation)


window_max = operation(
    "window_max",
    lambda x, out, kernel, stride, before, after, dilation: _max(x, out, kernel, stride, before, after, dilation),
    outputs=1,
    tensors=("outs",),
    label="MaxPool2DWithIndicesBackward0",
    x=lambda g, outs, x_shape, kernel, stride, before, after, dilation: window_put(
        g, outs[1], _size(x_shape, kernel), kernel, stride, before, after, dilation
    ),
)
window_put = operation(
    "window_put",
    lambda y, place, size, kernel, stride, before, after, dilation: _put(
        y, place, size, kernel, stride, before, after, dilation
    ),
    tensors=("place",),
    y=lambda g, place, kernel, stride, before, after, dilation: window_pick(
        g, place, kernel, stride, before, after, dilation
    ),
)
window_pick = operation(
    "window_pick",
    lambda x, place, kernel, stride, before, after, dilation: _picked(
        x, place, kernel, stride, before, after, dilation
    ),
    tensors=("place",),
    x=lambda g, x_shape, place, kernel, stride, before, after, dilation: window_put(
        g, place, _size(x_shape, kernel), kernel, stride, before, after, dilation
    ),
)
