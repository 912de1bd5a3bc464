"""Connectionist temporal classification: the loss of labels of unknown alignment (Graves et al., 2006)."""

from collections.abc import Sequence

from pyrite import ops
from pyrite.dtype import int64
from pyrite.nn.functional.reduction import chosen_reduction
from pyrite.tensor import Tensor

# Stands for the logarithm of zero: finite, so that no gradient becomes NaN.
IMPOSSIBLE = -1e30


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log of the probability of the labels, summed over alignments.

    `log_probs` (T, N, C) or (T, C), the output of log_softmax (its gradient counts on that); targets (N, S), or all of
    them in one row. "mean" divides each loss by its target's length first. `zero_infinity` zeroes the loss of a target
    that does not fit.
    """
    reduction = chosen_reduction(reduction)
    batched = log_probs.dim() == 3
    log_probs = log_probs if batched else log_probs.unsqueeze(1)
    device = log_probs.device
    input_lengths, target_lengths = (_lengths(x, device) for x in (input_lengths, target_lengths))
    _check(log_probs, input_lengths, target_lengths, blank)
    longest = int(target_lengths.max()) if target_lengths.numel() else 0
    if longest > targets.shape[-1]:
        raise RuntimeError(
            f"Expected targets to have size at least {longest} at dimension {targets.dim() - 1}, but got size "
            f"{targets.shape[-1]}"
        )
    labels = _label_table(targets, target_lengths, blank)
    losses = _losses(log_probs, labels, input_lengths, target_lengths, blank)
    impossible = losses.detach() > -IMPOSSIBLE / 2
    losses = losses.masked_fill(impossible, 0.0 if zero_infinity else float("inf"))
    if reduction == "mean":
        return (losses / target_lengths.clamp(min=1).to(losses.dtype)).mean()
    if reduction == "sum":
        return losses.sum()
    return losses if batched else losses.squeeze(0)


def _lengths(lengths: Tensor | Sequence[int], device) -> Tensor:
    if not isinstance(lengths, Tensor):
        lengths = ops.tensor(list(lengths), dtype=int64, device=device)
    return lengths.to(device, int64).reshape(-1)


def _check(log_probs: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int) -> None:
    if log_probs.dim() != 3:
        raise RuntimeError(f"ctc_loss: log_probs must be 2-D or 3-D, but got a tensor of size {list(log_probs.shape)}")
    steps, batch, classes = log_probs.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    if input_lengths.numel() != batch or target_lengths.numel() != batch:
        raise RuntimeError(f"input_lengths and target_lengths must be of size batch_size {batch}")
    if batch and not 0 <= int(input_lengths.min()) <= int(input_lengths.max()) <= steps:
        raise RuntimeError(f"Expected input_lengths to have value at most {steps}, but got {int(input_lengths.max())}")
    if batch and int(target_lengths.min()) < 0:
        raise RuntimeError(f"Expected target_lengths to be non-negative, but got {int(target_lengths.min())}")


def _label_table(targets: Tensor, target_lengths: Tensor, blank: int) -> Tensor:
    """The labels of each sample in a row, filled up with blanks: (N, S)."""
    longest = int(target_lengths.max())
    columns = ops.arange(longest, device=targets.device)
    if targets.dim() == 1:
        first = target_lengths.cumsum(0) - target_lengths
        places = (first.unsqueeze(1) + columns).clamp(max=max(targets.numel() - 1, 0))
        table = targets[places] if targets.numel() else targets.new_zeros(places.shape)
    else:
        if longest > targets.size(1):
            raise RuntimeError(f"Expected target of at least {longest} labels, but got size {list(targets.shape)}")
        table = targets[:, :longest]
    return table.to(int64).masked_fill(columns >= target_lengths.unsqueeze(1), blank)


def _shifted(states: Tensor, by: int) -> Tensor:
    return ops.constant_pad_nd(states, (by, -by), IMPOSSIBLE)


def _losses(log_probs: Tensor, labels: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int) -> Tensor:
    """The forward recursion over states: a blank before, between and behind the labels."""
    steps, batch, _ = log_probs.shape
    gaps = ops.full_like(labels, blank)
    states = ops.stack([gaps, labels], 2).reshape(batch, -1)
    states = ops.constant_pad_nd(states, (0, 1), blank)
    emitted = log_probs.gather(2, states.expand(steps, *states.shape))
    may_skip = ops.constant_pad_nd((states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2]), (2, 0), False)
    may_skip = may_skip[:, : states.size(1)]
    start = ops.arange(states.size(1), device=states.device) > 1
    reached = emitted[0].masked_fill(start, IMPOSSIBLE)
    for t in range(1, steps):
        skipped = _shifted(reached, 2).masked_fill(~may_skip, IMPOSSIBLE)
        moved = ops.stack([reached, _shifted(reached, 1), skipped]).logsumexp(0) + emitted[t]
        reached = ops.where((input_lengths > t).unsqueeze(1), moved, reached)
    last = reached.gather(1, (2 * target_lengths).unsqueeze(1)).squeeze(1)
    before = reached.gather(1, (2 * target_lengths - 1).clamp(min=0).unsqueeze(1)).squeeze(1)
    before = before.masked_fill(target_lengths == 0, IMPOSSIBLE)
    # PyTorch's gradient is the one with respect to the scores before log_softmax: each step adds its probabilities.
    inside = ops.arange(steps, device=states.device).unsqueeze(1) < input_lengths
    total = log_probs.exp().sum(2).masked_fill(~inside, 0).sum(0)
    return total - total.detach() - ops.logaddexp(last, before)
