"""Norms of vectors and of what is seen as one, and those of matrices that sums and extremes make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.dtype import float32, kind, of_argument
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import dims, require_tensor, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.ops.reduce import amax_over, amin_over, axes_of, restored, shared_evenly
from pyrite.ops.shape import movedim, unsqueeze
from pyrite.ops.spectrum import svdvals
from pyrite.tensor import Handle

__all__ = "dist norm".split()


def _norm(x: Handle, p: float, axes: Any, keepdim: bool) -> Handle:
    """``sum(|x|^p)^(1/p)``, half types in float32."""
    wide = x.to_dtype(float32) if x.dtype.itemsize == 2 else x
    out = _norm_of_wide(wide, p, axes, keepdim)
    return out if wide is x else out.to_dtype(x.dtype)


def _norm_of_wide(x: Handle, p: float, axes: Any, keepdim: bool) -> Handle:
    if p == 2:
        return rows.sqrt((x * x).reduce("sum", axes, keepdim))
    size = rows.abs(x)
    if math.isinf(p):
        return size.reduce("max" if p > 0 else "min", axes, keepdim)
    if p == 0:
        return rows.ne(x, 0).to_dtype(x.dtype).reduce("sum", axes, keepdim)
    if p == 1:
        return size.reduce("sum", axes, keepdim)
    return rows.pow(rows.pow(size, p).reduce("sum", axes, keepdim), 1 / p)


def _norm_slope(g: Any, x: Any, p: float, axes: Any, keepdim: bool, out: Any) -> Any:
    """The gradient of a norm: the subgradient 0 where the norm has a corner at 0."""
    if p == 0:
        return rows.nothing(x)
    full, scale = restored(out, x.shape, axes, keepdim), restored(g, x.shape, axes, keepdim)
    if p == 1:
        return rows.sign(x) * scale
    if p == 2:
        return x * rows.select(rows.eq(full, 0), 0.0, scale / full)
    if math.isinf(p):
        return rows.sign(x) * shared_evenly(g, rows.abs(x), axes, keepdim, out)
    zero = rows.eq(x, 0)
    share = rows.select(rows.eq(full, 0), 0.0, scale / rows.pow(full, p - 1))
    size = rows.select(zero, 1.0, rows.abs(x)) if p < 2 else rows.abs(x)
    return rows.select(zero, 0.0, rows.sign(x) * rows.pow(size, p - 1)) * share


norm_over = operation(
    "linalg_vector_norm",
    _norm,
    x=lambda g, x, p, axes, keepdim, out: _norm_slope(g, x, p, axes, keepdim, out),
)


def _floating(name: str, x: Any, dtype: Any) -> Any:
    """What a norm is taken of: floats, and of complex numbers their moduli."""
    require_tensor(name, x)
    if kind(x.dtype) != 2:
        if kind(x.dtype) == 3:
            return rows.abs(x if dtype is None else to_dtype(x, of_argument(dtype)))
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {x.dtype.scalar_name}")
    return x if dtype is None else to_dtype(x, of_argument(dtype))


def vector_norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The `ord`-norm of `x` over dimensions, of all elements where there are none (see
    ``torch.linalg.vector_norm``)."""
    x = _floating("linalg.vector_norm", x, dtype)
    axes = axes_of(dims("linalg.vector_norm", dim), x.ndim)
    reduced = range(x.ndim) if axes is None else axes
    if (ord < 0 or ord == math.inf) and any(x.shape[a] == 0 for a in reduced if x.ndim):
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {ord} norm on an empty tensor because the operation does not have "
            "an identity"
        )
    return norm_over(x, float(ord), axes, keepdim)


def matrix_norm(A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Norms of the matrices in two dimensions: "fro", 1, -1, inf, -inf (see ``torch.linalg.matrix_norm``)."""
    if ord in ("nuc", 2, -2) and kind(A.dtype) == 3:
        raise NotImplementedError(f"linalg.matrix_norm of order {ord} of complex matrices")
    A = _floating("linalg.matrix_norm", A, dtype)
    pair = [wrap_dim(d, A.ndim) for d in dim]
    if len(pair) != 2 or pair[0] == pair[1]:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple of different dimensions. Got {tuple(dim)}")
    if A.ndim < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    if ord == "fro":
        return norm_over(A, 2.0, pair, keepdim)
    if isinstance(ord, str) or ord in (2, -2):
        if ord in ("nuc", 2, -2):
            return spectral_norm(A, ord, pair, keepdim)
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    if ord not in (1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    summed, kept = pair if abs(ord) == 1 else pair[::-1]
    sums = norm_over(A, 1.0, [summed], True)
    if ord > 0 and sums.shape[kept] == 0:
        out = sums.sum([kept], True)
    else:
        out = (amax_over if ord > 0 else amin_over)(sums, [kept], True)
    return out if keepdim else out.squeeze(tuple(pair))


def spectral_norm(A: Any, ord: Any, pair: list[int], keepdim: bool) -> Any:
    """The sum ("nuc"), the largest (2) or the smallest (-2) of the singular values."""
    values = svdvals(movedim(A, pair, (-2, -1)))
    out = values.sum(-1) if ord == "nuc" or values.shape[-1] == 0 else values.amax(-1) if ord == 2 else values.amin(-1)
    for axis in sorted(pair) if keepdim else ():
        out = unsqueeze(out, axis)
    return out


def linalg_norm(A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """A vector's norm, or a matrix's where there are two dimensions and an order (see ``torch.linalg.norm``)."""
    if kind(A.dtype) < 2:
        _floating("linalg.norm", A, dtype)
    if dim is not None and not isinstance(dim, Sequence):
        dim = (dim,)
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if dim is None and A.ndim not in (1, 2):
        raise RuntimeError("linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. "
                           f"Got {A.ndim}D.")  # fmt: skip
    if len(dim if dim is not None else A.shape) == 2:
        return matrix_norm(A, ord, (0, 1) if dim is None else dim, keepdim, dtype=dtype)
    if isinstance(ord, str):
        raise RuntimeError(f"linalg.norm: Order {ord} not supported for vectors")
    return vector_norm(A, ord, dim, keepdim, dtype=dtype)


def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The p-norm over dimensions, of all elements where there are none (see ``torch.norm``)."""
    if p == "nuc":
        return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"only valid string values are 'fro' and 'nuc', found {p}")
    x = _floating("norm", input, dtype)
    return norm_over(x, 2.0 if p == "fro" or p is None else float(p), axes_of(dims("norm", dim), x.ndim), keepdim)


def dist(input: Any, other: Any, p: float = 2) -> Any:
    """The p-norm of ``input - other`` (see ``torch.dist``)."""
    require_tensor("dist", input)
    require_tensor("dist", other, "other", 2)
    return norm_over(_floating("dist", rows.sub(input, other), None), float(p), None, False)
