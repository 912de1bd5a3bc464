"""Reading arguments as PyTorch does: sizes given one by one or as a sequence, dimensions, numbers, and ``out=``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from pyrite.dtype import kind
from pyrite.tensor import Handle, Tensor

Number = (int, float, complex)
LIMIT = 1 << 63


def type_name(x: Any) -> str:
    return type(x).__name__


def require_tensor(function: str, x: Any, argument: str = "input", position: int = 1) -> None:
    """Refuses what is no tensor, in PyTorch's words."""
    if not isinstance(x, Tensor | Handle):
        raise TypeError(f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {type_name(x)}")


def sizes(function: str, args: Sequence[Any]) -> list[int]:
    """The sizes in ``f(2, 3)``, ``f((2, 3))`` or ``f(Size)``."""
    if len(args) == 1 and isinstance(args[0], tuple | list):
        args = args[0]
    out = []
    for i, size in enumerate(args):
        if type(size) is not int:
            if isinstance(size, Tensor) and kind(size.dtype) < 2 and size.numel() == 1:
                size = int(size.item())
            elif hasattr(size, "__index__") and not isinstance(size, bool):
                size = size.__index__()
            else:
                raise TypeError(
                    f"{function}(): argument 'size' (position 1) must be tuple of ints, but found element of type "
                    f"{type_name(size)} at pos {i}"
                )
        if not -LIMIT <= size < LIMIT:
            raise TypeError(
                f"{function}(): argument 'size' failed to unpack the object at pos {i + 1} with error \"Overflow when "
                'unpacking long long"'
            )
        out.append(size)
    return out


def dims(function: str, dim: Any) -> list[int] | None:
    """The dimensions in ``dim=None``, ``dim=1`` or ``dim=(0, 1)``."""
    if dim is None:
        return None
    if isinstance(dim, tuple | list):
        return [index(function, "dim", d) for d in dim]
    return [index(function, "dim", dim)]


def index(function: str, name: str, value: Any) -> int:
    """A whole number."""
    if type(value) is int:
        if not -LIMIT <= value < LIMIT:
            raise ValueError("Overflow when unpacking long long")
        return value
    if isinstance(value, bool | float | complex | str) or not hasattr(value, "__index__"):
        raise TypeError(f"{function}(): argument '{name}' must be int, not {type_name(value)}")
    return value.__index__()


def wrap_dim(dim: int, rank: int) -> int:
    """A dimension counted from the front; raises IndexError for one that is not there."""
    n = max(rank, 1)
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim + n if dim < 0 else dim


def number(x: Any) -> Any:
    """A number: tensors of one element and NumPy's scalars become Python's."""
    if isinstance(x, Tensor):
        return x.item()
    return x


def write_out(out: Any, result: Any) -> Any:
    """Puts a result, or each of several, into the tensors given as ``out=``."""
    if isinstance(out, tuple | list):
        for o, r in zip(out, result):
            write_out(o, r)
        return type(result)(out) if not hasattr(result, "_fields") else type(result)(*out)
    if not isinstance(out, Tensor):
        raise TypeError(f"argument 'out' must be Tensor, not {type_name(out)}")
    if not isinstance(result, Tensor):
        raise TypeError("argument 'out' must be tuple of Tensors, not Tensor")
    if kind(result.dtype) > kind(out.dtype):
        raise RuntimeError(
            f"result type {result.dtype.scalar_name} can't be cast to the desired output type {out.dtype.scalar_name}"
        )
    if out.requires_grad or result.requires_grad:
        raise RuntimeError(
            "functions with out=... arguments don't support automatic differentiation, but one of the arguments "
            "requires grad."
        )
    if out.shape != result.shape:
        out.resize_(result.shape)
    out.copy_(result)
    return out


def refused(function: Callable[..., Any], args: tuple, kwargs: dict[str, Any], error: AttributeError) -> Exception:
    """What to raise where a call failed for a missing attribute: TypeError, if the package asked an argument for it."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or not last.tb_frame.f_globals.get("__name__", "").startswith("pyrite."):
        return error
    wanted = "Tensor" if hasattr(Tensor, error.name or "") else f"something with '{error.name}'"
    try:
        given = inspect.signature(function).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        return error
    for position, (name, value) in enumerate(given.items(), 1):
        where = f"{function.__name__}(): argument '{name}' (position {position}) must be "
        own = value is error.obj or (value is not None and getattr(value, "dtype", None) is error.obj)
        if own or (position == 1 and wanted == "Tensor" and not isinstance(value, Tensor | Handle | tuple | list)):
            return TypeError(f"{where}{wanted if value is error.obj else 'Tensor'}, not {type_name(value)}")
        for at, part in enumerate(value if isinstance(value, tuple | list) else ()):
            if part is error.obj:
                return TypeError(f"{where}tuple of Tensors, but found element of type {type_name(part)} at pos {at}")
    return error


def judged(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with a TypeError that names the argument where something else was used as a tensor."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except AttributeError as error:
            raise refused(function, args, kwargs, error) from None

    return call


def with_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the keyword argument ``out``: tensors to write the result to."""

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        try:
            result = function(*args, **kwargs)
        except AttributeError as error:
            raise refused(function, args, kwargs, error) from None
        return result if out is None else write_out(out, result)

    return call


def numpy_names(function: Callable) -> Callable:
    """Also accepts NumPy's ``axis`` and ``keepdims`` for ``dim`` and ``keepdim``, as PyTorch does."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            if "axis" in kwargs:
                kwargs["dim"] = kwargs.pop("axis")
            if "keepdims" in kwargs:
                kwargs["keepdim"] = kwargs.pop("keepdims")
        return function(*args, **kwargs)

    return call
