"""Arithmetic with options: scaled sums, ways to round, bounds, powers, and mixtures of three tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, complex128, float64, inexact, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import Number, number, require_tensor, type_name
from pyrite.ops.convert import to_dtype
from pyrite.ops.data import host_tensor
from pyrite.ops.pointwise import no_tensor, operand, refuse, result_type, wide
from pyrite.tensor import Handle, Tensor

__all__ = """
add addcdiv addcmul bitwise_not clamp clamp_max clamp_min clip div divide float_power fmax fmin lerp positive pow
round rsub square sub subtract true_divide
""".split()


def pair(name: str, input: Any, other: Any) -> tuple[Any, Any]:
    """Two operands, of which the first becomes a tensor where both are numbers."""
    x, y = operand(name, input, "input", 1), operand(name, other, "other", 2)
    return (host_tensor(x) if isinstance(x, Number) and isinstance(y, Number) else x), y


def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input + alpha * other`` (see ``torch.add``)."""
    x, y = pair("add", input, other)
    return rows.add(x, y if type(alpha) is int and alpha == 1 else scaled("add", x, y, alpha))


def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input - alpha * other`` (see ``torch.sub``). RuntimeError for bools."""
    x, y = pair("sub", input, other)
    return rows.sub(x, y if type(alpha) is int and alpha == 1 else scaled("sub", x, y, alpha))


subtract = sub


def scaled(name: str, x: Any, y: Any, alpha: Any) -> Any:
    """``alpha * y``, refused where a fraction would be lost."""
    alpha = number(alpha)
    if not isinstance(alpha, Number) and not hasattr(alpha, "__float__"):
        raise TypeError(f"{name}(): argument 'alpha' must be Number, not {type_name(alpha)}")
    own = result_type(x, y)
    if isinstance(alpha, float) and kind(own) < 2:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, bool) and own is not bool_:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    return rows.mul(y, alpha) if isinstance(y, Tensor | Handle) else y * alpha


def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``other - alpha * input``."""
    require_tensor("rsub", input)
    return sub(other, input, alpha=alpha)


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """``input / other``, rounded towards zero or down as `rounding_mode` ``"trunc"`` or ``"floor"`` asks (see
    ``torch.div``)."""
    x, y = pair("div", input, other)
    if rounding_mode is None:
        return rows.div(x, y)
    if rounding_mode == "trunc":
        return rows.div_trunc(x, y) if is_integral(result_type(x, y)) else rows.trunc(rows.div(x, y))
    if rounding_mode == "floor":
        return rows.div_floor(x, y)
    raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")


divide = true_divide = div


def pow(input: Any, exponent: Any) -> Any:
    """``input ^ exponent`` (see ``torch.pow``). RuntimeError for whole numbers to a negative whole number."""
    x, y = operand("pow", input, "input", 1), operand("pow", exponent, "exponent", 2)
    if isinstance(x, Number) and isinstance(y, Number):
        no_tensor("pow", x, y)
    if isinstance(y, int) and y < 0 and is_integral(x.dtype):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if isinstance(y, float) and y == 0.5 and kind(x.dtype) == 2:
        return rows.pow_half(x)
    return rows.pow(x, y)


def float_power(input: Any, exponent: Any) -> Any:
    """``input ^ exponent`` in float64 (see ``torch.float_power``)."""
    x, y = operand("float_power", input, "input", 1), operand("float_power", exponent, "exponent", 2)
    if isinstance(x, Number) and isinstance(y, Number):
        no_tensor("float_power", x, y)
    wide = complex128 if kind(result_type(x, y)) == 3 else float64
    return rows.pow(*(v if isinstance(v, Number) else to_dtype(v, wide) for v in (float_of(x), float_of(y))))


def float_of(x: Any) -> Any:
    return float(x) if isinstance(x, int) else x


def square(input: Any) -> Any:
    """``x^2`` (see ``torch.square``)."""
    require_tensor("square", input)
    return rows.pow(input, 2) if input.dtype is bool_ else rows.square(input)


def bitwise_not(input: Any) -> Any:
    """The bits not in x; the opposite of a bool (see ``torch.bitwise_not``)."""
    require_tensor("bitwise_not", input)
    return rows.logical_not(input) if input.dtype is bool_ else rows.bitwise_not(input)


def positive(input: Any) -> Any:
    """`input` as it is (see ``torch.positive``). RuntimeError for bools."""
    require_tensor("positive", input)
    if input.dtype is bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def fmax(input: Any, other: Any) -> Any:
    """The larger; a NaN loses to a number (see ``torch.fmax``)."""
    return without_nan("fmax", input, other, rows.fmax, rows.maximum)


