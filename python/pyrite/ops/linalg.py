"""Matrix products in all of PyTorch's forms, over the core's one batched product."""

from __future__ import annotations

from typing import Any

from pyrite.autograd.graph import operation
from pyrite.ops.arguments import require_tensor

mm_of = operation(
    "mm",
    lambda x, y: x.matmul(y),
    x=lambda g, y: mm_of(g, _mT(y)),
    y=lambda g, x: mm_of(_mT(x), g),
)
bmm_of = operation(
    "bmm",
    lambda x, y: x.matmul(y),
    x=lambda g, y: bmm_of(g, _mT(y)),
    y=lambda g, x: bmm_of(_mT(x), g),
)


def _mT(x: Any) -> Any:
    return x.transpose(-2, -1)


def mm(input: Any, mat2: Any) -> Any:
    """The product of two matrices (see ``torch.mm``)."""
    require_tensor("mm", input)
    require_tensor("mm", mat2, "mat2", 2)
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    return mm_of(input, mat2)


def bmm(input: Any, mat2: Any) -> Any:
    """The products of two batches of matrices (see ``torch.bmm``)."""
    if input.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError(f"batch1 must be a 3D tensor" if input.ndim != 3 else "batch2 must be a 3D tensor")
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] but got: "
            f"[{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    return bmm_of(input, mat2)


def dot(input: Any, tensor: Any) -> Any:
    """The inner product of two vectors (see ``torch.dot``)."""
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input.shape != tensor.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{input.shape[0]}] and src [{tensor.shape[0]}] to have the same number "
            f"of elements, but got {input.shape[0]} and {tensor.shape[0]} elements respectively"
        )
    if input.dtype is not tensor.dtype:
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {input.dtype.scalar_name} and {tensor.dtype.scalar_name}"
        )
    return mm_of(input.unsqueeze(0), tensor.unsqueeze(1)).reshape([])


def mv(input: Any, vec: Any) -> Any:
    """The product of a matrix and a vector (see ``torch.mv``)."""
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({input.shape[0]}), mat ({input.shape[0]}x{input.shape[1]}), vec ({vec.shape[0]})")
    return mm_of(input, vec.unsqueeze(1)).squeeze(1)


def matmul(input: Any, other: Any) -> Any:
    """The matrix product: of vectors, matrices, or batches of matrices over broadcast dimensions (see ``torch.matmul``)."""
    require_tensor("matmul", input)
    require_tensor("matmul", other, "other", 2)
    a, b = input.ndim, other.ndim
    if a == 2 and b == 2:
        return mm_of(input, other)
    if a == 0 or b == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {a}D and {b}D")
    if a == 1 and b == 1:
        return dot(input, other)
    if a == 1:
        return matmul(input.unsqueeze(0), other).squeeze(-2)
    if b == 1:
        return matmul(input, other.unsqueeze(1)).squeeze(-1)
    if b == 2 and a > 2:
        rows = input.reshape([-1, input.shape[-1]]) if input.numel() else None
        if rows is not None:
            return mm_of(rows, other).reshape([*input.shape[:-1], other.shape[-1]])
    return bmm_of(input, other)


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * (mat1 @ mat2)`` (see ``torch.addmm``)."""
    product = mm(mat1, mat2)
    product = product if alpha == 1 else product * alpha
    if beta == 0:
        return product
    return (input if beta == 1 else input * beta) + product
