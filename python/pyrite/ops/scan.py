"""Running sums, products, extremes and logsumexp along a dimension, differences, and the trapezoidal rule."""

from __future__ import annotations

import math
from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, inexact, int64, is_integral, of_argument
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import index, numpy_names, require_tensor, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.ops.join import cat_along
from pyrite.ops.lookup import gather_along
from pyrite.ops.reduce import any_over, sum_over
from pyrite.tensor import Handle

__all__ = """
cummax cummin cumprod cumsum cumulative_trapezoid diff logcumsumexp trapezoid trapz
""".split()


def places(n: int, like: Handle) -> Handle:
    """0, 1, ... n - 1, on the device of `like`."""
    return _core.arange(0, 1, n, int64, like.backend)


def _reversed(x: Handle, dim: int) -> Handle:
    n = x.shape[dim] if x.ndim else 0
    if n < 2:
        return x
    return x.index([None] * dim + [places(n, x) * -1 + (n - 1)])


reversed_along = operation("flip", _reversed, x=lambda g, dim: reversed_along(g, dim))


def _placed(g: Handle, shape: Any, dim: int, where: Handle) -> Handle:
    if not shape:
        return g
    out = g.filled(list(shape), 0, g.dtype)
    out.scatter(dim, where, g, "add")
    return out


placed_along = operation(
    "scatter_add", _placed, tensors=("where",), g=lambda g, dim, where: gather_along(g, dim, where) if g.ndim else g
)


def _sum_from_here(g: Any, dim: int) -> Any:
    return reversed_along(cumsum_along(reversed_along(g, dim), dim), dim)


cumsum_along = operation("cumsum", lambda x, dim: x.scan("sum", dim)[0], x=lambda g, dim: _sum_from_here(g, dim))
cumprod_along = operation(
    "cumprod", lambda x, dim: x.scan("prod", dim)[0], x=lambda g, x, dim, out: cumprod_backward(g, x, dim, out)
)
logcumsumexp_along = operation(
    "logcumsumexp",
    lambda x, dim: x.scan("logsumexp", dim)[0],
    x=lambda g, x, dim, out: logcumsumexp_backward(g, x, dim, out),
)
cummax_along = operation(
    "cummax",
    lambda x, dim: x.scan("max", dim),
    tensors=("outs",),
    outputs=1,
    x=lambda g, x_shape, dim, outs: placed_along(g, x_shape, dim, outs[1]),
)
cummin_along = operation(
    "cummin",
    lambda x, dim: x.scan("min", dim),
    tensors=("outs",),
    outputs=1,
    x=lambda g, x_shape, dim, outs: placed_along(g, x_shape, dim, outs[1]),
)


def cumprod_backward(g: Any, x: Any, dim: int, out: Any) -> Any:
    """Each factor's share: ``sum(g * out) / x`` from its place on; by recurrence where a factor is 0."""
    if x.ndim == 0:
        return g
    if not any_over(rows.eq(x, 0), None, False).item():
        return _sum_from_here(g * rows.conj(out), dim) / rows.conj(x)
    n = x.shape[dim]
    after = g.narrow(dim, n - 1, 1)
    tails = [after]
    for k in range(n - 2, -1, -1):
        after = g.narrow(dim, k, 1) + rows.conj(x.narrow(dim, k + 1, 1)) * after
        tails.append(after)
    shape = [1 if a == dim else m for a, m in enumerate(x.shape)]
    before = cat_along([rows.constant(x, shape, 1), cumprod_along(x.narrow(dim, 0, n - 1), dim)], dim)
    return rows.conj(before) * cat_along(tails[::-1], dim)


def logcumsumexp_backward(g: Any, x: Any, dim: int, out: Any) -> Any:
    """``exp(x)`` times the sum of ``g exp(-out)`` from here on, by logarithms, positive and negative gradients
    apart."""

    finite = rows.select(rows.eq(out, -math.inf), 0.0, out)

    def part(sign: float) -> Any:
        share = g * sign
        counts = rows.logical_not(rows.le(share, 0))
        log = rows.select(counts, rows.log(rows.select(counts, share, 1.0)), -math.inf) - finite
        return rows.exp(reversed_along(logcumsumexp_along(reversed_along(log, dim), dim), dim) + x)

    return part(1.0) - part(-1.0)


def _axis(name: str, input: Any, dim: Any) -> int:
    require_tensor(name, input)
    return wrap_dim(index(name, "dim", dim), input.ndim)


def _summed(x: Any, dtype: Any) -> Any:
    if dtype is not None:
        return to_dtype(x, of_argument(dtype))
    return to_dtype(x, int64) if is_integral(x.dtype) else x


