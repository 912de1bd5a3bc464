"""In-place operations: what may be recorded, and how a tensor takes over the content and history of a result."""

from __future__ import annotations

from typing import Any

from pyrite.autograd.mode import mode
from pyrite.autograd.region import overwritten, seen_through, written_through
from pyrite.autograd.view import MULTIPLE_VIEWS
from pyrite.dtype import kind
from pyrite.tensor import Tensor, views_of, wrap


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
