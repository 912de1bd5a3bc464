"""Variance, standard deviation, covariance, correlation and quantiles."""

from __future__ import annotations

import math
import warnings
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, float32, float64, int64, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import dims, numpy_names, require_tensor, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.ops.data import tensor
from pyrite.ops.extremes import sort_along
from pyrite.ops.linalg import mm_of
from pyrite.ops.lookup import gather_along
from pyrite.ops.parts import as_complex, as_pairs, imaginary_part, real_part
from pyrite.ops.reduce import axes_of, count, expanded, mean_over, sum_over
from pyrite.ops.reduce import sum as summed
from pyrite.ops.shape import diagonal_axes
from pyrite.tensor import Handle, Tensor

__all__ = "corrcoef cov nanquantile quantile std std_mean var var_mean".split()


def _variance(x: Handle, axes: Any, correction: float, keepdim: bool) -> Handle:
    """The sum of squared distances from the mean over ``n - correction``; half types in float32."""
    wide = x.to_dtype(float32) if x.dtype.itemsize == 2 else x
    n = count(x.shape, axes)
    centred = wide - wide.reduce("sum", axes, True) / n
    divisor = n - correction
    out = (centred * centred).reduce("sum", axes, keepdim) / (divisor if divisor > 0 else 0)
    return out if wide is x else out.to_dtype(x.dtype)


def _variance_slope(g: Any, x: Any, axes: Any, correction: float, keepdim: bool) -> Any:
    freedom = count(x.shape, axes) - correction
    centred = x - mean_over(x, axes, True)
    full = expanded(g, x.shape, axes, keepdim)
    if freedom <= 0:
        return full * rows.select(rows.eq(centred, 0), math.nan, math.inf)
    return full * centred * (2 / freedom)


var_over = operation(
    "var",
    _variance,
    x=lambda g, x, axes, correction, keepdim: _variance_slope(g, x, axes, correction, keepdim),
)
std_over = operation(
    "std",
    lambda x, axes, correction, keepdim: rows.sqrt(_variance(x, axes, correction, keepdim)),
    x=lambda g, x, axes, correction, keepdim, out: _variance_slope(
        rows.select(rows.eq(out, 0), 0.0, g / (out * 2)), x, axes, correction, keepdim
    ),
)


def _spread(name: str, over: Any, input: Any, dim: Any, unbiased: Any, keepdim: bool, correction: Any) -> tuple:
    """Reads the arguments of PyTorch's overloads: ``var(x, unbiased)`` and ``var(x, dim, unbiased or correction,
    keepdim)``."""
    require_tensor(name, input)
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 0 if unbiased is False else 1
    if kind(input.dtype) < 2:
        raise RuntimeError(f"{name} only support floating point and complex dtypes")
    axes = axes_of(dims(name, dim), input.ndim)
    if count(input.shape, axes) <= correction:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel).",
            stacklevel=3,
        )
    if rows.is_complex(input):
        parts = [var_over(part, axes, correction, bool(keepdim)) for part in (real_part(input), imaginary_part(input))]
        spread = parts[0] + parts[1]
        return (rows.sqrt(spread) if over is std_over else spread), axes
    return over(input, axes, correction, bool(keepdim)), axes


@numpy_names
def var(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The variance over dimensions, over ``n - correction`` (1) (see ``torch.var``)."""
    return _spread("var", var_over, input, dim, unbiased, keepdim, correction)[0]


@numpy_names
def std(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The square root of the variance (see ``torch.std``)."""
    return _spread("std", std_over, input, dim, unbiased, keepdim, correction)[0]


@numpy_names
def var_mean(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The variance and the mean over dimensions (see ``torch.var_mean``)."""
    out, axes = _spread("var_mean", var_over, input, dim, unbiased, keepdim, correction)
    return out, mean_over(input, axes, bool(keepdim))


@numpy_names
def std_mean(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The standard deviation and the mean over dimensions (see ``torch.std_mean``)."""
    out, axes = _spread("std_mean", std_over, input, dim, unbiased, keepdim, correction)
    return out, mean_over(input, axes, bool(keepdim))


def _check_weights(name: str, w: Any, observations: int, whole: bool) -> None:
    require_tensor("cov", w, name, 3)
    if w.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w.ndim} dimensions"
        )
    if whole != (kind(w.dtype) < 2) or w.dtype is bool_:
        what = "integral" if whole else "floating point"
        raise RuntimeError(
            f"cov(): expected {name} to have {what} dtype but got {name} with {w.dtype.scalar_name} dtype"
        )
    if w.numel() != observations:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got {w.numel()} "
            f"!= {observations}"
        )
    if observations and rows.lt(w.detach(), 0).any().item():
        raise RuntimeError(f"cov(): {name} cannot be negative")


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """The covariances of variables (rows) over observations (columns), weighted (see ``torch.cov``)."""
    require_tensor("cov", input)
    if input.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    if input.dtype is bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if input.ndim == 2 else input.reshape([1, -1])
    n = x.shape[1]
    weights = None
    if fweights is not None:
        _check_weights("fweights", fweights, n, True)
        weights = fweights
    if aweights is not None:
        _check_weights("aweights", aweights, n, False)
        weights = aweights if weights is None else rows.mul(fweights, aweights)
    total: Any = n if weights is None else weights.sum()
    if weights is not None and n and float(total.item()) == 0:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    average = rows.div(summed(x if weights is None else rows.mul(x, weights), 1, True), total)
    if weights is None:
        norm: Any = n - correction
    elif correction == 0:
        norm = total
    elif aweights is None:
        norm = rows.sub(total, correction)
    else:
        norm = rows.sub(total, rows.mul(rows.div(rows.mul(weights, aweights).sum(), total), correction))
    if float(norm.item() if isinstance(norm, Tensor) else norm) <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            stacklevel=2,
        )
        norm = 0
    centred = rows.sub(x, average)
    weighted = centred if weights is None else rows.mul(centred, weights)
    own = centred.dtype
    return rows.div(mm_of(centred, rows.conj(to_dtype(weighted, own).transpose(0, 1))), norm).squeeze()


