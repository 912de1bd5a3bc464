"""A bar over the batches of an epoch: tqdm's where it is installed, else a plain line; neither where no one watches."""

import sys
from collections.abc import Iterator
from typing import Any


def progress(batches: Any, label: str) -> Iterator:
    """Yields the batches, showing on the terminal how many of them are done."""
    try:
        from tqdm import tqdm
    except ImportError:
        return plain(batches, label)
    return iter(tqdm(batches, desc=label, unit="batch", leave=False, disable=None))


def plain(batches: Any, label: str) -> Iterator:
    if not sys.stderr.isatty():
        yield from batches
        return
    line = ""
    for done, batch in enumerate(batches):
        line = f"{label}: batch {done + 1} of {len(batches)}"
        print(f"\r{line}", end="", file=sys.stderr, flush=True)
        yield batch
    print("\r" + " " * len(line) + "\r", end="", file=sys.stderr, flush=True)
