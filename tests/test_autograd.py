"""The backward pass: graphs, hooks, refusals, gradients of gradients, in-place histories, and how graphs are freed."""

import copy
import gc
import time
import weakref

import pytest

import pyrite as torch


def leaf(*values):
    return torch.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


def names(fn):
    return [None if f is None else f.name() for f, _ in fn.next_functions]


def test_graph_has_pytorchs_names():
    a, b = leaf(), leaf()
    out = ((a * b).exp() + 1).sum()
    assert out.grad_fn.name() == "SumBackward0"
    assert names(out.grad_fn) == ["AddBackward0"]
    exp = out.grad_fn.next_functions[0][0].next_functions[0][0]
    assert exp.name() == "ExpBackward0"
    assert names(exp.next_functions[0][0]) == ["AccumulateGrad", "AccumulateGrad"]
    assert exp.next_functions[0][0].next_functions[0][0].variable is a
    assert a.grad_fn is None and a.is_leaf and not out.is_leaf


def test_gradients_gather():
    a = leaf()
    (a * a).sum().backward()
    (a * 3).sum().backward()
    assert a.grad.tolist() == [5.0, 7.0, 9.0]


def test_a_graph_is_freed_where_it_kept_data():
    a = leaf()
    kept = (a * a).sum()
    kept.backward(retain_graph=True)
    kept.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        kept.backward()
    shapes_only = (a + 1).sum()
    shapes_only.backward()
    shapes_only.backward()


REFUSED = [
    ("torch.ones(3).sum().backward()", "does not require grad"),
    ("(a * 2).backward()", "scalar outputs"),
    ("(a * 2).backward(torch.ones(2))", "shape"),
    ("torch.autograd.grad((a * 2).sum(), b)", "to not have been used"),
    ("torch.autograd.grad((a * 2).sum(), torch.ones(1))", "does not require grad"),
    ("torch.ones(2, dtype=torch.int64, requires_grad=True)", "floating point"),
    ("(a * 2).requires_grad_(False)", "leaf"),
    ("a.numpy()", "requires grad"),
    ("copy.deepcopy(a * 2)", "leaves"),
    ("torch.ones(1).register_hook(print)", "require gradient"),
    ("torch.ones(1).retain_grad()", "requires_grad=False"),
]


@pytest.mark.parametrize(("code", "words"), REFUSED)
def test_refusals(code, words):
    with pytest.raises(RuntimeError, match=words):
        eval(code, {"torch": torch, "copy": copy, "a": leaf(), "b": leaf()})


def test_unused_inputs():
    a, b = leaf(), leaf()
    assert torch.autograd.grad((a * 2).sum(), (a, b), allow_unused=True)[1] is None
    zeros = torch.autograd.grad((a * 2).sum(), b, materialize_grads=True)[0]
    assert zeros.tolist() == [0.0, 0.0, 0.0]


def test_grad_stops_at_its_inputs():
    a = leaf()
    middle = a * 2
    out = (middle * middle).sum()
    assert torch.autograd.grad(out, middle)[0].tolist() == [4.0, 8.0, 12.0]
    assert a.grad is None


def test_backward_with_inputs_fills_only_those():
    a, b = leaf(), leaf()
    (a * b).sum().backward(inputs=[a])
    assert a.grad.tolist() == [1.0, 2.0, 3.0] and b.grad is None


def test_higher_derivatives():
    x = leaf(2.0)
    y = x**4
    for expected in (32.0, 48.0, 48.0, 24.0):
        (y,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        assert y.item() == pytest.approx(expected)


def test_gradients_of_gradients_reach_leaves():
    x, w = leaf(2.0), leaf(3.0)
    (g,) = torch.autograd.grad((x * x * w).sum(), x, create_graph=True)
    g.sum().backward()
    assert x.grad.item() == 6.0 and w.grad.item() == 4.0


def test_tensor_hooks_replace_gradients_in_order():
    a = leaf()
    seen = []
    x = a * 2
    first = x.register_hook(lambda g: seen.append(g.tolist()) or g * 10)
    x.register_hook(lambda g: seen.append(g.tolist()))
    x.sum().backward()
    assert seen == [[1.0] * 3, [10.0] * 3] and a.grad.tolist() == [20.0] * 3
    first.remove()
    a.grad = None
    (a * 2).sum().backward()
    assert a.grad.tolist() == [2.0] * 3


def test_node_hooks():
    a = leaf()
    out = (a * 2).sum()
    calls = []
    out.grad_fn.register_prehook(lambda outer: calls.append("before"))
    out.grad_fn.register_hook(lambda inner, outer: calls.append("after"))
    out.backward()
    assert calls == ["before", "after"]


def test_post_accumulate_hook_sees_the_grad():
    a = leaf()
    seen = []
    handle = a.register_post_accumulate_grad_hook(lambda t: seen.append(t.grad.tolist()))
    (a * 2).sum().backward()
    handle.remove()
    (a * 2).sum().backward()
    assert seen == [[2.0] * 3]


def test_retained_gradients():
    a = leaf()
    x = a * 2
    x.retain_grad()
    assert x.retains_grad
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3.0] * 3


