"""Factorizations of dense matrices, and what they solve: Cholesky, LU, QR, symmetric eigenvalues, singular values.

The core factors in double precision; results come back in the dtype of the input. Complex matrices are not built. The gradient
rules are those of Giles, "Collected matrix derivative results for forward and reverse mode AD" (2008), and Walter and Lehmann
(2010) for QR; that of LU is worked out for rectangular matrices in the same way.
"""

from __future__ import annotations

from typing import Any

from pyrite import _core
from pyrite.autograd.graph import operation
from pyrite.dtype import float32, float64, int32, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor
from pyrite.ops.convert import clone, to_dtype
from pyrite.ops.create import eye, numbers_handle, zeros_of
from pyrite.ops.join import cat
from pyrite.ops.linalg import matmul, power_zero
from pyrite.ops.shape import broadcast_shapes, diagonal, expand, narrow, reshape, squeeze, transpose, unsqueeze
from pyrite.ops.triangle import diag_embed, tril, triu
from pyrite.tensor import Handle, Tensor, wrap


__all__ = (
    "cholesky cholesky_solve cholesky_inverse triangular_solve lu lu_unpack lu_solve inverse det slogdet logdet geqrf "
    "qr ormqr svd"
).split()


class LinAlgError(RuntimeError):
    """A matrix that a factorization cannot be made of, as one that is singular (see ``torch.linalg.LinAlgError``)."""


# Checks


def check_matrix(name: str, A: Any) -> None:
    require_tensor(name, A, "A")
    if A.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if A.dtype not in (float32, float64):
        if kind(A.dtype) == 3:
            raise NotImplementedError(f"{name} of complex matrices")
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {A.dtype.scalar_name}"
            if kind(A.dtype) < 2
            else f"{name}: Low precision dtypes not supported. Got {A.dtype.scalar_name}"
        )


def check_square(name: str, A: Any) -> None:
    check_matrix(name, A)
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices"
        )


def first_failure(info: Any) -> tuple[str, int] | None:
    """Which matrix of a batch failed, as words, and the code of its failure."""
    codes = info.handle.reshape([-1]).to_dtype(_core.int64)
    for i in range(codes.numel()):
        code = int(codes.select(0, i).item())
        if code:
            return (f"(Batch element {i}): " if info.ndim else ""), code
    return None


def refuse_singular(name: str, info: Any) -> None:
    failure = first_failure(info)
    if failure:
        where, code = failure
        what = "inversion" if name.endswith("inv") else "solve"
        raise LinAlgError(
            f"{name}: {where}The diagonal element {code} is zero, the {what} could not be completed because the input matrix is "
            "singular."
        )


# Pieces that gradients are made of


def mT(x: Any) -> Any:
    return transpose(x, -2, -1)


def _dense(x: Handle) -> Handle:
    return x.to_dtype(float64)


def like(g: Any, handle: Handle) -> Any:
    """A constant in the dtype of `g`: a handle for a handle, a tensor for a tensor."""
    handle = handle.to_dtype(g.dtype)
    return wrap(handle) if isinstance(g, Tensor) else handle


def unit(g: Any, n: int) -> Any:
    return like(g, eye(n, dtype=float64).handle)


def halved_lower(x: Any) -> Any:
    """The lower triangle with half of the diagonal."""
    return tril(x) - diag_embed(diagonal(x, 0, -2, -1)) * 0.5


def rows_exchanged(pivots: Any, m: int) -> Handle:
    """Where each row of a matrix went: for every matrix of a batch the order of rows that `pivots` (from 1) make."""
    handle = pivots.handle if isinstance(pivots, Tensor) else pivots
    lead, k = list(handle.shape[:-1]), handle.shape[-1]
    if handle.numel() == 0:
        return numbers_handle(list(range(m)), [m], _core.int64).expand([*lead, m])
    flat = wrap(handle).tolist() if handle.ndim == 1 else wrap(handle.reshape([-1, k])).tolist()
    orders = []
    for exchanges in [flat] if handle.ndim == 1 else flat:
        order = list(range(m))
        for i, p in enumerate(exchanges):
            if not 1 <= p <= m:
                raise RuntimeError("pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive")
            order[i], order[p - 1] = order[p - 1], order[i]
        orders += order
    return numbers_handle(orders, [*lead, m], _core.int64)


