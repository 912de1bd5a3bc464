"""How an operation with its gradient rules becomes a function.

A rule is a callable for one argument; the names of its parameters say what it needs, and so what is saved: ``g`` (the
gradient of the output), ``out`` (the output), the names of the operation's arguments, and ``x_shape``, ``x_dtype`` for
an argument ``x`` whose data is not needed. Rules run on core handles, or on tensors where the backward pass itself is
recorded. A `joint` rule stands for several neighbouring arguments: it runs once and gives the list of their gradients.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

from pyrite.autograd.graph import Node, edge_of, next_number
from pyrite.autograd.mode import mode
from pyrite.dtype import kind
from pyrite.tensor import Handle, Tensor, new, wrap


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
