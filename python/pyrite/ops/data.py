"""Tensors made of data: numbers, nested sequences, arrays and buffers."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.graph import set_requires_grad
from pyrite.device import or_default
from pyrite.dtype import bool_, complex64, complex128, dtype, float64, get_default_dtype, int64, kind, of_argument
from pyrite.ops.arguments import type_name
from pyrite.ops.options import Options, extent
from pyrite.tensor import Tensor, wrap, wrap_as

__all__ = ["as_tensor", "asarray", "from_numpy", "frombuffer", "tensor"]

#: What the struct module calls the dtypes that it knows.
FORMATS = {
    "bool": "?",
    "uint8": "B",
    "int8": "b",
    "int16": "h",
    "int32": "i",
    "int64": "q",
    "float32": "f",
    "float64": "d",
}


def tensor(data: Any, **options: Any) -> Tensor:
    """A tensor with a copy of `data`: a number, nested sequences of numbers, an array or a tensor (see
    ``torch.tensor``).

    The dtype is the narrowest that PyTorch gives Python's numbers, or the data's own. Raises ValueError for ragged
    sequences
    and TypeError for what is no number.
    """
    stays = isinstance(data, Tensor) and or_default(None) is None
    asked = Options("tensor", options, like=data if stays else None)
    return asked.deliver(handle_of(data, asked.dtype))


def host_tensor(data: Any, dtype: dtype | None = None) -> Tensor:
    """What `tensor` makes on the CPU, whatever the default device: operands, indices and counts of the host."""
    return wrap(handle_of(data, dtype))


def handle_of(data: Any, wanted: dtype | None) -> _core.Tensor:
    """A handle with a copy of `data`."""
    if isinstance(data, Tensor):
        handle = data.handle
        return handle.copy(handle.dtype if wanted is None else wanted, False)
    if hasattr(data, "__array_interface__"):
        return array_handle(data, copy=True, wanted=wanted)
    if isinstance(data, bool | int | float | complex):
        own = wanted or scalar_type(data)
        return _core.full([], checked_number(data, own), own)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return sequence_handle(data, wanted)
    if isinstance(data, str | bytes | dict | set | frozenset) or not hasattr(data, "__len__"):
        raise (
            TypeError(f"new(): invalid data type '{type_name(data)}'")
            if isinstance(data, str)
            else RuntimeError(f"Could not infer dtype of {type_name(data)}")
        )
    return sequence_handle(list(data), wanted)


def scalar_type(x: Any) -> dtype:
    """The dtype of a tensor made of a Python number."""
    if isinstance(x, bool):
        return bool_
    if isinstance(x, int):
        return int64
    if isinstance(x, complex):
        return complex128 if get_default_dtype() is float64 else complex64
    return get_default_dtype()


def checked_number(x: Any, d: dtype) -> Any:
    """A number that fits a dtype; RuntimeError where an integer does not."""
    if isinstance(x, int) and not isinstance(x, bool) and kind(d) == 1:
        bits = 8 * d.itemsize
        low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if d.is_signed else (-(1 << bits), 1 << bits)
        if not low <= x < high:
            if d is int64:
                raise ValueError("Overflow when unpacking long long")
            raise RuntimeError(f"value cannot be converted to type {d.name} without overflow")
    if isinstance(x, int) and kind(d) >= 2:
        return float(x)
    if isinstance(x, complex) and kind(d) < 3:
        raise TypeError("can't convert complex to a real number")
    if isinstance(x, float) and kind(d) == 1:
        if not math.isfinite(x):
            raise ValueError(f"cannot convert float {x} to integer")
        return int(x)
    return x


def sequence_handle(data: Sequence, wanted: dtype | None) -> _core.Tensor:
    """A handle with the numbers of nested sequences."""
    shape: list[int] = []
    level: Any = data
    while isinstance(level, Sequence) and not isinstance(level, str | bytes):
        shape.append(len(level))
        if len(shape) > 64:
            raise ValueError("too many dimensions")
        if len(level) == 0:
            break
        level = level[0]
    if (isinstance(level, Tensor) and level.ndim > 0) or (
        hasattr(level, "__array_interface__") and getattr(level, "ndim", 0) > 0
    ):
        return stack_handle(data, shape, level, wanted)
    flat: list[Any] = list(data)
    for depth, size in enumerate(shape[1:], 1):
        for item in flat:
            if not isinstance(item, Sequence) or isinstance(item, str | bytes):
                raise TypeError(f"not a sequence: {type_name(item)} at dim {depth}")
            if len(item) != size:
                raise ValueError(f"expected sequence of length {size} at dim {depth} (got {len(item)})")
        flat = [x for item in flat for x in item]
    kinds = set(map(type, flat))
    if not kinds <= {int, float, bool, complex}:
        flat = [plain_number(x, len(shape)) for x in flat]
        kinds = set(map(type, flat))
    own = wanted or sequence_type(kinds)
    return numbers_handle(flat, shape, own)


def plain_number(x: Any, depth: int) -> Any:
    if isinstance(x, Tensor):
        if x.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return x.item()
    if isinstance(x, bool | int | float | complex):
        return x
    if hasattr(x, "item"):
        return x.item()
    if isinstance(x, Sequence) and not isinstance(x, str):
        raise ValueError(f"expected a number at dim {depth}, got a sequence of length {len(x)}")
    if isinstance(x, str):
        raise ValueError(f"too many dimensions '{type_name(x)}'")
    if hasattr(x, "__float__"):
        return float(x)
    raise RuntimeError(f"Could not infer dtype of {type_name(x)}")


def sequence_type(kinds: set) -> dtype:
    if not kinds:
        return get_default_dtype()
    for python in (complex, float, int):
        if python in kinds:
            return scalar_type(python())
    return bool_


def numbers_handle(flat: list, shape: list[int], own: dtype) -> _core.Tensor:
    """A handle with numbers in row-major order."""
    form = FORMATS.get(own.name)
    if form == "?":
        return _core.from_bytes(bytes(1 if x else 0 for x in flat), shape, own)
    try:
        if form is not None and kind(own) == 2:
            return _core.from_bytes(memoryview(array(form, flat)).cast("B").tobytes(), shape, own)
        if form is not None:
            if not set(map(type, flat)) <= {int}:
                flat = [int(checked_number(x, own)) for x in flat]
            return _core.from_bytes(array(form, flat).tobytes(), shape, own)
    except OverflowError:
        if own is int64:
            raise ValueError("Overflow when unpacking long long") from None
        if kind(own) == 1:
            flat = [checked_number(x, own) for x in flat]
            wide = _core.from_bytes(array("q", flat).tobytes(), shape, int64)
            return wide.to_dtype(own)
        flat = [float(x) for x in flat]
        return _core.from_bytes(array("d", flat).tobytes(), shape, float64).to_dtype(own)
    except TypeError:
        raise TypeError(f"can't convert complex to {own.name}") from None
    if kind(own) == 2:
        return _core.from_bytes(array("d", [float(x) for x in flat]).tobytes(), shape, float64).to_dtype(own)
    pairs = array("d")
    for x in flat:
        c = complex(x)
        pairs.extend((c.real, c.imag))
    return _core.from_bytes(pairs.tobytes(), shape, complex128).to_dtype(own)


def stack_handle(data: Sequence, outer: list[int], first: Any, wanted: dtype | None) -> _core.Tensor:
    """A handle of sequences of equal arrays or tensors."""
    flat: list[Any] = list(data)
    for _ in outer[1:]:
        flat = [x for item in flat for x in item]
    if isinstance(first, Tensor) and first.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    parts = [handle_of(x, None) for x in flat]
    own = wanted or parts[0].dtype
    inner = list(parts[0].shape)
    out = _core.empty([len(parts), *inner], own)
    for i, part in enumerate(parts):
        if list(part.shape) != inner:
            raise ValueError(f"expected sequence of length {inner[0] if inner else 1} at dim {len(outer)}")
        out.select(0, i).assign(part)
    return out.reshape([*outer, *inner])


_TYPESTR = {
    "b1": "bool", "u1": "uint8", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64", "f2": "float16",
    "f4": "float32", "f8": "float64", "c8": "complex64", "c16": "complex128",
}  # fmt: skip


def array_handle(data: Any, copy: bool, wanted: dtype | None = None) -> _core.Tensor:
    """A handle over an array's memory, or with a copy of it."""
    interface = data.__array_interface__
    name = _TYPESTR.get(interface["typestr"][1:])
    if name is None or interface["typestr"][0] == ">":
        raise TypeError(
            f"can't convert np.ndarray of type {getattr(data, 'dtype', interface['typestr'])}. The only supported "
            "types are: "
            "float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint8, and bool."
        )
    own = getattr(_core, name)
    shape = list(interface["shape"])
    size = own.itemsize
    steps = interface.get("strides")
    if copy or (data.ndim == 0 and not hasattr(data, "strides")):
        import numpy as np

        handle = _core.from_bytes(np.ascontiguousarray(data).tobytes(), shape, own)
        return handle if wanted is None else handle.to_dtype(wanted)
    if steps is not None and any(s < 0 for s in steps):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().) "
        )
    if steps is not None and any(s % size for s in steps):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy array to get around this."
        )
    strides = [s // size for s in steps] if steps is not None else row_major(shape)
    address, read_only = interface["data"]
    count = 0 if 0 in shape else 1 + sum((n - 1) * s for n, s in zip(shape, strides))
    return _core.from_memory(address, count * size, own, shape, strides, 0, bool(read_only), data)


def row_major(shape: Sequence[int]) -> list[int]:
    out, step = [], 1
    for size in reversed(shape):
        out.append(step)
        step *= max(size, 1)
    return out[::-1]


def from_numpy(ndarray: Any) -> Tensor:
    """A tensor over a NumPy array's memory: writes to one are seen in the other (see ``torch.from_numpy``)."""
    import numpy as np

    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type_name(ndarray)})")
    return wrap(array_handle(ndarray, copy=False))


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing its memory where that is possible (see ``torch.as_tensor``)."""
    where = or_default(device)
    if isinstance(data, Tensor):
        return data.to(device=where, dtype=dtype)
    if hasattr(data, "__array_interface__") and getattr(data, "ndim", 0) > 0:
        return wrap(array_handle(data, copy=False)).to(device=where, dtype=dtype)
    return tensor(data, dtype=dtype, device=where)


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """`obj` as a tensor, shared or copied as `copy` asks (see ``torch.asarray``)."""
    out = tensor(obj, dtype=dtype, device=device) if copy else as_tensor(obj, dtype, device)
    return out.requires_grad_() if requires_grad and not out.requires_grad else out


def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A tensor over the memory of a bytes-like object (see ``torch.frombuffer``)."""
    import numpy as np

    d = of_argument(dtype)
    view = memoryview(buffer).cast("B")
    if len(view) == 0 or (count == 0):
        raise ValueError(f"both buffer length ({len(view)}) and count ({count}) must not be 0")
    if offset < 0 or offset >= len(view):
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({len(view)} bytes) minus "
            "1"
        )
    available = (len(view) - offset) // d.itemsize
    if count < 0 and (len(view) - offset) % d.itemsize:
        raise ValueError(
            f"buffer size ({len(view) - offset} bytes) after offset ({offset} bytes) must be a multiple of element "
            f"size ({d.itemsize})"
        )
    n = available if count < 0 else count
    if n > available:
        raise ValueError(
            f"requested buffer length ({n} * {d.itemsize} bytes) after offset ({offset} bytes) must not be greater "
            f"than actual buffer length ({len(view)} bytes)"
        )
    raw = np.frombuffer(view, np.uint8, n * d.itemsize, offset)
    address, read_only = raw.__array_interface__["data"]
    if address % d.to_real().itemsize:
        raw = raw.copy()
        address, read_only = raw.__array_interface__["data"]
    t = wrap(_core.from_memory(address, n * d.itemsize, d, [n], [1], 0, read_only, raw))
    return set_requires_grad(t, True) if requires_grad else t


def legacy_tensor(cls: type[Tensor], *args: Any, device: Any = None, **kwargs: Any) -> Tensor:
    """What ``Tensor(...)`` makes: of sizes an empty float tensor, of data a float tensor."""
    if kwargs:
        raise TypeError(f"new() got an unexpected keyword argument '{next(iter(kwargs))}'")
    d = get_default_dtype()
    if len(args) == 1 and isinstance(args[0], Tensor):
        return wrap_as(cls, args[0].handle)
    if len(args) == 1 and not isinstance(args[0], int):
        return wrap_as(cls, handle_of(args[0], d))
    return wrap_as(cls, _core.empty(extent("new", args) if args else [0], d))
