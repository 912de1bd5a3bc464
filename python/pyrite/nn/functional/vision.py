"""Images and volumes resized, sampled at given points, and their channels rearranged."""

import math
import warnings
from collections.abc import Sequence

from pyrite import ops
from pyrite.dtype import float32, float64, int64
from pyrite.nn.functional.adaptive_pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from pyrite.tensor import Tensor

_DIMENSIONS = {"linear": 1, "bilinear": 2, "bicubic": 2, "lanczos": 2, "trilinear": 3}
_AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}
# Keys' cubic convolution kernel: -0.75 between pixels, -0.5 where the kernel is widened against aliasing.
_CUBIC, _CUBIC_ANTIALIAS = -0.75, -0.5


def interpolate(
    input: Tensor,
    size=None,
    scale_factor=None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Resizes (N, C, *) with 1 to 3 spatial dimensions to `size`, or by `scale_factor`.

    Modes: "nearest", "nearest-exact", "area"; "linear", "bilinear", "trilinear" and "bicubic" by the number of dimensions;
    "lanczos" with `antialias`, which widens the kernel where the image shrinks. `align_corners` aligns the centers of the
    corner pixels rather than their outer corners.
    """
    count = input.dim() - 2
    _check_mode(input, mode, align_corners, antialias)
    output, scales = _output_size(input, size, scale_factor, mode, recompute_scale_factor)
    if any(n <= 0 for n in (*output, *input.shape[1:])):
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input {tuple(input.shape)} output {tuple(output)}"
        )
    if mode == "area":
        return _AREA[count](input, output)
    whole = not input.is_floating_point()
    work = input.to(float32) if whole else input
    for axis in reversed(range(count)):
        dim = axis + 2
        index, weight = _taps(
            mode, input.size(dim), output[axis], scales[axis], bool(align_corners), antialias, work.dtype
        )
        work = _resample(work, dim, index.to(input.device), None if weight is None else weight.to(input.device))
        if whole and weight is not None:
            work = (work + 0.5).floor().clamp(0, 255)
    return work.to(input.dtype)


def _check_mode(input: Tensor, mode: str, align_corners: bool | None, antialias: bool) -> None:
    count = input.dim() - 2
    plain = mode in ("nearest", "nearest-exact", "area")
    if plain and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    if not 1 <= count <= 3 or not (plain or mode in _DIMENSIONS):
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.dim()}D) for the modes: nearest | linear "
            f"| bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
        )
    if not plain and _DIMENSIONS[mode] != count:
        raise NotImplementedError(f"Got {input.dim()}D input, but {mode} mode needs {_DIMENSIONS[mode] + 2}D input")
    if antialias and mode not in ("bilinear", "bicubic", "lanczos"):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if mode == "lanczos" and (align_corners or not antialias):
        raise ValueError("Lanczos mode requires antialias=True and does not support align_corners=True")


def _output_size(
    input: Tensor, size, scale_factor, mode: str, recompute: bool | None
) -> tuple[list[int], list[float | None]]:
    """The output size, and the scale by which positions are mapped where it is not the ratio of the sizes."""
    count = input.dim() - 2
    if (size is None) == (scale_factor is None):
        raise ValueError("only one of size or scale_factor should be defined" if size is not None else
                         "either size or scale_factor should be defined")
    given = size if size is not None else scale_factor
    values = list(given) if isinstance(given, (list, tuple)) else [given] * count
    if len(values) != count:
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of "
            f"{list(input.shape[2:])} and {'output size' if size is not None else 'scale_factor'} of {values}."
        )
    if size is not None:
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        if not all(isinstance(n, int) for n in values):
            raise TypeError(f"expected size to be one of int or Tuple[int], but got size with types {[type(n) for n in values]}")
        return values, [None] * count
    output = [math.floor(n * s) for n, s in zip(input.shape[2:], values, strict=True)]
    return output, [None] * count if recompute or mode == "area" else values


def _ratio(length: int, output: int, scale: float | None, align_corners: bool) -> float:
    """How far one step in the output is in the input."""
    if align_corners:
        return (length - 1) / (output - 1) if output > 1 else 0.0
    return 1.0 / scale if scale else length / output


def _taps(
    mode: str, length: int, output: int, scale: float | None, align_corners: bool, antialias: bool, dtype
) -> tuple[Tensor, Tensor | None]:
    """Which elements each output position reads, (output, taps), and their weights; no weights where it copies one."""
    if mode in ("nearest", "nearest-exact"):
        # In single precision, as the source position decides between neighbours.
        shift = 0.5 if mode == "nearest-exact" else 0.0
        ratio = ops.tensor(_ratio(length, output, scale, False), dtype=float32)
        position = (ops.arange(output, dtype=float32) + shift) * ratio
        return position.floor().to(int64).clamp(max=length - 1).unsqueeze(1), None
    precision = float64 if dtype == float64 else float32
    if antialias:
        return _widened_taps(mode, length, output, _ratio(length, output, scale, align_corners), align_corners, dtype)
    ratio = ops.tensor(_ratio(length, output, scale, align_corners), dtype=precision)
    steps = ops.arange(output, dtype=precision)
    position = steps * ratio if align_corners else (steps + 0.5) * ratio - 0.5
    if mode != "bicubic":
        position = position.clamp(min=0)
    first = position.floor()
    part = (position - first).clamp(0, 1).unsqueeze(1)
    index = first.to(int64).unsqueeze(1)
    if mode == "bicubic":
        index = (index + ops.arange(-1, 3)).clamp(0, length - 1)
        weight = ops.cat([_cubic(part + 1), _cubic(part), _cubic(1 - part), _cubic(2 - part)], 1)
    else:
        index = (index + ops.arange(2)).clamp(0, length - 1)
        weight = ops.cat([1 - part, part], 1)
    return index, weight.to(dtype)


def _cubic(distance: Tensor, a: float = _CUBIC) -> Tensor:
    x = distance.abs()
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return ops.where(x < 1, near, ops.where(x < 2, far, ops.zeros_like(x)))


def _widened_taps(
    mode: str, length: int, output: int, ratio: float, align_corners: bool, dtype
) -> tuple[Tensor, Tensor]:
    """The taps of a kernel that is stretched over all elements that fall into one output element."""
    radius = {"bilinear": 1.0, "bicubic": 2.0, "lanczos": 3.0}[mode]
    stretch = max(ratio, 1.0)
    support = radius * stretch
    rows, most = [], 1
    for i in range(output):
        center = ratio * (i + 0.5)
        start, end = max(int(center - support + 0.5), 0), min(int(center + support + 0.5), length)
        rows.append((start, end, center))
        most = max(most, end - start)
    starts, ends, centers = (ops.tensor(column, dtype=float64).unsqueeze(1) for column in zip(*rows, strict=True))
    places = starts + ops.arange(most, dtype=float64)
    weight = _kernel(mode, (places - centers + 0.5) / stretch).masked_fill(places >= ends, 0)
    weight = weight / weight.sum(1, True)
    return places.clamp(max=length - 1).to(int64), weight.to(dtype)


def _kernel(mode: str, x: Tensor) -> Tensor:
    if mode == "bilinear":
        return (1 - x.abs()).clamp(min=0)
    if mode == "bicubic":
        return _cubic(x, _CUBIC_ANTIALIAS)
    return (ops.sinc(x) * ops.sinc(x / 3)).masked_fill(x.abs() >= 3, 0)


def _resample(input: Tensor, dim: int, index: Tensor, weight: Tensor | None) -> Tensor:
    """Weighted sums of elements along one dimension."""
    output, taps = index.shape
    read = input.index_select(dim, index.reshape(-1))
    if weight is None:
        return read
    read = read.reshape(*input.shape[:dim], output, taps, *input.shape[dim + 1 :])
    return (read * weight.reshape(output, taps, *[1] * (input.dim() - dim - 1))).sum(dim + 1)


def upsample(input: Tensor, size=None, scale_factor=None, mode: str = "nearest", align_corners=None) -> Tensor:
    """The older name of `interpolate`."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size=None, scale_factor=None) -> Tensor:
    """The older name of `interpolate` in mode "nearest"."""
    warnings.warn("`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size=None, scale_factor=None) -> Tensor:
    """The older name of `interpolate` in mode "bilinear" with aligned corners."""
    warnings.warn("`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The points that affine maps (N, 2, 3) or (N, 3, 4) assign to the pixels of an image of `size`: (N, *, 2 or 3)."""
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    count = len(size) - 2
    if count not in (2, 3):
        raise NotImplementedError(
            f"affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size {size}."
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
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', "
            f"but got: '{mode}'"
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
            f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {list(input.shape)}"
        )
    if mode == "bicubic" and count != 2:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if input.dtype != grid.dtype:
        raise RuntimeError(
            f"grid_sampler(): expected input and grid to have same dtype, but input has {input.dtype} and grid has {grid.dtype}"
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
        flat, outside = 0, False
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
        corners = [(Tensor.floor(p.detach()), Tensor.floor(p.detach()) + 1) for p in points]
        output = 0
        for choice in range(2 ** len(points)):
            sides = [choice >> i & 1 for i in range(len(points))]
            weight = 1
            for point, (low, high), side in zip(points, corners, sides, strict=True):
                weight = (point - low if side else high - point) * weight
            output = self.read([pair[side] for pair, side in zip(corners, sides, strict=True)]) * weight.unsqueeze(1) + output
        return output

    def bicubic(self, points: Sequence[Tensor]) -> Tensor:
        (row, column), output = points, 0
        row_taps, column_taps = self._cubic_taps(0, row), self._cubic_taps(1, column)
        for row_place, row_weight in row_taps:
            for column_place, column_weight in column_taps:
                pixels = self.read([row_place, column_place])
                output = pixels * (row_weight * column_weight).unsqueeze(1) + output
        return output

    def _cubic_taps(self, axis: int, position: Tensor) -> list[tuple[Tensor, Tensor]]:
        first = position.detach().floor()
        part = position - first
        return [(self.inside(axis, first + i), _cubic(part - i)) for i in range(-1, 3)]


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """(*, C r^2, H, W) to (*, C, H r, W r) (Shi et al., 2016)."""
    if input.dim() < 3:
        raise RuntimeError(f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {input.dim()} dimension(s)")
    if upscale_factor <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {upscale_factor}")
    *lead, channels, height, width = input.shape
    r = upscale_factor
    if channels % r**2:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={channels} is not divisible by {r**2}"
        )
    n = len(lead)
    blocks = input.reshape(*lead, channels // r**2, r, r, height, width)
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return blocks.permute(*order).reshape(*lead, channels // r**2, height * r, width * r)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """The inverse of `pixel_shuffle`: (*, C, H r, W r) to (*, C r^2, H, W)."""
    if input.dim() < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {input.dim()} dimension(s)"
        )
    if downscale_factor <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {downscale_factor}")
    *lead, channels, height, width = input.shape
    r = downscale_factor
    if height % r or width % r:
        raise RuntimeError(
            f"pixel_unshuffle expects height and width to be divisible by downscale_factor, but input of size "
            f"{height} x {width} is not divisible by {r}"
        )
    n = len(lead)
    blocks = input.reshape(*lead, channels, height // r, r, width // r, r)
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return blocks.permute(*order).reshape(*lead, channels * r**2, height // r, width // r)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Interleaves `groups` groups of the channels of (N, C, *) (Zhang et al., 2018)."""
    if input.dim() < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    batch, channels = input.shape[:2]
    if channels % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {channels} channels and {groups} groups.")
    grouped = input.reshape(batch, groups, channels // groups, *input.shape[2:])
    return grouped.transpose(1, 2).reshape(input.shape)


native_channel_shuffle = channel_shuffle
