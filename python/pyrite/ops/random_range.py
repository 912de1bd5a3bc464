"""Which integers `random_` draws: the bounds it is given, moved to where the dtype can tell integers apart."""

import math
import sys
import warnings

from pyrite.dtype import bfloat16, bool_, dtype, float16, float32, float64, int8, int16, int32, int64, uint8

DIGITS = {float16: 11, bfloat16: 8, float32: 24, float64: 53}
"""Bits of each float dtype's mantissa: integers up to 2**bits are exact."""

SMALLEST_EXPONENT = {float16: -14, bfloat16: -126, float32: -126, float64: -1022}
"""Exponents of each float dtype's smallest normal number."""

_LARGEST_FLOAT = {
    float16: 65504.0,
    bfloat16: 3.3895313892515355e38,
    float32: 3.4028234663852886e38,
    float64: sys.float_info.max,
}
_INTEGERS = {
    bool_: (0, 1),
    uint8: (0, 2**8 - 1),
    int8: (-(2**7), 2**7 - 1),
    int16: (-(2**15), 2**15 - 1),
    int32: (-(2**31), 2**31 - 1),
    int64: (-(2**63), 2**63 - 1),
}


def drawn_range(low: int, high: int, dtype: dtype) -> tuple[int, int]:
    """The first integer and how many there are, for draws from [low, high).

    Raises RuntimeError where the range is empty or leaves the dtype's, and warns where the dtype skips integers in it.
    """
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if dtype in DIGITS:
        low, high = _representable_low(low, dtype), _representable_high(high, dtype)
        if low >= high:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, "
                f"but got from={low} >= to={high}"
            )
    _check_range(low, high - 1, dtype)
    return low, high - low


def open_range(low: int, dtype: dtype) -> tuple[int, int]:
    """The first integer and how many there are, for draws from `low` up to the largest exact integer of the dtype."""
    if dtype in DIGITS:
        last, low = 2 ** DIGITS[dtype], _representable_low(low, dtype)
        if low >= last:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, "
                f"but got from={low} > to_inc={last}"
            )
    elif dtype in _INTEGERS:
        last = _INTEGERS[dtype][1]
    else:
        raise RuntimeError("random_from_to_impl handles only integral, floating-point and boolean types")
    _check_range(low, last, dtype)
    return low, last - low + 1


def check_uniform(low: float, high: float, dtype: dtype) -> None:
    """Raises RuntimeError unless [low, high) is a range that the dtype, or that of its parts, can hold."""
    largest = _LARGEST_FLOAT.get(dtype.to_real(), math.inf)
    for name, bound in (("from", low), ("to", high)):
        if not abs(bound) <= largest:
            raise RuntimeError(f"{name} is out of bounds for {dtype}: {bound:g}")
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    if high - low > largest:
        raise RuntimeError(
            f"uniform_ expects to-from <= {largest:g}, the largest {dtype}, but found to={high:g} and from={low:g} "
            "which result in to-from to exceed the limit"
        )


def check_permutation_length(n: int, dtype: dtype) -> None:
    """Raises RuntimeError where `dtype` cannot tell the integers up to n apart."""
    if dtype in DIGITS and n > 2 ** DIGITS[dtype] + 1:
        raise RuntimeError(f"randperm: n cannot be greater than {2 ** DIGITS[dtype] + 1} for {dtype}, but got {n}")
    if dtype in _INTEGERS and dtype is not bool_ and n > _INTEGERS[dtype][1]:
        raise RuntimeError(f"randperm: n = {n} cannot be converted to type {dtype} without overflow")


def _check_range(first: int, last: int, dtype: dtype) -> None:
    if dtype in DIGITS:
        least, greatest = -_LARGEST_FLOAT[dtype], _LARGEST_FLOAT[dtype]
    elif dtype in _INTEGERS:
        least, greatest = _INTEGERS[dtype]
    else:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    for name, bound in (("from", first), ("to - 1", last)):
        if not least <= bound <= greatest:
            raise RuntimeError(f"{name} is out of bounds for {dtype}: {bound} is not in [{least}, {greatest}]")
        if dtype in DIGITS and abs(bound) > 2 ** DIGITS[dtype]:
            warnings.warn(
                f"{name} is out of bounds [-(2^{DIGITS[dtype]}), 2^{DIGITS[dtype]}]. Due to precision limitations "
                f"{dtype} can support discrete uniform distribution only within this range.",
                stacklevel=4,
            )


def _representable_low(low: int, dtype: dtype) -> int:
    after = _rounded(low + 1, dtype)
    return after + _spacing(low + 1, dtype) if after < low else low


def _representable_high(high: int, dtype: dtype) -> int:
    before = _rounded(high - 1, dtype)
    return before - _spacing(high - 1, dtype) if before >= high else high


def _spacing(n: int, dtype: dtype) -> int:
    """The distance between neighbours of the dtype near `n`, which is not exact in it."""
    return 1 << abs(n).bit_length() - DIGITS[dtype]


def _rounded(n: int, dtype: dtype) -> int:
    """The dtype's value of `n`; half types convert through float32."""
    digits = DIGITS[dtype]
    return _round_to(_round_to(n, 24), digits) if digits < 24 else _round_to(n, digits)


def _round_to(n: int, digits: int) -> int:
    step = 1 << max(abs(n).bit_length() - digits, 0)
    whole, rest = divmod(n, step)
    return (whole + (2 * rest > step or (2 * rest == step and whole % 2))) * step
