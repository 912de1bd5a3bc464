"""The partial inverse of max pooling: each value back to where its index says, zeros elsewhere."""

import math

from pyrite import ops
from pyrite.dtype import int64
from pyrite.nn.functional.windows import sizes_of
from pyrite.tensor import Tensor


def _unpooled_size(name: str, input: Tensor, count: int, kernel_size, stride, padding, output_size) -> tuple[int, ...]:
    kernel = sizes_of(name, "kernel_size", kernel_size, count)
    stride = kernel if stride is None else sizes_of(name, "stride", stride, count)
    padding = sizes_of(name, "padding", padding, count)
    default = [
        (n - 1) * s + k - 2 * p for n, s, k, p in zip(input.shape[-count:], stride, kernel, padding, strict=True)
    ]
    if output_size is None:
        return tuple(default)
    size = tuple(output_size)[2:] if len(output_size) == count + 2 else tuple(output_size)
    if len(size) != count:
        raise ValueError(
            f"output_size should be a sequence containing {count} or {count + 2} elements, "
            f"but it has a length of '{len(output_size)}'"
        )
    for i, (n, middle, step) in enumerate(zip(size, default, stride, strict=True)):
        if not middle - step < n < middle + step:
            raise ValueError(
                f'invalid output_size "{size}" (dim {i} must be between {middle - step} and {middle + step})'
            )
    return size


def _max_unpool(count: int, input: Tensor, indices: Tensor, kernel_size, stride, padding, output_size) -> Tensor:
    name = f"max_unpool{count}d"
    size = _unpooled_size(name, input, count, kernel_size, stride, padding, output_size)
    if indices.dtype != int64:
        raise RuntimeError("elements in indices should be type int64")
    if input.dim() not in (count + 1, count + 2):
        raise RuntimeError(
            f"Input to {name} should be a {count + 1}d or {count + 2}d Tensor, "
            f"but got a tensor with {input.dim()} dims."
        )
    if indices.shape != input.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(input.shape)}) "
            f"but got indices tensor with shape: {list(indices.shape)}"
        )
    lead = input.shape[:-count]
    places = indices.flatten(-count)
    if places.numel() and not 0 <= int(places.min()) <= int(places.max()) < math.prod(size):
        raise RuntimeError(f"{name}: found an invalid max index, outside an output of size {size}")
    blank = ops.zeros(*lead, math.prod(size), dtype=input.dtype, device=input.device)
    return blank.scatter(-1, places, input.flatten(-count)).reshape(*lead, *size)


def max_unpool1d(input: Tensor, indices: Tensor, kernel_size, stride=None, padding=0, output_size=None) -> Tensor:
    """The inverse of max_pool1d on the maxima; `output_size` chooses among the lengths that pool to the input's."""
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(input: Tensor, indices: Tensor, kernel_size, stride=None, padding=0, output_size=None) -> Tensor:
    """The inverse of max_pool2d on the maxima; `output_size` chooses among the sizes that pool to the input's."""
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(input: Tensor, indices: Tensor, kernel_size, stride=None, padding=0, output_size=None) -> Tensor:
    """The inverse of max_pool3d on the maxima; `output_size` chooses among the sizes that pool to the input's."""
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)
