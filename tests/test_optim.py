"""Optimizers: the parameters after seven steps on fixed gradients (PyTorch 2.13's), state, groups, hooks, errors."""

import copy
import pickle
import warnings

import pytest

import pyrite
from pyrite.optim import lr_scheduler

GRADS = ([[0.5, -1.0], [0.25, 2.0]], [[-0.5, -0.5], [1.0, 0.0]], [[0.125, -2.0], [-0.75, 0.5]])

STEPS = [
    ("SGD", {}, [0.99925, -1.992, 2.99875, 0.493]),
    ("SGD", {"lr": 0.1, "momentum": 0.9}, [0.812039, 0.534402, 2.468673, -1.730961]),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}, [0.775594, -0.471947, 2.669123, -1.137184]),
    (
        "SGD",
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        [0.516816, 1.403638, 1.676074, -2.137936],
    ),
    ("SGD", {"lr": 0.1, "maximize": True}, [1.075, -2.8, 3.125, 1.2]),
    ("Adam", {}, [0.998242, -1.993561, 2.996783, 0.494795]),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True}, [0.714364, -1.342505, 2.525774, -0.026957]),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "maximize": True}, [1.168183, -2.643716, 3.306369, 1.016853]),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.1}, [0.763371, -1.239599, 2.48728, -0.03843]),
    (
        "Adagrad",
        {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.2},
        [0.927545, -1.696453, 2.879111, 0.283356],
    ),
    ("Adadelta", {"lr": 1.0, "rho": 0.8, "weight_decay": 0.1}, [0.993842, -1.984119, 2.991039, 0.490828]),
    ("Adamax", {"lr": 0.1}, [0.835514, -1.540998, 2.740735, 0.123608]),
    ("RMSprop", {"lr": 0.1}, [-0.115247, 1.846398, 1.091965, -2.194889]),
    ("RMSprop", {"lr": 0.1, "centered": True, "momentum": 0.9}, [-2.95557, 12.463837, -6.088643, -9.117106]),
    ("RAdam", {"lr": 0.1}, [0.931585, -1.487638, 2.842953, -0.076678]),
    ("NAdam", {"lr": 0.1}, [0.845835, -1.470581, 2.766471, 0.111828]),
    ("ASGD", {"lr": 0.1, "t0": 1, "lambd": 0.1}, [0.86209, -1.106578, 2.682144, -0.198422]),
    ("Rprop", {"lr": 0.1}, [0.724, -0.708409, 2.612, -0.084]),
    ("Adafactor", {"lr": 0.1}, [0.663317, -0.936212, 2.719866, -0.250454]),
    ("Muon", {"lr": 0.1}, [0.674786, -1.480805, 2.522771, 0.18698]),
]


def matrix() -> pyrite.Tensor:
    return pyrite.tensor([[1.0, -2.0], [3.0, 0.5]], requires_grad=True)


def run(optimizer, param: pyrite.Tensor, steps: range) -> list[float]:
    for i in steps:
        param.grad = pyrite.tensor(GRADS[i % 3], dtype=param.dtype)
        optimizer.step()
    return param.detach().reshape(-1).tolist()


@pytest.mark.parametrize(("name", "options", "want"), STEPS)
def test_steps(name: str, options: dict, want: list[float]) -> None:
    param = matrix()
    optimizer = getattr(pyrite.optim, name)([param], **options)
    assert run(optimizer, param, range(7)) == pytest.approx(want, rel=2e-5, abs=2e-6)


@pytest.mark.parametrize(("name", "options", "want"), STEPS)
def test_a_checkpoint_in_the_middle_changes_nothing(name: str, options: dict, want: list[float]) -> None:
    param = matrix()
    first = getattr(pyrite.optim, name)([param], **options)
    run(first, param, range(3))
    second = getattr(pyrite.optim, name)([param], **options)
    second.load_state_dict(pickle.loads(pickle.dumps(first.state_dict())))
    assert run(second, param, range(3, 7)) == pytest.approx(want, rel=2e-5, abs=2e-6)


