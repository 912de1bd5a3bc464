"""Images and volumes read at given points, and the points that an affine map makes."""

from collections.abc import Sequence
from typing import Any

from pyrite import ops
from pyrite.dtype import int64
from pyrite.nn.functional.interpolation import cubic
from pyrite.tensor import Tensor


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The points that affine maps (N, 2, 3) or (N, 3, 4) assign to the pixels of an image of `size`: (N, *, 2 or 3)."""
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    count = len(size) - 2
    if count not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {size}."
        )
    if theta.dim() != 3 or tuple(theta.shape[1:]) != (count, count + 1):
        raise ValueError(
            f"Expected a batch of {count}D affine matrices of shape Nx{count}x{count + 1} for size {size}. "
            f"Got {theta.shape}."
        )
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    axes = []
    for axis, length in enumerate(size[2:]):
        ends = ops.linspace(-1, 1, length, dtype=theta.dtype, device=theta.device)
        points = ends if align_corners else ends * ((length - 1) / length)
        points = points if length > 1 else ops.zeros_like(points)
        axes.append(points.reshape([-1 if i == axis else 1 for i in range(count)]).expand(*size[2:]))
    base = ops.stack([*reversed(axes), ops.ones_like(axes[0])], -1)
    grid = ops.matmul(base.reshape(1, -1, count + 1), theta.transpose(1, 2))
    return grid.reshape(size[0], *size[2:], count)


def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Reads (N, C, H, W) at points (N, H', W', 2) of (x, y) in [-1, 1], or (N, C, D, H, W) at (N, D', H', W', 3).

    Modes "bilinear", "nearest" and, of images, "bicubic". Outside the image it reads "zeros", the "border" or the
    "reflection".
    """
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'"
        )
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', "
            f"but got: '{padding_mode}'"
        )
    _check_grid(input, grid, mode)
    sample = _GridSample(input, padding_mode, bool(align_corners))
    points = [sample.position(axis, grid[..., -1 - axis]) for axis in range(input.dim() - 2)]
    if mode == "bicubic":
        return sample.bicubic(points)
    points = [sample.inside(axis, p) for axis, p in enumerate(points)]
    return sample.nearest(points) if mode == "nearest" else sample.linear(points)


def _check_grid(input: Tensor, grid: Tensor, mode: str) -> None:
    count = input.dim() - 2
    if count not in (2, 3) or grid.dim() != input.dim():
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if input.size(0) != grid.size(0) or grid.size(-1) != count:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have the batch size {input.size(0)} and size {count} in last dimension, "
            f"but got grid with sizes {list(grid.shape)}"
        )
    if 0 in input.shape[2:]:
        raise RuntimeError(
            "grid_sampler(): expected input to have non-empty spatial dimensions, "
            f"but input has sizes {list(input.shape)}"
        )
    if mode == "bicubic" and count != 2:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if input.dtype != grid.dtype:
        raise RuntimeError(
            "grid_sampler(): expected input and grid to have same dtype, "
            f"but input has {input.dtype} and grid has {grid.dtype}"
        )


class _GridSample:
    """Reads one input at points given as pixel positions, one tensor (N, *) for each spatial dimension."""

    def __init__(self, input: Tensor, padding_mode: str, align_corners: bool) -> None:
        self.input, self.padding_mode, self.align_corners = input, padding_mode, align_corners
        self.sizes = tuple(input.shape[2:])

    def position(self, axis: int, point: Tensor) -> Tensor:
        """From [-1, 1] to pixels."""
        size = self.sizes[axis]
        return (point + 1) * ((size - 1) / 2) if self.align_corners else ((point + 1) * size - 1) / 2

    def inside(self, axis: int, position: Tensor) -> Tensor:
        """Moved into the image where the padding mode says so; no gradient where it is clipped."""
        last = self.sizes[axis] - 1
        if self.padding_mode == "zeros":
            return position
        if self.padding_mode == "reflection":
            position = self._reflect(axis, position)
        return position.masked_fill((position <= 0) | position.isnan(), 0).masked_fill(position >= last, last)

    def _reflect(self, axis: int, position: Tensor) -> Tensor:
        low, high = (0, self.sizes[axis] - 1) if self.align_corners else (-0.5, self.sizes[axis] - 0.5)
        width = high - low
        if width == 0:
            return position * 0
        offset = (position - low).abs()
        turns = (offset.detach() / width).floor()
        rest = offset - turns * width
        return ops.where(turns.remainder(2) == 0, rest + low, width - rest + low)

    def read(self, places: Sequence[Tensor]) -> Tensor:
        """The pixels at whole positions, zeros outside: (N, C, *)."""
        flat: Any = 0
        outside: Any = False
        for size, place in zip(self.sizes, places, strict=True):
            beyond = ~((place >= 0) & (place <= size - 1))
            outside = beyond | outside
            flat = flat * size + place.masked_fill(beyond, 0).to(int64)
        batch, channels = self.input.shape[:2]
        index = flat.reshape(batch, 1, -1).expand(batch, channels, -1)
        pixels = self.input.flatten(2).gather(2, index).reshape(batch, channels, *flat.shape[1:])
        return pixels.masked_fill(outside.unsqueeze(1), 0)

    def nearest(self, points: Sequence[Tensor]) -> Tensor:
        return self.read([p.detach().round() for p in points])

    def linear(self, points: Sequence[Tensor]) -> Tensor:
        corners = [(p.detach().floor(), p.detach().floor() + 1) for p in points]
        output: Any = 0
        for choice in range(2 ** len(points)):
            sides = [choice >> i & 1 for i in range(len(points))]
            weight: Any = 1
            for point, (low, high), side in zip(points, corners, sides, strict=True):
                weight = (point - low if side else high - point) * weight
            output = (
                self.read([pair[side] for pair, side in zip(corners, sides, strict=True)]) * weight.unsqueeze(1)
                + output
            )
        return output

    def bicubic(self, points: Sequence[Tensor]) -> Tensor:
        row, column = points
        output: Any = 0
        row_taps, column_taps = self._cubic_taps(0, row), self._cubic_taps(1, column)
        for row_place, row_weight in row_taps:
            for column_place, column_weight in column_taps:
                pixels = self.read([row_place, column_place])
                output = pixels * (row_weight * column_weight).unsqueeze(1) + output
        return output

    def _cubic_taps(self, axis: int, position: Tensor) -> list[tuple[Tensor, Tensor]]:
        first = position.detach().floor()
        part = position - first
        return [(self.inside(axis, first + i), cubic(part - i)) for i in range(-1, 3)]
