"""Loading by workers: PyTorch's orders and errors; workers leave nothing behind."""

import gc
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from loading import Count, Squares, numbers, worker_threads

import pyrite
from pyrite.utils import data as D


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    assert not worker_threads()


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_workers_keep_the_order(workers):
    class Uneven(Squares):
        def __getitem__(self, index):
            time.sleep(0.002 * (index % 3))
            return super().__getitem__(index)

    for length in (0, 1, 20):
        want = numbers(D.DataLoader(Uneven(length), batch_size=3))
        assert numbers(D.DataLoader(Uneven(length), batch_size=3, num_workers=workers)) == want


def test_batch_k_belongs_to_worker_k_mod_n():
    class Who(Squares):
        def __getitem__(self, index):
            return D.get_worker_info().id

    assert D.get_worker_info() is None
    assert numbers(D.DataLoader(Who(12), batch_size=2, num_workers=3)) == [[k % 3] * 2 for k in range(6)]


def test_out_of_order_gives_the_ready_batch_first():
    class FirstSlow(Squares):
        def __getitem__(self, index):
            time.sleep(0.3 if index == 0 else 0)
            return index

    got = numbers(D.DataLoader(FirstSlow(6), num_workers=2, in_order=False))
    assert sorted(got) == [[i] for i in range(6)] and got[0] != [0]


def test_only_prefetched_batches_are_read():
    class Noting(Squares):
        read = []

        def __getitem__(self, index):
            self.read.append(index)
            return index

    batches = iter(D.DataLoader(Noting(100), num_workers=2, prefetch_factor=3))
    next(batches)
    time.sleep(0.2)
    assert sorted(Noting.read) == list(range(7))


def test_worker_info_and_init():
    seen = []

    def note(worker_id):
        info = D.get_worker_info()
        seen.append((worker_id, info.id, info.num_workers, info.seed, len(info.dataset)))

    pyrite.manual_seed(3)
    base = int(pyrite.empty((), dtype=pyrite.int64).random_().item())
    pyrite.manual_seed(3)
    assert len(list(D.DataLoader(Squares(4), num_workers=2, worker_init_fn=note))) == 4
    assert sorted(seen) == [(i, i, 2, base + i, 4) for i in range(2)]


def test_workers_draw_from_their_own_generators():
    class Noise(Squares):
        def __getitem__(self, index):
            time.sleep(0.001)
            return pyrite.rand(3)

    def epoch():
        pyrite.manual_seed(11)
        drawn = [batch.tolist() for batch in D.DataLoader(Noise(8), batch_size=2, num_workers=2)]
        return drawn, pyrite.rand(1).item()

    (first, after), (second, after_too) = epoch(), epoch()
    assert first == second and after == after_too
    assert len({tuple(row) for batch in first for row in batch}) == 8
    pyrite.manual_seed(11)
    base = int(pyrite.empty((), dtype=pyrite.int64).random_().item())
    assert pyrite.rand(1).item() == after
    pyrite.manual_seed(base + 1)
    assert first[1][0] == pyrite.rand(3).tolist()


def test_workers_have_their_own_grad_mode():
    class Mode(Squares):
        def __getitem__(self, index):
            return pyrite.is_grad_enabled()

    with pyrite.no_grad():
        batches = numbers(D.DataLoader(Mode(2), num_workers=1))
        assert batches == [[True], [True]] and not pyrite.is_grad_enabled()


def test_attributes_that_a_worker_sets_stay_its_own():
    class Range(D.IterableDataset):
        def __init__(self, start, end):
            self.start, self.end = start, end

        def __iter__(self):
            return iter(range(self.start, self.end))

    def share(worker_id):
        data = D.get_worker_info().dataset
        data.start, data.end = data.start + 2 * worker_id, data.start + 2 * worker_id + 2

    whole = Range(3, 7)
    assert numbers(D.DataLoader(whole, num_workers=2, worker_init_fn=share)) == [[3], [5], [4], [6]]
    assert (whole.start, whole.end) == (3, 7)