@numpy_names
def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """Running sums along a dimension; whole numbers sum as int64 (see ``torch.cumsum``)."""
    return cumsum_along(_summed(input, dtype), _axis("cumsum", input, dim))


@numpy_names
def cumprod(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """Running products along a dimension; whole numbers multiply as int64 (see ``torch.cumprod``)."""
    return cumprod_along(_summed(input, dtype), _axis("cumprod", input, dim))


@numpy_names
def logcumsumexp(input: Any, dim: int) -> Any:
    """``log(cumsum(exp(x)))`` in the form that does not overflow (see ``torch.logcumsumexp``)."""
    axis = _axis("logcumsumexp", input, dim)
    if is_integral(input.dtype):
        raise NotImplementedError(f"\"logcumsumexp_out_cpu\" not implemented for '{input.dtype.scalar_name}'")
    return logcumsumexp_along(input, axis)


@numpy_names
def cummax(input: Any, dim: int) -> Any:
    """The largest elements so far and their places (see ``torch.cummax``)."""
    return return_types.cummax(cummax_along(input, _axis("cummax", input, dim)))


@numpy_names
def cummin(input: Any, dim: int) -> Any:
    """The smallest elements so far and their places (see ``torch.cummin``)."""
    return return_types.cummin(cummin_along(input, _axis("cummin", input, dim)))


@numpy_names
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The n-th differences of neighbours along a dimension (see ``torch.diff``)."""
    require_tensor("diff", input)
    if input.ndim == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    dim = wrap_dim(dim, input.ndim)
    if n == 0:
        return input.clone()
    for t in (prepend, append):
        if t is not None:
            _check_joined(t, input, dim)
    parts = [t for t in (prepend, input, append) if t is not None]
    x = cat_along(parts, dim) if len(parts) > 1 else input
    for _ in range(min(n, x.shape[dim])):
        length = max(x.shape[dim] - 1, 0)
        after, before = x.narrow(dim, min(1, x.shape[dim]), length), x.narrow(dim, 0, length)
        x = rows.logical_xor(after, before) if x.dtype is bool_ else rows.sub(after, before)
    return x


def _check_joined(t: Any, input: Any, dim: int) -> None:
    if t.ndim != input.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    if any(n != m and a != dim for a, (n, m) in enumerate(zip(t.shape, input.shape))):
        raise RuntimeError(
            "diff expects the shape of tensor to prepend or append to match that of input except along the "
            f"differencing dimension; input is {list(input.shape)}, but got {list(t.shape)}"
        )


def _panels(name: str, y: Any, x: Any, dx: Any, dim: int) -> tuple[Any, int]:
    """The areas of the trapezoids between neighbours, doubled."""
    require_tensor(name, y)
    if y.ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, y.ndim)
    n = max(y.shape[dim] - 1, 0)
    heights = rows.add(y.narrow(dim, min(1, y.shape[dim]), n), y.narrow(dim, 0, n))
    if x is not None:
        require_tensor(name, x, "x", 2)
        if x.ndim == 0:
            raise RuntimeError(f"{name}(): `x` must have at least one dimension")
    if x is None:
        return rows.mul(heights, 1.0 if dx is None else dx), dim
    if x.ndim == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(f"{name}(): There must be one `x` value for each sample point")
        return rows.mul(diff(x).reshape([-1] + [1] * (y.ndim - 1 - dim)), heights), dim
    axis = dim - y.ndim + x.ndim
    if x.shape[axis] != y.shape[dim]:
        raise RuntimeError(f"{name}(): There must be one `x` value for each sample point")
    width = x.shape[axis] - 1
    return rows.mul(rows.sub(x.narrow(axis, 1, width), x.narrow(axis, 0, width)), heights), dim


def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The area under samples by the trapezoidal rule, at places `x` or `dx` apart (see ``torch.trapezoid``)."""
    require_tensor("trapezoid", y)
    if y.ndim and y.shape[wrap_dim(dim, y.ndim)] == 0:
        dim = wrap_dim(dim, y.ndim)
        shape = [n for a, n in enumerate(y.shape) if a != dim]
        return rows.constant(to_dtype(y, inexact(y.dtype)), shape, 0)
    areas, dim = _panels("trapezoid", y, x, dx, dim)
    dim = dim - y.ndim + areas.ndim
    return rows.div(sum_over(_summed(areas, None), [dim], False), 2.0)


trapz = trapezoid


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The area so far by the trapezoidal rule (see ``torch.cumulative_trapezoid``)."""
    areas, dim = _panels("cumulative_trapezoid", y, x, dx, dim)
    return rows.div(cumsum_along(_summed(areas, None), dim - y.ndim + areas.ndim), 2.0)
