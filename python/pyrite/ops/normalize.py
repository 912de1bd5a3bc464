"""Softmax, its logarithm, and logsumexp as operations with closed gradients."""

from __future__ import annotations

from typing import Any

from pyrite.autograd.graph import operation
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import wrap_dim
from pyrite.tensor import Handle


def _shifted(x: Handle, dim: int) -> Handle:
    """x minus its largest along `dim`, so that exp cannot overflow."""
    if x.ndim == 0 or 0 in x.shape:
        return x - x
    top = x.reduce("max", [dim], True)
    return x - top


def _softmax(x: Handle, dim: int) -> Handle:
    wrap_dim(dim, x.ndim)
    e = rows.exp(_shifted(x, dim))
    return e / e.reduce("sum", [dim], True)


def _log_softmax(x: Handle, dim: int) -> Handle:
    wrap_dim(dim, x.ndim)
    s = _shifted(x, dim)
    return s - rows.log(rows.exp(s).reduce("sum", [dim], True))


softmax_along = operation(
    "softmax", _softmax, x=lambda g, out, dim: _softmax_slope(g, out, dim)
)
log_softmax_along = operation(
    "log_softmax", _log_softmax, x=lambda g, out, dim: g - rows.exp(out) * g.sum([dim], True)
)


def _softmax_slope(g: Any, out: Any, dim: int) -> Any:
    gy = g * out
    return gy - out * gy.sum([dim], True)
