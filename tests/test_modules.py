"""Module: registration, state dicts, hooks, conversion, printing, containers, lazy layers."""

import copy
import pickle

import pytest

import pyrite
from pyrite import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.rest = nn.Sequential(nn.ReLU(), nn.BatchNorm1d(3))
        self.scale = nn.Parameter(pyrite.ones(3))
        self.register_buffer("seen", pyrite.zeros(1))
        self.register_buffer("scratch", pyrite.zeros(1), persistent=False)

    def forward(self, x, times=1):
        return self.rest(self.first(x)) * self.scale * times


@pytest.fixture
def net():
    pyrite.manual_seed(0)
    return Net()


def test_members_are_listed_under_dotted_names(net):
    assert [k for k, _ in net.named_parameters()] == [
        "scale",
        "first.weight",
        "first.bias",
        "rest.1.weight",
        "rest.1.bias",
    ]
    assert [k for k, _ in net.named_modules()] == ["", "first", "rest", "rest.0", "rest.1"]
    assert list(net.state_dict())[:3] == ["scale", "seen", "first.weight"]
    assert "scratch" in dict(net.named_buffers()) and "scratch" not in net.state_dict()


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (lambda n: setattr(n, "scale", pyrite.ones(3)), TypeError, "cannot assign 'pyrite.FloatTensor' as parameter"),
        (lambda n: setattr(n, "first", 1), TypeError, "cannot assign 'int' as child module 'first'"),
        (lambda n: setattr(n, "seen", 1), TypeError, "cannot assign 'int' as buffer 'seen'"),
        (lambda n: n.register_buffer("a.b", None), KeyError, "buffer name can"),
        (lambda n: n.register_parameter("first", None), KeyError, "attribute 'first' already exists"),
        (lambda n: n.add_module("x", 1), TypeError, "int is not a Module subclass"),
        (lambda n: n.missing, AttributeError, "'Net' object has no attribute 'missing'"),
        (lambda n: n.get_submodule("rest.7"), AttributeError, "Sequential has no attribute `7`"),
        (lambda n: n.to(pyrite.int32), TypeError, "only accepts floating point or complex dtypes"),
    ],
)
def test_mistakes_are_refused(net, act, error, text):
    with pytest.raises(error, match=text):
        act(net)


def test_assigning_before_init_is_refused():
    class Early(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(pyrite.ones(1))

    with pytest.raises(AttributeError, match="before Module"):
        Early()


def test_load_reports_every_mismatch(net):
    state = net.state_dict()
    del state["scale"]
    state["extra"] = pyrite.ones(1)
    state["first.bias"] = pyrite.ones(4)
    with pytest.raises(RuntimeError) as caught:
        net.load_state_dict(state)
    assert str(caught.value) == (
        "Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "scale". \n'
        '\tUnexpected key(s) in state_dict: "extra". \n'
        "\tsize mismatch for first.bias: copying a param with shape pyrite.Size([4]) from checkpoint, the shape in "
        "current model is pyrite.Size([3])."
    )


def test_load_copies_and_assign_takes_over(net):
    other = Net().state_dict()
    weight = net.first.weight
    assert str(net.load_state_dict(other)) == "<All keys matched successfully>"
    assert net.first.weight is weight and bool((weight == other["first.weight"]).all())
    net.load_state_dict(other, assign=True)
    assert net.first.weight.data_ptr() == other["first.weight"].data_ptr()
    assert isinstance(net.first.weight, nn.Parameter) and net.first.weight.requires_grad


def test_copies_are_apart_and_pickles_come_back(net):
    twin, thawed = copy.deepcopy(net), pickle.loads(pickle.dumps(net.rest))
    assert twin.first.weight.data_ptr() != net.first.weight.data_ptr()
    assert bool((twin.first.weight == net.first.weight).all())
    assert list(thawed.state_dict()) == list(net.rest.state_dict())


def test_conversion_keeps_the_parameters_themselves(net):
    weight = net.first.weight
    net(pyrite.ones(4, 2)).sum().backward()
    net.double()
    assert net.first.weight is weight and weight.dtype == weight.grad.dtype == pyrite.float64
    assert net.rest[1].num_batches_tracked.dtype == pyrite.int64
    assert net.eval().training is False and net.rest[0].training is False
    net.zero_grad()
    assert weight.grad is None


def test_hooks_see_and_change_what_passes(net):
    seen = []
    x = pyrite.ones(4, 2, requires_grad=True)
    handles = [
        net.register_forward_pre_hook(lambda m, args: seen.append("before") or (args[0] * 2,)),
        net.register_forward_hook(lambda m, args, kwargs, out: seen.append(kwargs) or out * 0, with_kwargs=True),
        net.register_full_backward_pre_hook(lambda m, grads: seen.append(tuple(grads[0].shape))),
        net.register_full_backward_hook(lambda m, inputs, outputs: seen.append("after") or (inputs[0] * 0 + 7,)),
    ]
    out = net(x, times=3)
    assert not bool(out.any())
    out.sum().backward()
    assert seen == ["before", {"times": 3}, (4, 3), "after"]
    # The pre-hook's doubling lies outside of what the backward hook replaced.
    assert x.grad.tolist() == [[14.0, 14.0]] * 4
    for handle in handles:
        handle.remove()
    seen.clear()
    net(x)
    assert seen == []


def test_an_always_called_hook_runs_after_an_error():
    class Broken(nn.Module):
        def forward(self, x):
            raise ValueError("broken")

    seen = []
    module = Broken()
    module.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    with pytest.raises(ValueError, match="broken"):
        module(1)
    assert seen == [None]


def test_printing_nests():
    stack = nn.Sequential(nn.Linear(2, 3), nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh()]))
    assert repr(stack) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): ModuleList(\n"
        "    (0-1): 2 x ReLU()\n"
        "    (2): Tanh()\n"
        "  )\n"
        ")"
    )


