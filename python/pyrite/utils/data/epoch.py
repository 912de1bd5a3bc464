"""One pass over a DataLoader: in the caller's thread, or by workers that read ahead of it."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
import warnings
import weakref
from queue import Empty, SimpleQueue
from typing import Any

from pyrite.utils.data.fetch import Progress
from pyrite.utils.data.sampler import draw_seed
from pyrite.utils.data.worker import EXHAUSTED, Crew, Failure

# A wait is cut into pieces of this length, since on some systems Ctrl-C does not interrupt it.
WAIT_SECONDS = 1.0


class Epoch:
    """What both kinds of pass share: the sampler's entries, the seed of the pass, and the count of batches.

    The seed is drawn when the pass begins, also where nothing is random, and before the sampler draws its own.
    """

    def __init__(self, loader: Any) -> None:
        self._dataset = loader.dataset
        self._sampler = loader._index_sampler
        self._indices = iter(self._sampler)
        self._base_seed = draw_seed(loader.generator)
        self._promised = loader._promised_length
        self._yielded = 0

    def __iter__(self) -> Epoch:
        return self

    def __len__(self) -> int:
        return len(self._sampler)

    def __getstate__(self) -> dict:
        raise NotImplementedError(
            f"{type(self).__name__} cannot be pickled: pickle the DataLoader, and iterate over the copy"
        )

    def __next__(self) -> Any:
        batch = self._next_batch()
        if isinstance(batch, Failure):
            # The traceback keeps this frame alive: without the iterator in it, the workers can end.
            del self
            batch.reraise()
        self._yielded += 1
        if self._promised is not None and self._yielded > self._promised:
            self._warn_of_length()
        return batch

    def _next_batch(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} reads no batches")

    def _warn_of_length(self) -> None:
        warnings.warn(
            f"Length of IterableDataset {self._dataset} was reported to be {self._promised}(when accessing "
            f"len(dataloader)), but {self._yielded} samples have been fetched. With several workers each must read "
            "only its share: see get_worker_info.",
            stacklevel=3,
        )


class SerialEpoch(Epoch):
    """Reads each batch when it is asked for."""

    def __init__(self, loader: Any) -> None:
        if loader.timeout != 0:
            raise AssertionError("DataLoader: timeout is for workers: it needs num_workers > 0, or timeout=0")
        super().__init__(loader)
        self._progress = Progress()
        self._fetch = loader._fetcher()(loader.dataset, self._progress)

    def _next_batch(self) -> Any:
        index = next(self._indices)
        try:
            return self._fetch(index)
        except StopIteration:
            raise
        except Exception as error:
            error.add_note(f"The DataLoader was {self._progress}.")
            raise


class ThreadedEpoch(Epoch):
    """Keeps `prefetch_factor` batches for each worker asked for. Batch k is worker k mod n's, and comes as the k-th.

    With `in_order=False` batches come as they are ready, and who delivers one gets the next. A worker whose part of an
    iterable dataset has ended drops out of the turn.
    """

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        self._timeout, self._in_order, self._persistent = loader.timeout, loader.in_order, loader.persistent_workers
        self._ahead = max(1, loader.prefetch_factor * loader.num_workers)
        self._process = os.getpid()
        self._crew = Crew(loader, self._base_seed)
        self._dismiss = weakref.finalize(self, self._crew.dismiss)
        self._crew.start()
        self._begin()

    def restart(self, loader: Any) -> None:
        """Begins another pass with the same workers."""
        self._indices = iter(self._sampler)
        self._promised, self._yielded = loader._promised_length, 0
        self._crew.begin_epoch()
        self._begin()

    def _begin(self) -> None:
        self._reply: SimpleQueue = SimpleQueue()
        self._active = list(range(len(self._crew.workers)))
        self._turn = itertools.cycle(range(len(self._active)))
        self._number = itertools.count()
        self._awaited: dict[int, int] = {}  # batch number -> worker, oldest first
        self._arrived: dict[int, Any] = {}
        for _ in range(self._ahead):
            self._ask()

    def _ask(self, worker: int | None = None) -> None:
        """Sends the sampler's next entry to `worker`, by default to the one whose turn it is."""
        if not self._active:
            return
        try:
            index = next(self._indices)
        except StopIteration:
            return
        if worker not in self._active:
            worker = next(worker for worker in self._turn if worker in self._active)
        number = next(self._number)
        self._awaited[number] = worker
        self._crew.workers[worker].tasks.put((self._reply, number, index))

    def _next_batch(self) -> Any:
        if os.getpid() != self._process:
            raise RuntimeError(
                "DataLoader: the iterator's worker threads do not live on in a forked process; make a new one"
            )
        while self._awaited:
            number = self._wait()
            if number is None:
                return self._timed_out()
            worker, batch = self._awaited.pop(number), self._arrived.pop(number)
            ended = batch is EXHAUSTED
            if ended and worker in self._active:
                self._active.remove(worker)
            self._ask(None if self._in_order or ended else worker)
            if not ended:
                return batch
        if not self._persistent:
            self._dismiss()
        raise StopIteration

    def _wait(self) -> int | None:
        """The number of the batch to hand out next, once it has arrived; None if the timeout runs out first."""
        deadline = time.monotonic() + self._timeout if self._timeout > 0 else float("inf")
        while (number := next(iter(self._awaited if self._in_order else self._arrived), None)) not in self._arrived:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            with contextlib.suppress(Empty):
                arrived, batch = self._reply.get(timeout=min(left, WAIT_SECONDS))
                self._arrived[arrived] = batch
        return number

    def _timed_out(self) -> Failure:
        number, worker = next(iter(self._awaited.items()))
        self._crew.patience = 0.0
        return Failure(
            RuntimeError(
                f"DataLoader timed out after {self._timeout} seconds waiting for batch {number}: "
                f"worker {worker} was {self._crew.workers[worker].progress}"
            )
        )