@pytest.mark.parametrize("options", [{}, {"lr": 0.1}, {"line_search_fn": "strong_wolfe"}])
def test_lbfgs_finds_the_minimum_of_a_quadratic(options: dict) -> None:
    param = matrix()
    scale = pyrite.tensor([[1.0, 4.0], [0.5, 2.0]])
    optimizer = pyrite.optim.LBFGS([param], **options)

    def closure() -> pyrite.Tensor:
        optimizer.zero_grad()
        loss = (scale * (param - 1.0) ** 2).sum()
        loss.backward()
        return loss

    first = float(optimizer.step(closure))
    assert first == pytest.approx(38.5)
    for _ in range(20):
        optimizer.step(closure)
    assert param.detach().reshape(-1).tolist() == pytest.approx([1.0] * 4, abs=1e-3)


def test_lbfgs_refuses_groups() -> None:
    with pytest.raises(ValueError, match="per-parameter options"):
        pyrite.optim.LBFGS([{"params": [matrix()]}, {"params": [matrix()]}])


def test_a_tensor_rate_is_read_at_every_step() -> None:
    param = matrix()
    rate = pyrite.tensor([0.1])
    optimizer = pyrite.optim.SGD([param], lr=rate)
    run(optimizer, param, range(1))
    rate.fill_(0.0)
    before = param.detach().tolist()
    run(optimizer, param, range(1))
    assert param.tolist() == before
    assert param.tolist()[0] == pytest.approx([0.95, -1.9])


def test_gradients_flow_through_a_differentiable_step() -> None:
    rate = pyrite.tensor(0.1, requires_grad=True)
    leaf = matrix()
    param = leaf.clone()
    optimizer = pyrite.optim.SGD([param], lr=rate, differentiable=True)
    param.grad = pyrite.tensor(GRADS[0])
    optimizer.step()
    param.sum().backward()
    assert rate.grad.item() == pytest.approx(-1.75)
    assert leaf.grad.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_complex_parameters_move_as_pairs_of_reals() -> None:
    param = pyrite.tensor([1 + 2j, -1j], requires_grad=True)
    optimizer = pyrite.optim.Adam([param], lr=0.1)
    param.grad = pyrite.tensor([0.5 - 2j, 1 + 1j])
    optimizer.step()
    got = [part for value in param.tolist() for part in (value.real, value.imag)]
    assert got == pytest.approx([0.9, 2.1, -0.1, -1.1], abs=1e-5)


def test_a_parameter_without_gradient_stays_and_has_no_state() -> None:
    moved, still = matrix(), matrix()
    optimizer = pyrite.optim.Adam([moved, still])
    moved.grad = pyrite.ones(2, 2)
    optimizer.step()
    assert still.tolist() == matrix().tolist()
    assert list(optimizer.state_dict()["state"]) == [0]


def test_closure_runs_with_gradients_and_its_loss_is_returned() -> None:
    param = matrix()
    optimizer = pyrite.optim.SGD([param], lr=0.5)

    def closure() -> pyrite.Tensor:
        assert pyrite.is_grad_enabled()
        loss = param.sum()
        loss.backward()
        return loss

    with pyrite.no_grad():
        assert float(optimizer.step(closure)) == 2.5
    assert param.tolist() == [[0.5, -2.5], [2.5, 0.0]]


def test_zero_grad() -> None:
    param = matrix()
    optimizer = pyrite.optim.SGD([param])
    param.grad = pyrite.ones(2, 2)
    optimizer.zero_grad(set_to_none=False)
    assert param.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    optimizer.zero_grad()
    assert param.grad is None


def test_state_dict_has_pytorchs_form() -> None:
    first, second = matrix(), matrix()
    optimizer = pyrite.optim.Adam([{"params": [first]}, {"params": second, "lr": 0.5}], betas=(0.8, 0.9))
    first.grad = second.grad = pyrite.ones(2, 2)
    optimizer.step()
    state = optimizer.state_dict()
    assert list(state) == ["state", "param_groups"]
    assert list(state["state"]) == [0, 1]
    assert list(state["state"][0]) == ["step", "exp_avg", "exp_avg_sq"]
    assert state["state"][0]["step"].dtype == pyrite.float32
    assert state["state"][0]["step"].item() == 1.0
    assert [(group["params"], group["lr"], group["betas"]) for group in state["param_groups"]] == [
        ([0], 0.001, (0.8, 0.9)),
        ([1], 0.5, (0.8, 0.9)),
    ]


