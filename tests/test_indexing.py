"""Indexing against NumPy: reads, writes and gradients of basic and advanced keys, and what must be refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyrite as torch

SHAPE = (3, 4, 5)


def integers(n):
    return st.integers(-n, n - 1)


def slices(n):
    bound = st.none() | st.integers(-n - 2, n + 2)
    return st.builds(slice, bound, bound, st.none() | st.integers(1, n + 1))


def index_arrays(n):
    return st.lists(integers(n), min_size=1, max_size=4).map(np.array)


def masks(n):
    return st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)


@st.composite
def basic_keys(draw):
    """A tuple of integers and slices for some leading dimensions, with new dimensions and an ellipsis mixed in."""
    count = draw(st.integers(0, len(SHAPE)))
    key = [draw(integers(n) | slices(n)) for n in SHAPE[:count]]
    for _ in range(draw(st.integers(0, 2))):
        key.insert(draw(st.integers(0, len(key))), None)
    if draw(st.booleans()):
        key.append(Ellipsis)
    return tuple(key)


@st.composite
def advanced_keys(draw):
    """One entry for each dimension, index arrays of one length among them."""
    length = draw(st.integers(1, 4))
    key = []
    for n in SHAPE[: draw(st.integers(1, len(SHAPE)))]:
        arrays = st.lists(integers(n), min_size=length, max_size=length).map(np.array)
        key.append(draw(arrays | slices(n)))
    return tuple(key)


def as_torch(key):
    return tuple(torch.from_numpy(k) if isinstance(k, np.ndarray) else k for k in key)


def fresh():
    array = np.arange(60.0).reshape(SHAPE)
    return torch.from_numpy(array.copy()), array


def check_all(key):
    t, a = fresh()
    read = t[as_torch(key)]
    expected = a[key]
    assert tuple(read.shape) == expected.shape
    assert np.array_equal(read.numpy(), expected)
    t[as_torch(key)] = -1.0
    a[key] = -1.0
    assert np.array_equal(t.numpy(), a)


@given(basic_keys())
def test_basic_keys_read_and_write_as_numpy(key):
    check_all(key)


@given(basic_keys())
def test_basic_reads_are_views(key):
    t, a = fresh()
    view, twin = t[key], a[key]
    view.add_(100.0)
    if isinstance(twin, np.ndarray):
        twin += 100.0
    else:
        a[key] += 100.0
    assert np.array_equal(t.numpy(), a)


@given(advanced_keys())
def test_advanced_keys_read_and_write_as_numpy(key):
    check_all(key)


@given(st.lists(st.booleans(), min_size=12, max_size=12))
def test_masks_read_and_write_as_numpy(bits):
    check_all((np.array(bits).reshape(3, 4),))


@given(advanced_keys() | basic_keys())
def test_gradient_counts_how_often_an_element_was_read(key):
    t, a = fresh()
    t.requires_grad_()
    t[as_torch(key)].sum().backward()
    count = np.zeros_like(a)
    np.add.at(count, key, 1.0)
    assert np.array_equal(t.grad.numpy(), count)


@given(index_arrays(4), st.booleans())
def test_index_put_accumulates(places, accumulate):
    t, a = fresh()
    values = np.arange(float(len(places)))
    t[0, :, 0].index_put_((torch.from_numpy(places),), torch.from_numpy(values), accumulate=accumulate)
    if accumulate:
        np.add.at(a[0, :, 0], places, values)
        assert np.array_equal(t.numpy(), a)
    else:
        assert all(t[0, p, 0].item() in values[places % 4 == p % 4] for p in places)


WRITES = [
    "x[0] = 7.0",
    "x[0] = lib.arange(5.0)",
    "x[:, 1] = lib.ones((3, 1))",
    "x[..., 0] = lib.zeros((3, 4))",
    "x[x > 30] = 0",
    "x[[0, 2]] = 5",
    "x[:, [1, 3]] = lib.arange(5.0)",
    "x[1, None] = 2.0",
]


@pytest.mark.parametrize("code", WRITES)
def test_writes_broadcast(code):
    t, a = fresh()
    exec(
        code.replace("lib.arange(5.0)", "lib.arange(5.0, dtype=lib.float64)").replace("))", "), dtype=lib.float64)"),
        {"x": t, "lib": torch},
    )
    exec(code, {"x": a, "lib": np})
    assert np.array_equal(t.numpy(), a)


REFUSED = [
    ("x[3]", IndexError, "out of bounds"),
    ("x[0, 0, 0, 0]", IndexError, "too many indices"),
    ("x[1.5]", IndexError, "only integers"),
    ("x['a']", TypeError, "str"),
    ("x[::-1]", ValueError, "step must be greater than zero"),
    ("x[torch.tensor([0.5])]", IndexError, "long, int, byte or bool"),
    ("x[torch.tensor([True, False])]", IndexError, "mask"),
    ("x[torch.tensor([3])]", IndexError, "out of bounds"),
    ("x[torch.tensor([0, 1]), torch.tensor([0, 1, 2])]", IndexError, "broadcast"),
    ("x.__setitem__(0, [1, 2])", TypeError, "assign"),
    ("x.__setitem__(0, torch.ones(7))", RuntimeError, "expand|size|shape"),
    ("x.__setitem__([0, 1], torch.ones(4, 5, dtype=torch.int64))", RuntimeError, "dtypes match"),
    ("torch.tensor(1.0)[0]", IndexError, "0-dim"),
    ("x.index_select(0, torch.tensor([4]))", IndexError, "out of range"),
    ("x.gather(0, torch.tensor([[[9]]]))", RuntimeError, "out of bounds"),
    ("x.scatter(0, torch.tensor([[[9]]]), 1.0)", RuntimeError, "out of bounds"),
    ("x.take(torch.tensor([60]))", IndexError, "out of"),
]


@pytest.mark.parametrize(("code", "error", "words"), REFUSED)
def test_bad_keys_are_refused(code, error, words):
    x, a = fresh()
    with pytest.raises(error, match=words):
        eval(code, {"x": x, "torch": torch})
    assert np.array_equal(x.numpy(), a)


def test_gather_and_scatter_are_adjoint():
    torch.manual_seed(0)
    x, index = torch.randn(4, 5), torch.randint(0, 4, (3, 5))
    g = torch.randn(3, 5)
    forward = (x.gather(0, index) * g).sum()
    backward = (x * torch.zeros(4, 5).scatter_add(0, index, g)).sum()
    assert torch.allclose(forward, backward, atol=1e-5)


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin"])
@pytest.mark.parametrize("include_self", [True, False])
def test_scatter_reduce_gradients(reduce, include_self):
    torch.manual_seed(1)
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    source = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    index = torch.randint(0, 4, (5, 3))

    def reduced(x, source):
        return x.scatter_reduce(0, index, source, reduce, include_self=include_self)

    assert torch.autograd.gradcheck(reduced, (x, source))
    assert torch.autograd.gradgradcheck(reduced, (x, source))


@pytest.mark.parametrize("wrong", [-1, 3])
def test_lookups_do_not_count_from_the_end(wrong):
    x, index, ones = torch.ones(3, 2), torch.tensor([0, wrong]), torch.ones(2, 2)
    for read in (lambda: x.index_select(0, index), lambda: torch.nn.functional.embedding(index, x)):
        with pytest.raises(IndexError, match="index out of range in self"):
            read()
    for write in (lambda: x.index_add(0, index, ones), lambda: x.index_copy(0, index, ones)):
        with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for dimension 0 with size 3"):
            write()
    assert x.index_fill(0, torch.tensor([-1]), 5.0).tolist() == [[1, 1], [1, 1], [5, 5]]
