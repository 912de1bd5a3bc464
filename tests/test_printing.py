"""Printed tensors are PyTorch's to the letter: tests/data/printing.txt holds what it printed."""

import doctest
from pathlib import Path

import pytest

import pyrite
from pyrite import printing

EXAMPLES = doctest.DocTestParser().get_examples((Path(__file__).parent / "data" / "printing.txt").read_text())


@pytest.fixture(autouse=True)
def default_options():
    yield
    pyrite.set_printoptions(profile="default")


def shown(**options):
    """Two tensors as they are printed under `options`."""
    pyrite.set_printoptions(**options)
    table = pyrite.tensor([[-1.0, 356.357, 713.71, 1071.0], [1428.4286, 1785.7856, 2143.125, 2500.5]])
    return f"{table!r}\n{pyrite.tensor(7.0)!r}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.source.strip())
def test_printed_as_by_pytorch(example):
    made = {name: getattr(pyrite, name) for name in ("tensor", "empty", "arange", "ones", "zeros", "linspace")}
    printed = eval(example.source, made | {"pyrite": pyrite, "shown": shown})
    text = printed if isinstance(printed, str) else repr(printed)
    assert text + "\n" == example.want.replace("<BLANKLINE>", "")


def test_str_is_repr():
    x = pyrite.arange(3)
    assert str(x) == repr(x) == f"{x}" == "tensor([0, 1, 2])"


def test_a_parameter_prints_as_its_tensor():
    parameter = pyrite.nn.Parameter(pyrite.ones(2))
    assert repr(parameter) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"


def test_a_subclass_prints_under_its_name():
    class Angles(pyrite.Tensor):
        pass

    assert repr(pyrite.zeros(2).as_subclass(Angles)) == "Angles([0., 0.])"


def test_default_dtype_decides_what_is_said():
    pyrite.set_default_dtype(pyrite.float64)
    try:
        assert repr(pyrite.ones(1)) == "tensor([1.])"
        assert repr(pyrite.ones(1, dtype=pyrite.float32)) == "tensor([1.], dtype=pyrite.float32)"
        assert repr(pyrite.ones(1, dtype=pyrite.complex128)) == "tensor([1.+0.j])"
    finally:
        pyrite.set_default_dtype(pyrite.float32)


def test_options_are_kept_and_given_back():
    pyrite.set_printoptions(precision=2, linewidth=60, sci_mode=False)
    held = printing.get_printoptions()
    assert held == {"precision": 2, "threshold": 1000, "edgeitems": 3, "linewidth": 60, "sci_mode": False}
    pyrite.set_printoptions(edgeitems=2)
    assert printing.get_printoptions() == held | {"edgeitems": 2, "sci_mode": None}
    pyrite.set_printoptions(**held)
    assert printing.get_printoptions() == held


def test_printing_records_nothing():
    x = pyrite.linspace(0, 1, 3000, requires_grad=True)
    repr(x)
    x.sum().backward()
    assert x.grad.tolist() == [1.0] * 3000


@pytest.mark.parametrize(
    ("value", "spec", "text"), [(3.14159, ".2f", "3.14"), (7, "04d", "0007"), (2.5, "", "2.5"), (True, "", "True")]
)
def test_format_of_a_number(value, spec, text):
    assert format(pyrite.tensor(value), spec) == text


def test_format_of_more_than_a_number():
    x = pyrite.ones(2)
    assert format(x, "") == repr(x)
    with pytest.raises(TypeError, match="unsupported format string"):
        format(x, ".2f")
