"""Copies of a tensor with a part of it, or the places that an index or a mask names, written anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.autograd.region import layout_of, put_region, region, seen, take_region
from pyrite.dtype import bool_, int32, int64, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor, type_name, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import zeros_of
from pyrite.ops.data import checked_number
from pyrite.ops.index import index_put_into, mask_places
from pyrite.ops.lookup import from_front, selected
from pyrite.ops.scattering import _wrapped, checked, reduced_into
from pyrite.ops.shape import broadcast_shapes, expand, reshape, select_index, slice_axis
from pyrite.tensor import Handle, Tensor

__all__ = (
    "index_add index_copy index_fill index_reduce put masked_fill masked_scatter select_scatter slice_scatter "
    "as_strided_scatter "
    "fill constant_pad_nd"
).split()


def _with_part(x: Handle, src: Handle, view: Any) -> Handle:
    out = x.copy(x.dtype, True)
    view(out).assign(src)
    return out


slice_into = operation(
    "slice_scatter",
    lambda x, src, dim, start, length, step: _with_part(x, src, lambda out: out.slice(dim, start, length, step)),
    x=lambda g, src_shape, dim, start, length, step: slice_into(g, zeros_of(g, src_shape), dim, start, length, step),
    src=lambda g, dim, start, length, step: slice_axis(g, dim, start, length, step),
)


select_into = operation(
    "select_scatter",
    lambda x, src, dim, i: _with_part(x, src, lambda out: out.select(dim, i)),
    x=lambda g, src_shape, dim, i: select_into(g, zeros_of(g, src_shape), dim, i),
    src=lambda g, dim, i: select_index(g, dim, i),
)


def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """A copy of `input` with `src` in the place of a slice (see ``torch.slice_scatter``)."""
    dim = wrap_dim(dim, input.ndim)
    if input.ndim == 0:
        raise RuntimeError("slice_scatter(): a 0-dim tensor has no slices")
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    first, last, step = slice(start, end, step).indices(input.shape[dim])
    length = max(0, -(-(last - first) // step))
    shape = [length if a == dim else n for a, n in enumerate(input.shape)]
    if list(src.shape) != shape:
        src = expand(src, shape)
    return slice_into(input, src, dim, first, length, step)


def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """A copy of `input` with `src` at one index of a dimension (see ``torch.select_scatter``)."""
    if input.ndim == 0:
        raise IndexError("select_scatter(): a 0-dim tensor has no dimension to select from")
    dim = wrap_dim(dim, input.ndim)
    shape = [n for a, n in enumerate(input.shape) if a != dim]
    if not -input.shape[dim] <= index < input.shape[dim]:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    if list(src.shape) != shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{shape}"
        )
    return select_into(input, src, dim, index)


def _with_region(x: Handle, src: Handle, r: Any) -> Handle:
    flat = x.filled([r.span], 0, x.dtype)
    seen(flat, r.whole).assign(x)
    seen(flat, r.part).assign(src)
    return seen(flat, r.whole)


region_into = operation(
    "as_strided_scatter",
    lambda x, src, r: _with_region(x, src, r),
    x=lambda g, r: put_region(take_region(g, r), r),
    src=lambda g, r: take_region(g, r),
)


def as_strided_scatter(input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """A copy of `input` with `src` where ``as_strided`` would look (see ``torch.as_strided_scatter``).

    As in PyTorch, the gradient of `input` is that of the region itself, not of what was left as it is.
    """
    own = input.handle if isinstance(input, Tensor) else input
    part = (tuple(size), tuple(stride), own.offset if storage_offset is None else storage_offset)
    own.as_strided(*part)
    if list(src.shape) != list(size):
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(size)}"
        )
    r = region(part, layout_of(own))
    if own.as_strided(*part).may_overlap():
        raise RuntimeError("as_strided_scatter: the places that src is written to must not coincide")
    return region_into(input, src, r)


def fill(input: Any, value: Any) -> Any:
    """A tensor of the shape of `input` whose every element is `value`, a number or a tensor (see ``torch.fill``)."""
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(f"fill only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    return filled_with(input, value if isinstance(value, Tensor | Handle) else checked(value, input.dtype))


def _filled(x: Handle, value: Any) -> Handle:
    out = x.filled(list(x.shape), 0, x.dtype)
    out.assign(value)
    return out


filled_with = operation(
    "fill",
    lambda x, value: _filled(x, value),
    x=lambda g: zeros_of(g, g.shape),
    value=lambda g: g.sum() if isinstance(g, Tensor) else g.reduce("sum", None, False),
)


def _padded_with(x: Handle, amounts: Sequence[tuple[int, int]], value: Any) -> Handle:
    out = x.filled([n + a + b for n, (a, b) in zip(x.shape, amounts)], value, x.dtype)
    inner = out
    for axis, (a, b) in enumerate(amounts):
        inner = inner.slice(axis, max(a, 0), inner.shape[axis] - max(a, 0) - max(b, 0), 1)
        x = x.slice(axis, max(-a, 0), x.shape[axis] - max(-a, 0) - max(-b, 0), 1)
    inner.assign(x)
    return out


pad_with = operation(
    "constant_pad_nd",
    lambda x, amounts, value: _padded_with(x, amounts, value),
    x=lambda g, amounts: pad_with(g, [(-a, -b) for a, b in amounts], 0),
)


def constant_pad_nd(input: Any, pad: Sequence[int], value: Any = 0) -> Any:
    """`value` added before and after the last dimensions; negative amounts cut (see ``torch.nn.functional.pad``)."""
    pad = list(pad)
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. Pad length is "
            f"{len(pad)} while the input has {input.ndim} dimensions."
        )
    pairs = [(0, 0)] * (input.ndim - len(pad) // 2) + list(zip(pad[::2], pad[1::2]))[::-1]
    for axis, (n, (a, b)) in enumerate(zip(input.shape, pairs)):
        if n + a + b < 0 or n + min(a, 0) + min(b, 0) < 0:
            raise RuntimeError(
                f"The input size {n}, plus negative padding {a} and {b} resulted in a negative output size, which is "
                "invalid. "
                f"Check dimension {axis} of your input."
            )
    return pad_with(input, pairs, checked_number(value, input.dtype) if kind(input.dtype) else value)


def _vector_index(name: str, input: Any, dim: int, index: Any, dtypes: tuple = (int64, int32)) -> tuple[int, Any]:
    require_tensor(name, input)
    dim = wrap_dim(dim, input.ndim)
    require_tensor(name, index, "index", 3)
    if index.dtype not in dtypes:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index but got: {index.dtype.scalar_name}")
    if index.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector, but got dim: {index.ndim}")
    return dim, reshape(to_dtype(index, int64), -1)


def _in_range(name: str, index: Any, n: int) -> None:
    places = index.handle if isinstance(index, Tensor) else index
    if places.numel():
        low, high = int(places.reduce("min", None, False).item()), int(places.reduce("max", None, False).item())
        if low < 0 or high >= n:
            raise IndexError(f"{name}(): index {low if low < 0 else high} is out of bounds for dimension with size {n}")


def _with_axis(x: Any) -> Any:
    return reshape(x, 1) if x.ndim == 0 else x


def _check_source(name: str, input: Any, dim: int, index: Any, source: Any) -> None:
    require_tensor(name, source, "source", 4)
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"{name}(): self ({input.dtype.scalar_name}) and source ({source.dtype.scalar_name}) must have the same "
            "scalar type"
        )
    own, given = list(_with_axis(input).shape), list(_with_axis(source).shape)
    own[dim] = index.numel()
    if source.ndim == 0 and index.numel() == 1 and all(n == 1 for n in own):
        return
    if len(given) != len(own) or given != own:
        raise (RuntimeError if name != "index_copy" or len(given) == len(own) else IndexError)(
            f"{name}(): Source {list(source.shape)} must match self {list(input.shape)} apart from dimension {dim}, "
            "where it must "
            f"have the {index.numel()} elements of the index"
        )


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """A copy of `input` with the slices of `source` added at the given indices (see ``torch.index_add``)."""
    dim, index = _vector_index("index_add", input, dim, index)
    _check_source("index_add", input, dim, index, source)
    x = _with_axis(input)
    out = put_along(x, dim, index, _like_axes(source, x) if alpha == 1 else _like_axes(source, x) * alpha, True)
    return reshape(out, list(input.shape)) if input.ndim == 0 else out


def _like_axes(source: Any, x: Any) -> Any:
    return reshape(source, [1] * x.ndim) if source.ndim != x.ndim else source


def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """A copy of `input` with the slices of `source` at the given indices (see ``torch.index_copy``)."""
    dim, index = _vector_index("index_copy", input, dim, index, (int64,))
    _check_source("index_copy", input, dim, index, source)
    x = _with_axis(input)
    out = put_along(x, dim, index, _like_axes(source, x), False)
    return reshape(out, list(input.shape)) if input.ndim == 0 else out


def _put_along(x: Handle, dim: int, index: Handle, source: Handle, accumulate: bool) -> Handle:
    out = x.copy(x.dtype, True)
    out.put_along(dim, index, source, accumulate)
    return out


put_along = operation(
    "index_add",
    lambda x, dim, index, source, accumulate: _put_along(x, dim, index, source, accumulate),
    tensors=("index",),
    x=lambda g, dim, index, accumulate, source_shape: (
        g if accumulate else put_along(g, dim, index, zeros_of(g, source_shape), False)
    ),
    source=lambda g, dim, index: selected(g, dim, index),
)


def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """A copy of `input` with `value` at the given indices (see ``torch.index_fill``)."""
    dim, index = _vector_index("index_fill", input, dim, index)
    x = _with_axis(input)
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(
                f"Only supports 0-dimension value tensor, but got tensor with {value.ndim} dimension(s)."
            )
        if kind(value.dtype) == 3 and kind(input.dtype) < 3:
            raise RuntimeError("index_fill(): Converting complex Scalar to non-complex type is not supported")
        value = to_dtype(value, input.dtype)
    elif isinstance(value, complex) and kind(input.dtype) < 3:
        raise RuntimeError("index_fill(): Converting complex Scalar to non-complex type is not supported")
    shape = [index.numel() if a == dim else n for a, n in enumerate(x.shape)]
    if not isinstance(value, Tensor | Handle):
        filled = input.filled([], value, input.dtype)
        value = filled if isinstance(input, Handle) else _wrapped(filled)
    index = from_front(index, x.shape[dim])
    out = put_along(x, dim, index, expand(value, shape), False)
    return reshape(out, list(input.shape)) if input.ndim == 0 else out


def index_reduce(input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True) -> Any:
    """A copy of `input` into whose slices those of `source` are reduced at the given indices, by ``prod``, ``mean``,
    ``amax`` or ``amin`` (see ``torch.index_reduce``)."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    dim, index = _vector_index("index_reduce", input, dim, index)
    _check_source("index_reduce", input, dim, index, source)
    x, source = _with_axis(input), _like_axes(source, _with_axis(input))
    _in_range("index_reduce", index, x.shape[dim])
    places = (
        expand(reshape(index, [-1 if a == dim else 1 for a in range(x.ndim)]), list(source.shape))
        if index.numel()
        else index
    )
    out = reduced_into(x, dim, places, source, reduce, include_self) if source.numel() else x.clone()
    return reshape(out, list(input.shape)) if input.ndim == 0 else out


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """A copy of `input` with `source` at places counted row-major over the whole tensor (see ``torch.put``)."""
    require_tensor("put", input)
    if index.dtype is not int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {index.dtype.scalar_name}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {input.dtype.scalar_name} "
            "and "
            f"source.dtype = {source.dtype.scalar_name}"
        )
    if index.numel() != source.numel():
        raise RuntimeError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, "
            f"index.numel() = {index.numel()}"
        )
    if index.numel() == 0:
        return input.clone()
    if input.numel() == 0:
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    flat = index_put_into(reshape(input, -1), [reshape(index, -1)], reshape(source, -1), bool(accumulate))
    return reshape(flat, list(input.shape))


