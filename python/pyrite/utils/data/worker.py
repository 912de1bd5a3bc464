"""Loader workers: threads that share the process's memory, each with a default generator, grad mode and
`get_worker_info` of its own. Python's and NumPy's generators are the process's: seed one of your own from
`get_worker_info().seed` where it matters."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from pyrite.generator import worker_generator
from pyrite.utils.data.dataset import Dataset
from pyrite.utils.data.fetch import Cancelled, EndOfStream, Progress

# How long a dropped iterator waits for the samples that its workers are just reading.
GRACE_SECONDS = 2.0

NEW_EPOCH = object()
EXHAUSTED = object()

this_thread = threading.local()


@dataclass
class WorkerInfo:
    """Which of `num_workers` this one is (`id`), the `seed` of its default generator and the `dataset` it reads."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    worker_method: str = "thread"


def get_worker_info() -> WorkerInfo | None:
    """The calling DataLoader worker's information, None outside of one."""
    return getattr(this_thread, "info", None)


def own_view(dataset: Any) -> Any:
    """A shallow copy of a Dataset: attributes that a worker sets stay its own, the data they hold are shared."""
    if not isinstance(dataset, Dataset):
        return dataset
    try:
        return copy.copy(dataset)
    except Exception:  # what refuses to be copied (it holds a running generator, say) is shared as it is
        return dataset


class Readable(str):
    """A message that a KeyError, which prints the repr of its key, prints as it is."""

    __slots__ = ()
    __repr__ = str.__str__


@dataclass
class Failure:
    """What kept a batch from coming, on its way to whoever asked for it; `where` is set if it arose in a worker."""

    error: BaseException
    where: str | None = None

    def reraise(self) -> None:
        """Raises the error, for a worker's one of the same class whose message tells where, caused by it."""
        if self.where is None:
            raise self.error
        raise self._twin() from self.error

    def _twin(self) -> BaseException:
        kind = type(self.error)
        message = f"Caught {kind.__name__} {self.where}: {self.error}"
        if kind is SystemExit:
            return RuntimeError(f"{message} (sys.exit ends no program from a worker)")
        try:
            twin = kind(Readable(message))
            if message in str(twin):
                return twin
        except Exception:
            pass  # its constructor wants something else than one message
        told = type(kind.__name__, (kind,), {"__str__": lambda self: message, "__module__": kind.__module__})
        twin = told.__new__(told, *self.error.args)
        twin.__dict__.update(self.error.__dict__)
        return twin


class Worker(threading.Thread):
    """Answers tasks (reply queue, batch number, sampler's entry) in their order, until it is told None or cancelled.

    `make_fetcher(dataset, progress)` gives the function that reads a batch; it is called anew for each epoch.
    """

    def __init__(self, info: WorkerInfo, make_fetcher: Callable, init_fn: Callable | None) -> None:
        super().__init__(name=f"DataLoader worker {info.id}", daemon=True)
        self.tasks: SimpleQueue = SimpleQueue()
        self.progress = Progress()
        self._info, self._make_fetcher, self._init_fn = info, make_fetcher, init_fn

    def run(self) -> None:
        self._info.dataset = own_view(self._info.dataset)
        this_thread.info = self._info
        with worker_generator(self._info.seed):
            self._begin_epoch()
            while (task := self.tasks.get()) is not None and not self.progress.cancelled:
                if task is NEW_EPOCH:
                    self._begin_epoch()
                else:
                    reply, number, index = task
                    reply.put((number, self._outcome(index)))
                    del reply, index
                del task

    def _begin_epoch(self) -> None:
        self._unfit = None
        self.progress.at("starting", None)
        try:
            if self._init_fn is not None:
                self._init_fn(self._info.id)
                self._init_fn = None
            self._fetch = self._make_fetcher(self._info.dataset, self.progress)
        except BaseException as error:
            self._unfit = self._failure(error)

    def _outcome(self, index: Any) -> Any:
        if self._unfit is not None:
            return self._unfit
        try:
            return self._fetch(index)
        except (Cancelled, EndOfStream):
            return EXHAUSTED
        except BaseException as error:
            return self._failure(error)

    def _failure(self, error: BaseException) -> Failure:
        return Failure(error, f"in DataLoader worker {self._info.id} while {self.progress}")

    def discard_tasks(self) -> None:
        """Takes back what the thread has not begun."""
        try:
            while True:
                self.tasks.get_nowait()
        except Empty:
            pass


class Crew:
    """The workers of one iterator. They know nothing of the iterator, so that dropping it can dismiss them."""

    def __init__(self, loader: Any, base_seed: int) -> None:
        size, make_fetcher = loader.num_workers, loader._fetcher()
        infos = [WorkerInfo(i, size, base_seed + i, loader.dataset) for i in range(size)]
        self.workers = [Worker(info, make_fetcher, loader.worker_init_fn) for info in infos]
        self.patience = GRACE_SECONDS

    def start(self) -> None:
        for worker in self.workers:
            worker.start()

    def begin_epoch(self) -> None:
        for worker in self.workers:
            worker.discard_tasks()
            worker.tasks.put(NEW_EPOCH)

    def dismiss(self) -> None:
        """Tells every worker to end, and waits `patience` seconds in all for those that are reading a sample."""
        for worker in self.workers:
            worker.progress.cancelled = True
            worker.tasks.put(None)
        deadline = time.monotonic() + self.patience
        for worker in self.workers:
            if worker.is_alive() and worker is not threading.current_thread():
                worker.join(max(0.0, deadline - time.monotonic()))
