"""Elementwise functions as PyTorch spells them: the rows of `elementwise.py` with their arguments, and what is composed of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.graph import operation
from pyrite.dtype import bool_, finfo, float32, float64, inexact, int32, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import Number, number, require_tensor, type_name
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import tensor
from pyrite.tensor import Handle, Tensor

__all__ = """
abs absolute acos acosh add addcdiv addcmul allclose angle asin asinh arccos arccosh arcsin arcsinh arctan arctan2 arctanh atan atan2 atanh bitwise_and bitwise_left_shift
bitwise_not bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min clip copysign cos cosh deg2rad digamma
div divide eq equal erf erfc erfinv exp exp2 expm1 fix float_power floor floor_divide fmax fmin fmod frac frexp gcd ge
greater greater_equal gt heaviside hypot i0 igamma igammac isclose isfinite isinf isnan isneginf isposinf isreal lcm ldexp
le lerp less less_equal lgamma log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor
logit lt maximum minimum mul multiply mvlgamma nan_to_num ne neg negative nextafter not_equal polygamma positive pow rad2deg
reciprocal relu remainder round rsqrt rsub sgn sigmoid sign signbit sin sinc sinh sqrt square sub subtract tan tanh
true_divide trunc where xlogy
""".split()


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


def binary(name: str, row: Callable, doc: str, numbers: str = "second", second: str = "other") -> Callable:
    """The public function of two operands over a row. `numbers` says where Python's numbers may stand in for tensors: for
    neither operand, the "second", "either" but not both at once, or "both".
    """
    both, first = numbers == "both", numbers in ("both", "either")

    def call(input: Any, other: Any) -> Any:
        x, y = operand(name, input, "input", 1, first), operand(name, other, second, 2, numbers != "neither")
        if first and isinstance(x, Number) and isinstance(y, Number):
            x = tensor(x) if both else no_tensor(name, x, y)
        return row(x, y)

    if second != "other":
        call = renamed(call, second)
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{doc} (see ``torch.{name}``)."
    return call


def renamed(call: Callable, second: str) -> Callable:
    """The same function with another name for its second argument."""

    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        if second in kwargs:
            kwargs["other"] = kwargs.pop(second)
        return call(input, *args, **kwargs)

    return function


def operand(function: str, x: Any, argument: str, position: int, number_allowed: bool = True) -> Any:
    """A tensor or, where that is allowed, a Python number; NumPy's numbers become Python's."""
    if isinstance(x, Tensor | Handle) or (number_allowed and isinstance(x, Number)):
        return x
    if number_allowed and hasattr(x, "item") and getattr(x, "ndim", 1) == 0:
        return x.item()
    raise TypeError(f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {type_name(x)}")


def no_tensor(function: str, *args: Any) -> Any:
    got = ", ".join(map(type_name, args))
    raise TypeError(f"{function}() received an invalid combination of arguments - got ({got}), but expected a Tensor among them")


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
sgn = unary("sgn", rows.sgn, "-1, 0 or 1")
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

arccos, arccosh, arcsin, arcsinh, arctan, arctanh = acos, acosh, asin, asinh, atan, atanh

eq = binary("eq", rows.eq, "x == y")
ne = not_equal = binary("ne", rows.ne, "x != y")
lt = less = binary("lt", rows.lt, "x < y")
le = less_equal = binary("le", rows.le, "x <= y")
gt = greater = binary("gt", rows.gt, "x > y")
ge = greater_equal = binary("ge", rows.ge, "x >= y")
mul = multiply = binary("mul", rows.mul, "x * y", "both")
maximum = binary("maximum", rows.maximum, "The larger; NaN if either is", "neither")
minimum = binary("minimum", rows.minimum, "The smaller; NaN if either is", "neither")
fmod = binary("fmod", rows.fmod, "The remainder with the sign of x")
remainder = binary("remainder", rows.remainder, "The remainder with the sign of y, as Python's %", "either")
floor_divide = binary("floor_divide", rows.floor_divide, "x / y rounded down", "both")
logical_and = binary("logical_and", rows.logical_and, "Whether both are not zero", "neither")
logical_or = binary("logical_or", rows.logical_or, "Whether either is not zero", "neither")
logical_xor = binary("logical_xor", rows.logical_xor, "Whether exactly one is not zero", "neither")
bitwise_and = binary("bitwise_and", rows.bitwise_and, "Bits of x and y", "either")
bitwise_or = binary("bitwise_or", rows.bitwise_or, "Bits of x or y", "either")
bitwise_xor = binary("bitwise_xor", rows.bitwise_xor, "Bits of exactly one of x and y", "either")
bitwise_left_shift = binary("bitwise_left_shift", rows.bitwise_left_shift, "x * 2^y", "either")
bitwise_right_shift = binary("bitwise_right_shift", rows.bitwise_right_shift, "x / 2^y rounded down", "either")
atan2 = arctan2 = binary("atan2", rows.atan2, "The angle of the point (y, x)", "neither")
hypot = binary("hypot", rows.hypot, "sqrt(x^2 + y^2)", "neither")
copysign = binary("copysign", rows.copysign, "|x| with the sign of y")
nextafter = binary("nextafter", rows.nextafter, "The next float after x towards y", "neither")
gcd = binary("gcd", rows.gcd, "The greatest common divisor", "neither")
lcm = binary("lcm", rows.lcm, "The least common multiple", "neither")
logaddexp = binary("logaddexp", rows.logaddexp, "log(e^x + e^y)", "neither")
logaddexp2 = binary("logaddexp2", rows.logaddexp2, "log2(2^x + 2^y)", "neither")
xlogy = binary("xlogy", rows.xlogy, "x * log(y), 0 where x is 0", "either")
igamma = binary("igamma", rows.igamma, "The regularized lower incomplete gamma function", "neither")
igammac = binary("igammac", rows.igammac, "The regularized upper incomplete gamma function", "neither")


def pair(name: str, input: Any, other: Any) -> tuple[Any, Any]:
    """Two operands, of which the first becomes a tensor where both are numbers."""
    x, y = operand(name, input, "input", 1), operand(name, other, "other", 2)
    return (tensor(x) if isinstance(x, Number) and isinstance(y, Number) else x), y


def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input + alpha * other`` (see ``torch.add``)."""
    x, y = pair("add", input, other)
    return rows.add(x, y if type(alpha) is int and alpha == 1 else scaled("add", x, y, alpha))


