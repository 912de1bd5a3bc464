"""The families of kernels and, for each, programs whose results on the GPU must be those of the CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pyrite
import pyrite.nn.functional as F
from pyrite import nn
from pyrite.tensor import Tensor

Program = Callable[[str], Any]
"""Computes a tensor, or a list of them, on the device of that name."""


@dataclass
class Outcome:
    """How a family fared: the largest difference, relative to 1 + the CPU's value, and what went wrong."""

    family: str
    programs: int
    difference: float
    tolerance: float
    failures: list[str]

    @property
    def is_ok(self) -> bool:
        return not self.failures

    def as_json(self) -> dict[str, Any]:
        """The outcome as JSON knows it."""
        return asdict(self) | {"ok": self.is_ok}


def run(dtypes: frozenset[str]) -> Iterator[Outcome]:
    """Runs the families one after the other; `dtypes` are those that the GPU computes in."""
    for family, (tolerance, programs) in _families(dtypes).items():
        outcome = Outcome(family, len(programs), 0.0, tolerance, [])
        for name, program in programs.items():
            try:
                difference = _difference(program("cuda"), program("cpu"))
            except Exception as error:  # a report lists every failure, whatever its kind
                outcome.failures.append(f"{name}: {type(error).__name__}: {str(error).splitlines()[0]}")
                continue
            outcome.difference = max(outcome.difference, difference)
            if not difference <= tolerance:
                outcome.failures.append(f"{name}: differs by {difference:.3g}")
        yield outcome


def _difference(actual: Any, expected: Any) -> float:
    """The largest difference relative to 1 + the expected value; infinite where NaN, infinity or shape disagree."""
    if isinstance(expected, list | tuple):
        return max(_difference(a, e) for a, e in zip(actual, expected, strict=True))
    actual, expected = actual.cpu(), expected.cpu()
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return float("inf")
    if expected.numel() == 0:
        return 0.0
    if expected.is_complex():
        actual, expected = pyrite.view_as_real(actual), pyrite.view_as_real(expected)
    actual, expected = actual.double(), expected.double()
    same = (actual == expected) | (actual.isnan() & expected.isnan())
    difference = (actual - expected).abs() / (1 + expected.abs())
    return float(difference.nan_to_num(nan=float("inf")).masked_fill(same, 0.0).max().item())


def _numbers(device: str, *shape: int, seed: int = 0, dtype: Any = pyrite.float32) -> Tensor:
    """Normal numbers, the same on every device."""
    generator = pyrite.Generator().manual_seed(seed)
    return pyrite.randn(*shape, generator=generator).to(dtype).to(device)


def _indices(device: str, end: int, *shape: int, seed: int = 0) -> Tensor:
    generator = pyrite.Generator().manual_seed(seed)
    return pyrite.randint(0, end, shape, generator=generator).to(device)


def _families(dtypes: frozenset[str]) -> dict[str, tuple[float, dict[str, Program]]]:
    return {
        "elementwise": (2e-6, _elementwise()),
        "float64": (1e-13, _functions("float64") if "float64" in dtypes else {}),
        "complex": (2e-6, _complex()),
        "integers": (0.0, _integers(dtypes)),
        "convert": (0.0, _convert(dtypes)),
        "copies": (0.0, _copies()),
        "reduce": (2e-5, _reduce()),
        "scan": (2e-5, _scan()),
        "sort": (0.0, _sort()),
        "matmul": (1e-4, _matmul()),
        "matmul of halves": (2e-2, _matmul_of_halves()),
        "index": (1e-5, _index()),
        "random": (5e-5, _random()),
        "functional": (1e-4, _functional()),
        "training": (2e-3, {"a convolutional network": _training}),
        "faults": (0.0, {"a bad index is refused": _bad_index}),
    }


def _functions(dtype: str) -> dict[str, Program]:
    def program(name: str) -> Program:
        bounded = name in ("asin", "acos", "atanh", "erfinv")
        positive = name in ("log", "log2", "log10", "sqrt", "rsqrt", "lgamma", "digamma")

        def compute(device: str) -> Tensor:
            x = _numbers(device, 3001, dtype=getattr(pyrite, dtype))
            x = x.clamp(-0.99, 0.99) if bounded else x.abs() + 0.01 if positive else x * 3
            return getattr(pyrite, name)(x)

        return compute

    names = (
        "exp expm1 log log2 log10 sqrt rsqrt sin cos tan asin acos atan sinh cosh tanh asinh atanh sigmoid erf erfc "
        "erfinv abs neg sign floor ceil round trunc reciprocal square isnan isfinite lgamma digamma"
    )
    return {name: program(name) for name in names.split()}


