"""Making tensors: filled, with given strides, like others, and in the dtype of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.dtype import dtype, is_integral
from pyrite.memory_format import strides_in
from pyrite.ops.arguments import index, number, require_tensor, sizes
from pyrite.ops.data import row_major, scalar_type, tensor
from pyrite.ops.options import Options, extent
from pyrite.tensor import Tensor, wrap

__all__ = (
    "scalar_tensor empty zeros ones full zeros_like ones_like empty_like full_like eye empty_strided empty_permuted "
    "new_tensor "
    "new_zeros new_ones new_empty new_full new_empty_strided"
).split()


def scalar_tensor(s: Any, **options: Any) -> Tensor:
    """A tensor without dimensions, of the default float dtype unless given."""
    asked = Options("scalar_tensor", options)
    return asked.deliver(_core.full([], number(s), asked.dtype_or(), asked.device.type))


def empty(
    *shape: Any, size: Any = None, out: Tensor | None = None, memory_format: Any = None, **options: Any
) -> Tensor:
    """A tensor with whatever content (see ``torch.empty``)."""
    asked = Options("empty", options, out)
    wanted = extent("empty", shape, size)
    if out is not None:
        return out.resize_(wanted)
    return asked.deliver(_core.empty(wanted, asked.dtype_or(), asked.device.type))


def filled(name: str, value: Any) -> Any:
    def make(*shape: Any, size: Any = None, out: Tensor | None = None, **options: Any) -> Tensor:
        asked = Options(name, options, out)
        return asked.deliver(_core.full(extent(name, shape, size), value, asked.dtype_or(), asked.device.type))

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor whose every element is {value} (see ``torch.{name}``)."
    return make


zeros = filled("zeros", 0)


ones = filled("ones", 1)


def full(size: Any, fill_value: Any, *, out: Tensor | None = None, **options: Any) -> Tensor:
    """A tensor whose every element is `fill_value`; its dtype is the value's unless given (see ``torch.full``)."""
    asked = Options("full", options, out)
    value = number(fill_value)
    d = asked.dtype_or(scalar_type(value))
    if type(value) is int and (1 << 63) <= value < (1 << 64) and is_integral(d):
        raise RuntimeError("value cannot be converted to type int64_t without overflow")
    return asked.deliver(_core.full(extent("full", (size,)), value, d, asked.device.type))


def like(name: str, value: Any) -> Any:
    def make(input: Tensor, *, memory_format: Any = None, **options: Any) -> Tensor:
        require_tensor(name, input)
        asked = Options(name, options, like=input)
        return asked.deliver(like_handle(input.handle, value, asked.dtype_or(input.dtype), memory_format))

    make.__name__ = make.__qualname__ = name
    make.__doc__ = (
        f"A tensor of the shape, dtype and stride order of `input`, filled with {value} (see ``torch.{name}``)."
    )
    return make


def like_handle(handle: _core.Tensor, value: Any, d: dtype, memory_format: Any = None) -> _core.Tensor:
    """A filled handle in the stride order of another one."""
    out = handle.filled(list(handle.shape), value, d)
    if memory_format is not None and memory_format.order() is not None:
        return out.as_strided(list(handle.shape), strides_in(handle.shape, memory_format), 0)
    if handle.is_contiguous() or (memory_format is not None and memory_format.name == "contiguous_format"):
        return out
    order = sorted(range(handle.ndim), key=lambda a: -handle.strides[a])
    strides, step = [0] * handle.ndim, 1
    for a in reversed(order):
        strides[a] = step
        step *= max(handle.shape[a], 1)
    return out.as_strided(list(handle.shape), strides, 0)


zeros_like = like("zeros_like", 0)


ones_like = like("ones_like", 1)


empty_like = like("empty_like", 0)


def full_like(input: Tensor, fill_value: Any, *, memory_format: Any = None, **options: Any) -> Tensor:
    """A tensor of the shape and dtype of `input` whose every element is `fill_value`."""
    require_tensor("full_like", input)
    asked = Options("full_like", options, like=input)
    return asked.deliver(like_handle(input.handle, number(fill_value), asked.dtype_or(input.dtype), memory_format))


