"""Rprop: steps that follow the gradient's sign only."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import factor, tick
from pyrite.tensor import Tensor


class Rprop(PerParameter):
    """param -= step_size * sign(grad), where an element's step size is multiplied by etas[1] while its gradient keeps
    its sign and by etas[0] when it changes, which also drops that gradient; sizes stay within `step_sizes`.

    https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html
    """

    needs_tensors = True

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        lr = factor(group["lr"])
        size = ops.full_like(param, complex(lr, lr) if param.is_complex() else lr)
        return {"step": count(), "prev": ops.zeros_like(param), "step_size": size}

    def rule(self, group: dict[str, Any]) -> Update:
        shrink, grow = group["etas"]
        smallest, largest = group["step_sizes"]

        def update(param: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
            tick(state)
            agreement = grad * state["prev"]
            turned = agreement < 0
            change = ops.ones_like(grad).masked_fill(turned, shrink).masked_fill(agreement > 0, grow)
            size = state["step_size"].mul_(change).clamp_(smallest, largest)
            grad = grad.masked_fill(turned, 0)
            param.addcmul_(grad.sign(), size, value=-1)
            state["prev"].copy_(grad)

        return update
