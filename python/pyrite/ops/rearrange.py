"""Elements in another order, repeated, or combined: flips, rolls, tiles and grids."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.dtype import int64
from pyrite.ops import shape as shapes
from pyrite.ops.arguments import require_tensor, sizes, type_name, wrap_dim
from pyrite.ops.convert import clone, to_dtype
from pyrite.ops.create import empty, zeros
from pyrite.ops.data import host_tensor
from pyrite.ops.join import cat, stack
from pyrite.ops.lookup import index_select
from pyrite.ops.room import require_room
from pyrite.tensor import Handle, Tensor

__all__ = (
    "flip fliplr flipud roll rot90 repeat tile repeat_interleave atleast_1d atleast_2d atleast_3d broadcast_tensors "
    "meshgrid "
    "cartesian_prod combinations block_diag sum_to_size hstack vstack row_stack dstack column_stack"
).split()


flip_axes = operation("flip", lambda x, dims: x.flip(dims), x=lambda g, dims: flip_axes(g, dims))


roll_axes = operation(
    "roll",
    lambda x, shifts, dims: _rolled(x, shifts, dims),
    x=lambda g, shifts, dims: roll_axes(g, [-s for s in shifts], dims),
)


def _rolled(x: Handle, shifts: Sequence[int], dims: Sequence[int]) -> Handle:
    """A copy in which index i of a dimension holds what was at i - shift."""
    for shift, dim in zip(shifts, dims):
        n = x.shape[dim]
        k = shift % n if n else 0
        out = x.unfilled(list(x.shape), x.dtype)
        if x.numel():
            out.slice(dim, k, n - k, 1).assign(x.slice(dim, 0, n - k, 1))
            out.slice(dim, 0, k, 1).assign(x.slice(dim, n - k, k, 1))
        x = out
    return x


def flip(input: Any, *axes: Any, dims: Any = None) -> Any:
    """The elements in reverse order along dimensions (see ``torch.flip``)."""
    require_tensor("flip", input)
    named = [wrap_dim(d, input.ndim) for d in sizes("flip", axes if dims is None else (dims,))]
    if len(set(named)) != len(named):
        repeated = next(d for d in named if named.count(d) > 1)
        raise RuntimeError(f"dim {repeated} appears multiple times in the list of dims")
    return flip_axes(input, named) if named else clone(input)


def fliplr(input: Any) -> Any:
    """The columns in reverse order (see ``torch.fliplr``)."""
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


def flipud(input: Any) -> Any:
    """The rows in reverse order (see ``torch.flipud``)."""
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


def roll(input: Any, shifts: Any, dims: Any = ()) -> Any:
    """The elements moved along dimensions, those that leave at one end come in at the other (see ``torch.roll``)."""
    require_tensor("roll", input)
    shifts = sizes("roll", (shifts,) if isinstance(shifts, tuple | list) else ((shifts,),))
    dims = sizes("roll", (dims,) if isinstance(dims, tuple | list) else ((dims,),))
    if not shifts:
        raise RuntimeError("`shifts` required")
    if not dims and len(shifts) == 1:
        return shapes.reshape(roll(shapes.reshape(input, -1), shifts, 0), list(input.shape))
    if len(dims) != len(shifts):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if input.ndim == 0:
        [wrap_dim(d, 0) for d in dims]
        return clone(input)
    return roll_axes(input, shifts, [wrap_dim(d, input.ndim) for d in dims])


def rot90(input: Any, k: int = 1, dims: Sequence[int] = (0, 1)) -> Any:
    """Turned by 90 degrees `k` times, from the first of two dimensions towards the second (see ``torch.rot90``)."""
    require_tensor("rot90", input)
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    for d in dims:
        if not -input.ndim <= d < input.ndim:
            raise RuntimeError(f"Rotation dim out of range, dim = {d}")
    a, b = (wrap_dim(d, input.ndim) for d in dims)
    if a == b:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    k %= 4
    if k == 1:
        return shapes.transpose(flip(input, b), a, b)
    if k == 2:
        return flip(input, a, b)
    if k == 3:
        return shapes.transpose(flip(input, a), a, b)
    return clone(input)


def repeat(input: Any, *repeats: Any) -> Any:
    """The tensor laid side by side along each dimension, new ones in front (see ``torch.Tensor.repeat``)."""
    times = sizes("repeat", repeats)
    if len(times) < input.ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    if any(n < 0 for n in times):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(times)}: {times}")
    own = [1] * (len(times) - input.ndim) + list(input.shape)
    return repeat_tiles(input, times, own)


repeat_tiles = operation(
    "repeat",
    lambda x, times, own: _tiled(x, times, own),
    x=lambda g, times, own, x_shape: _folded_sum(g, times, own).reshape(list(x_shape)),
)


def _tiled(x: Handle, times: Sequence[int], own: Sequence[int]) -> Handle:
    between = [n for size in own for n in (1, size)]
    spread = [n for pair in zip(times, own) for n in pair]
    tiles = x.reshape(between).expand(spread)
    return tiles.copy(x.dtype, True).reshape([t * n for t, n in zip(times, own)])


def _folded_sum(g: Any, times: Sequence[int], own: Sequence[int]) -> Any:
    if not times:
        return g
    tiles = g.reshape([n for pair in zip(times, own) for n in pair])
    return tiles.sum(list(range(0, 2 * len(times), 2)))


def tile(input: Any, *repeats: Any, dims: Any = None) -> Any:
    """`repeat` for which missing repetitions count as 1 (see ``torch.tile``)."""
    require_tensor("tile", input)
    times = sizes("tile", repeats if dims is None else (dims,))
    return repeat(input, [1] * (input.ndim - len(times)) + times)


def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Any:
    """Every element repeated in place, by one number or one for each (see ``torch.repeat_interleave``).

    With `repeats` alone: the number i as often as ``repeats[i]`` says.
    """
    require_tensor("repeat_interleave", input)
    if repeats is None:
        return _numbers_repeated(input, output_size)
    if dim is None:
        input, dim = shapes.reshape(input, -1), 0
    x = shapes.reshape(input, 1) if input.ndim == 0 else input
    dim = wrap_dim(dim, x.ndim)
    n = x.shape[dim]
    if isinstance(repeats, tuple | list):
        repeats = host_tensor(repeats)
    if isinstance(repeats, Tensor) and repeats.numel() == 1:
        repeats = int(repeats.item())
    if isinstance(repeats, int):
        if repeats < 0:
            raise RuntimeError("Repeats must be non-negative")
        wide = shapes.expand(shapes.unsqueeze(x, dim + 1), [*x.shape[: dim + 1], repeats, *x.shape[dim + 1 :]])
        return shapes.reshape(clone(wide), [*x.shape[:dim], n * repeats, *x.shape[dim + 1 :]])
    require_tensor("repeat_interleave", repeats, "repeats", 2)
    if repeats.ndim != 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    if repeats.shape[0] != n:
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats.shape[0]} and "
            f"input.size({dim}) = {n}"
        )
    return index_select(x, dim, _numbers_repeated(repeats, output_size))


def _numbers_repeated(repeats: Tensor, output_size: int | None) -> Tensor:
    if repeats.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if repeats.dtype.name not in ("int64", "int32"):
        raise RuntimeError("repeats has to be Long or Int tensor")
    times = repeats.tolist()
    if any(t < 0 for t in times):
        raise RuntimeError("repeats can not be negative")
    if output_size is not None and output_size != sum(times):
        raise RuntimeError("allocated size does not match required size")
    require_room([sum(times)])
    numbers = list(itertools.chain.from_iterable(itertools.repeat(i, t) for i, t in enumerate(times)))
    return host_tensor(numbers, repeats.dtype)


def _each(tensors: tuple, one: Callable[[Any], Any]) -> Any:
    if len(tensors) == 1 and isinstance(tensors[0], tuple | list):
        for t in tensors[0]:
            require_tensor("atleast", t, "tensors")
        return tuple(one(t) for t in tensors[0])
    return one(tensors[0]) if len(tensors) == 1 else tuple(one(t) for t in tensors)


def _at_least_1d(t: Any) -> Any:
    return shapes.reshape(t, 1) if t.ndim == 0 else t


def _at_least_2d(t: Any) -> Any:
    return shapes.reshape(t, 1, 1) if t.ndim == 0 else shapes.unsqueeze(t, 0) if t.ndim == 1 else t


def _at_least_3d(t: Any) -> Any:
    if t.ndim == 0:
        return shapes.reshape(t, 1, 1, 1)
    if t.ndim == 1:
        return shapes.unsqueeze(shapes.unsqueeze(t, 0), -1)
    return shapes.unsqueeze(t, -1) if t.ndim == 2 else t


def atleast_1d(*tensors: Any) -> Any:
    """Tensors without dimensions as vectors (see ``torch.atleast_1d``)."""
    return _each(tensors, _at_least_1d)


def atleast_2d(*tensors: Any) -> Any:
    """Tensors with fewer than 2 dimensions as matrices (see ``torch.atleast_2d``)."""
    return _each(tensors, _at_least_2d)


def atleast_3d(*tensors: Any) -> Any:
    """Tensors with fewer than 3 dimensions in 3 (see ``torch.atleast_3d``)."""
    return _each(tensors, _at_least_3d)


def _listed(tensors: tuple) -> list:
    return list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], tuple | list) else list(tensors)


def broadcast_tensors(*tensors: Any) -> tuple:
    """The tensors expanded to the shape that they broadcast to (see ``torch.broadcast_tensors``)."""
    items = _listed(tensors)
    for i, t in enumerate(items):
        require_tensor("broadcast_tensors", t, "tensors", i + 1)
    shape = _core_shape([t.shape for t in items])
    return tuple(shapes.expand(t, shape) for t in items)


def _core_shape(own: Sequence[Sequence[int]]) -> list[int]:
    out: list[int] = [1] * max(map(len, own), default=0)
    for shape in own:
        for i, n in enumerate(shape, len(out) - len(shape)):
            if n not in (1, out[i]):
                if out[i] != 1:
                    raise RuntimeError(
                        f"The size of tensor a ({out[i]}) must match the size of tensor b ({n}) at non-singleton "
                        f"dimension {i}"
                    )
                out[i] = n
    return out


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple:
    """A grid of the numbers of vectors: one tensor for each of its coordinates (see ``torch.meshgrid``)."""
    axes = _listed(tensors)
    if not axes:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for t in axes:
        require_tensor("meshgrid", t, "tensors")
        if t.ndim > 1:
            raise RuntimeError(f"Expected 0D or 1D tensor in the tensor list but got: {list(t.shape)}")
        if t.dtype is not axes[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    swap = indexing == "xy" and len(axes) > 1
    if swap:
        axes[0], axes[1] = axes[1], axes[0]
    shape = [t.numel() for t in axes]
    grids = [
        shapes.expand(shapes.view(t, [t.numel() if i == k else 1 for i in range(len(axes))]), shape)
        for k, t in enumerate(axes)
    ]
    if swap:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


def cartesian_prod(*tensors: Any) -> Any:
    """Every combination of one number of each vector, a row for each (see ``torch.cartesian_prod``)."""
    for t in tensors:
        if t.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(t.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    grids = meshgrid(*tensors, indexing="ij")
    return stack([shapes.flatten(grid) for grid in grids], 1)


def _choices(n: int, r: int) -> int:
    """How many ways there are to choose r of n, at most 2^62."""
    r = min(r, n - r)
    exact = r <= 62 and math.lgamma(n + 1) - math.lgamma(r + 1) - math.lgamma(n - r + 1) < 44
    return math.comb(n, r) if exact else 1 << 62


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """Every choice of `r` elements of a vector in order, a row for each (see ``torch.combinations``)."""
    if input.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return empty(0, dtype=input.dtype, device=input.device)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    n = input.numel()
    if n == 0 or (r > n and not with_replacement):
        return shapes.reshape(shapes.narrow(shapes.reshape(input, -1), 0, 0, 0), 0, r)
    require_room([_choices(n + r - 1 if with_replacement else n, r), r])
    rows = list(choose(range(n), r))
    places = shapes.reshape(host_tensor([i for row in rows for i in row], int64), len(rows), r)
    return shapes.reshape(index_select(input, 0, shapes.reshape(places, -1)), len(rows), r)


def block_diag(*tensors: Any) -> Any:
    """Matrices along the diagonal of a matrix, zeros elsewhere (see ``torch.block_diag``)."""
    for i, t in enumerate(tensors):
        require_tensor("block_diag", t, "tensors", 1)
        if t.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {t.ndim} dimensions"
            )
    blocks = [_at_least_2d(t) for t in tensors]
    if not blocks:
        return zeros(1, 0, device="cpu")
    own = _core.result_type(*(b.handle if isinstance(b, Tensor) else b for b in blocks))
    width = sum(b.shape[1] for b in blocks)
    rows, at = [], 0
    for b in blocks:
        n, m = b.shape
        like = {"dtype": own, "device": b.device}
        rows.append(cat([zeros(n, at, **like), to_dtype(b, own), zeros(n, width - at - m, **like)], 1))
        at += m
    return cat(rows, 0)


def sum_to_size(input: Any, *size: Any) -> Any:
    """Summed to a shape that broadcasts to that of `input` (see ``torch.Tensor.sum_to_size``)."""
    shape = sizes("sum_to_size", size)
    if not shape:
        return input.sum()
    extra = input.ndim - len(shape)
    if extra < 0 or any(n not in (1, m) for n, m in zip(shape, input.shape[extra:])):
        raise RuntimeError(f"size {{{shape}}} is not expandable to size {{{list(input.shape)}}}.")
    axes = [*range(extra), *(i for i, n in enumerate(shape, extra) if n == 1 != input.shape[i])]
    return shapes.reshape(input.sum(axes, True), shape) if axes else input


def hstack(tensors: Sequence[Any]) -> Any:
    """Tensors side by side along columns (see ``torch.hstack``)."""
    parts = _stackable("hstack", tensors, _at_least_1d)
    return cat(parts, 0 if parts[0].ndim == 1 else 1)


def vstack(tensors: Sequence[Any]) -> Any:
    """Tensors one below the other (see ``torch.vstack``)."""
    return cat(_stackable("vstack", tensors, _at_least_2d), 0)


row_stack = vstack


def dstack(tensors: Sequence[Any]) -> Any:
    """Tensors one behind the other along dimension 2 (see ``torch.dstack``)."""
    return cat(_stackable("dstack", tensors, _at_least_3d), 2)


def column_stack(tensors: Sequence[Any]) -> Any:
    """Vectors as the columns of a matrix, beside the columns of matrices (see ``torch.column_stack``)."""
    return hstack(_stackable("column_stack", tensors, lambda t: shapes.reshape(t, t.numel(), 1) if t.ndim <= 1 else t))


def _stackable(name: str, tensors: Any, prepare: Callable[[Any], Any]) -> list:
    if isinstance(tensors, Tensor) or not isinstance(tensors, tuple | list):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type_name(tensors)}")
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return [prepare(t) for t in tensors]
