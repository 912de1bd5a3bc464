"""The GPU through PyTorch's words: the same programs give the CPU's results with only the device changed.

Without a GPU only the refusals are tested; ``PYRITE_GPU_SOFTWARE=1`` lets a software adapter stand in for one.
"""

import copy

import pytest

import pyrite
import pyrite.nn.functional as F
from pyrite import nn

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")


def test_a_missing_gpu_is_explained():
    if pyrite.cuda.is_available():
        assert pyrite.cuda.device_count() == 1 and pyrite.cuda.get_device_name()
        return
    assert pyrite.cuda.device_count() == 0
    with pytest.raises(RuntimeError, match="is not available"):
        pyrite.zeros(2, device="cuda")


@pytest.mark.parametrize("where", ["nowhere", "cuda:x", "cpu:cpu"])
def test_what_is_no_device_is_refused(where):
    with pytest.raises(RuntimeError):
        pyrite.zeros(2, device=where)


@needs_gpu
def test_tensors_say_where_they_are():
    x = pyrite.arange(3.0).to("cuda")
    assert str(x.device) == "cuda:0" and x.is_cuda and not x.cpu().is_cuda
    assert repr(x) == "tensor([0., 1., 2.], device='cuda:0')"
    assert pyrite.zeros_like(x).device == (x + 1).device == x.device
    with pytest.raises(TypeError, match="convert cuda:0 device type tensor to numpy"):
        x.numpy()


@needs_gpu
def test_views_of_nothing_move():
    x = pyrite.ones(0, 10, 6, device="cuda")[..., ::2]
    assert x.cpu().shape == (0, 10, 3) and x.cpu().to("cuda").is_cuda


@needs_gpu
def test_devices_do_not_mix():
    x = pyrite.ones(2, 2, device="cuda")
    for use in (lambda: x + pyrite.ones(2, 2), lambda: x @ pyrite.ones(2, 2)):
        with pytest.raises(RuntimeError, match="same device"):
            use()
    assert (x + pyrite.tensor(2.0)).cpu().tolist() == [[3.0, 3.0], [3.0, 3.0]]


@needs_gpu
@pytest.mark.parametrize("shape", [(4,), (5,), (3, 5), (2, 3, 7)])
@pytest.mark.parametrize("dtype", [pyrite.bool, pyrite.uint8, pyrite.float16, pyrite.int64, pyrite.float32])
def test_partial_writes_leave_their_neighbours(shape, dtype):
    x = (pyrite.arange(pyrite.Size(shape).numel()) % 3 == 0).reshape(shape).to(dtype)
    y = x.cuda()
    for change in (lambda t: pyrite.roll(t, 1, 0), lambda t: pyrite.cat([t[1:], t[:1]])):
        assert pyrite.equal(change(y).cpu(), change(x))
    for t in (x, y):
        t[:1] = 1
    assert pyrite.equal(y.cpu(), x)


@needs_gpu
def test_a_bad_index_is_raised_and_the_device_goes_on():
    x = pyrite.arange(5.0, device="cuda")
    with pytest.raises(IndexError):
        x[pyrite.tensor([7], device="cuda")].cpu()
    assert x.sum().item() == 10


@needs_gpu
def test_a_chain_is_one_kernel():
    x = pyrite.rand(10_000).cuda()
    x.cpu()
    before = pyrite.cuda.memory_stats()["dispatches"]
    y = x
    for _ in range(5):
        y = (y * 1.5 + x).tanh()
    y.cpu()
    assert pyrite.cuda.memory_stats()["dispatches"] - before == 1


@needs_gpu
@pytest.mark.parametrize("optimizer", [pyrite.optim.Adam, pyrite.optim.AdamW, pyrite.optim.SGD, pyrite.optim.RMSprop])
def test_an_optimizer_steps_over_all_parameters_at_once(optimizer):
    model = nn.Sequential(*(layer for k in range(8) for layer in (nn.Linear(8 + k, 9 + k), nn.ReLU())))
    twin = copy.deepcopy(model).cuda()
    few = 4 * max(1, 16 // pyrite.cuda.get_device_properties().limits["buffers_of_a_kernel"])
    steps = [optimizer(m.parameters(), lr=0.01) for m in (model, twin)]
    for _ in range(3):
        for m, step in zip((model, twin), steps):
            for k, p in enumerate(m.parameters()):
                p.grad = (p.detach() + k).sin()
            pyrite.cuda.synchronize()
            before = pyrite.cuda.memory_stats()["dispatches"]
            step.step()
        assert pyrite.cuda.memory_stats()["dispatches"] - before <= few
    for p, q in zip(model.parameters(), twin.parameters()):
        assert pyrite.allclose(p, q.cpu(), atol=1e-6)


def two_matrices(device):
    pyrite.manual_seed(0)
    x, y = pyrite.randn(8, 20).to(device), pyrite.randn(8, 3).to(device)
    w1 = pyrite.randn(20, 10).to(device).requires_grad_()
    w2 = pyrite.randn(10, 3).to(device).requires_grad_()
    losses = []
    for _ in range(20):
        loss = (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()
        losses.append(loss.item())
        loss.backward()
        with pyrite.no_grad():
            for w in (w1, w2):
                w -= 1e-4 * w.grad
                w.grad.zero_()
    return losses


def convolutional(device):
    pyrite.manual_seed(1)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10)
    ).to(device)
    optimizer = pyrite.optim.Adam(model.parameters(), lr=1e-2)
    x, y = pyrite.randn(16, 1, 8, 8).to(device), pyrite.randint(0, 10, (16,)).to(device)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@needs_gpu
@pytest.mark.parametrize("program", [two_matrices, convolutional])
def test_training_gives_the_results_of_the_cpu(program):
    assert program("cuda") == pytest.approx(program("cpu"), rel=2e-3)
