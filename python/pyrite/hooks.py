"""Registered hooks, for tensors, nodes of the graph, modules and optimizers: the dictionary entry and the handle that
takes it out again. The dictionaries are OrderedDicts, which weak references can be made to."""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

Hooks = OrderedDict[int, Callable]


class RemovableHandle:
    """Takes a hook out of the dictionaries it was registered in: `remove()`, or the end of a `with` block
    (see ``torch.utils.hooks.RemovableHandle``)."""

    _ids = itertools.count()

    def __init__(self, hooks: OrderedDict, *, extra_dict: OrderedDict | Sequence[OrderedDict] = ()) -> None:
        self.id = next(RemovableHandle._ids)
        extra = [extra_dict] if isinstance(extra_dict, OrderedDict) else extra_dict or ()
        self._dictionaries = [weakref.ref(d) for d in (hooks, *extra)]

    def remove(self) -> None:
        """Takes the hook out; does nothing where that has been done, or where its owner is gone."""
        for reference in self._dictionaries:
            hooks = reference()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self) -> tuple[int, list[OrderedDict | None]]:
        return self.id, [reference() for reference in self._dictionaries]

    def __setstate__(self, state: tuple[int, list[OrderedDict | None]]) -> None:
        self.id, dictionaries = state
        self._dictionaries = [weakref.ref(OrderedDict() if d is None else d) for d in dictionaries]

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.remove()


def add_hook(
    hooks: Hooks, hook: Callable, *, prepend: bool = False, flags: Sequence[tuple[OrderedDict[int, bool], bool]] = ()
) -> RemovableHandle:
    """Registers a hook, and its id in each dictionary of `flags` whose flag is set. Raises TypeError for no
    function."""
    if not callable(hook):
        raise TypeError(f"a hook must be callable, but got {type(hook).__name__}")
    handle = RemovableHandle(hooks, extra_dict=[marked for marked, _ in flags])
    hooks[handle.id] = hook
    for marked, is_set in flags:
        if is_set:
            marked[handle.id] = True
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle
