"""Pooling over windows of one, two or three dimensions: the largest, the mean, the p-norm; also of fractional windows.

Inputs are (N, C, *) or (C, *). Where indices are returned, they count through the spatial dimensions of the input.
"""

import math
from typing import Any

from pyrite import ops
from pyrite.nn.functional.lattice import span
from pyrite.nn.functional.window_pool import window_max, window_sum
from pyrite.nn.functional.windows import each_of, sizes_of
from pyrite.tensor import Tensor


def _check_input(name: str, input: Tensor, count: int) -> None:
    spatial = input.shape[-count:]
    unbatched_empty = input.dim() == count + 1 and 0 in input.shape
    empty_inside = input.dim() == count + 2 and 0 in input.shape[1:]
    if input.dim() not in (count + 1, count + 2) or unbatched_empty or empty_inside or 0 in spatial:
        raise RuntimeError(
            f"{name}: Expected {count + 1}D or {count + 2}D (batch mode) tensor with optional 0 dim batch size "
            f"for input, but got:{list(input.shape)}"
        )


class _Geometry:
    """The windows of a pooling: sizes by dimension, the output size, and what padding makes them fit."""

    def __init__(
        self, name: str, input: Tensor, count: int, kernel_size, stride, padding, dilation=1, ceil_mode: bool = False
    ) -> None:
        self.kernel = sizes_of(name, "kernel_size", kernel_size, count)
        given = stride is not None and (isinstance(stride, int) or len(stride) > 0)
        self.stride = sizes_of(name, "stride", stride, count) if given else self.kernel
        self.padding = sizes_of(name, "padding", padding, count)
        self.dilation = sizes_of(name, "dilation", dilation, count)
        self._check(name)
        _check_input(name, input, count)
        self.input = tuple(input.shape[-count:])
        self.output = tuple(self._output_size(i, ceil_mode) for i in range(count))
        if any(n < 1 for n in self.output):
            raise RuntimeError(
                f"Given input size: {self.input}. Calculated output size: {self.output}. Output size is too small"
            )
        self.after = tuple(
            max((o - 1) * s + span(k, d) - n - p, 0)
            for o, s, k, d, n, p in zip(
                self.output, self.stride, self.kernel, self.dilation, self.input, self.padding, strict=True
            )
        )

    def _check(self, name: str) -> None:
        for argument, values in (("kernel_size", self.kernel), ("stride", self.stride), ("dilation", self.dilation)):
            if any(v <= 0 for v in values):
                raise RuntimeError(f"{name}() {argument} must be greater than zero, but got {min(values)}")
        for k, p, d in zip(self.kernel, self.padding, self.dilation, strict=True):
            if p < 0:
                raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
            if p > span(k, d) // 2:
                raise RuntimeError(
                    "pad should be at most half of effective kernel size, but got "
                    f"pad={p}, kernel_size={k} and dilation={d}"
                )

    def _output_size(self, i: int, ceil_mode: bool) -> int:
        n, p, s = self.input[i], self.padding[i], self.stride[i]
        room = n + 2 * p - span(self.kernel[i], self.dilation[i])
        if not ceil_mode:
            return room // s + 1
        size = -(-room // s) + 1
        # The last window must start inside the input or the padding before it.
        return size - 1 if (size - 1) * s >= n + p else size


def _along(values: Tensor, axis: int, count: int) -> Tensor:
    """A vector laid along one of the last `count` dimensions."""
    return values.reshape([-1 if i == axis else 1 for i in range(count)])


def _largest(windows: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest element of each window (*, *output, *kernel) and its place in the window, the first of equals."""
    flat = windows.flatten(-count)
    place = flat.argmax(-1, keepdim=True)
    return flat.gather(-1, place).squeeze(-1), place.squeeze(-1)


def _max_pool(count: int, input: Tensor, kernel_size, stride, padding, dilation, ceil_mode: bool, return_indices: bool):
    geometry = _Geometry(f"max_pool{count}d", input, count, kernel_size, stride, padding, dilation, ceil_mode)
    values, place = window_max(
        input,
        geometry.output,
        geometry.kernel,
        geometry.stride,
        geometry.padding,
        geometry.after,
        geometry.dilation,
    )
    return (values, _input_positions(place, geometry, count)) if return_indices else values


def _input_positions(place: Tensor, geometry: _Geometry, count: int) -> Tensor:
    """Places in windows as places in the input's spatial dimensions, flattened."""
    # Not every GPU divides int64.
    place = place.int() if math.prod(geometry.input) < 2**31 else place
    position = ops.zeros_like(place)
    for axis in range(count):
        inner = math.prod(geometry.kernel[axis + 1 :])
        offset = place.div(inner, rounding_mode="floor") % geometry.kernel[axis] * geometry.dilation[axis]
        window = ops.arange(geometry.output[axis], dtype=place.dtype, device=place.device)
        start = window * geometry.stride[axis] - geometry.padding[axis]
        coordinate = (offset + _along(start, axis, count)).clamp(0, geometry.input[axis] - 1)
        position = position * geometry.input[axis] + coordinate
    return position.long()


def max_pool1d_with_indices(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """max_pool1d and the positions of the maxima."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """max_pool2d and the positions of the maxima."""
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """max_pool3d and the positions of the maxima."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool1d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
):
    """The largest element of each window of (N, C, L) or (C, L); the stride is the kernel size by default."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
):
    """The largest element of each window of (N, C, H, W) or (C, H, W)."""
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
):
    """The largest element of each window of (N, C, D, H, W) or (C, D, H, W)."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _avg_pool(
    count: int,
    input: Tensor,
    kernel_size,
    stride,
    padding,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None = None,
) -> Tensor:
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    geometry = _Geometry(f"avg_pool{count}d", input, count, kernel_size, stride, padding, ceil_mode=ceil_mode)
    sums = window_sum(input, geometry.output, geometry.kernel, geometry.stride, geometry.padding, geometry.after)
    divisor = divisor_override or _window_counts(geometry, count_include_pad, input)
    return sums / divisor if input.is_floating_point() else sums.div(divisor, rounding_mode="trunc").to(input.dtype)


def _window_counts(geometry: _Geometry, count_include_pad: bool, like: Tensor) -> float | Tensor:
    """How many elements each window averages: one number where it is the same for all."""
    counts = []
    for n, p, k, s, o in zip(
        geometry.input, geometry.padding, geometry.kernel, geometry.stride, geometry.output, strict=True
    ):
        low, high = (-p, n + p) if count_include_pad else (0, n)
        starts = [i * s - p for i in range(o)]
        counts.append([min(start + k, high) - max(start, low) for start in starts])
    if all(len(set(row)) == 1 for row in counts):
        return math.prod(row[0] for row in counts)
    product: Any = 1
    for axis, row in enumerate(counts):
        product = _along(ops.tensor(row, dtype=like.dtype, device=like.device), axis, len(counts)) * product
    return product


def avg_pool1d(
    input: Tensor, kernel_size, stride=None, padding=0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Tensor:
    """The mean of each window of (N, C, L) or (C, L); the stride is the kernel size by default."""
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window of (N, C, H, W) or (C, H, W); `divisor_override` replaces the element count."""
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window of (N, C, D, H, W) or (C, D, H, W)."""
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _lp_pool(count: int, input: Tensor, norm_type: float, kernel_size, stride, ceil_mode: bool) -> Tensor:
    kernel = sizes_of(f"lp_pool{count}d", "kernel_size", kernel_size, count)
    if math.isinf(norm_type):
        sign = math.copysign(1, norm_type)
        return sign * _max_pool(count, sign * input.abs(), kernel, stride, 0, 1, ceil_mode, False)
    mean = _avg_pool(count, input.pow(norm_type), kernel, stride, 0, ceil_mode, True)
    return (mean.sign() * ops.relu(mean.abs()) * math.prod(kernel)).pow(1.0 / norm_type)


def lp_pool1d(input: Tensor, norm_type: float, kernel_size: int, stride=None, ceil_mode: bool = False) -> Tensor:
    """(sum x^p)^(1/p) over each window of (N, C, L) or (C, L)."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """(sum x^p)^(1/p) over each window of (N, C, H, W) or (C, H, W)."""
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """(sum x^p)^(1/p) over each window of (N, C, D, H, W) or (C, D, H, W)."""
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def _fractional_geometry(
    count: int, input: Tensor, kernel_size, output_size, output_ratio
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    name = f"fractional_max_pool{count}d"
    _check_input(name, input, count)
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    kernel = sizes_of(name, "kernel_size", kernel_size, count)
    if output_size is None:
        ratio = each_of(name, "output_ratio", output_ratio, count)
        output_size = [int(n * r) for n, r in zip(input.shape[-count:], ratio, strict=True)]
    output = sizes_of(name, "output_size", output_size, count)
    if any(o + k - 1 > n for o, k, n in zip(output, kernel, input.shape[-count:], strict=True)):
        raise RuntimeError(
            f"{name}: pool size {kernel} too large relative to input size {tuple(input.shape[-count:])} "
            f"for output size {output}"
        )
    return kernel, output


def _interval_starts(samples: Tensor, size: int, kernel: int, output: int) -> Tensor:
    """Where the windows of each plane begin, (*) to (*, output): pseudorandom steps (Graham, 2014)."""
    last = ops.full((*samples.shape, 1), size - kernel, dtype=samples.dtype, device=samples.device)
    if output == 1:
        return last.long()
    alpha = (size - kernel) / (output - 1)
    steps = ops.arange(output - 1, dtype=samples.dtype, device=samples.device)
    samples = samples.unsqueeze(-1)
    return ops.cat([((steps + samples) * alpha).floor() - (samples * alpha).floor(), last], -1).long()


def _fractional_max_pool(
    count: int, input: Tensor, kernel_size, output_size, output_ratio, samples: Tensor | None
) -> tuple[Tensor, Tensor]:
    kernel, output = _fractional_geometry(count, input, kernel_size, output_size, output_ratio)
    batched = input if input.dim() == count + 2 else input.unsqueeze(0)
    planes = batched.shape[:2]
    if samples is None:
        samples = ops.rand(*planes, count, dtype=input.dtype, device=input.device)
    # In two dimensions the first sample moves the windows along the last dimension.
    order = (1, 0) if count == 2 else tuple(range(count))
    position = 0
    for axis, size in enumerate(batched.shape[2:]):
        starts = _interval_starts(samples[..., order[axis]], size, kernel[axis], output[axis])
        coordinate = starts.unsqueeze(-1) + ops.arange(kernel[axis], device=input.device)
        shape = [1] * (2 * count)
        shape[axis], shape[count + axis] = output[axis], kernel[axis]
        position = position * size + coordinate.reshape(*planes, *shape)
    flat = position.flatten(2)
    windows = batched.flatten(2).gather(2, flat).reshape(position.shape)
    values, place = _largest(windows, count)
    indices = position.flatten(-count).gather(-1, place.unsqueeze(-1)).squeeze(-1)
    return (values, indices) if input.dim() == count + 2 else (values.squeeze(0), indices.squeeze(0))


def fractional_max_pool2d_with_indices(
    input: Tensor,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """fractional_max_pool2d and the positions of the maxima."""
    return _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool3d_with_indices(
    input: Tensor,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """fractional_max_pool3d and the positions of the maxima."""
    return _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool2d(
    input: Tensor,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
):
    """The largest element of windows at random steps that give the output size, or input size times `output_ratio`."""
    pooled = _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]


def fractional_max_pool3d(
    input: Tensor,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
):
    """The largest element of windows at random steps that give the output size, or input size times `output_ratio`."""
    pooled = _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, _random_samples)
    return pooled if return_indices else pooled[0]
