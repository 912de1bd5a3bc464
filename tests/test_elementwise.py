"""Elementwise operators: values against NumPy in every float dtype, views, gradients, broadcasting, and PyTorch's
refusals."""

import numpy as np
import pytest
from checks import TOLERANCE, check_gradient, check_second_gradient, check_values, check_views
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from samples import ELEMENTWISE

import pyrite

DIFFERENTIABLE = [s for s in ELEMENTWISE if s.differentiable]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("sample", ELEMENTWISE, ids=str)
def test_values(sample, dtype):
    check_values(sample, dtype)


@pytest.mark.parametrize("sample", ELEMENTWISE, ids=str)
def test_views(sample):
    check_views(sample)


@pytest.mark.parametrize("sample", DIFFERENTIABLE, ids=str)
def test_gradient(sample):
    check_gradient(sample)


@pytest.mark.parametrize("sample", DIFFERENTIABLE, ids=str)
def test_second_gradient(sample):
    check_second_gradient(sample)


@given(
    arrays.mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=4).flatmap(
        lambda shapes: st.tuples(
            *(arrays.arrays(np.int64, shape, elements=st.integers(-9, 9)) for shape in shapes.input_shapes)
        )
    )
)
def test_broadcasting_is_numpys(inputs):
    x, y, z = inputs
    a, b, c = map(pyrite.tensor, inputs)
    np.testing.assert_array_equal((a * b - c).numpy(), x * y - z)
    np.testing.assert_array_equal(pyrite.where(a > b, b, c).numpy(), np.where(x > y, y, z))


@given(
    arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3).map(lambda shapes: shapes.input_shapes)
)
def test_broadcast_gradients_have_the_inputs_shapes(shapes):
    x, y = (pyrite.ones(shape, requires_grad=True) for shape in shapes)
    (x * y).sum().backward()
    count = np.broadcast(np.empty(shapes[0]), np.empty(shapes[1])).size
    for t in (x, y):
        assert t.grad.shape == t.shape
        np.testing.assert_array_equal(t.grad.numpy(), np.full(t.shape, count / max(t.numel(), 1), np.float32))


@pytest.mark.parametrize("name", ["floor_divide", "remainder", "fmod"])
def test_division_of_integers_by_zero(name):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        getattr(pyrite, name)(pyrite.tensor([1, 2]), pyrite.tensor([1, 0]))


@pytest.mark.parametrize("name", ["floor_divide", "remainder", "fmod", "pow"])
@pytest.mark.parametrize("dtype", [pyrite.int8, pyrite.int64, pyrite.float32])
def test_signs_of_division(name, dtype):
    x, y = np.array([-7, -7, 7, 7, 5]), np.array([2, 3, 2, 3, 1])
    reference = {"floor_divide": np.floor_divide, "remainder": np.mod, "fmod": np.fmod, "pow": np.power}[name]
    got = getattr(pyrite, name)(pyrite.tensor(x).to(dtype), pyrite.tensor(y).to(dtype))
    want = reference(x.astype(got.numpy().dtype), y.astype(got.numpy().dtype))
    np.testing.assert_array_equal(got.numpy(), want)


def refusals():
    t, bools, whole = pyrite.tensor([1.0]), pyrite.tensor([True]), pyrite.tensor([1])
    return [
        (lambda: bools - bools, RuntimeError),
        (lambda: t - bools, RuntimeError),
        (lambda: -bools, RuntimeError),
        (lambda: +pyrite.positive(bools), RuntimeError),
        (lambda: pyrite.exp(2.0), TypeError),
        (lambda: pyrite.maximum(t, 2), TypeError),
        (lambda: pyrite.eq(2, t), TypeError),
        (lambda: pyrite.pow(2, 3), TypeError),
        (lambda: whole**-1, RuntimeError),
        (lambda: pyrite.add(whole, whole, alpha=0.5), RuntimeError),
        (lambda: whole.add_(1.5), RuntimeError),
        (lambda: pyrite.isclose(t, whole), RuntimeError),
        (lambda: pyrite.lerp(t, t.double(), 0.5), RuntimeError),
        (lambda: pyrite.clamp(t), RuntimeError),
        (lambda: pyrite.div(t, t, rounding_mode="up"), RuntimeError),
        (lambda: bools // bools, NotImplementedError),
        (lambda: t << 1, NotImplementedError),
    ]


@pytest.mark.parametrize("number", range(17))
def test_refusals_are_pytorchs(number):
    call, error = refusals()[number]
    with pytest.raises(error):
        call()


def test_ties_share_the_gradient():
    x, y = (pyrite.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    pyrite.maximum(x, y).sum().backward()
    assert x.grad.tolist() == y.grad.tolist() == [0.5, 0.5]


def test_out_and_method_and_in_place_agree():
    x = pyrite.tensor([0.5, 1.5])
    want, out = pyrite.exp(x), pyrite.empty(2)
    assert pyrite.exp(x, out=out) is out
    assert out.tolist() == want.tolist() == x.exp().tolist()
    assert x.exp_() is x
    assert x.tolist() == want.tolist()
