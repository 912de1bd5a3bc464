"""Adamax: Adam with the largest decayed gradient in place of the root mean square."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_betas, check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, average, decayed, factor, plus, tick, write
from pyrite.tensor import Tensor


class Adamax(PerParameter):
    """m = beta1 * m + (1 - beta1) * grad;  u = max(beta2 * u, |grad| + eps);  param -= lr / (1 - beta1^t) * m / u

    https://arxiv.org/abs/1412.6980
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative(eps=eps)
        check_betas(betas)
        check_not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        return {"step": count(), "exp_avg": ops.zeros_like(param), "exp_inf": ops.zeros_like(param)}

    def rule(self, group: dict[str, Any]) -> Update:
        differentiable, eps, weight_decay = group["differentiable"], group["eps"], group["weight_decay"]
        lr = factor(group["lr"], differentiable)
        beta1, beta2 = (factor(beta, differentiable) for beta in group["betas"])

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            step = tick(state)
            grad = decayed(grad, param, weight_decay)
            mean = average(state["exp_avg"], grad, 1 - beta1)
            largest = write(state["exp_inf"], (state["exp_inf"] * beta2).maximum(grad.abs() + eps))
            write(param, plus(param, mean / largest, -lr / (1 - beta1**step)))

        return update
