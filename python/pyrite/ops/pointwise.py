"""Elementwise functions as PyTorch spells them: the rows of `elementwise.py` with their arguments, and what is composed of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pyrite import _core
from pyrite.dtype import bool_, inexact, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import number, require_tensor, type_name
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import tensor
from pyrite.tensor import Handle, Tensor


def unary(name: str, row: Callable, doc: str, integers_pass: bool = False) -> Callable:
    """The public function of one tensor over a row; where `integers_pass`, whole numbers come back as they are."""

    def call(input: Any) -> Any:
        if not isinstance(input, Tensor | Handle):
            require_tensor(name, input)
        if integers_pass and is_integral(input.dtype):
            if input.dtype is bool_:
                raise NotImplementedError(f'"{name}" not implemented for \'Bool\'')
            return input.clone()
        return row(input)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{doc} (see ``torch.{name}``)."
    return call


def binary(name: str, row: Callable, doc: str) -> Callable:
    """The public function of two operands over a row."""

    def call(input: Any, other: Any) -> Any:
        return row(operand(name, input, "input", 1), operand(name, other, "other", 2))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{doc} (see ``torch.{name}``)."
    return call


def operand(function: str, x: Any, argument: str, position: int) -> Any:
    """A tensor or a Python number; NumPy's numbers become Python's."""
    if isinstance(x, Tensor | Handle | int | float | complex):
        return x
    if hasattr(x, "item") and getattr(x, "ndim", 1) == 0:
        return x.item()
    raise TypeError(f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {type_name(x)}")


exp = unary("exp", rows.exp, "e^x")
exp2 = unary("exp2", rows.exp2, "2^x")
expm1 = unary("expm1", rows.expm1, "e^x - 1, exact near 0")
log = unary("log", rows.log, "The natural logarithm")
log2 = unary("log2", rows.log2, "The logarithm to base 2")
log10 = unary("log10", rows.log10, "The logarithm to base 10")
log1p = unary("log1p", rows.log1p, "log(1 + x), exact near 0")
sqrt = unary("sqrt", rows.sqrt, "The square root")
rsqrt = unary("rsqrt", rows.rsqrt, "1 / sqrt(x)")
sin = unary("sin", rows.sin, "The sine of radians")
cos = unary("cos", rows.cos, "The cosine of radians")
tan = unary("tan", rows.tan, "The tangent of radians")
asin = unary("asin", rows.asin, "The inverse sine")
acos = unary("acos", rows.acos, "The inverse cosine")
atan = unary("atan", rows.atan, "The inverse tangent")
sinh = unary("sinh", rows.sinh, "The hyperbolic sine")
cosh = unary("cosh", rows.cosh, "The hyperbolic cosine")
tanh = unary("tanh", rows.tanh, "The hyperbolic tangent")
asinh = unary("asinh", rows.asinh, "The inverse hyperbolic sine")
acosh = unary("acosh", rows.acosh, "The inverse hyperbolic cosine")
atanh = unary("atanh", rows.atanh, "The inverse hyperbolic tangent")
erf = unary("erf", rows.erf, "The error function")
erfc = unary("erfc", rows.erfc, "1 - erf(x)")
erfinv = unary("erfinv", rows.erfinv, "The inverse of erf")
lgamma = unary("lgamma", rows.lgamma, "log |gamma(x)|")
digamma = unary("digamma", rows.digamma, "The derivative of lgamma")
i0 = unary("i0", rows.i0, "The modified Bessel function of the first kind and order 0")
abs = absolute = unary("abs", rows.abs, "|x|")
neg = negative = unary("neg", rows.neg, "-x")
sign = unary("sign", rows.sign, "-1, 0 or 1")
square = unary("square", rows.square, "x^2")
reciprocal = unary("reciprocal", rows.reciprocal, "1 / x")
floor = unary("floor", rows.floor, "The largest integer not above x", integers_pass=True)
ceil = unary("ceil", rows.ceil, "The smallest integer not below x", integers_pass=True)
trunc = fix = unary("trunc", rows.trunc, "x without its fraction", integers_pass=True)
frac = unary("frac", rows.frac, "The fraction of x, with its sign")
sigmoid = unary("sigmoid", rows.sigmoid, "1 / (1 + e^-x)")
relu = unary("relu", rows.relu, "max(x, 0)")
isnan = unary("isnan", rows.isnan, "Whether x is not a number")
isinf = unary("isinf", rows.isinf, "Whether x is infinite")
isfinite = unary("isfinite", rows.isfinite, "Whether x is neither infinite nor NaN")
signbit = unary("signbit", rows.signbit, "Whether the sign bit is set")
logical_not = unary("logical_not", rows.logical_not, "Whether x is zero")
bitwise_not = unary("bitwise_not", rows.bitwise_not, "The bits not in x")

eq = binary("eq", rows.eq, "x == y")
ne = not_equal = binary("ne", rows.ne, "x != y")
lt = less = binary("lt", rows.lt, "x < y")
le = less_equal = binary("le", rows.le, "x <= y")
gt = greater = binary("gt", rows.gt, "x > y")
ge = greater_equal = binary("ge", rows.ge, "x >= y")
mul = multiply = binary("mul", rows.mul, "x * y")
maximum = binary("maximum", rows.maximum, "The larger; NaN if either is")
minimum = binary("minimum", rows.minimum, "The smaller; NaN if either is")
fmod = binary("fmod", rows.fmod, "The remainder with the sign of x")
remainder = binary("remainder", rows.remainder, "The remainder with the sign of y, as Python's %")
floor_divide = binary("floor_divide", rows.floor_divide, "x / y rounded down")
logical_and = binary("logical_and", rows.logical_and, "Whether both are not zero")
logical_or = binary("logical_or", rows.logical_or, "Whether either is not zero")
logical_xor = binary("logical_xor", rows.logical_xor, "Whether exactly one is not zero")
bitwise_and = binary("bitwise_and", rows.bitwise_and, "Bits of x and y")
bitwise_or = binary("bitwise_or", rows.bitwise_or, "Bits of x or y")
bitwise_xor = binary("bitwise_xor", rows.bitwise_xor, "Bits of exactly one of x and y")
bitwise_left_shift = binary("bitwise_left_shift", rows.bitwise_left_shift, "x * 2^y")
bitwise_right_shift = binary("bitwise_right_shift", rows.bitwise_right_shift, "x / 2^y rounded down")
atan2 = binary("atan2", rows.atan2, "The angle of the point (y, x)")
hypot = binary("hypot", rows.hypot, "sqrt(x^2 + y^2)")
copysign = binary("copysign", rows.copysign, "|x| with the sign of y")
nextafter = binary("nextafter", rows.nextafter, "The next float after x towards y")
gcd = binary("gcd", rows.gcd, "The greatest common divisor")
lcm = binary("lcm", rows.lcm, "The least common multiple")
logaddexp = binary("logaddexp", rows.logaddexp, "log(e^x + e^y)")


def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input + alpha * other`` (see ``torch.add``)."""
    x, y = operand("add", input, "input", 1), operand("add", other, "other", 2)
    return rows.add(x, y) if alpha == 1 and not isinstance(alpha, float) else rows.add(x, scaled("add", x, y, alpha))


