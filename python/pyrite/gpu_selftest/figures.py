"""How fast the GPU is, in figures that can be compared between cards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

import pyrite
import pyrite.nn.functional as F
from pyrite import cuda

Figure = tuple[str, float, str]
"""What was measured, its value and its unit."""

LONG_ENOUGH = 0.2
"""Seconds that one measurement takes at least, where its work is not slower."""


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one call of `work`, asynchronous: many calls are made for one wait. The best of three measurements."""
    work()
    cuda.synchronize()
    calls, best = 1, float("inf")
    while True:
        taken = _timed(work, calls)
        best = min(best, taken / calls)
        if taken >= LONG_ENOUGH / 2:
            break
        calls = min(calls * 10, int(calls * 1.2 * LONG_ENOUGH / max(taken, 1e-6)) + 1)
    return min(best, *(_timed(work, calls) / calls for _ in range(2)))


def _timed(work: Callable[[], object], calls: int) -> float:
    begun = perf_counter()
    for _ in range(calls):
        work()
    cuda.synchronize()
    return perf_counter() - begun


def run(is_software: bool) -> Iterator[Figure]:
    """Measures one figure after the other; smaller works on a software adapter."""
    megabytes, side = (8, 256) if is_software else (256, 1024)
    n = megabytes * 2**20 // 4
    x, y = pyrite.ones(n, device="cuda"), pyrite.zeros(n, device="cuda")
    tiny = pyrite.zeros(64, device="cuda")
    copied = seconds(lambda: (x + 1.0).data_ptr())
    yield f"copy of {megabytes} MiB (read and written)", 2 * 4 * n / copied / 1e9, "GB/s"
    yield f"add of two, {megabytes} MiB each", 3 * 4 * n / seconds(lambda: (x + y).data_ptr()) / 1e9, "GB/s"
    yield "a small kernel, started and done", seconds(lambda: (tiny + 1.0).data_ptr()) * 1e6, "us"
    yield "the host's part of it", _host_seconds(tiny) * 1e6, "us"
    yield "a deferred operation, recorded", _recorded_seconds(tiny) * 1e6, "us"
    yield "a number read back", seconds(lambda: (tiny[0] + 1.0).item()) * 1e6, "us"
    yield f"sum of {megabytes} MiB", 4 * n / seconds(lambda: x.sum().data_ptr()) / 1e9, "GB/s"
    rows = x.reshape(-1, 1024)
    yield (
        f"softmax of rows of 1024, {megabytes} MiB",
        8 * n / seconds(lambda: F.softmax(rows, 1).data_ptr()) / 1e9,
        "GB/s",
    )
    drawn = seconds(lambda: pyrite.rand(n, device="cuda").data_ptr())
    yield f"{n / 1e6:.0f} million random numbers", n / drawn / 1e9, "billion/s"
    a, b = pyrite.randn(side, side, device="cuda"), pyrite.randn(side, side, device="cuda")
    yield f"matmul of {side}, float32", 2 * side**3 / seconds(lambda: (a @ b).data_ptr()) / 1e9, "GFLOP/s"
    a, b = a.half(), b.half()
    yield f"matmul of {side}, float16", 2 * side**3 / seconds(lambda: (a @ b).data_ptr()) / 1e9, "GFLOP/s"
    host = pyrite.ones(n)
    yield "from the host", 4 * n / seconds(lambda: host.to("cuda").data_ptr()) / 1e9, "GB/s"
    yield "to the host", 4 * n / seconds(lambda: x.cpu().data_ptr()) / 1e9, "GB/s"


def _host_seconds(tiny: pyrite.Tensor) -> float:
    """Seconds in which the host asks for a kernel, without the wait for it: few enough calls to stay in one batch."""
    best = float("inf")
    for _ in range(20):
        cuda.synchronize()
        begun = perf_counter()
        for _ in range(50):
            (tiny + 1.0).data_ptr()
        best = min(best, (perf_counter() - begun) / 50)
    return best


def _recorded_seconds(tiny: pyrite.Tensor) -> float:
    """Seconds of one operation of a chain that is not computed yet."""
    best = float("inf")
    for _ in range(50):
        begun = perf_counter()
        y = tiny
        for _ in range(20):
            y = y + 1.0
        best = min(best, (perf_counter() - begun) / 20)
    return best