def test_loaded_state_takes_the_parameters_dtype_but_the_count_keeps_its_own() -> None:
    source = matrix()
    optimizer = pyrite.optim.Adam([source])
    run(optimizer, source, range(1))
    target = pyrite.zeros(2, 2, dtype=pyrite.float64, requires_grad=True)
    other = pyrite.optim.Adam([target])
    other.load_state_dict(optimizer.state_dict())
    state = other.state[target]
    assert (state["exp_avg"].dtype, state["step"].dtype) == (pyrite.float64, pyrite.float32)


def test_old_checkpoints_load() -> None:
    """Options came later than some checkpoints, and the count of steps was once a number."""
    param = matrix()
    optimizer = pyrite.optim.Adam([param])
    average = pyrite.zeros(2, 2)
    state = {"step": 3, "exp_avg": average, "exp_avg_sq": average}
    group = {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "params": [0]}
    optimizer.load_state_dict({"state": {0: state}, "param_groups": [group]})
    run(optimizer, param, range(1))
    assert optimizer.state[param]["step"].item() == 4.0
    assert optimizer.param_groups[0]["amsgrad"] is False


def test_named_parameters_keep_their_names() -> None:
    optimizer = pyrite.optim.SGD([("weight", matrix()), ("bias", matrix())])
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    with pytest.raises(ValueError, match="with/without names"):
        optimizer.add_param_group({"params": [matrix()]})


def test_hooks_run_in_order_and_can_change_what_they_get() -> None:
    param = matrix()
    optimizer = pyrite.optim.SGD([param])
    seen = []
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append("before")),
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append("after")),
        optimizer.register_state_dict_post_hook(lambda o, state: {**state, "more": 1}),
        optimizer.register_load_state_dict_pre_hook(lambda o, state: {k: v for k, v in state.items() if k != "more"}),
        optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded")),
    ]
    optimizer.step()
    state = optimizer.state_dict()
    assert state["more"] == 1
    optimizer.load_state_dict(state)
    assert seen == ["before", "after", "loaded"]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert seen == ["before", "after", "loaded"]
    assert "more" not in optimizer.state_dict()


def test_repr() -> None:
    optimizer = pyrite.optim.SGD([matrix()], lr=0.1, momentum=0.9)
    assert repr(optimizer) == (
        "SGD (\nParameter Group 0\n    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n"
        "    lr: 0.1\n    maximize: False\n    momentum: 0.9\n    nesterov: False\n    weight_decay: 0\n)"
    )


def test_copies_are_independent() -> None:
    param = matrix()
    optimizer = pyrite.optim.SGD([param], lr=0.1, momentum=0.9)
    run(optimizer, param, range(1))
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        other = twin.param_groups[0]["params"][0]
        assert other.tolist() == param.tolist()
        run(twin, other, range(1, 3))
        assert other.tolist() != param.tolist()


