"""The GPU under PyTorch's names (see ``torch.cuda``): any vendor's card that the build can reach, as device 0."""

from __future__ import annotations

from typing import Any

from pyrite import _core


def is_available() -> bool:
    """Whether tensors can be put on a GPU."""
    return _core.gpu_missing() is None


def device_count() -> int:
    """How many GPUs there are: none or one."""
    return int(is_available())


def is_initialized() -> bool:
    """Whether a GPU is in use."""
    return is_available()


def _required() -> None:
    missing = _core.gpu_missing()
    if missing is not None:
        raise RuntimeError(missing)


def current_device() -> int:
    """The number of the GPU in use; RuntimeError where there is none."""
    _required()
    return 0


def get_device_name(device: Any = None) -> str:
    """The name of the GPU and its driver; RuntimeError where there is none."""
    _required()
    return _core.gpu_description()


def synchronize(device: Any = None) -> None:
    """Waits until everything asked of the GPU is done; RuntimeError where there is none."""
    _required()
    _core.gpu_synchronize()


def empty_cache() -> None:
    """Gives the GPU's free memory back to the system."""
    if is_available():
        _core.gpu_empty_cache()


def manual_seed(seed: int) -> None:
    """Random tensors of the GPU are drawn on the CPU and moved, so this seeds nothing of its own."""


manual_seed_all = manual_seed
