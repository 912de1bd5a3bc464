"""Every gradient rule of the table of rows: on core handles and on tensors alike, and against differences of the
values."""

import inspect

import pytest

import pyrite
from pyrite.ops import elementwise as rows

ROWS = {
    name: function
    for name, function in vars(rows).items()
    if getattr(function, "code", None) is not None and function.operation.rules
}
#: Rows whose rule is PyTorch's refusal: the derivative is not implemented there either.
REFUSED = {n for n, f in ROWS.items() if any(r.__name__ == "rule" for r in f.operation.rules)}
#: Where the arguments of these rows must lie, if not between 0 and 1.
ABOVE_ONE = {"acosh"}
#: Gradients that are zero or defined by convention, not the slope of the value.
CONVENTION = {"sign", "floor", "ceil", "round", "trunc", "remainder", "fmod", "frexp_mantissa", "select"}


def arguments(name):
    operation = ROWS[name].operation
    low = 1.2 if name in ABOVE_ONE else 0.15
    out = []
    for k, argument in enumerate(operation.arguments):
        values = pyrite.linspace(low + 0.07 * k, low + 0.5 + 0.05 * k, 5, dtype=pyrite.float64)
        if name == "select" and k == 0:
            out.append(values > 0.3)
        else:
            out.append(values.requires_grad_(argument in operation.differentiable))
    return out


def tracked(args):
    return [a for a in args if a.requires_grad]


@pytest.mark.parametrize("name", sorted(set(ROWS) - REFUSED))
def test_rules_agree_on_handles_and_tensors(name):
    args = arguments(name)
    weight = pyrite.linspace(0.5, 1.5, 5, dtype=pyrite.float64)
    out = ROWS[name](*args)
    plain = pyrite.autograd.grad(out, tracked(args), weight, retain_graph=True)
    recorded = pyrite.autograd.grad(out, tracked(args), weight, create_graph=True)
    for a, b in zip(plain, recorded):
        assert a.dtype is pyrite.float64 and pyrite.equal(a, b.detach())


@pytest.mark.parametrize("name", sorted(set(ROWS) - CONVENTION - REFUSED))
def test_rules_are_slopes(name):
    assert pyrite.autograd.gradcheck(ROWS[name], arguments(name))


@pytest.mark.parametrize("name", sorted(set(ROWS) - CONVENTION - REFUSED))
def test_second_derivatives_are_slopes(name):
    try:
        pyrite.autograd.grad(ROWS[name](*arguments(name)).sum(), tracked(arguments(name)), allow_unused=True)
        assert pyrite.autograd.gradgradcheck(ROWS[name], arguments(name), atol=1e-4)
    except NotImplementedError as refusal:
        pytest.fail(f"{name}: {refusal}")


def test_every_rule_names_what_exists():
    for name, function in ROWS.items():
        operation = function.operation
        for rule in operation.rules:
            known = {"g", "out", *operation.arguments}
            assert set(inspect.signature(rule).parameters) <= known, name