def test_a_step_of_ones_own_is_hooked() -> None:
    class Backwards(pyrite.optim.Optimizer):
        def __init__(self, params) -> None:
            super().__init__(params, {"lr": 1.0})

        def step(self, closure=None) -> str:
            return "stepped"

    optimizer = Backwards([matrix()])
    seen = []
    optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(args[0] is o))
    assert optimizer.step() == "stepped"
    assert seen == [True]


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: pyrite.optim.SGD([]), ValueError, "empty parameter list"),
        (lambda: pyrite.optim.SGD(matrix()), TypeError, "iterable of Tensors or dicts"),
        (lambda: pyrite.optim.SGD([3.0]), TypeError, "one of the params is float"),
        (lambda: pyrite.optim.SGD([{"params": {matrix()}}]), TypeError, "ordered collections"),
        (lambda: pyrite.optim.SGD([matrix() * 2]), ValueError, "can't optimize a non-leaf Tensor"),
        (lambda: pyrite.optim.SGD([matrix()], lr=-1.0), ValueError, "Invalid learning rate: -1.0"),
        (lambda: pyrite.optim.SGD([matrix()], lr=pyrite.ones(2)), ValueError, "Tensor lr must be 1-element"),
        (lambda: pyrite.optim.SGD([matrix()], nesterov=True), ValueError, "Nesterov momentum requires"),
        (lambda: pyrite.optim.SGD([matrix()], foreach=True, fused=True), RuntimeError, "cannot be `True` together"),
        (lambda: pyrite.optim.Adam([matrix()], betas=(1.5, 0.9)), ValueError, "beta parameter at index 0: 1.5"),
        (lambda: pyrite.optim.Adam([matrix()], betas=(0, 0.9)), ValueError, "either both floats or both Tensors"),
        (lambda: pyrite.optim.Adam([matrix()], eps=-1), ValueError, "Invalid epsilon value: -1"),
        (lambda: pyrite.optim.Muon([pyrite.ones(2, requires_grad=True)]), ValueError, "only supports 2D parameters"),
        (lambda: pyrite.optim.Rprop([matrix()], etas=(2, 3)), ValueError, "Invalid eta values: 2, 3"),
    ],
)
def test_mistakes(make, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()


def test_groups_that_overlap_or_do_not_fit() -> None:
    param = matrix()
    optimizer = pyrite.optim.SGD([param])
    with pytest.raises(ValueError, match="more than one parameter group"):
        optimizer.add_param_group({"params": [param]})
    with pytest.raises(ValueError, match="different number of parameter groups"):
        optimizer.load_state_dict({"state": {}, "param_groups": []})
    with pytest.raises(ValueError, match="doesn't match the size"):
        optimizer.load_state_dict({"state": {}, "param_groups": [{"params": []}]})
    with pytest.warns(UserWarning, match="duplicate parameters"):
        pyrite.optim.SGD([param, param])


SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}, [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025]),
    (
        "MultiStepLR",
        {"milestones": [2, 4, 4], "gamma": 0.5},
        [0.1, 0.1, 0.05, 0.05, 0.0125, 0.0125, 0.0125, 0.0125, 0.0125],
    ),
    ("ConstantLR", {"factor": 0.5, "total_iters": 3}, [0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]),
    ("LinearLR", {"start_factor": 0.25, "total_iters": 4}, [0.025, 0.04375, 0.0625, 0.08125, 0.1, 0.1, 0.1, 0.1, 0.1]),
    ("ExponentialLR", {"gamma": 0.9}, [0.1, 0.09, 0.081, 0.0729, 0.06561, 0.059049, 0.0531441, 0.0478297, 0.0430467]),
    ("PolynomialLR", {"total_iters": 5, "power": 2.0}, [0.1, 0.064, 0.036, 0.016, 0.004, 0.0, 0.0, 0.0, 0.0]),
    (
        "CosineAnnealingLR",
        {"T_max": 4, "eta_min": 0.01},
        [0.1, 0.0868198, 0.055, 0.0231802, 0.01, 0.0231802, 0.055, 0.0868198, 0.1],
    ),
    (
        "CosineAnnealingWarmRestarts",
        {"T_0": 2, "T_mult": 2},
        [0.1, 0.05, 0.1, 0.0853553, 0.05, 0.0146447, 0.1, 0.096194, 0.0853553],
    ),
    (
        "CyclicLR",
        {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 2, "mode": "triangular2"},
        [0.01, 0.105, 0.2, 0.105, 0.01, 0.0575, 0.105, 0.0575, 0.01],
    ),
    (
        "CyclicLR",
        {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 2, "step_size_down": 3, "mode": "exp_range", "gamma": 0.9},
        [0.01, 0.0955, 0.1639, 0.10234, 0.051553, 0.01, 0.0604869, 0.100876, 0.0645258],
    ),
    (
        "OneCycleLR",
        {"max_lr": 0.5, "total_steps": 10},
        [0.02, 0.26, 0.5, 0.475242, 0.405873, 0.305631, 0.194371, 0.0941292, 0.0247597],
    ),
    (
        "OneCycleLR",
        {"max_lr": 0.5, "epochs": 2, "steps_per_epoch": 6, "three_phase": True, "anneal_strategy": "linear"},
        [0.02, 0.204615, 0.389231, 0.426154, 0.241538, 0.0569231, 0.0172417, 0.0137937, 0.0103458],
    ),
    ("ReduceLROnPlateau", {"patience": 1, "factor": 0.5}, [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125]),
    (
        "ReduceLROnPlateau",
        {"mode": "max", "patience": 0, "factor": 0.5, "threshold_mode": "abs", "cooldown": 1, "min_lr": 0.02},
        [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.02, 0.02],
    ),
]


def optimizer_of_two_groups() -> pyrite.optim.SGD:
    groups = [{"params": [matrix()], "lr": 0.1}, {"params": [matrix()], "lr": 0.05}]
    return pyrite.optim.SGD(groups, momentum=0.9)


