"""Convolution and pooling on the GPU against the same in float32 on the CPU: values, gradients, dispatches.

A row is a name, the function and the shapes of its arguments. Each runs in several dtypes and with arguments that are
views, and its gradients are differentiated again.
"""

import pytest
from needs import needs_gpu

import pyrite
from pyrite.nn import functional as F

CONVOLUTIONS = [
    ("conv2d", lambda x, w, b: F.conv2d(x, w, b, padding=1), [(2, 3, 6, 7), (5, 3, 3, 3), (5,)]),
    ("pointwise", lambda x, w, b: F.conv2d(x, w, b), [(2, 9, 5, 5), (6, 9, 1, 1), (6,)]),
    ("strided", lambda x, w, b: F.conv2d(x, w, b, 2, 1), [(2, 3, 9, 8), (4, 3, 3, 3), (4,)]),
    ("strides beyond the kernel", lambda x, w, b: F.conv2d(x, w, b, (3, 4)), [(1, 2, 9, 11), (3, 2, 2, 1), (3,)]),
    ("dilated and strided", lambda x, w: F.conv2d(x, w, None, 2, 2, (2, 3)), [(2, 2, 9, 11), (3, 2, 3, 2)]),
    ("groups", lambda x, w, b: F.conv2d(x, w, b, 1, 1, 1, 2), [(2, 4, 5, 6), (6, 2, 3, 3), (6,)]),
    ("depthwise", lambda x, w: F.conv2d(x, w, None, 1, 1, 1, 5), [(2, 5, 6, 6), (5, 1, 3, 3)]),
    ("depthwise, two each", lambda x, w: F.conv2d(x, w, None, 2, 0, 1, 3), [(1, 3, 7, 6), (6, 1, 2, 3)]),
    ("conv1d, same", lambda x, w: F.conv1d(x, w, None, 1, "same"), [(3, 2, 10), (4, 2, 4)]),
    ("conv3d", lambda x, w, b: F.conv3d(x, w, b, (1, 2, 1), 1), [(1, 2, 4, 5, 3), (3, 2, 2, 3, 2), (3,)]),
    ("one place", lambda x, w, b: F.conv2d(x, w, b), [(1, 1, 1, 1), (1, 1, 1, 1), (1,)]),
    ("a long sum for the weight", lambda x, w: F.conv1d(x, w), [(3, 1, 9000), (1, 1, 2)]),
    ("transposed", lambda x, w, b: F.conv_transpose2d(x, w, b), [(2, 4, 4, 5), (4, 3, 3, 2), (3,)]),
    (
        "transposed and strided",
        lambda x, w, b: F.conv_transpose2d(x, w, b, (2, 3), 1, (1, 0), 2, (1, 2)),
        [(2, 4, 4, 5), (4, 3, 3, 2), (6,)],
    ),
    ("places that no window sees", lambda x, w, b: F.conv_transpose1d(x, w, b, 4), [(1, 2, 3), (2, 3, 2), (3,)]),
]
POOLINGS = [
    ("max_pool2d", lambda x: F.max_pool2d(x, 2), [(2, 3, 7, 6)]),
    ("overlapping maxima", lambda x: F.max_pool2d(x, 3, 2, 1), [(2, 3, 8, 7)]),
    ("dilated maxima", lambda x: F.max_pool2d(x, (2, 3), 1, (1, 2), 2), [(3, 9, 8)]),
    ("maxima with a cut window", lambda x: F.max_pool1d(x, 3, 2, 0, 1, True), [(2, 3, 8)]),
    ("max_pool3d", lambda x: F.max_pool3d(x, 2, 1), [(1, 2, 3, 4, 5)]),
    ("window sums", lambda x: F.avg_pool2d(x, 3, 1, 1, divisor_override=1), [(2, 3, 5, 6)]),
    ("avg_pool2d", lambda x: F.avg_pool2d(x, 2), [(2, 3, 6, 5)]),
    ("avg_pool1d of what is inside", lambda x: F.avg_pool1d(x, 4, 3, 2, True, False), [(2, 2, 9)]),
    ("avg_pool3d", lambda x: F.avg_pool3d(x, (1, 2, 2), (2, 1, 3)), [(2, 1, 4, 5, 6)]),
]
ROWS = CONVOLUTIONS + POOLINGS
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
    """No two are near each other, so that the largest is the same one in every dtype."""
    count = pyrite.Size(shape).numel()
    order = pyrite.randperm(count, generator=pyrite.Generator().manual_seed(seed))
    return ((order % 199 - 99) / 64).reshape(shape)


def dispatches():
    pyrite.cuda.synchronize()
    return pyrite.cuda.memory_stats()["dispatches"]


def assert_near(actual, expected, dtype):
    assert actual.shape == expected.shape
    assert (actual - expected).abs().max() <= TOLERANCE[dtype] * (1 + expected.abs().max())


def taken(function, arguments):
    """The result of a function, the gradients of a weighted sum of it, and the weights."""
    out = function(*arguments)
    weights = numbers(out.shape, 99).to(out).requires_grad_()
    return [out, *pyrite.autograd.grad(out, arguments, weights, create_graph=True), weights]


