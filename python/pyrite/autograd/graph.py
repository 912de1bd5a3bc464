"""The graph: a node for each recorded operation, and one at the end of every path, which gathers a leaf's gradient."""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyrite.dtype import kind
from pyrite.hooks import RemovableHandle, add_hook
from pyrite.tensor import Handle, Tensor, wrap

if TYPE_CHECKING:
    from pyrite.autograd.operation import Operation

next_number = itertools.count().__next__

SECOND_TIME = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)


class Node:
    """A recorded operation: where its gradients go (`edges`) and what its rules need (`saved`)."""

    __slots__ = ("__weakref__", "edges", "extras", "number", "plan", "saved", "shape", "spread", "type")

    operation: Operation
    is_accumulation = False
    edges: tuple[tuple[Node, int] | None, ...]
    """The node and output number behind each tensor argument; None where that is not tracked."""
    extras: dict[str, Any] | None
    """Hooks and tensors that retain their gradient; None for most nodes."""
    saved: Any
    """What the rules need; None once it was given up."""
    shape: Any
    """Of the output, or a list with one for each."""
    spread: list[int | None] | None
    """How many tensors each list argument had; None where there was no list."""
    type: Any

    def name(self) -> str:
        """The name that PyTorch gives this kind of node."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that the gradients go to, and which of their outputs each one is for."""
        return tuple((None, 0) if edge is None else edge for edge in self.edges)

    @property
    def metadata(self) -> dict:
        """A dictionary for whatever a user notes about the node."""
        return self.extra("metadata", dict)

    def extra(self, key: str, make: Callable[[], Any] = dict) -> Any:
        """The part of `extras` under `key`, made on first use."""
        if self.extras is None:
            self.extras = {}
        return self.extras.setdefault(key, make())

    def register_hook(self, hook: Callable) -> RemovableHandle:
        """Calls ``hook(grad_inputs, grad_outputs)`` when this node has run; what it returns replaces
        ``grad_inputs``."""
        return add_hook(self.extra("posthooks", OrderedDict), hook)

    def register_prehook(self, hook: Callable) -> RemovableHandle:
        """Calls ``hook(grad_outputs)`` before this node runs; what it returns replaces them."""
        return add_hook(self.extra("prehooks", OrderedDict), hook)

    def outputs(self) -> int:
        return len(self.shape) if type(self.shape) is list else 1

    def output_type(self, output: int) -> tuple[tuple[int, ...], Any]:
        """Shape and dtype of an output, which its gradient must have."""
        if type(self.shape) is list:
            return self.shape[output], self.type[output]
        return self.shape, self.type

    def run(self, gradients: list, recording: bool) -> list:
        """The gradients of the arguments, from those of the outputs."""
        saved = self.saved
        if saved is None:
            raise RuntimeError(SECOND_TIME)
        if recording:
            saved = self.joined()
        g = gradients[0] if len(gradients) == 1 else gradients
        out: list = []
        for present, rule, wanted in self.plan.rules:
            if not present:
                out.append(None)
                continue
            value = rule(*[g if i < 0 else saved[i] for i in wanted])
            if type(value) is list:
                out.extend(value)
            else:
                out.append(value)
        return out if self.spread is None else self.spread_out(out)

    def spread_out(self, gradients: list) -> list:
        """Gives list arguments without a gradient as many places as they have tensors."""
        out: list = []
        at = 0
        for (present, _, _), count in zip(self.plan.rules, self.spread or ()):
            step = 1 if count is None or not present else count
            out.extend(gradients[at : at + step] if present else [None] * (count or 1))
            at += step
        return out

    def joined(self) -> list:
        """What is saved, as tensors with their places in the graph."""
        return [value if join is None else self.join(value, join) for value, join in zip(self.saved, self.plan.joins)]

    def join(self, value: Any, at: int) -> Any:
        if type(value) is list:
            return [self.join(v, -1 - i) if i < self.outputs() else v for i, v in enumerate(value)]
        if type(value) is not Handle:
            return value
        t = wrap(value)
        if at < 0:
            t.node, t.output = self, -1 - at
        elif self.edges[at] is not None:
            t.node, t.output = self.edges[at]
        return t

    def release(self) -> None:
        """Forgets what was saved, if a second pass would need it."""
        if self.plan.keeps_data:
            self.saved = None


class Accumulation(Node):
    """The end of the graph at a tensor that the user made: gathers its gradient. Refers to the tensor weakly."""

    __slots__ = ("leaf",)
    is_accumulation = True

    def __init__(self, leaf: Tensor) -> None:
        self.leaf = weakref.ref(leaf)
        self.number = next_number()
        self.edges = ()
        self.extras = None
        self.shape = leaf.handle.shape
        self.type = leaf.handle.dtype
        self.saved = ()

    @property
    def variable(self) -> Tensor | None:
        return self.leaf()

    def output_type(self, output: int) -> tuple[tuple[int, ...], Any]:
        leaf = self.leaf()
        return (self.shape, self.type) if leaf is None else (leaf.handle.shape, leaf.handle.dtype)

    def release(self) -> None:
        pass


Accumulation.__name__ = Accumulation.__qualname__ = "AccumulateGrad"


def edge_of(t: Tensor) -> tuple[Node, int] | None:
    return None if t.node is None else (t.node, t.output)


def set_requires_grad(t: Tensor, value: bool) -> Tensor:
    """Starts or ends the tracking of a leaf."""
    if t.node is not None and not t.node.is_accumulation:
        if not value:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        return t
    if not value:
        t.node = None
    elif t.node is None:
        if kind(t.handle.dtype) < 2:
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        t.node = Accumulation(t)
        t.output = 0
    return t
