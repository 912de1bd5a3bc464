"""LU factors, and what they solve: systems, inverses and determinants.

The core factors in double precision; results come back in the dtype of the input. Complex matrices are not built. The
gradient of LU is worked out for rectangular matrices as Giles, "Collected matrix derivative results" (2008), does it.
"""

from __future__ import annotations

from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.operation import operation
from pyrite.dtype import float64, int32
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor
from pyrite.ops.create import eye, zeros_of
from pyrite.ops.data import numbers_handle
from pyrite.ops.join import cat
from pyrite.ops.linalg import matmul
from pyrite.ops.matrices import (
    LinAlgError,
    check_matrix,
    check_square,
    corner,
    first,
    first_failure,
    in_double,
    like,
    mT,
    plain,
    refuse_singular,
    unit,
)
from pyrite.ops.room import require_room
from pyrite.ops.shape import broadcast_shapes, expand, narrow, squeeze, unsqueeze
from pyrite.ops.spectrum import svd_of
from pyrite.ops.triangle import tril, triu
from pyrite.ops.triangular import triangle_solved, triangular_of
from pyrite.tensor import Handle, Tensor, wrap

__all__ = ["lu", "lu_unpack", "lu_solve", "inverse", "det", "slogdet", "logdet"]


def rows_exchanged(pivots: Any, m: int) -> Handle:
    """Where each row of a matrix went: for every matrix of a batch the order of rows that `pivots` (from 1) make."""
    handle = pivots.handle if isinstance(pivots, Tensor) else pivots
    lead, k = list(handle.shape[:-1]), handle.shape[-1]
    require_room([m, 4])
    if handle.numel() == 0:
        return _core.arange(0, 1, m, _core.int64, handle.backend).expand([*lead, m])
    flat = wrap(handle).tolist() if handle.ndim == 1 else wrap(handle.reshape([-1, k])).tolist()
    orders = []
    for exchanges in [flat] if handle.ndim == 1 else flat:
        order = list(range(m))
        for i, p in enumerate(exchanges):
            if not 1 <= p <= m:
                raise RuntimeError("pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive")
            order[i], order[p - 1] = order[p - 1], order[i]
        orders += order
    return numbers_handle(orders, [*lead, m], _core.int64).to_backend(handle.backend)


def permutation(pivots: Any, m: int, dtype: Any) -> Any:
    """The matrices P of ``A = P L U``."""
    order = rows_exchanged(pivots, m)
    places = _core.arange(0, 1, m, _core.int64, order.backend).reshape([m, 1])
    matrix = (order.unsqueeze(-2) == places).to_dtype(dtype)
    return wrap(matrix) if isinstance(pivots, Tensor) else matrix


def _lu(A: Handle) -> tuple[Handle, Handle, Handle]:
    packed, pivots, info = _core.lu_factor(in_double(A))
    return packed.to_dtype(A.dtype), pivots, info


def _lu_gradient(g: Any, packed: Any, pivots: Any) -> Any:
    """The gradient of the packed factors: of ``M = L1^-1 dL1 + dU1 U1^-1``, then of the matrix."""
    m, n = packed.shape[-2:]
    k = min(m, n)
    square, g1 = corner(packed, k, k), corner(g, k, k)
    L1, U1 = tril(square, -1) + unit(g, k), triu(square)
    inner = tril(matmul(mT(L1), tril(g1, -1)), -1) + triu(matmul(triu(g1), mT(U1)))
    if m < n:
        U2, gU2 = narrow(packed, -1, k, n - k), narrow(g, -1, k, n - k)
        inner = inner - tril(matmul(gU2, mT(U2)), -1)
        left = cat([mT(triangular_of(U1, mT(inner), True, False)), gU2], -1)
        return matmul(permutation_like(g, pivots, m), triangular_of(mT(L1), left, True, True))
    if m > n:
        L2, gL2 = narrow(packed, -2, k, m - k), narrow(g, -2, k, m - k)
        inner = inner - triu(matmul(mT(L2), gL2))
        below = cat([triangular_of(mT(L1), inner, True, True), gL2], -2)
    else:
        below = triangular_of(mT(L1), inner, True, True)
    right = mT(triangular_of(U1, mT(below), True, False))
    return matmul(permutation_like(g, pivots, m), right)


