"""Ranges of numbers: arange, linspace and logspace."""

from __future__ import annotations

import math
from typing import Any

from pyrite import _core
from pyrite.dtype import complex128, dtype, float32, float64, get_default_dtype, int64, is_integral, kind
from pyrite.ops.arguments import number
from pyrite.ops.data import scalar_type
from pyrite.ops.options import Options
from pyrite.ops.room import in_memory, require_room
from pyrite.tensor import Tensor

#: Whole tensors of 8-byte numbers that are made on the way to a range.
COPIES = 3

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
    return asked.deliver(progression(first, by, n, d))


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


@in_memory
def progression(first: Any, step: Any, n: int, d: dtype) -> _core.Tensor:
    """``first + i * step`` for i below n, computed in whole numbers or in double precision."""
    import numpy as np

    require_room([n, COPIES])
    places = np.arange(n, dtype=np.int64)
    if isinstance(first, int) and isinstance(step, int) and (is_integral(d) or abs(first) + abs(step) * n < 1 << 53):
        return _core.from_bytes((places * step + first).tobytes(), [n], int64).to_dtype(d)
    return _core.from_bytes((places * float(step) + first).tobytes(), [n], float64).to_dtype(d)


def range(start: Any = 0, end: Any = None, step: Any = 1, *, out: Tensor | None = None, **options: Any) -> Tensor:
    """``start, start + step, ...`` up to and with `end`, in the default float (see ``torch.range``)."""
    asked = Options("range", options, out)
    first, stop, by = map(number, (start, end, step))
    n = count("range", first, stop, by)
    n = max(n, math.floor((stop - first) / by) + 1)
    return asked.deliver(progression(first, by, n, asked.dtype_or()))


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


@in_memory
def evenly(a: Any, b: Any, steps: int, d: dtype) -> Any:
    """`steps` numbers from a to b as a NumPy array: counted from the nearer end, in the way of PyTorch."""
    import numpy as np

    require_room([steps, COPIES])
    if steps < 2:
        return np.full(steps, a, np.complex128 if isinstance(a, complex) else np.float64)
    if is_integral(d):
        a, b = int(a), int(b)
    scalar = np.complex128 if isinstance(a + b, complex) else np.float32 if d == float32 else np.float64
    a, b = scalar(a), scalar(b)
    step = (b - a) / scalar(steps - 1)
    # PyTorch fuses each product with its sum, so the product must not be rounded on its own.
    a, b, step = (np.result_type(x, np.longdouble).type(x) for x in (a, b, step))
    i = np.arange(steps)
    values = np.where(i < steps // 2, a + step * i, b - step * (steps - 1 - i)).astype(scalar)
    return np.trunc(values) if is_integral(d) else values


def numpy_handle(values: Any, d: dtype) -> _core.Tensor:
    import numpy as np

    if np.iscomplexobj(values):
        return _core.from_bytes(values.astype(np.complex128).tobytes(), list(values.shape), complex128).to_dtype(d)
    return _core.from_bytes(values.astype(np.float64).tobytes(), list(values.shape), float64).to_dtype(d)


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
    return asked.deliver(numpy_handle(evenly(a, b, steps, d), d))


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
    import numpy as np

    asked = Options("logspace", options, out)
    a, b, steps = spaced("logspace", start, end, steps)
    d = spaced_dtype("logspace", a, b, asked)
    with np.errstate(all="ignore"):
        if is_integral(d):
            a, b = int(a), int(b)
        wide = isinstance(a, complex) or isinstance(b, complex)
        values = np.power(complex(base) if wide else float(base), evenly(a, b, steps, float64))
        values = np.trunc(values) if is_integral(d) else values
    return asked.deliver(numpy_handle(values, d))
