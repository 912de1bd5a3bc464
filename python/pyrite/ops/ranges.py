"""Ranges of numbers: arange, linspace and logspace."""

from __future__ import annotations

import math
from typing import Any

from pyrite import _core
from pyrite.dtype import dtype, float32, float64, get_default_dtype, int64, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import number
from pyrite.ops.data import scalar_type
from pyrite.ops.options import Options
from pyrite.ops.parts import paired
from pyrite.tensor import Handle, Tensor

__all__ = ["arange", "linspace", "logspace", "range"]


def arange(
    *args: Any,
    start: Any = None,
    end: Any = None,
    step: Any = None,
    out: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """``start, start + step, ...`` below `end` (see ``torch.arange``); whole numbers give int64, else the default
    float."""
    asked = Options("arange", options, out)
    first, stop, by = bounds(list(map(number, args)), number(start), number(end), number(step))
    whole = all(isinstance(x, int) for x in (first, stop, by))
    d = asked.dtype_or(int64 if whole else None)
    if is_integral(d) and not whole:
        first, stop, by = int(first), int(stop), int(by)
        if by == 0:
            raise ValueError("step must be nonzero")
    n = count("arange", first, stop, by)
    return asked.deliver(progression(first, by, n, d, asked.device.type))


def bounds(given: list, start: Any, end: Any, step: Any) -> tuple:
    """Start, end and step from arguments by position or by name."""
    if len(given) == 1 and end is None:
        given = [start if start is not None else 0, *given]
    elif len(given) == 1:
        given = [given[0], end]
    first = start if start is not None else given[0] if given else 0
    stop = end if end is not None else given[1] if len(given) > 1 else None
    by = step if step is not None else given[2] if len(given) > 2 else 1
    if stop is None or len(given) > 3:
        raise TypeError("arange() received an invalid combination of arguments - expected at least `end`")
    for x in (first, stop, by):
        if not isinstance(x, bool | int | float):
            raise TypeError(f"arange() received an invalid combination of arguments - got ({type(x).__name__})")
    return first, stop, by


def count(name: str, first: Any, stop: Any, by: Any) -> int:
    """How many numbers a half-open range has."""
    if by == 0:
        raise RuntimeError("step must be nonzero")
    if not all(math.isfinite(x) for x in (first, stop, by)):
        raise RuntimeError(f"unsupported range: {first} -> {stop}")
    if (stop - first) * by < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    whole = all(isinstance(x, int) for x in (first, stop, by))
    n = max(0, -(-(stop - first) // by)) if whole else math.ceil((stop - first) / by)
    return n


def progression(first: Any, step: Any, n: int, d: dtype, backend: str) -> Handle:
    """``first + i * step`` for i below n."""
    if not is_integral(d):
        first, step = float(first), float(step)
    return _core.arange(first, step, n, d, backend)


def range(start: Any = 0, end: Any = None, step: Any = 1, *, out: Tensor | None = None, **options: Any) -> Tensor:
    """``start, start + step, ...`` up to and with `end`, in the default float (see ``torch.range``)."""
    asked = Options("range", options, out)
    first, stop, by = map(number, (start, end, step))
    n = count("range", first, stop, by)
    n = max(n, math.floor((stop - first) / by) + 1)
    return asked.deliver(progression(first, by, n, asked.dtype_or(), asked.device.type))


def spaced(name: str, start: Any, end: Any, steps: Any) -> tuple:
    """The bounds as numbers, and the count checked."""
    for x, side in ((start, "start"), (end, "end")):
        if isinstance(x, Tensor) and x.ndim:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got {side} with {x.ndim} dimension(s)."
            )
    if steps is None:
        raise TypeError(f'{name}() missing 1 required positional arguments: "steps"')
    if isinstance(steps, bool | float) or not hasattr(steps, "__index__"):
        raise TypeError(f"{name}(): argument 'steps' (position 3) must be int, not {type(steps).__name__}")
    steps = steps.__index__()
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    return number(start), number(end), steps


def spaced_dtype(name: str, a: Any, b: Any, asked: Options) -> dtype:
    own = scalar_type(0j) if isinstance(a, complex) or isinstance(b, complex) else get_default_dtype()
    d = asked.dtype_or(own)
    if kind(own) == 3 and kind(d) != 3:
        raise RuntimeError(f"torch.{name}(): inferred dtype {own.name} can't be safely cast to passed dtype {d.name}")
    return d


def evenly(a: Any, b: Any, steps: int, d: dtype, backend: str) -> Handle:
    """`steps` numbers from a to b."""
    if kind(d) == 3:
        a, b = complex(a), complex(b)
        parts = ((a.real, b.real), (a.imag, b.imag))
        return paired(*(evenly(*ends, steps, d.to_real(), backend) for ends in parts))
    if is_integral(d):
        if not (math.isfinite(a) and math.isfinite(b)):
            raise RuntimeError("value cannot be converted to type int64_t without overflow")
        a, b = int(a), int(b)
    return _core.linspace(a, b, steps, d, backend)


def linspace(
    start: Any,
    end: Any,
    steps: Any = None,
    *,
    out: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, evenly apart (see ``torch.linspace``)."""
    asked = Options("linspace", options, out)
    a, b, steps = spaced("linspace", start, end, steps)
    d = spaced_dtype("linspace", a, b, asked)
    return asked.deliver(evenly(a, b, steps, d, asked.device.type))


def logspace(
    start: Any,
    end: Any,
    steps: Any = None,
    base: float = 10.0,
    *,
    out: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """`steps` numbers from ``base**start`` to ``base**end``, evenly apart in the exponent (see ``torch.logspace``)."""
    asked = Options("logspace", options, out)
    a, b, steps = spaced("logspace", start, end, steps)
    d = spaced_dtype("logspace", a, b, asked)
    where = asked.device.type
    if kind(d) == 0:
        raise NotImplementedError("\"logspace\" not implemented for 'Bool'")
    if is_integral(d):
        # The exponents are whole ends apart, the powers are cut off: both in double precision, so on the host.
        powers = evenly(float(int(a)), float(int(b)), steps, float64, "cpu")
        return asked.deliver(rows.pow(_core.full([], float(base), float64), powers).to_dtype(d))
    wide = float64 if where == "cpu" or d.to_real() is float64 else float32
    wide = wide if kind(d) < 3 else wide.to_complex()
    return asked.deliver(rows.pow(_core.full([], base, wide, where), evenly(a, b, steps, wide, where)).to_dtype(d))
