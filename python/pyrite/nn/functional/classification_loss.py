"""Losses of class scores against class indices or probabilities; classes lie along dimension 1, or 0 unbatched."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from pyrite import ops
from pyrite.autograd.operation import operation
from pyrite.dtype import int64, uint8
from pyrite.nn.functional.activation import logsigmoid
from pyrite.nn.functional.class_loss import class_loss
from pyrite.nn.functional.linear import linear
from pyrite.nn.functional.reduction import chosen_reduction, reduced
from pyrite.ops import elementwise as rows
from pyrite.ops.lookup import added_along
from pyrite.tensor import Handle, Tensor, wrap


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-w[y] x[y] for log-probabilities x of shape (N, C, *) and class indices y of shape (N, *), or (C) and ().

    "mean" divides by the sum of the weights of the targets that are not ignored.
    """
    reduction = chosen_reduction(reduction, size_average, reduce)
    _check_class_indices("nll_loss", input, target, weight)
    dim = min(input.dim() - 1, 1)
    loss = class_loss(input, target, weight, dim, ignore_index, None, reduction)
    if loss is not None:
        return loss.reshape(target.shape) if reduction == "none" else loss
    known, weights = _targets_and_weights(input, target, weight, ignore_index, dim)
    loss = (nll if input.dim() <= 2 else nll_2d)(input, known.unsqueeze(dim), weights.unsqueeze(dim), dim, reduction)
    return loss.reshape(target.shape) if reduction == "none" else loss


def _check_class_indices(name: str, input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    if input.dim() == 0:
        raise ValueError(f"{name}: expected an input of 1 dimension or more, but got 0")
    if target.dtype not in (int64, uint8):
        raise RuntimeError(f"{name}: expected scalar type Long for the target but found {target.dtype}")
    if input.dim() > 1 and (target.dim() == 0 or input.size(0) != target.size(0)):
        found = target.size(0) if target.dim() else 1
        raise ValueError(f"Expected input batch_size ({input.size(0)}) to match target batch_size ({found}).")
    expected = (*input.shape[:1], *input.shape[2:]) if input.dim() > 1 else ()
    if tuple(target.shape) != expected and not (input.dim() == 1 and tuple(target.shape) == (1,)):
        raise RuntimeError(f"{name}: expected target size {list(expected)}, got {list(target.shape)}")
    if weight is not None and tuple(weight.shape) != (classes := input.shape[min(input.dim() - 1, 1)],):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor "
            f"of shape: {list(weight.shape)}"
        )


def _targets_and_weights(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, dim: int
) -> tuple[Tensor, Tensor]:
    """Class indices, 0 where ignored, and each target's weight, 0 where ignored."""
    target = (target if input.dim() > 1 else target.reshape(())).to(int64)
    ignored = target == ignore_index
    known = target.masked_fill(ignored, 0)
    if known.numel() and (int(known.min()) < 0 or int(known.max()) >= input.size(dim)):
        wrong = known[(known < 0) | (known >= input.size(dim))].flatten()
        raise IndexError(f"Target {int(wrong[0])} is out of bounds.")
    if weight is None:
        return known, (~ignored).to(input.dtype)
    return known, weight.index_select(0, known.flatten()).reshape(known.shape).masked_fill(ignored, 0)


def _nll_forward(x: Handle, target: Handle, weights: Handle, dim: int, reduction: str) -> Handle:
    losses = rows.select(rows.eq(weights, 0), 0, -(x.gather(dim, target) * weights))
    if reduction == "none":
        return losses
    total = losses.reduce("sum", None, False)
    return total / weights.reduce("sum", None, False) if reduction == "mean" else total


def _nll_slope(g: Any, x_shape: Sequence[int], target: Handle, weights: Handle, dim: int, reduction: str) -> Any:
    share = weights / weights.reduce("sum", None, False) if reduction == "mean" else weights
    return added_along(-(g * (share if type(g) is Handle else wrap(share))), x_shape, dim, target)


def _nll(label: str) -> Callable:
    """-w x[y] for targets y and weights w of size 1 along the classes, reduced; zero where the weight is zero."""
    return operation("nll_loss", _nll_forward, tensors=("target", "weights"), label=label, x=_nll_slope)


nll, nll_2d = _nll("NllLossBackward0"), _nll("NllLoss2DBackward0")


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """-sum_c w[c] y[c] log softmax(x)[c] for scores x of shape (N, C, *).

    The target holds class indices, (N, *), or a probability for each class, (N, C, *). With label smoothing s a target
    is mixed with the uniform law in the proportion 1 - s to s (Szegedy et al., 2016).
    """
    reduction = chosen_reduction(reduction, size_average, reduce)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if input.dim() == 0:
        raise ValueError("cross_entropy: expected an input of 1 dimension or more, but got 0")
    dim = min(input.dim() - 1, 1)
    if input.shape != target.shape:
        _check_class_indices("cross_entropy", input, target, weight)
        loss = class_loss(input, target, weight, dim, ignore_index, label_smoothing, reduction)
        if loss is not None:
            return loss.reshape(target.shape) if reduction == "none" else loss
    log_probability = ops.log_softmax(input, dim)
    if input.shape == target.shape:
        return _probability_target_loss(log_probability, target, weight, reduction, label_smoothing)
    if label_smoothing > 0.0:
        return _smoothed_loss(log_probability, target, weight, ignore_index, reduction, label_smoothing)
    return nll_loss(log_probability, target, weight, ignore_index=ignore_index, reduction=reduction)


