"""Fast ops: a device's kernel gives what the composite gives on the CPU, with its gradients, in one dispatch.

A row is a name, the function, the shapes of its arguments and how many dispatches it takes; each runs in several dtypes
and with arguments that are views.
"""

import pytest

import pyrite

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")

F = pyrite.nn.functional


def batch_normal(x, w, b):
    return F.batch_norm(x, None, None, w, b, True)


def instance_normal(x, w, b):
    return F.instance_norm(x, None, None, w, b)


ROWS = [
    ("softmax", lambda x: x.softmax(-1), [(3, 7)], 1),
    ("softmax of long lines", lambda x: x.softmax(1), [(2, 3000)], 1),
    ("softmax of items of four", lambda x: x.softmax(1), [(5, 48)], 1),
    ("softmax of lines that no thread can hold", lambda x: x.softmax(1), [(2, 20_000)], 1),
    ("softmax of odd lines that no thread can hold", lambda x: x.softmax(1), [(2, 17_001)], 1),
    ("softmax over the first axis", lambda x: x.softmax(0), [(40, 5)], 1),
    ("softmax over a middle axis", lambda x: x.softmax(1), [(2, 33, 6)], 1),
    ("log_softmax", lambda x: x.log_softmax(-1), [(5, 10)], 1),
    ("log_softmax over the first axis", lambda x: x.log_softmax(0), [(300, 3)], 1),
    ("logsumexp", lambda x: x.logsumexp(-1), [(3, 7)], 1),
    ("log_softmax of items of four", lambda x: x.log_softmax(-1), [(3, 1020)], 1),
    ("logsumexp of items of four", lambda x: x.logsumexp(-1), [(3, 64)], 1),
    ("logsumexp over two axes", lambda x: x.logsumexp((0, 2), True), [(3, 7, 40)], 1),
    ("logsumexp of one number", lambda x: x.logsumexp(0), [()], 1),
    ("layer_norm", lambda x, w, b: F.layer_norm(x, (7,), w, b), [(3, 7), (7,), (7,)], 1),
    ("layer_norm of all of it", lambda x, w, b: F.layer_norm(x, (5, 3), w, b), [(5, 3), (5, 3), (5, 3)], 1),
    ("layer_norm over two axes", lambda x, w, b: F.layer_norm(x, (5, 3), w, b), [(2, 4, 5, 3), (5, 3), (5, 3)], 1),
    ("layer_norm of long lines", lambda x, w: F.layer_norm(x, (3000,), w), [(2, 3000), (3000,)], 1),
    ("layer_norm of items of four", lambda x, w, b: F.layer_norm(x, (520,), w, b), [(3, 520), (520,), (520,)], 1),
    ("layer_norm without a weight", lambda x: F.layer_norm(x, (33,)), [(4, 33)], 1),
    ("layer_norm with a bias alone", lambda x, b: F.layer_norm(x, (6,), None, b), [(700, 6), (6,)], 1),
    ("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b), [(3, 4, 5, 2), (4,), (4,)], 1),
    ("batch_norm", batch_normal, [(6, 3, 4, 5), (3,), (3,)], 1),
    ("batch_norm of a matrix", batch_normal, [(40, 7), (7,), (7,)], 1),
    ("batch_norm of long lines", batch_normal, [(3, 2, 1100), (2,), (2,)], 1),
    ("instance_norm", instance_normal, [(2, 3, 5, 4), (3,), (3,)], 1),
    ("rms_norm", lambda x, w: F.rms_norm(x, (7,), w), [(3, 7), (7,)], 1),
    ("rms_norm of items of four", lambda x, w: F.rms_norm(x, (36,), w), [(3, 36), (36,)], 1),
    ("rms_norm over two axes", lambda x: F.rms_norm(x, (30, 30), eps=0.1), [(4, 30, 30)], 1),
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
    return pyrite.randn(shape, generator=pyrite.Generator().manual_seed(seed)) * 2


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


@needs_gpu
@pytest.mark.parametrize("line", [[float("inf"), 1.0], [float("nan"), 0.0], [3.0, 3.0, 3.0], [5.0], [1e20, -1e20], []])
def test_normalization_of_odd_lines(line):
    x = pyrite.tensor([line, [0.5] * len(line)])
    for f in (F.layer_norm, F.rms_norm):
        expected, actual = (f(t, (len(line),)) for t in (x, x.cuda()))
        assert actual.shape == expected.shape
        assert pyrite.allclose(actual.cpu(), expected, equal_nan=True)


@needs_gpu
def test_the_variance_is_exact_far_from_zero():
    x = numbers((4, 1000), 0) + 4096
    assert pyrite.allclose(F.layer_norm(x.cuda(), (1000,)).cpu(), F.layer_norm(x.double(), (1000,)).float(), atol=1e-3)


SECOND = [
    ("layer_norm", lambda x, w, b: F.layer_norm(x, (5,), w, b), [(3, 5), (5,), (5,)]),
    ("batch_norm", batch_normal, [(4, 3, 2), (3,), (3,)]),
    ("rms_norm", lambda x, w: F.rms_norm(x, (5,), w), [(3, 5), (5,)]),
]


def squared_gradients(function, given, device):
    """The gradients of the sum of squared gradients."""
    arguments = [x.to(device).requires_grad_() for x in given]
    out = function(*arguments)
    first = pyrite.autograd.grad((out * out * out).sum(), arguments, create_graph=True)
    second = pyrite.autograd.grad(sum((g * g).sum() for g in first), arguments)
    return [g.detach().cpu() for g in (*first, *second)]


@needs_gpu
@pytest.mark.parametrize(("name", "function", "shapes"), SECOND, ids=[row[0] for row in SECOND])
def test_gradients_of_a_kernel_are_differentiated_again(name, function, shapes):
    given = [numbers(shape, seed) for seed, shape in enumerate(shapes)]
    for expected, actual in zip(*(squared_gradients(function, given, device) for device in ("cpu", "cuda"))):
        assert pyrite.allclose(actual, expected, rtol=1e-4, atol=1e-4)


@needs_gpu
def test_a_batch_norm_updates_its_running_statistics_in_few_dispatches():
    layers = [pyrite.nn.BatchNorm1d(3).to(device) for device in ("cpu", "cuda")]
    for seed in range(3):
        x = numbers((8, 3, 4), seed)
        pyrite.cuda.synchronize()
        before = pyrite.cuda.memory_stats()["dispatches"]
        for layer in layers:
            layer(x.to(layer.weight.device))
        pyrite.cuda.synchronize()
        assert pyrite.cuda.memory_stats()["dispatches"] - before <= 3
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        expected, actual = (getattr(layer, name).cpu() for layer in layers)
        assert pyrite.allclose(actual, expected)
