"""Scatter and reductions by index, with the gradients that PyTorch gives ties and zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import zeros_of
from pyrite.ops.lookup import added_along, gather_along, whole_index
from pyrite.tensor import Handle, Tensor, wrap

__all__ = ["scatter", "scatter_add", "scatter_reduce"]


def checked(value: Any, d: Any) -> Any:
    """A number that may be stored as a dtype; RuntimeError where that would lose an imaginary part."""
    if isinstance(value, complex) and kind(d) < 3:
        raise RuntimeError(f"value cannot be converted to type {d.name} without overflow")
    return value


_HOW = {"sum": "add", "prod": "mul", "amax": "max", "amin": "min"}


def _scattered(x: Handle, dim: int, index: Handle, source: Handle, how: str) -> Handle:
    out = x.copy(x.dtype, True)
    out.scatter(dim, index, source, how)
    return out


scatter_into = operation(
    "scatter",
    lambda x, dim, index, src: _scattered(x, dim, index, src, "set"),
    tensors=("index",),
    x=lambda g, dim, index: zeroed(g, dim, index),
    src=lambda g, dim, index, src_shape: padded(gather_along(g, dim, index), src_shape),
)


scatter_add_into = operation(
    "scatter_add",
    lambda x, dim, index, src: _scattered(x, dim, index, src, "add"),
    tensors=("index",),
    x=lambda g: g,
    src=lambda g, dim, index, src_shape: padded(gather_along(g, dim, index), src_shape),
)


#: The same without a gradient, for any combination.
scatter_combined = operation("scatter_reduce", lambda x, dim, index, src, how: _scattered(x, dim, index, src, how))


def zeroed(g: Any, dim: int, index: Any) -> Any:
    """`g` with zeros where the index points."""
    return scatter_into(g, dim, index, zeros_of(g, index.shape))


def _padded(g: Handle, shape: Sequence[int]) -> Handle:
    out = g.filled(list(shape), 0, g.dtype)
    _corner(out, g.shape).assign(g)
    return out


def _corner(x: Handle, shape: Sequence[int]) -> Handle:
    for axis, n in enumerate(shape):
        x = x.slice(axis, 0, n, 1)
    return x


corner_of = operation(
    "corner", lambda x, shape: _corner(x, shape).copy(x.dtype, True), x=lambda g, x_shape: padded(g, x_shape)
)


pad_corner = operation(
    "corner_backward", lambda g, shape: _padded(g, shape), g=lambda g, g_shape: corner_of(g, g_shape)
)


def padded(g: Any, shape: Sequence[int]) -> Any:
    """The gradient of a source of which only the first indices were read."""
    return g if tuple(g.shape) == tuple(shape) else pad_corner(g, list(shape))


def _check_scatter(name: str, input: Any, dim: int, index: Any, src: Any) -> tuple[int, Any]:
    require_tensor(name, input)
    dim = wrap_dim(dim, input.ndim)
    index = whole_index(name, index)
    if isinstance(src, Tensor | Handle):
        if src.dtype is not input.dtype:
            raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")
        if index.numel():
            if max(index.ndim, 1) != max(input.ndim, 1):
                raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
            if max(index.ndim, 1) != max(src.ndim, 1):
                raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
            for a, n in enumerate(index.shape):
                if n > src.shape[a] or (a != dim and n > input.shape[a]):
                    raise RuntimeError(
                        f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from "
                        "dimension "
                        f"{dim} and to be no larger size than src {list(src.shape)}"
                    )
    return dim, index


def scatter(input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: str | None = None) -> Any:
    """A copy of `input` with ``out[index[i][j]][j] = src[i][j]`` for dimension 0, and so on (see ``torch.scatter``)."""
    src = value if src is None else src
    if src is None:
        raise TypeError("scatter() received an invalid combination of arguments - expected src or value")
    dim, index = _check_scatter("scatter", input, dim, index, src)
    if not isinstance(src, Tensor | Handle):
        filled = input.filled(list(index.shape), checked(src, input.dtype), input.dtype)
        src = filled if isinstance(input, Handle) else _wrapped(filled)
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        if isinstance(src, Tensor) and src.requires_grad:
            raise RuntimeError("scatter: gradients of src are not built where reduce is given; use scatter_reduce")
        return scatter_reduce(input, dim, index, src, "sum" if reduce == "add" else "prod")
    return input.clone() if index.numel() == 0 else scatter_into(input, dim, index, src)


def _wrapped(handle: Handle) -> Tensor:
    return wrap(handle)


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """A copy of `input` with ``out[index[i][j]][j] += src[i][j]`` for dimension 0, and so on (see
    ``torch.scatter_add``)."""
    require_tensor("scatter_add", src, "src", 4)
    dim, index = _check_scatter("scatter_add", input, dim, index, src)
    return input.clone() if index.numel() == 0 else scatter_add_into(input, dim, index, src)


def scatter_reduce(input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Any:
    """A copy of `input` into which `src` is reduced where the index points, by ``sum``, ``prod``, ``mean``, ``amax`` or
    ``amin`` (see ``torch.scatter_reduce``)."""
    if reduce not in (*_HOW, "mean"):
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    dim, index = _check_scatter("scatter_reduce", input, dim, index, src)
    if index.numel() == 0:
        return input.clone()
    return reduced_into(input, dim, index, src, reduce, include_self)


def _neutral(x: Handle, reduce: str) -> Any:
    if reduce in ("sum", "mean"):
        return 0
    if reduce == "prod":
        return 1
    if kind(x.dtype) == 2:
        return float("-inf") if reduce == "amax" else float("inf")
    if x.dtype is bool_:
        return reduce == "amin"
    bits = 8 * x.dtype.itemsize
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if x.dtype.is_signed else (0, (1 << bits) - 1)
    return low if reduce == "amax" else high


def _reduced(x: Handle, dim: int, index: Handle, src: Handle, reduce: str, include_self: bool) -> Handle:
    out = x.copy(x.dtype, True)
    if not include_self:
        out.scatter(dim, index, x.filled(list(index.shape), _neutral(x, reduce), x.dtype), "set")
    out.scatter(dim, index, src, _HOW.get(reduce, "add"))
    if reduce != "mean":
        return out
    times = _counts(x, dim, index, include_self)
    return out / times if kind(x.dtype) >= 2 else rows.floor_divide(out, times)


def _counts(x: Handle, dim: int, index: Handle, include_self: bool) -> Handle:
    """How many numbers come together in each place, at least 1."""
    one = x.filled(list(index.shape), 1, x.dtype)
    times = x.filled(list(x.shape), 1 if include_self else 0, x.dtype)
    times.scatter(dim, index, one, "add")
    return rows.maximum(times, 1)


counts_at = operation("counts", lambda x, dim, index, include_self: _counts(x, dim, index, include_self))


def _own_gradient(g: Any, x: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool, out: Any) -> Any:
    if not include_self:
        g = zeroed(g, dim, index)
    if reduce == "sum":
        return g
    if reduce == "mean":
        return g / counts_at(plain(g), dim, index, include_self)
    if not include_self:
        return g
    if reduce == "prod":
        other = rows.select(rows.eq(plain(x), 0), 1, x)
        return g * (reduced_into(other, dim, index, src, "prod", True) / other)
    return rows.select(rows.eq(plain(x), plain(out)), g / _sharers(x, dim, index, src, out, include_self), 0.0)


def _source_gradient(g: Any, x: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool, out: Any) -> Any:
    shape = src.shape
    src = corner_of(src, list(index.shape)) if tuple(shape) != tuple(index.shape) else src
    if reduce == "mean":
        g = g / counts_at(plain(g), dim, index, include_self)
    if reduce in ("sum", "mean"):
        return padded(gather_along(g, dim, index), shape)
    if reduce == "prod":
        return padded(_factor_gradient(g, x, dim, index, src, include_self, out), shape)
    share = g / _sharers(x, dim, index, src, out, include_self)
    hit = rows.eq(plain(src), gather_along(plain(out), dim, index))
    return padded(rows.select(hit, gather_along(share, dim, index), 0.0), shape)


def _factor_gradient(g: Any, x: Any, dim: int, index: Any, src: Any, include_self: bool, out: Any) -> Any:
    """The gradient of the factors of a product: what the other factors make, exact where one of them is zero."""
    zero = rows.eq(plain(src), 0)
    zeros = added_along(to_dtype(zero, g.dtype), list(x.shape), dim, index)
    single = rows.logical_and(zero, rows.eq(gather_along(zeros, dim, index), 1))
    without = reduced_into(x, dim, index, rows.select(single, 1, src), "prod", include_self)
    rest = gather_along(g * out, dim, index) / rows.select(zero, 1, src)
    return rows.select(single, gather_along(g * without, dim, index), rest)


def _sharers(x: Any, dim: int, index: Any, src: Any, out: Any, include_self: bool) -> Any:
    """How many elements equal the extreme of their place, at least 1."""
    x, src, out = plain(x), plain(src), plain(out)
    src = corner_of(src, list(index.shape)) if tuple(src.shape) != tuple(index.shape) else src
    own = to_dtype(rows.eq(x, out), out.dtype)
    own = own if include_self else zeroed(own, dim, index)
    hit = to_dtype(rows.eq(src, gather_along(out, dim, index)), out.dtype)
    return rows.maximum(scatter_add_into(own, dim, index, hit), 1)


def plain(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else x


reduced_into = operation(
    "scatter_reduce",
    lambda x, dim, index, src, reduce, include_self: _reduced(x, dim, index, src, reduce, include_self),
    tensors=("index",),
    x=lambda g, x, dim, index, src, reduce, include_self, out: _own_gradient(
        g, x, dim, index, src, reduce, include_self, out
    ),
    src=lambda g, x, dim, index, src, reduce, include_self, out: _source_gradient(
        g, x, dim, index, src, reduce, include_self, out
    ),
)
