"""Grad mode: whether operations are recorded, for each thread, as context managers and decorators."""

from __future__ import annotations

import functools
import inspect
import threading


class _Mode(threading.local):
    enabled = True
    inference = False


mode = _Mode()


def is_grad_enabled() -> bool:
    """Whether operations of this thread are recorded."""
    return mode.enabled


def is_inference_mode_enabled() -> bool:
    """Whether this thread is within `inference_mode`."""
    return mode.inference


class _Context:
    """Sets the mode for a block, a function or a generator's steps, and puts the earlier one back."""

    enabled = False

    def __enter__(self) -> None:
        self._earlier = mode.enabled
        mode.enabled = self.enabled

    def __exit__(self, *exc: object) -> None:
        mode.enabled = self._earlier

    def clone(self) -> _Context:
        return self.__class__()

    def __call__(self, function):
        if inspect.isclass(function):
            function.__init__ = self(function.__init__)
            return function
        if inspect.isgeneratorfunction(function):
            return self._around_generator(function)

        @functools.wraps(function)
        def call(*args, **kwargs):
            with self.clone():
                return function(*args, **kwargs)

        return call

    def _around_generator(self, function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            steps = function(*args, **kwargs)
            send, value = steps.send, None
            while True:
                try:
                    with self.clone():
                        item = send(value)
                except StopIteration as stop:
                    return stop.value
                try:
                    value = yield item
                    send = steps.send
                except GeneratorExit:
                    with self.clone():
                        steps.close()
                    raise
                except BaseException as error:
                    send, value = steps.throw, error

        return call


class _Switch(_Context):
    """A context that may be written with or without parentheses as a decorator."""

    def __new__(cls, function=None):
        self = object.__new__(cls)
        return self if function is None else self(function)

    def __init__(self, function=None) -> None:
        pass


class no_grad(_Switch):
    """Within it nothing is recorded (see ``torch.no_grad``)."""

    enabled = False


class enable_grad(_Switch):
    """Within it operations are recorded, also inside of `no_grad` (see ``torch.enable_grad``)."""

    enabled = True


class set_grad_enabled(_Context):
    """Sets the mode at once, and puts the earlier one back where it is used as a context (see
    ``torch.set_grad_enabled``)."""

    def __init__(self, mode_: bool) -> None:
        self.enabled = bool(mode_)
        self._earlier = mode.enabled
        mode.enabled = self.enabled

    def __enter__(self) -> None:
        pass

    def __call__(self, function):
        mode.enabled = self._earlier
        return super().__call__(function)

    def clone(self) -> _Context:
        return set_grad_enabled(self.enabled)


class inference_mode(_Context):
    """Like `no_grad`, for code whose results never need gradients (see ``torch.inference_mode``)."""

    def __new__(cls, mode=True):
        self = object.__new__(cls)
        self.wanted = True
        return self if isinstance(mode, bool) else self(mode)

    def __init__(self, mode: bool = True) -> None:
        self.wanted = bool(mode)

    def __enter__(self) -> None:
        self._both_earlier = mode.enabled, mode.inference
        if self.wanted:
            mode.enabled = False
        mode.inference = self.wanted

    def __exit__(self, *exc: object) -> None:
        mode.enabled, mode.inference = self._both_earlier

    def clone(self) -> inference_mode:
        return inference_mode(self.wanted)
