"""Making tensors: filled, with given strides, like others, and in the dtype of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.dtype import dtype, get_default_dtype, is_integral, of_argument
from pyrite.memory_format import strides_in
from pyrite.ops.arguments import index, number, require_tensor, sizes
from pyrite.ops.data import (
    backend_of,
    check_options,
    checked_sizes,
    finish,
    row_major,
    scalar_type,
    tensor,
)
from pyrite.tensor import Tensor, wrap

__all__ = (
    "scalar_tensor empty zeros ones full zeros_like ones_like empty_like full_like eye empty_strided empty_permuted "
    "new_tensor "
    "new_zeros new_ones new_empty new_full new_empty_strided"
).split()


def scalar_tensor(
    s: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    layout: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor without dimensions, of the default float dtype unless given."""
    check_options(device, layout)
    return finish(
        _core.full([], number(s), get_default_dtype() if dtype is None else of_argument(dtype)), requires_grad, device
    )


def empty(
    *size: Any,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    memory_format: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """A tensor with whatever content (see ``torch.empty``)."""
    check_options(device, layout)
    shape = checked_sizes(sizes("empty", size))
    if out is not None:
        require_tensor("empty", out, "out")
        return out.resize_(shape)
    return finish(
        _core.empty(shape, get_default_dtype() if dtype is None else of_argument(dtype), backend_of(device)),
        requires_grad,
    )


def filled(name: str, value: Any) -> Any:
    def make(
        *size: Any,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
        out: Tensor | None = None,
    ) -> Tensor:
        check_options(device, layout)
        shape = checked_sizes(sizes(name, size))
        if out is not None:
            require_tensor(name, out, "out")
        d = (
            out.dtype
            if out is not None and dtype is None
            else get_default_dtype()
            if dtype is None
            else of_argument(dtype)
        )
        handle = _core.full(shape, value, d, backend_of(device))
        if out is not None:
            return out.resize_(shape).copy_(wrap(handle))
        return finish(handle, requires_grad)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor whose every element is {value} (see ``torch.{name}``)."
    return make


zeros = filled("zeros", 0)


ones = filled("ones", 1)


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """A tensor whose every element is `fill_value`; its dtype is the value's unless given (see ``torch.full``)."""
    check_options(device, layout)
    value = number(fill_value)
    if out is not None:
        require_tensor("full", out, "out")
    d = (out.dtype if out is not None else scalar_type(value)) if dtype is None else of_argument(dtype)
    if type(value) is int and (1 << 63) <= value < (1 << 64) and is_integral(d):
        raise RuntimeError("value cannot be converted to type int64_t without overflow")
    handle = _core.full(checked_sizes(sizes("full", (size,))), value, d, backend_of(device))
    return out.resize_(handle.shape).copy_(wrap(handle)) if out is not None else finish(handle, requires_grad)


def like(name: str, value: Any) -> Any:
    def make(
        input: Tensor,
        *,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        require_tensor(name, input)
        check_options(device, layout)
        d = input.dtype if dtype is None else of_argument(dtype)
        return finish(like_handle(input.handle, value, d, memory_format), requires_grad, device)

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


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor of the shape and dtype of `input` whose every element is `fill_value`."""
    require_tensor("full_like", input)
    d = input.dtype if dtype is None else of_argument(dtype)
    return finish(like_handle(input.handle, number(fill_value), d, memory_format), requires_grad, device)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    out: Tensor | None = None,
) -> Tensor:
    """The n x m matrix with ones on its diagonal (see ``torch.eye``)."""
    check_options(device, layout)
    n = index("eye", "n", n)
    m = n if m is None else index("eye", "m", m)
    if out is not None:
        require_tensor("eye", out, "out")
    if n < 0 or m < 0:
        raise RuntimeError(f"{'n' if n < 0 else 'm'} must be greater or equal to 0, got {n if n < 0 else m}")
    d = of_argument(dtype) if dtype is not None else out.dtype if out is not None else get_default_dtype()
    handle = _core.full([n, m], 0, d)
    if n and m:
        handle.diagonal(0, 0, 1).assign(1)
    return out.resize_([n, m]).copy_(wrap(handle)) if out is not None else finish(handle, requires_grad, device)


def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor with whatever content, of given sizes and strides (see ``torch.empty_strided``)."""
    check_options(device, layout)
    shape, steps = checked_sizes(sizes("empty_strided", (size,))), sizes("empty_strided", (stride,))
    d = get_default_dtype() if dtype is None else of_argument(dtype)
    return finish(strided_handle(shape, steps, d), requires_grad, device)


def strided_handle(shape: list[int], steps: list[int], d: dtype) -> _core.Tensor:
    """Zeros of given sizes and strides over just the memory they reach."""
    if len(shape) != len(steps):
        raise RuntimeError(f"mismatch in length of strides and shape: {len(steps)} strides for {len(shape)} dimensions")
    if any(s < 0 for s in steps):
        raise RuntimeError(f"empty_strided: strides must not be negative, got {steps}")
    count = 0 if 0 in shape else 1 + sum((n - 1) * s for n, s in zip(shape, steps))
    return _core.full([count], 0, d).as_strided(shape, steps, 0)


def empty_permuted(
    size: Any,
    physical_layout: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor with whatever content whose dimensions lie in memory in the given order (see
    ``torch.empty_permuted``)."""
    check_options(device, layout)
    shape, order = checked_sizes(sizes("empty_permuted", (size,))), sizes("empty_permuted", (physical_layout,))
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
    d = get_default_dtype() if dtype is None else of_argument(dtype)
    return finish(strided_handle(shape, [steps[order.index(a)] for a in range(len(shape))], d), requires_grad, device)


def new_tensor(
    input: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`tensor` in the dtype of `input`."""
    where = input.device if device is None else device
    return tensor(data, dtype=input.dtype if dtype is None else dtype, device=where, requires_grad=requires_grad)


def new_filled(name: str, value: Any) -> Any:
    def make(
        input: Any,
        *size: Any,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
    ) -> Any:
        check_options(device, layout)
        d = input.dtype if dtype is None else of_argument(dtype)
        like = input.handle if isinstance(input, Tensor) else input
        handle = like.filled(checked_sizes(sizes(name, size)), value, d)
        return finish(handle, requires_grad, device) if isinstance(input, Tensor) else handle

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"A tensor of the dtype of `input` filled with {value} (see ``torch.Tensor.{name}``)."
    return make


new_zeros = new_filled("new_zeros", 0)


new_ones = new_filled("new_ones", 1)


new_empty = new_filled("new_empty", 0)


def new_full(
    input: Tensor,
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor of the dtype of `input` whose every element is `fill_value` (see ``torch.Tensor.new_full``)."""
    d = input.dtype if dtype is None else of_argument(dtype)
    where = input.device if device is None else device
    return full(size, fill_value, dtype=d, layout=layout, device=where, requires_grad=requires_grad)


def new_empty_strided(
    input: Tensor,
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """`empty_strided` in the dtype of `input`."""
    d = input.dtype if dtype is None else dtype
    where = input.device if device is None else device
    return empty_strided(size, stride, dtype=d, layout=layout, device=where, requires_grad=requires_grad)


def zeros_of(g: Any, shape: Sequence[int]) -> Any:
    """Zeros in the dtype of a gradient: a handle for a handle, a tensor for a tensor."""
    if isinstance(g, Tensor):
        return wrap(g.handle.filled(list(shape), 0, g.dtype))
    return g.filled(list(shape), 0, g.dtype)
