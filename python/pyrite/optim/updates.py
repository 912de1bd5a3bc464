"""Arithmetic that update rules share. A rule computes on core handles, which cost a fraction of what tensors do, or on
tensors when gradients are to flow through the step: both take the same operators."""

from typing import Any

from pyrite import _core
from pyrite.autograd.inplace import write_inplace
from pyrite.tensor import Handle, Tensor

Value = Any
"""A core handle, a Tensor or a number."""

(_ADD_SCALED, _), (_LERP, _) = (_core.ops()[name] for name in ("add_scaled", "lerp"))


def write(target: Value, value: Value) -> Value:
    """Makes `value` the content of `target`."""
    if type(target) is Handle:
        target.replace(value)
        return target
    return write_inplace(target, value)


def store(target: Value, number: float) -> None:
    """Sets every element of `target` to a number."""
    if type(target) is Handle:
        target.assign(number)
    else:
        target.fill_(number)


def copied(value: Value) -> Value:
    """The same content without its history, in memory of its own."""
    return value.copy(value.dtype, False) if type(value) is Handle else value.detach().clone()


def tick(state: dict[str, Value]) -> float:
    """Counts a step and returns its number, from 1."""
    return write(state["step"], state["step"] + 1).item()


def factor(value: float | Tensor, differentiable: bool = False) -> float | Tensor:
    """The hyperparameter as a number, or as a tensor without dimensions if the step is differentiable."""
    if not isinstance(value, Tensor):
        return value
    return value.reshape(()) if differentiable else value.item()


def plus(x: Value, y: Value, scale: Value) -> Value:
    """x + scale * y"""
    return _core.ternary(_ADD_SCALED, x, y, scale) if type(x) is Handle else x + y * scale


def average(mean: Value, value: Value, weight: Value) -> Value:
    """mean += weight * (value - mean)"""
    if type(mean) is Handle:
        return write(mean, _core.ternary(_LERP, mean, value, weight))
    return write(mean, mean + (value - mean) * weight)


def average_square(mean: Value, value: Value, decay: float | Tensor) -> Value:
    """mean = decay * mean + (1 - decay) * value^2"""
    return write(mean, plus(mean * decay, value * value, 1 - decay))


def decayed(grad: Value, param: Value, weight_decay: float | Tensor) -> Value:
    """The gradient of the loss plus weight_decay / 2 * |param|^2."""
    return plus(grad, param, weight_decay) if weight_decay != 0 else grad
