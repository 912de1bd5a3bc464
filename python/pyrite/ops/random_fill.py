"""The in-place methods that fill a tensor with random numbers, in the order of its memory, as PyTorch's do."""

import math
import operator
from collections.abc import Callable
from typing import Any

from pyrite import _core
from pyrite.autograd.inplace import write_inplace
from pyrite.autograd.operation import operation
from pyrite.dtype import bool_
from pyrite.generator import Generator
from pyrite.ops.random_draw import bernoulli_each, draw, draw_integers, source
from pyrite.ops.random_range import check_uniform, drawn_range, open_range
from pyrite.tensor import Handle, Tensor, wrap

__all__ = [
    "bernoulli_",
    "cauchy_",
    "exponential_",
    "geometric_",
    "independent",
    "log_normal_",
    "normal_",
    "random_",
    "uniform_",
]


def _no_gradient(g, shape, dtype):
    zeros = _core.full(list(shape), 0, dtype)
    return zeros if type(g) is Handle else wrap(zeros)


independent = operation(
    "random",
    lambda drawn, x, y: drawn,
    x=lambda g, x_shape, x_dtype: _no_gradient(g, x_shape, x_dtype),
    y=lambda g, y_shape, y_dtype: _no_gradient(g, y_shape, y_dtype),
)
"""`drawn`, recorded as made of the parameters `x` and `y`, whose gradients are zero as in PyTorch."""


def uniform_(
    tensor: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None, **reserved
) -> Tensor:
    """Fills with numbers of the uniform law on [from, to); a complex tensor's parts alike."""
    from_ = _from(reserved, from_)
    check_uniform(from_, to, tensor.dtype)
    return _fill(tensor, "uniform_", "uniform", generator, from_, to)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with numbers of the normal law; a complex tensor's parts have the variance std**2 / 2 each."""
    if not std >= 0.0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if tensor.is_complex():
        std /= math.sqrt(2.0)
    law = "normal" if tensor.is_contiguous() else "serial_normal"
    return _fill(tensor, "normal_", law, generator, mean, std)


def log_normal_(tensor: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with e to a number of the normal law."""
    if not std > 0.0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    return _fill(tensor, "log_normal_", "log_normal", generator, mean, std)


def exponential_(tensor: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with numbers of density lambd e**(-lambd x), x > 0."""
    if not lambd > 0.0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    return _fill(tensor, "exponential_", "exponential", generator, lambd)


def cauchy_(tensor: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with numbers of density sigma / (pi ((x - median)**2 + sigma**2))."""
    if not sigma > 0.0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    return _fill(tensor, "cauchy_", "cauchy", generator, median, sigma)


def geometric_(tensor: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fills with the number of trials up to the first success of probability p in (0, 1): 1, 2, ..."""
    if not 0.0 < p < 1.0:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    return _fill(tensor, "geometric_", "geometric", generator, p)


def bernoulli_(tensor: Tensor, p: float | Tensor = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fills with ones of probability `p`, else zeros; `p` may be a float tensor that broadcasts to this one."""
    if isinstance(p, Tensor):
        return _bernoulli_each(tensor, p, source("bernoulli_", generator, tensor.device))
    if not 0.0 <= p <= 1.0:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return _fill(tensor, "bernoulli_", "bernoulli", generator, p)


def random_(tensor: Tensor, *bounds: int | None, generator: Generator | None = None, **named: int | None) -> Tensor:
    """Fills with integers, all equally likely: `random_(from, to)` from [from, to), `random_(to)` from [0, to),
    `random_()` from 0 up to the last one that the dtype holds exactly, `random_(from, None)` from `from` up to that."""
    draws = source("random_", generator, tensor.device)
    if not bounds and not named:
        law = "bits" if tensor.dtype == bool_ else "naturals"
        return _fill(tensor, "random_", law, generator)
    low, high = _integer_bounds(bounds, named)
    if high is None and low == -(2**63):
        return _fill(tensor, "random_", "integers64", generator)
    first, count = open_range(low, tensor.dtype) if high is None else drawn_range(low, high, tensor.dtype)
    if tensor.numel() == 0:
        return tensor
    return _write(tensor, lambda shape: draw_integers(draws, first, count, shape, tensor.dtype))


def _integer_bounds(bounds: tuple, named: dict) -> tuple[int, int | None]:
    """The arguments `(to)`, `(from, to)` or `(from, None)` of `random_`, given by place or by name."""
    if len(bounds) + len(named) == 1 and "from" not in named:
        bounds, named = (0, *bounds), {**named}
    names = ("from", "to")
    given = {**dict(zip(names, bounds, strict=False)), **named}
    low: Any = given.get("from")
    high: Any = given.get("to")
    refused = len(bounds) + len(named) != 2 or set(given) != set(names) or not _is_integer(low)
    if refused or not (high is None or _is_integer(high)):
        raise TypeError("random_() takes (), (int to) or (int from, int to), with a generator by name")
    return operator.index(low), None if high is None else operator.index(high)


def _is_integer(x: object) -> bool:
    return hasattr(x, "__index__")


def _bernoulli_each(tensor: Tensor, p: Tensor, draws) -> Tensor:
    if tensor.numel() == 0:
        return tensor
    order = _memory_order(tensor)
    p = p.detach().expand(tensor.shape)
    if order is not None:
        p = p.permute(order)
    return _place(tensor, order, bernoulli_each(draws, p, tensor.dtype))


def _fill(tensor: Tensor, op: str, law: str, generator: Generator | None, a: float = 0.0, b: float = 0.0) -> Tensor:
    draws = source(op, generator, tensor.device)
    if tensor.numel() == 0:
        return tensor
    return _write(tensor, lambda shape: draw(draws, law, float(a), float(b), shape, tensor.dtype))


def _write(tensor: Tensor, make: Callable[[list[int]], object]) -> Tensor:
    """Copies what `make` draws for a shape into the tensor, along its memory."""
    order = _memory_order(tensor)
    shape = list(tensor.shape) if order is None else [tensor.shape[d] for d in order]
    return _place(tensor, order, make(shape))


def _place(tensor: Tensor, order: list[int] | None, drawn) -> Tensor:
    fresh = wrap(drawn)
    if order is not None:
        fresh = fresh.permute(sorted(range(len(order)), key=order.__getitem__))
    if tensor.node is not None:
        fresh = independent(fresh, tensor, None)
    return write_inplace(tensor, fresh)


def _memory_order(tensor: Tensor) -> list[int] | None:
    """The dimensions from the longest stride to the shortest; None where that is their own order."""
    if tensor.is_contiguous():
        return None
    strides = tensor.stride()
    return sorted(range(tensor.dim()), key=lambda d: -strides[d])


def _from(reserved: dict, default: float) -> float:
    """The argument that PyTorch names `from`, which Python's grammar keeps for itself."""
    value = reserved.pop("from", default)
    if reserved:
        raise TypeError(f"uniform_() got an unexpected keyword argument '{next(iter(reserved))}'")
    return value
