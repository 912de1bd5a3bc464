"""The product over dimensions, with a gradient that is exact where factors are zero."""

from __future__ import annotations

from typing import Any

from pyrite.autograd.operation import operation
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import dims, numpy_names, require_tensor
from pyrite.ops.join import cat_along
from pyrite.ops.reduce import any_over, axes_of, restored, summed_type
from pyrite.ops.scan import cumprod_along, reversed_along

__all__ = ["prod"]


prod_over = operation(
    "prod",
    lambda x, axes, keepdim: x.reduce("prod", axes, keepdim),
    x=lambda g, x, axes, keepdim, out: prod_backward(g, x, axes, keepdim, out),
)


def prod_backward(g: Any, x: Any, axes: Any, keepdim: bool, out: Any) -> Any:
    """The gradient of a product: what the other factors make, exact at zeros too."""
    if x.ndim == 0:
        return g
    full, scale = restored(out, x.shape, axes, keepdim), restored(g, x.shape, axes, keepdim)
    if not any_over(rows.eq(x, 0), None, False).item():
        return scale * rows.conj(full / x)
    return scale * rows.conj(others(x, list(range(x.ndim)) if axes is None else axes))


def others(x: Any, axes: list[int]) -> Any:
    """For each element the product of all other elements along the axes."""
    kept = [a for a in range(x.ndim) if a not in axes]
    order = kept + axes
    moved = x.permute(order)
    shape = list(moved.shape)
    flat = moved.reshape([*shape[: len(kept)], -1])
    last, n = len(kept), flat.shape[-1]
    one = rows.constant(x, [*shape[:last], 1], 1)
    before = cat_along([one, cumprod_along(flat.narrow(last, 0, n - 1), last)], last)
    after = cat_along([one, cumprod_along(reversed_along(flat, last).narrow(last, 0, n - 1), last)], last)
    out = (before * reversed_along(after, last)).reshape(shape)
    return out.permute([order.index(a) for a in range(x.ndim)])


@numpy_names
def prod(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The product over all elements, or over a dimension; whole numbers multiply as int64 (see ``torch.prod``)."""
    require_tensor("prod", input)
    return prod_over(summed_type(input, dtype), axes_of(dims("prod", dim), input.ndim), keepdim)