def permutation(pivots: Any, m: int, dtype: Any) -> Any:
    """The matrices P of ``A = P L U``."""
    order = rows_exchanged(pivots, m)
    places = numbers_handle(list(range(m)), [m, 1], _core.int64)
    matrix = (order.unsqueeze(-2) == places).to_dtype(dtype)
    return wrap(matrix) if isinstance(pivots, Tensor) else matrix


# Triangular systems


def _solved(A: Handle, B: Handle, upper: bool, unitriangular: bool) -> Handle:
    return _core.solve_triangular(_dense(A), _dense(B), upper, unitriangular).to_dtype(B.dtype)


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
    return triangular_of(
        expand(A, [*lead, *A.shape[-2:]]), expand(B, [*lead, *B.shape[-2:]]), upper, unitriangular
    )


def solve_triangular(A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    """X with ``A X = B`` (or ``X A = B``) for triangular A (see ``torch.linalg.solve_triangular``)."""
    check_square("linalg.solve_triangular", A)
    check_matrix("linalg.solve_triangular", B)
    if A.shape[-2] != B.shape[-2 if left else -1]:
        raise RuntimeError(
            f"linalg.solve_triangular: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"linalg.solve_triangular: Expected A and B to have the same dtype, but found A of type {A.dtype.scalar_name} and B of "
            f"type {B.dtype.scalar_name} instead"
        )
    if left:
        return triangle_solved(A, B, upper, unitriangular)
    return mT(triangle_solved(mT(A), mT(B), not upper, unitriangular))


def triangular_solve(input: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False) -> Any:
    """X with ``A X = input`` for triangular A, and a copy of A (see ``torch.triangular_solve``)."""
    from pyrite.return_types import triangular_solve as result

    if input.ndim < 2:
        raise RuntimeError(f"torch.triangular_solve: Expected b to have at least 2 dimensions, but it has {input.ndim} dimensions instead")
    check_square("triangular_solve", A)
    matrix = mT(A) if transpose else A
    lead = list(broadcast_shapes(A.shape[:-2], input.shape[:-2]))
    solution = triangle_solved(matrix, input, upper != transpose, unitriangular)
    return result((solution, clone(expand(A, [*lead, *A.shape[-2:]]))))


# Cholesky


def _cholesky(A: Handle) -> tuple[Handle, Handle]:
    L, info = _core.cholesky(_dense(A))
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
    from pyrite.return_types import linalg_cholesky_ex as result

    check_square("linalg.cholesky", A)
    L, info = cholesky_of(mT(A) if upper else A)
    if check_errors:
        _refuse_indefinite("linalg.cholesky", info)
    return result((mT(L) if upper else L, info))


def _refuse_indefinite(name: str, info: Any) -> None:
    failure = first_failure(info)
    if failure:
        raise LinAlgError(
            f"{name}: {failure[0]}The factorization could not be completed because the input is not positive-definite (the "
            f"leading minor of order {failure[1]} is not positive-definite)."
        )


def linalg_cholesky(A: Any, *, upper: bool = False) -> Any:
    """L with ``L L' = A`` for symmetric positive definite A (see ``torch.linalg.cholesky``); LinAlgError where there is none."""
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
            f"Incompatible matrix sizes for cholesky_solve: each A matrix is {L.shape[-1]} by {L.shape[-1]} but each b matrix is "
            f"{input.shape[-2]} by {input.shape[-1]}"
        )
    lead = list(broadcast_shapes(L.shape[:-2], input.shape[:-2]))
    return cholesky_solved(
        expand(input, [*lead, *input.shape[-2:]]), expand(L, [*lead, *L.shape[-2:]]), upper
    )


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


def both(x: Any) -> Any:
    return x + mT(x)


