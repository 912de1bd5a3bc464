"""gradcheck: gradients against differences of the function's values (see ``torch.autograd.gradcheck``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyrite import ops
from pyrite.autograd.engine import grad
from pyrite.autograd.mode import enable_grad, no_grad
from pyrite.dtype import kind
from pyrite.ops.parts import as_complex, as_pairs
from pyrite.tensor import Tensor


class GradcheckError(RuntimeError):
    """A gradient that differs from the numerical one."""


def _outputs(function: Callable, inputs: Sequence[Any]) -> list[Tensor]:
    out = function(*inputs)
    out = out if isinstance(out, tuple | list) else (out,)
    return [o for o in out if isinstance(o, Tensor) and kind(o.dtype) >= 2]


def numerical(function: Callable, inputs: Sequence[Any], which: int, eps: float) -> list[list[Tensor]]:
    """The columns of the Jacobians, one for each element of input `which`: central differences of every output."""
    x = inputs[which]
    columns = []
    with no_grad():
        for i in range(x.numel()):
            ends = []
            for step in (eps, -eps):
                moved = x.detach().clone().contiguous()
                moved.view(-1)[i] += step
                ends.append(
                    [o.clone() for o in _outputs(function, [moved if k == which else a for k, a in enumerate(inputs)])]
                )
            columns.append([(high - low) / (2 * eps) for high, low in zip(*ends)])
    return columns


def in_reals(function: Callable, inputs: Sequence[Any]) -> tuple[Callable, list[Any]]:
    """A function and its inputs with complex numbers as pairs of real ones, of which the Jacobian is real."""
    pairs = [isinstance(x, Tensor) and kind(x.dtype) == 3 for x in inputs]

    def of_reals(*args: Any) -> tuple:
        own = [as_complex(x) if is_pair else x for x, is_pair in zip(args, pairs)]
        return tuple(as_pairs(o) if kind(o.dtype) == 3 else o for o in _outputs(function, own))

    reals = [
        as_pairs(x.detach()).requires_grad_(x.requires_grad) if is_pair else x for x, is_pair in zip(inputs, pairs)
    ]
    return of_reals, reals


def analytical(outputs: list[Tensor], number: int, x: Tensor) -> list[Tensor]:
    """The rows of one output's Jacobian."""
    rows = []
    out = outputs[number]
    for i in range(out.numel()):
        seed = ops.zeros(out.numel(), dtype=out.dtype, device=out.device)
        seed[i] = 1
        (g,) = grad(out, x, seed.reshape(out.shape), retain_graph=True, allow_unused=True)
        rows.append(ops.zeros_like(x) if g is None else g.detach())
    return rows


def gradcheck(
    func: Callable,
    inputs: Tensor | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    fast_mode: bool = False,
) -> bool:
    """Whether the gradients of `func` at `inputs` agree with central differences; inputs should be float64 or
    complex128.

    Raises GradcheckError (a RuntimeError) with both numbers where they do not, unless `raise_exception` is False.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    tracked = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not tracked:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have "
            "requires_grad=True."
        )
    func, inputs = in_reals(func, inputs)
    outputs = _outputs(func, inputs)
    for i in tracked:
        columns = numerical(func, inputs, i, eps)
        for k, out in enumerate(outputs):
            rows = analytical(outputs, k, inputs[i]) if out.requires_grad else []
            got = [[float(v) for v in row.reshape(-1).tolist()] for row in rows]
            want = [[float(v) for v in column[k].reshape(-1).tolist()] for column in columns]
            for a in range(out.numel()):
                for b in range(inputs[i].numel()):
                    x = got[a][b] if got else 0.0
                    y = want[b][a]
                    if abs(x - y) > atol + rtol * abs(y) or x != x:
                        if not raise_exception:
                            return False
                        raise GradcheckError(
                            f"Jacobian mismatch for output {k} with respect to input {i}, at element ({b}, {a}): "
                            f"numerical {y}, analytical {x}"
                        )
    return True


def gradgradcheck(
    func: Callable,
    inputs: Tensor | Sequence[Any],
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    **options: Any,
) -> bool:
    """The same for the second derivative: checks the gradient of the gradients' sum weighted by `grad_outputs`."""
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    outputs = _outputs(func, inputs)
    if grad_outputs is None:
        weights = [
            (ops.arange(o.numel(), device=o.device) * 0.37).cos().to(o.dtype).reshape(o.shape).requires_grad_()
            for o in outputs
        ]
    else:
        weights = [grad_outputs] if isinstance(grad_outputs, Tensor) else list(grad_outputs)
    count = len(inputs)

    def gradients(*args: Any) -> tuple:
        xs = [
            x if not isinstance(x, Tensor) or x.requires_grad or kind(x.dtype) < 2 else x.detach().requires_grad_()
            for x in args[:count]
        ]
        tracked = [x for x, original in zip(xs, inputs) if isinstance(original, Tensor) and original.requires_grad]
        return grad(
            _outputs(func, xs),
            tracked,
            list(args[count:]),
            create_graph=True,
            allow_unused=True,
            materialize_grads=True,
        )

    def recorded(*args: Any) -> tuple:
        with enable_grad():
            return gradients(*args)

    return gradcheck(recorded, [*inputs, *weights], eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception)
