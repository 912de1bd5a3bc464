"""Images and volumes resized: each output position reads a few elements along each dimension, with weights."""

import math
import warnings
from functools import lru_cache

from pyrite import ops
from pyrite.dtype import float32, float64, int64
from pyrite.nn.functional.adaptive_pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from pyrite.nn.functional.resampling import Axis, Taps, resample
from pyrite.ops.room import require_room
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

    Modes: "nearest", "nearest-exact", "area"; "linear", "bilinear", "trilinear" and "bicubic" by the number of
    dimensions; "lanczos" with `antialias`, which widens the kernel where the image shrinks. `align_corners` aligns the
    centers of the corner pixels rather than their outer corners.
    """
    count = input.dim() - 2
    _check_mode(input, mode, align_corners, antialias)
    output, scales = _output_size(input, size, scale_factor, mode, recompute_scale_factor)
    if any(n <= 0 for n in (*output, *input.shape[1:])):
        raise RuntimeError(
            "Input and output sizes should be greater than 0, but got "
            f"input {tuple(input.shape)} output {tuple(output)}"
        )
    if mode == "area":
        return _AREA[count](input, output)
    whole = not input.is_floating_point()
    work = input.to(float32) if whole else input
    is_double = work.dtype == float64
    ways = tuple(
        (mode, input.size(axis + 2), output[axis], scales[axis], bool(align_corners), antialias, is_double)
        for axis in range(count)
    )
    if not whole or mode in ("nearest", "nearest-exact"):
        return resample(work, _all_taps(ways)).to(input.dtype)
    for axis in reversed(range(count)):
        # Whole numbers are rounded along each dimension.
        moved = resample(work.movedim(axis + 2, -1), _all_taps(ways[axis : axis + 1])).movedim(-1, axis + 2)
        work = (moved + 0.5).floor().clamp(0, 255)
    return work.to(input.dtype)


@lru_cache(maxsize=64)
def _all_taps(ways: tuple[tuple, ...]) -> Taps:
    axes = []
    for way in ways:
        index, weight = _taps(*way)
        weights = ops.ones(*index.shape, device="cpu") if weight is None else weight
        axes.append(Axis(index.numpy(), weights.numpy(), way[1]))
    return Taps(axes)


def _check_mode(input: Tensor, mode: str, align_corners: bool | None, antialias: bool) -> None:
    count = input.dim() - 2
    plain = mode in ("nearest", "nearest-exact", "area")
    if plain and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    if not 1 <= count <= 3 or not (plain or mode in _DIMENSIONS):
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.dim()}D) for the modes: nearest | "
            f"linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
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
        raise ValueError(
            "only one of size or scale_factor should be defined"
            if size is not None
            else "either size or scale_factor should be defined"
        )
    given = size if size is not None else scale_factor
    values = list(given) if isinstance(given, (list, tuple)) else [given] * count
    if len(values) != count:
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
            f"of {list(input.shape[2:])} and {'output size' if size is not None else 'scale_factor'} of {values}."
        )
    if size is not None:
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        if not all(isinstance(n, int) for n in values):
            raise TypeError(
                f"expected size to be one of int or Tuple[int], but got size with types {[type(n) for n in values]}"
            )
        require_room([*input.shape[:2], *(max(n, 0) for n in values)])
        return values, [None] * count
    wanted = [n * s for n, s in zip(input.shape[2:], values, strict=True)]
    if not all(abs(n) < 1 << 62 for n in wanted):
        raise RuntimeError(f"interpolate: value cannot be converted to type int64_t without overflow: {values}")
    output = [math.floor(n) for n in wanted]
    require_room([*input.shape[:2], *(max(n, 0) for n in output)])
    return output, [None] * count if recompute or mode == "area" else values


def _ratio(length: int, output: int, scale: float | None, align_corners: bool) -> float:
    """How far one step in the output is in the input."""
    if align_corners:
        return (length - 1) / (output - 1) if output > 1 else 0.0
    return 1.0 / scale if scale else length / output


def _taps(
    mode: str, length: int, output: int, scale: float | None, align_corners: bool, antialias: bool, is_double: bool
) -> tuple[Tensor, Tensor | None]:
    """Which elements each output position reads, (output, taps), and their weights; no weights where it copies one."""
    if mode in ("nearest", "nearest-exact"):
        # In single precision, as the source position decides between neighbours.
        shift = 0.5 if mode == "nearest-exact" else 0.0
        ratio = ops.tensor(_ratio(length, output, scale, False), dtype=float32, device="cpu")
        position = (ops.arange(output, dtype=float32, device="cpu") + shift) * ratio
        return position.floor().to(int64).clamp(max=length - 1).unsqueeze(1), None
    precision = float64 if is_double else float32
    if antialias:
        return _widened_taps(mode, length, output, _ratio(length, output, scale, align_corners))
    ratio = ops.tensor(_ratio(length, output, scale, align_corners), dtype=precision, device="cpu")
    steps = ops.arange(output, dtype=precision, device="cpu")
    position = steps * ratio if align_corners else (steps + 0.5) * ratio - 0.5
    if mode != "bicubic":
        position = position.clamp(min=0)
    first = position.floor()
    part = (position - first).clamp(0, 1).unsqueeze(1)
    index = first.to(int64).unsqueeze(1)
    if mode == "bicubic":
        index = (index + ops.arange(-1, 3, device="cpu")).clamp(0, length - 1)
        weight = ops.cat([cubic(part + 1), cubic(part), cubic(1 - part), cubic(2 - part)], 1)
    else:
        index = (index + ops.arange(2, device="cpu")).clamp(0, length - 1)
        weight = ops.cat([1 - part, part], 1)
    return index, weight


def cubic(distance: Tensor, a: float = _CUBIC) -> Tensor:
    x = distance.abs()
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return ops.where(x < 1, near, ops.where(x < 2, far, ops.zeros_like(x)))


def _widened_taps(mode: str, length: int, output: int, ratio: float) -> tuple[Tensor, Tensor]:
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
    starts, ends, centers = (
        ops.tensor(column, dtype=float64, device="cpu").unsqueeze(1) for column in zip(*rows, strict=True)
    )
    places = starts + ops.arange(most, dtype=float64, device="cpu")
    weight = _kernel(mode, (places - centers + 0.5) / stretch).masked_fill(places >= ends, 0)
    weight = weight / weight.sum(1, True)
    return places.clamp(max=length - 1).to(int64), weight


def _kernel(mode: str, x: Tensor) -> Tensor:
    if mode == "bilinear":
        return (1 - x.abs()).clamp(min=0)
    if mode == "bicubic":
        return cubic(x, _CUBIC_ANTIALIAS)
    return (ops.sinc(x) * ops.sinc(x / 3)).masked_fill(x.abs() >= 3, 0)


def upsample(input: Tensor, size=None, scale_factor=None, mode: str = "nearest", align_corners=None) -> Tensor:
    """The older name of `interpolate`."""
    warnings.warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2)
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size=None, scale_factor=None) -> Tensor:
    """The older name of `interpolate` in mode "nearest"."""
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size=None, scale_factor=None) -> Tensor:
    """The older name of `interpolate` in mode "bilinear" with aligned corners."""
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)
