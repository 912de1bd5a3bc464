"""Reductions: sums, extremes and where they are, truth, and what is composed of them."""

from __future__ import annotations

from typing import Any

from pyrite import return_types
from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, float32, int64, is_integral, kind, of_argument, uint8
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import dims, numpy_names, require_tensor, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.tensor import Handle, Tensor

__all__ = """
all amax amin aminmax any argmax argmin count_nonzero mean nanmean nansum sum
""".split()


def restored(g: Any, shape: Any, axes: Any, keepdim: bool) -> Any:
    """A reduced gradient with its dimensions back, of size 1."""
    if keepdim or (axes is None and len(shape) == 0):
        return g
    reduced = range(len(shape)) if axes is None else [wrap_dim(a, len(shape)) for a in axes]
    return g.reshape([1 if i in reduced else n for i, n in enumerate(shape)])


def expanded(g: Any, shape: Any, axes: Any, keepdim: bool) -> Any:
    """A reduced gradient broadcast over the elements it came from."""
    return restored(g, shape, axes, keepdim).expand(list(shape))


def count(shape: Any, axes: Any) -> int:
    """How many elements each result is made of."""
    n = 1
    for a in range(len(shape)) if axes is None else axes:
        n *= shape[a] if shape else 1
    return n


def axes_of(axes: list[int] | None, rank: int) -> list[int] | None:
    """Dimensions counted from the front; None, which means all of them, for an empty list too."""
    return [wrap_dim(a, rank) for a in axes] if axes else None


# Primitives: `axes` is None (all) or a list of dimensions counted from the front

sum_over = operation(
    "sum",
    lambda x, axes, keepdim: x.reduce("sum", axes, keepdim),
    x=lambda g, x_shape, axes, keepdim: expanded(g, x_shape, axes, keepdim),
)
mean_over = operation(
    "mean",
    lambda x, axes, keepdim: averaged(x, axes, keepdim),
    x=lambda g, x_shape, axes, keepdim: expanded(g * _share(count(x_shape, axes)), x_shape, axes, keepdim),
)
amax_over = operation(
    "amax",
    lambda x, axes, keepdim: x.reduce("max", axes, keepdim),
    x=lambda g, x, axes, keepdim, out: shared_evenly(g, x, axes, keepdim, out),
)
amin_over = operation(
    "amin",
    lambda x, axes, keepdim: x.reduce("min", axes, keepdim),
    x=lambda g, x, axes, keepdim, out: shared_evenly(g, x, axes, keepdim, out),
)
argmax_over = operation("argmax", lambda x, axes, keepdim: x.reduce("argmax", axes, keepdim))
argmin_over = operation("argmin", lambda x, axes, keepdim: x.reduce("argmin", axes, keepdim))
any_over = operation("any", lambda x, axes, keepdim: _as_truth(x, x.reduce("any", axes, keepdim)))
all_over = operation("all", lambda x, axes, keepdim: _as_truth(x, x.reduce("all", axes, keepdim)))


def averaged(x: Handle, axes: Any, keepdim: bool) -> Handle:
    """The mean; that of a half type is rounded once, at the end."""
    wide = x.to_dtype(float32) if x.dtype.itemsize == 2 else x
    out = wide.reduce("sum", axes, keepdim) / count(x.shape, axes)
    return out if wide is x else out.to_dtype(x.dtype)


def _share(n: int) -> float:
    return 1.0 / n if n else float("nan")


def _as_truth(x: Handle, out: Handle) -> Handle:
    return out.to_dtype(uint8) if x.dtype is uint8 else out


def shared_evenly(g: Any, x: Any, axes: Any, keepdim: bool, out: Any) -> Any:
    """The gradient shared evenly among the elements that equal the result."""
    full = restored(out, x.shape, axes, keepdim)
    mask = rows.logical_or(rows.eq(x, full), rows.logical_and(rows.isnan(x), rows.isnan(full)))
    weight = to_dtype(mask, g.dtype)
    return weight * (restored(g, x.shape, axes, keepdim) / sum_over(weight, axes, True))


# The public functions


def summed_type(x: Any, dtype: Any) -> Any:
    if dtype is not None:
        return to_dtype(x, of_argument(dtype))
    return to_dtype(x, int64) if is_integral(x.dtype) else x


