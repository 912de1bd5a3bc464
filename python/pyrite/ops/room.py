"""Sizes refused before anything is made for them, where Python makes things one by one and no allocation refuses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.dtype import int64

OBJECT = 64
"""What a tensor as a Python object weighs at the least, in int64 elements."""


def require_room(shape: Sequence[int], dtype: Any = int64) -> None:
    """RuntimeError for a tensor that the machine's memory could not hold."""
    if math.prod(shape) >= 1 << 62 or max(shape, default=0) >= 1 << 62:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    _core.require_room(shape, dtype)


def require_objects(function: str, count: int) -> None:
    """RuntimeError for more tensors than the machine's memory could hold, however few elements they have."""
    try:
        require_room([count, OBJECT])
    except RuntimeError:
        raise RuntimeError(f"{function}(): {count} tensors do not fit into memory") from None
