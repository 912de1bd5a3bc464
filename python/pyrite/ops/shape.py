"""Views and copies that change the shape: the view operations, their gradients, and what is made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyrite.autograd.graph import MULTIPLE_VIEWS, operation, view_operation
from pyrite.ops.arguments import index, require_tensor, sizes, wrap_dim
from pyrite.tensor import Handle, Tensor


def inverse(order: Sequence[int]) -> list[int]:
    """The permutation that undoes another one."""
    out = [0] * len(order)
    for i, a in enumerate(order):
        out[a] = i
    return out


# Primitives: `x` is the tensor; the other arguments are checked and complete.

permute_axes = view_operation(
    "permute",
    lambda x, order: x.permute(order),
    x=lambda g, order: g.permute(inverse([a % len(order) for a in order])),
)
transpose_axes = view_operation(
    "transpose", lambda x, a, b: x.transpose(a, b), x=lambda g, a, b: g.transpose(a, b)
)
t_axes = view_operation("t", lambda x: x.transpose(0, 1) if x.ndim > 1 else x.alias(), x=lambda g: g.t())
expand_to = view_operation("expand", lambda x, shape: x.expand(shape), x=lambda g: g)
view_as_shape = view_operation("view", lambda x, shape: x.view(shape), x=lambda g, x_shape: g.reshape(list(x_shape)))
reshape_copy = operation(
    "reshape", lambda x, shape: x.reshape(shape), label="UnsafeViewBackward0", x=lambda g, x_shape: g.reshape(list(x_shape))
)
unsqueeze_axis = view_operation(
    "unsqueeze", lambda x, dim: x.unsqueeze(dim), x=lambda g, x_shape: g.reshape(list(x_shape))
)
squeeze_axes = view_operation(
    "squeeze", lambda x, dims: x.squeeze(dims), x=lambda g, x_shape: g.reshape(list(x_shape))
)
select_index = view_operation(
    "select",
    lambda x, dim, i: x.select(dim, i),
    x=lambda g, x_shape, dim, i: select_backward(g, x_shape, dim, i),
)
slice_axis = view_operation(
    "slice",
    lambda x, dim, start, length, step: x.slice(dim, start, length, step),
    x=lambda g, x_shape, dim, start, length, step: slice_backward(g, x_shape, dim, start, length, step),
)
diagonal_axes = view_operation(
    "diagonal",
    lambda x, offset, dim1, dim2: x.diagonal(offset, dim1, dim2),
    x=lambda g, x_shape, offset, dim1, dim2: diagonal_backward(g, x_shape, offset, dim1, dim2),
)
unfold_axis = view_operation(
    "unfold",
    lambda x, dim, size, step: x.unfold(dim, size, step),
    x=lambda g, x_shape, dim, size, step: unfold_backward(g, x_shape, dim, size, step),
)
alias_of = view_operation("alias", lambda x: x.alias(), x=lambda g: g)

# Their adjoints, differentiable themselves

select_backward = operation(
    "select_backward",
    lambda g, shape, dim, i: _placed(g, shape, lambda out: out.select(dim, i)),
    g=lambda g, dim, i: g.select(dim, i),
)
slice_backward = operation(
    "slice_backward",
    lambda g, shape, dim, start, length, step: _placed(g, shape, lambda out: out.slice(dim, start, length, step)),
    g=lambda g, dim, start, length, step: slice_axis(g, dim, start, length, step),
)
diagonal_backward = operation(
    "diagonal_backward",
    lambda g, shape, offset, dim1, dim2: _placed(g, shape, lambda out: out.diagonal(offset, dim1, dim2)),
    g=lambda g, offset, dim1, dim2: diagonal_axes(g, offset, dim1, dim2),
)
unfold_backward = operation(
    "unfold_backward",
    lambda g, shape, dim, size, step: _folded(g, shape, dim, size, step),
    g=lambda g, dim, size, step: unfold_axis(g, dim, size, step),
)


def _placed(g: Handle, shape: Sequence[int], view: Any) -> Handle:
    """Zeros with `g` in the place that `view` takes."""
    from pyrite import _core

    out = _core.full(list(shape), 0, g.dtype)
    view(out).assign(g)
    return out


def _folded(g: Handle, shape: Sequence[int], dim: int, size: int, step: int) -> Handle:
    """Zeros with every window of `g` added where it was taken."""
    from pyrite import _core

    if not shape:
        return g.reshape([])
    dim = wrap_dim(dim, len(shape))
    windows = g.shape[dim]
    out = _core.full(list(shape), 0, g.dtype)
    if windows == 0 or size == 0:
        return out
    for k in range(size):
        place = out.slice(dim, k, windows, step)
        place.assign(place + g.select(-1, k))
    return out


# The public functions


def reshape(input: Any, *shape: Any) -> Any:
    """The elements in a new shape: a view where the layout allows it, else a copy (see ``torch.reshape``)."""
    wanted = sizes("reshape", shape)
    handle = input if type(input) is Handle else input.handle
    if type(input) is Handle:
        return handle.reshape(wanted)
    seen = handle.view(wanted)
    return view_as_shape(input, wanted) if seen is not None else reshape_copy(input, wanted)


def view(input: Any, *shape: Any, dtype: Any = None) -> Any:
    """The elements in a new shape, or the bytes as another dtype, in the same storage (see ``torch.Tensor.view``).

    Raises RuntimeError where the strides do not allow it.
    """
    from pyrite.dtype import dtype as dtype_type

    if dtype is not None or (len(shape) == 1 and isinstance(shape[0], dtype_type)):
        return view_dtype(input, shape[0] if dtype is None else dtype)
    if not shape:
        raise TypeError("view() received an invalid combination of arguments - got (), but expected sizes or a dtype")
    wanted = sizes("view", shape)
    handle = input if type(input) is Handle else input.handle
    seen = handle.view(wanted)
    if seen is None:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return seen if type(input) is Handle else view_as_shape(input, wanted)


view_dtype = view_operation("view_dtype", lambda x, dtype: x.view_dtype(dtype), x=lambda g, x_dtype: g.view(x_dtype))


def permute(input: Any, *dims: Any) -> Any:
    """The dimensions in a new order (see ``torch.permute``)."""
    return permute_axes(input, sizes("permute", dims))


def transpose(input: Any, dim0: int, dim1: int) -> Any:
    """Two dimensions exchanged (see ``torch.transpose``)."""
    return transpose_axes(input, index("transpose", "dim0", dim0), index("transpose", "dim1", dim1))


def t(input: Any) -> Any:
    """A matrix transposed; fewer dimensions stay (see ``torch.t``)."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return t_axes(input)


