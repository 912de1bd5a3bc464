"""Reductions: sums and products, extremes and where they are, truth, and what is composed of them."""

from __future__ import annotations

from typing import Any

from pyrite.autograd.graph import operation
from pyrite.dtype import bool_, float32, inexact, int64, is_integral, kind, of_argument, uint8
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import dims, require_tensor, with_out, wrap_dim
from pyrite.tensor import Handle, Tensor


def restored(g: Any, shape: Any, axes: Any, keepdim: bool) -> Any:
    """A reduced gradient with its dimensions back, of size 1."""
    if keepdim or axes is None and len(shape) == 0:
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


# Primitives: `axes` is None (all) or a list

sum_over = operation(
    "sum",
    lambda x, axes, keepdim: x.reduce("sum", axes, keepdim),
    x=lambda g, x_shape, axes, keepdim: expanded(g, x_shape, axes, keepdim),
)
mean_over = operation(
    "mean",
    lambda x, axes, keepdim: x.reduce("sum", axes, keepdim) * _share(count(x.shape, axes)),
    x=lambda g, x_shape, axes, keepdim: expanded(g * _share(count(x_shape, axes)), x_shape, axes, keepdim),
)
prod_over = operation(
    "prod",
    lambda x, axes, keepdim: x.reduce("prod", axes, keepdim),
    x=lambda g, x, axes, keepdim, out: prod_backward(g, x, axes, keepdim, out),
)
amax_over = operation(
    "amax",
    lambda x, axes, keepdim: x.reduce("max", axes, keepdim),
    x=lambda g, x, axes, keepdim, out: extreme_backward(g, x, axes, keepdim, out),
)
amin_over = operation(
    "amin",
    lambda x, axes, keepdim: x.reduce("min", axes, keepdim),
    x=lambda g, x, axes, keepdim, out: extreme_backward(g, x, axes, keepdim, out),
)


def _share(n: int) -> float:
    return 1.0 / n if n else float("nan")


def extreme_backward(g: Any, x: Any, axes: Any, keepdim: bool, out: Any) -> Any:
    """The gradient shared evenly among the elements that equal the extreme."""
    mask = rows.eq(x, restored(out, x.shape, axes, keepdim))
    if type(mask) is not Handle:
        mask = mask.detach()
    weight = mask.to(g.dtype) if isinstance(mask, Tensor) else mask.to_dtype(g.dtype)
    total = weight.sum(axes, True) if isinstance(weight, Tensor) else weight.reduce("sum", axes, True)
    return weight * (restored(g, x.shape, axes, keepdim) / total)


def prod_backward(g: Any, x: Any, axes: Any, keepdim: bool, out: Any) -> Any:
    """The gradient of a product: what the other factors make, exact at zeros too."""
    if x.ndim == 0:
        return g
    full, scale = restored(out, x.shape, axes, keepdim), restored(g, x.shape, axes, keepdim)
    zero = rows.eq(x, 0)
    any_zero = zero.handle if isinstance(zero, Tensor) else zero
    if not any_zero.reduce("any", None, False).item():
        return scale * (full / x)
    return scale * others(x, range(x.ndim) if axes is None else [wrap_dim(a, x.ndim) for a in axes])


def others(x: Any, axes: Any) -> Any:
    """For each element the product of all other elements along the axes."""
    axes = list(axes)
    kept = [a for a in range(x.ndim) if a not in axes]
    order = kept + axes
    moved = x.permute(order)
    shape = list(moved.shape)
    flat = moved.reshape(shape[: len(kept)] + [-1])
    n = flat.shape[-1]
    ones = flat.new_ones(list(flat.shape[:-1]) + [1])
    before = _concat([ones, flat.narrow(-1, 0, n - 1).cumprod(-1)])
    flipped = flat.flip(-1)
    after = _concat([ones, flipped.narrow(-1, 0, n - 1).cumprod(-1)]).flip(-1)
    out = (before * after).reshape(shape)
    return out.permute([order.index(a) for a in range(x.ndim)])


def _concat(parts: list) -> Any:
    from pyrite.ops.join import cat

    return cat(parts, -1)


# The public functions


def _summed_type(x: Any, dtype: Any) -> Any:
    if dtype is not None:
        return x.to(of_argument(dtype)) if isinstance(x, Tensor) else x.to_dtype(of_argument(dtype))
    if not is_integral(x.dtype) or x.dtype is int64:
        return x
    return x.to(int64) if isinstance(x, Tensor) else x.to_dtype(int64)


def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The sum over all elements, or over the dimensions `dim`; whole numbers sum as int64 (see ``torch.sum``)."""
    require_tensor("sum", input)
    axes = dims("sum", dim)
    return sum_over(_summed_type(input, dtype), axes or None, keepdim)


def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The mean over all elements, or over the dimensions `dim` (see ``torch.mean``); RuntimeError for whole numbers."""
    require_tensor("mean", input)
    x = input if dtype is None else _summed_type(input, dtype)
    if kind(x.dtype) < 2:
        raise RuntimeError(
            f"mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {x.dtype.scalar_name}"
        )
    axes = [wrap_dim(d, x.ndim) for d in dims("mean", dim) or []] or None
    return mean_over(x, axes, keepdim)


def prod(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The product over all elements, or over a dimension; whole numbers multiply as int64 (see ``torch.prod``)."""
    require_tensor("prod", input)
    return prod_over(_summed_type(input, dtype), dims("prod", dim), keepdim)


def amax(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
    """The largest elements over dimensions; ties share the gradient (see ``torch.amax``)."""
    return amax_over(input, dims("amax", dim) or None, keepdim)


def amin(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
    """The smallest elements over dimensions; ties share the gradient (see ``torch.amin``)."""
    return amin_over(input, dims("amin", dim) or None, keepdim)


argmax_over = operation("argmax", lambda x, axes, keepdim: x.reduce("argmax", axes, keepdim))
argmin_over = operation("argmin", lambda x, axes, keepdim: x.reduce("argmin", axes, keepdim))
any_over = operation("any", lambda x, axes, keepdim: _as_truth(x, x.reduce("any", axes, keepdim)))
all_over = operation("all", lambda x, axes, keepdim: _as_truth(x, x.reduce("all", axes, keepdim)))


def _as_truth(x: Handle, out: Handle) -> Handle:
    return out.to_dtype(uint8) if x.dtype is uint8 else out


def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Where the largest element is: the first such place, row-major or along `dim` (see ``torch.argmax``)."""
    return argmax_over(input, dims("argmax", dim), keepdim)


def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Where the smallest element is (see ``torch.argmin``)."""
    return argmin_over(input, dims("argmin", dim), keepdim)


def any(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether any element is not zero (see ``torch.any``)."""
    return any_over(input, dims("any", dim) or None, keepdim)


def all(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether no element is zero (see ``torch.all``)."""
    return all_over(input, dims("all", dim) or None, keepdim)