def rates(optimizer, scheduler, epochs: int) -> list[float]:
    seen = []
    for epoch in range(epochs):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
            scheduler.step(1.0 if epoch % 4 else 0.5)
        else:
            scheduler.step()
    return seen


@pytest.mark.parametrize(("name", "options", "want"), SCHEDULES)
def test_schedules(name: str, options: dict, want: list[float]) -> None:
    optimizer = optimizer_of_two_groups()
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    assert rates(optimizer, scheduler, len(want)) == pytest.approx(want, rel=1e-4, abs=1e-7)
    assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]


@pytest.mark.parametrize(("name", "options", "want"), SCHEDULES)
def test_a_schedule_resumes_from_its_state(name: str, options: dict, want: list[float]) -> None:
    first = optimizer_of_two_groups()
    scheduler = getattr(lr_scheduler, name)(first, **options)
    rates(first, scheduler, 4)
    second = optimizer_of_two_groups()
    resumed = getattr(lr_scheduler, name)(second, **options)
    resumed.load_state_dict(copy.deepcopy(scheduler.state_dict()))
    second.load_state_dict(first.state_dict())
    assert rates(second, resumed, 4) == rates(first, scheduler, 4)


def test_schedules_in_sequence_and_in_a_chain() -> None:
    optimizer = optimizer_of_two_groups()
    parts = [lr_scheduler.ConstantLR(optimizer, 0.1, 2), lr_scheduler.ExponentialLR(optimizer, 0.9)]
    sequence = lr_scheduler.SequentialLR(optimizer, parts, [3])
    assert rates(optimizer, sequence, 6) == pytest.approx([0.01, 0.01, 0.1, 0.1, 0.09, 0.081])
    optimizer = optimizer_of_two_groups()
    parts = [lr_scheduler.ConstantLR(optimizer, 0.1, 2), lr_scheduler.ExponentialLR(optimizer, 0.9)]
    chain = lr_scheduler.ChainedScheduler(parts)
    assert rates(optimizer, chain, 4) == pytest.approx([0.01, 0.009, 0.081, 0.0729])
    with pytest.raises(ValueError, match="same optimizer"):
        lr_scheduler.ChainedScheduler([*parts, lr_scheduler.StepLR(optimizer_of_two_groups(), 1)])


def test_one_cycle_moves_momentum_the_other_way_and_ends() -> None:
    optimizer = optimizer_of_two_groups()
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=4, pct_start=0.5)
    momenta = [optimizer.param_groups[0]["momentum"]]
    for _ in range(3):
        optimizer.step()
        scheduler.step()
        momenta.append(optimizer.param_groups[0]["momentum"])
    assert momenta == pytest.approx([0.95, 0.85, 0.9, 0.95])
    scheduler.step()
    with pytest.raises(ValueError, match="total steps is 4"):
        scheduler.step()


def test_order_of_steps_is_watched() -> None:
    optimizer = optimizer_of_two_groups()
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()
    optimizer = optimizer_of_two_groups()
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
        scheduler.step()
    with pytest.warns(UserWarning, match="get_last_lr"):
        scheduler.get_lr()


def test_a_tensor_rate_changes_in_place() -> None:
    rate = pyrite.tensor(0.5)
    optimizer = pyrite.optim.SGD([matrix()], lr=rate)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    assert rate.item() == 0.25
    assert scheduler.base_lrs[0].item() == 0.5


def test_averaged_model() -> None:
    from pyrite.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    model = pyrite.nn.Linear(1, 1, bias=False)
    equal = AveragedModel(model)
    moving = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.5))
    for value in (1.0, 2.0, 6.0):
        with pyrite.no_grad():
            model.weight.fill_(value)
        equal.update_parameters(model)
        moving.update_parameters(model)
    assert equal.module.weight.item() == pytest.approx(3.0)
    assert moving.module.weight.item() == pytest.approx(3.75)
    assert equal.n_averaged.item() == 3


def test_batch_norm_statistics_are_recomputed() -> None:
    from pyrite.optim.swa_utils import update_bn

    model = pyrite.nn.Sequential(pyrite.nn.BatchNorm1d(1)).eval()
    update_bn([pyrite.tensor([[1.0], [3.0]]), [pyrite.tensor([[5.0], [7.0]])]], model)
    assert model[0].running_mean.item() == pytest.approx(4.0)
    assert model[0].momentum == 0.1
    assert not model.training
