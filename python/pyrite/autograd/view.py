"""Views: results that share their argument's storage, and what each one knows of the tensor that it is a view of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite.autograd.mode import mode
from pyrite.autograd.operation import operation
from pyrite.tensor import Handle, Tensor, remember_view, wrap

NO_GRAD_VIEW = (
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case "
    "is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace "
    "either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want "
    "the inplace to be tracked)."
)
MULTIPLE_VIEWS = (
    "is a view and is being modified inplace. This view is the output of a function that returns multiple views. Such "
    "functions do not allow the output views to be modified inplace. You should replace the inplace operation by an "
    "out-of-place one."
)


def as_view(out: Tensor, x: Tensor, refusal: str | None = None) -> Tensor:
    """Marks `out` as a view of what `x` is, or is a view of."""
    base = x.base
    if base is None:
        base = (x, NO_GRAD_VIEW if x.node is not None and not mode.enabled else refusal)
    elif base[1] is None and (refusal is not None or (base[0].node is not None and not mode.enabled)):
        base = (base[0], NO_GRAD_VIEW if refusal is None else refusal)
    out.base = base
    remember_view(base[0], out)
    return out


def view_operation(name: str, forward: Callable, *, label: str | None = None, x: Callable) -> Callable:
    """An `operation` on its first argument whose result shares that argument's storage."""
    plain = operation(name, forward, label=label, x=x)

    def call(x: Any, *args: Any) -> Any:
        if type(x) is Handle:
            return forward(x, *args)
        if x.node is not None and mode.enabled:
            out = plain(x, *args)
        else:
            out = wrap(forward(x.handle, *args))
        return as_view(out, x)

    call.__name__ = call.__qualname__ = name
    call.operation = plain.operation
    return call
