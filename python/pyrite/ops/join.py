"""Joining tensors: cat and stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.ops.arguments import type_name, wrap_dim
from pyrite.tensor import Handle, Tensor

__all__ = ["cat", "concat", "concatenate", "stack"]


def _joined(tensors: list, dim: int) -> Handle:
    """A new handle with the parts one after another along `dim`; parts of shape [0] count for nothing."""
    parts = [t for t in tensors if tuple(t.shape) != (0,)] or tensors[:1]
    first = parts[0]
    joined = _core.fast_cat(parts, dim % first.ndim) if len(parts) > 1 and first.ndim else None
    if joined is not None:
        return joined
    own = _core.result_type(*tensors)
    shape = list(first.shape)
    shape[dim] = sum(t.shape[dim] for t in parts)
    out = first.unfilled(shape, own)
    at = 0
    for t in parts:
        n = t.shape[dim]
        if n:
            out.slice(dim, at, n, 1).assign(t)
        at += n
    return out


def _parts(g: Any, shapes: list, dim: int) -> list:
    out, at = [], 0
    for shape in shapes:
        if tuple(shape) == (0,) and len(g.shape) != 1:
            out.append(None)
            continue
        part = g.narrow(dim, at, shape[dim])
        out.append(part)
        at += shape[dim]
    return out


cat_along = operation(
    "cat",
    lambda parts, dim: _joined(parts, dim),
    parts=lambda g, parts_shape, dim: _parts(g, parts_shape, dim),
)


def cat(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Tensors one after another along a dimension (see ``torch.cat``). Raises RuntimeError where other sizes differ."""
    if isinstance(tensors, Tensor) or not isinstance(tensors, tuple | list):
        raise TypeError(f"cat(): argument 'tensors' (position 1) must be tuple of Tensors, not {type_name(tensors)}")
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for i, t in enumerate(tensors):
        if not isinstance(t, Tensor | Handle):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type_name(t)}")
        if t.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    solid = [(i, t) for i, t in enumerate(tensors) if tuple(t.shape) != (0,)]
    if not solid:
        return cat_along(list(tensors), 0)
    _, first = solid[0]
    dim = wrap_dim(dim, first.ndim)
    for i, t in solid[1:]:
        if t.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {t.ndim}")
        for a, (m, n) in enumerate(zip(first.shape, t.shape)):
            if a != dim and m != n:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {m} but got size {n} for "
                    "tensor "
                    f"number {i} in the list."
                )
    return cat_along(list(tensors), dim)


concat = concatenate = cat


def stack(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Tensors of one shape along a new dimension (see ``torch.stack``)."""
    if not isinstance(tensors, tuple | list):
        raise TypeError(f"stack(): argument 'tensors' (position 1) must be tuple of Tensors, not {type_name(tensors)}")
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0]
    for i, t in enumerate(tensors):
        if tuple(t.shape) != tuple(first.shape):
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first.shape)} at entry 0 and "
                f"{list(t.shape)} at "
                f"entry {i}"
            )
    dim = wrap_dim(dim, first.ndim + 1)
    return cat([t.unsqueeze(dim) for t in tensors], dim)
