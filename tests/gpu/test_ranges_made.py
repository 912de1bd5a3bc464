"""Ranges that the GPU makes: whole numbers and halves of linspace are the CPU's, other floats count in their dtype."""

import pytest
from needs import needs_gpu
from test_ranges import KNOWN

import pyrite

pytestmark = needs_gpu


@pytest.mark.parametrize(("name", "dtype", "args"), [row[:3] for row in KNOWN])
def test_numbers(name, dtype, args):
    d = getattr(pyrite, dtype)
    wanted = getattr(pyrite, name)(*args, dtype=d)
    made = getattr(pyrite, name)(*args, dtype=d, device="cuda")
    assert made.is_cuda
    if d.is_floating_point and (name == "arange" or d.itemsize >= 4):
        scale = max(map(abs, args[:2]))
        assert (made.cpu().double() - wanted.double()).abs().max() <= 2 * pyrite.finfo(d).eps * scale
    else:
        assert made.cpu().equal(wanted)


def test_pairs_of_words_wrap_as_integers_do():
    args = (-(2**62), 2**62, 2**40 + 7)
    assert pyrite.arange(*args, device="cuda").cpu().equal(pyrite.arange(*args))


def test_each_is_one_kernel():
    for make in (pyrite.arange, lambda n, **o: pyrite.linspace(0, 1, n, **o)):
        before = pyrite.cuda.memory_stats()["dispatches"]
        make(100, device="cuda")
        assert pyrite.cuda.memory_stats()["dispatches"] == before + 1, "not made on the host"
