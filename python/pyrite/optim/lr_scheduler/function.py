"""Schedules given as functions of the epoch."""

from collections.abc import Callable, Sequence
from typing import Any

from pyrite.optim.lr_scheduler.scheduler import LRScheduler, Rates, function_state
from pyrite.optim.optimizer import Optimizer

Function = Callable[[int], float]


def _functions(lr_lambda: Any) -> list[Function]:
    return list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda]


class _FunctionLR(LRScheduler):
    """A schedule with one function for each group; a checkpoint keeps callable objects' attributes, no functions."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Function | Sequence[Function], last_epoch: int = -1) -> None:
        groups = len(optimizer.param_groups)
        functions = _functions(lr_lambda) * (1 if isinstance(lr_lambda, (list, tuple)) else groups)
        if len(functions) != groups:
            raise ValueError(f"Expected {groups} lr_lambdas, but got {len(functions)}")
        self.lr_lambdas = functions
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        state = super().state_dict()
        state["lr_lambdas"] = [function_state(function) for function in self.lr_lambdas]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "lr_lambdas"})
        for function, state in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if state is not None:
                function.__dict__.update(state)


class LambdaLR(_FunctionLR):
    """initial lr * lr_lambda(epoch)"""

    def get_lr(self) -> Rates:
        self._warn_outside_step()
        return [rate * function(self.last_epoch) for function, rate in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(_FunctionLR):
    """lr *= lr_lambda(epoch), from epoch 1 on"""

    def __init__(self, optimizer: Optimizer, lr_lambda: Function | Sequence[Function], last_epoch: int = -1) -> None:
        for function in _functions(lr_lambda):
            if not callable(function):
                raise TypeError(f"lr_lambda should be a function, but got {type(function).__name__}")
        super().__init__(optimizer, lr_lambda, last_epoch)

    def get_lr(self) -> Rates:
        self._warn_outside_step()
        if self._is_initial:
            return self._rates_now()
        groups = self.optimizer.param_groups
        return [
            group["lr"] * function(self.last_epoch) for function, group in zip(self.lr_lambdas, groups, strict=True)
        ]