def eye(n: int, m: int | None = None, *, out: Tensor | None = None, **options: Any) -> Tensor:
    """The n x m matrix with ones on its diagonal (see ``torch.eye``)."""
    asked = Options("eye", options, out)
    n = index("eye", "n", n)
    m = n if m is None else index("eye", "m", m)
    if n < 0 or m < 0:
        raise RuntimeError(f"{'n' if n < 0 else 'm'} must be greater or equal to 0, got {n if n < 0 else m}")
    handle = _core.full([n, m], 0, asked.dtype_or(), asked.device.type)
    if n and m:
        handle.diagonal(0, 0, 1).assign(1)
    return asked.deliver(handle)


def empty_strided(size: Any, stride: Any, **options: Any) -> Tensor:
    """A tensor with whatever content, of given sizes and strides (see ``torch.empty_strided``)."""
    asked = Options("empty_strided", options)
    shape, steps = extent("empty_strided", (size,)), sizes("empty_strided", (stride,))
    return asked.deliver(strided_handle(shape, steps, asked.dtype_or(), asked.device.type))


def strided_handle(shape: list[int], steps: list[int], d: dtype, backend: str) -> _core.Tensor:
    """Zeros of given sizes and strides over just the memory they reach."""
    if len(shape) != len(steps):
        raise RuntimeError(f"mismatch in length of strides and shape: {len(steps)} strides for {len(shape)} dimensions")
    if any(s < 0 for s in steps):
        raise RuntimeError(f"empty_strided: strides must not be negative, got {steps}")
    count = 0 if 0 in shape else 1 + sum((n - 1) * s for n, s in zip(shape, steps))
    return _core.full([count], 0, d, backend).as_strided(shape, steps, 0)


def empty_permuted(size: Any, physical_layout: Any, **options: Any) -> Tensor:
    """A tensor with whatever content whose dimensions lie in memory in the given order (see
    ``torch.empty_permuted``)."""
    asked = Options("empty_permuted", options)
    shape, order = extent("empty_permuted", (size,)), sizes("empty_permuted", (physical_layout,))
    if len(order) != len(shape):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(shape)} is not equal to len(physical_layout) = {len(order)}"
        )
    for a in order:
        if not 0 <= a < len(shape):
            raise RuntimeError(f"Dimension out of range (expected to be between 0 and {len(shape) - 1}, but got {a})")
    if len(set(order)) != len(order):
        raise RuntimeError("Duplicate dim not allowed")
    steps = row_major([shape[a] for a in order])
    strides = [steps[order.index(a)] for a in range(len(shape))]
    return asked.deliver(strided_handle(shape, strides, asked.dtype_or(), asked.device.type))


def new_tensor(
    input: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`tensor` in the dtype of `input`."""
    where = input.device if device is None else device
    return tensor(data, dtype=input.dtype if dtype is None else dtype, device=where, requires_grad=requires_grad)


def new_filled(name: str, value: Any) -> Any:
    def make(input: Any, *shape: Any, size: Any = None, **options: Any) -> Any:
        if not isinstance(input, Tensor):
            return input.filled(extent(name, shape, size), value, options.get("dtype") or input.dtype)
        asked = Options(name, options, like=input)
        return asked.deliver(
            _core.full(extent(name, shape, size), value, asked.dtype_or(input.dtype), asked.device.type)
        )

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor of the dtype of `input` filled with {value} (see ``torch.Tensor.{name}``)."
    return make


new_zeros = new_filled("new_zeros", 0)


new_ones = new_filled("new_ones", 1)


new_empty = new_filled("new_empty", 0)


def new_full(input: Tensor, size: Any, fill_value: Any, **options: Any) -> Tensor:
    """A tensor of the dtype of `input` whose every element is `fill_value` (see ``torch.Tensor.new_full``)."""
    return full(size, fill_value, **as_in(input, options))


def new_empty_strided(input: Tensor, size: Any, stride: Any, **options: Any) -> Tensor:
    """`empty_strided` in the dtype of `input`."""
    return empty_strided(size, stride, **as_in(input, options))


def as_in(input: Tensor, options: dict[str, Any]) -> dict[str, Any]:
    """Options, of which those that are not given are those of `input`."""
    given = {name: value for name, value in options.items() if value is not None}
    return {"dtype": input.dtype, "device": input.device, **given}


def zeros_of(g: Any, shape: Sequence[int]) -> Any:
    """Zeros in the dtype of a gradient: a handle for a handle, a tensor for a tensor."""
    if isinstance(g, Tensor):
        return wrap(g.handle.filled(list(shape), 0, g.dtype))
    return g.filled(list(shape), 0, g.dtype)
