"""Triangular systems and Cholesky factors, after Giles, "Collected matrix derivative results" (2008)."""

from __future__ import annotations

from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.operation import operation
from pyrite.ops.convert import clone
from pyrite.ops.linalg import matmul
from pyrite.ops.matrices import (
    LinAlgError,
    both,
    check_matrix,
    check_square,
    first_failure,
    halved_lower,
    in_double,
    mT,
    unit,
)
from pyrite.ops.shape import broadcast_shapes, expand
from pyrite.ops.triangle import tril, triu
from pyrite.tensor import Handle

__all__ = ["cholesky", "cholesky_solve", "cholesky_inverse", "triangular_solve"]


def _solved(A: Handle, B: Handle, upper: bool, unitriangular: bool) -> Handle:
    return _core.solve_triangular(in_double(A), in_double(B), upper, unitriangular).to_dtype(B.dtype)


triangular_of = operation(
    "linalg_solve_triangular",
    lambda A, B, upper, unitriangular: _solved(A, B, upper, unitriangular),
    A=lambda g, A, out, upper, unitriangular: _triangle_gradient(
        triangular_of(mT(A), g, not upper, unitriangular), out, upper, unitriangular
    ),
    B=lambda g, A, upper, unitriangular: triangular_of(mT(A), g, not upper, unitriangular),
)


def _triangle_gradient(gB: Any, X: Any, upper: bool, unitriangular: bool) -> Any:
    g = -matmul(gB, mT(X))
    return triu(g, 1 if unitriangular else 0) if upper else tril(g, -1 if unitriangular else 0)


def triangle_solved(A: Any, B: Any, upper: bool, unitriangular: bool = False) -> Any:
    """``A X = B`` for triangular A, over broadcast batches."""
    lead = list(broadcast_shapes(A.shape[:-2], B.shape[:-2]))
    return triangular_of(expand(A, [*lead, *A.shape[-2:]]), expand(B, [*lead, *B.shape[-2:]]), upper, unitriangular)


def solve_triangular(A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    """X with ``A X = B`` (or ``X A = B``) for triangular A (see ``torch.linalg.solve_triangular``)."""
    check_square("linalg.solve_triangular", A)
    check_matrix("linalg.solve_triangular", B)
    if A.shape[-2] != B.shape[-2 if left else -1]:
        raise RuntimeError(
            "linalg.solve_triangular: Incompatible shapes of A and B for the equation "
            f"{'AX = B' if left else 'XA = B'} "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )
    if A.dtype is not B.dtype:
        raise RuntimeError(
            "linalg.solve_triangular: Expected A and B to have the same dtype, but found A of type "
            f"{A.dtype.scalar_name} and B of "
            f"type {B.dtype.scalar_name} instead"
        )
    if left:
        return triangle_solved(A, B, upper, unitriangular)
    return mT(triangle_solved(mT(A), mT(B), not upper, unitriangular))


def triangular_solve(
    input: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Any:
    """X with ``A X = input`` for triangular A, and a copy of A (see ``torch.triangular_solve``)."""
    if input.ndim < 2:
        raise RuntimeError(
            f"torch.triangular_solve: Expected b to have at least 2 dimensions, but it has {input.ndim} dimensions "
            "instead"
        )
    check_square("triangular_solve", A)
    matrix = mT(A) if transpose else A
    lead = list(broadcast_shapes(A.shape[:-2], input.shape[:-2]))
    solution = triangle_solved(matrix, input, upper != transpose, unitriangular)
    return return_types.triangular_solve((solution, clone(expand(A, [*lead, *A.shape[-2:]]))))


def _cholesky(A: Handle) -> tuple[Handle, Handle]:
    L, info = _core.cholesky(in_double(A))
    return L.to_dtype(A.dtype), info


def _cholesky_gradient(g: Any, L: Any) -> Any:
    inner = triangular_of(mT(L), halved_lower(matmul(mT(L), tril(g))), True, False)
    s = mT(triangular_of(mT(L), mT(inner), True, False))
    return (s + mT(s)) * 0.5


cholesky_of = operation(
    "linalg_cholesky_ex",
    lambda A: _cholesky(A),
    outputs=1,
    A=lambda g, out: _cholesky_gradient(g, out),
)


def cholesky_ex(A: Any, *, upper: bool = False, check_errors: bool = False) -> Any:
    """Cholesky factors, and for each matrix the order of the minor that is not positive definite or 0 (see
    ``torch.linalg.cholesky_ex``)."""
    check_square("linalg.cholesky", A)
    L, info = cholesky_of(mT(A) if upper else A)
    if check_errors:
        _refuse_indefinite("linalg.cholesky", info)
    return return_types.linalg_cholesky_ex((mT(L) if upper else L, info))


def _refuse_indefinite(name: str, info: Any) -> None:
    failure = first_failure(info)
    if failure:
        raise LinAlgError(
            f"{name}: {failure[0]}The factorization could not be completed because the input is not positive-definite "
            "(the "
            f"leading minor of order {failure[1]} is not positive-definite)."
        )


def linalg_cholesky(A: Any, *, upper: bool = False) -> Any:
    """L with ``L L' = A`` for symmetric positive definite A (see ``torch.linalg.cholesky``); LinAlgError where there
    is none."""
    return cholesky_ex(A, upper=upper, check_errors=True)[0]


def cholesky(input: Any, upper: bool = False) -> Any:
    """`linalg.cholesky` under its old name (see ``torch.cholesky``)."""
    return linalg_cholesky(input, upper=upper)


def cholesky_solve(input: Any, L: Any, upper: bool = False) -> Any:
    """X with ``L L' X = input`` (see ``torch.cholesky_solve``)."""
    check_matrix("cholesky_solve", input)
    check_square("cholesky_solve", L)
    if L.shape[-1] != input.shape[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for cholesky_solve: each A matrix is {L.shape[-1]} by {L.shape[-1]} but each b "
            "matrix is "
            f"{input.shape[-2]} by {input.shape[-1]}"
        )
    lead = list(broadcast_shapes(L.shape[:-2], input.shape[:-2]))
    return cholesky_solved(expand(input, [*lead, *input.shape[-2:]]), expand(L, [*lead, *L.shape[-2:]]), upper)


def _cholesky_solved(B: Handle, L: Handle, upper: bool) -> Handle:
    lower = mT(L) if upper else L
    return _solved(mT(lower), _solved(lower, B, False, False), True, False)


def _factor_gradient(common: Any, L: Any, upper: bool) -> Any:
    """The gradient of a factor from that of the matrix, which PyTorch gives for both triangles."""
    return -matmul(L, common) if upper else -matmul(common, L)


cholesky_solved = operation(
    "cholesky_solve",
    lambda B, L, upper: _cholesky_solved(B, L, upper),
    B=lambda g, L, upper: cholesky_solved(g, L, upper),
    L=lambda g, L, upper, out: _factor_gradient(both(matmul(cholesky_solved(g, L, upper), mT(out))), L, upper),
)


def cholesky_inverse(input: Any, upper: bool = False) -> Any:
    """The inverse of ``L L'`` (see ``torch.cholesky_inverse``)."""
    check_square("cholesky_inverse", input)
    return cholesky_inverted(input, upper)


cholesky_inverted = operation(
    "cholesky_inverse",
    lambda L, upper: _cholesky_solved(unit(L, L.shape[-1]).expand(list(L.shape)), L, upper),
    L=lambda g, L, upper, out: _factor_gradient(matmul(out, matmul(both(g), out)), L, upper),
)
