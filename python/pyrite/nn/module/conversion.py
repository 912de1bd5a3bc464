"""Moving a module to a device or another dtype: its parameters stay the same objects and get new contents."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyrite import ops
from pyrite.autograd.mode import no_grad
from pyrite.device import device as Device
from pyrite.dtype import dtype as DType
from pyrite.nn.module.naming import typename
from pyrite.tensor import Tensor

if TYPE_CHECKING:
    from pyrite.nn.module import Module


def parse_to(*args, **kwargs) -> tuple:
    """Sorts the arguments of `Module.to` into (device, dtype, non_blocking, memory_format).

    They are `(device, dtype, non_blocking)`, `(dtype, non_blocking)` or `(tensor, non_blocking)`, in this order or by
    name.
    """
    memory_format = kwargs.pop("memory_format", None)
    device, dtype, non_blocking = (
        kwargs.pop("device", None),
        kwargs.pop("dtype", None),
        kwargs.pop("non_blocking", False),
    )
    if "tensor" in kwargs:
        args = (kwargs.pop("tensor"), *args)
    if kwargs:
        raise TypeError(f"to() got an unexpected keyword argument '{next(iter(kwargs))}'")
    rest = list(args)
    if rest and isinstance(rest[0], Tensor):
        device, dtype = rest[0].device, rest.pop(0).dtype
    elif rest and isinstance(rest[0], DType):
        dtype = rest.pop(0)
    elif rest and (rest[0] is None or isinstance(rest[0], (str, int, Device))):
        device = rest.pop(0)
        if rest and (rest[0] is None or isinstance(rest[0], DType)):
            dtype = rest.pop(0)
    if rest and isinstance(rest[0], bool):
        non_blocking = rest.pop(0)
    if rest:
        raise TypeError(
            f"to() received an invalid argument of type {typename(rest[0])}: expected a device, dtype or tensor"
        )
    return Device(device) if isinstance(device, (str, int)) else device, dtype, non_blocking, memory_format


class Conversion:
    """The part of Module that changes where and in what dtype its members are."""

    def _apply(self: "Module", fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "Module":
        if recurse:
            for module in self.children():
                module._apply(fn)
        for param in self._parameters.values():
            if param is not None:
                grad = param.grad
                with no_grad():
                    param.data = fn(param)
                    if grad is not None:
                        param.grad = fn(grad).requires_grad_(grad.requires_grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def _convert_floating_point(self, dtype_method: str) -> "Module":
        return self._apply(lambda t: getattr(t, dtype_method)() if t.is_floating_point() else t)

    def to(self, *args, **kwargs) -> "Module":
        """Moves or converts every parameter and buffer: `to(device, dtype)`, `to(dtype)`, `to(tensor)`; floating-point
        and complex ones change dtype, others only device."""
        device, dtype, non_blocking, memory_format = parse_to(*args, **kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )

        def convert(t: Tensor) -> Tensor:
            target = dtype if t.is_floating_point() or t.is_complex() else None
            if memory_format is not None and t.dim() in (4, 5):
                return t.to(device, target, non_blocking, memory_format=memory_format)
            return t.to(device, target, non_blocking)

        return self._apply(convert)

    def type(self, dst_type) -> "Module":
        """Casts every parameter and buffer."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> "Module":
        """Casts floating-point members to float32."""
        return self._convert_floating_point("float")

    def double(self) -> "Module":
        """Casts floating-point members to float64."""
        return self._convert_floating_point("double")

    def half(self) -> "Module":
        """Casts floating-point members to float16."""
        return self._convert_floating_point("half")

    def bfloat16(self) -> "Module":
        """Casts floating-point members to bfloat16."""
        return self._convert_floating_point("bfloat16")

    def cpu(self) -> "Module":
        """Moves every member to the CPU."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device=None) -> "Module":
        """Moves every member to a CUDA device."""
        return self._apply(lambda t: t.cuda(device))

    def to_empty(self, *, device, recurse: bool = True) -> "Module":
        """Moves every member to a device without its contents."""
        return self._apply(lambda t: ops.empty_like(t, device=device), recurse=recurse)

    def share_memory(self) -> "Module":
        """Moves every member into memory shared between processes, where tensors have `share_memory_`."""
        return self._apply(lambda t: t.share_memory_())
