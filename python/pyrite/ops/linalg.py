"""Matrix products in all of PyTorch's forms, over the core's one batched product."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.dtype import bool_, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor
from pyrite.ops.convert import to_dtype
from pyrite.ops.fast import fast
from pyrite.ops.shape import expand, reshape, unsqueeze
from pyrite.tensor import Tensor, wrap

__all__ = [
    "mm",
    "spmm",
    "bmm",
    "dot",
    "mv",
    "matmul",
    "addmm",
    "addmv",
    "addr",
    "addbmm",
    "baddbmm",
    "vdot",
    "outer",
    "ger",
    "kron",
    "chain_matmul",
]


mm_of = operation(
    "mm",
    lambda x, y: x.matmul(y),
    x=lambda g, y: mm_of(g, _mH(y)),
    y=lambda g, x: mm_of(_mH(x), g),
)


@fast(_core.fast_matmul_with_bias)
def product_with_bias(x: Any, y: Any, bias: Any) -> Any:
    """``x @ y + bias`` of core handles."""
    return x.matmul(y) + bias


addmm_of = operation(
    "addmm",
    lambda x, y, bias: product_with_bias(x, y, bias),
    x=lambda g, y: mm_of(g, _mH(y)),
    y=lambda g, x: mm_of(_mH(x), g),
    bias=lambda g: g,
)


bmm_of = operation(
    "bmm",
    lambda x, y: x.matmul(y),
    x=lambda g, y: bmm_of(g, _mH(y)),
    y=lambda g, x: bmm_of(_mH(x), g),
)


def _mH(x: Any) -> Any:
    return rows.conj(x.transpose(-2, -1))


def mm(input: Any, mat2: Any) -> Any:
    """The product of two matrices (see ``torch.mm``)."""
    require_tensor("mm", input)
    require_tensor("mm", mat2, "mat2", 2)
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    return mm_of(input, mat2)


spmm = mm


def bmm(input: Any, mat2: Any) -> Any:
    """The products of two batches of matrices (see ``torch.bmm``)."""
    if input.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if input.ndim != 3 else "batch2 must be a 3D tensor")
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] but "
            "got: "
            f"[{mat2.shape[0]}, {mat2.shape[1]}]."
        )
    return bmm_of(input, mat2)


def dot(input: Any, tensor: Any) -> Any:
    """The inner product of two vectors (see ``torch.dot``)."""
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input.shape != tensor.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{input.shape[0]}] and src [{tensor.shape[0]}] to have the "
            "same number "
            f"of elements, but got {input.shape[0]} and {tensor.shape[0]} elements respectively"
        )
    if input.dtype is not tensor.dtype:
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {input.dtype.scalar_name} and "
            f"{tensor.dtype.scalar_name}"
        )
    return mm_of(input.unsqueeze(0), tensor.unsqueeze(1)).reshape([])


def mv(input: Any, vec: Any) -> Any:
    """The product of a matrix and a vector (see ``torch.mv``)."""
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}")
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({input.shape[0]}), mat ({input.shape[0]}x{input.shape[1]}), vec "
            f"({vec.shape[0]})"
        )
    return mm_of(input, vec.unsqueeze(1)).squeeze(1)


def matmul(input: Any, other: Any) -> Any:
    """The matrix product: of vectors, matrices, or batches of matrices over broadcast dimensions (see
    ``torch.matmul``)."""
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


def combined(name: str, input: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """``beta * input + alpha * product``; `input` is not read where beta is 0."""
    require_tensor(name, input)
    if input.dtype is not product.dtype:
        raise RuntimeError(
            f"{name}: expected input and the matrices to have the same dtype, but got: {input.dtype.scalar_name} != "
            f"{product.dtype.scalar_name}"
        )
    if is_integral(product.dtype):
        beta, alpha = whole_factor(name, "beta", beta), whole_factor(name, "alpha", alpha)
    product = product if alpha == 1 else product * alpha
    shape = list(product.shape)
    if input.ndim > len(shape):
        raise RuntimeError(
            f"{name}: input must have at most {len(shape)} dimensions to broadcast to {shape}, but got {input.ndim}"
        )
    own = expand(input, shape)
    if beta == 0:
        return product + rows.select(_never(), own, 0) if isinstance(input, Tensor) and input.requires_grad else product
    return (own if beta == 1 else own * beta) + product


def whole_factor(name: str, argument: str, factor: Any) -> Any:
    """A factor of whole numbers; batched products cut a fraction off, the others refuse it."""
    if not isinstance(factor, float | complex):
        return factor
    if name in ("addbmm", "baddbmm") and isinstance(factor, float):
        return int(factor)
    raise RuntimeError(f"For integral input tensors, argument {argument} must not be a floating point number.")


def _never() -> Any:
    return wrap(_core.full([], False, bool_))


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * (mat1 @ mat2)`` (see ``torch.addmm``)."""
    if beta == 1 and alpha == 1 and _is_addable(input, mat1, mat2):
        return addmm_of(mat1, mat2, input)
    return combined("addmm", input, mm(mat1, mat2), beta, alpha)


