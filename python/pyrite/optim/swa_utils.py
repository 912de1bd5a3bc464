"""Averages of a model's weights over training: stochastic weight averaging (https://arxiv.org/abs/1803.05407) and
exponential moving averages."""

import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

from pyrite import ops
from pyrite.autograd.mode import no_grad
from pyrite.dtype import int64
from pyrite.nn.module import Module
from pyrite.nn.modules.batchnorm import _BatchNorm
from pyrite.optim.lr_scheduler.scheduler import LRScheduler, Rates, checked_optimizer, per_group
from pyrite.optim.optimizer import Optimizer
from pyrite.tensor import Tensor

__all__ = [
    "AveragedModel",
    "SWALR",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Any], Tensor]:
    """The function (average, current, count) -> decay * average + (1 - decay) * current."""
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")

    def average(mean: Tensor, current: Tensor, num_averaged: Any) -> Tensor:
        with no_grad():
            return decay * mean + (1 - decay) * current

    return average


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Any], Tensor]:
    """The function (average, current, count) -> the mean of count + 1 models."""

    def average(mean: Tensor, current: Tensor, num_averaged: Any) -> Tensor:
        with no_grad():
            return mean + (current - mean) / (num_averaged + 1)

    return average


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[list[Tensor], list[Tensor], Any], None]:
    """`get_ema_avg_fn` in place on a list of tensors."""
    return _in_place(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> Callable[[list[Tensor], list[Tensor], Any], None]:
    """`get_swa_avg_fn` in place on a list of tensors."""
    return _in_place(get_swa_avg_fn())


def _in_place(average: Callable[[Tensor, Tensor, Any], Tensor]) -> Callable[[list[Tensor], list[Tensor], Any], None]:
    def update(means: list[Tensor], currents: list[Tensor], num_averaged: Any) -> None:
        with no_grad():
            for mean, current in zip(means, currents, strict=True):
                mean.copy_(average(mean, current, num_averaged))

    return update


class AveragedModel(Module):
    """A copy of `model` whose parameters are averages over the calls of `update_parameters`.

    `avg_fn` (average, current, count) gives a tensor's new average, `multi_avg_fn` changes lists of them in place;
    without either all models weigh the same. With `use_buffers` buffers are averaged too, otherwise copied.
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable | None = None,
        multi_avg_fn: Callable | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", ops.tensor(0, dtype=int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs) -> Any:
        """The averaged model's output."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Takes the parameters of `model` into the average; the first call copies them."""
        with no_grad():
            means, currents = _tensors(self.module, self.use_buffers), _tensors(model, self.use_buffers)
            currents = [current.to(mean.device) for mean, current in zip(means, currents, strict=True)]
            if self.n_averaged.item() == 0:
                _copy(means, currents)
            elif self.multi_avg_fn is not None:
                self.multi_avg_fn(means, currents, self.n_averaged)
            else:
                _in_place(self.avg_fn or get_swa_avg_fn())(means, currents, self.n_averaged)
            if not self.use_buffers:
                _copy(list(self.module.buffers()), list(model.buffers()))
            self.n_averaged.add_(1)


def _tensors(model: Module, with_buffers: bool) -> list[Tensor]:
    return [t.detach() for t in chain(model.parameters(), model.buffers() if with_buffers else ())]


def _copy(targets: list[Tensor], sources: list[Tensor]) -> None:
    for target, source in zip(targets, sources, strict=True):
        target.copy_(source)


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Computes the running statistics of `model`'s batch norms anew, as plain means over the batches of `loader`.

    A batch is the model's input, or a list or tuple that begins with it.
    """
    momenta = {module: module.momentum for module in model.modules() if isinstance(module, _BatchNorm)}
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.reset_running_stats()
        module.momentum = None
    with no_grad():
        for batch in loader:
            batch = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(batch if device is None else batch.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Goes from the rate a group has to `swa_lr` in `anneal_epochs` epochs, along a cosine ("cos") or a line
    ("linear"), and stays there."""

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        checked_optimizer(optimizer)
        for rate, group in zip(per_group("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> Rates:
        self._warn_outside_step()
        step = max(self._step_count - 1, 1 if self.anneal_epochs == 0 else 0)
        before, now = self._share(step - 1), self._share(step)
        if before == 1:
            return [group["swa_lr"] for group in self.optimizer.param_groups]
        rates = []
        for group in self.optimizer.param_groups:
            start = (group["lr"] - before * group["swa_lr"]) / (1 - before)
            rates.append(group["swa_lr"] * now + start * (1 - now))
        return rates

    def _share(self, step: int) -> float:
        """How far on its way from the first rate to the last the schedule is at a step."""
        done = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * done)) / 2 if self._anneal_strategy == "cos" else done
