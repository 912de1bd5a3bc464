"""The options that constructors of tensors take by name, read in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.graph import set_requires_grad
from pyrite.device import CPU, or_default, resolve
from pyrite.dtype import dtype, get_default_dtype, of_argument
from pyrite.ops.arguments import require_tensor, sizes, type_name
from pyrite.tensor import Tensor, wrap

_KNOWN = frozenset(("dtype", "layout", "device", "requires_grad", "pin_memory"))


class Options:
    """What a call asked for: `dtype` (None where it did not say), `device`, `requires_grad`; `out` decides the first
    two where there is one, and `like` is where to make what names no device.

    ``pin_memory`` asks for what all memory is here, and the only layout is the strided one. TypeError for other
    names; RuntimeError where `out` is of another dtype or on another device.
    """

    __slots__ = ("device", "dtype", "out", "requires_grad")

    def __init__(self, name: str, given: dict[str, Any], out: Any = None, like: Tensor | None = None) -> None:
        self.dtype: dtype | None = None
        where = given.get("device")
        if where is None and like is None:
            where = or_default(None)
        self.device = resolve(where) if where is not None else CPU if like is None else like.device
        self.requires_grad: bool = False
        self.out = out
        if given:
            self._read(name, given)
        if out is not None:
            self._follow(name, out, where is not None)

    def _read(self, name: str, given: dict[str, Any]) -> None:
        for option, value in given.items():
            if option not in _KNOWN:
                raise TypeError(f"{name}() got an unexpected keyword argument '{option}'")
            if value is None:
                continue
            if option == "dtype":
                self.dtype = of_argument(value)
            elif option == "requires_grad":
                if not isinstance(value, bool):
                    raise TypeError(f"{name}(): argument 'requires_grad' must be bool, not {type_name(value)}")
                self.requires_grad = value
            elif option == "layout" and str(value).rsplit(".", 1)[-1] != "strided":
                raise NotImplementedError(f"layout {value}: only strided tensors are built")

    def _follow(self, name: str, out: Any, placed: bool) -> None:
        require_tensor(name, out, "out")
        if self.dtype is not None and self.dtype is not out.dtype:
            wanted, found = self.dtype.scalar_name, out.dtype.scalar_name
            raise RuntimeError(f"dtype {wanted} does not match dtype of out parameter ({found})")
        if placed and self.device.type != out.device.type:
            raise RuntimeError(
                f"device type {self.device.type} does not match device type of out parameter ({out.device.type})"
            )
        self.dtype, self.device = out.dtype, out.device

    def dtype_or(self, own: dtype | None = None) -> dtype:
        """The dtype that was asked for, else `own`, else the default float."""
        return self.dtype or own or get_default_dtype()

    def deliver(self, handle: _core.Tensor) -> Tensor:
        """The result over a new handle, on the device that was asked for; in `out` where there is one."""
        if self.out is not None:
            t = self.out.resize_(list(handle.shape)).copy_(wrap(handle))
        else:
            where = self.device.type
            t = wrap(handle if handle.backend == where else handle.to_backend(where))
        return set_requires_grad(t, True) if self.requires_grad else t


def extent(name: str, given: tuple[Any, ...], size: Any = None) -> list[int]:
    """The size of what is to be made, from arguments by position or from ``size=``; none may be negative."""
    return checked_sizes(sizes(name, given if size is None else (size,)))


def checked_sizes(shape: Sequence[int]) -> list[int]:
    for size in shape:
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {list(shape)}")
    return list(shape)
