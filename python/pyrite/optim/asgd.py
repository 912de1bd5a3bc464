"""Averaged stochastic gradient descent."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, average, decayed, factor, plus, store, tick, write
from pyrite.tensor import Tensor


class ASGD(PerParameter):
    """param = (1 - lambd * eta) * param - eta * grad, with eta = lr / (1 + lambd * lr * t)^alpha;
    the state's `ax` is the mean of the parameter over the steps past `t0`, and the parameter itself until then.

    https://dl.acm.org/citation.cfm?id=131098
    """

    counts = ("step", "eta", "mu")

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        return {
            "step": count(),
            "eta": count(factor(group["lr"])),
            "mu": count(1.0),
            "ax": ops.zeros_like(param),
        }

    def rule(self, group: dict[str, Any]) -> Update:
        lr = factor(group["lr"])
        lambd, alpha, t0, weight_decay = group["lambd"], group["alpha"], group["t0"], group["weight_decay"]

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            step = tick(state)
            eta, mu = state["eta"], state["mu"]
            grad = decayed(grad, param, weight_decay)
            rate = eta.item()
            write(param, plus(param * (1 - lambd * rate), grad, -rate))
            average(state["ax"], param, mu.item())
            store(eta, lr / (1 + lambd * lr * step) ** alpha)
            store(mu, 1 / max(1, step - t0))

        return update