def test_containers_renumber_and_slice():
    stack = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.GELU())
    del stack[0]
    stack.insert(1, nn.Sigmoid()).append(nn.ELU())
    assert [type(m).__name__ for m in stack] == ["Tanh", "Sigmoid", "GELU", "ELU"]
    assert list(stack._modules) == ["0", "1", "2", "3"] and len(stack[1:3]) == 2
    with pytest.raises(IndexError, match="index 9 is out of range"):
        stack[9]
    values = nn.ParameterDict({"b": pyrite.ones(2), "a": pyrite.zeros(1)})
    assert list(values) == ["a", "b"] and isinstance(values["a"], nn.Parameter)


def test_a_lazy_layer_becomes_its_class():
    lazy = nn.LazyConv2d(4, 3)
    assert nn.parameter.is_lazy(lazy.weight)
    with pytest.raises(RuntimeError, match="uninitialized"):
        lazy.weight.shape  # noqa: B018
    lazy(pyrite.ones(1, 2, 5, 5))
    assert type(lazy) is nn.Conv2d and tuple(lazy.weight.shape) == (4, 2, 3, 3)


def test_shared_parameters_count_once():
    layer = nn.Linear(2, 2)
    tied = nn.Sequential(layer, layer)
    assert len(list(tied.parameters())) == 2 and len(tied.state_dict()) == 4


def test_clipping_scales_the_gradients_together():
    params = [nn.Parameter(pyrite.zeros(2)) for _ in range(2)]
    for p, g in zip(params, ([3.0, 0.0], [0.0, 4.0])):
        p.grad = pyrite.tensor(g)
    assert nn.utils.clip_grad_norm_(params, 1.0).item() == pytest.approx(5.0)
    assert params[1].grad.tolist() == pytest.approx([0.0, 0.8], abs=1e-5)


def test_packed_sequences_come_back_in_their_order():
    rows = [pyrite.ones(n, 2) * n for n in (1, 3, 2)]
    packed = nn.utils.rnn.pack_sequence(rows, enforce_sorted=False)
    padded, lengths = nn.utils.rnn.pad_packed_sequence(packed)
    assert lengths.tolist() == [1, 3, 2] and packed.batch_sizes.tolist() == [3, 2, 1]
    assert padded[:, 1, 0].tolist() == [3.0, 3.0, 3.0] and padded[:, 0, 0].tolist() == [1.0, 0.0, 0.0]
    lstm = nn.LSTM(2, 3, bidirectional=True)
    output, _ = lstm(packed)
    alone, _ = lstm(rows[2].unsqueeze(1))
    together, _ = nn.utils.rnn.pad_packed_sequence(output)
    assert pyrite.allclose(together[:2, 2], alone[:, 0], atol=1e-6)
