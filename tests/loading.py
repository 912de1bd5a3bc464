"""Datasets that tests of loading share, and what loaders leave behind."""

import threading
import time

from pyrite.utils import data as D


class Squares(D.Dataset):
    """i -> i * i, slowly where asked, refusing some indices."""

    def __init__(self, length=20, delay=0.0, refused=(), error=ValueError):
        self.length, self.delay, self.refused, self.error = length, delay, refused, error

    def __getitem__(self, index):
        time.sleep(self.delay)
        if index in self.refused:
            raise self.error(f"no {index}")
        return index * index

    def __len__(self):
        return self.length


class Count(D.IterableDataset):
    """0, 1, ..., length - 1, or with `split` only each worker's share of it."""

    def __init__(self, length, split=False):
        self.length, self.split = length, split

    def __iter__(self):
        info = D.get_worker_info() if self.split else None
        return iter(range(self.length) if info is None else range(info.id, self.length, info.num_workers))


def numbers(loader):
    return [batch.tolist() for batch in loader]


def worker_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("DataLoader worker")]
