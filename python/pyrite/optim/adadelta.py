"""Adadelta: steps in units of the running root mean square of the steps before."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, average_square, decayed, factor, plus, tick, write
from pyrite.tensor import Tensor


class Adadelta(PerParameter):
    """v = rho * v + (1 - rho) * grad^2;  d = sqrt(u + eps) / sqrt(v + eps) * grad;
    u = rho * u + (1 - rho) * d^2;  param -= lr * d

    https://arxiv.org/abs/1212.5701
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_not_negative(eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        return {"step": count(), "square_avg": ops.zeros_like(param), "acc_delta": ops.zeros_like(param)}

    def rule(self, group: dict[str, Any]) -> Update:
        lr = factor(group["lr"], group["differentiable"])
        rho, eps, weight_decay = group["rho"], group["eps"], group["weight_decay"]

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            tick(state)
            grad = decayed(grad, param, weight_decay)
            square = average_square(state["square_avg"], grad, rho)
            delta = (state["acc_delta"] + eps).sqrt() / (square + eps).sqrt() * grad
            average_square(state["acc_delta"], delta, rho)
            write(param, plus(param, delta, -lr))

        return update
