"""L-BFGS: Newton's method with the inverse Hessian remembered from the last steps."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pyrite import ops
from pyrite.autograd.mode import enable_grad, no_grad
from pyrite.optim.line_search import Point, strong_wolfe
from pyrite.optim.optimizer import Optimizer
from pyrite.optim.options import check_rate
from pyrite.optim.updates import factor
from pyrite.tensor import Tensor


class LBFGS(Optimizer):
    """One `step(closure)` runs up to `max_iter` iterations on the loss that `closure` evaluates.

    It ends early after `max_eval` evaluations (1.25 * max_iter unless given), when no element of the gradient exceeds
    `tolerance_grad`, or when loss or parameters change by less than `tolerance_change`. The last `history_size` steps
    are remembered, each as large as all parameters. `line_search_fn` is None (steps of `lr`) or "strong_wolfe".
    All parameters form one group. https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
    """

    def __init__(
        self,
        params,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_rate(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    def step(self, closure: Callable[[], Any]) -> Any:
        """Runs the iterations and returns the first loss."""
        with no_grad():
            return self._step(partial(_with_grad, closure))

    def _step(self, closure: Callable[[], Any]) -> Any:
        group = self.param_groups[0]
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        loss, gradient = float(first_loss), self._flat_gradient()
        evaluations, iterations = 1, 0
        state["func_evals"] += 1
        if _largest(gradient) <= group["tolerance_grad"]:
            return first_loss
        while iterations < group["max_iter"]:
            iterations += 1
            state["n_iter"] += 1
            self._choose_direction(state, gradient)
            state["prev_flat_grad"], state["prev_loss"] = gradient, loss
            start = Point(0.0, loss, gradient.dot(state["d"]).item(), gradient)
            state["t"] = self._first_step(gradient, start_anew=state["n_iter"] == 1)
            if start.slope > -group["tolerance_change"]:
                break
            last = iterations == group["max_iter"]
            point, calls = self._move(closure, state, start, group["max_eval"] - evaluations, last)
            loss, gradient = point.loss, point.gradient
            evaluations += calls
            state["func_evals"] += calls
            if last or evaluations >= group["max_eval"] or self._converged(state, loss, gradient):
                break
        return first_loss

    def _choose_direction(self, state: dict[str, Any], gradient: Tensor) -> None:
        """Sets `d`: minus the gradient at the first iteration, then minus the inverse Hessian times the gradient."""
        if state["n_iter"] == 1:
            state.update(d=-gradient, old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return
        size = self.param_groups[0]["history_size"]
        change, moved = gradient - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = change.dot(moved)
        if curvature > 1e-10:
            for history, value in ("old_dirs", change), ("old_stps", moved), ("ro", 1.0 / curvature):
                state[history].append(value)
                del state[history][:-size]
            state["H_diag"] = curvature / change.dot(change)
        state["d"] = _two_loops(state, gradient, size)

    def _first_step(self, gradient: Tensor, start_anew: bool) -> float:
        lr: Any = factor(self.param_groups[0]["lr"])
        return min(1.0, 1.0 / gradient.abs().sum().item()) * lr if start_anew else lr

    def _move(
        self, closure: Callable[[], Any], state: dict[str, Any], start: Point, budget: int, last: bool
    ) -> tuple[Point, int]:
        """Adds a step along `d` to the parameters; returns the point reached and how often the closure was called."""
        search = self.param_groups[0]["line_search_fn"]
        direction = state["d"]
        if search is None:
            self._add(direction, state["t"])
            if last:
                return start, 0
            loss = float(closure())
            return Point(state["t"], loss, 0.0, self._flat_gradient()), 1
        if search != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        origin = [param.clone() for param in self.param_groups[0]["params"]]

        def evaluate(step: float) -> Point:
            self._add(direction, step)
            loss, gradient = float(closure()), self._flat_gradient()
            for param, value in zip(self.param_groups[0]["params"], origin, strict=True):
                param.copy_(value)
            return Point(step, loss, gradient.dot(direction).item(), gradient)

        point, calls = strong_wolfe(evaluate, start, state["t"], _largest(direction), max_iterations=budget)
        state["t"] = point.step
        self._add(direction, point.step)
        return point, calls

    def _converged(self, state: dict[str, Any], loss: float, gradient: Tensor) -> bool:
        group = self.param_groups[0]
        return (
            _largest(gradient) <= group["tolerance_grad"]
            or _largest(state["d"] * state["t"]) <= group["tolerance_change"]
            or abs(loss - state["prev_loss"]) < group["tolerance_change"]
        )

    def _flat_gradient(self) -> Tensor:
        """All gradients in one vector, zeros for a parameter without one."""
        parts = []
        for param in self.param_groups[0]["params"]:
            grad = ops.zeros_like(param) if param.grad is None else param.grad
            parts.append((ops.view_as_real(grad) if grad.is_complex() else grad).reshape(-1))
        return ops.cat(parts)

    def _add(self, vector: Tensor, scale: float) -> None:
        """Adds scale * vector, cut into the parameters' shapes, to the parameters."""
        offset = 0
        for param in self.param_groups[0]["params"]:
            target = ops.view_as_real(param) if param.is_complex() else param
            part = vector[offset : offset + target.numel()]
            target.add_(part.view_as(target), alpha=scale)
            offset += target.numel()


def _with_grad(closure: Callable[[], Any]) -> Any:
    with enable_grad():
        return closure()


def _largest(vector: Tensor) -> float:
    return vector.abs().max().item()


def _two_loops(state: dict[str, Any], gradient: Tensor, history_size: int) -> Tensor:
    """Minus the inverse Hessian times the gradient: Nocedal and Wright's algorithm 7.4."""
    changes, moves, inverse = state["old_dirs"], state["old_stps"], state["ro"]
    weights = state.setdefault("al", [None] * history_size)
    direction = -gradient
    for i in reversed(range(len(changes))):
        weights[i] = moves[i].dot(direction) * inverse[i]
        direction = direction - changes[i] * weights[i]
    direction = direction * state["H_diag"]
    for i in range(len(changes)):
        direction = direction + moves[i] * (weights[i] - changes[i].dot(direction) * inverse[i])
    return direction
