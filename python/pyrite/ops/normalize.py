"""Softmax, its logarithm, and logsumexp, with closed gradients."""

from __future__ import annotations

import math
from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.dtype import inexact, is_integral, of_argument
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import dims, index, require_tensor, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.ops.fast import fast
from pyrite.ops.parts import real_part
from pyrite.ops.reduce import axes_of, expanded, restored
from pyrite.tensor import Handle

__all__ = ["log_softmax", "logsumexp", "softmax"]


def _shifted(x: Handle, dim: int) -> Handle:
    """x minus its largest along `dim`, so that exp cannot overflow."""
    if 0 in x.shape:
        return x - x
    return x - x.reduce("max", [dim], True)


@fast(_core.fast_softmax)
def softmax_or_log(x: Handle, dim: int, log: bool) -> Handle:
    s = _shifted(x, dim)
    e = rows.exp(s)
    total = e.reduce("sum", [dim], True)
    return s - rows.log(total) if log else e / total


@fast(_core.fast_softmax_slope)
def softmax_slope(g: Any, out: Any, dim: int, log: bool) -> Any:
    """The gradient of the input of a softmax, or of its logarithm."""
    if log:
        return g - rows.exp(out) * g.sum([dim], True)
    gy = g * out
    return gy - out * gy.sum([dim], True)


def _softmax(x: Handle, dim: int) -> Handle:
    return softmax_or_log(x, dim, False)


def _log_softmax(x: Handle, dim: int) -> Handle:
    return softmax_or_log(x, dim, True)


softmax_along = operation("softmax", _softmax, x=lambda g, out, dim: softmax_slope(g, out, dim, False))
log_softmax_along = operation("log_softmax", _log_softmax, x=lambda g, out, dim: softmax_slope(g, out, dim, True))


def _along(name: str, along: Any, input: Any, dim: int, dtype: Any) -> Any:
    require_tensor(name, input)
    x = input if dtype is None else to_dtype(input, of_argument(dtype))
    axis = wrap_dim(index(name, "dim", dim), x.ndim)
    if is_integral(x.dtype):
        raise NotImplementedError(f"\"{name}_kernel_impl\" not implemented for '{x.dtype.scalar_name}'")
    return along(x, axis)


def softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """``exp(x) / sum(exp(x))`` along a dimension (see ``torch.softmax``)."""
    return _along("softmax", softmax_along, input, dim, dtype)


def log_softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """``log(softmax(x))`` along a dimension, in the form that does not overflow (see ``torch.log_softmax``)."""
    return _along("log_softmax", log_softmax_along, input, dim, dtype)


def _logsumexp(x: Handle, axes: list[int] | None, keepdim: bool) -> Handle:
    over = list(range(x.ndim)) if axes is None or x.ndim == 0 else axes
    out = _core.fast_logsumexp(x, over)
    if out is not None:
        return out if keepdim else out.reshape([n for i, n in enumerate(x.shape) if i not in over])
    if x.numel() == 0:
        return rows.log(x.reduce("sum", axes, keepdim))
    top = (real_part(x) if rows.is_complex(x) else x).reduce("max", axes, True)
    top = rows.select(rows.isinf(top), 0.0, top)
    total = rows.log(rows.exp(x - top).reduce("sum", axes, True)) + top
    return total if keepdim else total.reduce("sum", axes, False)


def _sum_slope(g: Any, x: Any, out: Any, axes: list[int] | None, keepdim: bool) -> Any:
    """The softmax, 0 where all are minus infinity."""
    full = restored(out, x.shape, axes, keepdim)
    weight = rows.conj(rows.select(rows.eq(full, -math.inf), 0.0, rows.exp(x - full)))
    return expanded(g, x.shape, axes, keepdim) * weight


logsumexp_over = operation(
    "logsumexp", _logsumexp, x=lambda g, x, out, axes, keepdim: _sum_slope(g, x, out, axes, keepdim)
)


def logsumexp(input: Any, dim: Any, keepdim: bool = False) -> Any:
    """``log(sum(exp(x)))`` over dimensions, in the form that does not overflow (see ``torch.logsumexp``)."""
    require_tensor("logsumexp", input)
    axes = axes_of(dims("logsumexp", dim), input.ndim)
    return logsumexp_over(to_dtype(input, inexact(input.dtype)), axes, keepdim)