def _complex() -> dict[str, Program]:
    def numbers(device: str, *shape: int, seed: int = 0) -> Tensor:
        return pyrite.complex(_numbers(device, *shape, seed=seed), _numbers(device, *shape, seed=seed + 2))

    def program(name: str) -> Program:
        return lambda device: getattr(pyrite, name)(numbers(device, 3001))

    names = "exp log sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh abs angle reciprocal"
    several = {
        "a quotient": lambda d: numbers(d, 700, 11) / numbers(d, 11, seed=1),
        "a sum": lambda d: numbers(d, 70, 11).sum(0),
        "a product of matrices": lambda d: numbers(d, 7, 20) @ numbers(d, 20, 9, seed=1),
    }
    return {name: program(name) for name in names.split()} | several


def _elementwise() -> dict[str, Program]:
    special = [0.0, -0.0, 1.0, float("inf"), float("-inf"), float("nan"), 1e-40, 3e38]
    two = {
        "special values": lambda d: [
            f(pyrite.tensor(special, device=d))
            for f in (pyrite.exp, pyrite.tanh, pyrite.relu, pyrite.sign, pyrite.floor)
        ],
        "a fused chain": lambda d: ((_numbers(d, 700, 11) * 1.5 + _numbers(d, 11, seed=1)).tanh() - 0.5).abs(),
        "maximum": lambda d: pyrite.maximum(_numbers(d, 999), _numbers(d, 999, seed=1)),
        "pow": lambda d: _numbers(d, 999).abs() ** 2.5,
        "remainder": lambda d: pyrite.remainder(_numbers(d, 999) * 9, 2.5),
        "atan2": lambda d: pyrite.atan2(_numbers(d, 999), _numbers(d, 999, seed=1)),
        "where": lambda d: pyrite.where(_numbers(d, 99) > 0, _numbers(d, 99, seed=1), 0.5),
        "in place": lambda d: _numbers(d, 40, 30).t()[1:].mul_(2).add_(1),
    }
    return _functions("float32") | two


