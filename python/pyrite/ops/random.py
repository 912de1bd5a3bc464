"""Functions that return random numbers, drawn from `generator` or else from the thread's default one.

On the CPU the numbers are PyTorch's, on a GPU they are drawn there. Results are computed at the call, never deferred,
and draws have no gradient.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.mode import no_grad
from pyrite.device import CPU
from pyrite.dtype import float64, int64
from pyrite.generator import Generator
from pyrite.ops.arguments import index, require_tensor
from pyrite.ops.create import empty, empty_like
from pyrite.ops.options import Options, extent
from pyrite.ops.random_draw import categorical, draw, draw_integers, permutation, rejected, source
from pyrite.ops.random_fill import bernoulli_, exponential_, independent, normal_, random_, uniform_
from pyrite.ops.random_range import DIGITS, SMALLEST_EXPONENT, check_permutation_length, drawn_range
from pyrite.ops.shape import broadcast_shapes
from pyrite.tensor import Tensor, wrap

__all__ = [
    "bernoulli",
    "binomial",
    "multinomial",
    "normal",
    "poisson",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
]


def rand(
    *shape: Any, size: Any = None, generator: Generator | None = None, out: Tensor | None = None, **options: Any
) -> Tensor:
    """Numbers of the uniform law on [0, 1), in a tensor of the given size (`rand(2, 3)` or `rand((2, 3))`)."""
    asked, wanted = Options("rand", options, out), _extent("rand", shape, size)
    if out is not None:
        return uniform_(out.resize_(wanted), generator=generator)
    draws = source("rand", generator, asked.device)
    return asked.deliver(draw(draws, "uniform", 0.0, 1.0, wanted, asked.dtype_or()))


def randn(
    *shape: Any, size: Any = None, generator: Generator | None = None, out: Tensor | None = None, **options: Any
) -> Tensor:
    """Standard normal numbers in a tensor of the given size; complex ones have variance 1 in all."""
    asked, wanted = Options("randn", options, out), _extent("randn", shape, size)
    if out is not None:
        return normal_(out.resize_(wanted), generator=generator)
    d = asked.dtype_or()
    std = math.sqrt(0.5) if d.is_complex else 1.0
    return asked.deliver(draw(source("randn", generator, asked.device), "normal", 0.0, std, wanted, d))


def randint(
    *bounds: Any,
    low: int | None = None,
    high: int | None = None,
    size: Sequence[int] | None = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """Integers from [low, high), all equally likely: `randint(high, size)` or `randint(low, high, size)`; int64 unless
    `dtype` is given. Raises RuntimeError unless low < high and both fit the dtype."""
    low, high, shape = _range_and_size(bounds, low, high, size)
    asked, wanted = Options("randint", options, out), extent("randint", (shape,))
    if out is not None:
        return random_(out.resize_(wanted), low, high, generator=generator)
    d = asked.dtype_or(int64)
    first, count = drawn_range(low, high, d)
    return asked.deliver(draw_integers(source("randint", generator, asked.device), first, count, wanted, d))


def randperm(n: int, *, generator: Generator | None = None, out: Tensor | None = None, **options: Any) -> Tensor:
    """The integers from 0 to n - 1 in random order; int64 unless `dtype` is given."""
    asked = Options("randperm", options, out)
    (n,) = extent("randperm", (index("randperm", "n", n),))
    d = asked.dtype_or(int64)
    check_permutation_length(n, d)
    return asked.deliver(permutation(source("randperm", generator, asked.device), n, d))


def rand_like(input: Tensor, *, generator: Generator | None = None, **options: Any) -> Tensor:
    """Numbers of the uniform law on [0, 1), in a tensor like `input`: its size, dtype, device and order of memory,
    unless `dtype`, `device`, `layout` or `memory_format` say otherwise."""
    return _like("rand_like", input, options, uniform_, generator=generator)


def randn_like(input: Tensor, *, generator: Generator | None = None, **options: Any) -> Tensor:
    """Standard normal numbers in a tensor like `input` (see `rand_like`)."""
    return _like("randn_like", input, options, normal_, generator=generator)


def randint_like(
    input: Tensor,
    *bounds: int,
    low: int | None = None,
    high: int | None = None,
    generator: Generator | None = None,
    **options: Any,
) -> Tensor:
    """Integers from [low, high) in a tensor like `input`: `randint_like(x, high)` or `randint_like(x, low, high)`."""
    low, high, _ = _range_and_size((*bounds, ()), low, high, None)
    return _like("randint_like", input, options, random_, low, high, generator=generator)


def normal(
    mean: float | Tensor,
    std: float | Tensor = 1.0,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    device: Any = None,
    **options: Any,
) -> Tensor:
    """Normal numbers of the given means and standard deviations: tensors that broadcast, or two numbers and a `size`.

    Raises RuntimeError where a standard deviation is negative.
    """
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        if size is not None:
            raise TypeError("normal() takes a size only where mean and std are numbers")
        return _normal_of_tensors(mean, std, generator, out)
    if size is None or isinstance(size, int):
        raise TypeError(
            "normal() received an invalid combination of arguments: it takes (Tensor mean, Tensor std), (Tensor mean, "
            "float std), (float mean, Tensor std) or (float mean, float std, tuple of ints size)"
        )
    # PyTorch's default device does not move this function.
    asked, wanted = Options("normal", {**options, "device": device or CPU}, out), extent("normal", (size,))
    target = empty(wanted, dtype=asked.dtype, device=asked.device) if out is None else out.resize_(wanted)
    drawn = normal_(target, mean, std, generator=generator)
    return drawn.requires_grad_() if asked.requires_grad else drawn


def _normal_of_tensors(
    mean: float | Tensor, std: float | Tensor, generator: Generator | None, out: Tensor | None
) -> Tensor:
    if isinstance(std, Tensor):
        _check_deviations(std)
    like = mean if isinstance(mean, Tensor) else std
    both = isinstance(mean, Tensor) and isinstance(std, Tensor)
    shape = broadcast_shapes(mean.shape, std.shape) if both else like.shape
    scale = 1.0 if isinstance(std, Tensor) else std
    with no_grad():
        drawn = normal_(empty(tuple(shape), dtype=like.dtype, device=like.device), 0.0, scale, generator=generator)
        if isinstance(std, Tensor):
            drawn.mul_(std)
        drawn.add_(mean)
    return independent(drawn, mean, std) if out is None else _put(out, drawn)


def _put(out: Tensor, drawn: Tensor) -> Tensor:
    """`out`, resized to hold what was drawn."""
    require_tensor("random", out, "out")
    with no_grad():
        return out.resize_(drawn.shape).copy_(drawn)


def _check_deviations(std: Tensor) -> None:
    if std.is_complex():
        raise RuntimeError("normal expects standard deviation to be non-complex")
    if std.numel() > 0 and not bool((std.detach() >= 0).all()):
        raise RuntimeError("normal expects all elements of std >= 0.0")


def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None, out: Tensor | None = None
) -> Tensor:
    """Ones with the probabilities that `input` holds (or `p` for all), else zeros, in its dtype."""
    require_tensor("bernoulli", input)
    drawn = empty(tuple(input.shape), dtype=input.dtype, device=input.device)
    with no_grad():
        bernoulli_(drawn, input if p is None else p, generator=generator)
    return independent(drawn, input, None) if out is None else _put(out, drawn)


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """`num_samples` column numbers for each row of weights [m, n] or [n], drawn in proportion to the weights; int64.

    Rows need not sum to 1. Raises RuntimeError where more columns are asked for than there are without replacement,
    and on the CPU for a weight that is negative or not finite and for a row of zeros.
    """
    _check_multinomial(input, num_samples, replacement, out)
    with no_grad():
        if input.dim() == 2 and input.shape[0] == 0:
            drawn = empty((0, num_samples), dtype=int64, device=input.device)
        elif replacement and num_samples > 1:
            rows = input.reshape(-1, input.shape[-1])
            drawn = wrap(categorical(source("multinomial", generator, input.device), rows, num_samples))
            drawn = drawn.reshape(*input.shape[:-1], num_samples)
        else:
            # The largest ratios of weights to exponential numbers are a draw without replacement (Gumbel's trick).
            ratios = input / exponential_(empty_like(input), generator=generator)
            drawn = wrap(ratios.handle.topk(num_samples, -1, True)[1])
    return drawn if out is None else _put(out, drawn)


def _check_multinomial(input: Tensor, num_samples: int, replacement: bool, out: Tensor | None) -> None:
    require_tensor("multinomial", input)
    if not 0 < input.dim() <= 2:
        raise RuntimeError(f"prob_dist must be 1 or 2 dim, but got {input.dim()}")
    if not input.is_floating_point():
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {input.dtype.scalar_name}")
    if out is not None:
        require_tensor("multinomial", out, "out", 5)
    if out is not None and out.dtype != int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype.scalar_name}")
    if num_samples <= 0:
        raise RuntimeError(f"cannot sample n_sample <= 0 samples, got {num_samples}")
    if not replacement and num_samples > input.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if input.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    # As on PyTorch's GPUs, weights there are not read back.
    if (input.dim() == 2 and input.shape[0] == 0) or (input.device.type != "cpu" and input.shape[-1] > 0):
        return
    weights = input.detach()
    if input.shape[-1] == 0 or not bool(((weights >= 0) & (weights < float("inf"))).all()):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if bool((weights.sum(-1) == 0).any()):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Poisson numbers of the rates that `input` holds, in its dtype."""
    return independent(
        wrap(rejected(source("poisson", generator, input.device), _core.poisson, input.handle)), input, None
    )


