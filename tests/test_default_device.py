"""Default devices: what follows one, what does not, and the options that all constructors share."""

import threading

import numpy as np
import pytest

import pyrite
from pyrite import nn

MOVED = {
    "empty": lambda: pyrite.empty(2),
    "zeros": lambda: pyrite.zeros(size=(2,)),
    "ones": lambda: pyrite.ones(2),
    "full": lambda: pyrite.full((2,), 1.0),
    "scalar_tensor": lambda: pyrite.scalar_tensor(1.0),
    "eye": lambda: pyrite.eye(2),
    "empty_strided": lambda: pyrite.empty_strided((2,), (1,)),
    "empty_permuted": lambda: pyrite.empty_permuted((2,), (0,)),
    "arange": lambda: pyrite.arange(3),
    "linspace": lambda: pyrite.linspace(0, 1, 3),
    "logspace": lambda: pyrite.logspace(0, 1, 3),
    "tril_indices": lambda: pyrite.tril_indices(2, 2),
    "triu_indices": lambda: pyrite.triu_indices(2, 2),
    "rand": lambda: pyrite.rand(2),
    "randn": lambda: pyrite.randn(2),
    "randint": lambda: pyrite.randint(3, (2,)),
    "randperm": lambda: pyrite.randperm(3),
    "tensor": lambda: pyrite.tensor([1]),
    "tensor of a tensor": lambda: pyrite.tensor(pyrite.ones(1, device="cpu")),
    "as_tensor": lambda: pyrite.as_tensor([1]),
    "as_tensor of an array": lambda: pyrite.as_tensor(np.ones(2)),
    "as_tensor of a tensor": lambda: pyrite.as_tensor(pyrite.ones(1, device="cpu")),
    "asarray": lambda: pyrite.asarray(np.ones(2)),
    "window": lambda: pyrite.signal.windows.hann(3),
    "parameter": lambda: nn.Linear(2, 2).weight,
    "buffer": lambda: nn.BatchNorm1d(2).num_batches_tracked,
}

KEPT = {
    "from_numpy": lambda: pyrite.from_numpy(np.ones(2)),
    "frombuffer": lambda: pyrite.frombuffer(bytearray(8), dtype=pyrite.float32),
    "Tensor": lambda: pyrite.Tensor([1.0, 2.0]),
    "FloatTensor": lambda: pyrite.FloatTensor([1.0, 2.0]),
    "normal": lambda: pyrite.normal(0.0, 1.0, (2,)),
    "add": lambda: pyrite.add(2, 3),
    "zeros_like": lambda: pyrite.zeros_like(HERE),
    "new_zeros": lambda: HERE.new_zeros(2),
    "new_tensor": lambda: HERE.new_tensor([1]),
    "index": lambda: HERE[[0, 1]],
    "interpolate": lambda: nn.functional.interpolate(HERE.reshape(1, 1, 2), 3),
    "block_diag": lambda: pyrite.block_diag(HERE, HERE),
    "device": lambda: pyrite.zeros(2, device="cpu"),
    "Generator": lambda: pyrite.Generator(),
}

HERE = pyrite.ones(2)


def refused(function) -> bool:
    """Whether a constructor wants a device that no backend is: it followed the default one."""
    try:
        function()
    except NotImplementedError as error:
        return "device 'meta' is not built" in str(error)
    return False


@pytest.mark.parametrize("name", MOVED)
def test_constructors_follow_the_default_device(name):
    with pyrite.device("meta"):
        assert refused(MOVED[name])
    assert MOVED[name]().device.type == "cpu"


@pytest.mark.parametrize("name", KEPT)
def test_what_has_a_place_of_its_own_stays(name):
    with pyrite.device("meta"):
        assert KEPT[name]().device.type == "cpu"


def test_blocks_nest_and_end_with_errors():
    with pyrite.device("meta") as outer:
        assert outer == pyrite.device("meta")
        with pytest.raises(KeyError), pyrite.device("cpu"):
            assert pyrite.get_default_device() == pyrite.device("cpu")
            assert pyrite.zeros(1).device.type == "cpu"
            raise KeyError
        assert refused(lambda: pyrite.zeros(1))
    assert pyrite.zeros(1).device.type == "cpu"


def test_set_default_device():
    pyrite.set_default_device("meta")
    try:
        assert refused(lambda: pyrite.zeros(1))
        seen = []
        thread = threading.Thread(target=lambda: seen.append(pyrite.zeros(1).device.type))
        thread.start()
        thread.join()
        assert seen == ["cpu"], "the default device is the thread's"
    finally:
        pyrite.set_default_device(None)
    assert pyrite.get_default_device() == pyrite.device("cpu")
    with pyrite.device("cpu"):
        pyrite.set_default_device("meta")
        assert refused(lambda: pyrite.zeros(1))
    assert pyrite.zeros(1).device.type == "cpu"
    with pytest.raises(RuntimeError, match="Expected one of"):
        pyrite.set_default_device("foo")
    with pytest.raises(TypeError):
        pyrite.set_default_device(1.5)


def test_loaders_draw_on_the_cpu():
    # PyTorch's samplers fail there, since their generator is the CPU's.
    loader = pyrite.utils.data.DataLoader(pyrite.utils.data.TensorDataset(HERE), shuffle=True)
    with pyrite.device("meta"):
        assert sum(len(batch) for (batch,) in loader) == 2
        assert len(pyrite.utils.data.random_split([1, 2, 3], [1, 2])) == 2


CONSTRUCTORS = {
    "zeros": lambda **o: pyrite.zeros(2, **o),
    "full": lambda **o: pyrite.full((2,), 1.0, **o),
    "eye": lambda **o: pyrite.eye(2, **o),
    "arange": lambda **o: pyrite.arange(2.0, **o),
    "linspace": lambda **o: pyrite.linspace(0, 1, 2, **o),
    "rand": lambda **o: pyrite.rand(2, **o),
    "hann": lambda **o: pyrite.signal.windows.hann(2, **o),
    "tensor": lambda **o: pyrite.tensor([1.0, 2.0], **o),
    "zeros_like": lambda **o: pyrite.zeros_like(HERE, **o),
    "new_ones": lambda **o: HERE.new_ones(2, **o),
}


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_options(name):
    make = CONSTRUCTORS[name]
    made = make(dtype=pyrite.float64, device="cpu", layout=pyrite.strided, requires_grad=True, pin_memory=False)
    assert made.dtype == pyrite.float64 and made.requires_grad
    assert not make(dtype=None, device=None).requires_grad
    with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'foo'"):
        make(foo=1)
    with pytest.raises(TypeError, match=r"argument 'requires_grad' must be bool, not int"):
        make(requires_grad=1)
    with pytest.raises(TypeError):
        make(dtype=3)


def test_options_must_fit_out():
    for make in (CONSTRUCTORS[name] for name in ("zeros", "full", "eye", "arange", "linspace", "rand")):
        out = pyrite.empty(0, dtype=pyrite.float64)
        assert make(out=out) is out and out.numel() > 0 and out.dtype == pyrite.float64
        with pytest.raises(RuntimeError, match=r"dtype Float does not match dtype of out parameter \(Double\)"):
            make(out=out, dtype=pyrite.float32)
    with pyrite.device("meta"), pytest.raises(NotImplementedError):
        pyrite.zeros(2, out=HERE)
