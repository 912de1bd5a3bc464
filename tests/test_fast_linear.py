"""x W^T + b on the GPU in one dispatch, for every way that a product goes, as on the CPU."""

import pytest

import pyrite
from pyrite.nn import functional as F

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")
TOLERANCE = {pyrite.float32: 2e-5, pyrite.float16: 1e-2, pyrite.bfloat16: 1e-1}


def numbers(shape, seed):
    return pyrite.randn(*shape, generator=pyrite.Generator().manual_seed(seed))


def turned(x):
    return x.permute(*reversed(range(x.dim()))).contiguous().permute(*reversed(range(x.dim())))


def both(function, inputs, view, dtype):
    """The result and the gradients on each device, and the dispatches of the result on the GPU."""
    results, spent = [], 0
    for device in ("cpu", "cuda"):
        arguments = [view(x.to(dtype)).to(device).requires_grad_() for x in inputs]
        pyrite.cuda.synchronize()
        before = pyrite.cuda.memory_stats()["dispatches"]
        out = function(*arguments)
        pyrite.cuda.synchronize()
        spent = pyrite.cuda.memory_stats()["dispatches"] - before
        g = numbers(out.shape, 99).to(dtype).to(device)
        slopes = pyrite.autograd.grad(out, arguments, g)
        results.append([t.detach().cpu().float() for t in (out, *slopes)])
    for expected, actual in zip(*results):
        assert actual.shape == expected.shape
        assert pyrite.allclose(actual, expected, rtol=10 * TOLERANCE[dtype], atol=TOLERANCE[dtype])
    return spent


@needs_gpu
@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize("view", [lambda x: x, turned], ids=["dense", "turned"])
@pytest.mark.parametrize(
    "sizes",
    [(1, 1, 1), (5, 7, 3), (1, 33, 40), (40, 33, 1), (65, 17, 66), (3, 300, 2)],
    ids=lambda s: "x".join(map(str, s)),
)
def test_linear(sizes, view, dtype):
    m, k, n = sizes
    assert both(F.linear, [numbers((m, k), 0), numbers((n, k), 1), numbers((n,), 2)], view, dtype) == 1
    assert both(F.linear, [numbers((2, m, k), 0), numbers((n, k), 1), numbers((n,), 2)], view, dtype) <= 2


@needs_gpu
@pytest.mark.parametrize("bias", [(), (6,), (1, 6), (5, 1), (5, 6)], ids=str)
def test_addmm(bias):
    inputs = [numbers((1, *bias), 0)[0], numbers((5, 9), 1), numbers((9, 6), 2)]
    assert both(pyrite.addmm, inputs, lambda x: x, pyrite.float32) == 1


@needs_gpu
def test_a_long_line_is_cut_before_the_bias_is_added():
    inputs = [numbers((2, 40_000), 0) / 200, numbers((3, 40_000), 1), numbers((3,), 2)]
    assert both(F.linear, inputs, lambda x: x, pyrite.float32) == 2
