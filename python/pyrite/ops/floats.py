"""Functions of floats that no row is: what depends on special values and bits, comparisons within a tolerance, and
special functions composed of others."""

from __future__ import annotations

import math
from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, finfo, float32, inexact, int16, int32, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import index, require_tensor
from pyrite.ops.convert import to_dtype
from pyrite.ops.pointwise import refuse, result_type, wide
from pyrite.ops.room import require_room
from pyrite.ops.shape import broadcast_shapes
from pyrite.tensor import Tensor

__all__ = """
allclose deg2rad equal frexp heaviside isclose isneginf isposinf ldexp logit mvlgamma nan_to_num nextafter polygamma
rad2deg sinc
""".split()


def heaviside(input: Any, values: Any) -> Any:
    """0 below zero, `values` at zero, 1 above (see ``torch.heaviside``)."""
    require_tensor("heaviside", input)
    require_tensor("heaviside", values, "values", 2)
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return rows.heaviside(input, values)


def _next_half(x: Any, y: Any) -> Any:
    """The next number of a half type, by the integer that its bits make: one more is one step away from 0."""
    bits = x.contiguous().view_dtype(int16)
    away = rows.eq(rows.lt(x, y), rows.gt(x, 0))
    stepped = (bits + rows.select(away, 1, -1).to_dtype(int16)).view_dtype(x.dtype)
    smallest = _core.full([], 1, int16).view_dtype(x.dtype)
    from_zero = rows.select(rows.lt(y, 0), -smallest, smallest)
    out = rows.select(rows.eq(x, 0), from_zero, stepped)
    return rows.select(rows.logical_or(rows.isnan(x), rows.isnan(y)), x + y, rows.select(rows.eq(x, y), y, out))


next_half = operation(
    "nextafter",
    _next_half,
    x=lambda g, x, y: rows.select(rows.eq(x, y), 0.0, g),
    y=rows.nothing,
)


def nextafter(input: Any, other: Any) -> Any:
    """The next number of the dtype after x towards y (see ``torch.nextafter``)."""
    require_tensor("nextafter", input)
    require_tensor("nextafter", other, "other", 2)
    own = result_type(input, other)
    if is_integral(own):
        refuse("nextafter", input, 2)
    if kind(own) == 2 and own.itemsize == 2:
        shape = list(broadcast_shapes(input.shape, other.shape))
        return next_half(*(to_dtype(t, own).expand(shape) for t in (input, other)))
    return rows.nextafter(input, other)


def ldexp(input: Any, other: Any) -> Any:
    """``input * 2^other`` (see ``torch.ldexp``)."""
    require_tensor("ldexp", input)
    require_tensor("ldexp", other, "other", 2)
    own = inexact(result_type(input, other))
    if is_integral(other.dtype):
        other = to_dtype(other, own if own.itemsize > 2 else float32)
    return to_dtype(rows.mul(wide(input), rows.pow(2.0, wide(other))), own)


def deg2rad(input: Any) -> Any:
    """Degrees as radians (see ``torch.deg2rad``)."""
    require_tensor("deg2rad", input)
    return rows.mul(input, math.pi / 180)


def rad2deg(input: Any) -> Any:
    """Radians as degrees (see ``torch.rad2deg``)."""
    require_tensor("rad2deg", input)
    return rows.mul(input, 180 / math.pi)


def isposinf(input: Any) -> Any:
    """Whether x is plus infinity (see ``torch.isposinf``)."""
    require_tensor("isposinf", input)
    if rows.is_complex(input):
        raise RuntimeError("isposinf does not support complex inputs.")
    return rows.eq(input, math.inf)


def isneginf(input: Any) -> Any:
    """Whether x is minus infinity (see ``torch.isneginf``)."""
    require_tensor("isneginf", input)
    if rows.is_complex(input):
        raise RuntimeError("isneginf does not support complex inputs.")
    return rows.eq(input, -math.inf)


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
    """NaN as `nan` (0), infinities as `posinf` and `neginf` (the ends of the dtype's range) (see
    ``torch.nan_to_num``)."""
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


sinc_of = operation("sinc", lambda x: to_dtype(_sinc(wide(x)), x.dtype), x=lambda g, x: g * rows.conj(_sinc_slope(x)))


def _sinc(x: Any) -> Any:
    turned = x * math.pi
    return rows.select(rows.eq(x, 0), 1.0, rows.sin(turned) / turned)


def _sinc_slope(x: Any) -> Any:
    turned = x * math.pi
    turned = rows.not_zero(turned)
    return rows.select(rows.eq(x, 0), 0.0, (rows.cos(turned) - rows.sin(turned) / turned) * math.pi / turned)


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


#: The largest number whose factorial a double holds.
LARGEST_FACTORIAL = 170


def polygamma(n: Any, input: Any) -> Any:
    """The n-th derivative of digamma, n >= 0 (see ``torch.polygamma``)."""
    if isinstance(n, Tensor):
        n, input = input, n
    require_tensor("polygamma", input, "input", 2)
    n = index("polygamma", "n", n)
    if n >= 1 << 63:
        raise ValueError("Overflow when unpacking long long")
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n == 0:
        return rows.digamma(input)
    factorial = float(math.factorial(n)) if n <= LARGEST_FACTORIAL else math.inf
    out = rows.zeta(float(n + 1), input) * (factorial if n % 2 else -factorial)
    return rows.select(rows.eq(input, math.inf), 0.0, out) if n == 1 else out


def mvlgamma(input: Any, p: int) -> Any:
    """The logarithm of the gamma function of dimension p (see ``torch.mvlgamma``)."""
    require_tensor("mvlgamma", input)
    if input.dtype is bool_:
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    p = index("mvlgamma", "p", p)
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    require_room([input.numel(), p])
    out = rows.lgamma(input)
    for j in range(1, p):
        out = out + rows.lgamma(input - j / 2)
    return out + p * (p - 1) / 4 * math.log(math.pi)
