"""Adagrad: steps that shrink with the sum of all squared gradients."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_fused, check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, decayed, factor, plus, tick, write
from pyrite.tensor import Tensor


class Adagrad(PerParameter):
    """sum += grad^2;  param -= lr / (1 + (t - 1) * lr_decay) * grad / (sqrt(sum) + eps)

    The sum starts at `initial_accumulator_value`. https://jmlr.org/papers/v12/duchi11a.html
    """

    later_options = {"foreach": None, "maximize": False, "differentiable": False, "fused": None}

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rate(lr)
        check_not_negative(
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        check_fused(fused, foreach, differentiable)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                self.state[param].update(self.begin(param, group))

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        start = group["initial_accumulator_value"]
        start = complex(start, start) if param.is_complex() else start
        return {"step": count(), "sum": ops.full_like(param, start)}

    def rule(self, group: dict[str, Any]) -> Update:
        lr = factor(group["lr"], group["differentiable"])
        lr_decay, weight_decay, eps = group["lr_decay"], group["weight_decay"], group["eps"]

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            step = tick(state)
            grad = decayed(grad, param, weight_decay)
            total = write(state["sum"], state["sum"] + grad * grad)
            write(param, plus(param, grad / (total.sqrt() + eps), -lr / (1 + (step - 1) * lr_decay)))

        return update

    def share_memory(self) -> None:
        """Moves the sums to memory that processes share."""
        for state in self.state.values():
            state["sum"].share_memory_()