def permutation_like(g: Any, pivots: Any, m: int) -> Any:
    handle = pivots.handle if isinstance(pivots, Tensor) else pivots
    return like(g, permutation(handle, m, float64))


lu_of = operation(
    "linalg_lu_factor_ex",
    lambda A: _lu(A),
    outputs=1,
    A=lambda g, outs: _lu_gradient(g, outs[0], outs[1]),
)


def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """L and U packed, the exchanged rows, and for each matrix the first pivot that is 0, or 0 (see
    ``torch.linalg.lu_factor_ex``)."""
    check_matrix("linalg.lu_factor", A)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    packed, pivots, info = lu_of(A)
    if check_errors:
        failure = first_failure(info)
        if failure:
            raise LinAlgError(
                f"torch.linalg.lu_factor_ex: {failure[0]}U[{failure[1]},{failure[1]}] is zero and using it on lu_solve "
                "would result "
                "in a division by zero."
            )
    return return_types.linalg_lu_factor_ex((packed, pivots, info))


def lu_factor(A: Any, *, pivot: bool = True) -> Any:
    """L and U packed in one matrix, and the exchanged rows (see ``torch.linalg.lu_factor``)."""
    return return_types.linalg_lu_factor(lu_factor_ex(A, pivot=pivot)[:2])


def unpacked(LU: Any) -> tuple[Any, Any]:
    """L with ones on its diagonal, and U."""
    m, n = LU.shape[-2:]
    k = min(m, n)
    L = tril(narrow(LU, -1, 0, k), -1) + like(LU, eye(m, k, dtype=float64, device="cpu").handle)
    return L, triu(narrow(LU, -2, 0, k))


def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:
    """P, L and U of packed factors (see ``torch.lu_unpack``); what is not asked for is empty."""
    if LU_data.ndim < 2:
        raise RuntimeError(f"torch.lu_unpack: LU_data must have at least 2 dimensions, but got {LU_data.ndim}")
    if LU_pivots.dtype is not int32 and unpack_pivots:
        raise RuntimeError("torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.")
    nothing = zeros_of(LU_data, [0])
    P = permutation(LU_pivots.detach(), LU_data.shape[-2], LU_data.dtype) if unpack_pivots else nothing
    L, U = unpacked(LU_data) if unpack_data else (nothing, nothing)
    return return_types.lu_unpack((P, L, U))


def linalg_lu(A: Any, *, pivot: bool = True) -> Any:
    """P, L and U with ``A = P L U`` (see ``torch.linalg.lu``)."""
    check_matrix("linalg.lu", A)
    return return_types.linalg_lu(lu_unpack(*lu_factor(A, pivot=pivot)))


def lu(A: Any, pivot: bool = True, get_infos: bool = False, out: Any = None) -> tuple:
    """`lu_factor` under its old name, with the infos where asked for (see ``torch.lu``)."""
    factors = lu_factor_ex(A, pivot=pivot)
    return factors if get_infos else tuple(factors[:2])


def lu_solve(b: Any, LU_data: Any, LU_pivots: Any) -> Any:
    """X with ``A X = b`` from packed factors of A (see ``torch.lu_solve``)."""
    return linalg_lu_solve(LU_data, LU_pivots, b)


