"""Sizes given as one number for every spatial dimension or as one number for each."""

from collections.abc import Callable, Iterable
from typing import Any


def tuple_of(count: int) -> Callable[[Any], tuple]:
    """A function that repeats a number `count` times and makes a tuple of anything iterable."""

    def expand(value: Any) -> tuple:
        return tuple(value) if isinstance(value, Iterable) else (value,) * count

    return expand


single, pair, triple, quadruple = (tuple_of(n) for n in (1, 2, 3, 4))


def both_sides(padding: Iterable[int]) -> tuple[int, ...]:
    """Symmetric padding by dimension, in the order `pad` reads: last dimension first, each side."""
    return tuple(p for p in reversed(tuple(padding)) for _ in range(2))
