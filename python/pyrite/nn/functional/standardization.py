"""(x - mean) / sqrt(var + eps) w + b as an operation: what batch, layer and instance normalization have in common.

Mean and biased variance are over `axes`; `shape` is the one in which weight and bias broadcast against x. The operation
gives the result, the mean, the variance and 1 / sqrt(var + eps), of which only the result is differentiable. Statistics
of float16 and bfloat16 are taken in float32.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pyrite.autograd.graph import operation
from pyrite.dtype import bfloat16, float16, float32
from pyrite.ops import elementwise as rows
from pyrite.tensor import Handle


def widened(x: Any) -> Any:
    """In single precision where the dtype is smaller, as squares and sums need it."""
    return x.to(float32) if x.dtype is float16 or x.dtype is bfloat16 else x


def _forward(x: Handle, weight: Handle | None, bias: Handle | None, axes, shape, eps: float) -> tuple[Handle, ...]:
    wide = widened(x)
    mean = wide.mean(axes, True)
    centered = wide - mean
    var = (centered * centered).mean(axes, True)
    scale = rows.rsqrt(var + eps)
    out = centered * scale
    out = out if weight is None else out * weight.reshape(shape)
    out = out if bias is None else out + bias.reshape(shape)
    return out if out.dtype is x.dtype else out.to(x.dtype), mean, var, scale


def _standardized(x: Any, outs: Sequence[Handle], axes: Sequence[int], eps: float) -> tuple[Any, Any]:
    """The standardized input and 1 / sqrt(var + eps): from what was saved, or recorded anew to be differentiated
    again."""
    wide = widened(x)
    if type(x) is Handle:
        return (wide - outs[1]) * outs[3], outs[3]
    centered = wide - wide.mean(axes, True)
    scale = ((centered * centered).mean(axes, True) + eps).rsqrt()
    return centered * scale, scale


def _input_slope(g: Any, x: Any, weight: Any, outs: Sequence[Handle], axes, shape, eps: float) -> Any:
    normal, scale = _standardized(x, outs, axes, eps)
    g = widened(g)
    g = g if weight is None else g * widened(weight).reshape(shape)
    return (g - g.mean(axes, True) - normal * (g * normal).mean(axes, True)) * scale


def _gathered(g: Any, shape: Sequence[int], parameter_shape: Sequence[int]) -> Any:
    """A gradient summed to the shape of a weight or bias."""
    full = [1] * (g.ndim - len(shape)) + list(shape)
    return g.sum([i for i, n in enumerate(full) if n == 1], False).reshape(list(parameter_shape))


def standardization(label: str) -> Callable:
    """The operation under the name that its node in the graph has."""
    return operation(
        "standardize",
        _forward,
        outputs=1,
        tensors=("outs",),
        label=label,
        x=_input_slope,
        weight=lambda g, x, weight_shape, outs, axes, shape, eps: _gathered(
            widened(g) * _standardized(x, outs, axes, eps)[0], shape, weight_shape
        ),
        bias=lambda g, bias_shape, shape: _gathered(widened(g), shape, bias_shape),
    )


batch_standardize = standardization("NativeBatchNormBackward0")
layer_standardize = standardization("NativeLayerNormBackward0")
group_standardize = standardization("NativeGroupNormBackward0")
