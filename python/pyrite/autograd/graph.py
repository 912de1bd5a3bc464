"""The graph: nodes for recorded operations, and how an operation with its gradient rules becomes a function.

A rule is a callable for one argument; the names of its parameters say what it needs, and so what is saved: ``g`` (the
gradient of the output), ``out`` (the output), the names of the operation's arguments, and ``x_shape``, ``x_dtype`` for
an argument ``x`` whose data is not needed. Rules run on core handles, or on tensors where the backward pass itself is
recorded. A `joint` rule stands for several neighbouring arguments: it runs once and gives the list of their gradients.
"""

from __future__ import annotations

import itertools
import re
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from pyrite.autograd.mode import mode
from pyrite.dtype import kind
from pyrite.hooks import RemovableHandle, add_hook
from pyrite.tensor import Handle, Tensor, new, remember_view, views_of, wrap

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


class Plan:
    """What an operation saves and runs when a given set of its arguments needs gradients."""

    __slots__ = ("joins", "keeps_data", "names", "rules")

    def __init__(self, operation: Operation, needed: tuple[bool, ...]) -> None:
        names: list[str] = []
        self.rules: list[tuple[bool, Any, tuple[int, ...]]] = []
        for _, group in itertools.groupby(enumerate(operation.rules), lambda pair: getattr(pair[1], "joint", pair[0])):
            indices, (rule, *_) = zip(*group)
            needs = [needed[i] for i in indices]
            if not any(needs):
                self.rules.extend([(False, rule, ())] * len(needs))
                continue
            wanted = parameters(rule)
            for name in wanted:
                if name != "g" and name not in names:
                    names.append(name)
            self.rules.append((True, rule, tuple(-1 if n == "g" else names.index(n) for n in wanted)))
        self.names = tuple(names)
        places = {name: i for i, name in enumerate(operation.differentiable)}
        self.joins = tuple(-1 if n in ("out", "outs") else places.get(n) for n in names)
        self.keeps_data = any(join is not None for join in self.joins) or any(n in operation.tensors for n in names)


def joint(rule: Callable) -> Callable:
    """Marks a rule that neighbouring arguments share."""
    rule.joint = rule  # type: ignore[attr-defined]
    return rule


def parameters(function: Callable) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


