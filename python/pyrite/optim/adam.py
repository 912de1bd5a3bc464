"""Adam: steps in units of the gradient's running root mean square."""

from typing import Any

from pyrite import ops
from pyrite.optim.options import check_betas, check_fused, check_not_negative, check_rate
from pyrite.optim.per_parameter import PerParameter, Update, count
from pyrite.optim.updates import Value, average, average_square, decayed, factor, plus, tick, write
from pyrite.tensor import Tensor


class Adam(PerParameter):
    """m = beta1 * m + (1 - beta1) * grad;  v = beta2 * v + (1 - beta2) * grad^2;
    param -= lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)

    `weight_decay` adds weight_decay * param to the gradient or, with `decoupled_weight_decay`, shrinks the parameter
    (AdamW). `amsgrad` divides by the largest v so far. https://arxiv.org/abs/1412.6980
    """

    later_options = {
        "amsgrad": False,
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "fused": None,
    }

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if foreach and not capturable:
            _refuse_tensors(lr=lr, **{f"betas[{i}]": beta for i, beta in enumerate(betas)})
        check_rate(lr)
        check_not_negative(eps=eps)
        check_betas(betas)
        check_not_negative(weight_decay=weight_decay)
        _check_beta_kinds(betas)
        check_fused(fused, foreach, differentiable)
        defaults = {
            "lr": lr,
            "betas": tuple(beta.reshape(()) if isinstance(beta, Tensor) else beta for beta in betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        state = {"step": count(), "exp_avg": ops.zeros_like(param), "exp_avg_sq": ops.zeros_like(param)}
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = ops.zeros_like(param)
        return state

    def rule(self, group: dict[str, Any]) -> Update:
        differentiable, amsgrad, eps = group["differentiable"], group["amsgrad"], group["eps"]
        lr = factor(group["lr"], differentiable)
        beta1, beta2 = (factor(beta, differentiable) for beta in group["betas"])
        weight_decay = factor(group["weight_decay"], differentiable)
        shrink = 1 - lr * weight_decay if group["decoupled_weight_decay"] and weight_decay != 0 else None

        def update(param: Value, grad: Value, state: dict[str, Value]) -> None:
            step = tick(state)
            if shrink is not None:
                write(param, param * shrink)
            else:
                grad = decayed(grad, param, weight_decay)
            mean = average(state["exp_avg"], grad, 1 - beta1)
            square = average_square(state["exp_avg_sq"], grad, beta2)
            if amsgrad:
                largest = state["max_exp_avg_sq"]
                square = write(largest, largest.maximum(square))
            unbias = (1 - beta2**step) ** 0.5
            root = square.sqrt() + eps * unbias
            write(param, plus(param, mean / root, -lr * unbias / (1 - beta1**step)))

        return update


def _refuse_tensors(**options: Any) -> None:
    for name, value in options.items():
        if isinstance(value, Tensor):
            raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")


def _check_beta_kinds(betas: tuple) -> None:
    kinds = [isinstance(beta, Tensor) for beta in betas[:2]]
    if (any(kinds) and not all(kinds)) or not all(isinstance(beta, (float, Tensor)) for beta in betas[:2]):
        raise ValueError("betas must be either both floats or both Tensors")
    for i, beta in enumerate(betas[:2]):
        if kinds[i] and beta.numel() != 1:
            raise ValueError(f"Tensor betas[{i}] must be 1-element")
