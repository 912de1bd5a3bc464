"""Copies, changes of dtype, and the ways from a tensor to Python and NumPy."""

from __future__ import annotations

import math
import struct
from typing import Any

from pyrite import _core
from pyrite.autograd.graph import set_requires_grad
from pyrite.autograd.inplace import check_inplace, check_overlap, same_place, write_inplace
from pyrite.autograd.mode import mode
from pyrite.autograd.operation import operation
from pyrite.autograd.region import copied_over as operation_of
from pyrite.device import resolve
from pyrite.dtype import dtype, float32, kind, of_argument
from pyrite.memory_format import contiguous_format, strides_in
from pyrite.memory_format import memory_format as memory_format_class
from pyrite.ops.arguments import require_tensor, type_name
from pyrite.ops.data import FORMATS
from pyrite.ops.room import OBJECT, require_room
from pyrite.tensor import Handle, Tensor, wrap

__all__ = ["clone", "detach", "detach_"]

cast = operation("to_copy", lambda x, dtype: x.copy(dtype, False), x=lambda g, x_dtype: _back(g, x_dtype))
channels_last_of = operation("clone", lambda x, strides: _laid(x, strides), x=lambda g: g)
clone_of = operation("clone", lambda x, row_major: x.copy(x.dtype, row_major), x=lambda g: g)


def _laid(x: Handle, strides: list[int]) -> Handle:
    out = x.unfilled([x.numel()], x.dtype).as_strided(list(x.shape), strides, 0)
    out.assign(x)
    return out


def _back(g: Any, own: dtype) -> Any:
    return g.to_dtype(own) if type(g) is Handle else g.to(own)


def to_dtype(x: Any, d: dtype) -> Any:
    """`x` in a dtype: itself where it has it already."""
    return x if x.dtype is d else cast(x, d)


def clone(input: Any, *, memory_format: Any = None) -> Any:
    """A copy in a storage of its own, that gradients flow through (see ``torch.clone``)."""
    return in_format(input, memory_format)


def require_format(value: Any) -> None:
    """Refuses what is no memory format."""
    if value is not None and type(value) is not memory_format_class:
        raise TypeError(f"argument 'memory_format' must be pyrite.memory_format, not {type(value).__name__}")


def in_format(x: Any, memory_format: Any) -> Any:
    """A copy in a memory format; where that is to be kept, in the order of the strides."""
    require_format(memory_format)
    if memory_format is None or memory_format.name == "preserve_format":
        return clone_of(x, False)
    return (
        clone_of(x, True) if memory_format.order() is None else channels_last_of(x, strides_in(x.shape, memory_format))
    )


def lies_in(handle: Handle, memory_format: Any) -> bool:
    """Whether the elements are dense in the order of a memory format."""
    require_format(memory_format)
    if memory_format is None or memory_format.order() is None:
        return handle.is_contiguous()
    order = memory_format.order()
    return handle.ndim == len(order) and handle.permute(list(order)).is_contiguous()


def contiguous(input: Any, memory_format: Any = None) -> Any:
    """The tensor itself where it is row-major already (or in the memory format given), else a copy that is."""
    handle = input if type(input) is Handle else input.handle
    return input if lies_in(handle, memory_format) else in_format(input, memory_format or contiguous_format)


def detach(input: Tensor) -> Tensor:
    """The same storage outside of the graph (see ``torch.Tensor.detach``)."""
    require_tensor("detach", input)
    return wrap(input.handle.alias())


def detach_(input: Tensor) -> Tensor:
    """Takes the tensor out of the graph."""
    require_tensor("detach_", input)
    if input.base is not None:
        raise RuntimeError("Can't detach views in-place. Use detach() instead.")
    input.node = None
    return input


def requires_grad_(input: Tensor, requires_grad: bool = True) -> Tensor:
    """Starts or ends the tracking of a leaf, in place."""
    return set_requires_grad(input, requires_grad)


def to(
    input: Any,
    *args: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
) -> Any:
    """The tensor in a dtype, on a device, or like another tensor; itself where nothing changes (see
    ``torch.Tensor.to``)."""
    for a in args:
        if isinstance(a, Tensor):
            dtype, device = a.dtype, a.device
        elif isinstance(a, bool):
            continue
        elif isinstance(a, str) or type(a).__name__ == "device" or isinstance(a, int):
            device = a
        elif a is not None:
            dtype = of_argument(a)
    flags = [a for a in args if isinstance(a, bool)]
    copy = copy or (len(flags) > 1 and flags[1])
    here = input.handle if isinstance(input, Tensor) else input
    if device is not None and resolve(device).type != here.backend:
        input, copy = transfer(input, resolve(device).type), False
    d = input.dtype if dtype is None else of_argument(dtype)
    require_format(memory_format)
    moved = memory_format is not None and memory_format.name != "preserve_format"
    if d is not input.dtype:
        out = cast(input, d)
        return contiguous(out, memory_format) if moved else out
    if (moved and not lies_in(input.handle, memory_format)) or copy:
        return in_format(input, memory_format)
    return input


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """This tensor in the dtype of another (see ``torch.Tensor.type_as``)."""
    return to_dtype(input, other.dtype)


