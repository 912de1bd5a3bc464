"""Views and copies that change the shape: the view operations, their gradients, and what is made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.autograd.region import layout_of, part_of, region
from pyrite.autograd.view import as_view, view_operation
from pyrite.dtype import dtype as dtype_type
from pyrite.dtype import kind
from pyrite.ops.arguments import index, require_tensor, sizes, wrap_dim
from pyrite.ops.convert import contiguous
from pyrite.ops.elementwise import conj
from pyrite.size import Size
from pyrite.tensor import Handle

__all__ = (
    "reshape view permute transpose swapaxes swapdims t adjoint expand expand_as broadcast_to reshape_as view_as ravel "
    "unflatten "
    "unsqueeze squeeze select narrow diagonal unfold as_strided flatten movedim moveaxis broadcast_shapes"
).split()


def undone(order: Sequence[int]) -> list[int]:
    """The permutation that undoes another one."""
    out = [0] * len(order)
    for i, a in enumerate(order):
        out[a] = i
    return out


# Primitives: `x` is the tensor; the other arguments are checked and complete.

permute_axes = view_operation(
    "permute",
    lambda x, order: x.permute(order),
    x=lambda g, order: g.permute(undone([a % len(order) for a in order])),
)
transpose_axes = view_operation("transpose", lambda x, a, b: x.transpose(a, b), x=lambda g, a, b: g.transpose(a, b))
t_axes = view_operation("t", lambda x: x.transpose(0, 1) if x.ndim > 1 else x.alias(), x=lambda g: g.t())
expand_to = view_operation("expand", lambda x, shape: x.expand(shape), x=lambda g: g)
view_as_shape = view_operation("view", lambda x, shape: x.view(shape), x=lambda g, x_shape: g.reshape(list(x_shape)))
reshape_copy = operation(
    "reshape",
    lambda x, shape: x.reshape(shape),
    label="UnsafeViewBackward0",
    x=lambda g, x_shape: g.reshape(list(x_shape)),
)
unsqueeze_axis = view_operation(
    "unsqueeze", lambda x, dim: x.unsqueeze(dim), x=lambda g, x_shape: g.reshape(list(x_shape))
)
_SQUEEZES = [
    view_operation(
        "squeeze",
        lambda x, dims: x.squeeze(dims),
        label=f"SqueezeBackward{k}",
        x=lambda g, x_shape: g.reshape(list(x_shape)),
    )
    for k in range(3)
]
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

    out = g.filled(list(shape), 0, g.dtype)
    view(out).assign(g)
    return out


def _folded(g: Handle, shape: Sequence[int], dim: int, size: int, step: int) -> Handle:
    """Zeros with every window of `g` added where it was taken."""

    if not shape:
        return g.reshape([])
    dim = wrap_dim(dim, len(shape))
    windows = g.shape[dim]
    out = g.filled(list(shape), 0, g.dtype)
    if windows == 0 or size == 0:
        return out
    for k in range(size):
        place = out.slice(dim, k, windows, step)
        place.assign(place + g.select(-1, k))
    return out


# The public functions


def reshape(input: Any, *sizes_: Any, shape: Any = None) -> Any:
    """The elements in a new shape: a view where the layout allows it, else a copy (see ``torch.reshape``)."""
    wanted = sizes("reshape", sizes_ if shape is None else (shape,))
    handle = input if type(input) is Handle else input.handle
    if type(input) is Handle:
        return handle.reshape(wanted)
    seen = handle.view(wanted)
    return view_as_shape(input, wanted) if seen is not None else reshape_copy(input, wanted)


def view(input: Any, *shape: Any, dtype: Any = None) -> Any:
    """The elements in a new shape, or the bytes as another dtype, in the same storage (see ``torch.Tensor.view``).

    Raises RuntimeError where the strides do not allow it.
    """
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


def permute(input: Any, *order: Any, dims: Any = None) -> Any:
    """The dimensions in a new order (see ``torch.permute``)."""
    require_tensor("permute", input)
    return permute_axes(input, sizes("permute", order if dims is None else (dims,)))


def transpose(input: Any, dim0: int, dim1: int) -> Any:
    """Two dimensions exchanged (see ``torch.transpose``)."""
    return transpose_axes(input, index("transpose", "dim0", dim0), index("transpose", "dim1", dim1))


def t(input: Any) -> Any:
    """A matrix transposed; fewer dimensions stay (see ``torch.t``)."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return t_axes(input)


def expand(input: Any, *shape: Any, size: Any = None, implicit: bool = False) -> Any:
    """Broadcast to a shape: dimensions of size 1 repeat, -1 keeps a size (see ``torch.Tensor.expand``)."""
    return expand_to(input, sizes("expand", shape if size is None else (size,)))


def expand_as(input: Any, other: Any) -> Any:
    """`input` broadcast to the shape of `other`."""
    return expand_to(input, list(other.shape))


def broadcast_to(input: Any, size: Any) -> Any:
    """`input` broadcast to a shape (see ``torch.broadcast_to``)."""
    return expand_to(input, sizes("broadcast_to", (size,)))


def reshape_as(input: Any, other: Any) -> Any:
    """`input` in the shape of `other`."""
    return reshape(input, list(other.shape))