def fmin(input: Any, other: Any) -> Any:
    """The smaller; a NaN loses to a number (see ``torch.fmin``)."""
    return without_nan("fmin", input, other, rows.fmin, rows.minimum)


def without_nan(name: str, input: Any, other: Any, of_floats: Callable, of_integers: Callable) -> Any:
    require_tensor(name, input)
    require_tensor(name, other, "other", 2)
    return (of_integers if is_integral(input.dtype) and is_integral(other.dtype) else of_floats)(input, other)


clamp_within = operation(
    "clamp",
    lambda x, low, high: _clamped(x, low, high),
    x=lambda g, x, low, high: rows.select(_inside(x, low, high), g, 0.0),
    low=lambda g, x, low, high: rows.select(_below(x, low, high), g, 0.0),
    high=lambda g, x, low, high: rows.select(_above(x, low, high), g, 0.0),
)


def _clamped(x: Any, low: Any, high: Any) -> Any:
    out = x if low is None else rows.maximum(x, low)
    return out if high is None else rows.minimum(out, high)


def _inside(x: Any, low: Any, high: Any) -> Any:
    if low is None:
        return rows.le(x, high)
    return rows.ge(x, low) if high is None else rows.logical_and(rows.ge(x, low), rows.le(x, high))


def _below(x: Any, low: Any, high: Any) -> Any:
    return rows.lt(x, low) if high is None else rows.logical_and(rows.lt(x, low), rows.lt(low, high))


def _above(x: Any, low: Any, high: Any) -> Any:
    return rows.gt(x, high) if low is None else rows.logical_or(rows.gt(x, high), rows.lt(high, low))


def clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    """`input` held between `min` and `max`, numbers or tensors; `max` wins where they cross (see ``torch.clamp``)."""
    require_tensor("clamp", input)
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if min is not None:
        min = operand("clamp", min, "min", 2)
    if max is not None:
        max = operand("clamp", max, "max", 3)
    return clamped(input, min, max)


def clamped(input: Any, low: Any, high: Any) -> Any:
    bounds = [v for v in (low, high) if v is not None]
    if result_type(input, *bounds) is bool_ and (len(bounds) == 2 or isinstance(bounds[0], Number)):
        refuse("clamp", input, 1)
    return clamp_within(input, low, high)


clip = clamp


def clamp_min(input: Any, min: Any) -> Any:
    """`input`, but not below `min` (see ``torch.clamp_min``)."""
    require_tensor("clamp_min", input)
    return clamped(input, operand("clamp_min", min, "min", 2), None)


def clamp_max(input: Any, max: Any) -> Any:
    """`input`, but not above `max` (see ``torch.clamp_max``)."""
    require_tensor("clamp_max", input)
    return clamped(input, None, operand("clamp_max", max, "max", 2))


def round(input: Any, *, decimals: int | None = None) -> Any:
    """The nearest integer, halves to even, or the nearest multiple of 10^-decimals (see ``torch.round``)."""
    require_tensor("round", input)
    refuse("round", input, 1 if decimals is None else 2)
    if is_integral(input.dtype):
        return input.clone()
    if not decimals:
        return rows.round(input)
    scale = 10.0 ** (decimals if decimals > 0 else -decimals)
    return rows.round(input * scale) / scale if decimals > 0 else rows.round(input / scale) * scale


def lerp(input: Any, end: Any, weight: Any) -> Any:
    """``input + weight * (end - input)`` (see ``torch.lerp``)."""
    if isinstance(end, Tensor) and end.dtype is not input.dtype:
        raise RuntimeError(f"expected dtype {input.dtype.name} for `end` but got dtype {end.dtype.name}")
    if isinstance(weight, Tensor) and weight.dtype is not input.dtype and weight.ndim:
        raise RuntimeError(f"expected dtype {input.dtype.name} for `weight` but got dtype {weight.dtype.name}")
    refuse("lerp", input, 2)
    if rows.is_complex(input):
        return input + weight * (end - input)
    return rows.lerp(input, end, weight)


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 * tensor2`` (see ``torch.addcmul``)."""
    own = result_type(input, tensor1, tensor2)
    if isinstance(value, float) and is_integral(own):
        raise RuntimeError("value cannot be converted to type int64_t without overflow")
    product = rows.mul(wide(tensor1), wide(tensor2))
    return to_dtype(rows.add(wide(input), product if value == 1 else product * value), own)


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 / tensor2`` (see ``torch.addcdiv``)."""
    if is_integral(tensor1.dtype) and is_integral(tensor2.dtype):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2."
        )
    quotient = rows.div(wide(tensor1), wide(tensor2))
    out = rows.add(wide(input), quotient if value == 1 else quotient * value)
    return to_dtype(out, inexact(result_type(input, tensor1, tensor2)))
