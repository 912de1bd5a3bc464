"""Stochastic gradient descent, with momentum."""

from typing import Any

from pyrite.optim.options import check_fused, check_rate
from pyrite.optim.per_parameter import PerParameter, Update
from pyrite.optim.updates import Value, copied, decayed, factor, plus, write
from pyrite.tensor import Tensor


class SGD(PerParameter):
    """param -= lr * b, where b = momentum * b + (1 - dampening) * grad (the first b is the gradient itself).

    With `nesterov`, the direction is grad + momentum * b; `weight_decay` adds weight_decay * param to the gradient.
    https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    complex_as_real = False
    later_options = {"nesterov": False, "maximize": False, "foreach": None, "differentiable": False, "fused": False}

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rate(lr)
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_fused(fused, foreach, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        return {}

    def rule(self, group: dict[str, Any]) -> Update:
        differentiable = group["differentiable"]
        lr = factor(group["lr"], differentiable)
        weight_decay = factor(group["weight_decay"], differentiable)
        momentum, nesterov = group["momentum"], group["nesterov"]
        gain = 1 - group["dampening"]

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            grad = decayed(grad, param, weight_decay)
            if momentum != 0:
                buffer = state.get("momentum_buffer")
                if buffer is None:
                    state["momentum_buffer"] = buffer = copied(grad)
                else:
                    write(buffer, plus(buffer * momentum, grad, gain))
                grad = plus(grad, buffer, momentum) if nesterov else buffer
            write(param, plus(param, grad, -lr))

        return update
