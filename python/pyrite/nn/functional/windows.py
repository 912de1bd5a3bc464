"""Sliding windows over the last dimensions, the view from which convolution, pooling and unfold are made."""

import math
from collections.abc import Sequence

from pyrite import ops
from pyrite.nn.sizes import both_sides
from pyrite.tensor import Tensor


def sizes_of(name: str, argument: str, value, count: int) -> tuple[int, ...]:
    """One number for each of `count` dimensions, from one number or a sequence of one or `count`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = (value,)
    sizes = tuple(value)
    if len(sizes) == 1:
        sizes *= count
    if len(sizes) != count:
        plural = "one int" if count == 1 else f"a single int or {count} ints"
        raise RuntimeError(f"{name}() argument '{argument}' should contain {plural} (got {len(sizes)})")
    return sizes


def span(kernel: int, dilation: int) -> int:
    """The width that a window covers, gaps included."""
    return dilation * (kernel - 1) + 1


def sliding_windows(
    input: Tensor, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Tensor:
    """A view (*, out1, ..., k1, ...) of the windows that fit into the last dimensions of (*, n1, ...)."""
    first = input.dim() - len(kernel)
    for i, (k, step, gap) in enumerate(zip(kernel, stride, dilation, strict=True)):
        input = input.unfold(first + i, span(k, gap), step)
        if gap > 1:
            input = input[..., ::gap]
    return input


def pad_spatial(input: Tensor, before: Sequence[int], after: Sequence[int], value: float = 0) -> Tensor:
    """Pads the last dimensions by a constant; negative amounts cut."""
    amounts = [n for sides in zip(reversed(before), reversed(after), strict=True) for n in sides]
    return ops.constant_pad_nd(input, amounts, value) if any(amounts) else input


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
    padded = ops.constant_pad_nd(batched, both_sides(padding), 0) if any(padding) else batched
    if any(n < span(k, d) for n, k, d in zip(padded.shape[2:], kernel, dilation, strict=True)):
        raise RuntimeError(
            f"Given input with spatial size {tuple(input.shape[-2:])}, kernel_size={kernel}, dilation={dilation}, "
            f"padding={padding}, the shape of the array of sliding blocks is too small: sizes must be at least one"
        )
    windows = sliding_windows(padded, kernel, stride, dilation)
    batch, channels, *out = windows.shape[:4]
    columns = windows.permute(0, 1, 4, 5, 2, 3).reshape(batch, channels * math.prod(kernel), math.prod(out))
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
    padded = [n + 2 * p for n, p in zip(output, padding, strict=True)]
    positions = sliding_windows(
        ops.arange(math.prod(padded), device=input.device).reshape(padded), kernel, stride, dilation
    )
    if math.prod(positions.shape[:2]) != count:
        raise RuntimeError(
            f"Given output_size={output}, kernel_size={kernel}, dilation={dilation}, padding={padding}, "
            f"stride={stride}, expected size of input's last dimension to match the calculated number of sliding "
            f"blocks {' * '.join(map(str, positions.shape[:2]))} = {math.prod(positions.shape[:2])}, but got {count}."
        )
    lead = (*input.shape[:-2], rows // math.prod(kernel))
    values = input.reshape(math.prod(lead), math.prod(kernel) * count)
    image = ops.zeros(math.prod(lead), math.prod(padded), dtype=input.dtype, device=input.device)
    image = image.index_add(1, positions.permute(2, 3, 0, 1).reshape(-1), values).reshape(*lead, *padded)
    return pad_spatial(image, [-p for p in padding], [-p for p in padding])


def _check_positive(name: str, kernel: Sequence[int], dilation: Sequence[int], stride: Sequence[int]) -> None:
    for argument, values in (("kernel size", kernel), ("dilation", dilation), ("stride", stride)):
        if any(v <= 0 for v in values):
            raise RuntimeError(f"{name}: {argument} should be greater than zero, but got {tuple(values)}")
