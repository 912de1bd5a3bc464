"""In-place methods that change how a tensor is seen and leave its memory as it is: t_, squeeze_, transpose_ and the
like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite.autograd.inplace import check_inplace, write_inplace
from pyrite.autograd.mode import mode
from pyrite.ops import shape as shapes
from pyrite.ops.arguments import require_tensor
from pyrite.ops.linalg import addbmm
from pyrite.tensor import Tensor

__all__ = ["resize_as_", "zero_"]


def relayout(name: str, view: Callable) -> Callable:
    """The in-place method of a view function."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_inplace(self)
        out = view(self, *args, **kwargs)
        self.handle = out.handle
        if mode.enabled:
            self.node, self.output = out.node, out.output
        return self

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"`{name}` in place."
    return method


RELAYOUTS = {
    f"{name}_": relayout(name, getattr(shapes, name))
    for name in "t transpose swapaxes swapdims squeeze unsqueeze as_strided".split()
}


def resize_as_(input: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """`resize_` to the shape of another tensor (see ``torch.Tensor.resize_as_``)."""
    require_tensor("resize_as_", the_template, "the_template")
    return input.resize_(the_template.shape, memory_format=memory_format)


def addbmm_(self: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """`addbmm` in place; as in PyTorch the tensor takes the shape of the result where that is larger."""
    check_inplace(self)
    result = addbmm(self, batch1, batch2, beta=beta, alpha=alpha)
    if self.shape != result.shape:
        self.resize_(result.shape)
    return write_inplace(self, result, "addbmm")


RELAYOUTS["addbmm_"] = addbmm_


def zero_(input: Tensor) -> Tensor:
    """Sets every element to 0 (see ``torch.zero_``)."""
    return input.zero_()
