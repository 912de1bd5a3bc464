"""Draws of new tensors, on the CPU from its generator and on a GPU from the laws that it draws by counter; there the
others are composed of those, and only Poisson, binomial and gamma numbers pass through the host."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from pyrite import _core
from pyrite.autograd.mode import no_grad
from pyrite.device import device as Device
from pyrite.dtype import dtype as DType
from pyrite.dtype import float32, float64, int32, int64
from pyrite.generator import Generator, current_generator
from pyrite.ops.random_range import open_range
from pyrite.tensor import Handle, Tensor, wrap

__all__ = ["bernoulli_each", "categorical", "draw", "draw_integers", "permutation", "rejected", "source"]

Source = _core.Generator | _core.Philox
Shape = Sequence[int]


def source(op: str, generator: Generator | None, device: Device) -> Source:
    """The core's generator behind `generator`, or behind the default one for draws on `device`."""
    if generator is None:
        return current_generator(device).handle
    if not isinstance(generator, Generator):
        raise TypeError(f"{op}(): argument 'generator' must be torch.Generator, not {type(generator).__name__}")
    if generator.device.type != device.type:
        raise RuntimeError(f"Expected a '{device.type}' device type for generator but found '{generator.device.type}'")
    return generator.handle


def draw(source: Source, law: str, a: float, b: float, shape: Shape, dtype: DType) -> Handle:
    """A new tensor of numbers of a law with the parameters `a` and `b`."""
    if isinstance(source, _core.Generator):
        return _core.draw(source, law, a, b, shape, dtype)
    composed = _COMPOSED.get(law)
    if composed is None:
        return source.draw(law, a, b, shape, dtype, "cuda")
    with no_grad():
        return composed(source, a, b, shape, dtype)


def draw_integers(source: Source, first: int, count: int, shape: Shape, dtype: DType) -> Handle:
    """A new tensor of integers from `first`, `count` many."""
    if isinstance(source, _core.Generator):
        return _core.draw_integers(source, first, count, shape, dtype)
    return source.draw_integers(first, count, shape, dtype, "cuda")


def permutation(source: Source, n: int, dtype: DType) -> Handle:
    """The integers from 0 to n - 1 in random order: on a GPU the order of n random keys."""
    if isinstance(source, _core.Generator):
        return _core.permutation(source, n, dtype)
    keys = wrap(source.draw_integers(0, 0, [n], int32, "cuda"))
    return keys.sort(stable=True).indices.to(dtype).handle


def bernoulli_each(source: Source, p: Tensor, dtype: DType) -> Handle:
    """Ones with the probabilities of `p`, else zeros; what is none is refused, on a GPU at the next read-back."""
    if isinstance(source, _core.Generator):
        return _core.bernoulli_each(source, p.handle, dtype)
    _check("bernoulli_tensor_cuda_p_", p.is_floating_point(), p.dtype)
    _core.require_probabilities(p.handle)
    precision = float64 if p.dtype == float64 else float32
    return (wrap(source.draw("uniform", 0.0, 1.0, p.shape, precision, "cuda")) < p).to(dtype).handle


def categorical(source: Source, weights: Tensor, draws: int) -> Handle:
    """`draws` column numbers, with replacement, for each row of a matrix of weights."""
    if isinstance(source, _core.Generator):
        return _core.categorical(source, weights.handle, draws)
    precision = float64 if weights.dtype == float64 else float32
    ends = weights.to(precision).cumsum(-1)
    u = wrap(source.draw("uniform", 0.0, 1.0, [weights.shape[0], draws], precision, "cuda"))
    # The first column whose end lies beyond the number; rounding must not reach past the last weight that is not zero.
    below = (ends < ends[:, -1:]).sum(-1, keepdim=True)
    return (ends.unsqueeze(1) <= (u * ends[:, -1:]).unsqueeze(-1)).sum(-1).minimum(below).handle


def rejected(source: Source, law: Callable[..., Handle], *parameters: Handle) -> Handle:
    """Numbers of a law whose elements take unequally many draws. Those for a GPU are drawn on the CPU, from a stream
    that the GPU's generator chooses."""
    if isinstance(source, _core.Generator):
        return law(source, *parameters)
    chosen = int(wrap(source.draw_integers(0, 2**63, [1], int64, "cuda")).item())
    drawn = law(_core.Generator(chosen), *(parameter.to_backend("cpu") for parameter in parameters))
    return drawn.to_backend("cuda")


def _uniform(source: _core.Philox, shape: Shape, dtype: DType) -> Tensor:
    """On (0, 1), in float32 or float64."""
    drawn = wrap(source.draw("uniform", 0.0, 1.0, shape, _wide(dtype), "cuda"))
    return drawn.clamp_(min=2.0**-33 if drawn.dtype == float32 else 2.0**-54)


def _wide(dtype: DType) -> DType:
    return float64 if dtype == float64 else float32


def _check(op: str, holds: bool, dtype: DType) -> None:
    if not holds:
        raise NotImplementedError(f"\"{op}\" not implemented for '{dtype.scalar_name}'")


def _log_normal(source: _core.Philox, mean: float, std: float, shape: Shape, dtype: DType) -> Handle:
    _check("log_normal_cuda", dtype.is_floating_point, dtype)
    return wrap(source.draw("normal", mean, std, shape, _wide(dtype), "cuda")).exp_().to(dtype).handle


def _cauchy(source: _core.Philox, median: float, sigma: float, shape: Shape, dtype: DType) -> Handle:
    if not dtype.is_floating_point:
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {dtype.scalar_name}"
        )
    return (((_uniform(source, shape, dtype) - 0.5) * math.pi).tan_() * sigma + median).to(dtype).handle


def _geometric(source: _core.Philox, p: float, _: float, shape: Shape, dtype: DType) -> Handle:
    _check("geometric_cuda", not dtype.is_complex and dtype.itemsize > 0, dtype)
    return (_uniform(source, shape, dtype).log_() / math.log1p(-p)).ceil_().clamp_(min=1).to(dtype).handle


def _naturals(source: _core.Philox, _a: float, _b: float, shape: Shape, dtype: DType) -> Handle:
    return source.draw_integers(*open_range(0, dtype), shape, dtype, "cuda")


def _bits(source: _core.Philox, _a: float, _b: float, shape: Shape, dtype: DType) -> Handle:
    return source.draw_integers(0, 2, shape, dtype, "cuda")


def _integers64(source: _core.Philox, _a: float, _b: float, shape: Shape, dtype: DType) -> Handle:
    return source.draw_integers(0, 0, shape, dtype, "cuda")


def _serial_normal(source: _core.Philox, mean: float, std: float, shape: Shape, dtype: DType) -> Handle:
    return source.draw("normal", mean, std, shape, dtype, "cuda")


_COMPOSED = {
    "log_normal": _log_normal,
    "cauchy": _cauchy,
    "geometric": _geometric,
    "naturals": _naturals,
    "bits": _bits,
    "integers64": _integers64,
    "serial_normal": _serial_normal,
}
