"""Windows on a lattice, on core handles: padding, the view of all windows, the view of one place in each, and sums
back.

A lattice over the last dimensions is given by the kernel size, the stride and the dilation of each; `before` and
`after` are what is added (or, negative, cut) at either end.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from pyrite.tensor import Handle


def span(kernel: int, dilation: int) -> int:
    """The width that a window covers, gaps included."""
    return dilation * (kernel - 1) + 1


def padded(x: Handle, before: Sequence[int], after: Sequence[int], value: float = 0) -> Handle:
    """x with constants around its last dimensions."""
    if not any(before) and not any(after):
        return x
    first = x.ndim - len(before)
    sizes = [n + b + a for n, b, a in zip(x.shape[first:], before, after, strict=True)]
    out = x.filled([*x.shape[:first], *sizes], value, x.dtype)
    place = out
    for axis, (n, b, a) in enumerate(zip(x.shape[first:], before, after, strict=True), first):
        length = max(n + min(b, 0) + min(a, 0), 0)
        x = x.slice(axis, max(-b, 0), length, 1) if length != n else x
        place = place.slice(axis, max(b, 0), length, 1)
    place.assign(x)
    return out


def windows(x: Handle, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Handle:
    """The view (*, *out, *kernel) of all windows that fit."""
    first = x.ndim - len(kernel)
    for axis, (k, step, gap) in enumerate(zip(kernel, stride, dilation, strict=True), first):
        x = x.unfold(axis, span(k, gap), step)
        if gap > 1:
            x = x.slice(-1, 0, k, gap)
    return x


def places(
    x: Handle, out: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Iterator[Handle]:
    """For each place in the window, in row order, the view (*, *out) of what stands there in every window."""
    first = x.ndim - len(kernel)
    for offsets in product(*map(range, kernel)):
        view = x
        for axis, (k, n, step, gap) in enumerate(zip(offsets, out, stride, dilation, strict=True), first):
            view = view.slice(axis, k * gap, n, step)
        yield view


def summed(columns: Handle, size: Sequence[int], kernel, stride, before, dilation) -> Handle:
    """The sum of windows (N, C, places in a window, *out) where they were taken: (N, C, *size)."""
    batch, channels, _, *out = columns.shape
    reach = [(n - 1) * s + span(k, d) for n, s, k, d in zip(out, stride, kernel, dilation, strict=True)]
    whole = [max(r, n + b) for r, n, b in zip(reach, size, before, strict=True)]
    image = columns.filled([batch, channels, *whole], 0, columns.dtype)
    for i, place in enumerate(places(image, out, kernel, stride, dilation)):
        place.assign(place + columns.select(2, i))
    return padded(image, [-b for b in before], [n + b - m for n, b, m in zip(size, before, whole, strict=True)])
