"""Pooling to a given output size: window i of n over length L reaches from floor(i L / n) to ceil((i + 1) L / n)."""

from functools import lru_cache
from typing import Any

from pyrite import ops
from pyrite.dtype import int64
from pyrite.nn.functional.pooling import (
    max_pool1d_with_indices,
    max_pool2d_with_indices,
    max_pool3d_with_indices,
)
from pyrite.nn.functional.resampling import Axis, Taps, resample
from pyrite.nn.functional.windows import each_of
from pyrite.ops.arguments import index as whole
from pyrite.ops.room import require_room
from pyrite.tensor import Tensor

_MAX_POOL = {1: max_pool1d_with_indices, 2: max_pool2d_with_indices, 3: max_pool3d_with_indices}


def _target_size(name: str, input: Tensor, output_size, count: int) -> tuple[int, ...]:
    """The output size, with the input's own where None is asked for."""
    if input.dim() not in (count + 1, count + 2):
        if count > 1 and not isinstance(output_size, int) and input.dim() <= len(output_size):
            raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
        raise RuntimeError(f"{name}: Expected {count + 1}D or {count + 2}D tensor, but got {list(input.shape)}")
    if 0 in input.shape[-count - 1 :]:
        raise RuntimeError(
            f"{name}: Expected input to have non-zero size for non-batch dimensions, "
            f"but input has sizes {list(input.shape)}"
        )
    sizes = [None] * count if output_size is None else each_of(name, "output_size", output_size, count)
    target = tuple(
        n if s is None else whole(name, "output_size", s) for s, n in zip(sizes, input.shape[-count:], strict=True)
    )
    if any(n < 0 for n in target):
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received {list(target)}"
        )
    require_room([*input.shape[:-count], *target])
    return target


def _bins(length: int, count: int) -> list[tuple[int, int]]:
    return [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]


def _gather_bins(input: Tensor, dim: int, bins: list[tuple[int, int]]) -> Tensor:
    """The elements of each bin along a new dimension after `dim`, the last repeated up to the widest bin's width."""
    width = max((end - start for start, end in bins), default=0)
    places = [min(start + i, end - 1) for start, end in bins for i in range(width)]
    index = ops.tensor(places, device=input.device, dtype=int64)
    shape = (*input.shape[:dim], len(bins), width, *input.shape[dim + 1 :])
    return input.index_select(dim, index).reshape(shape)


def _even_means(input: Tensor, target: tuple[int, ...]) -> Tensor:
    """Means of windows that divide the input."""
    lead = input.shape[: -len(target)]
    folded = [
        n for size, length in zip(target, input.shape[-len(target) :], strict=True) for n in (size, length // size)
    ]
    return input.reshape(*lead, *folded).mean([len(lead) + 2 * axis + 1 for axis in range(len(target))])


@lru_cache(maxsize=64)
def _sums(lengths: tuple[int, ...], target: tuple[int, ...]) -> tuple[Taps, Any]:
    """The tables that sum the elements of each bin, and how many there are."""
    import numpy as np

    axes, sizes = [], np.ones((), dtype=np.float32)
    for length, count in zip(lengths, target, strict=True):
        starts, ends = (np.array(side, dtype=np.int64) for side in zip(*_bins(length, count), strict=True))
        places = starts[:, None] + np.arange((ends - starts).max())
        inside = places < ends[:, None]
        axes.append(Axis(np.where(inside, places, -1), inside.astype(np.float64), length))
        sizes = sizes[..., None] * (ends - starts).astype(np.float32)
    return Taps(axes), sizes


def _adaptive_avg_pool(count: int, input: Tensor, output_size) -> Tensor:
    target = _target_size(f"adaptive_avg_pool{count}d", input, output_size, count)
    lengths = tuple(input.shape[-count:])
    if target == lengths:
        return input
    if all(n and length % n == 0 for n, length in zip(target, lengths, strict=True)):
        return _even_means(input, target)
    if 0 in target:
        return input.new_zeros(*input.shape[:-count], *target)
    taps, sizes = _sums(lengths, target)
    return resample(input, taps) / ops.tensor(sizes, dtype=input.dtype, device=input.device)


def adaptive_avg_pool1d(input: Tensor, output_size) -> Tensor:
    """Means of (N, C, L) or (C, L), `output_size` of them."""
    return _adaptive_avg_pool(1, input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size) -> Tensor:
    """Means of (N, C, H, W) or (C, H, W); None in the output size keeps a dimension."""
    return _adaptive_avg_pool(2, input, output_size)


def adaptive_avg_pool3d(input: Tensor, output_size) -> Tensor:
    """Means of (N, C, D, H, W) or (C, D, H, W); None in the output size keeps a dimension."""
    return _adaptive_avg_pool(3, input, output_size)


def _adaptive_max_pool(count: int, input: Tensor, output_size) -> tuple[Tensor, Tensor]:
    target = _target_size(f"adaptive_max_pool{count}d", input, output_size, count)
    spatial = input.shape[-count:]
    if input.numel() and all(n and length % n == 0 for n, length in zip(target, spatial, strict=True)):
        kernel = [length // n for n, length in zip(target, spatial, strict=True)]
        return _MAX_POOL[count](input, kernel)
    position = ops.arange(spatial.numel(), device=input.device).reshape(spatial).expand(input.shape)
    # From the last dimension to the first, so that of equal elements the first in memory order wins.
    for axis in reversed(range(count)):
        dim = input.dim() - count + axis
        bins = _bins(spatial[axis], target[axis])
        values, positions = _gather_bins(input, dim, bins), _gather_bins(position, dim, bins)
        place = values.argmax(dim + 1, keepdim=True)
        input, position = (
            values.gather(dim + 1, place).squeeze(dim + 1),
            positions.gather(dim + 1, place).squeeze(dim + 1),
        )
    return input, position


def adaptive_max_pool1d_with_indices(input: Tensor, output_size, return_indices: bool = False) -> tuple[Tensor, Tensor]:
    """adaptive_max_pool1d and the positions of the maxima."""
    return _adaptive_max_pool(1, input, output_size)


def adaptive_max_pool2d_with_indices(input: Tensor, output_size, return_indices: bool = False) -> tuple[Tensor, Tensor]:
    """adaptive_max_pool2d and the positions of the maxima."""
    return _adaptive_max_pool(2, input, output_size)


def adaptive_max_pool3d_with_indices(input: Tensor, output_size, return_indices: bool = False) -> tuple[Tensor, Tensor]:
    """adaptive_max_pool3d and the positions of the maxima."""
    return _adaptive_max_pool(3, input, output_size)


def adaptive_max_pool1d(input: Tensor, output_size, return_indices: bool = False):
    """Largest elements of (N, C, L) or (C, L), `output_size` of them."""
    pooled = _adaptive_max_pool(1, input, output_size)
    return pooled if return_indices else pooled[0]


def adaptive_max_pool2d(input: Tensor, output_size, return_indices: bool = False):
    """Largest elements of (N, C, H, W) or (C, H, W); None in the output size keeps a dimension."""
    pooled = _adaptive_max_pool(2, input, output_size)
    return pooled if return_indices else pooled[0]


def adaptive_max_pool3d(input: Tensor, output_size, return_indices: bool = False):
    """Largest elements of (N, C, D, H, W) or (C, D, H, W); None in the output size keeps a dimension."""
    pooled = _adaptive_max_pool(3, input, output_size)
    return pooled if return_indices else pooled[0]