@needs_gpu
@pytest.mark.parametrize("dtype", list(TOLERANCE), ids=str)
@pytest.mark.parametrize("view", [dense, turned, stepped])
@pytest.mark.parametrize(("name", "function", "shapes"), ROWS, ids=[row[0] for row in ROWS])
def test_values_and_gradients(name, function, shapes, view, dtype):
    given = [numbers(shape, seed).to(dtype) for seed, shape in enumerate(shapes)]
    expected = taken(function, [x.float().requires_grad_() for x in given])
    actual = taken(function, [view(x.cuda()).requires_grad_() for x in given])
    for e, a in zip(expected, actual, strict=True):
        assert a.dtype is dtype
        assert_near(a.detach().cpu().float(), e.detach(), dtype)


@needs_gpu
@pytest.mark.parametrize(("name", "function", "shapes"), ROWS, ids=[row[0] for row in ROWS])
def test_second_gradients(name, function, shapes):
    results = []
    for device in ("cpu", "cuda"):
        arguments = [numbers(shape, seed).to(device).requires_grad_() for seed, shape in enumerate(shapes)]
        _, *first, weights = taken(function, arguments)
        total = sum((g * numbers(g.shape, 7).to(device)).sum() for g in first)
        results.append(pyrite.autograd.grad(total, [*arguments, weights], allow_unused=True))
    assert results[1][-1] is not None
    for e, a in zip(*results, strict=True):
        assert (e is None) == (a is None)
        if e is not None:
            assert_near(a.cpu(), e, pyrite.float32)


@needs_gpu
@pytest.mark.parametrize(("name", "function", "shapes"), CONVOLUTIONS, ids=[row[0] for row in CONVOLUTIONS])
def test_a_convolution_and_its_bias_take_one_dispatch_and_so_does_each_gradient(name, function, shapes):
    arguments = [numbers(shape, seed).cuda().requires_grad_() for seed, shape in enumerate(shapes)]
    before = dispatches()
    out = function(*arguments)
    assert dispatches() == before + 1
    weights = numbers(out.shape, 99).cuda()
    before = dispatches()
    gradients = pyrite.autograd.grad(out, arguments, weights)
    assert [g.shape for g in gradients] == [x.shape for x in arguments]
    assert dispatches() <= before + 3 + (name == "a long sum for the weight")


@needs_gpu
@pytest.mark.parametrize(("name", "function", "shapes"), POOLINGS[:5], ids=[row[0] for row in POOLINGS[:5]])
def test_the_largest_take_one_dispatch_and_so_does_its_gradient(name, function, shapes):
    x = numbers(shapes[0], 0).cuda().requires_grad_()
    before = dispatches()
    out = function(x)
    assert dispatches() == before + 1
    weights = numbers(out.shape, 99).cuda()
    before = dispatches()
    pyrite.autograd.grad(out, x, weights)
    assert dispatches() == before + 1


@needs_gpu
@pytest.mark.parametrize(
    "values",
    [
        [float("nan"), 1.0, 2.0, 3.0],
        [1.0, float("nan"), float("nan"), 3.0],
        [-float("inf")] * 4,
        [float("inf"), float("inf"), 0.0, 1.0],
        [2.0, 2.0, 2.0, 2.0],
        [-0.0, 0.0, 0.0, -0.0],
    ],
)
@pytest.mark.parametrize("padding", [0, 1])
def test_maxima_of_what_is_not_finite_and_of_equals(values, padding):
    results = []
    for device in ("cpu", "cuda"):
        x = pyrite.tensor([[values]], device=device).requires_grad_()
        out, places = F.max_pool1d(x, 3, 1, padding, return_indices=True)
        (g,) = pyrite.autograd.grad(out, x, pyrite.ones_like(out))
        results.append((out.detach().cpu(), places.cpu(), g.cpu()))
    for expected, actual in zip(*results, strict=True):
        assert pyrite.allclose(actual, expected, equal_nan=True)


@needs_gpu
def test_convolutions_carry_nan_and_infinity():
    x = pyrite.tensor([[[1.0, float("inf"), 2.0, float("nan"), 3.0, 4.0]]])
    w = pyrite.tensor([[[1.0, -1.0]]])
    assert pyrite.allclose(F.conv1d(x.cuda(), w.cuda()).cpu(), F.conv1d(x, w), equal_nan=True)


@needs_gpu
def test_empty_batches_and_other_dtypes_take_the_composite():
    w = numbers((2, 3, 3, 3), 1)
    assert F.conv2d(pyrite.zeros(0, 3, 5, 5).cuda(), w.cuda()).shape == (0, 2, 3, 3)
    x = pyrite.arange(32).reshape(1, 2, 4, 4)
    assert F.max_pool2d(x.cuda(), 2).tolist() == F.max_pool2d(x, 2).tolist()


@needs_gpu
def test_gradients_of_overlapping_windows_are_the_same_every_time():
    x, w = numbers((4, 8, 17, 17), 0).cuda().requires_grad_(), numbers((8, 8, 3, 3), 1).cuda().requires_grad_()
    for function in (lambda: F.conv2d(x, w, stride=2), lambda: F.max_pool2d(x, 3, 1)):
        first, again = (pyrite.autograd.grad(function().sum(), x)[0].tolist() for _ in range(2))
        assert first == again


@needs_gpu
def test_operands_on_two_devices_are_refused():
    with pytest.raises(RuntimeError, match="same device"):
        F.conv2d(numbers((1, 1, 4, 4), 0).cuda(), numbers((1, 1, 2, 2), 0))
