"""The process around the tensors: imports, threads, forks, sizes that cannot be, and memory that comes back."""

import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

import pyrite


def test_import_loads_neither_numpy_nor_the_heavy_parts():
    code = "import sys, pyrite; print([m for m in ('numpy', 'pyrite.nn', 'pyrite.optim') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("make", [pyrite.zeros, pyrite.ones, pyrite.empty, pyrite.rand, pyrite.randn])
def test_impossible_sizes_are_refused(make):
    for shape in [(1 << 62,), (1 << 40, 1 << 40), (1 << 50,)]:
        with pytest.raises(RuntimeError):
            make(*shape)
    with pytest.raises(RuntimeError):
        make(-1)


def test_an_expanded_tensor_is_not_copied_beyond_memory():
    x = pyrite.zeros(1).expand(1 << 45)
    for use in (lambda: x + 1, lambda: x.clone(), lambda: x.contiguous(), lambda: pyrite.cat([x, x])):
        with pytest.raises(RuntimeError):
            use()


def results():
    g = pyrite.Generator().manual_seed(0)
    x = pyrite.randn(513, 700, generator=g)
    y = pyrite.randn(700, 300, generator=g)
    parts = [x @ y, x.sum(0), x.sum(1), x.sum(), (x * 2 + 1).exp(), x.cumsum(1), x.std(0), pyrite.softmax(x, 1)]
    return [p.numpy().tobytes() for p in parts]


def test_the_same_bits_for_any_number_of_threads():
    before = pyrite.get_num_threads()
    try:
        seen = []
        for threads in (1, 2, 3, 5):
            pyrite.set_num_threads(threads)
            seen.append(results())
        assert all(s == seen[0] for s in seen)
    finally:
        pyrite.set_num_threads(before)


def fork_beside(work, check, times=5):
    """Forks while another thread repeats `work`; in each child `check` must come out true before long."""
    done = threading.Event()

    def repeat():
        while not done.is_set():
            work()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        for _ in range(times):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                os._exit(0 if check() else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        done.set()
        thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_computes():
    expected = float((pyrite.ones(600, 600) @ pyrite.ones(600, 600)).sum())
    fork_beside(
        lambda: (pyrite.ones(300, 300) @ pyrite.ones(300, 300)).exp().sum().item(),
        lambda: float((pyrite.ones(600, 600) @ pyrite.ones(600, 600)).sum()) == expected,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("generator", [pyrite.Generator(), None], ids=["own", "default"])
def test_a_forked_child_draws(generator):
    fork_beside(
        lambda: pyrite.randn(300_000, generator=generator),
        lambda: pyrite.rand(10_000, generator=generator).numel() == 10_000,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_while_threads_are_started():
    before = pyrite.get_num_threads()
    x = pyrite.rand(300, 300)
    product = (x @ x).tolist()

    def work():
        for threads in (2, 3):
            pyrite.set_num_threads(threads)
            x @ x

    try:
        fork_beside(work, lambda: (x @ x).tolist() == product, times=40)
    finally:
        pyrite.set_num_threads(before)


def test_threads_share_pending_tensors():
    x = pyrite.arange(100_000.0)
    y = x * 2 + 1
    sums = []
    threads = [threading.Thread(target=lambda: sums.append(float(y.sum()))) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sums == [float((np.arange(100_000.0) * 2 + 1).sum())] * 8


def test_deferred_chains_do_not_pin_memory():
    average = pyrite.zeros(1 << 20)
    for i in range(200):
        average = average * 0.9 + pyrite.full((1 << 20,), float(i)) * 0.1
    assert 180 < float(average[0]) < 200


def test_an_evaluation_that_fails_can_be_tried_again():
    with pytest.raises(RuntimeError):
        pyrite.arange(3) // pyrite.tensor([1, 0, 1])
    with pytest.raises(RuntimeError):
        pyrite.arange(3) % 0
    assert (pyrite.arange(3) // 1).tolist() == [0, 1, 2]
