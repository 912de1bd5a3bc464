"""`PerParameter`: the step of an optimizer that treats every parameter by itself, which is all of them but LBFGS."""

from collections.abc import Callable
from typing import Any

from pyrite import _core, ops
from pyrite.autograd.mode import enable_grad, set_grad_enabled
from pyrite.dtype import float32, float64, get_default_dtype
from pyrite.optim.optimizer import Optimizer
from pyrite.optim.updates import Value
from pyrite.tensor import Handle, Tensor, wrap

Update = Callable[[Value, Value, dict[str, Value]], None]


class PerParameter(Optimizer):
    """An optimizer with a state for each parameter and a rule that updates one parameter from its gradient.

    A subclass gives `begin`, the state before the first step, and `rule`, the update with a group's options bound. A
    rule gets core handles, or tensors if `needs_tensors` or the step is differentiable; it changes the state in place
    and may add to it. It sees a complex parameter, its gradient and its state as real with a last dimension of 2,
    unless `complex_as_real` is false.
    """

    complex_as_real = True
    needs_tensors = False
    later_options: dict[str, Any] = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}
    counts: tuple[str, ...] = ("step",)

    def begin(self, param: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
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
        differentiable = self.defaults.get("differentiable", False)
        written: list[Handle] = []
        with set_grad_enabled(differentiable):
            for group in self.param_groups:
                written += self._step_group(group, self.needs_tensors or differentiable)
        if written:
            _core.evaluate_together(written)
        _core.evaluate_large()
        return loss

    def _step_group(self, group: dict[str, Any], on_tensors: bool) -> list[Handle]:
        """Updates the parameters of a group; what of it is worth computing together, parameters before their state."""
        written: list[Handle] = []
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
            content, grad, values = self._operands(param, grad, state, on_tensors)
            update(content, -grad if maximize else grad, values)
            if len(values) > len(state):
                state.update((name, _tensor(value)) for name, value in values.items() if name not in state)
            if state:
                self.state[param] = state
            if param.is_cuda:
                written.append(param.handle)
                written += [value.handle for value in state.values() if isinstance(value, Tensor) and value.is_cuda]
        return written

    def _operands(
        self, param: Tensor, grad: Tensor, state: dict[str, Any], on_tensors: bool
    ) -> tuple[Value, Value, dict[str, Value]]:
        """What the rule sees of a parameter, its gradient and its state."""
        values = {name: value for name, value in state.items() if isinstance(value, Tensor)}
        if param.is_complex():
            if not self.complex_as_real:
                return param, grad, values
            values = {name: _as_real(value) for name, value in values.items()}
            param, grad = ops.view_as_real(param), ops.view_as_real(grad)
        if on_tensors:
            return param, grad, values
        return param.handle, grad.handle, {name: value.handle for name, value in values.items()}

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


def count(value: float | Tensor = 0.0) -> Tensor:
    """A tensor without dimensions for a number that steps update: float64 if that is the default dtype, or float32."""
    d = float64 if get_default_dtype() == float64 else float32
    return ops.tensor(value, dtype=d, device="cpu")


def _check_capability(param: Tensor, group: dict[str, Any]) -> None:
    """Raises as PyTorch does for a parameter that `capturable` or `fused` cannot serve there."""
    if group.get("capturable") and param.device.type == "cpu":
        raise AssertionError("If capturable=True, params and state_steps must be on an accelerator, not the CPU")
    if group.get("fused") and not param.is_floating_point():
        raise RuntimeError(
            f"`fused=True` requires all the params to be floating point Tensors but one is of dtype {param.dtype}"
        )


def _as_real(value: Tensor) -> Tensor:
    return ops.view_as_real(value) if value.is_complex() else value


def _tensor(value: Value) -> Tensor:
    return value if isinstance(value, Tensor) else wrap(value)