def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """The number of successes in `count` trials of probability `prob`, elementwise; floats of one dtype."""
    for name, argument in (("count", count), ("prob", prob)):
        if not argument.is_floating_point():
            raise ValueError(
                f"binomial only supports floating-point dtypes for {name}, got: {argument.dtype.scalar_name}"
            )
    shape = broadcast_shapes(count.shape, prob.shape)
    count, prob = count.detach().expand(shape), prob.detach().expand(shape)
    return wrap(rejected(source("binomial", generator, count.device), _core.binomial, count.handle, prob.handle))


def _standard_gamma(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma numbers of the shape parameters that `input` holds and of scale 1."""
    drawn = wrap(rejected(source("_standard_gamma", generator, input.device), _core.gamma, input.handle))
    return drawn.clamp_(min=2.0 ** SMALLEST_EXPONENT[input.dtype])


def _sample_dirichlet(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Points of the simplex, of the concentrations along the last dimension of `input`."""
    drawn = _standard_gamma(input.detach().to(float64), generator)
    drawn = (drawn / drawn.sum(-1, keepdim=True)).to(input.dtype)
    return drawn.clamp_(2.0 ** SMALLEST_EXPONENT[input.dtype], 1.0 - 2.0 ** -DIGITS[input.dtype])


def _extent(op: str, shape: tuple, size: Any) -> list[int]:
    if not shape and size is None:
        raise TypeError(f"{op}() takes a size, as a tuple of ints or int by int")
    return extent(op, shape, size)


def _like(op: str, input: Tensor, options: dict, law: Callable, *bounds: int, generator: Generator | None) -> Tensor:
    require_tensor(op, input)
    requires_grad = options.pop("requires_grad", False)
    if input.is_contiguous() and options.keys() <= {"dtype"}:
        target = empty(*input.shape, dtype=options.get("dtype") or input.dtype, device=input.device)
    else:
        target = empty_like(input, **options)
    drawn = law(target, *bounds, generator=generator)
    return drawn.requires_grad_() if requires_grad else drawn


def _range_and_size(bounds: tuple, low, high, size) -> tuple[int, int, object]:
    """Sorts out `(high, size)` and `(low, high, size)`, each argument by place or by name."""
    given = list(bounds)
    if size is None and given:
        size = given.pop()
    if high is None and given:
        high = given.pop()
    if low is None and given:
        low = given.pop()
    low = 0 if low is None else low
    if given or size is None or not hasattr(low, "__index__") or not hasattr(high, "__index__"):
        raise TypeError("randint takes (int high, tuple of ints size) or (int low, int high, tuple of ints size)")
    if isinstance(size, int):
        raise TypeError(f"randint(): argument 'size' must be tuple of ints, not {type(size).__name__}")
    return operator.index(low), operator.index(high), size