def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input - alpha * other`` (see ``torch.sub``). RuntimeError for bools."""
    x, y = pair("sub", input, other)
    return rows.sub(x, y if type(alpha) is int and alpha == 1 else scaled("sub", x, y, alpha))


subtract = sub


def result_type(*operands: Any) -> Any:
    """The dtype that operands meet in."""
    return _core.result_type(*(v.handle if isinstance(v, Tensor) else v for v in operands))


def scaled(name: str, x: Any, y: Any, alpha: Any) -> Any:
    """``alpha * y``, refused where a fraction would be lost."""
    alpha = number(alpha)
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
    """``input / other``, rounded towards zero or down as `rounding_mode` ``"trunc"`` or ``"floor"`` asks (see ``torch.div``)."""
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
    return rows.pow(x, y)


def float_power(input: Any, exponent: Any) -> Any:
    """``input ^ exponent`` in float64 (see ``torch.float_power``)."""
    x, y = operand("float_power", input, "input", 1), operand("float_power", exponent, "exponent", 2)
    if isinstance(x, Number) and isinstance(y, Number):
        no_tensor("float_power", x, y)
    return rows.pow(*(float(v) if isinstance(v, int | float) else to_dtype(v, float64) for v in (x, y)))


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


def heaviside(input: Any, values: Any) -> Any:
    """0 below zero, `values` at zero, 1 above (see ``torch.heaviside``)."""
    require_tensor("heaviside", input)
    require_tensor("heaviside", values, "values", 2)
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return rows.heaviside(input, values)


def ldexp(input: Any, other: Any) -> Any:
    """``input * 2^other`` (see ``torch.ldexp``)."""
    require_tensor("ldexp", input)
    require_tensor("ldexp", other, "other", 2)
    return rows.mul(input, rows.pow(2.0, other))


def deg2rad(input: Any) -> Any:
    """Degrees as radians (see ``torch.deg2rad``)."""
    require_tensor("deg2rad", input)
    return rows.mul(input, math.pi / 180)


def rad2deg(input: Any) -> Any:
    """Radians as degrees (see ``torch.rad2deg``)."""
    require_tensor("rad2deg", input)
    return rows.mul(input, 180 / math.pi)


angle_of = operation(
    "angle",
    lambda x: rows.select(rows.isnan(x), x, rows.lt(x, 0).to_dtype(x.dtype) * math.pi),
    x=lambda g: rows.nothing(g),
)


def angle(input: Any) -> Any:
    """pi below zero, else 0 (see ``torch.angle``)."""
    require_tensor("angle", input)
    return angle_of(to_dtype(input, inexact(input.dtype)))


def isposinf(input: Any) -> Any:
    """Whether x is plus infinity (see ``torch.isposinf``)."""
    require_tensor("isposinf", input)
    return rows.eq(input, math.inf)


def isneginf(input: Any) -> Any:
    """Whether x is minus infinity (see ``torch.isneginf``)."""
    require_tensor("isneginf", input)
    return rows.eq(input, -math.inf)


def isreal(input: Any) -> Any:
    """Whether the imaginary part is zero: always for real tensors (see ``torch.isreal``)."""
    require_tensor("isreal", input)
    if kind(input.dtype) == 3:
        raise NotImplementedError('"isreal" not implemented for complex tensors')
    return rows.logical_or(rows.eq(input, input), True)


def isclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """``|input - other| <= atol + rtol * |other|`` (see ``torch.isclose``). RuntimeError for different dtypes."""
    require_tensor("isclose", input)
    require_tensor("isclose", other, "other", 2)
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{input.dtype.scalar_name} did not match {other.dtype.scalar_name}")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value}")
    close = rows.eq(input, other)
    if equal_nan and not is_integral(input.dtype):
        close = rows.logical_or(close, rows.logical_and(rows.isnan(input), rows.isnan(other)))
    if rtol == 0 and atol == 0:
        return close
    base = to_dtype(other, inexact(other.dtype))
    allowed = rows.add(rows.abs(rows.mul(base, float(rtol))), float(atol))
    actual = rows.abs(rows.sub(to_dtype(input, base.dtype), base))
    return rows.logical_or(close, rows.logical_and(rows.isfinite(actual), rows.le(actual, allowed)))


def allclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether every pair of elements is close (see ``torch.allclose``)."""
    return bool(rows.logical_not(isclose(input, other, rtol, atol, equal_nan)).sum().item() == 0)


