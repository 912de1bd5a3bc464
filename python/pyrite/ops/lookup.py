"""Reading by index: gather, take and their kin, and the places of elements that are not zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, int32, int64, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor, type_name, wrap_dim
from pyrite.ops.convert import contiguous, to_dtype
from pyrite.ops.create import zeros_of
from pyrite.ops.index import index_at, mask_places
from pyrite.ops.shape import broadcast_shapes, expand, reshape, select_index
from pyrite.tensor import Handle, Tensor, wrap

__all__ = (
    "gather index_select masked_select take take_along_dim nonzero argwhere nonzero_static unravel_index"
).split()


def whole_index(name: str, index: Any) -> Any:
    """An index tensor as int64; RuntimeError for other than int32 and int64."""
    require_tensor(name, index, "index", 3)
    if index.dtype is int64:
        return index
    if index.dtype is int32:
        return to_dtype(index, int64)
    raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index, but got {index.dtype.scalar_name}")


gather_along = operation(
    "gather",
    lambda x, dim, index: x.gather(dim, index),
    tensors=("index",),
    x=lambda g, x_shape, dim, index: added_along(g, x_shape, dim, index),
)


def _added(g: Handle, shape: Sequence[int], dim: int, index: Handle) -> Handle:
    out = g.filled(list(shape), 0, g.dtype)
    out.scatter(dim, index, g, "add")
    return out


#: The adjoint of gather: zeros of a shape with `g` added where the index points.
added_along = operation(
    "gather_backward",
    lambda g, shape, dim, index: _added(g, shape, dim, index),
    tensors=("index",),
    g=lambda g, dim, index: gather_along(g, dim, index),
)


#: An empty tensor that still hangs on the graph.
nothing_of = operation("take", lambda x, shape: x.filled(shape, 0, x.dtype), x=lambda g, x_shape: zeros_of(g, x_shape))


def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Any:
    """``out[i][j] = input[index[i][j]][j]`` for dimension 0, and so on (see ``torch.gather``)."""
    require_tensor("gather", input)
    dim = wrap_dim(dim, input.ndim)
    if isinstance(index, Tensor) and index.numel() == 0:
        return nothing_of(input, list(index.shape))
    index = whole_index("gather", index)
    if max(index.ndim, 1) != max(input.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    return gather_along(input, dim, index)


def index_select(input: Any, dim: int, index: Any) -> Any:
    """The given indices of a dimension (see ``torch.index_select``)."""
    require_tensor("index_select", input)
    require_tensor("index_select", index, "index", 3)
    dim = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if index.dtype not in (int64, int32):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    index = to_dtype(index, int64)
    if input.ndim == 0:
        return reshape(index_select(reshape(input, 1), 0, index), [])
    return selected(input, dim, reshape(index, -1))


def looked_up(x: Handle, dim: int, index: Handle) -> Handle:
    """What stands at these places of a dimension, none of which counts from the end: a wrong one is an IndexError, on
    a GPU when something is next read back."""
    try:
        return x.index_select(dim, index)
    except IndexError:
        raise IndexError("index out of range in self") from None


selected = operation(
    "index_select",
    lambda x, dim, index: looked_up(x, dim, index),
    tensors=("index",),
    x=lambda g, x_shape, dim, index: unselected(g, x_shape, dim, index),
)


def _unselected(g: Handle, shape: Sequence[int], dim: int, index: Handle) -> Handle:
    out = g.filled(list(shape), 0, g.dtype)
    out.index_put([None] * dim + [index], g, True)
    return out


unselected = operation(
    "index_select_backward",
    lambda g, shape, dim, index: _unselected(g, shape, dim, index),
    tensors=("index",),
    g=lambda g, dim, index: selected(g, dim, index),
)


def masked_select(input: Any, mask: Any) -> Any:
    """The elements where a mask holds, in one dimension (see ``torch.masked_select``)."""
    require_tensor("masked_select", input)
    require_tensor("masked_select", mask, "mask", 2)
    if mask.dtype is not bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = list(broadcast_shapes(input.shape, mask.shape))
    if not shape:
        return masked_select(reshape(input, 1), reshape(mask, 1))
    return index_at(expand(input, shape), mask_places(expand(mask, shape)))


def take(input: Any, index: Any) -> Any:
    """The elements at places counted row-major over the whole tensor (see ``torch.take``)."""
    require_tensor("take", input)
    if index.dtype is not int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {index.dtype.scalar_name}")
    if input.numel() == 0 and index.numel():
        raise IndexError("take(): tried to take from an empty tensor")
    if index.numel() == 0:
        return nothing_of(input, list(index.shape))
    return reshape(index_at(reshape(input, -1), [reshape(index, -1)]), list(index.shape))


def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Any:
    """`gather` with broadcasting of the dimensions that are not indexed (see ``torch.take_along_dim``)."""
    require_tensor("take_along_dim", input)
    if indices.dtype is not int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.scalar_name}"
        )
    if dim is None:
        return gather(reshape(input, -1), 0, from_front(reshape(indices, -1), input.numel()))
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    dim = wrap_dim(dim, input.ndim)
    if input.ndim == 0:
        input, indices = reshape(input, 1), reshape(indices, 1)
        return reshape(take_along_dim(input, indices, 0), [])
    own, places = list(input.shape), list(indices.shape)
    own[dim] = places[dim] = 1
    shape = list(broadcast_shapes(own, places))

    def spread(t: Any) -> Any:
        return expand(t, [t.shape[dim] if a == dim else n for a, n in enumerate(shape)])

    return gather(spread(input), dim, from_front(spread(indices), input.shape[dim]))


def from_front(index: Any, n: int) -> Any:
    """Indices counted from the front, where some may count from the end of `n`."""
    return rows.select(rows.lt(index, 0), index + n, index)


# Places


def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """The places of elements that are not zero: a row for each, or one tensor for each dimension (see
    ``torch.nonzero``)."""
    require_tensor("nonzero", input)
    handle = input.handle
    if not as_tuple:
        return wrap(handle.nonzero())
    places = wrap(handle.reshape([1]).nonzero() if handle.ndim == 0 else handle.nonzero())
    return tuple(contiguous(select_index(places, 1, i)) for i in range(places.shape[1]))


def argwhere(input: Any) -> Any:
    """The places of elements that are not zero, a row for each (see ``torch.argwhere``)."""
    return nonzero(input)


def nonzero_static(input: Any, *, size: int, fill_value: int = -1) -> Any:
    """The first `size` rows of `nonzero`, filled up with `fill_value` (see ``torch.nonzero_static``)."""
    require_tensor("nonzero_static", input)
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    places = input.handle.nonzero()
    out = input.filled([size, input.ndim], fill_value, int64)
    n = min(size, places.shape[0])
    if n and input.ndim:
        out.slice(0, 0, n, 1).assign(places.slice(0, 0, n, 1))
    return wrap(out)


def unravel_index(indices: Any, shape: Any) -> tuple:
    """Places counted row-major in a shape as one tensor for each dimension (see ``torch.unravel_index``)."""
    require_tensor("unravel_index", indices, "indices")
    if kind(indices.dtype) != 1:
        raise ValueError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if isinstance(shape, int):
        shape = (shape,)
    if isinstance(shape, Tensor):
        shape = shape.tolist()
    if not isinstance(shape, tuple | list) or not all(isinstance(n, int) for n in shape):
        raise TypeError(f"expected 'shape' sequence to have element type int, but got {type_name(shape)}")
    if any(n < 0 for n in shape):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(shape)}")
    indices = to_dtype(indices, int64)
    out, step = [], 1
    for n in reversed(shape):
        out.append(rows.remainder(rows.floor_divide(indices, step), max(n, 1)))
        step *= max(n, 1)
    return tuple(reversed(out))
