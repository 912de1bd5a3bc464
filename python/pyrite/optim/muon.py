"""Muon: momentum orthogonalised by a Newton-Schulz iteration, for the matrices of hidden layers."""

import math
from typing import Any

from pyrite import ops
from pyrite.dtype import bfloat16, float32
from pyrite.optim.options import check_rate
from pyrite.optim.per_parameter import PerParameter, Update
from pyrite.optim.updates import factor
from pyrite.tensor import Tensor


class Muon(PerParameter):
    """b = momentum * b + (1 - momentum) * grad;  param = (1 - lr * weight_decay) * param - s * lr * orthogonal(b)

    `nesterov` uses (1 - momentum) * grad + momentum * b instead of b. The scale s of an A by B matrix is
    sqrt(max(1, A / B)) ("original", the default) or 0.2 * sqrt(max(A, B)) ("match_rms_adamw").
    Only matrices; leave biases and embeddings to another optimizer. https://kellerjordan.github.io/posts/muon/
    """

    needs_tensors = True
    later_options: dict[str, Any] = {}

    def __init__(
        self,
        params,
        lr: float | Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_rate(lr, "Learning rate should be >= 0 but is:")
        if not momentum >= 0.0:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                if param.dim() != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {param.size()}"
                    )

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        if param.is_complex():
            raise RuntimeError("Muon does not support complex parameters")
        return {"momentum_buffer": ops.zeros_like(param)}

    def rule(self, group: dict[str, Any]) -> Update:
        lr, momentum, weight_decay = factor(group["lr"]), group["momentum"], group["weight_decay"]
        coefficients, steps, eps = group["ns_coefficients"], group["ns_steps"], group["eps"]
        if steps >= 100:
            raise ValueError("Number of steps must be less than 100 for computational efficiency")
        if len(coefficients) != 3:
            raise ValueError("Coefficients must be a tuple of exactly 3 values")

        def update(param: Tensor, grad: Tensor, state: dict[str, Any]) -> None:
            buffer = state["momentum_buffer"].lerp_(grad, 1 - momentum)
            direction = grad.lerp(buffer, momentum) if group["nesterov"] else buffer
            direction = _orthogonal(direction, coefficients, steps, eps)
            param.mul_(1 - lr * weight_decay)
            param.add_(direction, alpha=-lr * _scale(group["adjust_lr_fn"], *param.shape))

        return update


def _orthogonal(matrix: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """U V^T of the singular value decomposition, roughly (singular values 0.5 to 1.5).

    X <- a X + (b X X^T + c (X X^T)^2) X, begun at X / |X|, converges for every singular value in (0, 1]. As in PyTorch
    each result is rounded to bfloat16, after sums in float32.
    """
    a, b, c = coefficients
    tall = matrix.size(0) > matrix.size(1)
    x = _rounded(matrix.t() if tall else matrix)
    x = _rounded(x / _rounded(x.norm()).clamp(min=eps))
    for _ in range(steps):
        gram = _rounded(x @ x.t())
        x = _rounded(a * x + _rounded(b * gram + c * (gram @ gram)) @ x)
    return x.t() if tall else x


def _rounded(x: Tensor) -> Tensor:
    """The nearest bfloat16 values, as float32."""
    return x.to(bfloat16).to(float32)


def _scale(name: str | None, rows: int, columns: int) -> float:
    if name == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))
