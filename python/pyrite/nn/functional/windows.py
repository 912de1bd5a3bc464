"""Sliding windows of images as columns, and their sum back: each the adjoint of the other."""

import math
from collections.abc import Sequence

from pyrite.autograd.operation import operation
from pyrite.nn.functional.lattice import padded, span, summed, windows
from pyrite.ops.arguments import index
from pyrite.tensor import Handle, Tensor


def sizes_of(name: str, argument: str, value, count: int) -> tuple[int, ...]:
    """One whole number for each of `count` dimensions, from one number or a sequence of one or `count`."""
    return tuple(index(name, argument, size) for size in each_of(name, argument, value, count))


def each_of(name: str, argument: str, value, count: int) -> tuple:
    """One value for each of `count` dimensions, from a number or a sequence of one or `count`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = (value,)
    sizes = tuple(value)
    if len(sizes) == 1:
        sizes *= count
    if len(sizes) != count:
        plural = "one int" if count == 1 else f"a single int or {count} ints"
        raise RuntimeError(f"{name}() argument '{argument}' should contain {plural} (got {len(sizes)})")
    return sizes


def _columns(x: Handle, kernel, stride, padding, dilation) -> Handle:
    batch, channels = x.shape[:2]
    seen = windows(padded(x, padding, padding), kernel, stride, dilation)
    out = math.prod(seen.shape[2:4])
    return seen.permute([0, 1, 4, 5, 2, 3]).reshape([batch, channels * math.prod(kernel), out])


def _image(y: Handle, size, kernel, stride, padding, dilation) -> Handle:
    batch, rows, _ = y.shape
    out = [
        (n + 2 * p - span(k, d)) // s + 1 for n, p, k, d, s in zip(size, padding, kernel, dilation, stride, strict=True)
    ]
    columns = y.reshape([batch, rows // math.prod(kernel), math.prod(kernel), *out])
    return summed(columns, size, kernel, stride, padding, dilation)


im2col = operation(
    "im2col",
    _columns,
    x=lambda g, x_shape, kernel, stride, padding, dilation: col2im(g, x_shape[2:], kernel, stride, padding, dilation),
)
col2im = operation(
    "col2im",
    _image,
    y=lambda g, kernel, stride, padding, dilation: im2col(g, kernel, stride, padding, dilation),
)


def unfold(input: Tensor, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """Windows as columns: (N, C, H, W) to (N, C k1 k2, L) with L windows in row order; also without N."""
    kernel, dilation, padding, stride = (
        sizes_of("unfold", name, value, 2)
        for name, value in zip(
            ("kernel_size", "dilation", "padding", "stride"), (kernel_size, dilation, padding, stride), strict=True
        )
    )
    if input.dim() not in (3, 4):
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor for input with possibly 0 batch size, got: {list(input.shape)}"
        )
    _check_positive("unfold", kernel, dilation, stride)
    batched = input if input.dim() == 4 else input.unsqueeze(0)
    sizes = [n + 2 * p for n, p in zip(batched.shape[2:], padding, strict=True)]
    if any(n < span(k, d) for n, k, d in zip(sizes, kernel, dilation, strict=True)):
        raise RuntimeError(
            f"Given input with spatial size {tuple(input.shape[-2:])}, kernel_size={kernel}, dilation={dilation}, "
            f"padding={padding}, the shape of the array of sliding blocks is too small: sizes must be at least one"
        )
    columns = im2col(batched, kernel, stride, padding, dilation)
    return columns if input.dim() == 4 else columns.squeeze(0)


def fold(input: Tensor, output_size, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """The adjoint of `unfold`: sums columns (N, C k1 k2, L) into images (N, C, *output_size); also without N."""
    output, kernel, dilation, padding, stride = (
        sizes_of("fold", name, value, 2)
        for name, value in zip(
            ("output_size", "kernel_size", "dilation", "padding", "stride"),
            (output_size, kernel_size, dilation, padding, stride),
            strict=True,
        )
    )
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size, got: {list(input.shape)}"
        )
    _check_positive("fold", kernel, dilation, stride)
    rows, count = input.shape[-2:]
    if rows % math.prod(kernel):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={rows} and kernel_size={kernel}."
        )
    blocks = [
        (n + 2 * p - span(k, d)) // s + 1
        for n, p, k, d, s in zip(output, padding, kernel, dilation, stride, strict=True)
    ]
    if math.prod(blocks) != count or any(n < 1 for n in blocks):
        raise RuntimeError(
            f"Given output_size={output}, kernel_size={kernel}, dilation={dilation}, padding={padding}, "
            f"stride={stride}, expected size of input's last dimension to match the calculated number of sliding "
            f"blocks {' * '.join(map(str, blocks))} = {math.prod(blocks)}, but got {count}."
        )
    batched = input if input.dim() == 3 else input.unsqueeze(0)
    image = col2im(batched, output, kernel, stride, padding, dilation)
    return image if input.dim() == 3 else image.squeeze(0)


def _check_positive(name: str, kernel: Sequence[int], dilation: Sequence[int], stride: Sequence[int]) -> None:
    for argument, values in (("kernel size", kernel), ("dilation", dilation), ("stride", stride)):
        if any(v <= 0 for v in values):
            raise RuntimeError(f"{name}: {argument} should be greater than zero, but got {tuple(values)}")
