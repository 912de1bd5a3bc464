"""DataLoader: reads a dataset in batches, in an order of choice, when asked or ahead of it in worker threads."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

from pyrite.utils.data.collate import default_collate, default_convert
from pyrite.utils.data.dataset import IterableDataset
from pyrite.utils.data.epoch import Epoch, SerialEpoch, ThreadedEpoch
from pyrite.utils.data.fetch import IterableFetcher, MapFetcher
from pyrite.utils.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler

T_co = TypeVar("T_co", covariant=True)

DEFAULT_PREFETCH = 2

# What decides the batches: set once, by the constructor.
FIXED = frozenset({"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"})


class EndlessSampler(Sampler[None]):
    """The sampler of an iterable dataset: entries without an index, of which the batch size alone matters."""

    def __iter__(self) -> Iterator[None]:
        while True:
            yield None


def check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool) -> None:
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing."
            "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def check_stream(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
    """An iterable dataset decides its own order."""
    refused = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
    for option, value in refused.items():
        if value is not None:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified {option} option, but got {option}={value}"
            )


def check_batching(batch_size: int | None, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool) -> None:
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
    if batch_sampler is None and batch_size is None and drop_last:
        raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


def check_context(context: Any, num_workers: int) -> Any:
    """A multiprocessing context, from its name where given one; workers are threads, so it chooses nothing."""
    if context is None:
        return None
    if num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), "
            f"but got num_workers={num_workers}"
        )
    import multiprocessing.context

    if isinstance(context, str):
        valid = multiprocessing.get_all_start_methods()
        if context not in valid:
            raise ValueError(
                f"multiprocessing_context option should specify a valid start method in {valid!r}, "
                f"but got multiprocessing_context={context!r}"
            )
        return multiprocessing.get_context(context)
    if not isinstance(context, multiprocessing.context.BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string specifying the start "
            f"method, but got multiprocessing_context={context}"
        )
    return context


class DataLoader(Generic[T_co]):
    """Iterates over `dataset` in batches of `batch_size` samples, joined by `collate_fn`; a new pass with each
    `iter()`.

    The order is the dataset's, a random one (`shuffle`), or that of a `sampler` of indices or a `batch_sampler` of
    lists of them. `batch_size=None` gives single samples. The names, defaults and errors are PyTorch's
    (https://docs.pytorch.org/docs/stable/data.html), and so are the random numbers: each pass draws one seed from
    `generator` (by default the default generator), and shuffling draws another.

    With `num_workers` > 0 batches are read ahead by threads, `prefetch_factor` (2) for each. They share the dataset's
    data; `persistent_workers` keeps them from one pass to the next; `worker_init_fn(worker_id)` runs first in each; a
    batch that takes longer than `timeout` seconds raises RuntimeError; an exception in a worker arrives with its own
    class. `in_order=False` gives batches as they are ready. `pin_memory` has no effect without an accelerator that
    copies from pinned memory.
    """

    _ready = False

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler | Iterable | None = None,
        batch_sampler: Sampler[list] | Iterable[list] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Any = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        self.dataset, self.generator = dataset, generator
        self.num_workers, self.worker_init_fn, self.timeout = num_workers, worker_init_fn, timeout
        self.prefetch_factor = DEFAULT_PREFETCH if num_workers > 0 and prefetch_factor is None else prefetch_factor
        self.persistent_workers, self.in_order = persistent_workers, in_order
        self.pin_memory, self.pin_memory_device = pin_memory, pin_memory_device
        self.multiprocessing_context = multiprocessing_context
        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable:
            check_stream(shuffle, sampler, batch_sampler)
        check_batching(batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.sampler = self._default_sampler(shuffle) if sampler is None else sampler
        self.drop_last = drop_last
        self.batch_size = batch_size if batch_sampler is None else None
        if batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)
        self.batch_sampler = batch_sampler
        default = default_collate if self._auto_collation else default_convert
        self.collate_fn = default if collate_fn is None else collate_fn
        self._iterator: ThreadedEpoch | None = None
        self._promised_length: int | None = None
        self._ready = True

    def _default_sampler(self, shuffle: bool | None) -> Sampler:
        if self._iterable:
            return EndlessSampler()
        if shuffle:
            return RandomSampler(self.dataset, generator=self.generator)
        return SequentialSampler(self.dataset)

    def __setattr__(self, name: str, value: Any) -> None:
        if self._ready and name in FIXED:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self) -> Any:
        return self._multiprocessing_context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        self._multiprocessing_context = check_context(context, self.num_workers)

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.batch_sampler if self._auto_collation else self.sampler

    def _fetcher(self) -> Callable:
        """(dataset, progress) -> fetcher. It does not hold the loader, which may hold the workers that keep it."""
        batched, collate_fn = self._auto_collation, self.collate_fn
        if self._iterable:
            return partial(IterableFetcher, batched=batched, collate_fn=collate_fn, drop_last=self.drop_last)
        return partial(MapFetcher, batched=batched, collate_fn=collate_fn)

    def __iter__(self) -> Epoch:
        if self.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be "
                "used.",
                stacklevel=2,
            )
        if self.num_workers == 0:
            return SerialEpoch(self)
        if not self.persistent_workers:
            return ThreadedEpoch(self)
        if self._iterator is None:
            self._iterator = ThreadedEpoch(self)
        else:
            self._iterator.restart(self)
        return self._iterator

    def __len__(self) -> int:
        """The number of batches; for an iterable dataset as its own `__len__` promises it."""
        if not self._iterable:
            return len(self._index_sampler)
        length = self._promised_length = len(self.dataset)
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else math.ceil(length / self.batch_size)