@numpy_names
def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The sum over all elements, or over the dimensions `dim`; whole numbers sum as int64 (see ``torch.sum``)."""
    require_tensor("sum", input)
    return sum_over(summed_type(input, dtype), axes_of(dims("sum", dim), input.ndim), keepdim)


@numpy_names
def nansum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The sum of what is not NaN (see ``torch.nansum``)."""
    require_tensor("nansum", input)
    x = input if is_integral(input.dtype) else rows.select(rows.isnan(input), 0.0, input)
    return sum(x, dim, keepdim, dtype=dtype)


@numpy_names
def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The mean over all elements, or over the dimensions `dim` (see ``torch.mean``); RuntimeError for whole numbers."""
    require_tensor("mean", input)
    x = input if dtype is None else summed_type(input, dtype)
    if kind(x.dtype) < 2:
        what = "Input dtype must be either a floating point or complex dtype."
        raise RuntimeError(f"mean(): could not infer output dtype. {what} Got: {x.dtype.scalar_name}")
    return mean_over(x, axes_of(dims("mean", dim), x.ndim), keepdim)


@numpy_names
def nanmean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The mean of what is not NaN (see ``torch.nanmean``)."""
    require_tensor("nanmean", input)
    if kind(input.dtype) < 2:
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {input.dtype.scalar_name}"
        )
    valid = to_dtype(rows.logical_not(rows.isnan(input.detach() if isinstance(input, Tensor) else input)), int64)
    return rows.div(nansum(input, dim, keepdim, dtype=dtype), sum(valid, dim, keepdim))


@numpy_names
def count_nonzero(input: Any, dim: Any = None) -> Any:
    """How many elements are not zero (see ``torch.count_nonzero``)."""
    require_tensor("count_nonzero", input)
    mask = rows.ne(input.detach() if isinstance(input, Tensor) else input, 0)
    return sum(mask, dim)


@numpy_names
def amax(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
    """The largest elements over dimensions; ties share the gradient (see ``torch.amax``)."""
    require_tensor("amax", input)
    return amax_over(input, dims("amax", dim) or None, keepdim)


@numpy_names
def amin(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
    """The smallest elements over dimensions; ties share the gradient (see ``torch.amin``)."""
    require_tensor("amin", input)
    return amin_over(input, dims("amin", dim) or None, keepdim)


@numpy_names
def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest elements (see ``torch.aminmax``)."""
    require_tensor("aminmax", input)
    if dim is None and input.numel() == 0:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    axes = axes_of(dims("aminmax", dim), input.ndim)
    return return_types.aminmax((amin_over(input, axes, keepdim), amax_over(input, axes, keepdim)))


def _check_places(name: str, x: Any, dim: Any) -> None:
    if dim is None and x.numel() == 0:
        what = "Expected reduction dim to be specified for input.numel() == 0."
        raise IndexError(f"{name}(): {what} Specify the reduction dim with the 'dim' argument.")
    if x.dtype is bool_ or kind(x.dtype) == 3:
        raise RuntimeError(f"{name}(): does not support {'bool' if x.dtype is bool_ else 'complex'} input")


def refuse_complex(name: str, input: Any) -> None:
    require_tensor(name, input)
    if kind(input.dtype) == 3:
        raise RuntimeError(f"{name}(): does not support complex input")


@numpy_names
def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Where the largest element is: the first such place, row-major or along `dim` (see ``torch.argmax``)."""
    refuse_complex("argmax", input)
    _check_places("argmax", input, dim)
    return argmax_over(input, dims("argmax", dim), keepdim)


@numpy_names
def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Where the smallest element is (see ``torch.argmin``)."""
    refuse_complex("argmin", input)
    _check_places("argmin", input, dim)
    return argmin_over(input, dims("argmin", dim), keepdim)


@numpy_names
def any(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether any element is not zero (see ``torch.any``)."""
    require_tensor("any", input)
    return any_over(input, dims("any", dim) or None, keepdim)


@numpy_names
def all(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether no element is zero (see ``torch.all``)."""
    require_tensor("all", input)
    return all_over(input, dims("all", dim) or None, keepdim)