def equal(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape and elements (see ``torch.equal``)."""
    require_tensor("equal", input)
    require_tensor("equal", other, "other", 2)
    return tuple(input.shape) == tuple(other.shape) and bool(rows.ne(input, other).sum().item() == 0)


def nan_to_num(input: Any, nan: float | None = None, posinf: float | None = None, neginf: float | None = None) -> Any:
    """NaN as `nan` (0), infinities as `posinf` and `neginf` (the ends of the dtype's range) (see ``torch.nan_to_num``)."""
    require_tensor("nan_to_num", input)
    if is_integral(input.dtype):
        return input.clone()
    largest = finfo(input.dtype).max
    out = rows.select(rows.isnan(input), 0.0 if nan is None else float(nan), input)
    out = rows.select(rows.eq(input, math.inf), largest if posinf is None else float(posinf), out)
    return rows.select(rows.eq(input, -math.inf), -largest if neginf is None else float(neginf), out)


logit_of = operation(
    "logit",
    lambda x, eps: _logit(x if eps is None else rows.minimum(rows.maximum(x, eps), 1 - eps)),
    x=lambda g, x, eps: _logit_slope(g, x, eps),
)


def _logit(x: Any) -> Any:
    return rows.log(x / (1 - x))


def _logit_slope(g: Any, x: Any, eps: float | None) -> Any:
    slope = g / (x * (1 - x))
    low = 0.0 if eps is None else eps
    outside = rows.logical_or(rows.lt(x, low), rows.gt(x, 1 - low))
    return rows.select(outside, math.nan if eps is None else 0.0, slope)


def logit(input: Any, eps: float | None = None) -> Any:
    """``log(x / (1 - x))``, of x held within ``[eps, 1 - eps]`` where that is given (see ``torch.logit``)."""
    require_tensor("logit", input)
    return logit_of(to_dtype(input, inexact(input.dtype)), eps)


sinc_of = operation("sinc", lambda x: to_dtype(_sinc(wide(x)), x.dtype), x=lambda g, x: g * _sinc_slope(x))


def _sinc(x: Any) -> Any:
    turned = x * math.pi
    return rows.select(rows.eq(x, 0), 1.0, rows.sin(turned) / turned)


def _sinc_slope(x: Any) -> Any:
    turned = x * math.pi
    return rows.select(rows.eq(x, 0), 0.0, (rows.cos(turned) - rows.sin(turned) / turned) / x)


def sinc(input: Any) -> Any:
    """``sin(pi x) / (pi x)``, 1 at 0 (see ``torch.sinc``)."""
    require_tensor("sinc", input)
    return sinc_of(to_dtype(input, inexact(input.dtype)))


def frexp(input: Any) -> Any:
    """Mantissas in [0.5, 1) with the sign of x and int32 exponents of two (see ``torch.frexp``)."""
    require_tensor("frexp", input)
    if is_integral(input.dtype):
        raise RuntimeError(f"torch.frexp() only supports floating-point dtypes, but got {input.dtype.scalar_name}")
    exponent = rows.frexp_exponent(input.detach() if isinstance(input, Tensor) else input)
    return return_types.frexp((rows.frexp_mantissa(input), to_dtype(exponent, int32)))


def polygamma(n: Any, input: Any) -> Any:
    """The n-th derivative of digamma, n >= 0 (see ``torch.polygamma``)."""
    if isinstance(n, Tensor):
        n, input = input, n
    require_tensor("polygamma", input, "input", 2)
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n == 0:
        return rows.digamma(input)
    return rows.zeta(float(n + 1), input) * ((-1.0) ** (n + 1) * math.factorial(n))


def mvlgamma(input: Any, p: int) -> Any:
    """The logarithm of the gamma function of dimension p (see ``torch.mvlgamma``)."""
    require_tensor("mvlgamma", input)
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    out = None
    for j in range(p):
        term = rows.lgamma(input - j / 2 if j else input)
        out = term if out is None else out + term
    return out + p * (p - 1) / 4 * math.log(math.pi)


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
    return clamp_within(input, min, max)


clip = clamp


def clamp_min(input: Any, min: Any) -> Any:
    """`input`, but not below `min` (see ``torch.clamp_min``)."""
    require_tensor("clamp_min", input)
    return clamp_within(input, operand("clamp_min", min, "min", 2), None)


def clamp_max(input: Any, max: Any) -> Any:
    """`input`, but not above `max` (see ``torch.clamp_max``)."""
    require_tensor("clamp_max", input)
    return clamp_within(input, None, operand("clamp_max", max, "max", 2))


def round(input: Any, *, decimals: int = 0) -> Any:
    """The nearest integer, halves to even, or the nearest multiple of 10^-decimals (see ``torch.round``)."""
    require_tensor("round", input)
    if is_integral(input.dtype):
        return input.clone()
    if decimals == 0:
        return rows.round(input)
    scale = 10.0 ** (decimals if decimals > 0 else -decimals)
    return rows.round(input * scale) / scale if decimals > 0 else rows.round(input / scale) * scale


def wide(x: Any) -> Any:
    """A tensor of a half type in float32, so that a composite rounds once."""
    return to_dtype(x, float32) if isinstance(x, Tensor | Handle) and x.dtype.itemsize == 2 and kind(x.dtype) == 2 else x


def lerp(input: Any, end: Any, weight: Any) -> Any:
    """``input + weight * (end - input)`` (see ``torch.lerp``)."""
    if isinstance(end, Tensor) and end.dtype is not input.dtype:
        raise RuntimeError(f"expected dtype {input.dtype.name} for `end` but got dtype {end.dtype.name}")
    if isinstance(weight, Tensor) and weight.dtype is not input.dtype and weight.ndim:
        raise RuntimeError(f"expected dtype {input.dtype.name} for `weight` but got dtype {weight.dtype.name}")
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
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
            "division of tensor1 and tensor2."
        )
    quotient = rows.div(wide(tensor1), wide(tensor2))
    out = rows.add(wide(input), quotient if value == 1 else quotient * value)
    return to_dtype(out, inexact(result_type(input, tensor1, tensor2)))
