"""What is made of factorizations: pseudo-inverses, ranks, condition numbers, least squares and matrix exponentials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyrite import _core, return_types
from pyrite.autograd.operation import operation
from pyrite.dtype import float64, int64, kind
from pyrite.ops import elementwise as rows
from pyrite.ops import factorization as factors
from pyrite.ops import spectrum
from pyrite.ops.arguments import require_tensor
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import zeros_of
from pyrite.ops.linalg import matmul
from pyrite.ops.lookup import nothing_of
from pyrite.ops.matrices import check_matrix, check_square, mT, unit
from pyrite.ops.norms import matrix_norm
from pyrite.ops.shape import expand, movedim, reshape, squeeze, unsqueeze
from pyrite.ops.triangle import tril
from pyrite.tensor import Handle, Tensor, wrap

__all__ = ["matrix_exp", "pinverse"]

EPSILON = {"float32": 2.0**-23, "float64": 2.0**-52}


def _bound(x: Any, default: Any) -> Any:
    if isinstance(x, Tensor | Handle):
        return (x.handle if isinstance(x, Tensor) else x).to_dtype(float64)
    return default if x is None else float(x)


def _pseudo_inverse(A: Handle, atol: Any, rtol: Any, hermitian: bool) -> Handle:
    if 0 in A.shape[-2:]:
        return A.filled([*A.shape[:-2], A.shape[-1], A.shape[-2]], 0, A.dtype)
    if hermitian:
        A = _symmetric(A)
    U, s, Vt = (t.to_dtype(float64) for t in spectrum.singular_vectors(A.to_dtype(float64), False))
    limit = tolerance_of(s, EPSILON[A.dtype.name] * max(A.shape[-2:]), atol, rtol).unsqueeze(-1)
    inverted = rows.select(s > limit, 1.0 / s, 0.0)
    return (Vt.transpose(-2, -1) * inverted.unsqueeze(-2)).matmul(U.transpose(-2, -1)).to_dtype(A.dtype)


def tolerance_of(s: Handle, own: float, atol: Any, rtol: Any) -> Handle:
    absolute, relative = _bound(atol, 0.0), _bound(rtol, None)
    if relative is None:
        relative = 0.0 if isinstance(absolute, float) and absolute > 0 else own
        if isinstance(absolute, Handle):
            relative = rows.select(absolute > 0, 0.0, _core.full([], own, float64))
    return rows.maximum(
        s.select(-1, 0) * relative, absolute if isinstance(absolute, Handle) else _core.full([], absolute, float64)
    )


def _symmetric(A: Handle) -> Handle:
    lower = tril(A)
    return lower + tril(A, -1).transpose(-2, -1)


pinv_of = operation(
    "linalg_pinv",
    lambda A, atol, rtol, hermitian: _pseudo_inverse(A, atol, rtol, hermitian),
    A=lambda g, A, out: _pinv_gradient(g, A, out),
)


def _pinv_gradient(g: Any, A: Any, P: Any) -> Any:
    """Golub and Pereyra (1973): the derivative of a pseudo-inverse where the rank does not change."""
    m, n = A.shape[-2:]
    out = -matmul(mT(P), matmul(g, mT(P)))
    out = out + matmul(unit(g, m) - matmul(A, P), matmul(mT(g), matmul(P, mT(P))))
    return out + matmul(matmul(mT(P), P), matmul(mT(g), unit(g, n) - matmul(P, A)))


def pinv(A: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Any:
    """The Moore-Penrose inverse; singular values up to ``max(atol, rtol * largest)`` count as 0 (see
    ``torch.linalg.pinv``)."""
    check_matrix("linalg.pinv", A)
    if hermitian:
        check_square("linalg.pinv", A)
    return pinv_of(A, atol, rcond if rtol is None else rtol, hermitian)


def pinverse(input: Any, rcond: float = 1e-15) -> Any:
    """The Moore-Penrose inverse (see ``torch.pinverse``)."""
    return pinv(input, rcond)


def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Any:
    """The number of singular values above ``max(atol, rtol * largest)`` (see ``torch.linalg.matrix_rank``)."""
    check_matrix("linalg.matrix_rank", A)
    handle = A.handle.to_dtype(float64)
    if 0 in A.shape[-2:]:
        return wrap(A.filled(list(A.shape[:-2]), 0, int64))
    if hermitian:
        check_square("linalg.matrix_rank", A)
        handle = _symmetric(handle)
    s = spectrum.singular_vectors(handle, False)[1]
    if tol is not None:
        atol, rtol = tol, 0.0
    limit = tolerance_of(s, EPSILON[A.dtype.name] * max(A.shape[-2:]), atol, rtol)
    return wrap((s > limit.unsqueeze(-1)).to_dtype(int64).reduce("sum", [-1], False))


def cond(A: Any, p: Any = None) -> Any:
    """The condition number: the largest over the smallest singular value, or a norm times that of the inverse (see
    ``torch.linalg.cond``)."""
    if p is None or p in (2, -2):
        check_matrix("linalg.cond", A)
        s = spectrum.svdvals_of(A)
        if s.shape[-1] == 0:
            return zeros_of(A, A.shape[:-2])
        largest, smallest = s[..., 0], s[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    check_square("linalg.cond", A)
    if A.numel() == 0:
        return zeros_of(A, A.shape[:-2])
    inverse, info = factors.inverse_of(A)
    out = matrix_norm(A, p) * matrix_norm(inverse, p)
    return rows.select(rows.ne(info, 0), float("inf"), out)


def lstsq(A: Any, B: Any, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """X that makes ``|A X - B|`` smallest, with residuals, ranks and singular values as the driver gives them (see
    ``torch.linalg.lstsq``)."""
    check_matrix("torch.linalg.lstsq", A)
    if B.ndim < 1:
        raise RuntimeError("torch.linalg.lstsq: other must have at least 1 dimension.")
    if B.dtype is not A.dtype:
        raise RuntimeError(
            "torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype "
            f"{A.dtype.scalar_name} and "
            f"other's dtype {B.dtype.scalar_name}"
        )
    driver = "gelsy" if driver is None else driver
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError("torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    vector = B.ndim == A.ndim - 1 and tuple(B.shape) == tuple(A.shape[:-1])
    right = unsqueeze(B, -1) if vector else B
    if right.ndim < 2:
        raise RuntimeError("torch.linalg.lstsq: other must have at least 2 dimensions, or 1 less than input")
    m, n = A.shape[-2:]
    if right.shape[-2] != m:
        raise RuntimeError("torch.linalg.lstsq: input.size(-2) should match other.size(-2)")
    limit = EPSILON[A.dtype.name] * max(m, n) if rcond is None else rcond
    X = matmul(pinv_of(A, None, limit, False), right)
    values = spectrum.singular_vectors(A.handle.to_dtype(float64), False)[1] if m and n else None
    nothing = zeros_of(A, [0])
    empty = nothing_of(A, [0])
    rank = wrap(_core.full([0], 0, int64)) if driver == "gels" else matrix_rank(A.detach(), rtol=limit)
    singular = wrap(values.to_dtype(A.dtype)) if driver in ("gelsd", "gelss") and values is not None else nothing
    full = driver == "gels" or bool((rank == n).all().item())
    residuals = ((matmul(A, X) - right) ** 2).sum(-2) if m > n and full else empty
    return return_types.linalg_lstsq((squeeze(X, -1) if vector else X, residuals, rank, singular))


def tensorinv(A: Any, ind: int = 2) -> Any:
    """The inverse under `tensordot` over the first `ind` dimensions (see ``torch.linalg.tensorinv``)."""
    if ind <= 0:
        raise RuntimeError("Expected a strictly positive integer for 'ind'")
    first, last = list(A.shape[:ind]), list(A.shape[ind:])
    m, n = math.prod(first), math.prod(last)
    if m != n:
        raise RuntimeError(
            f"Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {n} "
            f"!= {m}"
        )
    return reshape(factors.inv(reshape(A, [m, n])), last + first)


def tensorsolve(A: Any, B: Any, dims: Sequence[int] | None = None) -> Any:
    """X with ``tensordot(A, X, X.ndim) = B`` (see ``torch.linalg.tensorsolve``)."""
    if dims is not None:
        A = movedim(A, list(dims), list(range(A.ndim - len(dims), A.ndim)))
    shape = list(A.shape[B.ndim :])
    n = math.prod(shape)
    if n != math.prod(A.shape[: B.ndim]):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
            "but got "
            f"{n} != {math.prod(A.shape[: B.ndim])}"
        )
    return reshape(factors.solve(reshape(A, [n, n]), reshape(B, [-1])), shape)


_TERMS = 18


def matrix_exp(input: Any) -> Any:
    """``I + A + A A / 2 + ...`` (see ``torch.linalg.matrix_exp``): Taylor's series of A / 2^s, squared s times."""
    require_tensor("matrix_exp", input)
    if kind(input.dtype) == 2 and input.dtype.itemsize == 2:
        raise NotImplementedError(f"matrix_exp of {input.dtype.name} matrices; convert them to float32")
    check_square("linalg.matrix_exp", input)
    n = input.shape[-1]
    if input.numel() == 0:
        return input.clone()
    x = to_dtype(input, float64)
    size = float(rows.abs(x.detach().handle).reduce("sum", [-1], False).reduce("max", None, False).item())
    if not math.isfinite(size):
        return input * float("nan")
    squarings = max(0, math.frexp(size)[1] + 1)
    x = x * 0.5**squarings
    one = expand(unit(x, n), list(x.shape))
    out = one
    for k in range(_TERMS, 0, -1):
        out = one + matmul(x, out) * (1 / k)
    for _ in range(squarings):
        out = matmul(out, out)
    return to_dtype(out, input.dtype)
