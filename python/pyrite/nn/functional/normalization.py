"""Normalization to zero mean and unit variance over the batch, an instance, a group or a layer, and its relatives."""

import math
from collections.abc import Sequence

from pyrite import ops
from pyrite.autograd.mode import no_grad
from pyrite.dtype import finfo
from pyrite.nn.functional.standardization import (
    batch_standardize,
    group_standardize,
    layer_standardize,
    rms_standardize,
)
from pyrite.tensor import Tensor


def _channel_shape(input: Tensor) -> list[int]:
    """The shape in which one number for each channel (dimension 1) broadcasts; a vector is all channels."""
    return [1, input.shape[1]] + [1] * (input.dim() - 2) if input.dim() > 1 else list(input.shape)


def _check_channels(input: Tensor, **vectors: Tensor | None) -> None:
    channels = input.size(min(1, input.dim() - 1))
    for name, vector in vectors.items():
        if vector is not None and vector.numel() != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {vector.numel()}")


def _update_running(running: Tensor | None, observed: Tensor, momentum: float) -> None:
    if running is not None:
        with no_grad():
            running.mul_(1 - momentum).add_(observed.reshape(running.shape).to(running.dtype) * momentum)


def _unbiased(var: Tensor, count: int) -> Tensor:
    return var * (count / max(count - 1, 1))


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) w + b for each channel (dimension 1) of (N, C, *).

    In training mean and biased variance are the batch's and update the running ones (the variance unbiased) by
    `momentum`; otherwise they are the running ones.
    """
    if training and math.prod((input.size(0), *input.shape[2:])) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.size()}")
    if eps < 0.0 or (training and eps == 0.0):
        bound = "positive during training" if training else "non-negative"
        raise ValueError(f"batch_norm eps must be {bound}, but got {eps}")
    _check_channels(input, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    shape = _channel_shape(input)
    if not training:
        return _normalize_by_running(input, running_mean, running_var, weight, bias, shape, eps)
    output, mean, var, _ = batch_standardize(input, weight, bias, [0, *range(2, input.dim())], shape, eps)
    _update_running(running_mean, mean, momentum)
    _update_running(running_var, _unbiased(var, input.numel() // max(input.size(1), 1)), momentum)
    return output


def _normalize_by_running(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    shape: list[int],
    eps: float,
) -> Tensor:
    if running_mean is None or running_var is None:
        raise RuntimeError("batch_norm: running_mean and running_var must be given when training is False")
    scale = (running_var + eps).rsqrt()
    scale = scale if weight is None else scale * weight
    output = (input - running_mean.reshape(shape)) * scale.reshape(shape)
    output = output if bias is None else output + bias.reshape(shape)
    return output.to(input.dtype)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalizes each channel of each sample of (N, C, *) over its spatial dimensions.

    With `use_input_stats` by its own mean and variance, whose means over the batch update the running ones; otherwise
    by the running ones.
    """
    count = math.prod(input.shape[2:])
    if use_input_stats and count == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.size()}")
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    _check_channels(input, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    axes = list(range(2, input.dim()))
    output, mean, var, _ = batch_standardize(input, weight, bias, axes, _channel_shape(input), eps)
    if running_mean is not None:
        _update_running(running_mean, mean.mean(0), momentum)
    if running_var is not None:
        _update_running(running_var, _unbiased(var, count).mean(0), momentum)
    return output


def _check_normalized_shape(input: Tensor, shape: Sequence[int], **parameters: Tensor | None) -> None:
    if len(shape) < 1:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, "
            f"but got normalized_shape = {list(shape)}"
        )
    for name, parameter in parameters.items():
        if parameter is not None and tuple(parameter.shape) != tuple(shape):
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(parameter.shape)} and normalized_shape = {list(shape)}"
            )
    if input.dim() < len(shape) or tuple(input.shape[input.dim() - len(shape) :]) != tuple(shape):
        wanted = ", ".join(["*", *map(str, shape)])
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{wanted}], "
            f"but got input of size{list(input.shape)}"
        )


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) w + b over the last dimensions, those of `normalized_shape`."""
    _check_normalized_shape(input, normalized_shape, weight=weight, bias=bias)
    axes = list(range(input.dim() - len(normalized_shape), input.dim()))
    return layer_standardize(input, weight, bias, axes, list(normalized_shape), eps)[0]


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """x / sqrt(mean(x^2) + eps) w over the last dimensions; eps is the dtype's by default (Zhang and Sennrich,
    2019)."""
    _check_normalized_shape(input, normalized_shape, weight=weight)
    eps = finfo(input.dtype).eps if eps is None else eps
    axes = list(range(input.dim() - len(normalized_shape), input.dim()))
    return rms_standardize(input, weight, axes, list(normalized_shape), eps)[0]


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Normalizes (N, C, *) over groups of C / num_groups channels and all spatial dimensions (Wu and He, 2018)."""
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    batch, channels = input.shape[:2]
    if channels % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(input.shape)} and num_groups={num_groups}"
        )
    size = math.prod(input.shape[2:])
    if batch * (channels // num_groups) * size == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.size()}")
    _check_channels(input, weight=weight, bias=bias)
    grouped = input.reshape(batch, num_groups, channels // num_groups, size)
    shape = [1, num_groups, channels // num_groups, 1]
    return group_standardize(grouped, weight, bias, [2, 3], shape, eps)[0].reshape(input.shape)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """x / (k + alpha m)^beta, m the mean of x^2 over `size` channels around each of (N, C, *) (Krizhevsky et al.,
    2012)."""
    if input.dim() < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.dim()} dimensions)")
    if input.numel() == 0:
        return input
    if size <= 0:
        raise RuntimeError(f"local_response_norm: size should be greater than zero, but got {size}")
    squares = (input * input).movedim(1, -1)
    padded = ops.constant_pad_nd(squares, (size // 2, (size - 1) // 2), 0)
    sums = padded.unfold(-1, size, 1).sum(-1)
    means = sums / size if input.is_floating_point() else sums.div(size, rounding_mode="trunc")
    return input / (means.movedim(-1, 1) * alpha + k).pow(beta)
