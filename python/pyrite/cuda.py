"""Questions about GPUs under PyTorch's names. This build computes on the CPU, so there is no such device."""

from __future__ import annotations

from typing import Any

_NONE = "this build of pyrite computes on the CPU only: no GPU device is available"


def is_available() -> bool:
    """Whether tensors can be put on a GPU."""
    return False


def device_count() -> int:
    """How many GPUs there are."""
    return 0


def is_initialized() -> bool:
    """Whether a GPU is in use."""
    return False


def current_device() -> int:
    """The GPU in use; RuntimeError where there is none."""
    raise RuntimeError(_NONE)


def get_device_name(device: Any = None) -> str:
    """The name of a GPU; RuntimeError where there is none."""
    raise RuntimeError(_NONE)


def synchronize(device: Any = None) -> None:
    """Waits for a GPU; RuntimeError where there is none."""
    raise RuntimeError(_NONE)


def empty_cache() -> None:
    """Gives a GPU's free memory back; there is none to give."""


def manual_seed(seed: int) -> None:
    """Seeds a GPU's generator; there is none to seed."""


def manual_seed_all(seed: int) -> None:
    """Seeds all GPUs' generators; there are none to seed."""