def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input - alpha * other`` (see ``torch.sub``)."""
    x, y = operand("sub", input, "input", 1), operand("sub", other, "other", 2)
    return rows.sub(x, y) if alpha == 1 and not isinstance(alpha, float) else rows.sub(x, scaled("sub", x, y, alpha))


subtract = sub


def scaled(name: str, x: Any, y: Any, alpha: Any) -> Any:
    """``alpha * y``, refused where a fraction would be lost."""
    alpha = number(alpha)
    own = _core.result_type(*(v.handle if isinstance(v, Tensor) else v for v in (x, y)))
    if isinstance(alpha, float) and kind(own) < 2:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, bool) and own is not bool_:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    return rows.mul(y, alpha) if isinstance(y, Tensor | Handle) else y * alpha


def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``other - alpha * input``."""
    return sub(other, input, alpha=alpha)


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """``input / other``, rounded towards zero or down as `rounding_mode` ``"trunc"`` or ``"floor"`` asks (see ``torch.div``)."""
    x, y = operand("div", input, "input", 1), operand("div", other, "other", 2)
    if rounding_mode is None:
        return rows.div(x, y)
    if rounding_mode == "trunc":
        return rows.trunc_divide(x, y)
    if rounding_mode == "floor":
        return rows.floor_divide(x, y)
    raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")


