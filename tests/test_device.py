"""The GPU through PyTorch's words.

Without a GPU only the refusals are tested; ``PYRITE_GPU_SOFTWARE=1`` lets a software adapter stand in for one.
"""

import pytest

import pyrite

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
