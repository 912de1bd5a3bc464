"""Devices: where a tensor's memory is, the names by which users ask for one, and each thread's default one."""

from __future__ import annotations

import re
import threading

from pyrite import _core

_TYPES = ("cpu", "cuda", "mps", "xpu", "vulkan", "gpu", "meta")
_FORM = re.compile(r"([a-z]+)(?::(\d+))?")


class _Default(threading.local):
    """The device on which a thread's constructors work where a call names none, and those that it stood for before
    the ``with`` blocks that the thread is in."""

    def __init__(self) -> None:
        self.device: device | None = None
        self.outer: list[device | None] = []


_default = _Default()


class device:
    """A device type and an optional index, as ``torch.device``: ``device("cpu")``, ``device("cuda:0")``,
    ``device("cuda", 0)``. In a ``with`` block it is the default device.

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

    def __enter__(self) -> device:
        _default.outer.append(_default.device)
        _default.device = self
        return self

    def __exit__(self, *_: object) -> None:
        _default.device = _default.outer.pop()

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


def set_default_device(device: str | int | device | None) -> None:
    """Makes `device` the one of new tensors whose constructor is given none, in this thread; None is the CPU again.

    As in PyTorch, ``*_like``, ``new_*``, `from_numpy`, `frombuffer`, `normal` and ``Tensor()`` go on as before.
    """
    _default.device = None if device is None else _device(device)


def get_default_device() -> device:
    """The device of new tensors whose constructor is given none. RuntimeError where this machine has not got it."""
    return resolve(_default.device)


def or_default(where: device | str | int | None) -> device | str | int | None:
    """The argument ``device=`` of a constructor, or the default device that stands for None where one is set."""
    return _default.device if where is None else where


_device = device