def linalg_lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Any:
    """X with ``A X = B`` (or ``X A = B``; with `adjoint` for A transposed) from factors of A (see
    ``torch.linalg.lu_solve``)."""
    check_square("linalg.lu_solve", LU)
    check_matrix("linalg.lu_solve", B)
    if not left:
        return mT(linalg_lu_solve(LU, pivots, mT(B), adjoint=not adjoint))
    if LU.shape[-1] != B.shape[-2]:
        raise RuntimeError(
            f"linalg.lu_solve: Incompatible shapes of A and B for the equation AX = B ({LU.shape[-2]}x{LU.shape[-1]} "
            "and "
            f"{B.shape[-2]}x{B.shape[-1]})"
        )
    L, U = unpacked(LU)
    P = permutation(pivots.detach(), LU.shape[-2], LU.dtype)
    if adjoint:
        return matmul(P, triangle_solved(mT(L), triangle_solved(mT(U), B, False), True, True))
    return triangle_solved(U, triangle_solved(L, matmul(mT(P), B), False, True), True)


def _inverse(A: Handle) -> tuple[Handle, Handle]:
    n = A.shape[-1]
    packed, pivots, info = _core.lu_factor(in_double(A))
    P = permutation(pivots, n, float64)
    lower = _core.solve_triangular(packed, P.transpose(-2, -1), False, True)
    return _core.solve_triangular(packed, lower, True, False).to_dtype(A.dtype), info


inverse_of = operation(
    "linalg_inv_ex",
    lambda A: _inverse(A),
    outputs=1,
    A=lambda g, out: -matmul(mT(out), matmul(g, mT(out))),
)


def inv_ex(A: Any, *, check_errors: bool = False) -> Any:
    """Inverses, and for each matrix the first pivot that is 0, or 0 (see ``torch.linalg.inv_ex``)."""
    check_square("linalg.inv", A)
    out, info = inverse_of(A)
    if check_errors:
        refuse_singular("linalg.inv", info)
    return return_types.linalg_inv_ex((out, info))


def inv(A: Any) -> Any:
    """The inverse (see ``torch.linalg.inv``); LinAlgError for a singular matrix."""
    return inv_ex(A, check_errors=True)[0]


def inverse(input: Any) -> Any:
    """The inverse of square matrices (see ``torch.inverse``)."""
    return inv(input)


def _system(A: Handle, B: Handle) -> tuple[Handle, Handle]:
    packed, pivots, info = _core.lu_factor(in_double(A))
    permuted = permutation(pivots, A.shape[-1], float64).transpose(-2, -1).matmul(in_double(B))
    lower = _core.solve_triangular(packed, permuted, False, True)
    return _core.solve_triangular(packed, lower, True, False).to_dtype(B.dtype), info


system_of = operation(
    "linalg_solve_ex",
    lambda A, B: _system(A, B),
    outputs=1,
    A=lambda g, A, out: -matmul(first(system_of(mT(A), g)), mT(out)),
    B=lambda g, A: first(system_of(mT(A), g)),
)


def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> Any:
    """X with ``A X = B`` (or ``X A = B``), and for each matrix the first pivot that is 0, or 0 (see
    ``torch.linalg.solve_ex``)."""
    check_square("linalg.solve", A)
    require_tensor("linalg.solve", B, "B", 2)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {A.dtype.scalar_name} and B "
            "of type "
            f"{B.dtype.scalar_name} instead"
        )
    vector = B.ndim == 1 or (A.ndim - 1 == B.ndim and tuple(B.shape) == tuple(A.shape[:-1]))
    if not left and vector:
        raise RuntimeError("linalg.solve: Vector broadcasting of the left hand side is not supported for left=False.")
    right = unsqueeze(B, -1) if vector else B
    if right.ndim < 2:
        raise RuntimeError("linalg.solve: The input tensor B must have at least 2 dimensions.")
    if A.shape[-1] != right.shape[-2 if left else -1]:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({A.shape[-2]}x{A.shape[-1]} and {right.shape[-2]}x{right.shape[-1]})"
        )
    A, right = (A, right) if left else (mT(A), mT(right))
    lead = list(broadcast_shapes(A.shape[:-2], right.shape[:-2]))
    X, info = system_of(expand(A, [*lead, *A.shape[-2:]]), expand(right, [*lead, *right.shape[-2:]]))
    if check_errors:
        refuse_singular("torch.linalg.solve", info)
    X = X if left else mT(X)
    return return_types.linalg_solve_ex((squeeze(X, -1) if vector else X, info))