class Operation:
    """A name, a forward on core handles and the gradient rules of its arguments."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        rules: dict[str, Callable],
        tensors: Sequence[str] = (),
        label: str | None = None,
    ) -> None:
        self.name = name
        self.arguments = tuple(arguments)
        self.differentiable = tuple(a for a in self.arguments if a in rules)
        self.rules = tuple(rules[a] for a in self.differentiable)
        self.tensors = frozenset((*self.differentiable, *tensors, "out"))
        self.plans: dict[tuple[bool, ...], Plan] = {}
        self.node_type = type(label or node_name(name), (Node,), {"__slots__": (), "operation": self})

    def plan(self, needed: tuple[bool, ...]) -> Plan:
        plan = self.plans.get(needed)
        if plan is None:
            plan = self.plans[needed] = Plan(self, needed)
        return plan

    def record(self, values: dict[str, Any], edges: list, needed: tuple[bool, ...], spread: list | None) -> Node:
        """A node for a call whose arguments and output ``out`` stand in `values`, as handles."""
        node = new(self.node_type)
        node.number = next_number()
        node.plan = plan = self.plan(needed)
        node.edges = tuple(edges)
        node.spread = spread
        node.extras = None
        node.saved = tuple([snapshot(values, name) for name in plan.names])
        return node


def snapshot(values: dict[str, Any], name: str) -> Any:
    """The value to save under a name: content as it is now, or shape and dtype without the content."""
    if name in values:
        value = values[name]
        if type(value) is Handle:
            return value.snapshot()
        if type(value) in (list, tuple) and any(type(v) is Handle for v in value):
            return [v.snapshot() if type(v) is Handle else v for v in value]
        return value
    argument, _, part = name.rpartition("_")
    value = values[argument]
    if type(value) in (list, tuple):
        return [getattr(v, part) for v in value]
    return getattr(value, part) if type(value) is Handle else None


def node_name(name: str) -> str:
    """``index_select`` -> ``IndexSelectBackward0``"""
    camel = "".join(part[:1].upper() + part[1:] for part in re.split(r"_+", name.strip("_")))
    return f"{camel}Backward0"


def edge_of(t: Tensor) -> tuple[Node, int] | None:
    return None if t.node is None else (t.node, t.output)


def operation(
    name: str,
    forward: Callable,
    *,
    tensors: Sequence[str] = (),
    outputs: int | None = None,
    label: str | None = None,
    **rules: Callable,
) -> Callable:
    """The function that runs `forward` on core handles and records it with `rules`, one for each differentiable
    argument.

    Arguments are positional. An argument may be a list of tensors; its rule gives a list. Where `forward` gives several
    results, the first `outputs` of them (all, where None) are differentiable, and ``g`` is the list of their gradients,
    or the one gradient where `outputs` is 1. Called with core handles it gives core handles and records nothing.
    """
    arguments = parameters(forward)
    op = Operation(name, arguments, rules, tensors, label)
    differentiable = op.differentiable
    positions = tuple(arguments.index(a) for a in differentiable)

    def call(*args: Any) -> Any:
        has_tensor = has_handle = tracked = False
        values: list[Any] = []
        for a in args:
            if isinstance(a, Tensor):
                has_tensor = True
                tracked = tracked or a.node is not None
                values.append(a.handle)
            elif type(a) in (list, tuple):
                for v in a:
                    if isinstance(v, Tensor):
                        has_tensor = True
                        tracked = tracked or v.node is not None
                    elif type(v) is Handle:
                        has_handle = True
                values.append([v.handle if isinstance(v, Tensor) else v for v in a] if has_tensor else a)
            else:
                has_handle = has_handle or type(a) is Handle
                values.append(a)
        raw = has_handle and not has_tensor
        out = forward(*values)
        if raw:
            return out
        several = type(out) is tuple
        results = tuple(wrap(o) for o in out) if several else wrap(out)
        if tracked and mode.enabled:
            attach(args, values, out, results)
        return results

    def attach(args: tuple, values: list, out: Any, results: Any) -> None:
        edges: list = []
        needed: list[bool] = []
        spread: list[int | None] | None = None
        for k, i in enumerate(positions):
            a: Any = args[i] if i < len(args) else None
            if isinstance(a, Tensor):
                edge = edge_of(a)
                edges.append(edge)
                needed.append(edge is not None)
            elif type(a) in (list, tuple):
                if spread is None:
                    spread = [None] * len(positions)
                spread[k] = len(a)
                own = [edge_of(v) for v in a]
                edges.extend(own)
                needed.append(any(e is not None for e in own))
            else:
                edges.append(None)
                needed.append(False)
        if not any(needed):
            return
        several = type(results) is tuple
        named = dict(zip(arguments, values))
        named["out"] = out[0] if several else out
        if several:
            named["outs"] = out
        node = op.record(named, edges, tuple(needed), spread)
        if not several:
            results.node = node
            node.shape, node.type = out.shape, out.dtype
            return
        marked = [r for r in results[:outputs] if kind(r.dtype) >= 2]
        for number, r in enumerate(marked):
            r.node, r.output = node, number
        if len(marked) == 1:
            node.shape, node.type = marked[0].handle.shape, marked[0].handle.dtype
        else:
            node.shape, node.type = [r.handle.shape for r in marked], [r.handle.dtype for r in marked]

    call.__name__ = call.__qualname__ = name
    call.operation = op
    return call


def view_operation(name: str, forward: Callable, *, label: str | None = None, x: Callable) -> Callable:
    """An `operation` on its first argument whose result shares that argument's storage."""
    plain = operation(name, forward, label=label, x=x)

    def call(x: Any, *args: Any) -> Any:
        if type(x) is Handle:
            return forward(x, *args)
        if x.node is not None and mode.enabled:
            out = plain(x, *args)
        else:
            out = wrap(forward(x.handle, *args))
        return as_view(out, x)

    call.__name__ = call.__qualname__ = name
    call.operation = plain.operation
    return call


