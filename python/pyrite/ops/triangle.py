"""Diagonals and triangles of matrices: diag, tril, triu and the like."""

from __future__ import annotations

from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.dtype import int32, int64
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import index, require_tensor, wrap_dim
from pyrite.ops.convert import clone
from pyrite.ops.create import zeros_of
from pyrite.ops.options import Options
from pyrite.ops.room import require_room
from pyrite.ops.shape import diagonal, diagonal_axes, reshape
from pyrite.tensor import Handle, Tensor

__all__ = "diag diagflat diag_embed diagonal_scatter trace tril triu tril_indices triu_indices".split()


def _triangle(x: Handle, diagonal: int, lower: bool) -> Handle:
    """A copy with zeros above (or below) a diagonal of the last two dimensions."""
    n, m = x.shape[-2:]
    diagonal = max(-(n + m), min(n + m, diagonal))
    columns, lines = (_core.arange(0, 1, count, int32, x.backend) for count in (m, n))
    places = columns - lines.reshape([n, 1])
    keep = (places <= diagonal) if lower else (places >= diagonal)
    return rows.select(keep, x, x.filled([], 0, x.dtype))


tril_of = operation(
    "tril", lambda x, diagonal: _triangle(x, diagonal, True), x=lambda g, diagonal: tril_of(g, diagonal)
)
triu_of = operation(
    "triu", lambda x, diagonal: _triangle(x, diagonal, False), x=lambda g, diagonal: triu_of(g, diagonal)
)


def _matrices(name: str, x: Any) -> None:
    require_tensor(name, x)
    if x.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")


def tril(input: Any, diagonal: int = 0) -> Any:
    """The lower triangles of matrices, up to a diagonal; zeros elsewhere (see ``torch.tril``)."""
    _matrices("tril", input)
    return tril_of(input, index("tril", "diagonal", diagonal))


def triu(input: Any, diagonal: int = 0) -> Any:
    """The upper triangles of matrices, from a diagonal on; zeros elsewhere (see ``torch.triu``)."""
    _matrices("triu", input)
    return triu_of(input, index("triu", "diagonal", diagonal))


def _triangle_indices(row: int, col: int, offset: int, lower: bool, options: dict[str, Any]) -> Tensor:
    name = "tril_indices" if lower else "triu_indices"
    asked = Options(name, options)
    row, col = index(name, "row", row), index(name, "col", col)
    if row < 0 or col < 0:
        side, n = ("row", row) if row < 0 else ("col", col)
        raise RuntimeError(f"{side} must be non-negative, got{n}")
    d = asked.dtype_or(int64)
    if d not in (int64, int32):
        raise RuntimeError(f"\"{name}\" not implemented for '{d.scalar_name}'")
    offset = max(-row, min(index(name, "offset", offset), col))
    below = _below_diagonal(row, col, offset if lower else offset - 1)
    n = below if lower else row * col - below
    require_room([2, n])
    return asked.deliver(_core.from_bytes(_places(row, col, offset, lower, n).tobytes(), [2, n], int64).to_dtype(d))


def _below_diagonal(row: int, col: int, offset: int) -> int:
    """How many elements of a row x col matrix lie on a diagonal or below it."""
    first = min(max(-offset, 0), row)
    whole = min(max(col - offset - 1, first), row)
    rising = (whole - first) * (first + whole + 1 + 2 * offset) // 2
    return rising + (row - whole) * col


def _places(row: int, col: int, offset: int, lower: bool, n: int) -> Any:
    """The 2 x n rows and columns of the elements on one side of a diagonal."""
    import numpy as np

    if n == 0:
        return np.zeros((2, 0), np.int64)
    rows_ = np.arange(max(-offset, 0), row) if lower else np.arange(0, min(row, col - offset))
    starts = np.zeros_like(rows_) if lower else np.maximum(rows_ + offset, 0)
    counts = np.minimum(rows_ + offset + 1, col) if lower else col - starts
    within = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.stack([np.repeat(rows_, counts), np.repeat(starts, counts) + within])


def tril_indices(row: int, col: int, offset: int = 0, **options: Any) -> Tensor:
    """Rows and columns of the elements of a lower triangle, in order (see ``torch.tril_indices``)."""
    return _triangle_indices(row, col, offset, True, options)


def triu_indices(row: int, col: int, offset: int = 0, **options: Any) -> Tensor:
    """Rows and columns of the elements of an upper triangle, in order (see ``torch.triu_indices``)."""
    return _triangle_indices(row, col, offset, False, options)


# Diagonals


def _with_diagonal(x: Handle, src: Handle, offset: int, dim1: int, dim2: int) -> Handle:
    out = x.copy(x.dtype, True)
    out.diagonal(offset, dim1, dim2).assign(src)
    return out


diagonal_into = operation(
    "diagonal_scatter",
    lambda x, src, offset, dim1, dim2: _with_diagonal(x, src, offset, dim1, dim2),
    x=lambda g, src_shape, offset, dim1, dim2: diagonal_into(g, zeros_of(g, src_shape), offset, dim1, dim2),
    src=lambda g, offset, dim1, dim2: diagonal_axes(g, offset, dim1, dim2),
)


def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """A copy of `input` with `src` as its diagonal (see ``torch.diagonal_scatter``)."""
    own = tuple(diagonal(input.detach() if isinstance(input, Tensor) else input, offset, dim1, dim2).shape)
    if tuple(src.shape) != own:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(own)}"
        )
    return diagonal_into(input, src, offset, dim1, dim2)


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Matrices with the last dimension as their diagonal (see ``torch.diag_embed``)."""
    require_tensor("diag_embed", input)
    rank = input.ndim + 1
    a, b = (wrap_dim(index("diag_embed", name, dim), rank) for name, dim in (("dim1", dim1), ("dim2", dim2)))
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    n = input.shape[-1] + abs(offset)
    shape = list(input.shape[:-1])
    for axis in sorted((a, b)):
        shape.insert(axis, n)
    return diagonal_into(zeros_of(input, shape), input, offset, a, b)


def diag(input: Any, diagonal: int = 0) -> Any:
    """The matrix with a vector on a diagonal, or a diagonal of a matrix (see ``torch.diag``)."""
    require_tensor("diag", input)
    if input.ndim == 1:
        return diag_embed(input, diagonal, 0, 1)
    if input.ndim == 2:
        return clone(diagonal_axes(input, diagonal, 0, 1))
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")


def diagflat(input: Any, offset: int = 0) -> Any:
    """The matrix with the elements of a tensor on a diagonal (see ``torch.diagflat``)."""
    require_tensor("diagflat", input)
    return diag(reshape(input, -1), offset)


def trace(input: Any) -> Any:
    """The sum of the diagonal of a matrix (see ``torch.trace``)."""
    require_tensor("trace", input)
    if input.ndim != 2:
        raise RuntimeError("trace: expected a matrix, but got tensor with dim " + str(input.ndim))
    return diagonal_axes(input, 0, 0, 1).sum()
