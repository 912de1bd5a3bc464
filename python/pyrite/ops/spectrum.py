"""Eigenvalues of symmetric matrices and singular values, with gradients after Giles (2008)."""

from __future__ import annotations

from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.operation import operation
from pyrite.ops import elementwise as rows
from pyrite.ops.create import zeros_of
from pyrite.ops.linalg import matmul
from pyrite.ops.matrices import LinAlgError, check_matrix, check_square, in_double, mT, plain, unit
from pyrite.ops.shape import narrow, unsqueeze
from pyrite.ops.triangle import diag_embed
from pyrite.tensor import Handle

__all__ = ["svd"]


def require_finite(name: str, A: Handle) -> None:
    """LinAlgError for matrices with infinities or NaN, with which an iteration does not end well."""
    if not rows.isfinite(A).reduce("all", None, False).item():
        raise LinAlgError(
            f"{name}: The algorithm failed to converge because the input matrix contained non-finite values."
        )


def _eigh(A: Handle) -> tuple[Handle, Handle]:
    require_finite("linalg.eigh", A)
    values, vectors = _core.eigh(in_double(A))
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
    check_square("linalg.eigh", A)
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return return_types.linalg_eigh(eigh_of(mT(A) if UPLO.upper() == "U" else A))


def eigvalsh(A: Any, UPLO: str = "L") -> Any:
    """The eigenvalues of symmetric matrices, rising (see ``torch.linalg.eigvalsh``)."""
    return eigh(A, UPLO)[0]


def singular_vectors(A: Handle, full: bool) -> tuple[Handle, Handle, Handle]:
    require_finite("linalg.svd", A)
    U, s, Vt = _core.svd(in_double(A), full)
    return U.to_dtype(A.dtype), s.to_dtype(A.dtype), Vt.to_dtype(A.dtype)


def _svd_gradient(g: list, outs: Any) -> Any:
    U, s, Vt = outs
    m, n, k = U.shape[-2], Vt.shape[-1], s.shape[-1]
    U, gU = narrow(U, -1, 0, k), narrow(g[0], -1, 0, k)
    Vt, gVt = narrow(Vt, -2, 0, k), narrow(g[2], -2, 0, k)
    V, gV = mT(Vt), mT(gVt)
    gaps = _gaps(s * s)
    left, right = matmul(mT(U), gU), matmul(Vt, gV)
    inner = (
        ((left - mT(left)) / gaps) * unsqueeze(s, -2)
        + unsqueeze(s, -1) * ((right - mT(right)) / gaps)
        + diag_embed(g[1])
    )
    out = matmul(U, matmul(inner, Vt))
    if m > k:
        rest = gU / unsqueeze(s, -2)
        out = out + matmul(rest - matmul(U, matmul(mT(U), rest)), Vt)
    if n > k:
        rest = gVt / unsqueeze(s, -1)
        out = out + matmul(U, rest - matmul(matmul(rest, V), Vt))
    return out


svd_of = operation("linalg_svd", lambda A, full: singular_vectors(A, full), A=lambda g, outs: _svd_gradient(g, outs))


svdvals_of = operation(
    "linalg_svdvals",
    lambda A: singular_vectors(A, False)[1],
    A=lambda g, A: _values_gradient(g, A),
)


def _values_gradient(g: Any, A: Any) -> Any:
    U, _, Vt = svd_of(A, False)
    return matmul(U * unsqueeze(g, -2), Vt)


def linalg_svd(A: Any, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """U, falling S and V' with ``A = U diag(S) V'`` (see ``torch.linalg.svd``)."""
    check_matrix("linalg.svd", A)
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )
    return return_types.linalg_svd(svd_of(A, full_matrices))


def svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """U, falling S and V with ``A = U diag(S) V'`` (see ``torch.svd``)."""
    check_matrix("linalg.svd", input)
    if not compute_uv:
        m, n = input.shape[-2:]
        lead = list(input.shape[:-2])
        return return_types.svd((zeros_of(input, [*lead, m, m]), svdvals_of(input), zeros_of(input, [*lead, n, n])))
    U, s, Vt = svd_of(input, not some)
    return return_types.svd((U, s, mT(Vt)))


def svdvals(A: Any, *, driver: str | None = None) -> Any:
    """The singular values, falling (see ``torch.linalg.svdvals``)."""
    check_matrix("linalg.svdvals", A)
    return svdvals_of(A)
