"""Layers on the GPU that have kernels of their own: what their composites give on the CPU, in few dispatches."""

import pytest

import pyrite
from pyrite import nn
from pyrite.nn import functional as F

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")

RESAMPLED = {
    "nearest": lambda x: F.interpolate(x, (9, 5)),
    "nearest-exact": lambda x: F.interpolate(x, scale_factor=(0.6, 1.7), mode="nearest-exact"),
    "bilinear": lambda x: F.interpolate(x, (13, 4), mode="bilinear"),
    "bilinear, aligned": lambda x: F.interpolate(x, (3, 11), mode="bilinear", align_corners=True),
    "bilinear, antialias": lambda x: F.interpolate(x, (3, 4), mode="bilinear", antialias=True),
    "bicubic": lambda x: F.interpolate(x, scale_factor=2, mode="bicubic"),
    "linear": lambda x: F.interpolate(x.flatten(2), 5, mode="linear"),
    "trilinear": lambda x: F.interpolate(x.reshape(2, 3, 1, 7, 6), (2, 5, 9), mode="trilinear"),
    "area": lambda x: F.interpolate(x, (3, 4), mode="area"),
    "adaptive means": lambda x: F.adaptive_avg_pool2d(x, (3, 6)),
    "adaptive means of a line": lambda x: F.adaptive_avg_pool1d(x.flatten(2), 5),
    "adaptive means of one image": lambda x: F.adaptive_avg_pool2d(x[0], (5, 4)),
    "even means": lambda x: F.adaptive_avg_pool2d(x, (7, 3)),
    "one mean": lambda x: F.adaptive_avg_pool2d(x, 1),
}


def numbers(*shape):
    return pyrite.randn(*shape, generator=pyrite.Generator().manual_seed(sum(shape)))


def turned(x):
    return x.permute(*reversed(range(x.dim()))).contiguous().permute(*reversed(range(x.dim())))


def dispatches():
    pyrite.cuda.synchronize()
    return pyrite.cuda.memory_stats()["dispatches"]


@needs_gpu
@pytest.mark.parametrize("dtype", [pyrite.float32, pyrite.float16, pyrite.bfloat16], ids=str)
@pytest.mark.parametrize("view", [lambda x: x, turned], ids=["dense", "turned"])
@pytest.mark.parametrize("row", RESAMPLED)
def test_resampling_gives_what_the_composite_gives(row, view, dtype):
    tolerance = {pyrite.float32: 2e-6, pyrite.float16: 2e-3, pyrite.bfloat16: 2e-2}[dtype]
    results = []
    for device in ("cpu", "cuda"):
        x = view(numbers(2, 3, 7, 6).to(dtype).to(device)).requires_grad_()
        y = RESAMPLED[row](x)
        (slope,) = pyrite.autograd.grad(y, x, numbers(*y.shape).to(dtype).to(device))
        results.append([t.detach().cpu().float() for t in (y, slope)])
    for expected, actual in zip(*results):
        assert actual.shape == expected.shape
        assert pyrite.allclose(actual, expected, rtol=10 * tolerance, atol=tolerance)


@needs_gpu
def test_interpolation_is_one_dispatch_each_way():
    def step():
        x = numbers(2, 3, 7, 6).cuda().requires_grad_()
        before = dispatches()
        y = F.interpolate(x, (13, 4), mode="bicubic")
        between = dispatches()
        g = pyrite.ones_like(y)
        g.data_ptr()
        after = dispatches()
        pyrite.autograd.grad(y, x, g)
        return between - before, dispatches() - after

    step()
    assert step() == (1, 1)


@pytest.mark.parametrize("row", RESAMPLED)
def test_the_adjoint_of_resampling(row):
    x = numbers(2, 3, 7, 6).double().requires_grad_()
    assert pyrite.autograd.gradcheck(RESAMPLED[row], (x,))
    assert pyrite.autograd.gradgradcheck(RESAMPLED[row], (x,))


def test_what_is_not_read_does_not_spoil_a_gradient():
    x = pyrite.ones(1, 1, 5).requires_grad_()
    (slope,) = pyrite.autograd.grad(F.adaptive_avg_pool1d(x, 3), x, pyrite.tensor([[[float("inf"), 1.0, 1.0]]]))
    assert slope.isfinite().tolist() == [[[False, False, True, True, True]]]


@needs_gpu
@pytest.mark.parametrize("dtype", [pyrite.float32, pyrite.float16], ids=str)
@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_recurrent_layers(kind, dtype):
    tolerance = 1e-5 if dtype is pyrite.float32 else 2e-2
    layer, results = kind(5, 6, bidirectional=True), []
    x = numbers(4, 3, 5)
    for device in ("cpu", "cuda"):
        layer.to(device).to(dtype if device == "cuda" else pyrite.float32).zero_grad()
        given = x.detach().to(device).to(next(layer.parameters()).dtype).requires_grad_()
        y, state = layer(given)
        (y.square().sum() + sum(s.sum() for s in state)).backward()
        results.append([t.detach().cpu().float() for t in (y, given.grad, *(p.grad for p in layer.parameters()))])
    for expected, actual in zip(*results):
        assert pyrite.allclose(actual, expected, rtol=10 * tolerance, atol=10 * tolerance)


@needs_gpu
@pytest.mark.parametrize("dtype", [pyrite.float32, pyrite.bfloat16, pyrite.int32, pyrite.uint8, pyrite.bool], ids=str)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_small_tensors_are_joined_in_few_dispatches(axis, dtype):
    sizes = [3, 1, 4, 0, 2, 2, 5, 3, 1, 2]
    parts = [numbers(*(n if i == axis else 3 for i in range(3))).mul(9).abs().to(dtype) for n in sizes]
    given = [turned(part.cuda()) for part in parts]
    for part in given:
        part.data_ptr()
    before = dispatches()
    out = pyrite.cat([part for part in given if part.numel()], axis)
    assert dispatches() - before == 2
    assert pyrite.equal(out.cpu(), pyrite.cat(parts, axis))
    assert pyrite.equal(pyrite.cat(given, axis).cpu(), pyrite.cat(parts, axis))


@needs_gpu
@pytest.mark.parametrize("cell", [nn.LSTMCell, nn.GRUCell])
def test_gradients_of_gradients_of_cells(cell):
    cell, results = cell(3, 4), []
    for device in ("cpu", "cuda"):
        cell.to(device)
        x = numbers(2, 3).to(device).requires_grad_()
        out = cell(x)
        out = out[0] + out[1] if isinstance(out, tuple) else out
        (slope,) = pyrite.autograd.grad(out.square().sum(), x, create_graph=True)
        results.append([slope.detach(), *pyrite.autograd.grad(slope.square().sum(), x)])
    for expected, actual in zip(*results):
        assert pyrite.allclose(actual.cpu(), expected, rtol=1e-4, atol=1e-5)