def expand(input: Any, *shape: Any) -> Any:
    """Broadcast to a shape: dimensions of size 1 repeat, -1 keeps a size (see ``torch.Tensor.expand``)."""
    return expand_to(input, sizes("expand", shape))


def unsqueeze(input: Any, dim: int) -> Any:
    """A new dimension of size 1 (see ``torch.unsqueeze``)."""
    return unsqueeze_axis(input, index("unsqueeze", "dim", dim))


def squeeze(input: Any, dim: Any = None) -> Any:
    """Without the dimensions of size 1, or those of them that `dim` names (see ``torch.squeeze``)."""
    named = None if dim is None else list(dim) if isinstance(dim, tuple | list) else [index("squeeze", "dim", dim)]
    return squeeze_axes(input, named)


def select(input: Any, dim: int, index: int) -> Any:
    """One index of a dimension (see ``torch.select``)."""
    return select_index(input, dim, int(index))


def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """`length` indices of a dimension from `start` (see ``torch.narrow``)."""
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(dim, input.ndim)
    n, start = input.shape[dim], int(start)
    if not -n <= start <= n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start = start + n if start < 0 else start
    if start > n - length:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice_axis(input, dim, start, length, 1)


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The diagonal of two dimensions as a new last one (see ``torch.diagonal``)."""
    return diagonal_axes(input, offset, dim1, dim2)


def unfold(input: Any, dimension: int, size: int, step: int) -> Any:
    """Windows of a dimension, the place in the window as a new last dimension (see ``torch.Tensor.unfold``)."""
    return unfold_axis(input, dimension, size, step)


def as_strided(input: Any, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Any:
    """The storage seen through any shape, strides and offset within it (see ``torch.as_strided``)."""
    from pyrite.autograd.graph import _as_strided_of_root, as_view, dense_geometry

    if type(input) is Handle:
        return input.as_strided(list(size), list(stride), input.offset if storage_offset is None else storage_offset)
    offset = input.handle.offset if storage_offset is None else storage_offset
    geometry = (list(size), list(stride), offset)
    if input.node is None:
        from pyrite.tensor import wrap

        return as_view(wrap(input.handle.as_strided(*geometry)), input)
    root = input if input.base is None else input.base.root
    dense_geometry(root.handle, root.handle)
    return as_view(_as_strided_of_root(root, geometry), input)


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """The dimensions from `start_dim` to `end_dim` joined into one (see ``torch.flatten``)."""
    require_tensor("flatten", input)
    if input.ndim == 0:
        return reshape(input, 1)
    first, last = wrap_dim(start_dim, input.ndim), wrap_dim(end_dim, input.ndim)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    shape = list(input.shape)
    if first == last:
        return input
    return reshape(input, shape[:first] + [math.prod(shape[first : last + 1])] + shape[last + 1 :])


def movedim(input: Any, source: Any, destination: Any) -> Any:
    """Dimensions moved to other places, the rest in order (see ``torch.movedim``)."""
    one = isinstance(source, int)
    from_ = [wrap_dim(d, input.ndim) for d in ([source] if one else source)]
    to = [wrap_dim(d, input.ndim) for d in ([destination] if isinstance(destination, int) else destination)]
    if len(from_) != len(to):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(source)} dims) should contain the same number of dims "
            f"as destination ({list(destination)} dims)"
        )
    if len(set(from_)) != len(from_) or len(set(to)) != len(to):
        raise RuntimeError("movedim: repeated dim in `source` or `destination`")
    rest = iter([d for d in range(input.ndim) if d not in from_])
    places = dict(zip(to, from_))
    return permute(input, [places[i] if i in places else next(rest) for i in range(input.ndim)])


# Several views


def multiple(views: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Marks views that one call made: PyTorch refuses to write through them while recording."""
    for number, v in enumerate(views):
        if isinstance(v, Tensor) and v.base is not None:
            v.base.refusal = v.base.refusal or MULTIPLE_VIEWS
    return tuple(views)


