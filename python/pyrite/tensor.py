"""Tensor: a core tensor with its place in the graph of recorded operations.

The class holds state only; operators and methods are bound to it by name in `methods.py`. Tensors of the package are made by
`wrap`, never through ``Tensor()``.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from pyrite import _core
from pyrite.device import CPU, device
from pyrite.dtype import dtype
from pyrite.size import Size

if TYPE_CHECKING:
    from pyrite.autograd.graph import Node

Handle = _core.Tensor



class Tensor:
    """A multi-dimensional array of one dtype that operations can be recorded on (see ``torch.Tensor``)."""

    __slots__ = ("__dict__", "__weakref__", "_grad", "base", "handle", "node", "output")

    handle: _core.Tensor
    node: Node | None
    """The recorded operation that made this tensor, or the one that gathers its gradient; None: not tracked."""
    output: int
    """Which of the node's outputs this tensor is."""
    base: View | None
    """How this tensor is a view of another one."""
    _grad: Tensor | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Tensor:
        from pyrite.ops.create import legacy_tensor

        return legacy_tensor(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return new_size(Size, self.handle.shape)

    @property
    def dtype(self) -> dtype:
        return self.handle.dtype

    @property
    def device(self) -> device:
        return CPU

    @property
    def ndim(self) -> int:
        return self.handle.ndim

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded, so that gradients reach it."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        from pyrite.autograd.graph import set_requires_grad

        set_requires_grad(self, value)

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
        return None if self.base is None else self.base.root

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


class View:
    """How a tensor is a view: its root, and whether an in-place write through it may be recorded."""

    __slots__ = ("refusal", "root")

    def __init__(self, root: Tensor, refusal: str | None) -> None:
        self.root = root
        self.refusal = refusal


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
    refs = root.__dict__.get("_views", ())
    return [v for v in (ref() for ref in refs) if v is not None]


def remember_view(root: Tensor, view: Tensor) -> None:
    """Lets an in-place operation on the root find this view."""
    refs = root.__dict__.setdefault("_views", [])
    if len(refs) >= root.__dict__.get("_views_limit", 32):
        refs[:] = [ref for ref in refs if ref() is not None]
        root.__dict__["_views_limit"] = max(32, 2 * len(refs))
    refs.append(weakref.ref(view))
