"""The backward pass: nodes from the youngest to the oldest, without recursion, each once with all of its gradients
summed."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from pyrite import _core
from pyrite.autograd.anomaly import check
from pyrite.autograd.anomaly import state as anomaly
from pyrite.autograd.graph import Node
from pyrite.autograd.mode import mode
from pyrite.dtype import kind
from pyrite.tensor import Handle, Tensor, wrap


def sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    """`g` summed over the axes along which `shape` was broadcast."""
    own = g.shape
    if own == shape:
        return g
    extra = len(own) - len(shape)
    axes = list(range(extra)) + [i for i, n in enumerate(shape, extra) if n == 1 and own[i] != 1]
    if not axes and extra == 0:
        return g
    if type(g) is Handle:
        return g.reduce("sum", axes, True).reshape(list(shape)) if axes else g.reshape(list(shape))
    return g.sum(axes, True).reshape(shape) if axes else g.reshape(shape)


def fit(g: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """A gradient in the shape and dtype of the output that it belongs to."""
    if g.shape != shape:
        g = sum_to(g, shape)
    if g.dtype is not dtype:
        if kind(g.dtype) == 3 and kind(dtype) < 3:
            g = g.real if isinstance(g, Tensor) else g.to_dtype(dtype)
        g = g.to_dtype(dtype) if type(g) is Handle else g.to(dtype)
    return g


class Pass:
    """One backward pass. Gradients are core handles, or tensors where the pass itself is recorded."""

    def __init__(self, keep: bool, recording: bool) -> None:
        self.keep = keep
        self.recording = recording
        self.ready: list[tuple[int, Node]] = []
        self.gradients: dict[Node, list] = {}

    def send(self, node: Node, output: int, g: Any) -> None:
        """Adds a gradient for an output of a node."""
        g = fit(g, *node.output_type(output))
        held = self.gradients.get(node)
        if held is None:
            held = self.gradients[node] = [None] * node.outputs()
            heapq.heappush(self.ready, (-node.number, node))
        held[output] = g if held[output] is None else held[output] + g

    def run(self, wanted: set[Node] | None, captures: dict[tuple[Node, int], Any] | None) -> None:
        """Runs all nodes that were reached; with `wanted` only those, and with `captures` leaves gather nothing."""
        while self.ready:
            _, node = heapq.heappop(self.ready)
            gradients = self.gradients.pop(node)
            if node.extras is not None:
                gradients = self.call_prehooks(node, gradients)
            if captures is not None:
                for output, g in enumerate(gradients):
                    if (node, output) in captures:
                        captures[node, output] = g
            if node.is_accumulation:
                if captures is None or wanted is None:
                    self.accumulate(node, gradients[0])
                continue
            if wanted is not None and node not in wanted:
                continue
            self.step(node, gradients, wanted)

    def step(self, node: Node, gradients: list, wanted: set[Node] | None) -> None:
        if len(gradients) > 1 and None in gradients:
            like = next(g for g in gradients if g is not None)
            gradients = [self.zeros(node, i, like) if g is None else g for i, g in enumerate(gradients)]
        results = node.run(gradients, self.recording)
        if node.extras is not None and "posthooks" in node.extras:
            results = self.call_posthooks(node, results, gradients)
        if anomaly.enabled and anomaly.check_nan:
            check(node.name(), results)
        if not self.keep:
            node.release()
        for edge, g in zip(node.edges, results):
            if edge is not None and g is not None and (wanted is None or edge[0] in wanted):
                self.send(edge[0], edge[1], g)

    def zeros(self, node: Node, output: int, like: Any) -> Any:
        shape, dtype = node.output_type(output)
        g = like.filled(list(shape), 0, dtype)
        return wrap(g) if self.recording else g

    def accumulate(self, node: Any, g: Any) -> None:
        leaf = node.variable
        if leaf is None or g is None:
            return
        if self.recording:
            leaf._grad = g if leaf._grad is None else leaf._grad + g
        elif leaf._grad is None:
            leaf._grad = wrap(own_storage(g, leaf.handle))
        elif leaf._grad.node is not None:
            leaf._grad = leaf._grad + wrap(g)
        else:
            leaf._grad.handle.replace(leaf._grad.handle + g)
        hooks = leaf.__dict__.get("_post_accumulate_hooks")
        for hook in list(hooks.values()) if hooks else ():
            hook(leaf)

    # Hooks see tensors

    def outward(self, g: Any) -> Tensor | None:
        return wrap(g) if type(g) is Handle else g

    def inward(self, g: Any) -> Any:
        return g.handle if isinstance(g, Tensor) and not self.recording else g

    def call_prehooks(self, node: Node, gradients: list) -> list:
        extras = node.extras or {}
        for output, hooks in extras.get("tensor_hooks", {}).items():
            for hook in list(hooks.values()):
                if gradients[output] is None:
                    continue
                changed = hook(self.outward(gradients[output]))
                if changed is not None:
                    if not isinstance(changed, Tensor):
                        raise TypeError(f"expected hook to return a Tensor or None, but got {type(changed).__name__}")
                    gradients[output] = self.inward(changed)
        for hook in list(extras.get("prehooks", {}).values()):
            changed = hook(tuple(self.outward(g) for g in gradients))
            if changed is not None:
                changed = changed if isinstance(changed, (tuple, list)) else (changed,)
                gradients = [self.inward(g) for g in changed]
        for output, ref in extras.get("retained", {}).items():
            t = ref()
            if t is not None and gradients[output] is not None:
                g = self.outward(gradients[output])
                g = g if self.recording else wrap(g.handle.snapshot())
                t._grad = g if t._grad is None else t._grad + g
        return gradients

    def call_posthooks(self, node: Node, results: list, gradients: list) -> list:
        for hook in list((node.extras or {})["posthooks"].values()):
            changed = hook(tuple(self.outward(g) for g in results), tuple(self.outward(g) for g in gradients))
            if changed is not None:
                changed = changed if isinstance(changed, (tuple, list)) else (changed,)
                results = [self.inward(g) for g in changed]
        return results


def own_storage(g: Any, like: Any) -> Any:
    """A gradient that may be kept: its own variable, dense where the leaf is dense."""
    if g.strides == like.strides or not like.is_dense():
        return g.snapshot() if g.is_dense() else g.copy(g.dtype, True)
    out = g.unfilled(list(like.shape), g.dtype) if like.is_contiguous() else like.copy(g.dtype, False)
    if like.is_contiguous():
        return g.copy(g.dtype, True)
    out.assign(g)
    return out


def path_to(roots: Sequence[Node], targets: set[Node]) -> set[Node]:
    """The nodes on a way from the roots to a target."""
    seen: set[Node] = set(roots)
    stack = list(seen)
    order: list[Node] = []
    while stack:
        node = stack.pop()
        order.append(node)
        for edge in node.edges:
            if edge is not None and edge[0] not in seen:
                seen.add(edge[0])
                stack.append(edge[0])
    wanted = set(targets)
    for node in sorted(order, key=lambda n: n.number):
        if any(edge is not None and edge[0] in wanted for edge in node.edges):
            wanted.add(node)
    return wanted


def seeds(tensors: Sequence[Tensor], gradients: Sequence[Tensor | None], recording: bool) -> list:
    """The gradients that a pass starts with: those given, or ones for scalars."""
    out: list = []
    for t, g in zip(tensors, gradients):
        if g is None:
            if not t.requires_grad:
                out.append(None)
                continue
            if t.numel() != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            if kind(t.dtype) == 3:
                raise RuntimeError("grad can be implicitly created only for real scalar outputs but got complex")
            g = wrap(t.filled(list(t.shape), 1, t.dtype))
        elif not isinstance(g, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
        elif g.shape != t.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{len(out)}] has a shape of {g.shape} and output[{len(out)}] has a "
                f"shape of {t.shape}."
            )
        out.append(g if recording else g.handle)
    return out


NOT_TRACKED = "element {} of tensors does not require grad and does not have a grad_fn"


def start(tensors: Sequence[Tensor], gradients: Sequence[Tensor | None], keep: bool, recording: bool) -> Pass:
    run = Pass(keep, recording)
    for i, (t, g) in enumerate(zip(tensors, seeds(tensors, gradients, recording))):
        if t.node is None:
            raise RuntimeError(NOT_TRACKED.format(i))
        run.send(t.node, t.output, g)
    return run


class Recording:
    """Sets grad mode for the rules of a pass."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __enter__(self) -> None:
        self.earlier = mode.enabled
        mode.enabled = self.enabled

    def __exit__(self, *exc: object) -> None:
        mode.enabled = self.earlier