def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple:
    """Parts of `split_size` along a dimension, or of the given sizes (see ``torch.split``)."""
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, tensor.ndim)
    n = tensor.shape[dim]
    if isinstance(split_size_or_sections, tuple | list):
        return split_with_sizes(tensor, split_size_or_sections, dim)
    size = index("split", "split_size", split_size_or_sections)
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and n != 0:
        raise RuntimeError("split_size can only be 0 if dimension size is 0, but got dimension size of " + str(n))
    starts = range(0, n, size) if n else [0]
    return multiple([slice_axis(tensor, dim, s, min(size, n - s), 1) for s in starts])


def split_with_sizes(input: Any, split_sizes: Sequence[int], dim: int = 0) -> tuple:
    """Parts of the given sizes along a dimension, which they must fill."""
    dim = wrap_dim(dim, input.ndim)
    n = input.shape[dim]
    if any(s < 0 for s in split_sizes) or sum(split_sizes) != n:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but got "
            f"split_sizes={list(split_sizes)}"
        )
    parts, start = [], 0
    for size in split_sizes:
        parts.append(slice_axis(input, dim, start, size, 1))
        start += size
    return multiple(parts)


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple:
    """At most `chunks` equal parts along a dimension (see ``torch.chunk``)."""
    if input.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrap_dim(dim, input.ndim)
    n = input.shape[dim]
    size = -(-n // chunks)
    if size == 0:
        return split_with_sizes(input, [0] * chunks, dim)
    return split(input, size, dim)


def unbind(input: Any, dim: int = 0) -> tuple:
    """Every index of a dimension (see ``torch.unbind``)."""
    if input.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = wrap_dim(dim, input.ndim)
    return multiple([select_index(input, dim, i) for i in range(input.shape[dim])])


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that all of `shapes` broadcast to (see ``torch.broadcast_shapes``)."""
    from pyrite.size import Size

    read = [[s] if isinstance(s, int) else list(s) for s in shapes]
    rank = max(map(len, read), default=0)
    out = [1] * rank
    for shape in read:
        for i, n in enumerate(shape, rank - len(shape)):
            if n < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({n}): ({n})")
            if n not in (1, out[i]):
                if out[i] != 1:
                    raise RuntimeError("Shape mismatch: objects cannot be broadcast to a single shape")
                out[i] = n
    return Size(out)
