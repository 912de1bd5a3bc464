"""Products, distances and powers of vectors: cross, vecdot, cdist, vander."""

from __future__ import annotations

import math
from typing import Any

from pyrite import _core
from pyrite.dtype import is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import index, require_tensor, wrap_dim
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import zeros_of
from pyrite.ops.join import cat
from pyrite.ops.rearrange import flip, roll
from pyrite.ops.room import require_objects, require_room
from pyrite.ops.shape import broadcast_shapes, expand, reshape, unsqueeze
from pyrite.tensor import Tensor

__all__ = ["cross", "cdist", "vander"]


def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """The inner products of vectors along a dimension (see ``torch.linalg.vecdot``)."""
    if kind(x.dtype) < 2 or kind(y.dtype) < 2:
        raise RuntimeError(
            "linalg.vecdot: Expected a floating point or complex tensor as input. Got "
            f"{(x if kind(x.dtype) < 2 else y).dtype.scalar_name}"
        )
    return (rows.conj(x) * y).sum(dim)


def cross_product(input: Any, other: Any, dim: int) -> Any:
    """The cross products of vectors of three along a dimension."""
    if input.ndim != other.ndim:
        raise RuntimeError(
            f"linalg.cross: inputs must have the same number of dimensions, but got {input.ndim} and {other.ndim}"
        )
    axis = wrap_dim(dim, input.ndim)
    for x in (input, other):
        if x.ndim == 0 or x.shape[axis] != 3:
            raise RuntimeError(
                f"linalg.cross: inputs dimension {dim} must have length 3. Got "
                f"{input.shape[axis] if input.ndim else 0} and "
                f"{other.shape[axis] if other.ndim else 0}"
            )
    shape = list(broadcast_shapes(input.shape, other.shape))
    x, y = expand(input, shape), expand(other, shape)
    return roll(x, -1, axis) * roll(y, -2, axis) - roll(x, -2, axis) * roll(y, -1, axis)


def cross(input: Any, other: Any, dim: int | None = None) -> Any:
    """The cross products of vectors of three, along the first dimension of size 3 unless given (see
    ``torch.cross``)."""
    require_tensor("cross", input)
    require_tensor("cross", other, "other", 2)
    if dim is None:
        if input.ndim != other.ndim:
            raise RuntimeError(
                f"linalg.cross: inputs must have the same number of dimensions, but got {input.ndim} and {other.ndim}"
            )
        threes = [a for a, n in enumerate(input.shape) if n == 3]
        if not threes:
            raise RuntimeError("no dimension of size 3 in input")
        dim = threes[0]
    return cross_product(input, other, dim)


def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str | None = None) -> Any:
    """The distances between the rows of two batches, in the p-norm (see ``torch.cdist``)."""
    for x, name in ((x1, "X1"), (x2, "X2")):
        require_tensor("cdist", x, name.lower())
        if kind(x.dtype) != 2:
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {x.dtype.scalar_name}")
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    gaps = unsqueeze(x1, -2) - unsqueeze(x2, -3)
    return lengths(gaps, p)


def lengths(x: Any, p: float) -> Any:
    """The p-norms over the last dimension, with gradient 0 where they are 0."""
    if x.shape[-1] == 0:
        return x.sum(-1)
    if p == 0:
        return to_dtype(rows.ne(x, 0), x.dtype).sum(-1) + (x * 0).sum(-1)
    size = rows.abs(x)
    if p == 1:
        return size.sum(-1)
    if p == math.inf:
        return size.amax(-1)
    if p == 2:
        return root((x * x).sum(-1), 0.5)
    return root(rows.pow(size, p).sum(-1), 1 / p)


def root(x: Any, exponent: float) -> Any:
    """A power of what is not negative, with gradient 0 at 0."""
    zero = rows.eq(x.detach() if isinstance(x, Tensor) else x, 0)
    safe = rows.select(zero, 1.0, x)
    return rows.select(zero, 0.0, rows.sqrt(safe) if exponent == 0.5 else rows.pow(safe, exponent))


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of the numbers of a vector as columns, falling unless `increasing` (see ``torch.vander``)."""
    if x.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    n = x.shape[0] if N is None else index("vander", "N", N)
    if n < 0:
        raise RuntimeError("N must be non-negative.")
    columns = powers(x, n) if n else zeros_of(to_dtype(x, _power_type(x)), [x.shape[0], 0])
    return columns if increasing or not n else flip(columns, -1)


def _power_type(x: Any) -> Any:
    return _core.promote_types(x.dtype, _core.int64) if is_integral(x.dtype) else x.dtype


def powers(x: Any, n: int) -> Any:
    """The powers 0 to n - 1 of every number in a new last dimension."""
    require_objects("vander", n)
    require_room([*x.shape, n])
    x = unsqueeze(to_dtype(x, _power_type(x)), -1)
    columns = [x * 0 + 1 if is_integral(x.dtype) else rows.pow(x, 0)]
    for _ in range(n - 1):
        columns.append(columns[-1] * x)
    return cat(columns, -1)


def linalg_vander(x: Any, *, N: int | None = None) -> Any:
    """The powers 0 to N - 1 of every number in a new last dimension (see ``torch.linalg.vander``)."""
    if N is not None and N <= 1:
        raise RuntimeError(f"N must be greater than 1, got N={N}")
    x = reshape(x, 1) if x.ndim == 0 else x
    return powers(x, x.shape[-1] if N is None else N)