divide = true_divide = div


def pow(input: Any, exponent: Any) -> Any:
    """``input ^ exponent`` (see ``torch.pow``). RuntimeError for whole numbers to a negative whole number."""
    x, y = operand("pow", input, "input", 1), operand("pow", exponent, "exponent", 2)
    if isinstance(y, int) and y < 0 and isinstance(x, Tensor | Handle) and is_integral(x.dtype):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    return rows.pow(x, y)


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, else `other`; alone, the places where it holds (see ``torch.where``)."""
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    require_tensor("where", condition, "condition")
    if condition.dtype is not bool_:
        if condition.dtype.name != "uint8":
            raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype.scalar_name}")
        condition = to_dtype(condition, bool_)
    if not isinstance(input, Tensor) and not isinstance(other, Tensor) and type(condition) is not Handle:
        input = tensor(input)
    return rows.select(condition, input, other)


def clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    """`input` held between `min` and `max`, numbers or tensors (see ``torch.clamp``)."""
    if min is None and max is None:
        raise ValueError("torch.clamp: At least one of 'min' or 'max' must not be None")
    out = input
    if min is not None:
        out = clamp_min(out, min)
    if max is not None:
        out = clamp_max(out, max)
    return out


clip = clamp


def clamp_min(input: Any, min: Any) -> Any:
    """`input`, but not below `min`; the gradient passes where it is not."""
    return bounded(input, min, rows.ge, rows.maximum)


def clamp_max(input: Any, max: Any) -> Any:
    """`input`, but not above `max`; the gradient passes where it is not."""
    return bounded(input, max, rows.le, rows.minimum)


def bounded(x: Any, bound: Any, within: Callable, row: Callable) -> Any:
    """The extreme of `x` and a bound, with the whole gradient to `x` where they are equal."""
    if isinstance(x, Tensor) and (x.requires_grad or isinstance(bound, Tensor) and bound.requires_grad):
        keep = within(x.detach(), bound.detach() if isinstance(bound, Tensor) else bound)
        keep = rows.logical_or(keep, rows.isnan(x.detach())) if kind(x.dtype) >= 2 else keep
        return rows.select(keep, x, bound)
    return row(x, bound)


def round(input: Any, *, decimals: int = 0) -> Any:
    """The nearest integer, halves to even, or the nearest multiple of 10^-decimals (see ``torch.round``)."""
    require_tensor("round", input)
    if is_integral(input.dtype):
        return input.clone()
    if decimals == 0:
        return rows.round(input)
    scale = 10.0 ** builtin_abs(decimals)
    return rows.round(input * scale) / scale if decimals > 0 else rows.round(input / scale) * scale


builtin_abs = __builtins__["abs"] if isinstance(__builtins__, dict) else __builtins__.abs


def lerp(input: Any, end: Any, weight: Any) -> Any:
    """``input + weight * (end - input)`` (see ``torch.lerp``)."""
    if isinstance(end, Tensor) and end.dtype is not input.dtype:
        raise RuntimeError(f"expected dtype {input.dtype.name} for `end` but got dtype {end.dtype.name}")
    if isinstance(weight, Tensor) and weight.dtype is not input.dtype and weight.ndim:
        raise RuntimeError(f"expected dtype {input.dtype.name} for `weight` but got dtype {weight.dtype.name}")
    return rows.lerp(input, end, weight)


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 * tensor2`` (see ``torch.addcmul``)."""
    product = rows.mul(tensor1, tensor2)
    return rows.add(input, product if value == 1 else product * value)


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 / tensor2`` (see ``torch.addcdiv``)."""
    if is_integral(tensor1.dtype) and is_integral(tensor2.dtype):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
            "division of tensor1 and tensor2."
        )
    return rows.add(input, rows.div(tensor1 if value == 1 else tensor1 * value, tensor2))


def softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """``exp(x) / sum(exp(x))`` along a dimension (see ``torch.softmax``)."""
    from pyrite.ops.normalize import softmax_along

    return softmax_along(input if dtype is None else input.to(dtype), dim)


def log_softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """``log(softmax(x))`` along a dimension, in the form that does not overflow (see ``torch.log_softmax``)."""
    from pyrite.ops.normalize import log_softmax_along

    return log_softmax_along(input if dtype is None else input.to(dtype), dim)
