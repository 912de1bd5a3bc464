"""Losses of class indices from what a device's kernel finds for each index: its loss, its weight and, for scores, the
largest score and the share of all probabilities in the gradient."""

from __future__ import annotations

from typing import Any

from pyrite import _core, ops
from pyrite.autograd.operation import operation
from pyrite.dtype import int64
from pyrite.tensor import Handle, Tensor, wrap


def class_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    dim: int,
    ignored: int,
    smoothing: float | None,
    reduction: str,
) -> Tensor | None:
    """The cross entropy of scores, with label smoothing, or where that is None the loss of log-probabilities; None
    where the device has no kernel for it. Indices that name no class are reported at the next read-back."""
    if weight is not None and weight.requires_grad:
        return None
    target = (target if input.dim() > 1 else target.reshape(())).to(int64)
    w = None if weight is None else weight.handle
    kept = _core.fast_class_loss(input.handle, target.handle, w, dim, ignored, smoothing)
    if kept is None:
        return None
    return _of_kept(input, target.handle, w, kept, dim, ignored, smoothing, reduction)[0]


def _forward(
    x: Handle, target: Handle, weight: Handle | None, kept: Handle, dim: int, ignored: int, smoothing, reduction: str
) -> tuple[Handle, Handle]:
    losses, weights = kept.select(0, 0), kept.select(0, 1)
    if reduction == "none":
        return losses.copy(x.dtype, True), weights
    loss = losses.reduce("sum", None, False)
    if reduction == "sum":
        return loss.to(x.dtype), weights
    total = weights.reduce("sum", None, False)
    return (loss / total).to(x.dtype), total


def _slope(
    g: Any, x: Any, target: Handle, weight: Handle | None, kept: Handle, outs: list, dim, ignored, smoothing, reduction
) -> Any:
    total = outs[1] if reduction == "mean" else None
    if type(g) is Handle:
        scores = None if smoothing is None else x
        slope = _core.fast_class_loss_slope(
            g, x.shape, scores, target, weight, kept, total, dim, ignored, smoothing or 0.0
        )
        if slope is not None:
            return slope
        return _recorded_slope(wrap(g), wrap(x), target, weight, kept, total, dim, ignored, smoothing).handle
    return _recorded_slope(g, x, target, weight, kept, total, dim, ignored, smoothing)


def _recorded_slope(g: Tensor, x: Tensor, target: Handle, weight, kept, total, dim, ignored, smoothing) -> Tensor:
    """The same as tensor code, to be differentiated again."""
    classes, counts = wrap(target), (wrap(target) != ignored).unsqueeze(dim)
    own = wrap(kept.select(0, 1)).unsqueeze(dim).to(x.dtype) * (1 - (smoothing or 0.0))
    wanted = ops.zeros_like(x).scatter(dim, (classes * counts.squeeze(dim)).unsqueeze(dim), own)
    if smoothing:
        shape = [1] * x.dim()
        shape[dim] = -1
        uniform = smoothing / x.size(dim) * (1 if weight is None else wrap(weight).reshape(shape))
        wanted = wanted + counts * uniform
    slope = -wanted if smoothing is None else ops.softmax(x, dim) * wanted.sum(dim, True) - wanted
    g = g.unsqueeze(dim) if g.dim() else g
    return slope * (g if total is None else g / wrap(total))


_of_kept = operation(
    "class_loss",
    _forward,
    outputs=1,
    tensors=("target", "weight", "kept", "outs"),
    label="NllLossBackward0",
    x=_slope,
)
