"""Memory formats: in which order the dimensions of a tensor lie in memory (see ``torch.memory_format``)."""

from __future__ import annotations

from collections.abc import Sequence


class memory_format:
    """The order of the dimensions in memory, as an argument of functions that make tensors."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"pyrite.{self.name}"

    def __reduce__(self) -> str:
        return self.name

    def order(self) -> tuple[int, ...] | None:
        """The dimensions from the slowest to the fastest; None for row-major or kept as it is."""
        return _ORDERS.get(self.name)


_ORDERS = {"channels_last": (0, 2, 3, 1), "channels_last_3d": (0, 2, 3, 4, 1)}

contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")


def strides_in(shape: Sequence[int], form: memory_format) -> list[int]:
    """The strides of a dense tensor in a channels-last format; RuntimeError for another number of dimensions."""
    order = form.order()
    if order is None or len(order) != len(shape):
        rank = len(order or ())
        raise RuntimeError(f"required rank {rank} tensor to use {form.name} format")
    strides, step = [0] * len(shape), 1
    for axis in reversed(order):
        strides[axis] = step
        step *= max(shape[axis], 1)
    return strides
