"""Extremes with their places, order statistics and sorting: max, min, median, mode, kthvalue, sort, topk."""

from __future__ import annotations

from typing import Any

from pyrite import return_types
from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, iinfo, int64, is_integral
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import index, numpy_names, require_tensor, type_name, wrap_dim
from pyrite.ops.pointwise import maximum, minimum, refuse
from pyrite.ops.reduce import amax_over, amin_over, shared_evenly
from pyrite.ops.scan import placed_along, places
from pyrite.tensor import Handle, Tensor

__all__ = "argsort kthvalue max median min mode msort nanmedian sort topk".split()


def chosen(x: Handle, dim: int, where: Handle, keepdim: bool) -> tuple[Handle, Handle]:
    """The elements at one place along `dim`, and the places."""
    values = x.gather(dim, where)
    return (values, where) if keepdim else (values.squeeze([dim]), where.squeeze([dim]))


def put_back(g: Any, shape: Any, dim: int, keepdim: bool, where: Any) -> Any:
    """The gradient of `chosen`."""
    if not shape:
        return g
    return (
        placed_along(g, shape, dim, where)
        if keepdim
        else placed_along(g.unsqueeze(dim), shape, dim, where.unsqueeze(dim))
    )


def selection(name: str, places_of: Any) -> Any:
    """An operation that selects one element along a dimension: ``places_of(x, dim, *arguments)`` gives where."""

    def forward(x: Handle, dim: int, keepdim: bool, argument: Any) -> tuple[Handle, Handle]:
        if x.ndim == 0:
            values, where = forward(x.reshape([1]), 0, False, argument)
            return values, where
        return chosen(x, dim, places_of(x, dim, argument), keepdim)

    return operation(
        name,
        forward,
        tensors=("outs",),
        outputs=1,
        x=lambda g, x_shape, dim, keepdim, outs: put_back(g, x_shape, dim, keepdim, outs[1]),
    )


def _kth_places(x: Handle, dim: int, k: int) -> Handle:
    return x.kth(k - 1, dim)


def _median_places(x: Handle, dim: int, skip_nan: bool) -> Handle:
    """The place of the lower middle element; of a NaN where there is one, unless those are skipped."""
    values, where = x.sort(dim, False)
    n = x.shape[dim]
    if is_integral(x.dtype):
        return where.slice(dim, (n - 1) // 2, 1, 1)
    valid = rows.isnan(values).to_dtype(int64).reduce("sum", [dim], True) * -1 + n
    if skip_nan:
        middle = rows.floor_divide(rows.maximum(valid, 1) - 1, 2)
    else:
        middle = rows.select(rows.lt(valid, n), valid, (n - 1) // 2)
    return where.gather(dim, middle)


def _mode_places(x: Handle, dim: int, _: Any) -> Handle:
    """The last place of the most frequent element, the smallest where several are."""
    values, where = x.sort(dim, False)
    n = x.shape[dim]
    shape = [n if a == dim else 1 for a in range(x.ndim)]
    steps = places(n, x).reshape(shape).expand(list(x.shape))
    if n > 1:
        before, after = values.slice(dim, 0, n - 1, 1), values.slice(dim, 1, n - 1, 1)
        starts = steps.contiguous()
        starts.slice(dim, 1, n - 1, 1).assign(rows.select(rows.ne(before, after), steps.slice(dim, 1, n - 1, 1), 0))
        steps = steps - starts.scan("max", dim)[0]
    else:
        steps = steps - steps
    return where.gather(dim, steps.reduce("argmax", [dim], True))


max_along = selection("max", lambda x, dim, _: x.reduce("argmax", [dim], True))
min_along = selection("min", lambda x, dim, _: x.reduce("argmin", [dim], True))
kth_along = selection("kthvalue", _kth_places)
median_along = selection("median", _median_places)
mode_along = selection("mode", _mode_places)


def _median_of_all(x: Handle, skip_nan: bool) -> Handle:
    flat = x.reshape([-1])
    return flat.gather(0, _median_places(flat, 0, skip_nan)).reshape([])


median_of_all = operation("median", _median_of_all, x=lambda g, x, out: shared_evenly(g, x, None, False, out))


def _extreme(
    name: str, along: Any, whole: Any, pairwise: Any, structure: Any, input: Any, args: tuple, named: dict
) -> Any:
    """max and min: of all elements, along a dimension with places, or of two tensors."""
    if not isinstance(input, Tensor | Handle):
        got = ", ".join(map(type_name, (input, *args)))
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got ({got}), but expected a Tensor first"
        )
    dim = args[0] if args else named.pop("dim", None)
    keepdim = args[1] if len(args) > 1 else named.pop("keepdim", False)
    other = named.pop("other", None)
    if named or len(args) > 2:
        raise TypeError(f"{name}() received an invalid combination of arguments")
    if isinstance(dim, Tensor | Handle):
        other, dim = dim, None
    if other is not None:
        return pairwise(input, other)
    if dim is None:
        if input.numel() == 0:
            raise RuntimeError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                "with the 'dim' argument."
            )
        return whole(input, None, False)
    dim = wrap_dim(index(name, "dim", dim), input.ndim)
    _check_size(name, input, dim)
    return structure(along(input, dim, bool(keepdim), None))


