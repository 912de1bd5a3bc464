"""Times work on a GPU: many calls for one wait, the best of three measurements."""

from collections.abc import Callable
from time import perf_counter

LONG_ENOUGH = 0.2
"""Seconds that one measurement takes at least, where its work is not slower."""


def seconds(work: Callable[[], object], synchronize: Callable[[], object]) -> float:
    """Seconds of one call of `work`."""

    def taken(calls: int) -> float:
        begun = perf_counter()
        for _ in range(calls):
            work()
        synchronize()
        return perf_counter() - begun

    taken(1)
    calls, once = 1, taken(1)
    while once < LONG_ENOUGH / 2:
        calls = min(calls * 10, int(calls * 1.2 * LONG_ENOUGH / max(once, 1e-6)) + 1)
        once = taken(calls)
    return min(once, taken(calls), taken(calls)) / calls
