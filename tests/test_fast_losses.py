"""Losses of class indices: the GPU's kernels give what the composites give on the CPU, with gradients of two orders."""

import itertools

import pytest

import pyrite
import pyrite.nn.functional as F

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")

SHAPES = [((6, 8), (6,)), ((6, 5), (6,)), ((5,), ()), ((3, 4, 2, 3), (3, 2, 3)), ((2, 700), (2,))]
OPTIONS = [
    {},
    {"reduction": "sum"},
    {"reduction": "none"},
    {"ignore_index": 1},
    {"weight": True, "ignore_index": 2},
    {"weight": True, "reduction": "sum"},
]
CASES = [
    *itertools.product(
        [F.cross_entropy], SHAPES, [*OPTIONS, {"label_smoothing": 0.2, "weight": True, "ignore_index": 1}]
    ),
    *itertools.product([F.nll_loss], SHAPES, OPTIONS),
]


def name(value):
    return getattr(value, "__name__", str(value))


def numbers(shape, seed):
    return pyrite.randn(shape, generator=pyrite.Generator().manual_seed(seed)) * 2


def gradients(loss, shapes, options, device, dtype, half):
    """The loss and its gradient; and in float32 that of its square, and the gradient of the square of that."""
    shape, target_shape = shapes
    classes = shape[min(len(shape) - 1, 1)]
    x = numbers(shape, 0).to(dtype).to(device).requires_grad_()
    target = (numbers(target_shape, 1).abs() * 10).long() % classes
    options = dict(options)
    if options.pop("weight", False):
        options["weight"] = (numbers((classes,), 2).abs() + 0.1).to(dtype).to(device)
    out = loss(x, target.to(device), **options)
    (plain,) = pyrite.autograd.grad(out.sum(), x, retain_graph=True)
    if half:
        return [t.detach().cpu().float() for t in (out, plain)]
    (first,) = pyrite.autograd.grad((out * out).sum(), x, create_graph=True)
    (second,) = pyrite.autograd.grad((first * first).sum(), x)
    return [t.detach().cpu().float() for t in (out, plain, first, second)]


@needs_gpu
@pytest.mark.parametrize(("loss", "shapes", "options"), CASES, ids=name)
@pytest.mark.parametrize("dtype", [pyrite.float32, pyrite.float16], ids=str)
def test_kernels_give_what_the_composites_give(loss, shapes, options, dtype):
    half = dtype is pyrite.float16
    tolerance = 4e-2 if half else 1e-4
    expected = gradients(loss, shapes, options, "cpu", pyrite.float32, half)
    for want, got in zip(expected, gradients(loss, shapes, options, "cuda", dtype, half)):
        assert got.shape == want.shape
        assert pyrite.allclose(got, want, rtol=tolerance, atol=tolerance)


@needs_gpu
def test_a_step_needs_few_kernels_and_no_read_back():
    x, target = numbers((16, 10), 0).cuda().requires_grad_(), pyrite.arange(16).cuda() % 10
    pyrite.cuda.synchronize()
    before = pyrite.cuda.memory_stats()
    F.cross_entropy(x, target).backward()
    after = pyrite.cuda.memory_stats()
    assert after["dispatches"] - before["dispatches"] <= 6
    assert after["submits"] == before["submits"]


@needs_gpu
@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss], ids=name)
@pytest.mark.parametrize("wrong", [-1, 4, 2**33])
def test_a_class_that_is_none_is_reported_at_the_next_read_back(loss, wrong):
    out = loss(numbers((2, 4), 0).cuda(), pyrite.tensor([0, wrong]).cuda())
    with pytest.raises(IndexError, match=rf"Target {wrong} is out of bounds"):
        out.item()
    assert loss(numbers((2, 4), 0).cuda(), pyrite.tensor([0, 3]).cuda()).item() != 0
