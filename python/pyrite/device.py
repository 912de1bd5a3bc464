"""Devices: where a tensor's memory is, and the names by which users ask for one."""

from __future__ import annotations

import re

from pyrite import _core

_TYPES = ("cpu", "cuda", "mps", "xpu", "vulkan", "gpu", "meta")
_FORM = re.compile(r"([a-z]+)(?::(\d+))?")


class device:
    """A device type and an optional index, as ``torch.device``: ``device("cpu")``, ``device("cuda:0")``,
    ``device("cuda", 0)``.

    Raises RuntimeError for a string that names no device type.
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __new__(cls, type: str | device | int, index: int | None = None) -> device:
        if isinstance(type, device):
            return type
        if isinstance(type, int) and not isinstance(type, bool):
            index, type = type, "cuda"
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' must be str, not {type.__class__.__name__}")
        form = _FORM.fullmatch(type)
        if form is None:
            raise RuntimeError(f"Invalid device string: '{type}'")
        name, number = form.groups()
        if name not in _TYPES:
            raise RuntimeError(f"Expected one of {', '.join(_TYPES)} device type at start of device string: {type}")
        if number is not None and index is not None:
            raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type}")
        self = object.__new__(cls)
        object.__setattr__(self, "type", name)
        object.__setattr__(self, "index", index if number is None else int(number))
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"attribute '{name}' of 'torch.device' objects is not writable")

    def __repr__(self) -> str:
        if self.index is None:
            return f"device(type='{self.type}')"
        return f"device(type='{self.type}', index={self.index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[object, ...]:
        return (device, (self.type,) if self.index is None else (self.type, self.index))


CPU = device("cpu")
GPU = device("cuda", 0)

_GPU_NAMES = frozenset(("cuda", "gpu", "mps", "xpu", "vulkan"))


def resolve(where: device | str | int | None) -> device:
    """The device that an argument ``device=`` means; every name of a GPU is the one GPU of this machine.

    Raises RuntimeError, saying what is missing, for a device that this build or this machine has not.
    """
    if where is None or where is CPU:
        return CPU
    where = device(where)
    if where.type == "cpu":
        return CPU
    if where.type not in _GPU_NAMES:
        raise NotImplementedError(f"device '{where}' is not built")
    missing = _core.gpu_missing()
    if missing is not None:
        raise RuntimeError(f"device '{where}' is not available: {missing}")
    if where.index not in (None, 0):
        raise RuntimeError(f"device '{where}' is not available: there is one GPU, number 0")
    return GPU
