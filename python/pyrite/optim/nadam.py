"""NAdam: Adam with Nesterov's momentum."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_betas, check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, average, average_square, decayed, factor, plus, tick, write
from pyrite.tensor import Tensor


class NAdam(PerParameter):
    """Adam's averages m and v; mu_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2), M_t the product of mu_1 to mu_t;

    param -= lr * ((1 - mu_t) / (1 - M_t) * grad + mu_(t+1) / (1 - M_(t+1)) * m) / (sqrt(v / (1 - beta2^t)) + eps)

    https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
    """

    later_options = {"decoupled_weight_decay": False, **PerParameter.later_options}
    counts = ("step", "mu_product")

    def __init__(
        self,
        params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        check_not_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        return {
            "step": count(),
            "mu_product": count(1.0),
            "exp_avg": ops.zeros_like(param),
            "exp_avg_sq": ops.zeros_like(param),
        }

    def rule(self, group: dict[str, Any]) -> Update:
        differentiable, eps, weight_decay = group["differentiable"], group["eps"], group["weight_decay"]
        lr = factor(group["lr"], differentiable)
        beta1, beta2 = (factor(beta, differentiable) for beta in group["betas"])
        decoupled, momentum_decay = group["decoupled_weight_decay"], group["momentum_decay"]

        def mu(step: float) -> float | Tensor:
            return beta1 * (1.0 - 0.5 * 0.96 ** (step * momentum_decay))

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            step = tick(state)
            if decoupled:
                write(param, param * (1 - lr * weight_decay))
            else:
                grad = decayed(grad, param, weight_decay)
            product = write(state["mu_product"], state["mu_product"] * mu(step))
            product = product if differentiable else product.item()
            mean = average(state["exp_avg"], grad, 1 - beta1)
            square = average_square(state["exp_avg_sq"], grad, beta2)
            unbias = (1 - beta2**step) ** 0.5
            root = square.sqrt() + eps * unbias
            ahead = mu(step + 1)
            now = grad * (-lr * unbias * (1 - mu(step)) / (1 - product))
            write(param, param + plus(now, mean, -lr * unbias * ahead / (1 - product * ahead)) / root)

        return update
