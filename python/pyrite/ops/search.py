"""Looking up and grouping: searchsorted, isin, unique, bincount and histograms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyrite import _core, return_types
from pyrite.dtype import bool_, float32, float64, int32, int64, is_integral, kind
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import Number, require_tensor, wrap_dim
from pyrite.ops.data import tensor
from pyrite.ops.room import require_room
from pyrite.ops.scan import places
from pyrite.tensor import Handle, Tensor, wrap

__all__ = """
bincount bucketize histc histogram histogramdd isin searchsorted unique unique_consecutive
""".split()


def lookup(edges: Handle, x: Handle, right: bool) -> Handle:
    """For each x its place in the sorted last dimension of `edges`, by halving all intervals together."""
    n = edges.shape[-1] if edges.ndim else 0
    low = x.filled(list(x.shape), 0, int64)
    if n == 0 or x.numel() == 0:
        return low
    high, last = low + n, edges.ndim - 1
    flat = x.reshape([-1]) if edges.ndim == 1 else x
    low, high = (b.reshape(list(flat.shape)) for b in (low, high))
    for _ in range(n.bit_length()):
        middle = rows.floor_divide(low + high, 2)
        value = edges.gather(last, rows.minimum(middle, n - 1))
        after = rows.logical_not(rows.gt(value, flat) if right else rows.ge(value, flat))
        after = rows.logical_and(after, rows.lt(low, high))
        low, high = rows.select(after, middle + 1, low), rows.select(after, high, middle)
    return low.reshape(list(x.shape))


def _handle(x: Any, device: Any) -> Handle:
    return (x if isinstance(x, Tensor) else tensor(x, device=device)).handle


def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Any:
    """Where to put `input` into sorted rows so that they stay sorted: before equal elements, or after them with `right`
    (see ``torch.searchsorted``).
    """
    require_tensor("searchsorted", sorted_sequence, "sorted_sequence")
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    edges, x = sorted_sequence.handle, _handle(input, sorted_sequence.device)
    if edges.dtype is bool_:
        raise NotImplementedError("\"searchsorted_out_cpu\" not implemented for 'Bool'")
    if edges.ndim == 0:
        raise RuntimeError("torch.searchsorted(): sorted_sequence must have at least one dimension")
    if edges.ndim != 1 and (x.ndim != edges.ndim or x.shape[:-1] != edges.shape[:-1]):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(edges.shape)} and input "
            f"value tensor {list(x.shape)}"
        )
    if isinstance(input, Tensor) and x.dtype is not edges.dtype:
        raise RuntimeError(
            "torch.searchsorted(): input value tensor and boundaries tensor should have same dtype, but got "
            f"{x.dtype.scalar_name} and {edges.dtype.scalar_name}"
        )
    if sorter is not None:
        if sorter.shape != sorted_sequence.shape:
            raise RuntimeError(
                f"torch.searchsorted(): boundary and sorter must have the same size, but got {list(edges.shape)} and "
                f"{list(sorter.shape)}"
            )
        if sorter.dtype is not int64:
            raise RuntimeError(
                f"torch.searchsorted(): sorter must be a tensor of long dtype but got {sorter.dtype.scalar_name}"
            )
        edges = edges.gather(edges.ndim - 1, sorter.handle)
    out = lookup(edges, x, bool(right) or side == "right")
    return wrap(out.to_dtype(int32) if out_int32 else out)


def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Any:
    """The bucket between sorted boundaries that each element falls into (see ``torch.bucketize``)."""
    require_tensor("bucketize", boundaries, "boundaries", 2)
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element is among the test elements (see ``torch.isin``)."""
    if isinstance(elements, Number) and isinstance(test_elements, Number):
        raise TypeError("isin(): argument 'elements' or 'test_elements' must be Tensor, not two numbers")
    device = elements.device if isinstance(elements, Tensor) else test_elements.device
    x, tests = _handle(elements, device), _handle(test_elements, device).reshape([-1])
    numbers = isinstance(elements, Number), isinstance(test_elements, Number)
    own = _core.result_type(elements if numbers[0] else x, test_elements if numbers[1] else tests)
    if bool_ in (x.dtype, tests.dtype):
        raise RuntimeError("Unsupported input type encountered for isin(): Bool")
    x, tests = x.to_dtype(own), tests.to_dtype(own)
    n = tests.numel()
    if n == 0:
        found = x.filled(list(x.shape), False, _core.bool)
    else:
        ordered = tests.sort(0, False)[0]
        at = rows.minimum(lookup(ordered, x, False), n - 1).reshape([-1])
        found = rows.eq(ordered.gather(0, at).reshape(list(x.shape)), x)
    return wrap(rows.logical_not(found) if invert else found)