masked_fill_of = operation(
    "masked_fill",
    lambda x, mask, value: _masked(x, mask, value),
    tensors=("mask",),
    x=lambda g, mask: rows.select(mask, 0.0, g),
    value=lambda g, mask: rows.select(mask, g, 0.0),
)


def _masked(x: Handle, mask: Handle, value: Any) -> Handle:
    if not isinstance(value, Handle):
        value = x.filled([], value, x.dtype)
    return rows.select(mask, value.to_dtype(x.dtype), x)


def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """A copy of `input` with `value` where the mask holds (see ``torch.masked_fill``)."""
    require_tensor("masked_fill", input)
    require_tensor("masked_fill", mask, "mask", 2)
    if mask.dtype is not bool_:
        raise RuntimeError(f"masked_fill only supports boolean masks, but got dtype {mask.dtype.scalar_name}")
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    if isinstance(value, Tensor) and kind(value.dtype) > kind(input.dtype):
        raise RuntimeError(f"value cannot be converted to type {input.dtype.name} without overflow")
    if not isinstance(value, Tensor | Handle):
        value = stored(value, input.dtype)
    return masked_fill_of(input, mask, value)


def stored(value: Any, d: Any) -> Any:
    """A number that a dtype can hold; RuntimeError where it cannot."""
    if not isinstance(value, int | float | complex):
        raise TypeError(
            f"masked_fill(): argument 'value' (position 3) must be Number or Tensor, not {type_name(value)}"
        )
    if (isinstance(value, complex) and kind(d) < 3) or (kind(d) == 1 and value != value):
        raise RuntimeError(f"value cannot be converted to type {d.name} without overflow")
    return checked_number(int(value) if kind(d) == 1 and not isinstance(value, complex) else value, d)


def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """A copy of `input` with the elements of `source`, in order, where the mask holds (see
    ``torch.masked_scatter``)."""
    require_tensor("masked_scatter", input)
    if mask.dtype is not bool_:
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype.scalar_name}"
        )
    if input.dtype is not source.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got {input.dtype.scalar_name} and "
            f"{source.dtype.scalar_name}"
        )
    shape = list(broadcast_shapes(input.shape, mask.shape))
    if not shape:
        return reshape(masked_scatter(reshape(input, 1), reshape(mask, 1), source), [])
    places = mask_places(expand(mask, shape))
    n = places[0].shape[0]
    if source.numel() < n:
        raise RuntimeError(
            "masked_scatter: expected the number of elements in source to be at least the number of ones in mask"
        )
    x = expand(input, shape) if list(input.shape) != shape else input
    return index_put_into(x, places, slice_axis(reshape(source, -1), 0, 0, n, 1), False)
