"""Reductions, scans, sorts and statistics: values against NumPy, views, gradients, ties, empty tensors, named
results."""

import math

import numpy as np
import pytest
from checks import check_gradient, check_second_gradient, check_values, check_views
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from samples import REDUCE

import pyrite

DIFFERENTIABLE = [s for s in REDUCE if s.differentiable]
INTEGERS = arrays.arrays(np.int64, arrays.array_shapes(max_dims=3, max_side=5), elements=st.integers(-3, 3))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sample", REDUCE, ids=str)
def test_values(sample, dtype):
    check_values(sample, dtype)


@pytest.mark.parametrize("sample", REDUCE, ids=str)
def test_views(sample):
    check_views(sample)


@pytest.mark.parametrize("sample", DIFFERENTIABLE, ids=str)
def test_gradient(sample):
    check_gradient(sample)


@pytest.mark.parametrize("sample", DIFFERENTIABLE, ids=str)
def test_second_gradient(sample):
    check_second_gradient(sample)


@given(INTEGERS, st.data())
def test_sorts_and_extremes_of_integers(x, data):
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    t = pyrite.tensor(x)
    values, places = t.sort(dim)
    np.testing.assert_array_equal(values.numpy(), np.sort(x, dim))
    np.testing.assert_array_equal(places.numpy(), np.argsort(x, dim, kind="stable"))
    top = t.max(dim)
    np.testing.assert_array_equal(top.values.numpy(), x.max(dim))
    np.testing.assert_array_equal(top.indices.numpy(), x.argmax(dim))
    np.testing.assert_array_equal(t.median(dim)[0].numpy(), np.quantile(x, 0.5, dim, method="lower"))
    np.testing.assert_array_equal(t.kthvalue(x.shape[dim], dim)[0].numpy(), x.max(dim))


@given(INTEGERS)
def test_unique_is_numpys(x):
    got = pyrite.unique(pyrite.tensor(x), return_inverse=True, return_counts=True)
    values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    for g, w in zip(got, (values, inverse.reshape(x.shape), counts)):
        np.testing.assert_array_equal(g.numpy(), w)
    got, want = pyrite.unique(pyrite.tensor(x), dim=0), np.unique(x, axis=0)
    np.testing.assert_array_equal(got.numpy(), want)


@given(
    arrays.arrays(np.float64, st.integers(0, 9), elements=st.integers(-4, 4).map(float)).map(np.sort),
    arrays.arrays(np.float64, arrays.array_shapes(max_dims=2), elements=st.integers(-5, 5).map(float)),
    st.booleans(),
)
def test_searchsorted_is_numpys(edges, x, right):
    got = pyrite.searchsorted(pyrite.tensor(edges), pyrite.tensor(x), right=right)
    np.testing.assert_array_equal(got.numpy(), np.searchsorted(edges, x, "right" if right else "left"))
    np.testing.assert_array_equal(pyrite.isin(pyrite.tensor(x), pyrite.tensor(edges)).numpy(), np.isin(x, edges))


def test_mode_is_the_smallest_of_the_most_frequent():
    values, places = pyrite.tensor([[3, 1, 3, 1, 2], [5, 4, 4, 4, 5]]).mode()
    assert values.tolist() == [1, 4]
    assert places.tolist() == [3, 3]


def test_whole_numbers_sum_as_int64():
    small = pyrite.tensor([200, 100], dtype=pyrite.uint8)
    for got in (small.sum(), small.cumsum(0)[-1]):
        assert got.dtype is pyrite.int64
        assert got.item() == 300
    assert pyrite.cov(small).item() == pytest.approx(5000.0)
    with pytest.raises(RuntimeError, match="could not infer output dtype"):
        small.mean()


def test_nothing_reduces_to_the_identity_or_is_refused():
    empty = pyrite.empty(2, 0)
    assert empty.sum().item() == 0
    assert empty.prod(1).tolist() == [1, 1]
    assert math.isnan(empty.mean().item())
    assert empty.logsumexp(1).tolist() == [-math.inf, -math.inf]
    with pytest.raises(IndexError):
        empty.amax(1)
    with pytest.raises(RuntimeError):
        empty.max()
    with pytest.raises(IndexError):
        empty.sum(2)


def test_nan_wins_and_nan_functions_skip_it():
    x = pyrite.tensor([1.0, math.nan, 3.0])
    assert math.isnan(x.max().item()) and x.max(0).indices.item() == 1
    assert math.isnan(x.median().item()) and math.isnan(x.quantile(0.5).item())
    assert x.nanmedian().item() == 1 and x.nanquantile(0.5).item() == 2 and x.nansum().item() == 4


@pytest.mark.parametrize(
    ("call", "want"),
    [
        (lambda x: x.amax(), [0.0, 0.5, 0.5]),
        (lambda x: x.max(), [0.0, 0.5, 0.5]),
        (lambda x: x.max(0).values, [0.0, 1.0, 0.0]),
        (lambda x: (x * 0).norm(), [0.0, 0.0, 0.0]),
        (lambda x: (x * 0).std(), [0.0, 0.0, 0.0]),
        (lambda x: x.norm(math.inf), [0.0, 0.5, 0.5]),
    ],
)
def test_gradients_at_ties_and_zeros(call, want):
    x = pyrite.tensor([1.0, 2.0, 2.0], requires_grad=True)
    call(x).backward()
    assert x.grad.tolist() == want


def test_results_are_named():
    out = pyrite.tensor([[1.0, 3.0], [2.0, 0.0]]).max(1)
    assert repr(out) == "pyrite.return_types.max(\nvalues=tensor([3., 2.]),\nindices=tensor([1, 0]))"
    values, indices = out
    assert values is out.values and indices is out.indices
    assert type(out)(tuple(out)).values is values


def test_axis_and_keepdims_are_understood():
    x = pyrite.ones(2, 3)
    assert x.sum(axis=1, keepdims=True).shape == (2, 1)
    assert pyrite.std(x, axis=0).shape == (3,)


def test_histogram_of_weights_and_bincount():
    hist, edges = pyrite.histogram(
        pyrite.tensor([0.5, 1.5, 1.5, 9.0]), 2, range=(0.0, 2.0), weight=pyrite.tensor([1.0, 2, 3, 4])
    )
    assert hist.tolist() == [1.0, 5.0] and edges.tolist() == [0.0, 1.0, 2.0]
    assert pyrite.bincount(pyrite.tensor([0, 2, 2]), minlength=4).tolist() == [1, 0, 2, 0]