def cholesky_inverse(input: Any, upper: bool = False) -> Any:
    """The inverse of ``L L'`` (see ``torch.cholesky_inverse``)."""
    check_square("cholesky_inverse", input)
    return cholesky_inverted(input, upper)


cholesky_inverted = operation(
    "cholesky_inverse",
    lambda L, upper: _cholesky_solved(unit(L, L.shape[-1]).expand(list(L.shape)), L, upper),
    L=lambda g, L, upper, out: _factor_gradient(matmul(out, matmul(both(g), out)), L, upper),
)


# LU


def _lu(A: Handle) -> tuple[Handle, Handle, Handle]:
    packed, pivots, info = _core.lu_factor(_dense(A))
    return packed.to_dtype(A.dtype), pivots, info


def _lu_gradient(g: Any, packed: Any, pivots: Any) -> Any:
    """The gradient of the packed factors: of ``M = L1^-1 dL1 + dU1 U1^-1``, then of the matrix."""
    m, n = packed.shape[-2:]
    k = min(m, n)
    square, g1 = _corner(packed, k, k), _corner(g, k, k)
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


def _corner(x: Any, m: int, n: int) -> Any:
    return narrow(narrow(x, -2, 0, m), -1, 0, n)


lu_of = operation(
    "linalg_lu_factor_ex",
    lambda A: _lu(A),
    outputs=1,
    A=lambda g, outs: _lu_gradient(g, outs[0], outs[1]),
)


def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """L and U packed, the exchanged rows, and for each matrix the first pivot that is 0, or 0 (see
    ``torch.linalg.lu_factor_ex``)."""
    from pyrite.return_types import linalg_lu_factor_ex as result

    check_matrix("linalg.lu_factor", A)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")
    packed, pivots, info = lu_of(A)
    if check_errors:
        failure = first_failure(info)
        if failure:
            raise LinAlgError(
                f"torch.linalg.lu_factor_ex: {failure[0]}U[{failure[1]},{failure[1]}] is zero and using it on lu_solve would result "
                "in a division by zero."
            )
    return result((packed, pivots, info))


def lu_factor(A: Any, *, pivot: bool = True) -> Any:
    """L and U packed in one matrix, and the exchanged rows (see ``torch.linalg.lu_factor``)."""
    from pyrite.return_types import linalg_lu_factor as result

    return result(lu_factor_ex(A, pivot=pivot)[:2])


def unpacked(LU: Any) -> tuple[Any, Any]:
    """L with ones on its diagonal, and U."""
    m, n = LU.shape[-2:]
    k = min(m, n)
    L = tril(narrow(LU, -1, 0, k), -1) + like(LU, eye(m, k, dtype=float64).handle)
    return L, triu(narrow(LU, -2, 0, k))


def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:
    """P, L and U of packed factors (see ``torch.lu_unpack``); what is not asked for is empty."""
    from pyrite.return_types import lu_unpack as result

    if LU_pivots.dtype is not int32 and unpack_pivots:
        raise RuntimeError("torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.")
    nothing = zeros_of(LU_data, [0])
    P = permutation(LU_pivots.detach(), LU_data.shape[-2], LU_data.dtype) if unpack_pivots else nothing
    L, U = unpacked(LU_data) if unpack_data else (nothing, nothing)
    return result((P, L, U))


def linalg_lu(A: Any, *, pivot: bool = True) -> Any:
    """P, L and U with ``A = P L U`` (see ``torch.linalg.lu``)."""
    from pyrite.return_types import linalg_lu as result

    check_matrix("linalg.lu", A)
    return result(lu_unpack(*lu_factor(A, pivot=pivot)))


def lu(A: Any, pivot: bool = True, get_infos: bool = False, out: Any = None) -> tuple:
    """`lu_factor` under its old name, with the infos where asked for (see ``torch.lu``)."""
    factors = lu_factor_ex(A, pivot=pivot)
    return factors if get_infos else tuple(factors[:2])