def _integers(dtypes: frozenset[str]) -> dict[str, Program]:
    names = [name for name in ("uint8", "int8", "int16", "int32", "int64") if name in dtypes]

    def program(name: str) -> Program:
        def compute(device: str) -> list[Tensor]:
            x, y = _indices(device, 100, 501), _indices(device, 100, 501, seed=1)
            x, y = x.to(getattr(pyrite, name)), y.to(getattr(pyrite, name)) + 1
            return [x + y, x * y, x // y, x % y, x & y, x ^ y, x << 1, (x < y), pyrite.maximum(x, y)]

        return compute

    return {name: program(name) for name in names}


def _convert(dtypes: frozenset[str]) -> dict[str, Program]:
    known = [
        name for name in "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64".split() if name in dtypes
    ]

    def program(name: str) -> Program:
        def compute(device: str) -> list[Tensor]:
            x = (_numbers(device, 513) * 30).abs().to(getattr(pyrite, name))
            return [x.to(getattr(pyrite, other)) for other in known]

        return compute

    return {name: program(name) for name in known}


def _copies() -> dict[str, Program]:
    return {
        "transpose": lambda d: _numbers(d, 65, 130).t().contiguous(),
        "permute": lambda d: _numbers(d, 5, 6, 7, 8).permute(2, 0, 3, 1).contiguous(),
        "cat": lambda d: pyrite.cat([_numbers(d, 3, 50), _numbers(d, 4, 50, seed=1)]),
        "expand": lambda d: _numbers(d, 1, 50).expand(9, 50).contiguous(),
        "bytes": lambda d: pyrite.roll(_numbers(d, 77) > 0, 3, 0),
        "halves": lambda d: pyrite.cat(
            [_numbers(d, 7, dtype=pyrite.float16)[1:], _numbers(d, 5, dtype=pyrite.float16)]
        ),
        "flip": lambda d: _numbers(d, 40, 41).flip(0, 1),
    }


def _reduce() -> dict[str, Program]:
    def program(name: str) -> Program:
        return lambda d: (
            [getattr(_numbers(d, 37, 45, 11), name)(dim=axis) for axis in (0, 1, 2)]
            + [getattr(_numbers(d, 70_001), name)()]
        )

    names = ("sum", "mean", "var", "amax", "amin", "argmax", "argmin", "any")
    return {name: program(name) for name in names} | {
        "logsumexp": lambda d: pyrite.logsumexp(_numbers(d, 60, 1000), 1),
        "prod": lambda d: (1 + 0.1 * _numbers(d, 50, 60)).prod(1),
        "norm": lambda d: _numbers(d, 40, 50).norm(dim=0),
        "median": lambda d: _numbers(d, 31, 21).median(1).values,
    }


def _scan() -> dict[str, Program]:
    return {
        "cumsum": lambda d: _numbers(d, 5, 3000).cumsum(1),
        "cumprod": lambda d: (1 + 0.01 * _numbers(d, 5, 600)).cumprod(1),
        "cummax": lambda d: list(_numbers(d, 5, 700).cummax(1)),
        "logcumsumexp": lambda d: _numbers(d, 4, 500).logcumsumexp(1),
    }


def _sort() -> dict[str, Program]:
    return {
        "sort": lambda d: list(_numbers(d, 3, 5000).sort(stable=True)),
        "descending": lambda d: list(_numbers(d, 700, 4).sort(dim=0, descending=True, stable=True)),
        "topk": lambda d: list(_numbers(d, 6, 3000).topk(7)),
        "integers": lambda d: list(_indices(d, 50, 2000).int().sort(stable=True)),
        "unique": lambda d: pyrite.unique(_indices(d, 50, 500)),
    }


def _matmul() -> dict[str, Program]:
    sizes = [(1, 1, 1), (5, 7, 33), (64, 64, 64), (130, 70, 40), (1, 90, 500), (129, 257, 100)]

    def program(m: int, n: int, k: int) -> Program:
        def compute(d: str) -> list[Tensor]:
            a, b = _numbers(d, m, k), _numbers(d, k, n, seed=1)
            return [a @ b, a.t().contiguous().t() @ b, a @ b.t().contiguous().t()]

        return compute

    return {f"{m}x{k} by {k}x{n}": program(m, n, k) for m, n, k in sizes} | {
        "batches": lambda d: _numbers(d, 6, 20, 30) @ _numbers(d, 6, 30, 10, seed=1),
        "vectors": lambda d: _numbers(d, 40, 300) @ _numbers(d, 300, seed=1),
    }


def _matmul_of_halves() -> dict[str, Program]:
    def program(dtype: Any, m: int, n: int, k: int) -> Program:
        def compute(d: str) -> list[Tensor]:
            a, b = _numbers(d, m, k, dtype=dtype), _numbers(d, k, n, seed=1, dtype=dtype)
            return [y.float() for y in (a @ b, a.t().contiguous().t() @ b.t().contiguous().t())]

        return compute

    return {
        "float16": program(pyrite.float16, 70, 50, 60),
        "bfloat16": program(pyrite.bfloat16, 70, 50, 60),
        "float16, larger": program(pyrite.float16, 300, 136, 104),
    }


def _index() -> dict[str, Program]:
    def put(d: str) -> Tensor:
        return pyrite.zeros(40, 6, device=d).index_put_((_indices(d, 40, 200),), _numbers(d, 200, 6), accumulate=True)

    return {
        "gather": lambda d: _numbers(d, 30, 40).gather(1, _indices(d, 40, 30, 9)),
        "scatter_add": lambda d: pyrite.zeros(20, device=d).scatter_add_(0, _indices(d, 20, 500), _numbers(d, 500)),
        "index_select": lambda d: _numbers(d, 50, 7).index_select(0, _indices(d, 50, 80)),
        "two tensors": lambda d: _numbers(d, 9, 8, 7)[_indices(d, 9, 5, 1), _indices(d, 8, 4)],
        "index_put": put,
        "nonzero": lambda d: (_numbers(d, 40, 50) > 1).nonzero(),
        "masked": lambda d: _numbers(d, 900)[_numbers(d, 900, seed=1) > 0],
        "embedding": lambda d: F.embedding(_indices(d, 30, 6, 7), _numbers(d, 30, 16)),
    }


def _random() -> dict[str, Program]:
    def known(d: str) -> Tensor:
        """What PyTorch draws on CUDA for seed 42 and this shape (github.com/pytorch/pytorch/issues/158398)."""
        if d == "cpu":
            return pyrite.tensor([0.1940, 2.1614, -0.1721])
        return pyrite.randn(1, 64, 2048, device=d, generator=pyrite.Generator(d).manual_seed(42)).flatten()[:3]

    def moments(d: str) -> Tensor:
        if d == "cpu":
            return pyrite.tensor([0.0, 0.0, 0.0])
        generator = pyrite.Generator(d).manual_seed(1)
        u = pyrite.rand(100_000, device=d, generator=generator)
        n = pyrite.randn(100_000, device=d, generator=generator)
        off = pyrite.stack([u.mean() - 0.5, n.mean(), n.square().mean() - 1]).cpu()
        return (off.abs() > 0.02).float()

    def permutation(d: str) -> Tensor:
        return pyrite.randperm(1000, device=d).sort().values

    return {"PyTorch's numbers": known, "moments": moments, "a permutation": permutation}


def _functional() -> dict[str, Program]:
    def attention(d: str) -> Tensor:
        q, k, v = (_numbers(d, 2, 4, 33, 16, seed=seed) for seed in range(3))
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)

    def attention_of_few(d: str) -> Tensor:
        q, k, v = (_numbers(d, 1, 2, n, 24, seed=n) for n in (3, 700, 700))
        return F.scaled_dot_product_attention(q, k, v)

    def with_gradient(f: Callable[[Tensor], Tensor]) -> Program:
        def compute(d: str) -> list[Tensor]:
            x = _numbers(d, 20, 48).requires_grad_()
            y = f(x)
            (y * _numbers(d, *y.shape, seed=5)).sum().backward()
            assert x.grad is not None
            return [y.detach(), x.grad]

        return compute

    def state_and_weights(x: Tensor, gates: int) -> tuple:
        device = str(x.device)
        states = tuple(_numbers(device, 20, 8, seed=seed) for seed in (1, 2))
        weights = (_numbers(device, 8 * gates, width, seed=width) / 6 for width in (48, 8))
        return states if gates == 4 else states[0], *weights

    def targets(x: Tensor) -> Tensor:
        return _indices(str(x.device), x.shape[1], x.shape[0])

    return {
        "softmax": with_gradient(lambda x: F.softmax(x, 1)),
        "log_softmax": with_gradient(lambda x: F.log_softmax(x, 0)),
        "layer_norm": with_gradient(lambda x: F.layer_norm(x, (48,))),
        "gelu": with_gradient(F.gelu),
        "cross_entropy": with_gradient(lambda x: F.cross_entropy(x, targets(x)).reshape(1)),
        "attention": attention,
        "attention of few queries": attention_of_few,
        "conv2d": lambda d: F.conv2d(_numbers(d, 2, 3, 12, 12), _numbers(d, 5, 3, 3, 3, seed=1), padding=1, stride=2),
        "interpolate": with_gradient(lambda x: F.interpolate(x.reshape(2, 3, 8, 20), (11, 13), mode="bicubic")),
        "adaptive_avg_pool1d": with_gradient(lambda x: F.adaptive_avg_pool1d(x, 7)),
        "an LSTM cell": with_gradient(lambda x: pyrite.cat(pyrite.lstm_cell(x, *state_and_weights(x, 4)))),
        "a GRU cell": with_gradient(lambda x: pyrite.gru_cell(x, *state_and_weights(x, 3))),
        "max_pool2d": lambda d: F.max_pool2d(_numbers(d, 2, 3, 12, 12), 2),
        "batch_norm": lambda d: F.batch_norm(_numbers(d, 8, 3, 6, 6), None, None, training=True),
    }


def _training(device: str) -> Tensor:
    pyrite.manual_seed(1)
    layers = (
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 10),
    )
    model = nn.Sequential(*layers).to(device)
    optimizer = pyrite.optim.Adam(model.parameters(), lr=1e-2)
    x, y = _numbers(device, 16, 1, 8, 8), _indices(device, 10, 16)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return pyrite.stack(losses)


def _bad_index(device: str) -> Tensor:
    x = pyrite.arange(5.0).to(device)
    try:
        x[pyrite.tensor([7]).to(device)].cpu()
    except IndexError:
        return x.sum()
    raise AssertionError("an index out of bounds was not refused")