NO_GRAD_VIEW = (
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case "
    "is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace "
    "either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want "
    "the inplace to be tracked)."
)
MULTIPLE_VIEWS = (
    "is a view and is being modified inplace. This view is the output of a function that returns multiple views. Such "
    "functions do not allow the output views to be modified inplace. You should replace the inplace operation by an "
    "out-of-place one."
)


def as_view(out: Tensor, x: Tensor, refusal: str | None = None) -> Tensor:
    """Marks `out` as a view of what `x` is, or is a view of."""
    base = x.base
    if base is None:
        base = (x, NO_GRAD_VIEW if x.node is not None and not mode.enabled else refusal)
    elif base[1] is None and (refusal is not None or (base[0].node is not None and not mode.enabled)):
        base = (base[0], NO_GRAD_VIEW if refusal is None else refusal)
    out.base = base
    remember_view(base[0], out)
    return out


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


# In-place operations


def check_inplace(t: Tensor) -> None:
    """Refuses to record an in-place operation on `t` where PyTorch does."""
    if not mode.enabled:
        return
    if t.base is not None:
        root, refusal = t.base
        if refusal is not None and (t.node is not None or root.node is not None):
            raise RuntimeError(
                f"Output {t.output} of {t.node.name()} {refusal}" if refusal is MULTIPLE_VIEWS and t.node else refusal
            )
        if root.node is not None and root.node.is_accumulation:
            raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")
    if t.node is not None and t.node.is_accumulation:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")


PARTIAL_OVERLAP = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    "location. Please clone() the tensor before performing the operation."
)


def check_overlap(t: Tensor, operands: Any) -> None:
    """Refuses an in-place operation whose operand shares some places with the tensor it writes to."""
    for x in operands:
        if isinstance(x, Tensor) and x is not t and t.handle.overlaps_in_part(x.handle):
            raise RuntimeError(PARTIAL_OVERLAP)


def rebase(t: Tensor, result: Tensor, name: str) -> None:
    """Gives `t`, whose content `result` has just replaced, the history of `result`; views of one root follow."""
    from pyrite.autograd.region import overwritten, seen_through, written_through

    if not mode.enabled:
        return
    root = t if t.base is None else t.base[0]
    if result.node is None and t.node is None and root.node is None:
        return
    if root is t:
        fresh = overwritten(name)(same_place(t)) if result.node is None else result
    else:
        fresh = written_through(t.handle, same_place(root), result)
    root.node, root.output = fresh.node, fresh.output
    for view in views_of(root):
        if view.handle.storage_id != root.handle.storage_id or (view.is_leaf and view.node is not None):
            continue
        fresh = seen_through(view.handle, same_place(root))
        view.node, view.output = fresh.node, fresh.output


def same_place(t: Tensor) -> Tensor:
    """Another tensor of the same content and place in the graph."""
    out = wrap(t.handle)
    out.node, out.output = t.node, t.output
    return out


def write_inplace(t: Tensor, result: Tensor, name: str = "zero") -> Tensor:
    """Makes the content and history of `result` those of `t`; the end of every in-place operation.

    Where the result has no history, `name` is what the graph calls the operation that ended that of `t`.
    """
    handle, fresh = t.handle, result.handle
    if handle.shape != fresh.shape:
        raise RuntimeError(
            f"output with shape {list(handle.shape)} doesn't match the broadcast shape {list(fresh.shape)}"
        )
    check_inplace(t)
    if handle.dtype is not fresh.dtype:
        if kind(fresh.dtype) > kind(handle.dtype):
            raise RuntimeError(
                f"result type {fresh.dtype.scalar_name} can't be cast to the desired output type "
                f"{handle.dtype.scalar_name}"
            )
        result = result.to(handle.dtype)
        fresh = result.handle
    if fresh.storage_id == handle.storage_id:
        handle.assign(fresh)
    else:
        handle.replace(fresh)
    rebase(t, result, name)
    return t
