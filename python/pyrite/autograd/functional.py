"""Jacobians, Hessians and products with them (see ``torch.autograd.functional``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite import ops
from pyrite.autograd.engine import grad
from pyrite.autograd.mode import enable_grad
from pyrite.tensor import Tensor


def _as_inputs(inputs: Any, create_graph: bool) -> tuple[bool, tuple[Tensor, ...]]:
    """Whether there are several inputs, and each as a tensor that gradients can be taken for."""
    several = isinstance(inputs, tuple)
    items = inputs if several else (inputs,)
    return several, tuple(
        x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_(True) for x in items
    )


def _gradients(outputs: Any, inputs: Any, weights: Any, create_graph: bool) -> tuple:
    found = grad(outputs, inputs, weights, retain_graph=True, create_graph=create_graph, allow_unused=True)
    return tuple(ops.zeros_like(x) if g is None else g for g, x in zip(found, inputs))


def _finished(t: Tensor, create_graph: bool) -> Tensor:
    return t if create_graph else t.detach()


def _plain(items: tuple, several: bool) -> Any:
    return items if several else items[0]


def jacobian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The derivative of every output element by every input element, of shape ``output.shape + input.shape``.

    A tensor for one output and one input; tuples over inputs, and over outputs, where there are several.
    """
    several_in, xs = _as_inputs(inputs, create_graph)
    with enable_grad():
        out = func(*xs)
        several_out = isinstance(out, tuple)
        outs = out if several_out else (out,)
        blocks = []
        for o in outs:
            rows: list[list[Tensor]] = [[] for _ in xs]
            flat = o.reshape(-1)
            for i in range(flat.numel()):
                found = (
                    _gradients(flat[i], xs, None, create_graph) if o.requires_grad else [ops.zeros_like(x) for x in xs]
                )
                for row, g in zip(rows, found):
                    row.append(g)
            block = tuple(
                _finished(
                    ops.stack(row).reshape(o.shape + x.shape) if row else ops.zeros(o.shape + x.shape, device=o.device),
                    create_graph,
                )
                for row, x in zip(rows, xs)
            )
            blocks.append(_plain(block, several_in))
    return _plain(tuple(blocks), several_out)


def hessian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a function with a single value."""
    several, _ = _as_inputs(inputs, False)

    def slope(*xs: Tensor) -> Any:
        out = func(*xs)
        if out.numel() != 1:
            raise RuntimeError("The Tensor returned by the function given to hessian should contain a single element")
        return _plain(_gradients(out.reshape([]), xs, None, True), several)

    return jacobian(slope, inputs, create_graph)


def vjp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """The function's value, and `v` times its Jacobian."""
    several, xs = _as_inputs(inputs, create_graph)
    with enable_grad():
        out = func(*xs)
        outs = out if isinstance(out, tuple) else (out,)
        weights = None if v is None else v if isinstance(v, tuple) else (v,)
        if weights is None and any(o.numel() != 1 for o in outs):
            raise RuntimeError(
                "The vector v can only be None if the user-provided function returns a single Tensor with a single "
                "element."
            )
        found = _gradients(outs, xs, weights, create_graph)
    shown = tuple(_finished(o, create_graph) for o in outs)
    return _plain(shown, isinstance(out, tuple)), _plain(tuple(_finished(g, create_graph) for g in found), several)


def jvp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """The function's value, and its Jacobian times `v`: the gradient of a vjp by its weights."""
    _, xs = _as_inputs(inputs, create_graph)
    with enable_grad():
        out = func(*xs)
        outs = out if isinstance(out, tuple) else (out,)
        weights = tuple(ops.zeros_like(o).requires_grad_(True) for o in outs)
        slopes = _gradients(outs, xs, weights, True)
        vs = tuple(ops.ones_like(x) for x in xs) if v is None else v if isinstance(v, tuple) else (v,)
        found = grad(slopes, weights, vs, create_graph=create_graph, allow_unused=True)
    shown = tuple(_finished(o, create_graph) for o in outs)
    moved = tuple(_finished(ops.zeros_like(o) if g is None else g, create_graph) for g, o in zip(found, outs))
    return _plain(shown, isinstance(out, tuple)), _plain(moved, isinstance(out, tuple))


def vhp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """The function's value, and `v` times its Hessian."""
    several, xs = _as_inputs(inputs, create_graph)
    with enable_grad():
        out = func(*xs)
        slopes = _gradients(out, xs, None, True)
        vs = tuple(ops.ones_like(x) for x in xs) if v is None else v if isinstance(v, tuple) else (v,)
        found = (
            _gradients(
                [s for s in slopes if s.requires_grad],
                xs,
                [w for w, s in zip(vs, slopes) if s.requires_grad],
                create_graph,
            )
            if any(s.requires_grad for s in slopes)
            else tuple(ops.zeros_like(x) for x in xs)
        )
    return _finished(out, create_graph), _plain(tuple(_finished(g, create_graph) for g in found), several)


hvp = vhp
