"""The last dimensions resampled: along each, an element is a weighted sum of a few others, which a table names.

The adjoint is of the same kind, so one operation serves both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyrite import _core, ops
from pyrite.autograd.operation import operation
from pyrite.dtype import float32, float64
from pyrite.ops.convert import to_dtype
from pyrite.ops.fast import fast
from pyrite.tensor import Handle, Tensor, wrap


@dataclass
class Axis:
    """NumPy arrays (size, taps): which of `length` elements each new one reads, below zero for none, and with what
    weight."""

    places: Any
    weights: Any
    length: int

    @staticmethod
    def same(length: int) -> Axis:
        """The axis as it is."""
        import numpy as np

        return Axis(np.arange(length).reshape(-1, 1), np.ones((length, 1)), length)

    def transposed(self) -> Axis:
        """The adjoint: which of the sums an element is part of."""
        import numpy as np

        size, taps = self.places.shape
        read = np.flatnonzero(self.places.reshape(-1) >= 0)
        order = read[np.argsort(self.places.reshape(-1)[read], kind="stable")]
        place = self.places.reshape(-1)[order]
        counts = np.bincount(place, minlength=self.length)
        column = np.arange(len(order)) - (np.cumsum(counts) - counts)[place]
        shape = (self.length, int(counts.max(initial=1)))
        places, weights = np.full(shape, -1), np.zeros(shape)
        places[place, column], weights[place, column] = order // taps, self.weights.reshape(-1)[order]
        return Axis(places, weights, size)


class Taps:
    """Tables for the last dimensions, which are kept where they have been used."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = tuple(axes)
        self.sizes = [axis.places.shape[0] for axis in axes]
        self.counts = [axis.places.shape[1] for axis in axes]
        self._tables: dict[Any, tuple[Tensor, Tensor]] = {}

    @cached_property
    def transposed(self) -> Taps:
        """The tables of the adjoint."""
        return Taps([axis.transposed() for axis in self.axes])

    def tables(self, device: Any, dtype: Any) -> tuple[Tensor, Tensor]:
        """All places and weights as two vectors, for three dimensions: those in front are read as they are."""
        import numpy as np

        key = (str(device), dtype)
        if key not in self._tables:
            axes = [Axis.same(1)] * (3 - len(self.axes)) + list(self.axes)
            flat = [
                np.concatenate([getattr(axis, name).reshape(-1) for axis in axes]) for name in ("places", "weights")
            ]
            places, weights = ops.from_numpy(flat[0]).to(device), ops.from_numpy(flat[1]).to(dtype).to(device)
            self._tables[key] = (places, weights)
        return self._tables[key]


@fast(_core.fast_resample)
def _weighed(x: Handle, sizes: Sequence[int], places: Handle, weights: Handle, counts: Sequence[int]) -> Handle:
    out, ends = wrap(x), wrap(places).numel()
    for axis in reversed(range(len(sizes))):
        dim = out.dim() - len(sizes) + axis
        begin = ends - sizes[axis] * counts[axis]
        place, weight = wrap(places)[begin:ends], wrap(weights)[begin:ends]
        ends = begin
        out = _along(out, dim, place.reshape(sizes[axis], counts[axis]), weight)
    return to_dtype(out.handle, x.dtype)


def _along(x: Tensor, dim: int, places: Tensor, weights: Tensor) -> Tensor:
    size, taps = places.shape
    trailing = [1] * (x.dim() - dim - 1)
    read = x.index_select(dim, places.reshape(-1).clamp(min=0)) * weights.reshape(-1, *trailing)
    read = read.masked_fill((places < 0).reshape(-1, *trailing), 0)
    return read if taps == 1 else read.reshape(*x.shape[:dim], size, taps, *x.shape[dim + 1 :]).sum(dim + 1)


def _resampled(x: Handle, taps: Taps) -> Handle:
    places, weights = taps.tables(wrap(x).device, float64 if x.dtype is float64 else float32)
    return _weighed(x, taps.sizes, places.handle, weights.handle, taps.counts)


resample = operation("resample", _resampled, x=lambda g, taps: resample(g, taps.transposed))
