"""RMSprop: steps in units of the gradient's running root mean square."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, average, average_square, decayed, factor, plus, tick, write
from pyrite.tensor import Tensor


class RMSprop(PerParameter):
    """v = alpha * v + (1 - alpha) * grad^2;  b = momentum * b + grad / (sqrt(v) + eps);  param -= lr * b

    `centered` takes the square of the running mean gradient off v under the root.
    https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    later_options = {"momentum": 0, "centered": False, **PerParameter.later_options}

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative(eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        state = {"step": count(), "square_avg": ops.zeros_like(param)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = ops.zeros_like(param)
        if group["centered"]:
            state["grad_avg"] = ops.zeros_like(param)
        return state

    def rule(self, group: dict[str, Any]) -> Update:
        lr = factor(group["lr"], group["differentiable"])
        alpha, eps, weight_decay = group["alpha"], group["eps"], group["weight_decay"]
        momentum, centered = group["momentum"], group["centered"]

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            tick(state)
            grad = decayed(grad, param, weight_decay)
            square = average_square(state["square_avg"], grad, alpha)
            if centered:
                mean = average(state["grad_avg"], grad, 1 - alpha)
                square = square - mean * mean
            root = square.sqrt() + eps
            if momentum > 0:
                buffer = state["momentum_buffer"]
                direction = write(buffer, buffer * momentum + grad / root)
            else:
                direction = grad / root
            write(param, plus(param, direction, -lr))

        return update
