"""Losses that compare input and target element by element."""

import math
import warnings

from pyrite import ops
from pyrite.autograd.function import Function
from pyrite.nn.functional.reduction import chosen_reduction, reduced
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor
from pyrite.tensor import Tensor


def _aligned(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    if target.size() != input.size():
        warnings.warn(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )
    return input, target


def _weighted(loss: Tensor, weight: Tensor | None, input: Tensor, reduction: str) -> Tensor:
    if weight is None:
        return reduced(loss, reduction)
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    return (loss * weight).sum() / weight.sum() if reduction == "mean" else reduced(loss * weight, reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """|x - y|."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    input, target = _aligned(input, target)
    return _weighted((input - target).abs(), weight, input, reduction)


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """(x - y)^2."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    input, target = _aligned(input, target)
    return _weighted((input - target).square(), weight, input, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """d^2 / (2 beta) where d = |x - y| < beta, else d - beta / 2."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    input, target = _aligned(input, target)
    distance = (input - target).abs()
    if beta == 0:
        return reduced(distance, reduction)
    return reduced(ops.where(distance < beta, distance.square() * (0.5 / beta), distance - 0.5 * beta), reduction)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """d^2 / 2 where d = |x - y| < delta, else delta (d - delta / 2)."""
    reduction = chosen_reduction(reduction)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    input, target = _aligned(input, target)
    distance = (input - target).abs()
    loss = ops.where(distance < delta, distance.square() * 0.5, (distance - 0.5 * delta) * delta)
    if weight is not None:
        if weight.size() != input.size():
            raise ValueError("Weights and input must have the same size.")
        loss = loss * weight
    return reduced(loss, reduction)


class _BinaryCrossEntropy(Function):
    """The loss of each element, with logarithms not below -100 and a slope that stays finite at 0 and 1."""

    @staticmethod
    def forward(ctx, input: Tensor, target: Tensor) -> Tensor:
        ctx.save_for_backward(input, target)
        return (target - 1) * (-input).log1p().clamp(min=-100) - target * input.log().clamp(min=-100)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple:
        input, target = ctx.saved_tensors
        grad_input = grad_target = None
        if ctx.needs_input_grad[0]:
            grad_input = grad * (input - target) / ((1 - input) * input).clamp(min=1e-12)
        if ctx.needs_input_grad[1]:
            grad_target = grad * ((-input).log1p().clamp(min=-100) - input.log().clamp(min=-100))
        return grad_input, grad_target


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-(y log x + (1 - y) log(1 - x)) for probabilities x in [0, 1]."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target.size() != input.size():
        raise ValueError(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}) "
            "is deprecated. Please ensure they have the same size."
        )
    values = input.detach()
    # As on PyTorch's GPUs, no read-back there: the loss of what is no probability is NaN.
    if values.device.type == "cpu" and bool(((values < 0) | (values > 1)).any()):
        raise RuntimeError("all elements of input should be between 0 and 1")
    loss = _BinaryCrossEntropy.apply(input, target)
    return reduced(loss if weight is None else loss * weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """The binary cross entropy of sigmoid(x), without overflow; `pos_weight` multiplies the loss of positives."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target.size() != input.size():
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    log_probability = rows.log_sigmoid(input)
    if pos_weight is not None:
        log_probability = log_probability * ((pos_weight - 1) * target + 1)
    loss = (1 - target) * input - log_probability
    return reduced(loss if weight is None else loss * weight, reduction)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """y (log y - x) for log-probabilities x; "batchmean" divides the sum by the batch size."""
    batchmean = reduction == "batchmean" and size_average is None and reduce is None
    if reduction == "mean" and size_average is None and reduce is None:
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.",
            stacklevel=2,
        )
    reduction = "sum" if batchmean else chosen_reduction(reduction, size_average, reduce)
    loss = target.exp() * (target - input) if log_target else rows.xlogy(target, target) - target * input
    total = reduced(loss, reduction)
    return total / input.size(0) if batchmean and input.dim() != 0 else total


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """e^x - y x for the logarithm x of a rate (or x - y log(x + eps) of the rate); `full` adds Stirling's term."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (target * (2 * math.pi)).log()
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return reduced(loss, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """(log v + (x - y)^2 / v) / 2, v the variance but at least eps; `full` adds the constant log(2 pi) / 2."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    variance = ops.full_like(input.detach(), var) if isinstance(var, float) else var
    if bool((variance.detach() < 0).any()):
        raise ValueError("var has negative entry/entries")
    variance = _variance_like(variance, input)
    variance = variance + (variance.detach().clamp(min=eps) - variance.detach())
    loss = 0.5 * (variance.log() + (input - target).square() / variance)
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


def _variance_like(var: Tensor, input: Tensor) -> Tensor:
    """A variance that broadcasts against the input: one for each element, or one along a single dimension."""
    if var.size() == input.size():
        return var
    if input.size()[:-1] == var.size():
        return var.unsqueeze(-1)
    differing = [v for i, v in zip(input.size(), var.size(), strict=False) if i != v]
    if input.dim() == var.dim() and sum(differing) == 1:
        return var
    raise ValueError("var is of incorrect size")


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + e^(-y x)) for targets y of 1 or -1."""
    require_tensor("soft_margin_loss", input)
    require_tensor("soft_margin_loss", target, "target", 2)
    return reduced((-target * input).exp().log1p(), chosen_reduction(reduction, size_average, reduce))