def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of the tensor's type, or the tensor in another one (see ``torch.Tensor.type``)."""
    if dtype is None:
        return f"pyrite.{input.dtype.scalar_name}Tensor"
    if isinstance(dtype, str):
        name = dtype.rsplit(".", 1)[-1].removesuffix("Tensor")
        match = [
            d for d in (getattr(_core, n) for n in dir(_core)) if type(d) is type(float32) and d.scalar_name == name
        ]
        if not match:
            raise ValueError(f"invalid type: '{dtype}'")
        return to_dtype(input, match[0])
    return to_dtype(input, of_argument(dtype))


transfer = operation(
    "to_copy",
    lambda x, where: x.to_backend(where),
    x=lambda g, x_backend: transfer(g, x_backend),
)


def cpu(input: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor in the host's memory (see ``torch.Tensor.cpu``)."""
    return to(input, device="cpu")


def cuda(input: Tensor, device: Any = None, non_blocking: bool = False) -> Tensor:
    """The tensor on the GPU (see ``torch.Tensor.cuda``)."""
    return to(input, device="cuda" if device is None else device)


def copied_over(x: Tensor, y: Tensor) -> Tensor:
    return operation_of(x, y)


def copy_(input: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """Writes `src`, broadcast and converted, into the tensor (see ``torch.Tensor.copy_``)."""
    if not isinstance(src, Tensor):
        raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type_name(src)}")
    check_overlap(input, (src,))
    shape = list(input.shape)
    try:
        source = src if list(src.shape) == shape else src.expand(shape)
    except RuntimeError:
        raise RuntimeError(
            f"The size of tensor a ({shape[-1] if shape else 0}) must match the size of tensor b "
            f"({src.shape[-1] if src.ndim else 0}) at non-singleton dimension {max(len(shape) - 1, 0)}"
        ) from None
    source = to_dtype(source, input.dtype)
    if mode.enabled and input.base is None and (input.node is not None or source.node is not None):
        check_inplace(input)
        source = copied_over(same_place(input), source)
    return write_inplace(input, source)


def item(input: Tensor) -> Any:
    """The one element as a Python number; RuntimeError where there are more or fewer."""
    return input.handle.item()


def tolist(input: Tensor) -> Any:
    """The elements as nested lists of Python numbers, or the number itself without dimensions."""
    handle = input.handle
    if handle.ndim == 0:
        return handle.item()
    if handle.dtype.name in ("float16", "bfloat16"):
        handle = handle.to_dtype(float32)
    shape = list(handle.shape)
    if 0 in shape:
        require_room([math.prod(shape[: shape.index(0)]), OBJECT])
        return nested([], shape)
    bytes_ = handle.tobytes()
    form: Any = FORMATS.get(handle.dtype.name)
    if form is not None:
        return memoryview(bytes_).cast(form, shape).tolist()
    parts = struct.unpack(
        f"={len(bytes_) // (4 if handle.dtype.itemsize == 8 else 8)}{'f' if handle.dtype.itemsize == 8 else 'd'}",
        bytes_,
    )
    return nested([complex(re, im) for re, im in zip(parts[::2], parts[1::2])], shape)


def nested(flat: list, shape: list[int]) -> list:
    """A row-major list as lists within lists."""
    if len(shape) == 1:
        return flat
    step = len(flat) // shape[0] if shape[0] else 0
    return [nested(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def numpy(input: Tensor, *, force: bool = False) -> Any:
    """A NumPy array over the tensor's memory (see ``torch.Tensor.numpy``). RuntimeError for a tracked tensor."""
    import numpy as np

    if input.requires_grad:
        if not force:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        input = detach(input)
    if input.handle.backend != "cpu":
        if not force:
            raise TypeError(
                f"can't convert {input.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to "
                "host memory "
                "first."
            )
        input = cpu(input)
    return np.asarray(_core.export(input.handle))


def array(input: Tensor, dtype: Any = None, copy: bool | None = None) -> Any:
    """What ``numpy.asarray(tensor)`` gives."""
    out = numpy(input)
    if dtype is not None and out.dtype != dtype:
        return out.astype(dtype)
    return out.copy() if copy else out


def scalar_of(input: Tensor, python: type) -> Any:
    if input.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    value = input.handle.item()
    if isinstance(value, complex) and python is not complex:
        if value.imag:
            raise RuntimeError(
                f"value cannot be converted to type {'double' if python is float else 'int64_t'} without overflow"
            )
        value = value.real
    return python(value)


def truth(input: Tensor) -> bool:
    n = input.handle.numel()
    if n != 1:
        what = (
            "Boolean value of Tensor with no values is ambiguous"
            if n == 0
            else ("Boolean value of Tensor with more than one value is ambiguous")
        )
        raise RuntimeError(what)
    return bool(input.handle.item())


def index_of(input: Tensor) -> int:
    if input.numel() != 1 or kind(input.dtype) > 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(input.handle.item())
