"""Indexing: ``x[...]`` read and written, and gather, scatter and their kin, with gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.graph import operation, write_inplace
from pyrite.autograd.mode import mode
from pyrite.dtype import bool_, int64, kind, uint8
from pyrite.ops.arguments import type_name
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import tensor
from pyrite.ops.shape import select_index, slice_axis, unsqueeze_axis
from pyrite.tensor import Handle, Tensor, wrap

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
gather_along = operation(
    "gather",
    lambda x, dim, index: x.gather(dim, index),
    tensors=("index",),
    x=lambda g, x_shape, dim, index: g.new_zeros(list(x_shape)).scatter_add(dim, index, g),
)
scatter_into = operation(
    "scatter",
    lambda x, dim, index, source: _scattered(x, dim, index, source, "set"),
    tensors=("index",),
    x=lambda g, dim, index: _scatter_zero(g, dim, index),
    source=lambda g, dim, index, source_shape: _fit(gather_along(g, dim, index), source_shape),
)
scatter_add_into = operation(
    "scatter_add",
    lambda x, dim, index, source: _scattered(x, dim, index, source, "add"),
    tensors=("index",),
    x=lambda g: g,
    source=lambda g, dim, index, source_shape: _fit(gather_along(g, dim, index), source_shape),
)
index_select_along = operation(
    "index_select",
    lambda x, dim, index: x.index([None] * dim + [index]),
    tensors=("index",),
    x=lambda g, x_shape, dim, index: g.new_zeros(list(x_shape)).index_add(dim, index, g),
)
index_add_into = operation(
    "index_add",
    lambda x, dim, index, source: _put(x, [None] * dim + [index], source, True),
    tensors=("index",),
    x=lambda g: g,
    source=lambda g, dim, index: index_select_along(g, dim, index),
)


def _placed(g: Handle, shape: Sequence[int], indices: list) -> Handle:
    out = _core.full(list(shape), 0, g.dtype)
    out.index_put(indices, g, True)
    return out


def _put(x: Handle, indices: list, values: Handle, accumulate: bool) -> Handle:
    out = x.copy(x.dtype, False)
    out.index_put(indices, values, accumulate)
    return out


def _scattered(x: Handle, dim: int, index: Handle, source: Handle, how: str) -> Handle:
    out = x.copy(x.dtype, False)
    out.scatter(dim, index, source, how)
    return out


def _without(g: Any, indices: list) -> Any:
    return index_put_into(g, indices, g.new_zeros([]), False)


def _scatter_zero(g: Any, dim: int, index: Any) -> Any:
    return scatter_into(g, dim, index, g.new_zeros(list(index.shape)))


def _summed(g: Any, shape: Sequence[int]) -> Any:
    from pyrite.autograd.engine import sum_to

    return sum_to(g, tuple(shape))


def _fit(g: Any, shape: Sequence[int]) -> Any:
    """The gradient of a source of which only a corner was read."""
    if tuple(g.shape) == tuple(shape):
        return g
    out = g.new_zeros(list(shape))
    geometry = [slice(0, n) for n in g.shape]
    if type(out) is Handle:
        view = out
        for axis, n in enumerate(g.shape):
            view = view.slice(axis, 0, n, 1)
        view.assign(g)
        return out
    out[tuple(geometry)] = g
    return out


# x[...]


def as_index(key: Any) -> Any:
    """An entry of an index as a tensor, where it is a list, an array or a tensor; else as it is."""
    if isinstance(key, Tensor) or key is None or key is Ellipsis or isinstance(key, int | slice):
        return key
    if isinstance(key, list | tuple | range):
        out = tensor(list(key))
        return to_dtype(out, int64) if out.numel() == 0 else out
    if hasattr(key, "__array_interface__"):
        return tensor(key)
    if hasattr(key, "__index__"):
        return key.__index__()
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
        f"{type_name(key)})"
    )


def mask_places(mask: Tensor) -> list[Tensor]:
    """A mask as one index tensor for each of its dimensions."""
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
    keys = list(key) if isinstance(key, tuple) else [key]
    keys = [k if type(k) in (int, slice) else as_index(k) for k in keys]
    used = sum(entry_dims(k) for k in keys)
    if used > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    dots = [i for i, k in enumerate(keys) if k is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    if dots:
        keys[dots[0] : dots[0] + 1] = [slice(None)] * (x.ndim - used)
    indices: list[Tensor | None] = []
    dim = 0
    for k in keys:
        if isinstance(k, bool):
            x = unsqueeze_axis(x, dim)
            indices += [None] * (dim - len(indices))
            indices.append(wrap(_core.from_bytes(b"\0" * (8 if k else 0), [1 if k else 0], int64)))
            dim += 1
        elif type(k) is int:
            if x.ndim == 0:
                raise IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number")
            x = select_index(x, dim, k)
        elif isinstance(k, slice):
            start, length, step = resolve_slice(k, x.shape[dim])
            if start != 0 or length != x.shape[dim] or step != 1:
                x = slice_axis(x, dim, start, length, step)
            dim += 1
        elif k is None:
            x = unsqueeze_axis(x, dim)
            dim += 1
        else:
            x, dim = advance(x, k, dim, indices)
    return x, indices


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
            x = unsqueeze_axis(x, dim)
            indices += [None] * (dim - len(indices))
            indices.append(wrap(_core.from_bytes(b"\0" * (8 if k.item() else 0), [int(k.item())], int64)))
            return x, dim + 1
        for i, n in enumerate(k.shape):
            if n != x.shape[dim + i]:
                raise IndexError(
                    f"The shape of the mask {list(k.shape)} at index {i} does not match the shape of the indexed tensor "
                    f"{list(x.shape)} at index {dim + i}"
                )
        places = mask_places(k)
    elif k.ndim == 0 and not k.requires_grad:
        return select_index(x, dim, int(k.item())), dim
    else:
        places = [to_dtype(k, int64)]
    indices += [None] * (dim - len(indices))
    indices += places
    return x, dim + len(places)


def getitem(x: Tensor, key: Any) -> Tensor:
    """``x[key]``: a view for integers, slices, None and Ellipsis; a copy where index tensors or masks take part."""
    if type(key) is int:
        if x.handle.ndim == 0:
            raise IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number")
        return select_index(x, 0, key)
    out, indices = parse(x, key)
    if indices:
        return index_at(out, indices)
    return alias(x) if out is x else out


def alias(x: Tensor) -> Tensor:
    from pyrite.ops.shape import alias_of

    return alias_of(x)


def setitem(x: Tensor, key: Any, value: Any) -> None:
    """``x[key] = value``, broadcast and converted to the dtype of `x`."""
    target, indices = parse(x, key)
    if not isinstance(value, Tensor):
        if isinstance(value, list | tuple | str):
            raise TypeError(f"can't assign a {type_name(value)} to a {x.type()}")
        value = tensor(value, dtype=x.dtype if not isinstance(value, complex) else None)
    if not indices:
        if value.ndim > target.ndim:
            value = value.reshape([n for i, n in enumerate(value.shape) if i >= value.ndim - target.ndim or n != 1])
        target.copy_(value)
        return
    index_put_(target, indices, to_dtype(value, x.dtype))


def index_list(indices: Sequence[Any]) -> list:
    """Index arguments as int64 tensors; masks become their places."""
    out: list = []
    for k in indices:
        k = as_index(k)
        if isinstance(k, Tensor) and k.dtype in (bool_, uint8):
            out += mask_places(k)
        else:
            out.append(k if k is None or k.dtype is int64 else to_dtype(k, int64))
    return out


def is_recorded(*tensors: Any) -> bool:
    return mode.enabled and any(isinstance(t, Tensor) and t.node is not None for t in tensors)


def index_put(input: Tensor, indices: Sequence[Any], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with `values` where the index tensors point (see ``torch.index_put``)."""
    return index_put_into(input, index_list(indices), values, accumulate)


def index_put_(input: Tensor, indices: Sequence[Any], values: Tensor, accumulate: bool = False) -> Tensor:
    """The same in place."""
    places = index_list(indices)
    root = None if input.base is None else input.base.root
    if is_recorded(input, values, root):
        return write_inplace(input, index_put_into(input, places, values, accumulate))
    input.handle.index_put([None if i is None else i.handle for i in places], values.handle, accumulate)
    return input
