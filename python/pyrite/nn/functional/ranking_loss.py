"""Losses that compare distances or similarities of several inputs."""

from collections.abc import Callable

from pyrite import ops
from pyrite.nn.functional.distance import pairwise_distance
from pyrite.nn.functional.reduction import chosen_reduction, reduced
from pyrite.tensor import Tensor


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, -y (x1 - x2) + margin): y = 1 wants x1 the larger, y = -1 x2."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return reduced((-target * (input1 - input2) + margin).clamp(min=0), reduction)


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """x where y = 1, max(0, margin - x) where y = -1."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    far = (margin - input).clamp(min=0).masked_fill(target == 1, 0)
    return reduced(far + input.masked_fill(target == -1, 0), reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 - cos(x1, x2) where y = 1, max(0, cos(x1, x2) - margin) where y = -1; inputs (N, D) or (D)."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target.dim() not in (0, 1) or not input1.dim() == input2.dim() == target.dim() + 1:
        raise RuntimeError(
            "cosine_embedding_loss: 0D or 1D target tensor expects inputs of one dimension more, but found inputs with "
            f"sizes: {tuple(input1.size())} and {tuple(input2.size())}, target {tuple(target.size())}."
        )
    eps = 1e-12
    squares1, squares2 = (input1 * input1).sum(-1) + eps, (input2 * input2).sum(-1) + eps
    cosine = (input1 * input2).sum(-1) / (squares1 * squares2).sqrt()
    alike = (1 - cosine).masked_fill(target != 1, 0)
    unlike = (cosine - margin).clamp(min=0).masked_fill(target != -1, 0)
    return reduced(alike + unlike, reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, d(a, p) - d(a, n) + margin) by the p-norm; with `swap` d(p, n) where it is smaller than d(a, n)."""

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return pairwise_distance(x, y, p, eps)

    return triplet_margin_with_distance_loss(
        anchor,
        positive,
        negative,
        distance_function=distance,
        margin=margin,
        swap=swap,
        reduction=chosen_reduction(reduction, size_average, reduce),
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with any function as its distance."""
    reduction = chosen_reduction(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return reduced((near - far + margin).clamp(min=0), reduction)