def lu_solve(b: Any, LU_data: Any, LU_pivots: Any) -> Any:
    """X with ``A X = b`` from packed factors of A (see ``torch.lu_solve``)."""
    return linalg_lu_solve(LU_data, LU_pivots, b)


def linalg_lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Any:
    """X with ``A X = B`` (or ``X A = B``; with `adjoint` for A transposed) from factors of A (see ``torch.linalg.lu_solve``)."""
    check_square("linalg.lu_solve", LU)
    check_matrix("linalg.lu_solve", B)
    if not left:
        return mT(linalg_lu_solve(LU, pivots, mT(B), adjoint=not adjoint))
    if LU.shape[-1] != B.shape[-2]:
        raise RuntimeError(
            f"linalg.lu_solve: Incompatible shapes of A and B for the equation AX = B ({LU.shape[-2]}x{LU.shape[-1]} and "
            f"{B.shape[-2]}x{B.shape[-1]})"
        )
    L, U = unpacked(LU)
    P = permutation(pivots.detach(), LU.shape[-2], LU.dtype)
    if adjoint:
        return matmul(P, triangle_solved(mT(L), triangle_solved(mT(U), B, False), True, True))
    return triangle_solved(U, triangle_solved(L, matmul(mT(P), B), False, True), True)


# Systems, inverses, determinants


def _inverse(A: Handle) -> tuple[Handle, Handle]:
    n = A.shape[-1]
    packed, pivots, info = _core.lu_factor(_dense(A))
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
    from pyrite.return_types import linalg_inv_ex as result

    check_square("linalg.inv", A)
    out, info = inverse_of(A)
    if check_errors:
        refuse_singular("linalg.inv", info)
    return result((out, info))


def inv(A: Any) -> Any:
    """The inverse (see ``torch.linalg.inv``); LinAlgError for a singular matrix."""
    return inv_ex(A, check_errors=True)[0]


def inverse(input: Any) -> Any:
    """The inverse of square matrices (see ``torch.inverse``)."""
    return inv(input)


def _system(A: Handle, B: Handle) -> tuple[Handle, Handle]:
    packed, pivots, info = _core.lu_factor(_dense(A))
    permuted = permutation(pivots, A.shape[-1], float64).transpose(-2, -1).matmul(_dense(B))
    lower = _core.solve_triangular(packed, permuted, False, True)
    return _core.solve_triangular(packed, lower, True, False).to_dtype(B.dtype), info


system_of = operation(
    "linalg_solve_ex",
    lambda A, B: _system(A, B),
    outputs=1,
    A=lambda g, A, out: -matmul(first(system_of(mT(A), g)), mT(out)),
    B=lambda g, A: first(system_of(mT(A), g)),
)


def first(results: Any) -> Any:
    return results[0]


def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> Any:
    """X with ``A X = B`` (or ``X A = B``), and for each matrix the first pivot that is 0, or 0 (see
    ``torch.linalg.solve_ex``)."""
    from pyrite.return_types import linalg_solve_ex as result

    check_square("linalg.solve", A)
    require_tensor("linalg.solve", B, "B", 2)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {A.dtype.scalar_name} and B of type "
            f"{B.dtype.scalar_name} instead"
        )
    vector = B.ndim == 1 or A.ndim - 1 == B.ndim and tuple(B.shape) == tuple(A.shape[:-1])
    if not left and vector:
        raise RuntimeError("linalg.solve: Vector broadcasting of the left hand side is not supported for left=False.")
    right = unsqueeze(B, -1) if vector else B
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
    return result((squeeze(X, -1) if vector else X, info))


def solve(A: Any, B: Any, *, left: bool = True) -> Any:
    """X with ``A X = B``, or ``X A = B`` (see ``torch.linalg.solve``); LinAlgError for a singular matrix."""
    return solve_ex(A, B, left=left, check_errors=True)[0]


