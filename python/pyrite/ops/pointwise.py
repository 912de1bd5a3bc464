"""Elementwise functions as PyTorch spells them: the rows of `elementwise.py` with the arguments that they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite import _core
from pyrite.dtype import bool_, float32, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import Number, require_tensor, type_name
from pyrite.ops.convert import to_dtype
from pyrite.ops.data import host_tensor
from pyrite.ops.parts import real_part
from pyrite.tensor import Handle, Tensor

__all__ = """
abs absolute acos acosh asin asinh arccos arccosh arcsin arcsinh arctan arctan2 arctanh atan atan2 atanh bitwise_and
bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor ceil copysign cos cosh digamma eq erf erfc erfinv exp
exp2 expm1 fix floor floor_divide fmod frac gcd ge greater greater_equal gt hypot i0 igamma igammac isfinite isinf
isnan lcm le less less_equal lgamma log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
logical_xor lt maximum minimum mul multiply ne neg negative not_equal reciprocal relu remainder rsqrt sigmoid sign
signbit sin sinh sqrt tan tanh trunc where xlogy
""".split()


def refuse(name: str, x: Any, least: int) -> None:
    """Refuses tensors of dtypes below a kind (1 integers, 2 floats), for which PyTorch has no such function."""
    if kind(x.dtype) < least:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{x.dtype.scalar_name}'")


def unary(name: str, row: Callable, doc: str, integers_pass: bool = False, least: int = 0) -> Callable:
    """The public function of one tensor over a row; where `integers_pass`, whole numbers come back as they are. `least`
    is the kind of dtype that it begins with.
    """

    def call(input: Any) -> Any:
        if not isinstance(input, Tensor | Handle):
            require_tensor(name, input)
        if least:
            refuse(name, input, least)
        if integers_pass and is_integral(input.dtype):
            if input.dtype is bool_:
                raise NotImplementedError(f"\"{name}\" not implemented for 'Bool'")
            return input.clone()
        return row(input)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{doc} (see ``torch.{name}``)."
    return call


def binary(
    name: str, row: Callable, doc: str, numbers: str = "second", second: str = "other", least: int = 0
) -> Callable:
    """The public function of two operands over a row. `numbers` says where Python's numbers may stand in for tensors:
    for neither operand, the "second", "either" but not both at once, or "both".
    """
    both, first = numbers == "both", numbers in ("both", "either")

    def call(input: Any, other: Any) -> Any:
        x, y = operand(name, input, "input", 1, first), operand(name, other, second, 2, numbers != "neither")
        if first and isinstance(x, Number) and isinstance(y, Number):
            x = host_tensor(x) if both else no_tensor(name, x, y)
        if least and is_integral(result_type(x, y)):
            refuse(name, x, least)
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
    raise TypeError(
        f"{function}() received an invalid combination of arguments - got ({got}), but expected a Tensor among them"
    )


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
abs = absolute = unary("abs", rows.abs, "|x|", least=1)
neg = negative = unary("neg", rows.neg, "-x")
sign = unary("sign", rows.sign, "-1, 0 or 1")
reciprocal = unary("reciprocal", rows.reciprocal, "1 / x")
floor = unary("floor", rows.floor, "The largest integer not above x", integers_pass=True)
ceil = unary("ceil", rows.ceil, "The smallest integer not below x", integers_pass=True)
trunc = fix = unary("trunc", rows.trunc, "x without its fraction", integers_pass=True)
frac = unary("frac", rows.frac, "The fraction of x, with its sign", least=2)
sigmoid = unary("sigmoid", lambda x: logistic(x), "1 / (1 + e^-x)")
relu = unary("relu", rows.relu, "max(x, 0)")
isnan = unary("isnan", rows.isnan, "Whether x is not a number")
isinf = unary("isinf", rows.isinf, "Whether x is infinite")
isfinite = unary("isfinite", rows.isfinite, "Whether x is neither infinite nor NaN")
signbit = unary("signbit", rows.signbit, "Whether the sign bit is set")
logical_not = unary("logical_not", rows.logical_not, "Whether x is zero")


def logistic(x: Any) -> Any:
    return rows.reciprocal(rows.exp(-x) + 1) if rows.is_complex(x) else rows.sigmoid(x)


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
hypot = binary("hypot", rows.hypot, "sqrt(x^2 + y^2)", "neither", least=2)
copysign = binary("copysign", rows.copysign, "|x| with the sign of y")
gcd = binary("gcd", rows.gcd, "The greatest common divisor", "neither")
lcm = binary("lcm", rows.lcm, "The least common multiple", "neither")
logaddexp = binary("logaddexp", lambda x, y: log_add(x, y), "log(e^x + e^y)", "neither", least=2)
logaddexp2 = binary("logaddexp2", rows.logaddexp2, "log2(2^x + 2^y)", "neither", least=2)
xlogy = binary("xlogy", rows.xlogy, "x * log(y), 0 where x is 0", "either")
igamma = binary("igamma", rows.igamma, "The regularized lower incomplete gamma function", "neither")
igammac = binary("igammac", rows.igammac, "The regularized upper incomplete gamma function", "neither")


def log_add(x: Any, y: Any) -> Any:
    """log(e^x + e^y); of complex numbers with the one of larger real part taken out."""
    if not (rows.is_complex(x) or rows.is_complex(y)):
        return rows.logaddexp(x, y)
    first = rows.ge(real_part(x + y * 0), real_part(y + x * 0))
    return rows.select(first, x, y) + rows.log1p(rows.exp(rows.select(first, y - x, x - y)))


def result_type(*operands: Any) -> Any:
    """The dtype that operands meet in."""
    return _core.result_type(*(v.handle if isinstance(v, Tensor) else v for v in operands))


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, else `other`; alone, the places where it holds (see ``torch.where``)."""
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    require_tensor("where", condition, "condition")
    if condition.dtype is not bool_:
        if condition.dtype.name != "uint8":
            raise RuntimeError(
                "where expected condition to be a boolean tensor, but got a tensor with dtype "
                f"{condition.dtype.scalar_name}"
            )
        condition = to_dtype(condition, bool_)
    if not isinstance(input, Tensor) and not isinstance(other, Tensor) and type(condition) is not Handle:
        input = host_tensor(input)
    return rows.select(condition, input, other)


def wide(x: Any) -> Any:
    """A tensor of a half type in float32, so that a composite rounds once."""
    return (
        to_dtype(x, float32) if isinstance(x, Tensor | Handle) and x.dtype.itemsize == 2 and kind(x.dtype) == 2 else x
    )
