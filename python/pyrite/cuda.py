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
    """The name of the GPU; RuntimeError where there is none."""
    _required()
    return _core.gpu_name()


def synchronize(device: Any = None) -> None:
    """Waits until everything asked of the GPU is done; RuntimeError where there is none."""
    _required()
    _core.gpu_synchronize()


def empty_cache() -> None:
    """Gives the GPU's free memory back to the system."""
    if is_available():
        _core.gpu_empty_cache()


def memory_stats(device: Any = None) -> dict[str, int]:
    """Bytes held by tensors (``allocated``) and with the pool (``reserved``), their peaks, and kernels and batches
    started."""
    return dict(_core.gpu_stats()) if is_available() else {}


def memory_allocated(device: Any = None) -> int:
    """Bytes held by tensors on the GPU."""
    return memory_stats().get("allocated", 0)


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that tensors on the GPU have held."""
    return memory_stats().get("allocated_peak", 0)


def memory_reserved(device: Any = None) -> int:
    """Bytes held by tensors on the GPU and by its pool."""
    return memory_stats().get("reserved", 0)


def manual_seed(seed: int) -> None:
    """Random tensors of the GPU are drawn on the CPU and moved, so this seeds nothing of its own."""


manual_seed_all = manual_seed
