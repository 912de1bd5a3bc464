"""Regions: a part of a tensor's memory seen through other shape, strides and offset, as an operation and its adjoint.

A `Region` says how a tensor (`whole`) and a part of it lie in the same memory. Gradients are laid out in that memory,
so that the tensor may have any strides; places that the tensor does not reach have no gradient.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from pyrite import _core
from pyrite.autograd.operation import operation
from pyrite.dtype import kind
from pyrite.ops.parts import as_complex, as_pairs
from pyrite.tensor import Handle, Tensor

Layout = tuple[tuple[int, ...], tuple[int, ...], int]


class Region(NamedTuple):
    """Shape, strides and offset of the part and of the whole, in a memory of `span` elements."""

    part: Layout
    whole: Layout
    span: int


def region(part: Layout, whole: Layout) -> Region:
    """The region of two layouts of one storage, in the shortest memory that holds both."""
    start = min(part[2], whole[2])
    part, whole = (*part[:2], part[2] - start), (*whole[:2], whole[2] - start)
    return Region(part, whole, max(reach(part), reach(whole)))


def reach(layout: Layout) -> int:
    """One past the last place of a layout."""
    shape, strides, offset = layout
    return offset if 0 in shape else 1 + offset + sum((n - 1) * s for n, s in zip(shape, strides))


def layout_of(handle: Handle) -> Layout:
    return handle.shape, handle.strides, handle.offset


def seen(flat: Handle, layout: Layout) -> Handle:
    shape, strides, offset = layout
    return flat.as_strided(list(shape), list(strides), offset)


def laid_out(g: Handle, where: Layout, span: int) -> Handle:
    """A memory of `span` zeros with `g` in the places of a layout; values that share a place add up."""
    flat = g.filled([span], 0, g.dtype)
    target = seen(flat, where)
    if not target.may_overlap():
        target.assign(g)
        return flat
    flat.scatter(0, seen(numbers(span, g), where).reshape([-1]), g.reshape([-1]), "add")
    return flat


def numbers(n: int, like: Handle) -> Handle:
    """0, 1, ... below n, on the device of `like`."""
    return _core.arange(0, 1, n, _core.int64, like.backend)


def _take(g: Handle, r: Region) -> Handle:
    if g.strides == r.whole[1] and g.offset == r.whole[2] and g.storage_numel >= r.span:
        return seen(g, r.part)
    return seen(laid_out(g, r.whole, r.span), r.part)


def _put(g: Handle, r: Region) -> Handle:
    flat = laid_out(g, r.part, r.span)
    whole = seen(flat, r.whole)
    if not whole.may_overlap():
        return whole
    sharers = laid_out(g.filled(list(r.whole[0]), 1, g.dtype), r.whole, r.span)
    return seen(flat / sharers, r.whole)


def _without(g: Handle, r: Region) -> Handle:
    flat = laid_out(g, r.whole, r.span)
    seen(flat, r.part).assign(0)
    return seen(flat, r.whole)


take_region = operation("as_strided", lambda g, r: _take(g, r), g=lambda g, r: put_region(g, r))
put_region = operation("as_strided_backward", lambda g, r: _put(g, r), g=lambda g, r: take_region(g, r))
without_region = operation("without_region", lambda g, r: _without(g, r), g=lambda g, r: without_region(g, r))

#: The part of a tensor that a region names, in the tensor's own storage.
part_of = operation("as_strided", lambda x, part, r: seen(x, part), x=lambda g, r: put_region(g, r))

#: A tensor whose part was overwritten by `y`: its own history outside of the part, that of `y` inside.
copy_slices = operation(
    "copy_slices",
    lambda x, y, r: x,
    label="CopySlices",
    x=lambda g, r: without_region(g, r),
    y=lambda g, r: take_region(g, r),
)


@functools.cache
def overwritten(name: str) -> Callable:
    """The operation that ends the history of a tensor that was overwritten by what has none."""
    return operation(name, lambda x: x, x=lambda g: nothing(g))


nothing = operation("zeros_like", lambda g: g.filled(list(g.shape), 0, g.dtype), g=lambda g: nothing(g))

#: A whole tensor `x` overwritten by a copy of `y`.
copied_over = operation("copy", lambda x, y: y, label="CopyBackwards", x=lambda g: nothing(g), y=lambda g: g)


def in_reals(x: Any) -> Any:
    """A complex tensor as pairs; a real one as it is."""
    return as_pairs(x) if kind(x.dtype) == 3 else x


def written_through(view: Handle, whole: Tensor, result: Tensor) -> Tensor:
    """`whole` after `result` was written to a view of it, which may show complex numbers as real ones or the
    reverse."""
    if view.dtype is whole.dtype:
        return copy_slices(whole, result, region(layout_of(view), layout_of(whole.handle)))
    fresh = copy_slices(in_reals(whole), in_reals(result), region_in_reals(view, whole.handle))
    return as_complex(fresh) if kind(whole.dtype) == 3 else fresh


def seen_through(view: Handle, whole: Tensor) -> Tensor:
    """The part of `whole` that a view shows."""
    if view.dtype is whole.dtype:
        return part_of(whole, layout_of(view), region(layout_of(view), layout_of(whole.handle)))
    where = region_in_reals(view, whole.handle)
    fresh = part_of(in_reals(whole), layout_of(in_reals(view)), where)
    return as_complex(fresh) if kind(view.dtype) == 3 else fresh


def region_in_reals(part: Handle, whole: Handle) -> Region:
    part, whole = in_reals(part), in_reals(whole)
    if part.dtype is not whole.dtype:
        raise NotImplementedError(
            f"the gradient of a write to a {whole.dtype.name} tensor that is also seen as {part.dtype.name}"
        )
    return region(layout_of(part), layout_of(whole))
