"""Fast ops: a device's kernel gives what the composite gives on the CPU, with its gradients, in one dispatch.

A row is a name, the function, the shapes of its arguments and how many dispatches it takes; each runs in several dtypes
and with arguments that are views.
"""

import pytest

import pyrite

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")

ROWS = [
    ("softmax", lambda x: x.softmax(-1), [(3, 7)], 1),
    ("softmax of long lines", lambda x: x.softmax(1), [(2, 3000)], 1),
    ("softmax over the first axis", lambda x: x.softmax(0), [(40, 5)], 1),
    ("softmax over a middle axis", lambda x: x.softmax(1), [(2, 33, 6)], 1),
    ("log_softmax", lambda x: x.log_softmax(-1), [(5, 10)], 1),
    ("log_softmax over the first axis", lambda x: x.log_softmax(0), [(300, 3)], 1),
]
TOLERANCE = {pyrite.float32: 2e-6, pyrite.float16: 2e-3, pyrite.bfloat16: 2e-2}


def dense(x):
    return x


def turned(x):
    """The same numbers in memory of the opposite order."""
    return x.permute(*reversed(range(x.dim()))).contiguous().permute(*reversed(range(x.dim())))


def stepped(x):
    """The same numbers with gaps between them."""
    return pyrite.stack([x, x * 0 - 1], -1)[..., 0]


def numbers(shape, seed):
    return pyrite.randn(*shape, generator=pyrite.Generator().manual_seed(seed)) * 2


@needs_gpu
@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize("view", [dense, turned, stepped])
@pytest.mark.parametrize(("name", "function", "shapes", "dispatches"), ROWS, ids=[row[0] for row in ROWS])
def test_a_kernel_gives_what_the_composite_gives(name, function, shapes, dispatches, view, dtype):
    given = [numbers(shape, seed).to(dtype) for seed, shape in enumerate(shapes)]
    results = {}
    for device in ("cpu", "cuda"):
        arguments = [view(x.to(device)).requires_grad_() for x in given]
        pyrite.cuda.synchronize()
        before = pyrite.cuda.memory_stats()["dispatches"]
        out = function(*arguments)
        spent = pyrite.cuda.memory_stats()["dispatches"] - before
        weights = numbers(out.shape, 99).to(dtype).to(device)
        gradients = pyrite.autograd.grad((out * weights).sum(), arguments)
        results[device] = [t.detach().cpu().float() for t in (out, *gradients)]
        if device == "cuda" and view is dense:
            assert spent == dispatches
    for expected, actual in zip(results["cpu"], results["cuda"]):
        assert actual.shape == expected.shape
        assert pyrite.allclose(actual, expected, rtol=10 * TOLERANCE[dtype], atol=TOLERANCE[dtype])


@needs_gpu
@pytest.mark.parametrize("line", [[float("inf"), 1.0], [-float("inf")] * 3, [float("nan"), 0.0], [-float("inf"), 2.0]])
def test_softmax_of_what_is_not_finite(line):
    x = pyrite.tensor(line)
    for f in (pyrite.softmax, pyrite.log_softmax):
        assert pyrite.allclose(f(x.cuda(), 0).cpu(), f(x, 0), equal_nan=True)
