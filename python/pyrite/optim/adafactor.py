"""Adafactor: the mean square of a matrix's gradient kept as one row and one column."""

from typing import Any

from pyrite import ops
from pyrite.dtype import finfo
from pyrite.optim.options import check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import factor, tick
from pyrite.tensor import Tensor


class Adafactor(PerParameter):
    """With w = t^beta2_decay, R and C the averages (weight w) of the rows' and columns' mean squared gradients,

    u = grad / sqrt(max(R C / mean(R), eps1^2));  rho = min(lr, 1 / sqrt(t));
    param -= max(eps2, rms(param)) * rho * u / max(1, rms(u) / d)

    A vector keeps the average of its squared gradient instead. eps1 None is the machine epsilon of the dtype;
    `weight_decay` shrinks the parameter by lr * weight_decay. https://arxiv.org/abs/1804.04235
    """

    needs_tensors = True
    later_options = {"foreach": None}

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_rate(lr, "Learning rate should be >= 0 but is:")
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not eps[0] >= 0.0:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not eps[1] >= 0.0:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        if param.is_complex():
            raise RuntimeError("Adafactor does not support complex parameters")
        if param.dim() < 2:
            return {"step": count(), "variance": ops.zeros_like(param)}
        row = param.new_zeros((*param.shape[:-1], 1))
        column = param.new_zeros((*param.shape[:-2], 1, param.shape[-1]))
        return {"step": count(), "row_var": row, "col_var": column}

    def rule(self, group: dict[str, Any]) -> Update:
        lr, d, weight_decay, beta2_decay = factor(group["lr"]), group["d"], group["weight_decay"], group["beta2_decay"]
        eps1, eps2 = group["eps"]

        def update(param: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
            step = tick(state)
            smallest = finfo(param.dtype).eps if eps1 is None else eps1
            rate = max(eps2, _root_mean_square(param)) * min(lr, 1 / step**0.5)
            if weight_decay != 0:
                param.mul_(1 - lr * weight_decay)
            variance = _variance(state, grad, step**beta2_decay, smallest)
            direction = grad * variance.clamp(min=smallest * smallest).rsqrt()
            param.add_(direction, alpha=-rate / max(1.0, _root_mean_square(direction) / d))

        return update


def _variance(state: dict[str, Any], grad: Tensor, weight: float, smallest: float) -> Tensor:
    """The estimate of the mean squared gradient, after averaging in this one."""
    square = grad * grad
    if grad.dim() < 2:
        return state["variance"].lerp_(square, weight)
    row = state["row_var"].lerp_(square.mean(-1, keepdim=True), weight)
    column = state["col_var"].lerp_(square.mean(-2, keepdim=True), weight)
    return row @ column / row.mean(-2, keepdim=True).clamp(min=smallest)


def _root_mean_square(value: Tensor) -> float:
    return (value * value).mean().sqrt().item()
