"""Calling a module: forward, and the hooks before it, after it and around its backward pass."""

import warnings
from collections.abc import Callable
from typing import Any

from pyrite.hooks import RemovableHandle, add_hook
from pyrite.nn.hooks import BackwardHook, BoundHook, GlobalHooks
from pyrite.tensor import Tensor


class Call:
    """The part of Module that runs forward; without hooks a call is forward alone."""

    def __call__(self, *args, **kwargs):
        if not (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
            or GlobalHooks.forward
            or GlobalHooks.forward_pre
            or GlobalHooks.backward
            or GlobalHooks.backward_pre
        ):
            return self.forward(*args, **kwargs)
        return self._call_with_hooks(args, kwargs)

    def _call_with_hooks(self, args: tuple, kwargs: dict) -> Any:
        called: set[int] = set()
        try:
            args, kwargs = self._run_forward_pre_hooks(args, kwargs)
            full, partial = self._split_backward_hooks()
            pre = [*GlobalHooks.backward_pre.values(), *self._backward_pre_hooks.values()]
            watch = BackwardHook(self, full, pre) if full or pre else None
            if watch is not None:
                args = watch.watch_inputs(args)
            result = self.forward(*args, **kwargs)
            result = self._run_forward_hooks(args, kwargs, result, called)
            if watch is not None:
                self._warn_of_unwatched(result)
                result = watch.watch_output(result)
            if partial:
                self._hook_last_node(result, partial)
            return result
        except Exception:
            self._run_always_called_hooks(args, kwargs, called)
            raise

    def _run_forward_pre_hooks(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        for key, hook in (*GlobalHooks.forward_pre.items(), *self._forward_pre_hooks.items()):
            if key in self._forward_pre_hooks_with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is None:
                    continue
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(
                        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                    )
                args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        return args, kwargs

    def _run_forward_hooks(self, args: tuple, kwargs: dict, result: Any, called: set[int]) -> Any:
        for key, hook in (*GlobalHooks.forward.items(), *self._forward_hooks.items()):
            called.add(key)
            changed = self._call_forward_hook(key, hook, args, kwargs, result)
            result = result if changed is None else changed
        return result

    def _call_forward_hook(self, key: int, hook: Callable, args: tuple, kwargs: dict, result: Any) -> Any:
        if key in self._forward_hooks_with_kwargs or key in GlobalHooks.forward_with_kwargs:
            return hook(self, args, kwargs, result)
        return hook(self, args, result)

    def _run_always_called_hooks(self, args: tuple, kwargs: dict, called: set[int]) -> None:
        for key, hook in (*GlobalHooks.forward.items(), *self._forward_hooks.items()):
            always = key in self._forward_hooks_always_called or key in GlobalHooks.forward_always_called
            if not always or key in called:
                continue
            try:
                self._call_forward_hook(key, hook, args, kwargs, None)
            except Exception as error:
                warnings.warn(
                    "module forward hook with ``always_call=True`` raised an exception that was silenced as another "
                    f"error was raised in forward: {error}",
                    stacklevel=2,
                )

    def _split_backward_hooks(self) -> tuple[list[Callable], list[Callable]]:
        own = list(self._backward_hooks.values())
        full = [*GlobalHooks.backward.values(), *(own if self._is_full_backward_hook else ())]
        return full, [] if self._is_full_backward_hook else own

    def _warn_of_unwatched(self, result: Any) -> None:
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors "
                f"but received {type(result)}",
                stacklevel=2,
            )

    def _hook_last_node(self, result: Any, hooks: list[Callable]) -> None:
        while not isinstance(result, Tensor):
            values = result.values() if isinstance(result, dict) else result
            result = next(iter(values))
        if result.grad_fn is not None:
            for hook in hooks:
                result.grad_fn.register_hook(BoundHook(hook, self))

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Runs `hook(module, args) -> None or args` before forward; with_kwargs: `(module, args, kwargs)`, both or
        None."""
        flags = ((self._forward_pre_hooks_with_kwargs, with_kwargs),)
        return add_hook(self._forward_pre_hooks, hook, prepend=prepend, flags=flags)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Runs `hook(module, args, output) -> None or output` after forward; always_call: even after an exception."""
        flags = ((self._forward_hooks_with_kwargs, with_kwargs), (self._forward_hooks_always_called, always_call))
        return add_hook(self._forward_hooks, hook, prepend=prepend, flags=flags)

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Runs `hook(module, grad_output) -> None or grad_output` when the outputs' gradients are known."""
        return add_hook(self._backward_pre_hooks, hook, prepend=prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Runs `hook(module, grad_input, grad_output) -> None or grad_input` when the inputs' gradients are known."""
        self._choose_backward_hooks(full=True)
        return add_hook(self._backward_hooks, hook, prepend=prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """Runs `hook(module, grad_input, grad_output)` on the node of the output; the full hook replaces it."""
        self._choose_backward_hooks(full=False)
        return add_hook(self._backward_hooks, hook)

    def _choose_backward_hooks(self, full: bool) -> None:
        if self._is_full_backward_hook is (not full):
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a single Module. "
                "Please use only one of them."
            )
        self._is_full_backward_hook = full
