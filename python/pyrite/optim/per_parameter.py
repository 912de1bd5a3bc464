"""`PerParameter`: the step of an optimizer that treats every parameter by itself, which is all of them but LBFGS."""

from collections.abc import Callable
from typing import Any

from pyrite import ops
from pyrite.autograd.mode import enable_grad, set_grad_enabled
from pyrite.dtype import float32, float64, get_default_dtype
from pyrite.optim.optimizer import Optimizer
from pyrite.tensor import Tensor

Update = Callable[[Tensor, Tensor, dict[str, Any]], None]


class PerParameter(Optimizer):
    """An optimizer with a state for each parameter and a rule that updates one parameter from its gradient.

    A subclass gives `begin`, the state before the first step, and `rule`, the update with a group's options bound. A
    rule changes the tensors of the state in place. It sees a complex parameter, its gradient and its state as real with
    a last dimension of 2, unless `complex_as_real` is false.
    """

    complex_as_real = True
    later_options: dict[str, Any] = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}
    counts: tuple[str, ...] = ("step",)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """The state of a parameter before its first step."""
        raise NotImplementedError(f"{type(self).__name__} defines no begin")

    def rule(self, group: dict[str, Any]) -> Update:
        """The function (param, grad, state) that takes one step under the group's options."""
        raise NotImplementedError(f"{type(self).__name__} defines no rule")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates every parameter that has a gradient and returns what `closure`, called first, returned."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with set_grad_enabled(self.defaults.get("differentiable", False)):
            for group in self.param_groups:
                self._step_group(group)
        return loss

    def _step_group(self, group: dict[str, Any]) -> None:
        maximize = group.get("maximize", False)
        update = self.rule(group)
        for param in group["params"]:
            grad = param.grad
            if grad is None:
                continue
            state = self.state.get(param)
            if not state:
                _check_capability(param, group)
                state = self.begin(param, group)
            if maximize:
                grad = -grad
            if self.complex_as_real and param.is_complex():
                update(_as_real(param), _as_real(grad), {name: _as_real(value) for name, value in state.items()})
            else:
                update(param, grad, state)
            if state:
                self.state[param] = state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Gives options that are missing in an older checkpoint the value that means what it meant then."""
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in self.later_options.items():
                group.setdefault(name, value)
            for param in group["params"]:
                values = self.state.get(param, {})
                for name in self.counts:
                    if name in values and not isinstance(values[name], Tensor):
                        values[name] = count(float(values[name]))


def count(value: float = 0.0) -> Tensor:
    """A tensor without dimensions for a number that steps update: float64 if that is the default dtype, or float32."""
    return ops.tensor(value, dtype=float64 if get_default_dtype() == float64 else float32)


def _check_capability(param: Tensor, group: dict[str, Any]) -> None:
    """Raises as PyTorch does for a parameter that `capturable` or `fused` cannot serve there."""
    if group.get("capturable") and param.device.type == "cpu":
        raise AssertionError("If capturable=True, params and state_steps must be on an accelerator, not the CPU")
    if group.get("fused") and not param.is_floating_point():
        raise RuntimeError(
            f"`fused=True` requires all the params to be floating point Tensors but one is of dtype {param.dtype}"
        )


def _as_real(value: Any) -> Any:
    return ops.view_as_real(value) if isinstance(value, Tensor) and value.is_complex() else value
