"""Fetching: one entry of the index sampler becomes one batch, in the caller's thread or in a worker's."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from typing import Any

from pyrite import ops
from pyrite.tensor import Tensor
from pyrite.utils.data.collate import collate_tensor_fn, default_collate, default_collate_fn_map
from pyrite.utils.data.dataset import Subset, TensorDataset


class Progress:
    """What a fetcher is at, for messages about it, and whether it is asked to stop between two samples."""

    __slots__ = ("cancelled", "index", "stage")

    def __init__(self) -> None:
        self.stage = "starting"
        self.index: Any = None
        self.cancelled = False

    def at(self, stage: str, index: Any) -> None:
        self.stage, self.index = stage, index

    def __str__(self) -> str:
        return self.stage if self.index is None else f"{self.stage} {reprlib.repr(self.index)}"


class EndOfStream(StopIteration):
    """Raised where an iterable dataset has no samples left."""


class Cancelled(BaseException):
    """Raised between two samples in a worker that is no longer wanted."""


def row_reader(dataset: Any) -> Callable[[list[int]], list[Tensor]] | None:
    """For a TensorDataset, or Subsets of one, the function that reads the rows at a list of indices by one index
    operation for each tensor, which equals stacking the samples; None for other datasets, subclasses among them."""
    if type(dataset) is TensorDataset:

        def read(indices: list[int]) -> list[Tensor]:
            rows = ops.tensor(indices, device="cpu")
            return [tensor[rows] for tensor in dataset.tensors]

        return read
    if type(dataset) is Subset and (inner := row_reader(dataset.dataset)) is not None:
        return lambda indices: inner([dataset.indices[i] for i in indices])
    return None


class MapFetcher:
    """Reads a map-style dataset at the sampler's indices: lists of them if `batched`, else single ones."""

    def __init__(self, dataset: Any, progress: Progress, batched: bool, collate_fn: Callable) -> None:
        self.dataset, self.batched, self.collate_fn, self.progress = dataset, batched, collate_fn, progress
        stacking = collate_fn is default_collate and default_collate_fn_map.get(Tensor) is collate_tensor_fn
        self.read_rows = row_reader(dataset) if batched and stacking else None
        self.read_many = getattr(dataset, "__getitems__", None) if batched else None

    def __call__(self, index: Any) -> Any:
        if self.read_rows is not None and type(index) is list and set(map(type, index)) == {int}:
            try:
                return self.read_rows(index)
            except IndexError:
                pass  # read one by one below, which names the sample
        samples = self._samples(index)
        self.progress.at("collating samples", index)
        return self.collate_fn(samples)

    def _samples(self, index: Any) -> Any:
        progress = self.progress
        if not self.batched:
            progress.at("loading sample", index)
            return self.dataset[index]
        if self.read_many and self.read_rows is None:
            progress.at("loading samples", index)
            return self.read_many(index)
        samples, progress.stage = [], "loading sample"
        for progress.index in index:
            if progress.cancelled:
                raise Cancelled
            samples.append(self.dataset[progress.index])
        return samples


class IterableFetcher:
    """Reads an iterable dataset on, by as many samples as the sampler's entry is long; EndOfStream at its end."""

    def __init__(self, dataset: Any, progress: Progress, batched: bool, collate_fn: Callable, drop_last: bool) -> None:
        self.batched, self.collate_fn, self.drop_last, self.progress = batched, collate_fn, drop_last, progress
        self.stream, self.ended = iter(dataset), False
        progress.index = -1

    def __call__(self, index: Any) -> Any:
        if self.ended:
            raise EndOfStream
        samples = list(self._samples(len(index) if self.batched else 1))
        if not samples or (self.batched and self.drop_last and self.ended):
            raise EndOfStream
        self.progress.stage = "collating the samples up to"
        return self.collate_fn(samples if self.batched else samples[0])

    def _samples(self, count: int) -> Iterator:
        progress = self.progress
        for _ in range(count):
            if progress.cancelled:
                raise Cancelled
            progress.at("loading sample", progress.index + 1)
            try:
                yield next(self.stream)
            except StopIteration:
                self.ended = True
                return
