"""Slopes of samples on a grid by differences of second order."""

from __future__ import annotations

from typing import Any

from pyrite.dtype import kind
from pyrite.ops import shape as shapes
from pyrite.ops.arguments import index, wrap_dim
from pyrite.ops.join import cat
from pyrite.tensor import Tensor

__all__ = ["gradient"]


def gradient(input: Any, *, spacing: Any = None, dim: Any = None, edge_order: int = 1) -> tuple:
    """Second-order differences of samples on a grid, along each dimension (see ``torch.gradient``)."""
    if kind(input.dtype) == 0 or input.dtype.name == "uint8":
        raise RuntimeError(f"torch.gradient is not implemented for {input.dtype.scalar_name}")
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    dims = list(range(input.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    dims = [wrap_dim(index("gradient", "dim", d), input.ndim) for d in dims]
    if len(set(dims)) != len(dims):
        raise RuntimeError("dim appears multiple times in the list of dims")
    steps = _spacings(spacing, dims)
    for d in dims:
        if input.shape[d] < edge_order + 1:
            raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple(_slope(input, d, step, edge_order) for d, step in zip(dims, steps))


def _spacings(spacing: Any, dims: list[int]) -> list:
    if spacing is None:
        return [1.0] * len(dims)
    if isinstance(spacing, int | float):
        return [spacing] * len(dims)
    if isinstance(spacing, Tensor):
        spacing = [spacing]
    if len(spacing) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar or a list of length equal to 'self.dim() = "
            f"{len(dims)}', "
            f"but got a list of length {len(spacing)}"
        )
    return list(spacing)


def _slope(x: Any, dim: int, step: Any, edge_order: int) -> Any:
    n = x.shape[dim]

    def at(start: int, length: int) -> Any:
        return shapes.narrow(x, dim, start, length)

    if not isinstance(step, Tensor):
        inner = (at(2, n - 2) - at(0, n - 2)) / (2 * step)
        if edge_order == 1:
            first, last = (at(1, 1) - at(0, 1)) / step, (at(n - 1, 1) - at(n - 2, 1)) / step
        else:
            first = (at(0, 1) * -1.5 + at(1, 1) * 2 - at(2, 1) * 0.5) / step
            last = (at(n - 1, 1) * 1.5 - at(n - 2, 1) * 2 + at(n - 3, 1) * 0.5) / step
        return cat([first, inner, last], dim)
    if step.ndim != 1 or step.shape[0] != n:
        raise RuntimeError(
            f"torch.gradient expected each element of spacing tensor to have the same size as the dimension {n}"
        )
    gaps = shapes.reshape(step[1:] - step[:-1], [-1 if i == dim else 1 for i in range(x.ndim)])

    def gap(start: int, length: int) -> Any:
        return shapes.narrow(gaps, dim, start, length)

    a, b = gap(0, n - 2), gap(1, n - 2)
    inner = (
        at(0, n - 2) * (-b / (a * (a + b))) + at(1, n - 2) * ((b - a) / (a * b)) + at(2, n - 2) * (a / (b * (a + b)))
    )
    if edge_order == 1:
        first, last = (at(1, 1) - at(0, 1)) / gap(0, 1), (at(n - 1, 1) - at(n - 2, 1)) / gap(n - 2, 1)
        return cat([first, inner, last], dim)
    a, b = gap(0, 1), gap(1, 1)
    first = at(0, 1) * (-(a * 2 + b) / (a * (a + b))) + at(1, 1) * ((a + b) / (a * b)) - at(2, 1) * (a / (b * (a + b)))
    a, b = gap(n - 3, 1), gap(n - 2, 1)
    last = (
        at(n - 3, 1) * (b / (a * (a + b)))
        - at(n - 2, 1) * ((a + b) / (a * b))
        + at(n - 1, 1) * ((b * 2 + a) / (b * (a + b)))
    )
    return cat([first, inner, last], dim)
