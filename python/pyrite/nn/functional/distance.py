"""Distances and similarities between vectors, and their normalization."""

from pyrite import ops
from pyrite.tensor import Tensor


def _at_least(x: Tensor, minimum: float) -> Tensor:
    """x, but at least the minimum, with a gradient that ignores the bound."""
    return x + (x.detach().clamp(min=minimum) - x.detach())


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x1 . x2 / (|x1| |x2|) along `dim`, each norm at least eps."""
    if x1.dim() != x2.dim():
        x1, x2 = ops.broadcast_tensors(x1, x2)
    norm1, norm2 = (_at_least(x.norm(2, dim, True), eps) for x in (x1, x2))
    return (x1 / norm1 * (x2 / norm2)).sum(dim)


def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The p-norm distances between the rows of an (N, D) matrix: N (N - 1) / 2, in the order (0, 1), (0, 2) ..."""
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    first, second = ops.triu_indices(input.size(0), input.size(0), 1, device=input.device)
    return (input.index_select(0, first) - input.index_select(0, second)).norm(p, -1)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """x / max(|x|_p, eps) along `dim`."""
    norm = input.norm(p, dim, True).clamp(min=eps)
    return input / norm if out is None else ops.div(input, norm, out=out)