def _is_addable(input: Any, mat1: Any, mat2: Any) -> bool:
    """Whether `input` broadcasts to the product of two matrices of floats, all of one dtype."""
    if not all(isinstance(x, Tensor) and x.dtype is mat1.dtype for x in (input, mat1, mat2)):
        return False
    if mat1.ndim != 2 or mat2.ndim != 2 or mat1.shape[1] != mat2.shape[0] or is_integral(mat1.dtype):
        return False
    shape = (mat1.shape[0], mat2.shape[1])
    return input.ndim <= 2 and all(n in (1, m) for n, m in zip(input.shape[::-1], shape[::-1]))


def addmv(input: Any, mat: Any, vec: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * (mat @ vec)`` (see ``torch.addmv``)."""
    return combined("addmv", input, mv(mat, vec), beta, alpha)


def addr(input: Any, vec1: Any, vec2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * outer(vec1, vec2)`` (see ``torch.addr``)."""
    if vec1.ndim != 1 or vec2.ndim != 1:
        raise RuntimeError(f"addr: Expected 1-D argument vec1 and vec2, but got {vec1.ndim}-D and {vec2.ndim}-D")
    if kind(input.dtype) == 0 and not (isinstance(beta, bool | int) and isinstance(alpha, bool | int)):
        raise RuntimeError("Boolean beta and alpha only supported for Boolean results.")
    product = outer(vec1, vec2)
    own = _core.result_type(*(t.handle if isinstance(t, Tensor) else t for t in (input, product)))
    if kind(own) == 0:
        product = product if alpha else rows.logical_and(product, False)
        base = input if beta else rows.logical_and(input, False)
        return rows.logical_or(expand(base, list(product.shape)), product)
    return combined("addr", to_dtype(input, own), to_dtype(product, own), beta, alpha)


def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * sum_i(batch1[i] @ batch2[i])`` (see ``torch.addbmm``)."""
    total = to_dtype(bmm(batch1, batch2).sum(0), batch1.dtype)
    return combined("addbmm", input, total, beta, alpha)


def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * (batch1 @ batch2)`` for batches of matrices (see ``torch.baddbmm``)."""
    return combined("baddbmm", input, bmm(batch1, batch2), beta, alpha)


def vdot(input: Any, other: Any) -> Any:
    """The inner product of two vectors, the first conjugated (see ``torch.vdot``)."""
    return dot(rows.conj(input), other)


def outer(input: Any, vec2: Any) -> Any:
    """The products of every element of one vector with every one of another (see ``torch.outer``)."""
    for i, v in enumerate((input, vec2)):
        require_tensor("outer", v, ("input", "vec2")[i], i + 1)
        if v.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {('self', 'vec2')[i]}, but got {v.ndim}-D")
    return rows.mul(unsqueeze(input, 1), vec2)


ger = outer


def kron(input: Any, other: Any) -> Any:
    """The Kronecker product (see ``torch.kron``)."""
    require_tensor("kron", input)
    require_tensor("kron", other, "other", 2)
    rank = max(input.ndim, other.ndim)
    a = [1] * (rank - input.ndim) + list(input.shape)
    b = [1] * (rank - other.ndim) + list(other.shape)
    x = reshape(input, [n for size in a for n in (size, 1)])
    y = reshape(other, [n for size in b for n in (1, size)])
    return reshape(rows.mul(x, y), [m * n for m, n in zip(a, b)])


def chain_matmul(*matrices: Any) -> Any:
    """The product of several matrices (see ``torch.chain_matmul``)."""
    return multi_dot(matrices)


def multi_dot(tensors: Sequence[Any]) -> Any:
    """The product of two or more matrices, in the order that costs least (see ``torch.linalg.multi_dot``)."""
    if len(tensors) < 2:
        raise RuntimeError("multi_dot(): expected at least 2 tensors but got " + str(len(tensors)))
    chain = list(tensors)
    for i, t in enumerate(chain[1:-1], 1):
        if t.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {i} must be 2D but got {t.ndim}D")
    for i in (0, -1):
        if chain[i].ndim not in (1, 2):
            which = "first" if i == 0 else "last"
            raise RuntimeError(f"multi_dot(): the {which} tensor must be 1D or 2D but got {chain[i].ndim}D")
    for t in chain:
        if t.dtype is not chain[0].dtype:
            raise RuntimeError("multi_dot(): all tensors must have be the same dtype")
    row, column = chain[0].ndim == 1, chain[-1].ndim == 1
    chain[0] = unsqueeze(chain[0], 0) if row else chain[0]
    chain[-1] = unsqueeze(chain[-1], 1) if column else chain[-1]
    for i, (x, y) in enumerate(itertools.pairwise(chain)):
        if x.shape[1] != y.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(tensors[i].shape)} and "
                f"{list(tensors[i + 1].shape)} "
                "cannot be multiplied"
            )
    out = _product(chain, _best_splits([t.shape[0] for t in chain] + [chain[-1].shape[1]]), 0, len(chain) - 1)
    shape = [n for n, dropped in zip(out.shape, (row, column)) if not dropped]
    return reshape(out, shape)


def _best_splits(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Where to split each run of a chain of matrices, found by dynamic programming over the number of
    multiplications."""
    n = len(sizes) - 1
    cost: dict[tuple[int, int], int] = {(i, i): 0 for i in range(n)}
    best: dict[tuple[int, int], int] = {}
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            cost[i, j], best[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )
    return best


def _product(chain: list, best: dict, i: int, j: int) -> Any:
    if i == j:
        return chain[i]
    k = best[i, j]
    return mm(_product(chain, best, i, k), _product(chain, best, k + 1, j))