def corrcoef(input: Any) -> Any:
    """The correlation coefficients of variables (rows) over observations (columns) (see ``torch.corrcoef``)."""
    require_tensor("corrcoef", input)
    if input.ndim > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    c = cov(input)
    if c.ndim == 0:
        return rows.div(c, c)
    deviation = rows.sqrt(diagonal_axes(c, 0, 0, 1))
    out = rows.div(rows.div(c, deviation.reshape([-1, 1])), deviation.reshape([1, -1]))
    return as_complex(as_pairs(out).clamp(-1, 1)) if rows.is_complex(out) else out.clamp(-1, 1)


INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _quantile(name: str, input: Any, q: Any, dim: Any, keepdim: bool, interpolation: str, skip_nan: bool) -> Any:
    require_tensor(name, input)
    if input.dtype not in (float32, float64):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
    if input.numel() == 0:
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if interpolation not in INTERPOLATIONS:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if not isinstance(q, Tensor):
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q}")
        q = tensor(float(q), dtype=input.dtype, device=input.device)
    if q.ndim > 1:
        raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
    if q.dtype is not input.dtype:
        raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
    if q.numel() and not rows.logical_and(rows.ge(q.detach(), 0), rows.le(q.detach(), 1)).all().item():
        raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    rank = input.ndim
    axis = None if dim is None else wrap_dim(dim, rank)
    x = input.reshape([-1]) if axis is None or rank == 0 else input.transpose(axis, -1)
    values, _ = sort_along(x, x.ndim - 1, False, False)
    out = _between(values, _ranks(values, q.reshape([-1]), skip_nan), interpolation)
    if keepdim:
        out = out.reshape([1] * rank + [-1]) if axis is None else out.unsqueeze(-2).transpose(axis, -2) if rank else out
    if q.ndim == 0:
        return out.squeeze(-1)
    return out.permute(*[out.ndim - 1, *range(out.ndim - 1)])


def _ranks(values: Any, q: Any, skip_nan: bool) -> Any:
    """The places of the quantiles, with a fraction; the last place, where a NaN is, of rows with one."""
    n = values.shape[-1]
    nan = rows.isnan(values.detach())
    if skip_nan:
        valid = sum_over(to_dtype(rows.logical_not(nan), int64), [values.ndim - 1], True)
        return rows.mul(rows.maximum(rows.sub(valid, 1), 0), q)
    return rows.select(nan.any(-1, True), float(n - 1), rows.mul(q, n - 1))


def _between(values: Any, ranks: Any, interpolation: str) -> Any:
    last = values.ndim - 1
    if interpolation in ("lower", "higher", "nearest"):
        whole = {"lower": rows.floor, "higher": rows.ceil, "nearest": rows.round}[interpolation]
        return gather_along(values, last, to_dtype(whole(ranks).detach(), int64))
    below = rows.floor(ranks.detach())
    above = rows.ceil(ranks.detach())
    weight = rows.sub(ranks, below) if interpolation == "linear" else rows.constant(ranks, ranks.shape, 0.5)
    low, high = (gather_along(values, last, to_dtype(place, int64)) for place in (below, above))
    return rows.lerp(low, high, weight)


@numpy_names
def quantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Any:
    """The q-th quantiles, 0 <= q <= 1; NaN where there is a NaN (see ``torch.quantile``)."""
    return _quantile("quantile", input, q, dim, keepdim, interpolation, False)


@numpy_names
def nanquantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Any:
    """The q-th quantiles of what is not NaN (see ``torch.nanquantile``)."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation, True)
