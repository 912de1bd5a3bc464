"""In-place updates that optimizers share. A factor is a number, or a one-element tensor through which gradients flow
when the step is differentiable."""

from pyrite.tensor import Tensor


def factor(value: float | Tensor, differentiable: bool = False) -> float | Tensor:
    """The hyperparameter as a number, or as a tensor without dimensions if the step is differentiable."""
    if not isinstance(value, Tensor):
        return value
    return value.reshape(()) if differentiable else value.item()


def subtract_scaled_(param: Tensor, direction: Tensor, scale: float | Tensor) -> None:
    """param -= scale * direction"""
    if isinstance(scale, Tensor):
        param.sub_(direction * scale)
    else:
        param.add_(direction, alpha=-scale)


def subtract_ratio_(param: Tensor, numerator: Tensor, denominator: Tensor, scale: float | Tensor) -> None:
    """param -= scale * numerator / denominator"""
    if isinstance(scale, Tensor):
        param.sub_(numerator / denominator * scale)
    else:
        param.addcdiv_(numerator, denominator, value=-scale)


def average_square_(average: Tensor, grad: Tensor, decay: float | Tensor) -> None:
    """average = decay * average + (1 - decay) * grad * grad"""
    if isinstance(decay, Tensor):
        average.lerp_(grad * grad, 1 - decay)
    else:
        average.mul_(decay).addcmul_(grad, grad, value=1 - decay)


def decayed(grad: Tensor, param: Tensor, weight_decay: float | Tensor) -> Tensor:
    """The gradient of the loss plus weight_decay / 2 * |param|^2."""
    if isinstance(weight_decay, Tensor):
        return grad + param * weight_decay
    return grad.add(param, alpha=weight_decay) if weight_decay != 0 else grad
