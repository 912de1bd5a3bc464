"""Copies of views: each view function under a name that ends in _copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite.ops import shape as shapes
from pyrite.ops import splits
from pyrite.ops.arguments import wrap_dim
from pyrite.ops.convert import clone

__all__ = """
alias_copy as_strided_copy detach_copy diagonal_copy expand_copy narrow_copy permute_copy select_copy slice_copy
split_copy split_with_sizes_copy squeeze_copy t_copy transpose_copy unbind_copy unfold_copy unsqueeze_copy view_copy
""".split()


def copy_of(name: str, view: Callable) -> Callable:
    """A view function whose result is a copy."""

    def call(input: Any, *args: Any, **kwargs: Any) -> Any:
        out = view(input, *args, **kwargs)
        return tuple(clone(v) for v in out) if isinstance(out, tuple) else clone(out)

    call.__name__ = call.__qualname__ = f"{name}_copy"
    call.__doc__ = f"`{name}` as a copy."
    return call


for _name in "as_strided diagonal expand narrow permute select squeeze t transpose unfold unsqueeze view".split():
    globals()[f"{_name}_copy"] = copy_of(_name, getattr(shapes, _name))
for _name in "split split_with_sizes unbind".split():
    globals()[f"{_name}_copy"] = copy_of(_name, getattr(splits, _name))

alias_copy = copy_of("alias", shapes.alias_of)
detach_copy = copy_of("detach", lambda input: input.detach())


def _sliced(input: Any, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Any:
    dim = wrap_dim(dim, input.ndim)
    first, last, step = slice(start, end, step).indices(input.shape[dim])
    return shapes.slice_axis(input, dim, first, max(0, -(-(last - first) // step)), step)


slice_copy = copy_of("slice", _sliced)