def test_grad_modes():
    a = leaf()
    with torch.no_grad():
        assert not (a * 2).requires_grad
        with torch.enable_grad():
            assert (a * 2).requires_grad
    with torch.set_grad_enabled(False):
        assert not (a * 2).requires_grad
    assert (a * 2).requires_grad and not (a * 2).detach().requires_grad

    @torch.no_grad()
    def doubled(x):
        return x * 2

    assert not doubled(a).requires_grad


def test_detached_tensors_share_memory():
    a = leaf()
    d = a.detach()
    d[0] = 9.0
    assert a.tolist() == [9.0, 2.0, 3.0] and d.grad_fn is None


IN_PLACE = [
    (lambda x, w: x.mul_(w), [8.0, 10.0, 12.0], [2.0, 4.0, 6.0]),
    (lambda x, w: x.add_(w).mul_(w), [8.0, 10.0, 12.0], [10.0, 14.0, 18.0]),
    (lambda x, w: x.square_(), [8.0, 16.0, 24.0], None),
    (lambda x, w: x.copy_(w), [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]),
    (lambda x, w: x.zero_(), [0.0, 0.0, 0.0], None),
    (lambda x, w: x.masked_fill_(x > 3, 0.0), [2.0, 0.0, 0.0], None),
    (lambda x, w: x.__setitem__(0, w[1]) or x, [0.0, 2.0, 2.0], [0.0, 1.0, 0.0]),
    (lambda x, w: x.index_add_(0, torch.tensor([0, 0]), w[:2]), [2.0, 2.0, 2.0], [1.0, 1.0, 0.0]),
]


@pytest.mark.parametrize(("write", "of_leaf", "of_weight"), IN_PLACE)
def test_in_place_operations_are_recorded(write, of_leaf, of_weight):
    a, w = leaf(), leaf(4.0, 5.0, 6.0)
    x = a * 2
    assert write(x, w) is x
    x.sum().backward()
    assert a.grad.tolist() == of_leaf
    assert (None if w.grad is None else w.grad.tolist()) == of_weight


def test_saved_values_outlive_in_place_writes():
    a = leaf()
    x = a * 1
    y = x * x
    x.zero_()
    y.sum().backward()
    assert a.grad.tolist() == [2.0, 4.0, 6.0]


def test_anomaly_names_the_operation():
    x = leaf(1.0)
    with torch.autograd.detect_anomaly(), pytest.raises(RuntimeError, match="LogBackward0"):
        torch.log(x - 1).mul(0).backward()


def test_custom_function():
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * x * x

    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    assert Cube.apply(x).grad_fn.name() == "CubeBackward"
    assert torch.autograd.gradcheck(Cube.apply, (x,))
    assert torch.autograd.gradgradcheck(Cube.apply, (x,))


def test_no_reference_cycles():
    gc.collect()
    gc.disable()
    try:
        a, w = leaf(), leaf()
        kept = []
        for _ in range(20):
            x = a * w
            view = x[1:]
            view.mul_(2)
            out = (x.exp() + torch.cat([x, x])[:3]).sum()
            out.backward(retain_graph=True)
            torch.autograd.grad(torch.autograd.grad(out, a, create_graph=True)[0].sum(), w)
            kept.append(weakref.ref(out.grad_fn))
        del x, view, out
        assert all(ref() is None for ref in kept)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_chain_of_a_million_nodes():
    start = time.perf_counter()
    a = torch.ones(1, requires_grad=True)
    x = a
    for _ in range(1_000_000):
        x = x + 1
    x.backward()
    del x
    assert a.grad.item() == 1.0
    assert time.perf_counter() - start < 60
