"""Anomaly detection: backward passes that raise where a gradient is NaN (see ``torch.autograd.detect_anomaly``)."""

from __future__ import annotations

from typing import Any

from pyrite.tensor import Tensor


class _State:
    enabled = False
    check_nan = True


state = _State()


class set_detect_anomaly:
    """Turns the detection on or off at once, and puts the earlier setting back at the end of a ``with`` block."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._earlier = state.enabled, state.check_nan
        state.enabled, state.check_nan = mode, check_nan

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        state.enabled, state.check_nan = self._earlier


class detect_anomaly:
    """Within it a backward pass raises RuntimeError, naming the operation, where it makes a gradient that is NaN."""

    def __init__(self, check_nan: bool = True) -> None:
        self._check_nan = check_nan

    def __enter__(self) -> None:
        self._earlier = state.enabled, state.check_nan
        state.enabled, state.check_nan = True, self._check_nan

    def __exit__(self, *exc: object) -> None:
        state.enabled, state.check_nan = self._earlier


def check(name: str, gradients: list[Any]) -> None:
    """Raises RuntimeError for a gradient with a NaN among those that an operation gave."""
    for i, g in enumerate(gradients):
        if g is None:
            continue
        handle = g.handle if isinstance(g, Tensor) else g
        if (handle != handle).reduce("any", None, False).item():
            raise RuntimeError(f"Function '{name}' returned nan values in its {i}th output.")
