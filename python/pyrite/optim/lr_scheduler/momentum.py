"""Momentum that moves against the learning rate, as CyclicLR and OneCycleLR let it."""

from typing import Any

from pyrite.optim.lr_scheduler.scheduler import per_group
from pyrite.optim.optimizer import Optimizer


def begin_momentum(optimizer: Optimizer, base: Any, largest: Any, write: bool) -> tuple[bool, list[Any], list[Any]]:
    """Whether the momentum is `betas[0]`, and each group's bounds, which `write` puts into the groups.

    Raises ValueError if the optimizer has neither momentum nor betas.
    """
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
    use_beta1 = "betas" in optimizer.defaults
    lows, highs = per_group("base_momentum", optimizer, base), per_group("max_momentum", optimizer, largest)
    if write:
        for low, high, group in zip(lows, highs, optimizer.param_groups, strict=True):
            set_momentum(group, use_beta1, high)
            group["max_momentum"] = high
            group["base_momentum"] = low
    return use_beta1, lows, highs


def set_momentum(group: dict[str, Any], use_beta1: bool, value: Any) -> None:
    """Sets a group's momentum, or the first of its betas."""
    if use_beta1:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value