def test_streams_end_one_by_one():
    assert numbers(D.DataLoader(Count(3), num_workers=2)) == [[0], [0], [1], [1], [2], [2]]
    shares = numbers(D.DataLoader(Count(11, split=True), batch_size=2, num_workers=3))
    assert shares == [[0, 3], [1, 4], [2, 5], [6, 9], [7, 10], [8]]
    assert numbers(D.DataLoader(Count(2, split=True), num_workers=5)) == [[0], [1]]


def test_persistent_workers_serve_each_epoch():
    starts = []
    loader = D.DataLoader(Count(4, split=True), num_workers=2, persistent_workers=True, worker_init_fn=starts.append)
    for _ in range(3):
        assert sorted(numbers(loader)) == [[0], [1], [2], [3]]
    for _ in loader:
        break
    assert sorted(numbers(loader)) == [[0], [1], [2], [3]]
    assert sorted(starts) == [0, 1] and len(worker_threads()) == 2
    del loader


@pytest.mark.parametrize("error", [ValueError, KeyError, IndexError, FileNotFoundError])
def test_a_workers_exception_keeps_its_class_and_tells_where(error):
    with pytest.raises(error) as caught:
        list(D.DataLoader(Squares(10, refused={7}, error=error), batch_size=2, num_workers=2))
    assert type(caught.value) is error
    text = str(caught.value)
    assert f"Caught {error.__name__} in DataLoader worker 1 while loading sample 7: " in text and "no 7" in text
    assert isinstance(caught.value.__cause__, error)
    assert not worker_threads()


def test_exceptions_that_want_more_than_a_message_keep_their_class():
    class Two(Exception):
        def __init__(self, code, reason):
            super().__init__(code, reason)
            self.code = code

    class Odd(Squares):
        def __getitem__(self, index):
            if index == 0:
                raise Two(7, "odd")
            return b"\xff".decode()

    for first, kind in ((0, Two), (1, UnicodeDecodeError)):
        with pytest.raises(kind, match=f"in DataLoader worker 0 while loading sample {first}") as caught:
            list(D.DataLoader(Odd(2), sampler=[first], num_workers=1))
        assert kind is not Two or caught.value.code == 7


def test_a_worker_goes_on_after_an_exception():
    batches = iter(D.DataLoader(Squares(5, refused={1}), num_workers=2))
    assert next(batches).tolist() == [0]
    with pytest.raises(ValueError):
        next(batches)
    assert numbers(batches) == [[4], [9], [16]]


def test_failures_outside_of_the_dataset():
    def fail(*_):
        raise ZeroDivisionError("by hand")

    with pytest.raises(ZeroDivisionError, match="in DataLoader worker 0 while starting: by hand"):
        list(D.DataLoader(Squares(5), num_workers=2, worker_init_fn=fail))
    with pytest.raises(ZeroDivisionError, match=r"worker 0 while collating samples \[0, 1\]: by hand"):
        list(D.DataLoader(Squares(5), batch_size=2, num_workers=2, collate_fn=fail))
    with pytest.raises(RuntimeError, match="SystemExit in DataLoader worker 1 while loading sample 1"):
        list(D.DataLoader(Squares(5, refused={1}, error=SystemExit), num_workers=2))


def test_without_workers_the_sample_stands_in_a_note():
    with pytest.raises(ValueError) as caught:
        list(D.DataLoader(Squares(5, refused={3}), batch_size=2))
    assert str(caught.value) == "no 3"
    assert caught.value.__notes__ == ["The DataLoader was loading sample 3."]


def leave_by_break(loader):
    for _ in loader:
        break


def leave_by_exception(loader):
    with pytest.raises(ArithmeticError):
        for _ in loader:
            raise ArithmeticError


def leave_by_dropping(loader):
    batches = iter(loader)
    next(batches)
    del batches


def leave_before_the_first(loader):
    iter(loader)


def leave_in_a_cycle(loader):
    ring = [iter(loader)]
    ring.append(ring)
    del ring
    gc.collect()