def solve(A: Any, B: Any, *, left: bool = True) -> Any:
    """X with ``A X = B``, or ``X A = B`` (see ``torch.linalg.solve``); LinAlgError for a singular matrix."""
    return solve_ex(A, B, left=left, check_errors=True)[0]


def _parity(pivots: Handle) -> Handle:
    """1 or -1 for an even or odd number of exchanges."""
    n = pivots.shape[-1]
    moved = pivots != _core.arange(1, 1, n, int32, pivots.backend)
    return 1.0 - 2.0 * (rows.remainder(moved.to_dtype(float64).reduce("sum", [-1], False), 2.0))


def _determinant(A: Handle) -> Handle:
    packed, pivots, _ = _core.lu_factor(in_double(A))
    return (packed.diagonal(0, -2, -1).reduce("prod", [-1], False) * _parity(pivots)).to_dtype(A.dtype)


det_of = operation(
    "linalg_det",
    lambda A: _determinant(A),
    A=lambda g, A: unsqueeze(unsqueeze(g, -1), -1) * cofactors(A),
)


def cofactors(A: Any) -> Any:
    """``det(A) inv(A)'``, which singular matrices have too: ``det(U V') U diag(products of the other values) V'``."""
    n = A.shape[-1]
    inverse_, info = inverse_of(A)
    codes = info.handle if isinstance(info, Tensor) else info
    if n == 0 or not (codes != 0).reduce("any", None, False).item():
        return unsqueeze(unsqueeze(det_of(A), -1), -1) * mT(inverse_)
    U, s, Vt = svd_of(A, False)
    wide = expand(unsqueeze(s, -2), [*s.shape[:-1], n, n])
    mask = like(s, eye(n, dtype=float64, device="cpu").handle)
    others = rows.select(rows.ne(plain(mask), 0), 1.0, wide).prod(-1)
    sign = det_of(matmul(U, Vt))
    return matmul(U * unsqueeze(others * unsqueeze(sign, -1), -2), Vt)


def det(A: Any) -> Any:
    """The determinant (see ``torch.linalg.det``)."""
    check_square("linalg.det", A)
    return det_of(A)


def _slogdet(A: Handle) -> tuple[Handle, Handle]:
    packed, pivots, _ = _core.lu_factor(in_double(A))
    d = packed.diagonal(0, -2, -1)
    sign = rows.sign(d).reduce("prod", [-1], False) * _parity(pivots)
    return rows.log(rows.abs(d).to_dtype(A.dtype)).reduce("sum", [-1], False), sign.to_dtype(A.dtype)


slogdet_of = operation(
    "linalg_slogdet",
    lambda A: _slogdet(A),
    A=lambda g, A: unsqueeze(unsqueeze(g[0], -1), -1) * mT(first(inverse_of(A))),
)


def linalg_slogdet(A: Any) -> Any:
    """The sign of the determinant and the logarithm of its size (see ``torch.linalg.slogdet``)."""
    check_square("linalg.slogdet", A)
    size, sign = slogdet_of(A)
    return return_types.linalg_slogdet((sign, size))


def slogdet(input: Any) -> Any:
    """The sign of the determinant and the logarithm of its size (see ``torch.slogdet``)."""
    return return_types.slogdet(linalg_slogdet(input))


def logdet(input: Any) -> Any:
    """The logarithm of the determinant; NaN where that is negative (see ``torch.logdet``)."""
    check_square("logdet", input)
    size, sign = slogdet_of(input)
    return rows.select(rows.lt(sign, 0), float("nan"), size)