def _parity(pivots: Handle) -> Handle:
    """1 or -1 for an even or odd number of exchanges."""
    n = pivots.shape[-1]
    moved = pivots != numbers_handle(list(range(1, n + 1)), [n], int32)
    return 1.0 - 2.0 * (rows.remainder(moved.to_dtype(float64).reduce("sum", [-1], False), 2.0))


def _determinant(A: Handle) -> Handle:
    packed, pivots, _ = _core.lu_factor(_dense(A))
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
    mask = like(s, eye(n, dtype=float64).handle)
    others = rows.select(rows.ne(plain(mask), 0), 1.0, wide).prod(-1)
    sign = det_of(matmul(U, Vt))
    return matmul(U * unsqueeze(others * unsqueeze(sign, -1), -2), Vt)


def plain(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else x


def det(A: Any) -> Any:
    """The determinant (see ``torch.linalg.det``)."""
    check_square("linalg.det", A)
    return det_of(A)


def _slogdet(A: Handle) -> tuple[Handle, Handle]:
    packed, pivots, _ = _core.lu_factor(_dense(A))
    d = packed.diagonal(0, -2, -1)
    sign = rows.sign(d).reduce("prod", [-1], False) * _parity(pivots)
    return rows.log(rows.abs(d)).reduce("sum", [-1], False).to_dtype(A.dtype), sign.to_dtype(A.dtype)


slogdet_of = operation(
    "linalg_slogdet",
    lambda A: _slogdet(A),
    A=lambda g, A: unsqueeze(unsqueeze(g[0], -1), -1) * mT(first(inverse_of(A))),
)


def linalg_slogdet(A: Any) -> Any:
    """The sign of the determinant and the logarithm of its size (see ``torch.linalg.slogdet``)."""
    from pyrite.return_types import linalg_slogdet as result

    check_square("linalg.slogdet", A)
    size, sign = slogdet_of(A)
    return result((sign, size))


def slogdet(input: Any) -> Any:
    """The sign of the determinant and the logarithm of its size (see ``torch.slogdet``)."""
    from pyrite.return_types import slogdet as result

    return result(linalg_slogdet(input))


def logdet(input: Any) -> Any:
    """The logarithm of the determinant; NaN where that is negative (see ``torch.logdet``)."""
    check_square("logdet", input)
    size, sign = slogdet_of(input)
    return rows.select(rows.lt(sign, 0), float("nan"), size)


# QR


def _geqrf(A: Handle) -> tuple[Handle, Handle]:
    packed, tau = _core.geqrf(_dense(A))
    return packed.to_dtype(A.dtype), tau.to_dtype(A.dtype)


geqrf_of = operation("geqrf", lambda A: _geqrf(A))


def geqrf(input: Any) -> Any:
    """The packed QR factors and the reflections' tau, without a gradient (see ``torch.geqrf``)."""
    from pyrite.return_types import geqrf as result

    check_matrix("geqrf", input)
    return result(geqrf_of(input))


def _qr(A: Handle, complete: bool) -> tuple[Handle, Handle]:
    m, n = A.shape[-2:]
    packed, tau = _core.geqrf(_dense(A))
    k = m if complete else min(m, n)
    held = packed.slice(-1, 0, min(k, n), 1)
    if k > n:
        wide = _core.full([*A.shape[:-2], m, k], 0, float64)
        wide.slice(-1, 0, n, 1).assign(held)
        held = wide
    Q = _core.householder_product(held, tau)
    return Q.to_dtype(A.dtype), triu(packed.slice(-2, 0, k, 1)).to_dtype(A.dtype)


def _qr_gradient(gQ: Any, gR: Any, Q: Any, R: Any) -> Any:
    m, n = Q.shape[-2], R.shape[-1]
    if m < n:
        left, right = narrow(R, -1, 0, m), narrow(R, -1, m, n - m)
        g1, g2 = narrow(gR, -1, 0, m), narrow(gR, -1, m, n - m)
        second = matmul(Q, right)
        return cat([_qr_gradient(gQ + matmul(second, mT(g2)), g1, Q, left), matmul(Q, g2)], -1)
    inner = triu(matmul(R, mT(gR)) - matmul(mT(gQ), Q))
    even = inner + mT(triu(inner, 1))
    g = gQ + matmul(Q, even)
    return mT(triangular_of(R, mT(g), True, False))


qr_of = operation(
    "linalg_qr",
    lambda A, complete: _qr(A, complete),
    A=lambda g, outs, complete: _qr_backward(g, outs, complete),
)


def _qr_backward(g: Any, outs: Any, complete: bool) -> Any:
    Q, R = outs
    if complete and Q.shape[-1] > R.shape[-1]:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols"
        )
    return _qr_gradient(g[0], g[1], Q, R)


