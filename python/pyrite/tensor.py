"""Tensor: a core tensor with its place in the graph of recorded operations.

The class holds state only; operators and methods are bound to it by name in `methods.py`. Tensors of the package are
made by `wrap`, never through ``Tensor()``.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from pyrite import _core
from pyrite.device import CPU, GPU
from pyrite.device import device as Device
from pyrite.dtype import dtype as DType
from pyrite.size import Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyrite.autograd.graph import Node

Handle = _core.Tensor

#: Entries of a tensor's __dict__ that are ours, not the user's.
PRIVATE = frozenset(("_post_accumulate_hooks",))


class Tensor:
    """A multi-dimensional array of one dtype that operations can be recorded on (see ``torch.Tensor``)."""

    __slots__ = ("__dict__", "__weakref__", "_grad", "base", "handle", "node", "output", "views")

    handle: _core.Tensor
    node: Node | None
    """The recorded operation that made this tensor, or the one that gathers its gradient; None: not tracked."""
    output: int
    """Which of the node's outputs this tensor is."""
    base: tuple[Tensor, str | None] | None
    """The tensor that this one is a view of, and why a write through it may not be recorded, if so."""
    views: Views
    """The views of this tensor; not set where there were none."""
    _grad: Tensor | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    if TYPE_CHECKING:
        # Bound in `methods.py`.
        requires_grad: bool
        """Whether operations on this tensor are recorded, so that gradients reach it."""

        def __getattr__(self, name: str) -> Any: ...
        def __getitem__(self, key: Any) -> Tensor: ...
        def __setitem__(self, key: Any, value: Any) -> None: ...
        def __neg__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __len__(self) -> int: ...
        def __iter__(self) -> Iterator[Tensor]: ...
        def __bool__(self) -> bool: ...
        def __int__(self) -> int: ...
        def __float__(self) -> float: ...
        def __index__(self) -> int: ...
        def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
        def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __iadd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __isub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __imul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __itruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __rand__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __ror__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __rxor__(self, other: Any) -> Tensor: ...
        def __lshift__(self, other: Any) -> Tensor: ...
        def __rshift__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return new_size(Size, self.handle.shape)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self.handle.dtype

    @property
    def device(self) -> Device:
        """Where the elements are."""
        return CPU if self.handle.backend == "cpu" else GPU

    def filled(self, shape: list[int], value: Any, dtype: DType) -> _core.Tensor:
        """A new handle on this tensor's device whose every element is `value`."""
        return self.handle.filled(shape, value, dtype)

    def unfilled(self, shape: list[int], dtype: DType) -> _core.Tensor:
        """A new handle on this tensor's device with whatever content."""
        return self.handle.unfilled(shape, dtype)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.handle.ndim

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor was not made by a recorded operation."""
        return self.node is None or self.node.is_accumulation

    @property
    def grad_fn(self) -> Node | None:
        """The recorded operation that made this tensor."""
        return None if self.node is None or self.node.is_accumulation else self.node

    @property
    def grad(self) -> Tensor | None:
        """What backward passes have gathered for this tensor."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            _check_grad(self, value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def _base(self) -> Tensor | None:
        return None if self.base is None else self.base[0]

    @property
    def _version(self) -> int:
        return self.handle.writes

    @property
    def data(self) -> Tensor:
        """The same storage without a history."""
        return wrap(self.handle)

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        self.handle = value.handle


new_size = tuple.__new__
reference = weakref.ref
new = object.__new__


def wrap(handle: _core.Tensor) -> Tensor:
    """The tensor without a history over a handle."""
    t = new(Tensor)
    t.handle = handle
    t.node = None
    t.output = 0
    t.base = None
    t._grad = None
    return t


def wrap_as(cls: type[Tensor], handle: _core.Tensor) -> Tensor:
    """The same for a subclass."""
    t = new(cls)
    t.handle = handle
    t.node = None
    t.output = 0
    t.base = None
    t._grad = None
    return t


class Views(list):
    """Weak references to the views of a tensor; the dead ones are dropped whenever there are twice as many as
    before."""

    __slots__ = ("limit",)


def _check_grad(t: Tensor, grad: Tensor) -> None:
    if not isinstance(grad, Tensor):
        raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(grad).__name__}")
    if grad is t:
        raise RuntimeError("can't assign Variable as its own grad")
    if grad.dtype is not t.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{grad.dtype.name}' to a tensor with dtype '{t.dtype.name}'. "
            "The gradient must match the tensor's dtype (set grad_dtype to allow a different dtype)."
        )
    if grad.shape != t.shape:
        raise RuntimeError(
            f"assigned grad has data of a different size: a tensor of shape {list(t.shape)} got {list(grad.shape)}"
        )


def views_of(root: Tensor) -> list[Tensor]:
    """The views of a root that are alive."""
    refs = getattr(root, "views", ())
    return [v for v in (ref() for ref in refs) if v is not None]


def remember_view(root: Tensor, view: Tensor) -> None:
    """Lets an in-place operation on the root find this view."""
    try:
        refs = root.views
    except AttributeError:
        refs = root.views = Views()
        refs.limit = 32
    if len(refs) >= refs.limit:
        refs[:] = [ref for ref in refs if ref() is not None]
        refs.limit = max(32, 2 * len(refs))
    refs.append(reference(view))