def _lines(x: Handle, dim: int | None) -> Handle:
    """A matrix with one row for each thing to compare: an element, or a slice along `dim`."""
    if dim is None:
        return x.reshape([-1, 1])
    order = [dim, *(a for a in range(x.ndim) if a != dim)]
    n = x.shape[dim]
    return x.permute(order).reshape([n, x.numel() // n if n else 0])


def _line_order(lines: Handle) -> Handle:
    """The order that sorts rows by their first element, then their second, ..."""
    n = lines.shape[0]
    order = places(n, lines)
    for column in range(lines.shape[1] - 1, -1, -1):
        keys = lines.select(1, column).contiguous().gather(0, order)
        order = order.gather(0, keys.sort(0, False)[1])
    return order


def _runs(lines: Handle) -> tuple[Handle, Handle]:
    """The first row of each run of equal rows, and the number of each row's run."""
    n = lines.shape[0]
    fresh = lines.filled([n], True, _core.bool)
    if n > 1:
        differ = rows.ne(lines.slice(0, 0, n - 1, 1), lines.slice(0, 1, n - 1, 1)).reduce("any", [1], False)
        fresh.slice(0, 1, n - 1, 1).assign(differ)
    return fresh.nonzero().reshape([-1]), fresh.to_dtype(int64).scan("sum", 0)[0] - 1


def _grouped(x: Handle, dim: int | None, ordered: bool) -> tuple[Handle, Handle, Handle]:
    """The places of one of each group of equals, each element's group, and the sizes of the groups."""
    lines = _lines(x, dim)
    n = lines.shape[0]
    order = None
    if ordered:
        order = _line_order(lines)
        lines = lines.index([order])
    firsts, numbers = _runs(lines)
    total = firsts.numel()
    ends = x.filled([total], n, int64)
    if total > 1:
        ends.slice(0, 0, total - 1, 1).assign(firsts.slice(0, 1, total - 1, 1))
    counts = ends - firsts
    if order is None:
        return firsts, numbers, counts
    inverse = x.filled([n], 0, int64)
    if n:
        inverse.scatter(0, order, numbers, "set")
    return order.gather(0, firsts), inverse, counts


def _unique(name: str, input: Any, dim: Any, ordered: bool, inverse: bool, counts: bool) -> Any:
    require_tensor(name, input)
    x = input.handle
    axis = None if dim is None else wrap_dim(dim, x.ndim)
    if axis is not None and x.ndim == 0:
        axis, x = 0, x.reshape([1])
    if axis is not None and x.numel() == 0 and x.shape[axis] != 0:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    firsts, groups, sizes = _grouped(x, axis, ordered)
    values = x.reshape([-1]).index([firsts]) if axis is None else x.index([None] * axis + [firsts])
    out = [wrap(values)]
    if inverse:
        out.append(wrap(groups.reshape(list(x.shape)) if axis is None else groups))
    if counts:
        out.append(wrap(sizes))
    return out[0] if len(out) == 1 else tuple(out)


def unique(
    input: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The different elements, or slices along `dim`, in order; with `return_inverse` each element's place among them,
    with `return_counts` how often each occurs (see ``torch.unique``).
    """
    return _unique("unique", input, dim, True, return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The first of each run of equal elements, or of equal slices along `dim` (see ``torch.unique_consecutive``)."""
    return _unique("unique_consecutive", input, dim, False, return_inverse, return_counts)


def _added(size: int, at: Handle, weights: Handle) -> Handle:
    """`weights` summed by place."""
    out = weights.filled([size], 0, weights.dtype)
    if at.numel():
        out.scatter(0, at, weights, "add")
    return out


def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each whole number from 0 occurs, or the sum of its weights (see ``torch.bincount``)."""
    require_tensor("bincount", input)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if input.ndim != 1 or not is_integral(input.dtype):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    x = input.handle.to_dtype(int64)
    if weights is not None and (weights.ndim != 1 or weights.shape[0] != input.shape[0]):
        raise RuntimeError("weights should be 1-d and have the same length as input")
    if x.numel() == 0:
        own = int64 if weights is None else weights.dtype if weights.dtype in (float32, float64) else float64
        return wrap(x.filled([minlength], 0, own))
    if x.reduce("min", None, False).item() < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        w = x.filled([x.numel()], 1, int64)
    else:
        w = weights.handle if weights.dtype in (float32, float64) else weights.handle.to_dtype(float64)
    size = x.reduce("max", None, False).item() + 1
    return wrap(_added(size if size > minlength else minlength, x, w))


def _ends(name: str, x: Handle, low: float, high: float, margin: float) -> tuple[float, float]:
    """The range of a histogram: that of the data where it is given as empty, widened where that is empty too."""
    if low == high and x.numel():
        low, high = (float(x.reduce(kind, None, False).item()) for kind in ("min", "max"))
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"{name}: range of [{low:g}, {high:g}] is not finite")
    if low == high:
        low, high = low - margin, high + margin
    if low > high:
        raise RuntimeError(f"{name}: max must be larger than min")
    return low, high


def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0) -> Any:
    """How many elements fall into each of `bins` equal parts of ``[min, max]`` (see ``torch.histc``)."""
    require_tensor("histc", input)
    if kind(input.dtype) != 2:
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{input.dtype.scalar_name}'")
    if bins <= 0:
        raise RuntimeError("bins must be > 0")
    x = input.handle.reshape([-1])
    low, high = _ends("torch.histc", x, float(min), float(max), 1)
    x = x.index([rows.logical_and(rows.ge(x, low), rows.le(x, high)).nonzero().reshape([-1])])
    at = rows.floor((x - low) * bins / (high - low)).to_dtype(int64)
    counts = _added(bins, rows.minimum(at, bins - 1), x.filled([x.numel()], 1, int64))
    return wrap(counts.to_dtype(input.dtype))


def _edges(x: Handle, bins: Any, range_: Sequence | None) -> Handle:
    """The bin edges that `bins` means for one column of data: its own where it is a tensor, else equal steps."""
    if isinstance(bins, Tensor):
        if bins.ndim != 1 or bins.shape[0] < 1:
            raise RuntimeError(f"torch.histogram(): bins should be a vector, but got {list(bins.shape)}")
        return bins.handle
    if not isinstance(bins, int) or bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins}")
    if range_ is not None and len(range_) != 2:
        raise RuntimeError(f"torch.histogram(): range should have 2 elements for each dimension, but got {len(range_)}")
    low, high = range_ if range_ is not None else (0.0, 0.0) if x.numel() else (0.0, 1.0)
    low, high = _ends("torch.histogram", x, low, high, 0.5)
    steps = places(bins + 1, x).to_dtype(float64)
    out = steps * ((high - low) / bins) + low
    out.slice(0, bins, 1, 1).assign(high)
    return out.to_dtype(x.dtype)


def histogram(
    input: Any, bins: Any, *, range: Sequence[float] | None = None, weight: Any = None, density: bool = False
) -> Any:
    """Counts or weights of elements by bin, or their density, and the edges of the bins (see ``torch.histogram``)."""
    require_tensor("histogram", input)
    flat = None if weight is None else weight.reshape([-1])
    hist, edges = _histogram(input.reshape([-1, 1]), [bins], range, flat, density)
    return return_types.histogram((hist, edges[0]))


def histogramdd(
    input: Any, bins: Any, *, range: Sequence[float] | None = None, weight: Any = None, density: bool = False
) -> Any:
    """The histogram of points, whose coordinates are the last dimension (see ``torch.histogramdd``)."""
    require_tensor("histogramdd", input)
    if input.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    n = input.shape[-1]
    if isinstance(bins, int):
        bins = [bins] * n
    if len(bins) != n:
        raise RuntimeError("histogramdd: The size of bins must be equal to the innermost dimension of the input.")
    points = input.reshape([math.prod(input.shape[:-1]), n])
    hist, edges = _histogram(points, list(bins), range, None if weight is None else weight.reshape([-1]), density)
    return return_types.histogramdd((hist, tuple(edges)))


def _histogram(points: Any, bins: list, range_: Any, weight: Any, density: bool) -> tuple[Any, list]:
    if kind(points.dtype) != 2:
        raise NotImplementedError(f"\"histogram\" not implemented for '{points.dtype.scalar_name}'")
    x = points.handle
    if weight is not None and weight.dtype is not points.dtype:
        raise RuntimeError(
            "torch.histogram: if weight tensor is provided, input tensor and weight tensor should have the same dtype"
        )
    edges: list = []
    shape: list[int] = []
    inside: Any = None
    at: Any = None
    for column, own in enumerate(bins):
        values = x.select(1, column).contiguous()
        e = _edges(values, own, None if range_ is None else range_[2 * column : 2 * column + 2])
        count = e.shape[0] - 1
        low, high = (float(e.select(0, i).item()) for i in (0, count))
        fits = rows.logical_and(rows.ge(values, low), rows.le(values, high))
        place = rows.maximum(rows.minimum(lookup(e, values, True) - 1, count - 1), 0)
        at = place if at is None else at * count + place
        inside = fits if inside is None else rows.logical_and(inside, fits)
        edges.append(e)
        shape.append(count)
    require_room(shape, points.dtype)
    w = x.filled([x.shape[0]], 1, x.dtype) if weight is None else weight.handle
    w = rows.select(inside, w, 0.0)
    hist = _added(math.prod(shape), at, w).reshape(shape)
    if density:
        hist = hist / hist.reduce("sum", None, False)
        for axis, e in enumerate(edges):
            n = shape[axis]
            widths = e.slice(0, 1, n, 1) - e.slice(0, 0, n, 1)
            hist = hist / widths.reshape([n if a == axis else 1 for a, _ in enumerate(shape)])
    return wrap(hist), [wrap(e) for e in edges]