def linalg_qr(A: Any, mode: str = "reduced") -> Any:
    """Q with orthonormal columns and upper triangular R with ``A = Q R`` (see ``torch.linalg.qr``)."""
    from pyrite.return_types import linalg_qr as result

    check_matrix("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    if mode != "r":
        return result(qr_of(A, mode == "complete"))
    if A.requires_grad:
        raise RuntimeError("The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to require gradients.")
    return result((zeros_of(A, [0]), qr_of(A, False)[1]))


def qr(input: Any, some: bool = True) -> Any:
    """`linalg.qr` under its old name (see ``torch.qr``)."""
    from pyrite.return_types import qr as result

    check_matrix("linalg.qr", input)
    return result(qr_of(input, not some))


def householder_product(A: Any, tau: Any) -> Any:
    """The first columns of the product of the reflections whose vectors stand below the diagonal of A (see
    ``torch.linalg.householder_product``)."""
    check_matrix("torch.linalg.householder_product", A)
    m, n = A.shape[-2:]
    if n > m:
        raise RuntimeError("torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if tau.shape[-1] > n:
        raise RuntimeError("torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if tau.ndim != A.ndim - 1 or tuple(tau.shape[:-1]) != tuple(A.shape[:-2]):
        raise RuntimeError(
            "torch.linalg.householder_product: Expected batch dimensions of tau to be equal to input.shape[:-2], but got "
            f"{list(tau.shape[:-1])}"
        )
    if tau.dtype is not A.dtype:
        raise RuntimeError(
            f"torch.linalg.householder_product: tau dtype {tau.dtype.scalar_name} does not match input dtype {A.dtype.scalar_name}"
        )
    Q = power_zero(A, like(A, eye(m, n, dtype=float64).handle))
    below = tril(A, -1) + like(A, eye(m, n, dtype=float64).handle)
    for k in range(tau.shape[-1] - 1, -1, -1):
        v = narrow(below, -1, k, 1)
        Q = Q - unsqueeze(narrow(tau, -1, k, 1), -1) * matmul(v, matmul(mT(v), Q))
    return Q


def ormqr(input: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Any:
    """The product of the whole Q of packed reflections with a matrix (see ``torch.ormqr``)."""
    check_matrix("torch.ormqr", input)
    m, n = input.shape[-2:]
    if n > m:
        input, n = narrow(input, -1, 0, m), m
    if tau.shape[-1] > n:
        raise RuntimeError("torch.ormqr: tau.shape[-1] must be less than or equal to input.shape[-1]")
    side = -2 if left else -1
    if other.shape[side] != m:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if n < m:
        input = cat([input, zeros_of(input, [*input.shape[:-2], m, m - n])], -1)
    Q = householder_product(input, tau)
    Q = mT(Q) if transpose else Q
    return matmul(Q, other) if left else matmul(other, Q)


# Eigenvalues and singular values


def _eigh(A: Handle) -> tuple[Handle, Handle]:
    values, vectors = _core.eigh(_dense(A))
    return values.to_dtype(A.dtype), vectors.to_dtype(A.dtype)


def _gaps(x: Any) -> Any:
    """``x_j - x_i``, infinite on the diagonal."""
    n = x.shape[-1]
    gaps = unsqueeze(x, -2) - unsqueeze(x, -1)
    return rows.select(rows.ne(unit(plain(x), n), 0), float("inf"), gaps)


def _eigh_gradient(g: Any, outs: Any) -> Any:
    values, V = outs
    inner = matmul(mT(V), g[1]) / _gaps(values) + diag_embed(g[0])
    return matmul(V, matmul(inner, mT(V)))


eigh_of = operation("linalg_eigh", lambda A: _eigh(A), A=lambda g, outs: _eigh_gradient(g, outs))


def eigh(A: Any, UPLO: str = "L") -> Any:
    """The eigenvalues, rising, and eigenvectors of symmetric matrices (see ``torch.linalg.eigh``)."""
    from pyrite.return_types import linalg_eigh as result

    check_square("linalg.eigh", A)
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return result(eigh_of(mT(A) if UPLO.upper() == "U" else A))


def eigvalsh(A: Any, UPLO: str = "L") -> Any:
    """The eigenvalues of symmetric matrices, rising (see ``torch.linalg.eigvalsh``)."""
    return eigh(A, UPLO)[0]


def _svd(A: Handle, full: bool) -> tuple[Handle, Handle, Handle]:
    U, s, Vt = _core.svd(_dense(A))
    k = min(A.shape[-2:])
    if not full:
        U, Vt = U.slice(-1, 0, k, 1), Vt.slice(-2, 0, k, 1)
    return U.to_dtype(A.dtype), s.to_dtype(A.dtype), Vt.to_dtype(A.dtype)


def _svd_gradient(g: list, outs: Any) -> Any:
    U, s, Vt = outs
    m, n, k = U.shape[-2], Vt.shape[-1], s.shape[-1]
    U, gU = narrow(U, -1, 0, k), narrow(g[0], -1, 0, k)
    Vt, gVt = narrow(Vt, -2, 0, k), narrow(g[2], -2, 0, k)
    V, gV = mT(Vt), mT(gVt)
    gaps = _gaps(s * s)
    left, right = matmul(mT(U), gU), matmul(Vt, gV)
    inner = ((left - mT(left)) / gaps) * unsqueeze(s, -2) + unsqueeze(s, -1) * ((right - mT(right)) / gaps) + diag_embed(g[1])
    out = matmul(U, matmul(inner, Vt))
    if m > k:
        rest = gU / unsqueeze(s, -2)
        out = out + matmul(rest - matmul(U, matmul(mT(U), rest)), Vt)
    if n > k:
        rest = gVt / unsqueeze(s, -1)
        out = out + matmul(U, rest - matmul(matmul(rest, V), Vt))
    return out


svd_of = operation("linalg_svd", lambda A, full: _svd(A, full), A=lambda g, outs: _svd_gradient(g, outs))
svdvals_of = operation(
    "linalg_svdvals",
    lambda A: _svd(A, False)[1],
    A=lambda g, A: _values_gradient(g, A),
)


def _values_gradient(g: Any, A: Any) -> Any:
    U, _, Vt = svd_of(A, False)
    return matmul(U * unsqueeze(g, -2), Vt)


def linalg_svd(A: Any, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """U, falling S and V' with ``A = U diag(S) V'`` (see ``torch.linalg.svd``)."""
    from pyrite.return_types import linalg_svd as result

    check_matrix("linalg.svd", A)
    if driver is not None:
        raise RuntimeError("torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.")
    return result(svd_of(A, full_matrices))


def svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """U, falling S and V with ``A = U diag(S) V'`` (see ``torch.svd``)."""
    from pyrite.return_types import svd as result

    check_matrix("linalg.svd", input)
    if not compute_uv:
        m, n = input.shape[-2:]
        lead = list(input.shape[:-2])
        return result((zeros_of(input, [*lead, m, m]), svdvals_of(input), zeros_of(input, [*lead, n, n])))
    U, s, Vt = svd_of(input, not some)
    return result((U, s, mT(Vt)))


def svdvals(A: Any, *, driver: str | None = None) -> Any:
    """The singular values, falling (see ``torch.linalg.svdvals``)."""
    check_matrix("linalg.svdvals", A)
    return svdvals_of(A)
