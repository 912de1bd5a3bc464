"""Indexing: ``x[...]`` read and written, and gather, scatter and their kin, with gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.engine import sum_to
from pyrite.autograd.inplace import write_inplace
from pyrite.autograd.mode import mode
from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, int64, kind, uint8
from pyrite.ops.arguments import index as whole
from pyrite.ops.arguments import require_tensor, type_name
from pyrite.ops.convert import to_dtype
from pyrite.ops.data import checked_number, host_tensor
from pyrite.ops.shape import alias_of, select_index, slice_axis, unsqueeze_axis
from pyrite.tensor import Handle, Tensor, wrap

__all__ = ["index_put"]

# Primitives

index_at = operation(
    "index",
    lambda x, indices: x.index(indices),
    x=lambda g, x_shape, indices: index_backward(g, x_shape, indices),
)
index_backward = operation(
    "index_backward",
    lambda g, shape, indices: _placed(g, shape, indices),
    g=lambda g, indices: index_at(g, indices),
)
index_put_into = operation(
    "index_put",
    lambda x, indices, values, accumulate: _put(x, indices, values, accumulate),
    x=lambda g, indices, accumulate: g if accumulate else _without(g, indices),
    values=lambda g, indices, values_shape: _summed(index_at(g, indices), values_shape),
)


def _placed(g: Handle, shape: Sequence[int], indices: list) -> Handle:
    out = g.filled(list(shape), 0, g.dtype)
    out.index_put(indices, g, True)
    return out


def _put(x: Handle, indices: list, values: Handle, accumulate: bool) -> Handle:
    out = x.copy(x.dtype, False)
    out.index_put(indices, values, accumulate)
    return out


def _without(g: Any, indices: list) -> Any:
    return index_put_into(g, indices, g.new_zeros([]), False)


def _summed(g: Any, shape: Sequence[int]) -> Any:
    return sum_to(g, tuple(shape))


# x[...]


def as_index(key: Any) -> Any:
    """An entry of an index as a tensor, where it is a list, an array or a tensor; else as it is."""
    if isinstance(key, Tensor) or key is None or key is Ellipsis or isinstance(key, int | slice):
        return key
    if hasattr(key, "__array_interface__"):
        return host_tensor(key) if key.ndim or key.dtype.kind == "b" else int(key)
    if isinstance(key, Sequence):
        out = host_tensor(key)
        return out if out.dtype in (bool_, uint8) and out.numel() else to_dtype(out, int64)
    if hasattr(key, "__index__"):
        return key.__index__()
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
        f"{type_name(key)})"
    )


def as_keys(key: Any) -> list:
    """The entries of an index: a tuple's, and those of a short list that holds more than numbers, as old NumPy read
    it."""
    if isinstance(key, tuple):
        return list(key)
    several = isinstance(key, list) and len(key) < 32
    if several and any(k is None or k is Ellipsis or isinstance(k, Tensor | slice | list | tuple) for k in key):
        return list(key)
    return [key]


def mask_places(mask: Tensor, x: Any = None, dim: int = 0) -> list[Tensor]:
    """A mask as one index tensor for each of its dimensions; IndexError where it does not fit `x` from `dim` on."""
    if x is not None:
        for i, n in enumerate(mask.shape):
            if dim + i >= x.ndim or n != x.shape[dim + i]:
                raise IndexError(
                    f"The shape of the mask {list(mask.shape)} at index {i} does not match the shape of the indexed "
                    "tensor "
                    f"{list(x.shape)} at index {dim + i}"
                )
    places = mask.handle.nonzero()
    return [wrap(places.select(1, i)) for i in range(mask.ndim)]


def resolve_slice(s: slice, n: int) -> tuple[int, int, int]:
    """Start, length and step of a slice of `n` elements."""
    parts = [p.item() if isinstance(p, Tensor) else p for p in (s.start, s.stop, s.step)]
    for p in parts:
        if p is not None and not hasattr(p, "__index__"):
            raise TypeError("slice indices must be integers or None or have an __index__ method")
    if parts[2] is not None and parts[2] <= 0:
        raise ValueError("step must be greater than zero")
    start, stop, step = slice(*parts).indices(n)
    return start, max(0, -(-(stop - start) // step)), step


def parse(x: Any, key: Any) -> tuple[Any, list]:
    """The view that the basic part of a key makes, and the index tensors that remain for its dimensions."""
    keys = [k if type(k) in (int, slice) else as_index(k) for k in as_keys(key)]
    rank, used = x.ndim, sum(entry_dims(k) for k in keys)
    if used > rank:
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    indices: list[Tensor | None] = []
    dim = 0
    for k in keys:
        if k is Ellipsis:
            dim += rank - used
        elif isinstance(k, bool):
            x, dim = one_or_none(x, k, dim, indices)
        elif isinstance(k, int):
            x = select_index(x, dim, whole("getitem", "key", k))
        elif isinstance(k, slice):
            x, dim = sliced(x, k, dim), dim + 1
        elif k is None:
            x, dim = unsqueeze_axis(x, dim), dim + 1
        else:
            x, dim = advance(x, k, dim, indices)
    return x, indices


def sliced(x: Any, s: slice, dim: int) -> Any:
    """A slice of one dimension; the tensor itself where it is the whole of it."""
    if dim >= x.ndim:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-x.ndim}, {x.ndim - 1}], but got {dim})"
        )
    start, length, step = resolve_slice(s, x.shape[dim])
    whole = start == 0 and length == x.shape[dim] and step == 1
    return x if whole else slice_axis(x, dim, start, length, step)


def one_or_none(x: Any, k: bool, dim: int, indices: list) -> tuple[Any, int]:
    """A new dimension with the whole tensor, or with nothing: what a truth value does as an index."""
    indices += [None] * (dim - len(indices))
    indices.append(wrap(_core.from_bytes(bytes(8 if k else 0), [1 if k else 0], int64)))
    return unsqueeze_axis(x, dim), dim + 1


def entry_dims(k: Any) -> int:
    """How many dimensions an entry of a key uses up."""
    if k is None or k is Ellipsis or isinstance(k, bool):
        return 0
    if isinstance(k, Tensor) and k.dtype in (bool_, uint8):
        return k.ndim
    return 1


def advance(x: Any, k: Tensor, dim: int, indices: list) -> tuple[Any, int]:
    """Adds an index tensor for dimension `dim`."""
    if kind(k.dtype) >= 2:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if k.dtype in (bool_, uint8):
        if k.ndim == 0:
            return one_or_none(x, bool(k.item()), dim, indices)
        places = mask_places(k, x, dim)
    elif k.ndim == 0:
        return select_index(x, dim, int(k.item())), dim
    else:
        places = [to_dtype(k, int64)]
    indices += [None] * (dim - len(indices))
    indices += places
    return x, dim + len(places)


ZERO_DIM = (
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim "
    "tensor to a "
    "number"
)


def getitem(x: Tensor, key: Any) -> Tensor:
    """``x[key]``: a view for integers, slices, None and Ellipsis; a copy where index tensors or masks take part."""
    if type(key) is int:
        if x.handle.ndim == 0:
            raise IndexError(ZERO_DIM)
        return select_index(x, 0, whole("getitem", "key", key))
    out, indices = parse(x, key)
    if indices:
        return index_at(out, indices)
    return alias(x) if out is x else out


def alias(x: Tensor) -> Tensor:
    return alias_of(x)


def setitem(x: Tensor, key: Any, value: Any) -> None:
    """``x[key] = value``, broadcast and converted to the dtype of `x`."""
    if not isinstance(value, Tensor):
        value = assigned(x, value)
    target, indices = parse(x, key)
    if indices:
        index_put_(target, indices, value)
        return
    if value.ndim > target.ndim:
        extra = value.ndim - target.ndim
        if any(n != 1 for n in value.shape[:extra]):
            raise RuntimeError(
                f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of "
                "shape "
                f"{list(target.shape)}"
            )
        value = value.reshape(value.shape[extra:])
    target.copy_(value)


def assigned(x: Tensor, value: Any) -> Tensor:
    """A number to be assigned, as a tensor of the dtype of `x`."""
    if isinstance(value, int | float | complex):
        return wrap(x.filled([], checked_number(value, x.dtype), x.dtype))
    if hasattr(value, "__array_interface__"):
        return host_tensor(value).to(x.dtype)
    raise TypeError(f"can't assign a {type_name(value)} to a {x.type()}")


def index_list(x: Any, indices: Sequence[Any]) -> list:
    """Index arguments as int64 tensors; masks become their places."""
    if not isinstance(indices, tuple | list):
        raise TypeError(
            f"index_put(): argument 'indices' (position 1) must be tuple of Tensors, not {type_name(indices)}"
        )
    out: list = []
    for k in indices:
        k = as_index(k)
        if isinstance(k, Tensor) and k.dtype in (bool_, uint8):
            out += mask_places(k, x, len(out))
        elif k is not None and not isinstance(k, Tensor | Handle):
            raise TypeError(f"index_put(): argument 'indices' must be tuple of Tensors, not {type_name(k)}")
        elif k is None or type(k) is Handle or kind(k.dtype) == 1:
            out.append(k if k is None or k.dtype is int64 else to_dtype(k, int64))
        else:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if len(out) > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim} (got {len(out)})")
    return out


def check_values(x: Any, values: Any) -> None:
    require_tensor("index_put", values, "values", 3)
    if values.dtype is not x.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {x.dtype.scalar_name} for the "
            "destination and "
            f"{values.dtype.scalar_name} for the source."
        )


def is_recorded(*tensors: Any) -> bool:
    return mode.enabled and any(isinstance(t, Tensor) and t.node is not None for t in tensors)


def index_put(input: Tensor, indices: Sequence[Any], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with `values` where the index tensors point (see ``torch.index_put``)."""
    places = index_list(input, indices)
    check_values(input, values)
    return index_put_into(input, places, values, accumulate)


def index_put_(input: Tensor, indices: Sequence[Any], values: Tensor, accumulate: bool = False) -> Tensor:
    """The same in place."""
    places = index_list(input, indices)
    check_values(input, values)
    root = None if input.base is None else input.base[0]
    if is_recorded(input, values, root):
        return write_inplace(input, index_put_into(input, places, values, accumulate))
    input.handle.index_put([None if i is None else i.handle for i in places], values.handle, accumulate)
    return input
