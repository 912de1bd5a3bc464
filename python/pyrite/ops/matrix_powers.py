"""Whole powers of square matrices."""

from __future__ import annotations

from typing import Any

from pyrite.autograd.operation import operation
from pyrite.ops.arguments import require_tensor
from pyrite.ops.create import eye
from pyrite.ops.factorization import inv
from pyrite.ops.linalg import matmul

__all__ = ["matrix_power"]

power_zero = operation(
    "matrix_power",
    lambda x, unit: unit.expand(list(x.shape)).copy(x.dtype, True),
    tensors=("unit",),
    x=lambda g: g * 0,
)


def matrix_power(input: Any, n: int) -> Any:
    """Square matrices multiplied with themselves, `n` in all; the inverse for negative `n` (see
    ``torch.linalg.matrix_power``)."""
    require_tensor("matrix_power", input)
    if input.ndim < 2 or input.shape[-1] != input.shape[-2]:
        raise RuntimeError(
            "linalg.matrix_power: A must be batches of square matrices, but they are "
            + " by ".join(map(str, input.shape[-2:]))
            + " matrices"
        )
    if n < 0:
        return matrix_power(inv(input), -n)
    if n == 0:
        return power_zero(input, eye(input.shape[-1], dtype=input.dtype, device=input.device))
    out, square = None, input
    while n:
        if n & 1:
            out = square if out is None else matmul(out, square)
        n >>= 1
        square = matmul(square, square) if n else square
    return out.clone() if out is input else out
