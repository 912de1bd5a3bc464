"""RAdam: Adam that waits with its adaptive step until the variance of the root mean square is tractable."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_betas, check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, average, average_square, decayed, factor, plus, tick, write
from pyrite.tensor import Tensor


class RAdam(PerParameter):
    """Adam's averages m and v; with rho_max = 2 / (1 - beta2) - 1 and rho = rho_max - 2 t beta2^t / (1 - beta2^t),

    rho > 5: param -= lr * r * m / (1 - beta1^t) / ((sqrt(v) + eps) / sqrt(1 - beta2^t)),
             r^2 = (rho - 4)(rho - 2) rho_max / ((rho_max - 4)(rho_max - 2) rho);
    else:    param -= lr * m / (1 - beta1^t).     https://arxiv.org/abs/1908.03265
    """

    later_options = {"decoupled_weight_decay": False, **PerParameter.later_options}

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
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
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        return {"step": count(), "exp_avg": ops.zeros_like(param), "exp_avg_sq": ops.zeros_like(param)}

    def rule(self, group: dict[str, Any]) -> Update:
        differentiable, eps, weight_decay = group["differentiable"], group["eps"], group["weight_decay"]
        lr = factor(group["lr"], differentiable)
        beta1, beta2 = (factor(beta, differentiable) for beta in group["betas"])
        decoupled = group["decoupled_weight_decay"]

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            step = tick(state)
            if decoupled:
                write(param, param * (1 - lr * weight_decay))
            else:
                grad = decayed(grad, param, weight_decay)
            mean = average(state["exp_avg"], grad, 1 - beta1)
            square = average_square(state["exp_avg_sq"], grad, beta2)
            scale = lr / (1 - beta1**step)
            rectified = _rectification(beta2, step)
            if rectified is None:
                write(param, plus(param, mean, -scale))
            else:
                write(param, plus(param, mean / (square.sqrt() + eps), -scale * rectified))

        return update


def _rectification(beta2: float | Tensor, step: float) -> float | Tensor | None:
    """r * sqrt(1 - beta2^t), or None while the variance of 1 / sqrt(v) has no closed form."""
    unbias = 1 - beta2**step
    rho_max = 2 / (1 - beta2) - 1
    rho = rho_max - 2 * step * beta2**step / unbias
    if rho <= 5.0:
        return None
    return ((rho - 4) * (rho - 2) * rho_max / ((rho_max - 4) * (rho_max - 2) * rho) * unbias) ** 0.5
