"""(x - mean) / sqrt(var + eps) w + b as an operation: what batch, layer and instance normalization have in common; and
its form without a mean, RMS normalization.

Mean and biased variance are over `axes`; `shape` is the one in which weight and bias broadcast against x. The operation
gives the result, the mean, the variance and 1 / sqrt(var + eps), of which only the result is differentiable. Statistics
of float16 and bfloat16 are taken in float32.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.dtype import bfloat16, float16, float32
from pyrite.ops import elementwise as rows
from pyrite.ops.fast import fast
from pyrite.tensor import Handle


def widened(x: Any) -> Any:
    """In single precision where the dtype is smaller, as squares and sums need it."""
    return x.to(float32) if x.dtype is float16 or x.dtype is bfloat16 else x


@fast(_core.fast_standardize)
def _standardized(x: Handle, weight: Handle | None, bias: Handle | None, axes, shape, eps: float, is_centered: bool):
    """The result, mean, variance and 1 / sqrt(var + eps); the first and last where the mean is not taken."""
    wide = widened(x)
    mean = wide.mean(axes, True) if is_centered else None
    centered = wide if mean is None else wide - mean
    var = (centered * centered).mean(axes, True)
    scale = rows.rsqrt(var + eps)
    out = centered * scale
    out = out if weight is None else out * weight.reshape(shape)
    out = out if bias is None else out + bias.reshape(shape)
    out = out if out.dtype is x.dtype else out.to(x.dtype)
    return [out, scale] if mean is None else [out, mean, var, scale]


def _statistics(x: Any, outs: Sequence[Handle], axes: Sequence[int], eps: float) -> tuple[Any, Any]:
    """The mean, if there is one, and 1 / sqrt(var + eps): what was saved, or recorded anew to be differentiated
    again."""
    is_centered = len(outs) > 2
    if type(x) is Handle:
        return outs[1] if is_centered else None, outs[-1]
    wide = widened(x)
    mean = wide.mean(axes, True) if is_centered else None
    centered = wide if mean is None else wide - mean
    return mean, ((centered * centered).mean(axes, True) + eps).rsqrt()


def _normal(x: Any, mean: Any, scale: Any) -> Any:
    wide = widened(x)
    return (wide if mean is None else wide - mean) * scale


@fast(_core.fast_standardize_slope)
def _slope(g: Any, x: Any, weight: Any, mean: Any, scale: Any, axes, shape) -> Any:
    """The gradient of x."""
    normal = rows.conj(_normal(x, mean, scale))
    g = widened(g)
    g = g if weight is None else g * rows.conj(widened(weight).reshape(shape))
    moved = g - normal * (g * normal).mean(axes, True)
    return (moved if mean is None else moved - g.mean(axes, True)) * rows.conj(scale)


@fast(_core.fast_standardize_weight_slope)
def _weight_slope(g: Any, x: Any, mean: Any, scale: Any, axes: Sequence[int]) -> Any:
    """The gradient of the weight, with size 1 along `axes`."""
    return _summed(widened(g) * rows.conj(_normal(x, mean, scale)), axes)


def _input_rule(g: Any, x: Any, weight: Any, outs: Sequence[Handle], axes, shape, eps: float) -> Any:
    mean, scale = _statistics(x, outs, axes, eps)
    return _slope(g, x, weight, mean, scale, axes, shape)


def _weight_rule(g: Any, x: Any, weight_shape, outs: Sequence[Handle], axes, shape, eps: float) -> Any:
    mean, scale = _statistics(x, outs, axes, eps)
    return _weight_slope(g, x, mean, scale, _shared(g.ndim, shape)).reshape(list(weight_shape))


def _bias_rule(g: Any, bias_shape, shape) -> Any:
    return _summed(widened(g), _shared(g.ndim, shape)).reshape(list(bias_shape))


def _summed(g: Any, axes: Sequence[int]) -> Any:
    return g.sum(axes, True) if axes else g


def _shared(ndim: int, shape: Sequence[int]) -> list[int]:
    """The axes along which one number of a weight or bias stands for many."""
    full = [1] * (ndim - len(shape)) + list(shape)
    return [i for i, n in enumerate(full) if n == 1]


def standardization(label: str) -> Callable:
    """The operation under the name that its node in the graph has."""
    return operation(
        "standardize",
        lambda x, weight, bias, axes, shape, eps: tuple(_standardized(x, weight, bias, axes, shape, eps, True)),
        outputs=1,
        tensors=("outs",),
        label=label,
        x=_input_rule,
        weight=_weight_rule,
        bias=_bias_rule,
    )


batch_standardize = standardization("NativeBatchNormBackward0")
layer_standardize = standardization("NativeLayerNormBackward0")
group_standardize = standardization("NativeGroupNormBackward0")

#: x / sqrt(mean(x^2) + eps) w, and 1 / sqrt(mean(x^2) + eps).
rms_standardize = operation(
    "rms_norm",
    lambda x, weight, axes, shape, eps: tuple(_standardized(x, weight, None, axes, shape, eps, False)),
    outputs=1,
    tensors=("outs",),
    label="FusedRmsNormBackward0",
    x=_input_rule,
    weight=_weight_rule,
)