def _along_classes(weight: Tensor, input: Tensor) -> Tensor:
    return weight.reshape([-1] + [1] * max(input.dim() - 2, 0))


def _probability_target_loss(
    log_probability: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float
) -> Tensor:
    if not target.is_floating_point():
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {target.dtype}")
    dim = min(log_probability.dim() - 1, 1)
    classes = log_probability.size(dim)
    if smoothing > 0.0:
        target = target * (1 - smoothing) + smoothing / classes
    if weight is not None:
        target = target * _along_classes(weight, target)
    losses = -(log_probability * target).sum(dim)
    if reduction == "mean":
        return losses.sum() / (log_probability.numel() / classes)
    return reduced(losses, reduction)


def _smoothed_loss(
    log_probability: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, smoothing: float
) -> Tensor:
    _check_class_indices("cross_entropy", log_probability, target, weight)
    dim = min(log_probability.dim() - 1, 1)
    known, weights = _targets_and_weights(log_probability, target, weight, ignore_index, dim)
    losses = nll(log_probability, known.unsqueeze(dim), weights.unsqueeze(dim), dim, "none").squeeze(dim)
    everywhere = log_probability if weight is None else log_probability * _along_classes(weight, log_probability)
    uniform = -everywhere.sum(dim).masked_fill(target.reshape(known.shape) == ignore_index, 0)
    mixed = losses * (1 - smoothing) + uniform * (smoothing / log_probability.size(dim))
    if reduction == "none":
        return mixed.reshape(target.shape)
    return mixed.sum() / weights.sum() if reduction == "mean" else mixed.sum()


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options=None,
) -> Tensor:
    """The cross entropy of the scores input W^T + b.

    Input is (N, F) or (F); W is (C, *, F), b (C, *), and the scores (N, C, *). `options` says how PyTorch cuts the work
    in pieces; it does not change the loss, which is computed whole here.
    """
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    features = input.shape[-1]
    if features != linear_weight.shape[-1]:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), "
            f"got {features} and {linear_weight.shape[-1]}, respectively"
        )
    outputs = tuple(linear_weight.shape[:-1])
    if linear_bias is not None and tuple(linear_bias.shape) != outputs:
        raise RuntimeError(f"expected linear_bias shape {outputs}, got {tuple(linear_bias.shape)}")
    if len(outputs) > 1 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {features}), got unbatched input with shape {tuple(input.shape)}"
        )
    logits_shape = (*input.shape[:-1], *outputs)
    if tuple(target.shape) == logits_shape and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    flat_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = linear(input, linear_weight.reshape(math.prod(outputs), features), flat_bias).reshape(logits_shape)
    return cross_entropy(
        logits,
        target,
        weight,
        reduction=reduction,
        ignore_index=-100 if ignore_index is None else ignore_index,
        label_smoothing=label_smoothing,
    )


def _rows(name: str, input: Tensor) -> Tensor:
    if input.dim() > 2 or (input.dim() > 0 and input.size(-1) == 0):
        raise RuntimeError(
            f"{name}: Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(input.shape)}"
        )
    return input.reshape(-1, input.size(-1) if input.dim() else 1)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """sum over c other than y of w[y] max(0, margin - x[y] + x[c])^p / C, p of 1 or 2; input (N, C) or (C)."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    scores = _rows("multi_margin_loss", input)
    if target.numel() != scores.size(0) or target.dim() > 1:
        raise RuntimeError(f"inconsistent target size, expected {scores.size(0)} but got {list(target.shape)}")
    if target.dtype != int64:
        raise RuntimeError(f"multi_margin_loss: expected scalar type Long for the target but found {target.dtype}")
    labels = target.reshape(-1, 1)
    # On a GPU the kernel that gathers their scores reports labels out of bounds.
    checked = labels.numel() > 0 and labels.device.type == "cpu"
    if checked and not 0 <= int(labels.min()) <= int(labels.max()) < scores.size(1):
        raise RuntimeError("multi_margin_loss: target out of range")
    excess = ops.relu(scores - scores.gather(1, labels) + margin)
    excess = excess if p == 1 else excess.square()
    if weight is not None:
        excess = excess * weight.index_select(0, labels.flatten()).unsqueeze(1)
    own = ops.arange(scores.size(1), device=input.device) == labels
    losses = excess.masked_fill(own, 0).sum(1) / scores.size(1)
    return reduced(losses.reshape(target.shape), reduction)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """sum over labels y and classes c that are no label of max(0, 1 - x[y] + x[c]) / C; input (N, C) or (C).

    A row of the target lists class indices up to the first -1.
    """
    reduction = chosen_reduction(reduction, size_average, reduce)
    scores = _rows("multilabel_margin_loss", input)
    if target.shape != input.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    labels = target.reshape(scores.shape)
    listed = (labels < 0).to(int64).cumsum(1) == 0
    labels = labels.masked_fill(~listed, 0)
    is_label = ops.zeros(scores.shape, dtype=int64, device=input.device).scatter_add(1, labels, listed.to(int64)) > 0
    excess = ops.relu(1 - scores.gather(1, labels).unsqueeze(2) + scores.unsqueeze(1))
    counted = listed.unsqueeze(2) & ~is_label.unsqueeze(1)
    losses = excess.masked_fill(~counted, 0).sum((1, 2)) / scores.size(1)
    return reduced(losses.reshape(input.shape[:-1]), reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over classes (last dimension) of -w[c] (y[c] log sigmoid(x[c]) + (1 - y[c]) log sigmoid(-x[c]))."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    loss = loss if weight is None else loss * weight
    return reduced(loss.sum(-1) / input.size(-1), reduction)
