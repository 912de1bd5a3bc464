"""Function: operations with a forward and a backward written by the user (see ``torch.autograd.Function``)."""

from __future__ import annotations

from typing import Any

from pyrite.autograd.graph import SECOND_TIME, Node, edge_of, next_number
from pyrite.autograd.mode import mode, no_grad
from pyrite.dtype import kind
from pyrite.tensor import Handle, Tensor, new, wrap


class FunctionNode(Node):
    """The node of a custom function; it is the ``ctx`` that forward and backward share."""

    __slots__ = ("__dict__", "function")

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps inputs and outputs for the backward pass, where they are ``ctx.saved_tensors``."""
        self.to_save = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Says that these outputs have no gradient."""
        self.non_differentiable = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Says that forward changed these inputs in place."""
        self.dirty = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward sees zeros (the default) or None for outputs without a gradient."""
        self.materialize_grads = value

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        if self.saved is None:
            raise RuntimeError(SECOND_TIME)
        return tuple(self.rejoined(*entry) for entry in self.saved)

    def rejoined(self, value: Any, edge: tuple | None) -> Tensor | None:
        """A saved tensor with its place in the graph."""
        if value is None:
            return None
        t = wrap(value)
        if edge is not None:
            t.node, t.output = edge
        return t

    def run(self, gradients: list, recording: bool) -> list:
        if self.saved is None:
            raise RuntimeError(SECOND_TIME)
        seen = [wrap(g) if type(g) is Handle else g for g in gradients]
        if not getattr(self, "materialize_grads", True):
            seen = [None if i in self.missing else g for i, g in enumerate(seen)]
        results = self.function.backward(self, *seen)
        results = results if isinstance(results, tuple | list) else (results,)
        if len(results) > len(self.positions) and all(r is None for r in results[self.arguments :]):
            results = results[: self.arguments]
        if len(results) != self.arguments:
            raise RuntimeError(
                f"function {type(self).__name__} returned an incorrect number of gradients (expected {self.arguments}, "
                f"got {len(results)})"
            )
        out = []
        for i in self.positions:
            g = results[i]
            if g is not None and not isinstance(g, Tensor):
                raise RuntimeError(
                    f"function {type(self).__name__} returned a gradient of type {type(g).__name__}, expected a Tensor "
                    "or None"
                )
            out.append(g if g is None or recording else g.handle)
        return out

    @property
    def missing(self) -> frozenset:
        return frozenset()

    def release(self) -> None:
        if self.saved:
            self.saved = None


class FunctionMeta(type):
    """Gives every Function a node type of its own, named as PyTorch names it."""

    def __init__(cls, name: str, bases: tuple, namespace: dict) -> None:
        super().__init__(name, bases, namespace)
        cls._node_type = type(f"{name}Backward", (FunctionNode,), {"__slots__": ()})


class Function(metaclass=FunctionMeta):
    """An operation defined by two static methods, ``forward(ctx, ...)`` and ``backward(ctx, *grads)``.

    ``setup_context(ctx, inputs, output)`` may be written apart from ``forward(...)``. Call it by ``apply``; backward
    gives one gradient, or None, for each argument of forward.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            f"{type(self).__name__} should not be instantiated. Methods on autograd functions are all static, so you "
            "should invoke them on the class itself. Instantiating an autograd function will raise an error in a "
            "future version of PyTorch."
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The operation: ``forward(ctx, ...)``, or ``forward(...)`` beside `setup_context`."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: Any) -> Any:
        """Notes in `ctx` what backward needs, where forward takes no `ctx`."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradients of forward's arguments, from those of its outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Runs forward without recording its inside, and records the whole as one node."""
        node = new(cls._node_type)
        node.function = cls
        node.arguments = len(args)
        node.positions = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        node.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        node.extras = None
        node.saved = ()
        with no_grad():
            out = cls.run_forward(node, args)
        return cls.attach(node, args, out)

    @classmethod
    def run_forward(cls, node: FunctionNode, args: tuple) -> Any:
        if cls.setup_context is Function.setup_context:
            return cls.forward(node, *args)
        out = cls.forward(*args)
        cls.setup_context(node, args, out)
        return out

    @classmethod
    def attach(cls, node: FunctionNode, args: tuple, out: Any) -> Any:
        several = isinstance(out, tuple)
        results = list(out) if several else [out]
        inputs = {id(a): a for a in args if isinstance(a, Tensor)}
        dirty = {id(t) for t in getattr(node, "dirty", ())}
        results = [
            wrap(r.handle.alias()) if isinstance(r, Tensor) and id(r) in inputs and id(r) not in dirty else r
            for r in results
        ]
        if mode.enabled and any(node.needs_input_grad):
            cls.record(node, args, results)
        return tuple(results) if several else results[0]

    @classmethod
    def record(cls, node: FunctionNode, args: tuple, results: list) -> None:
        node.number = next_number()
        node.edges = tuple(edge_of(args[i]) for i in node.positions)
        inputs = {id(args[i]): edge_of(args[i]) for i in node.positions}
        skip = {id(t) for t in getattr(node, "non_differentiable", ())}
        marked = [r for r in results if isinstance(r, Tensor) and id(r) not in skip and kind(r.dtype) >= 2]
        for number, r in enumerate(marked):
            r.node, r.output = node, number
        outputs = {id(r): (node, r.output) for r in marked}
        saved = []
        for t in getattr(node, "to_save", ()):
            edge = None if t is None else inputs.get(id(t)) or outputs.get(id(t)) or edge_of(t)
            saved.append((None, None) if t is None else (t.handle.snapshot(), edge))
        node.saved = tuple(saved)
        node.to_save = ()
        if len(marked) == 1:
            node.shape, node.type = marked[0].handle.shape, marked[0].dtype
        else:
            node.shape, node.type = [r.handle.shape for r in marked], [r.dtype for r in marked]


def once_differentiable(backward: Any) -> Any:
    """Marks a backward whose own operations cannot be differentiated again."""

    def call(ctx: Any, *grads: Any) -> Any:
        with no_grad():
            return backward(ctx, *grads)

    return call
