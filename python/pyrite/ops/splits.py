"""Splitting a tensor along a dimension into several views, or copies, that one node of the graph stands behind."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.autograd.view import MULTIPLE_VIEWS, as_view
from pyrite.ops.arguments import index, require_tensor, sizes, wrap_dim
from pyrite.ops.join import cat_along
from pyrite.ops.room import require_objects
from pyrite.ops.shape import slice_axis
from pyrite.tensor import Handle, Tensor

__all__ = [
    "chunk",
    "dsplit",
    "hsplit",
    "split",
    "split_with_sizes",
    "tensor_split",
    "unbind",
    "unsafe_chunk",
    "unsafe_split",
    "unsafe_split_with_sizes",
    "vsplit",
]


def _slices(x: Handle, lengths: Sequence[int], dim: int) -> tuple[Handle, ...]:
    out, start = [], 0
    for n in lengths:
        out.append(x.slice(dim, start, n, 1))
        start += n
    return tuple(out)


def _listed(g: Any) -> list:
    return g if type(g) is list else [g]


def _of_parts(name: str, label: str) -> Callable:
    return operation(
        name,
        lambda x, lengths, dim: _slices(x, lengths, dim),
        label=label,
        x=lambda g, x_shape, dim: _joined(_listed(g), x_shape, dim),
    )


def _joined(gradients: list, shape: Sequence[int], dim: int) -> Any:
    return cat_along(gradients, dim) if gradients else None


split_equal = _of_parts("split", "SplitBackward0")
split_lengths = _of_parts("split_with_sizes", "SplitWithSizesBackward0")
split_copies = operation(
    "unsafe_split",
    lambda x, lengths, dim: tuple(part.copy(part.dtype, True) for part in _slices(x, lengths, dim)),
    x=lambda g, x_shape, dim: _joined(_listed(g), x_shape, dim),
)
unbind_along = operation(
    "unbind",
    lambda x, dim: tuple([x.select(dim, i) for i in range(x.shape[dim])]),
    x=lambda g, dim: cat_along([part.unsqueeze(dim) for part in _listed(g)], dim),
)


def multiple(parts: tuple, x: Any) -> tuple:
    """Marks views that one call made: PyTorch refuses to write through them while recording."""
    if type(x) is not Handle:
        for part in parts:
            as_view(part, x, MULTIPLE_VIEWS)
    return parts


def equal_lengths(name: str, n: int, size: int) -> list[int]:
    """The lengths of parts of `size` that `n` elements are split into; the last may be shorter."""
    if size < 0:
        raise RuntimeError(f"{name} expects split_size be non-negative, but got split_size={size}")
    if size == 0:
        if n != 0:
            raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
        return [0]
    require_objects(name, -(-n // size))
    return [min(size, n - start) for start in range(0, n, size)] or [0]


def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple:
    """Parts of `split_size` along a dimension, or of the given sizes (see ``torch.split``)."""
    require_tensor("split", tensor, "tensor")
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(index("split", "dim", dim), tensor.ndim)
    if isinstance(split_size_or_sections, tuple | list):
        return split_with_sizes(tensor, split_size_or_sections, dim)
    size = index("split", "split_size", split_size_or_sections)
    return multiple(split_equal(tensor, equal_lengths("split", tensor.shape[dim], size), dim), tensor)


def checked_lengths(name: str, x: Any, split_sizes: Sequence[int], dim: int) -> list[int]:
    n = x.shape[dim]
    lengths = sizes(name, (list(split_sizes),))
    if any(s < 0 for s in lengths):
        raise RuntimeError(f"{name} expects split_sizes have only non-negative entries, but got split_sizes={lengths}")
    if sum(lengths) != n:
        raise RuntimeError(
            f"{name} expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but got "
            f"split_sizes={lengths}"
        )
    return lengths


def split_with_sizes(input: Any, split_sizes: Sequence[int], dim: int = 0) -> tuple:
    """Parts of the given sizes along a dimension, which they must fill."""
    if input.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, input.ndim)
    return multiple(split_lengths(input, checked_lengths("split_with_sizes", input, split_sizes, dim), dim), input)


def chunk_length(name: str, input: Any, chunks: int, dim: int) -> int:
    if input.ndim == 0:
        raise RuntimeError(f"{name} expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"{name} expects `chunks` to be greater than 0, got: {chunks}")
    if input.shape[dim] == 0:
        require_objects(name, chunks)
    return -(-input.shape[dim] // chunks)


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple:
    """At most `chunks` equal parts along a dimension (see ``torch.chunk``)."""
    require_tensor("chunk", input)
    chunks, dim = index("chunk", "chunks", chunks), wrap_dim(dim, input.ndim)
    size = chunk_length("chunk", input, chunks, dim)
    return split_with_sizes(input, [0] * chunks, dim) if size == 0 else split(input, size, dim)


def unsafe_split(tensor: Any, split_size: int, dim: int = 0) -> tuple:
    """`split` whose parts do not count as views of the tensor (see ``torch.unsafe_split``)."""
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, tensor.ndim)
    return split_copies(tensor, equal_lengths("split", tensor.shape[dim], split_size), dim)


def unsafe_split_with_sizes(input: Any, split_sizes: Sequence[int], dim: int = 0) -> tuple:
    """`split_with_sizes` whose parts do not count as views."""
    if input.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, input.ndim)
    return split_copies(input, checked_lengths("split_with_sizes", input, split_sizes, dim), dim)


def unsafe_chunk(input: Any, chunks: int, dim: int = 0) -> tuple:
    """`chunk` whose parts do not count as views (see ``torch.unsafe_chunk``)."""
    dim = wrap_dim(dim, input.ndim)
    size = chunk_length("chunk", input, chunks, dim)
    return unsafe_split_with_sizes(input, [0] * chunks, dim) if size == 0 else unsafe_split(input, size, dim)


def unbind(input: Any, dim: int = 0) -> tuple:
    """Every index of a dimension (see ``torch.unbind``)."""
    require_tensor("unbind", input)
    if input.ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(index("unbind", "dim", dim), input.ndim)
    require_objects("unbind", input.shape[dim])
    return multiple(unbind_along(input, dim), input)


def tensor_split(input: Any, indices_or_sections: Any, dim: int = 0) -> tuple:
    """Parts between the given indices, or about equal `sections` of them (see ``torch.tensor_split``)."""
    require_tensor("tensor_split", input)
    if input.ndim == 0:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = wrap_dim(dim, input.ndim)
    n, given = input.shape[dim], indices_or_sections
    if isinstance(given, Tensor):
        if given.dtype.name != "int64" or given.ndim > 1:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional int64 "
                "tensor, "
                f"but got {given.dtype.name} with {given.ndim} dims"
            )
        given = given.tolist()
    if isinstance(given, int):
        if given <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {given}")
        require_objects("tensor_split", given)
        small, larger = divmod(n, given)
        given = [min(i, larger) + i * small for i in range(1, given)]
    bounds = [0, *(resolved(i, n) for i in given), n]
    return tuple(slice_axis(input, dim, a, max(0, b - a), 1) for a, b in itertools.pairwise(bounds))


def resolved(i: int, n: int) -> int:
    """A bound of a slice of `n` elements, counted from the front."""
    return min(max(i + n, 0) if i < 0 else i, n)


def _split_by(name: str, input: Any, given: Any, dim: int) -> tuple:
    if isinstance(given, int) and (given <= 0 or input.shape[dim] % given):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
            f"{input.shape[dim]} is not "
            f"divisible by the split_size {given}!"
        )
    return tensor_split(input, given, dim)


def hsplit(input: Any, indices_or_sections: Any) -> tuple:
    """`tensor_split` along columns: dimension 1, or 0 of a vector (see ``torch.hsplit``)."""
    if input.ndim < 1:
        raise RuntimeError(
            "torch.hsplit requires a tensor with at least 1 dimension, but got a tensor with 0 dimensions!"
        )
    return _split_by("hsplit", input, indices_or_sections, 0 if input.ndim == 1 else 1)


def vsplit(input: Any, indices_or_sections: Any) -> tuple:
    """`tensor_split` along rows (see ``torch.vsplit``)."""
    if input.ndim < 2:
        raise RuntimeError(
            f"torch.vsplit requires a tensor with at least 2 dimension, but got a tensor with {input.ndim} dimensions!"
        )
    return _split_by("vsplit", input, indices_or_sections, 0)


def dsplit(input: Any, indices_or_sections: Any) -> tuple:
    """`tensor_split` along dimension 2 (see ``torch.dsplit``)."""
    if input.ndim < 3:
        raise RuntimeError(
            f"torch.dsplit requires a tensor with at least 3 dimension, but got a tensor with {input.ndim} dimensions!"
        )
    return _split_by("dsplit", input, indices_or_sections, 2)
