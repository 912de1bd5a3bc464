"""Dropout: elements or whole channels zeroed at random in training, the rest scaled up so that the mean stays.

The draws are PyTorch's on its CPU: one Bernoulli number for each element, or for each channel of each sample.
"""

import math
import warnings

from pyrite import ops
from pyrite.tensor import Tensor

# The value that SELU takes at minus infinity, with its sign changed (Klambauer et al., 2017).
SELU_FLOOR = 1.7580993408473766


def _check_probability(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _noise(input: Tensor, p: float, by_channel: bool) -> Tensor:
    """1 with probability 1 - p, else 0."""
    plain = input.detach()
    if not by_channel:
        return ops.empty_like(plain).bernoulli_(1 - p)
    if input.dim() < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    shape = (*input.shape[:2], *[1] * (input.dim() - 2))
    return ops.empty(shape, dtype=input.dtype, device=input.device).bernoulli_(1 - p)


def drop(input: Tensor, p: float, training: bool, inplace: bool, by_channel: bool = False) -> Tensor:
    """Dropout of elements, or of whole channels of (N, C, *)."""
    _check_probability(p)
    if p == 0 or not training or input.numel() == 0:
        return input
    scale = ops.zeros((), dtype=input.dtype, device=input.device)
    if p < 1:
        scale = _noise(input, p, by_channel) / (1 - p)
    return input.mul_(scale) if inplace else input * scale


def _alpha_drop(input: Tensor, p: float, training: bool, inplace: bool, by_channel: bool = False) -> Tensor:
    _check_probability(p)
    if p == 0 or not training or input.numel() == 0:
        return input
    if p == 1:
        zero = ops.zeros((), dtype=input.dtype, device=input.device)
        return input.mul_(zero) if inplace else input * zero
    noise = _noise(input, p, by_channel)
    a = 1 / math.sqrt((SELU_FLOOR**2 * p + 1) * (1 - p))
    shift = (noise - 1) * (SELU_FLOOR * a) + SELU_FLOOR * a * p
    return input.mul_(noise * a).add_(shift) if inplace else input * (noise * a) + shift


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes each element with probability p and divides the rest by 1 - p."""
    return drop(input, p, training, inplace)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout to SELU's floor, which keeps mean and variance (Klambauer et al., 2017)."""
    return _alpha_drop(input, p, training, inplace)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels of (N, C, *)."""
    return _alpha_drop(input, p, training, inplace, by_channel=True)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, L) or (C, L)."""
    _check_probability(p)
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input. Note that dropout1d exists to "
            "provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional "
            "batch dimension (i.e. 2D or 3D inputs)."
        )
    if input.dim() == 3:
        return drop(input, p, training, inplace, by_channel=True)
    return drop(input.unsqueeze(0), p, training, inplace, by_channel=True).squeeze(0)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, H, W); three dimensions are read as (N, C, L)."""
    _check_probability(p)
    if input.dim() == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim.",
            stacklevel=2,
        )
    elif input.dim() != 4:
        warnings.warn(f"dropout2d: Received a {input.dim()}-D input; please use dropout instead.", stacklevel=2)
    return drop(input, p, training, inplace, by_channel=True)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    _check_probability(p)
    if input.dim() == 5:
        return drop(input, p, training, inplace, by_channel=True)
    if input.dim() != 4:
        warnings.warn(f"dropout3d: Received a {input.dim()}-D input; please use dropout instead.", stacklevel=2)
    return drop(input.unsqueeze(0), p, training, inplace, by_channel=True).squeeze(0)