def view_as(input: Any, other: Any) -> Any:
    """`input` seen in the shape of `other`."""
    return view(input, list(other.shape))


def ravel(input: Any) -> Any:
    """The elements in one dimension (see ``torch.ravel``)."""
    require_tensor("ravel", input)
    return reshape(contiguous(input), -1) if input.ndim != 1 else contiguous(input)


def unflatten(input: Any, dim: int, sizes: Any) -> Any:
    """One dimension made into several (see ``torch.unflatten``)."""
    if not isinstance(sizes, tuple | list):
        raise TypeError(f"unflatten(): argument 'sizes' (position 2) must be tuple of ints, not {type(sizes).__name__}")
    dim = wrap_dim(index("unflatten", "dim", dim), input.ndim)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    own = input.shape[dim]
    known = math.prod(n for n in sizes if n != -1)
    if list(sizes).count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if -1 in sizes:
        if known == 0 or own % known:
            raise RuntimeError(
                f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({own}) in the "
                "input tensor"
            )
        sizes = [own // known if n == -1 else n for n in sizes]
    elif known != own:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({own}) in the input "
            "tensor"
        )
    return view(input, [*input.shape[:dim], *sizes, *input.shape[dim + 1 :]])


def swapaxes(input: Any, axis0: int, axis1: int) -> Any:
    """Two dimensions exchanged, under NumPy's name (see ``torch.swapaxes``)."""
    return transpose(input, axis0, axis1)


def swapdims(input: Any, dim0: int, dim1: int) -> Any:
    """Two dimensions exchanged (see ``torch.swapdims``)."""
    return transpose(input, dim0, dim1)


def adjoint(input: Any) -> Any:
    """The conjugate of the matrices in the last two dimensions, transposed (see ``torch.adjoint``)."""
    if input.ndim < 2:
        raise RuntimeError(
            f"tensor.adjoint() is only supported on matrices or batches of matrices. Got {input.ndim}-D tensor."
        )
    return conj(transpose(input, -2, -1))


def unsqueeze(input: Any, dim: int) -> Any:
    """A new dimension of size 1 (see ``torch.unsqueeze``)."""
    return unsqueeze_axis(input, index("unsqueeze", "dim", dim))


def squeeze(input: Any, dim: Any = None) -> Any:
    """Without the dimensions of size 1, or those of them that `dim` names (see ``torch.squeeze``)."""
    require_tensor("squeeze", input)
    if dim is None:
        return _SQUEEZES[0](input, None)
    if isinstance(dim, tuple | list):
        return _SQUEEZES[2](input, list(dim))
    return _SQUEEZES[1](input, [index("squeeze", "dim", dim)])


def select(input: Any, dim: int, index: int) -> Any:
    """One index of a dimension (see ``torch.select``)."""
    require_tensor("select", input)
    return select_index(input, wrap_dim(dim, input.ndim) if input.ndim else dim, int(index))


def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """`length` indices of a dimension from `start` (see ``torch.narrow``)."""
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(dim, input.ndim)
    if hasattr(start, "ndim") and (start.ndim or kind(start.dtype) != 1):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
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
    size, stride = sizes("as_strided", (size,)), sizes("as_strided", (stride,))
    own = input if type(input) is Handle else input.handle
    offset = own.offset if storage_offset is None else storage_offset
    if len(size) != len(stride) or min((*size, *stride, offset, 0)) < 0:
        own.as_strided(size, stride, offset)
    part = (tuple(size), tuple(stride), offset)
    out = part_of(input, part, region(part, layout_of(own)))
    return out if type(input) is Handle else as_view(out, input)


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
    for name, value in (("source", source), ("destination", destination)):
        if not isinstance(value, int | tuple | list):
            raise TypeError(f"movedim(): argument '{name}' must be tuple of ints, not {type(value).__name__}")
    one = isinstance(source, int)
    from_ = [wrap_dim(d, input.ndim) for d in ([source] if one else source)]
    to = [wrap_dim(d, input.ndim) for d in ([destination] if isinstance(destination, int) else destination)]
    if len(from_) != len(to):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(source)} dims) should contain the same number "
            "of dims "
            f"as destination ({list(destination)} dims)"
        )
    if len(set(from_)) != len(from_) or len(set(to)) != len(to):
        raise RuntimeError("movedim: repeated dim in `source` or `destination`")
    rest = iter([d for d in range(input.ndim) if d not in from_])
    places = dict(zip(to, from_))
    if input.ndim == 0:
        return alias_of(input)
    return permute(input, [places[i] if i in places else next(rest) for i in range(input.ndim)])


def moveaxis(input: Any, source: Any, destination: Any) -> Any:
    """`movedim` under NumPy's name (see ``torch.moveaxis``)."""
    return movedim(input, source, destination)


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that all of `shapes` broadcast to (see ``torch.broadcast_shapes``)."""
    for s in shapes:
        if not isinstance(s, int | tuple | list):
            raise RuntimeError(
                "Input shapes should be of type ints, a tuple of ints, or a list of ints, got " + type(s).__name__
            )
    read = [sizes("broadcast_shapes", (s if isinstance(s, tuple | list) else [s],)) for s in shapes]
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
