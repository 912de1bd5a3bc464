"""Window functions (see ``torch.signal.windows``): `M` samples, symmetric for ``sym=True``, else one period of M.

Each is computed in float64 and stored as float32 or float64. ValueError for a negative M and other dtypes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from pyrite import _core
from pyrite.dtype import float32, float64
from pyrite.ops import elementwise as rows
from pyrite.ops.options import Options
from pyrite.ops.room import require_room
from pyrite.tensor import Handle, Tensor

__all__ = """
bartlett blackman cosine exponential gaussian general_cosine general_hamming hamming hann kaiser nuttall
""".split()


def _window(name: str, M: int, sym: bool, shape: Callable[[Handle, int], Handle], options: dict[str, Any]) -> Tensor:
    """The window ``shape(k, n)`` at k = 0, 1, ... M - 1, where n is the index of its last sample."""
    layout = options.get("layout")
    if layout is not None and str(layout).rsplit(".", 1)[-1] != "strided":
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    asked = Options(name, options)
    own = asked.dtype_or()
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if own not in (float32, float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {own}")
    if M < 2:
        return asked.deliver(_core.full([M], 1, own))
    require_room([M, 4])
    k = _core.arange(0, 1, M, float64)
    return asked.deliver(shape(k, M - 1 if sym else M).to_dtype(own))


def exponential(M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, **options: Any) -> Tensor:
    """``exp(-|k - center| / tau)``; the center is the middle, which is the only one of symmetric windows."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")

    def shape(k: Handle, n: int) -> Handle:
        return rows.exp(rows.abs(k - (n / 2 if center is None else center)) * (-1 / tau))

    return _window("exponential", M, sym, shape, options)


def cosine(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """``sin(pi (k + 1/2) / M)``"""
    return _window("cosine", M, sym, lambda k, n: rows.sin((k + 0.5) * (math.pi / (n + 1))), options)


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, **options: Any) -> Tensor:
    """``exp(-((k - center) / std)^2 / 2)``"""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")

    def shape(k: Handle, n: int) -> Handle:
        x = (k - n / 2) / std
        return rows.exp(x * x * -0.5)

    return _window("gaussian", M, sym, shape, options)


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, **options: Any) -> Tensor:
    """``I_0(beta sqrt(1 - x^2)) / I_0(beta)`` for x from -1 to 1"""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")

    def shape(k: Handle, n: int) -> Handle:
        x = k * (2 / n) - 1
        return rows.i0(rows.sqrt(rows.maximum(1 - x * x, 0)) * beta) / rows.i0(_core.full([], float(beta), float64))

    return _window("kaiser", M, sym, shape, options)


def general_cosine(M: int, *, a: Sequence[float], sym: bool = True, **options: Any) -> Tensor:
    """``sum((-1)^i a[i] cos(2 pi i k / n))``"""
    if not isinstance(a, Sequence):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")

    def shape(k: Handle, n: int) -> Handle:
        out = k * 0 + float(a[0])
        for i, weight in enumerate(a[1:], 1):
            out = out + rows.cos(k * (2 * math.pi * i / n)) * (-weight if i % 2 else weight)
        return out

    return _window("general_cosine", M, sym, shape, options)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, **options: Any) -> Tensor:
    """``alpha - (1 - alpha) cos(2 pi k / n)``"""
    a = [alpha, 1.0 - alpha]
    return general_cosine(M, a=a, sym=sym, **options)


def hamming(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """`general_hamming` with 0.54"""
    return general_hamming(M, sym=sym, **options)


def hann(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """`general_hamming` with 0.5"""
    return general_hamming(M, alpha=0.5, sym=sym, **options)


def blackman(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """`general_cosine` with 0.42, 0.5, 0.08"""
    a = [0.42, 0.5, 0.08]
    return _named("blackman", M, a, sym, options)


def nuttall(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """`general_cosine` with four terms and minimal side lobes"""
    a = [0.3635819, 0.4891775, 0.1365995, 0.0106411]
    return general_cosine(M, a=a, sym=sym, **options)


def _named(name: str, M: int, a: list[float], sym: bool, options: dict[str, Any]) -> Tensor:
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    return general_cosine(M, a=a, sym=sym, **options)


def bartlett(M: int, *, sym: bool = True, **options: Any) -> Tensor:
    """A triangle from 0 to 1 to 0"""
    return _window("bartlett", M, sym, lambda k, n: 1 - rows.abs(k * (2 / n) - 1), options)
