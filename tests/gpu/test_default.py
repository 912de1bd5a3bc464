"""Scripts that name the GPU once: everything they make is there, and what they make on the CPU still works."""

import pytest
from needs import needs_gpu
from test_default_device import HERE, KEPT, MOVED

import pyrite
from pyrite import nn

pytestmark = needs_gpu


@pytest.mark.parametrize("name", MOVED)
def test_constructors_make_what_they_make_there(name):
    with pyrite.device("cuda"):
        assert MOVED[name]().device == pyrite.get_default_device() == pyrite.device("cuda", 0)


@pytest.mark.parametrize("name", KEPT)
def test_what_has_a_place_of_its_own_stays(name):
    with pyrite.device("cuda"):
        assert KEPT[name]().device.type == "cpu"


def test_data_and_outputs_stay_where_they_are():
    there = HERE.to("cuda")
    assert pyrite.tensor(there).is_cuda and pyrite.as_tensor(there).is_cuda and there.new_zeros(1).is_cuda
    assert pyrite.zeros(2, out=pyrite.empty(2, device="cuda")).is_cuda
    with pytest.raises(RuntimeError, match=r"device type cpu does not match device type of out parameter \(cuda\)"):
        pyrite.zeros(2, out=there, device="cpu")


def test_training_by_default_there():
    with pyrite.device("cuda"):
        pyrite.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.GELU(), nn.Dropout(0.1), nn.Linear(4, 2))
        optimizer = pyrite.optim.AdamW(model.parameters())
        x, y = pyrite.randn(8, 3), pyrite.randint(2, (8,))
        before = model[0].weight.detach().clone()
        nn.functional.cross_entropy(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        assert model[0].weight.is_cuda and (model[0].weight != before).any()
