"""Dense matrices: what factorizations check, refuse and make their gradients of."""

from __future__ import annotations

from typing import Any

from pyrite import _core
from pyrite.dtype import float32, float64, kind
from pyrite.ops.arguments import require_tensor
from pyrite.ops.create import eye
from pyrite.ops.shape import diagonal, narrow, transpose
from pyrite.ops.triangle import diag_embed, tril
from pyrite.tensor import Handle, Tensor, wrap

__all__ = []


class LinAlgError(RuntimeError):
    """A matrix that a factorization cannot be made of, as one that is singular (see ``torch.linalg.LinAlgError``)."""


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
            f"{name}: {where}The diagonal element {code} is zero, the {what} could not be completed because the input "
            "matrix is "
            "singular."
        )


def mT(x: Any) -> Any:
    return transpose(x, -2, -1)


def in_double(x: Handle) -> Handle:
    return x.to_dtype(float64)


def like(g: Any, handle: Handle) -> Any:
    """A constant in the dtype and on the device of `g`: a handle for a handle, a tensor for a tensor."""
    own = g.handle if isinstance(g, Tensor) else g
    handle = handle.to_dtype(own.dtype).to_backend(own.backend)
    return wrap(handle) if isinstance(g, Tensor) else handle


def unit(g: Any, n: int) -> Any:
    return like(g, eye(n, dtype=float64, device="cpu").handle)


def halved_lower(x: Any) -> Any:
    """The lower triangle with half of the diagonal."""
    return tril(x) - diag_embed(diagonal(x, 0, -2, -1)) * 0.5


def both(x: Any) -> Any:
    return x + mT(x)


def corner(x: Any, m: int, n: int) -> Any:
    return narrow(narrow(x, -2, 0, m), -1, 0, n)


def first(results: Any) -> Any:
    return results[0]


def plain(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else x
