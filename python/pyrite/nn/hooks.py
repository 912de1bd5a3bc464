"""Hooks around a module's call: those common to all modules, and the two identity nodes of the graph between which a
full backward hook sees a module's gradients."""

import weakref
from collections import OrderedDict
from collections.abc import Callable

from pyrite.autograd.function import Function
from pyrite.autograd.mode import is_grad_enabled
from pyrite.hooks import Hooks, RemovableHandle, add_hook
from pyrite.tensor import Tensor


class BoundHook:
    """A hook that is called with its module first, which it does not keep alive."""

    def __init__(self, hook: Callable, module: object) -> None:
        self.hook = hook
        self.module = weakref.ref(module)

    def __call__(self, *args, **kwargs):
        module = self.module()
        if module is None:
            raise RuntimeError("You are trying to call the hook of a dead Module!")
        return self.hook(module, *args, **kwargs)

    def __getstate__(self) -> dict:
        return {"hook": self.hook, "module": self.module()}

    def __setstate__(self, state: dict) -> None:
        if state["module"] is None:
            raise RuntimeError("You are trying to revive the hook of a dead Module!")
        self.__init__(state["hook"], state["module"])


class GlobalHooks:
    """The hooks that every module runs, for debugging and profiling."""

    forward_pre: Hooks = OrderedDict()
    forward_pre_with_kwargs: OrderedDict[int, bool] = OrderedDict()
    forward: Hooks = OrderedDict()
    forward_with_kwargs: OrderedDict[int, bool] = OrderedDict()
    forward_always_called: OrderedDict[int, bool] = OrderedDict()
    backward_pre: Hooks = OrderedDict()
    backward: Hooks = OrderedDict()
    buffer_registration: Hooks = OrderedDict()
    module_registration: Hooks = OrderedDict()
    parameter_registration: Hooks = OrderedDict()


def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Registers `hook(module, args) -> None or args`, run before every module's forward."""
    return add_hook(GlobalHooks.forward_pre, hook)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Registers `hook(module, args, output) -> None or output`, run after every module's forward."""
    flags = ((GlobalHooks.forward_with_kwargs, with_kwargs), (GlobalHooks.forward_always_called, always_call))
    return add_hook(GlobalHooks.forward, hook, flags=flags)


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """Registers `hook(module, grad_output) -> None or grad_output`, run before every module's backward."""
    return add_hook(GlobalHooks.backward_pre, hook)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """Registers `hook(module, grad_input, grad_output) -> None or grad_input`, run after every module's backward."""
    return add_hook(GlobalHooks.backward, hook)


def register_module_buffer_registration_hook(hook: Callable) -> RemovableHandle:
    """Registers `hook(module, name, buffer) -> None or buffer`, run when a module gets a buffer."""
    return add_hook(GlobalHooks.buffer_registration, hook)


def register_module_module_registration_hook(hook: Callable) -> RemovableHandle:
    """Registers `hook(module, name, submodule) -> None or submodule`, run when a module gets a child."""
    return add_hook(GlobalHooks.module_registration, hook)


def register_module_parameter_registration_hook(hook: Callable) -> RemovableHandle:
    """Registers `hook(module, name, parameter) -> None or parameter`, run when a module gets a parameter."""
    return add_hook(GlobalHooks.parameter_registration, hook)


class BackwardHookFunction(Function):
    """The identity on some tensors; `on_backward` sees their gradients and may replace them."""

    @staticmethod
    def forward(ctx, on_backward, *tensors):
        ctx.on_backward = on_backward
        outputs = tuple(t.view_as(t) for t in tensors)
        ctx.mark_non_differentiable(*[out for t, out in zip(tensors, outputs, strict=True) if not t.requires_grad])
        return outputs

    @staticmethod
    def backward(ctx, *grads):
        return None, *ctx.on_backward(grads)


class BackwardHook:
    """Runs a module's full backward hooks between the gradients of its outputs and those of its inputs.

    Only tensors that are direct arguments or results count; each other position is None in what a hook sees.
    """

    def __init__(self, module, hooks: list[Callable], pre_hooks: list[Callable]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_output: tuple | None = None
        self.input_places: list[int] | None = None
        self.input_count = 0

    def watch_inputs(self, args: tuple) -> tuple:
        """The same arguments, behind a node that runs the hooks when their gradients are known."""
        self.input_count = len(args)
        self.input_places, args = _watch(args, lambda grads: self._run_hooks(grads))
        return args

    def watch_output(self, output):
        """The same output, ahead of a node that notes the gradient coming in."""
        results = output if isinstance(output, tuple) else (output,)
        places, watched = _watch(results, lambda grads: self._note_grad_output(grads, places or [], len(results)))
        if not isinstance(output, tuple):
            return watched[0]
        return watched if type(output) is tuple else type(output)(*watched)

    def _note_grad_output(self, grads: tuple, places: list[int], count: int) -> tuple:
        grad_output = _spread(grads, places, count)
        for hook in self.pre_hooks:
            changed = hook(self.module, grad_output)
            if changed is None:
                continue
            changed = (changed,) if isinstance(changed, Tensor) else changed
            if len(changed) != count:
                raise RuntimeError(
                    "Backward pre hook returned an invalid number of grad_output, "
                    f"got {len(changed)}, but expected {count}"
                )
            grad_output = changed
        self.grad_output = grad_output
        if self.input_places is None:
            self._run_hooks_without_inputs()
        return tuple(grad_output[i] for i in places)

    def _run_hooks_without_inputs(self) -> None:
        for hook in self.hooks:
            result = hook(self.module, (None,) * self.input_count, self.grad_output)
            if result is not None and not (isinstance(result, tuple) and all(g is None for g in result)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None "
                    "or None for all gradients."
                )
        self.grad_output = None

    def _run_hooks(self, grads: tuple) -> tuple:
        if self.grad_output is None or self.input_places is None:
            return grads
        grad_input = _spread(grads, self.input_places, self.input_count)
        for hook in self.hooks:
            changed = hook(self.module, grad_input, self.grad_output)
            if changed is None:
                continue
            changed = (changed,) if isinstance(changed, Tensor) else changed
            if len(changed) != self.input_count:
                raise RuntimeError(
                    "Backward hook returned an invalid number of grad_input, "
                    f"got {len(changed)}, but expected {self.input_count}"
                )
            grad_input = changed
        self.grad_output = None
        return tuple(grad_input[i] for i in self.input_places)


def _watch(values: tuple, on_backward: Callable) -> tuple[list[int] | None, tuple]:
    """Passes the tensors among the values through one identity node; their places, or None if none needs a gradient."""
    places = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
    if not is_grad_enabled() or not any(values[i].requires_grad for i in places):
        return None, values
    watched = list(values)
    for i, tensor in zip(places, BackwardHookFunction.apply(on_backward, *[values[i] for i in places]), strict=True):
        watched[i] = tensor
    return places, tuple(watched)


def _spread(grads: tuple, places: list[int], count: int) -> tuple:
    row: list = [None] * count
    for i, grad in zip(places, grads, strict=True):
        row[i] = grad
    return tuple(row)