@pytest.mark.parametrize("delay", [0.0, 0.02])
@pytest.mark.parametrize(
    "leave", [leave_by_break, leave_by_exception, leave_by_dropping, leave_before_the_first, leave_in_a_cycle]
)
def test_leaving_early_leaves_no_thread(leave, delay):
    leave(D.DataLoader(Squares(1000, delay=delay), batch_size=20, num_workers=3))
    assert not worker_threads()


def test_timeout():
    begun = time.monotonic()
    with pytest.raises(RuntimeError, match=r"timed out after 0\.2 seconds .*worker 0 was loading sample 0"):
        list(D.DataLoader(Squares(4, delay=1.5), num_workers=1, timeout=0.2))
    assert time.monotonic() - begun < 1.0
    for thread in worker_threads():
        thread.join()


def test_loaders_nest():
    class Nested(Squares):
        def __getitem__(self, index):
            return sum(batch.sum().item() for batch in D.DataLoader(Squares(index + 1), num_workers=2))

    assert numbers(D.DataLoader(Nested(4), num_workers=2)) == [[0], [1], [5], [14]]


def test_a_loader_works_in_any_thread():
    got = []
    thread = threading.Thread(target=lambda: got.extend(numbers(D.DataLoader(Squares(4), num_workers=2))))
    thread.start()
    thread.join()
    assert got == [[0], [1], [4], [9]]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_length_beyond_the_data_is_an_index_error(workers):
    class Longer(D.Subset):
        def __len__(self):
            return 5

    with pytest.raises(IndexError, match="list index out of range"):
        list(D.DataLoader(Longer([1, 2, 3], [0, 1, 2]), batch_size=2, num_workers=workers))


def test_two_passes_at_once():
    loader = D.DataLoader(Squares(6), batch_size=2, num_workers=2)
    pairs = [(a.tolist(), b.tolist()) for a, b in zip(loader, loader)]
    assert pairs == [([0, 1], [0, 1]), ([4, 9], [4, 9]), ([16, 25], [16, 25])]


def run_script(script):
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_live_iterator_does_not_hold_up_the_interpreters_end():
    run = run_script("""
        import time
        from pyrite.utils import data as D

        class Slow(D.Dataset):
            def __len__(self): return 100
            def __getitem__(self, index):
                time.sleep(0.01)
                return index

        batches = iter(D.DataLoader(Slow(), num_workers=3))
        print(next(batches).tolist())
    """)
    assert (run.returncode, run.stdout, run.stderr) == (0, "[0]\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_is_told_that_its_workers_are_gone():
    run = run_script("""
        import os
        from pyrite.utils import data as D

        batches = iter(D.DataLoader(range(100), num_workers=2))
        next(batches)
        if os.fork() == 0:
            try:
                next(batches)
            except RuntimeError as error:
                os._exit(7 if "forked" in str(error) else 1)
            os._exit(2)
        print(os.waitstatus_to_exitcode(os.wait()[1]))
    """)
    assert (run.stdout, run.stderr) == ("7\n", "")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
def test_ctrl_c_interrupts_a_wait():
    run = run_script("""
        import signal, time
        from pyrite.utils import data as D

        class Stuck(D.Dataset):
            def __len__(self): return 1
            def __getitem__(self, index): time.sleep(2)

        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        begun = time.monotonic()
        try:
            next(iter(D.DataLoader(Stuck(), num_workers=1)))
        except KeyboardInterrupt:
            print(time.monotonic() - begun < 0.5)
    """)
    assert (run.stdout, run.stderr) == ("True\n", "")


def test_shuffled_batches_are_the_same_with_and_without_workers():
    orders = []
    for workers in (0, 1, 4):
        pyrite.manual_seed(random.Random(5).randrange(1000))
        orders.append(numbers(D.DataLoader(range(50), batch_size=7, shuffle=True, num_workers=workers)))
    assert orders[0] == orders[1] == orders[2]