def as_tuple(x: Any) -> tuple:
    return (x,) if isinstance(x, Tensor) or x is None else tuple(x)


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Adds the gradients of `tensors`, weighted by `grad_tensors`, to the ``.grad`` of the leaves (or of `inputs`
    alone).

    Raises RuntimeError where a tensor is not tracked, is no scalar and has no gradient given, or its graph was freed
    (see ``torch.autograd.backward``).
    """
    tensors = as_tuple(tensors)
    gradients = (None,) * len(tensors) if grad_tensors is None else as_tuple(grad_tensors)
    if len(gradients) != len(tensors):
        raise RuntimeError(f"got {len(tensors)} tensors and {len(gradients)} gradients")
    if inputs is not None and len(as_tuple(inputs)) == 0:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    keep = create_graph if retain_graph is None else retain_graph
    run = start(tensors, gradients, keep, create_graph)
    with Recording(create_graph):
        if inputs is None:
            run.run(None, None)
        else:
            gather_into(run, [t.node for t in tensors], as_tuple(inputs))
    _core.evaluate_large()


def gather_into(run: Pass, roots: list, inputs: tuple) -> None:
    captures, wanted = targets_of(inputs, roots)
    run.run(wanted, captures)
    for t in inputs:
        g = captures[t.node, t.output]
        if g is not None:
            g = run.outward(g)
            t._grad = g if t._grad is None else t._grad + g


def targets_of(inputs: tuple, roots: list) -> tuple[dict, set[Node]]:
    for t in inputs:
        if t.node is None:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    captures: dict = {(t.node, t.output): None for t in inputs}
    return captures, path_to(roots, {t.node for t in inputs})


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs`, weighted by `grad_outputs`, with respect to `inputs` (see ``torch.autograd.grad``).

    Raises RuntimeError for an input that the outputs do not depend on, unless `allow_unused`.
    """
    if is_grads_batched:
        raise NotImplementedError("autograd.grad: is_grads_batched")
    outputs, inputs = as_tuple(outputs), as_tuple(inputs)
    if not inputs:
        raise ValueError("grad requires non-empty inputs.")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    gradients = (None,) * len(outputs) if grad_outputs is None else as_tuple(grad_outputs)
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    keep = create_graph if retain_graph is None else retain_graph
    run = start(outputs, gradients, keep, create_graph)
    captures, wanted = targets_of(inputs, [t.node for t in outputs])
    with Recording(create_graph):
        run.run(wanted, captures)
    results = []
    for t in inputs:
        g = captures[t.node, t.output]
        if g is None and not allow_unused:
            raise RuntimeError(
                "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True "
                "if this is the desired behavior."
            )
        if g is None and materialize_grads:
            g = wrap(t.filled(list(t.shape), 0, t.dtype))
        results.append(wrap(g.snapshot()) if type(g) is Handle else g)
    _core.evaluate_large()
    return tuple(results)
