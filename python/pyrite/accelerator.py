"""The device that this machine computes fastest on, under the names of ``torch.accelerator``
(https://docs.pytorch.org/docs/stable/accelerator.html): the GPU, as device 0."""

from __future__ import annotations

from typing import Any

from pyrite import cuda
from pyrite.cuda import (
    Stream,
    current_stream,
    device_count,
    empty_cache,
    is_available,
    max_memory_allocated,
    max_memory_reserved,
    memory_allocated,
    memory_reserved,
    memory_stats,
    reset_peak_memory_stats,
    set_stream,
    synchronize,
)
from pyrite.device import device

__all__ = [
    "Stream",
    "current_accelerator",
    "current_device_idx",
    "current_device_index",
    "current_stream",
    "device_count",
    "device_index",
    "empty_cache",
    "get_device_capability",
    "get_memory_info",
    "is_available",
    "max_memory_allocated",
    "max_memory_reserved",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "reset_peak_memory_stats",
    "set_device_idx",
    "set_device_index",
    "set_stream",
    "synchronize",
]


def current_accelerator(check_available: bool = False) -> device | None:
    """The device type of the accelerator, without an index; with `check_available`, None where there is none."""
    return None if check_available and not is_available() else device("cuda")


current_device_index = cuda.current_device
current_device_idx = current_device_index
set_device_index = cuda.set_device
set_device_idx = set_device_index
get_memory_info = cuda.mem_get_info


class device_index(cuda.device):
    """The block's accelerator by its index, which can only be 0; None changes nothing."""


def get_device_capability(device: Any = None, /) -> dict[str, Any]:
    """The dtypes that the accelerator computes in: ``{"supported_dtypes": {...}}``; RuntimeError if there is none."""
    import pyrite

    return {"supported_dtypes": {getattr(pyrite, name) for name in cuda.get_device_properties(device).dtypes}}