def _check_size(name: str, input: Any, dim: int) -> None:
    if input.ndim and input.shape[dim] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


@numpy_names
def max(input: Any, *args: Any, **named: Any) -> Any:
    """The largest element; with ``dim`` those along a dimension and their places; with another tensor the larger of
    each pair (see ``torch.max``).
    """
    return _extreme("max", max_along, amax_over, maximum, return_types.max, input, args, named)


@numpy_names
def min(input: Any, *args: Any, **named: Any) -> Any:
    """The smallest element; with ``dim`` those along a dimension and their places; with another tensor the smaller of
    each pair (see ``torch.min``).
    """
    return _extreme("min", min_along, amin_over, minimum, return_types.min, input, args, named)


def _median(name: str, structure: Any, skip_nan: bool, input: Any, dim: Any, keepdim: bool) -> Any:
    require_tensor(name, input)
    refuse("median", input, 1)
    if dim is None:
        if input.numel() == 0:
            return rows.constant(input, [], iinfo(input.dtype).min if is_integral(input.dtype) else float("nan"))
        return median_of_all(input, skip_nan)
    dim = wrap_dim(index(name, "dim", dim), input.ndim)
    _check_size(name, input, dim)
    return structure(median_along(input, dim, keepdim, skip_nan))


@numpy_names
def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower middle element, NaN where there is a NaN; along a dimension with its place (see ``torch.median``)."""
    return _median("median", return_types.median, False, input, dim, keepdim)


@numpy_names
def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower middle element of what is not NaN (see ``torch.nanmedian``)."""
    return _median("nanmedian", return_types.nanmedian, True, input, dim, keepdim)


@numpy_names
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent element along a dimension, the smallest of several, and its last place (see ``torch.mode``)."""
    require_tensor("mode", input)
    dim = wrap_dim(index("mode", "dim", dim), input.ndim)
    _check_size("mode", input, dim)
    return return_types.mode(mode_along(input, dim, keepdim, None))


@numpy_names
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest element along a dimension and its place (see ``torch.kthvalue``)."""
    require_tensor("kthvalue", input)
    refuse("kthvalue", input, 1)
    dim = wrap_dim(index("kthvalue", "dim", dim), input.ndim)
    if not 1 <= k <= (input.shape[dim] if input.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
    return return_types.kthvalue(kth_along(input, dim, keepdim, k))


sort_along = operation(
    "sort",
    lambda x, dim, descending, stable: x.sort(dim, descending, stable),
    tensors=("outs",),
    outputs=1,
    x=lambda g, x_shape, dim, outs: placed_along(g, x_shape, dim, outs[1]),
)
topk_along = operation(
    "topk",
    lambda x, k, dim, largest: x.topk(k, dim, largest),
    tensors=("outs",),
    outputs=1,
    x=lambda g, x_shape, dim, outs: placed_along(g, x_shape, dim, outs[1]),
)


@numpy_names
def sort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """The elements along a dimension in order, and their places (see ``torch.sort``).

    Equal elements keep their order where `stable`; else they come as PyTorch leaves them in up to 16,384 elements.
    """
    require_tensor("sort", input)
    dim = wrap_dim(index("sort", "dim", dim), input.ndim)
    return return_types.sort(sort_along(input, dim, bool(descending), bool(stable)))


@numpy_names
def argsort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """The places that sort a dimension (see ``torch.argsort``)."""
    return sort(input, dim, descending, stable)[1]


def msort(input: Any) -> Any:
    """The elements sorted along the first dimension (see ``torch.msort``)."""
    return sort(input, 0)[0]


@numpy_names
def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The k largest or smallest elements along a dimension, in order, and their places (see ``torch.topk``)."""
    require_tensor("topk", input)
    if input.dtype is bool_:
        raise RuntimeError("topk does not support bool dtypes on CPU")
    dim = wrap_dim(index("topk", "dim", dim), input.ndim)
    return return_types.topk(topk_along(input, index("topk", "k", k), dim, bool(largest)))
