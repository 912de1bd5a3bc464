"""Views against NumPy: chains of them, writes through them, their gradients, and the history that in-place writes
leave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pyrite as torch


def fresh():
    array = np.arange(24.0).reshape(2, 3, 4)
    return torch.from_numpy(array.copy()), array


@st.composite
def steps(draw):
    """A view that any tensor has, as functions of a tensor and of an array."""
    kind = draw(st.sampled_from(["transpose", "slice", "select", "unsqueeze", "flatten", "diagonal", "expand"]))
    a, b, n = draw(st.integers(0, 9)), draw(st.integers(0, 9)), draw(st.integers(1, 3))
    return kind, a, b, n


def apply(step, t, array):
    """The view of both; both unchanged where the shape does not allow it."""
    kind, a, b, n = step
    rank = array.ndim
    if kind == "unsqueeze":
        return t.unsqueeze(a % (rank + 1)), np.expand_dims(array, a % (rank + 1))
    if rank == 0:
        return t, array
    i, j = a % rank, b % rank
    if kind == "transpose":
        return t.transpose(i, j), array.swapaxes(i, j)
    if kind == "slice":
        start = b % (array.shape[i] + 1)
        key = tuple(slice(start, None, n) if d == i else slice(None) for d in range(rank))
        return t[key], array[key]
    if kind == "select" and array.shape[i]:
        return t.select(i, b % array.shape[i]), np.moveaxis(array, i, 0)[b % array.shape[i], ...]
    if kind == "diagonal" and i != j:
        return t.diagonal(n - 2, i, j), np.diagonal(array, n - 2, i, j)
    if kind == "flatten" and array.flags.c_contiguous:
        return t.view(-1), array.reshape(-1)
    if kind == "expand" and rank < 4 and 1 in array.shape:
        shape = [n if size == 1 else size for size in array.shape]
        return t.expand(shape), np.broadcast_to(array, shape)
    return t, array


@given(st.lists(steps(), max_size=5))
def test_chains_agree_with_numpy(chain):
    t, array = fresh()
    view, twin = t, array
    for step in chain:
        view, twin = apply(step, view, twin)
    assert tuple(view.shape) == twin.shape
    assert np.array_equal(view.numpy(), twin)
    assert view.untyped_storage().data_ptr() == t.untyped_storage().data_ptr()
    assert view.is_contiguous() == twin.flags.c_contiguous


@given(st.lists(steps().filter(lambda s: s[0] != "expand"), max_size=4))
def test_writes_through_chains_reach_the_root(chain):
    t, where = fresh()
    view = t
    for step in chain:
        view, where = apply(step, view, where)
    view.mul_(-1.0)
    expected = np.arange(24.0).reshape(-1)
    expected[where.reshape(-1).astype(int)] *= -1
    assert np.array_equal(t.numpy().reshape(-1), expected)


@given(st.lists(steps(), max_size=4))
def test_gradients_of_chains_count_reads(chain):
    t, _ = fresh()
    where = np.arange(24.0).reshape(2, 3, 4)
    t.requires_grad_()
    view = t
    for step in chain:
        view, where = apply(step, view, where)
    (view * 2).sum().backward()
    count = np.bincount(where.reshape(-1).astype(int), minlength=24) * 2.0
    assert np.array_equal(t.grad.numpy().reshape(-1), count)


@given(st.lists(steps().filter(lambda s: s[0] != "expand"), max_size=3), st.booleans())
def test_writes_under_autograd_cut_the_history(chain, transposed_root):
    leaf = torch.arange(24.0, dtype=torch.float64).reshape(2, 3, 4).requires_grad_()
    weight = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    root = leaf.transpose(0, 2).mul(2).transpose(0, 2).clone() if transposed_root else leaf * 2
    where = np.arange(24.0).reshape(2, 3, 4)
    view = root
    for step in chain:
        view, where = apply(step, view, where)
    view.mul_(weight)
    root.sum().backward()
    written = np.isin(np.arange(24), where.reshape(-1)).reshape(2, 3, 4)
    assert np.array_equal(leaf.grad.numpy(), np.where(written, 6.0, 2.0))
    assert weight.grad.item() == pytest.approx(2 * where.sum())


def test_in_place_write_through_a_view_gives_copy_slices():
    a = torch.ones(3, requires_grad=True)
    x = a * 2
    y = x[0]
    y.mul_(5)
    assert x.grad_fn.name() == "CopySlices"
    assert y.grad_fn.name() == "AsStridedBackward0"
    (x.sum() + y * 10).backward()
    assert a.grad.tolist() == [110.0, 2.0, 2.0]


def test_views_see_in_place_writes_to_their_root():
    a = torch.ones(4, requires_grad=True)
    x = a * 1
    y = x.view(2, 2)
    x.mul_(3)
    y.sum().backward()
    assert a.grad.tolist() == [3.0] * 4


REFUSED = [
    "leaf.add_(1)",
    "leaf[0].add_(1)",
    "leaf.view(3).zero_()",
    "(leaf * 1).unbind()[0].add_(1)",
    "(leaf * 1).split(1)[0].mul_(2)",
    "(leaf * 1).chunk(2)[0].mul_(2)",
    "made_without_grad().mul_(leaf[0])",
    "leaf.t_()",
    "leaf.squeeze_()",
    "torch.ones(1, 3).expand(2, 3).add_(1)",
    "torch.ones(2, 3).add_(torch.ones(4, 2, 3))",
    "torch.ones(2, 3).t().view(6)",
    "torch.arange(3).add_(0.5)",
    "leaf.resize_(5)",
]


@pytest.mark.parametrize("code", REFUSED)
def test_refusals(code):
    leaf = torch.ones(3, requires_grad=True)
    tracked = leaf * 1

    def made_without_grad():
        with torch.no_grad():
            return tracked[0]

    with pytest.raises(RuntimeError):
        eval(code, {"leaf": leaf, "torch": torch, "made_without_grad": made_without_grad})


STRIDES = [
    ("torch.ones(2, 3).t()", (1, 3), False),
    ("torch.ones(2, 3).t() + 1", (1, 3), False),
    ("torch.ones(2, 3)[:, 1:]", (3, 1), False),
    ("torch.ones(2, 3)[0:1]", (3, 1), True),
    ("torch.ones(2, 1, 3).expand(2, 4, 3)", (3, 0, 1), False),
    ("torch.ones(3, 1).expand(2, 1, 3, 4)", (0, 3, 1, 0), False),
    ("torch.ones(()).expand(1, 1)", (0, 0), True),
    ("torch.ones(2, 3, 4).unfold(2, 2, 1)", (12, 4, 1, 1), False),
    ("torch.ones(3, 3).diagonal()", (4,), False),
    ("torch.ones(2, 3).unsqueeze(1)", (3, 3, 1), True),
    ("torch.ones(2, 3).permute(1, 0).contiguous()", (2, 1), True),
    ("torch.empty(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)", (60, 1, 15, 3), False),
    ("torch.empty_strided((2, 2), (1, 2))", (1, 2), False),
    ("torch.zeros_like(torch.ones(2, 3).t())", (1, 3), False),
]


@pytest.mark.parametrize(("code", "stride", "contiguous"), STRIDES)
def test_strides(code, stride, contiguous):
    t = eval(code)
    assert t.stride() == stride
    assert t.is_contiguous() is contiguous


GRADIENTS = [
    lambda x: x.permute(2, 0, 1),
    lambda x: x.as_strided((3, 3), (4, 1), 2),
    lambda x: x.as_strided((4, 4), (2, 1), 0),
    lambda x: x.unfold(2, 2, 1),
    lambda x: x.diagonal(1, 0, 2),
    lambda x: torch.cat(x.split([1, 2], 1)[::-1], 1),
    lambda x: torch.stack(x.unbind(2)) * 2,
    lambda x: x.flip(0, 2),
    lambda x: x.roll((1, 2), (0, 2)),
    lambda x: x.repeat(2, 1, 3),
    lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), 1),
    lambda x: x.tril(1),
    lambda x: torch.diag_embed(x),
    lambda x: torch.nn.functional.pad(x, (1, -1, 2, 0)),
    lambda x: x.movedim((0, 1), (2, 0)),
    lambda x: x.rot90(1, (1, 2)),
    lambda x: x.slice_scatter(x[:, :1] * 3, 1, 0, 1),
    lambda x: x.select_scatter(x[:, 0] * 3, 1, 2),
    lambda x: x.diagonal_scatter(x.diagonal() * 3),
    lambda x: torch.einsum("ijk,ilk->jl", x, x),
    lambda x: torch.tensordot(x, x, ([0, 2], [0, 2])),
    lambda x: torch.kron(x[0], x[1]),
]


@pytest.mark.parametrize("number", range(len(GRADIENTS)))
def test_gradients_twice(number):
    torch.manual_seed(number)
    x = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(GRADIENTS[number], (x,))
    assert torch.autograd.gradgradcheck(GRADIENTS[number], (x,))
