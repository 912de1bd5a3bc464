"""QR factors and products of Householder reflections, with gradients after Walter and Lehmann (2010)."""

from __future__ import annotations

from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.operation import operation
from pyrite.dtype import float64
from pyrite.ops.create import eye, zeros_of
from pyrite.ops.join import cat
from pyrite.ops.linalg import matmul
from pyrite.ops.matrices import check_matrix, in_double, like, mT
from pyrite.ops.matrix_powers import power_zero
from pyrite.ops.shape import narrow, unsqueeze
from pyrite.ops.triangle import tril, triu
from pyrite.ops.triangular import triangular_of
from pyrite.tensor import Handle

__all__ = ["geqrf", "qr", "ormqr"]


def _geqrf(A: Handle) -> tuple[Handle, Handle]:
    packed, tau = _core.geqrf(in_double(A))
    return packed.to_dtype(A.dtype), tau.to_dtype(A.dtype)


geqrf_of = operation("geqrf", lambda A: _geqrf(A))


def geqrf(input: Any) -> Any:
    """The packed QR factors and the reflections' tau, without a gradient (see ``torch.geqrf``)."""
    check_matrix("geqrf", input)
    return return_types.geqrf(geqrf_of(input))


def _qr(A: Handle, complete: bool) -> tuple[Handle, Handle]:
    m, n = A.shape[-2:]
    packed, tau = _core.geqrf(in_double(A))
    k = m if complete else min(m, n)
    held = packed.slice(-1, 0, min(k, n), 1)
    if k > n:
        wide = A.filled([*A.shape[:-2], m, k], 0, float64)
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
    inner = tril(matmul(R, mT(gR)) - matmul(mT(gQ), Q))
    even = inner + mT(tril(inner, -1))
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
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols")
    return _qr_gradient(g[0], g[1], Q, R)


def linalg_qr(A: Any, mode: str = "reduced") -> Any:
    """Q with orthonormal columns and upper triangular R with ``A = Q R`` (see ``torch.linalg.qr``)."""
    check_matrix("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    if mode != "r":
        return return_types.linalg_qr(qr_of(A, mode == "complete"))
    if A.requires_grad:
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, "
            "mode='reduced') if you are going to require gradients."
        )
    return return_types.linalg_qr((zeros_of(A, [0]), qr_of(A, False)[1]))


def qr(input: Any, some: bool = True) -> Any:
    """`linalg.qr` under its old name (see ``torch.qr``)."""
    check_matrix("linalg.qr", input)
    return return_types.qr(qr_of(input, not some))


def householder_product(A: Any, tau: Any) -> Any:
    """The first columns of the product of the reflections whose vectors stand below the diagonal of A (see
    ``torch.linalg.householder_product``)."""
    check_matrix("torch.linalg.householder_product", A)
    m, n = A.shape[-2:]
    if n > m:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]"
        )
    if tau.ndim != A.ndim - 1:
        raise RuntimeError("torch.linalg.householder_product: Expected tau to have one dimension less than input")
    if tau.shape[-1] > n:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]"
        )
    if tau.ndim != A.ndim - 1 or tuple(tau.shape[:-1]) != tuple(A.shape[:-2]):
        raise RuntimeError(
            "torch.linalg.householder_product: Expected batch dimensions of tau to be equal to input.shape[:-2], but "
            "got "
            f"{list(tau.shape[:-1])}"
        )
    if tau.dtype is not A.dtype:
        raise RuntimeError(
            f"torch.linalg.householder_product: tau dtype {tau.dtype.scalar_name} does not match input dtype "
            f"{A.dtype.scalar_name}"
        )
    Q = power_zero(A, like(A, eye(m, n, dtype=float64, device="cpu").handle))
    below = tril(A, -1) + like(A, eye(m, n, dtype=float64, device="cpu").handle)
    for k in range(tau.shape[-1] - 1, -1, -1):
        v = narrow(below, -1, k, 1)
        Q = Q - unsqueeze(narrow(tau, -1, k, 1), -1) * matmul(v, matmul(mT(v), Q))
    return Q


def ormqr(input: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Any:
    """The product of the whole Q of packed reflections with a matrix (see ``torch.ormqr``)."""
    check_matrix("torch.ormqr", input)
    if tau.ndim != input.ndim - 1:
        raise RuntimeError(f"torch.ormqr: Expected tau to have one dimension less than input, but got {tau.ndim}")
    m, n = input.shape[-2:]
    if n > m:
        input, n = narrow(input, -1, 0, m), m
    if tau.shape[-1] > n:
        raise RuntimeError("torch.ormqr: tau.shape[-1] must be less than or equal to input.shape[-1]")
    side = -2 if left else -1
    if other.ndim < 2:
        raise RuntimeError("torch.ormqr: other must have at least 2 dimensions.")
    if other.shape[side] != m:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if n < m:
        input = cat([input, zeros_of(input, [*input.shape[:-2], m, m - n])], -1)
    Q = householder_product(input, tau)
    Q = mT(Q) if transpose else Q
    return matmul(Q, other) if left else matmul(other, Q)
