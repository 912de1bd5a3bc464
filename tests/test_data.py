"""Datasets, samplers, collation and the DataLoader: PyTorch's orders and texts; workers leave nothing behind."""

import collections
import gc
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types

import numpy as np
import pytest

import pyrite
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


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    assert not worker_threads()


# Datasets


def test_tensor_dataset():
    x, y = pyrite.arange(6).reshape(3, 2), pyrite.tensor([5, 6, 7])
    data = D.TensorDataset(x, y)
    assert len(data) == 3
    assert [part.tolist() for part in data[1]] == [[2, 3], 6]
    with pytest.raises(AssertionError, match="Size mismatch between tensors"):
        D.TensorDataset(pyrite.ones(2), pyrite.ones(3))


def test_stack_dataset():
    pairs = D.StackDataset(range(3), "abc")
    assert pairs[2] == (2, "c") and pairs.__getitems__([0, 1]) == [(0, "a"), (1, "b")] and len(pairs) == 3
    named = D.StackDataset(n=range(3), square=D.Subset(Squares(), [3, 4, 5]))
    assert named[1] == {"n": 1, "square": 16} and named.__getitems__([2]) == [{"n": 2, "square": 25}]
    for args, kwargs in ((((),), {"a": ()}), ((range(2), range(3)), {}), ((), {})):
        with pytest.raises(ValueError):
            D.StackDataset(*args, **kwargs)


def test_concat_dataset():
    both = D.Subset(range(10), [1, 2]) + D.Subset(range(10), [7, 8, 9])
    assert both.cumulative_sizes == [2, 5] and [both[i] for i in range(5)] == [1, 2, 7, 8, 9] and both[-1] == 9
    with pytest.raises(ValueError, match="absolute value of index should not exceed dataset length"):
        both[-6]
    with pytest.raises(AssertionError, match="should not be an empty iterable"):
        D.ConcatDataset([])
    with pytest.raises(AssertionError, match="does not support IterableDataset"):
        D.ConcatDataset([Count(3)])


def test_chain_dataset():
    assert list(Count(2) + Count(3)) == [0, 1, 0, 1, 2]
    with pytest.raises(AssertionError, match="only supports IterableDataset"):
        list(D.ChainDataset([range(3)]))


def test_subset():
    assert list(D.Subset([10, 20, 30], [2, 0])) == [30, 10]

    class Halved(D.Subset):
        def __getitem__(self, index):
            return super().__getitem__(index) / 2

    with pytest.raises(NotImplementedError, match="__getitems__"):
        Halved(range(4), [0])


def test_random_split_draws_as_pytorch():
    pyrite.manual_seed(0)
    assert [s.indices for s in D.random_split(range(10), [0.45, 0.35, 0.2])] == [[4, 1, 7, 5, 3], [9, 0, 8], [6, 2]]
    with pytest.raises(ValueError, match="Sum of input lengths does not equal"):
        D.random_split(range(10), [3, 3])
    with pytest.raises(ValueError, match="Fraction at index 0 is not between 0 and 1"):
        D.random_split(range(10), [-0.5, 1.5])
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        D.random_split(range(1), [0.5, 0.5])


def test_dataset_without_getitem_says_so():
    with pytest.raises(NotImplementedError, match="should implement __getitem__"):
        D.Dataset()[0]


# Samplers: the numbers are PyTorch's for the seed


def test_random_samplers_draw_as_pytorch():
    pyrite.manual_seed(0)
    assert list(D.RandomSampler(range(6), num_samples=9)) == [0, 1, 2, 3, 5, 4, 5, 3, 4]
    assert list(D.RandomSampler(range(5), replacement=True, num_samples=35)) == [
        *(1, 3, 2, 0, 2, 1, 2, 4, 0, 1, 1, 3, 4, 1, 4, 3, 0, 2, 4, 2, 3, 4, 1, 2, 2, 4, 2, 2, 0, 2, 1, 3, 1, 3, 4)
    ]
    pyrite.manual_seed(0)
    assert list(D.WeightedRandomSampler([1, 2, 3, 0], 8)) == [2, 2, 1, 2, 2, 2, 1, 1]
    assert list(D.WeightedRandomSampler([1, 2, 3, 0.5], 3, replacement=False)) == [1, 2, 3]
    pyrite.manual_seed(0)
    assert list(D.SubsetRandomSampler([10, 20, 30, 40, 50])) == [50, 10, 20, 40, 30]


def test_distributed_sampler_shares_out_as_pytorch():
    shares = [list(D.DistributedSampler(range(7), 3, rank, seed=3)) for rank in range(3)]
    assert shares == [[5, 6, 1], [3, 0, 5], [4, 2, 3]]
    plain = [D.DistributedSampler(range(7), 3, rank, shuffle=False, drop_last=True) for rank in range(3)]
    assert [list(sampler) for sampler in plain] == [[0, 3], [1, 4], [2, 5]] and len(plain[0]) == 2
    sampler = D.DistributedSampler(range(100), 2, 0)
    first = list(sampler)
    sampler.set_epoch(1)
    assert list(sampler) != first
    with pytest.raises(ValueError, match="Invalid rank 3"):
        D.DistributedSampler(range(7), 3, 3)
    with pytest.raises(RuntimeError, match="num_replicas and rank"):
        D.DistributedSampler(range(7))


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: D.RandomSampler([]), ValueError, "num_samples should be .* but got num_samples=0"),
        (lambda: D.RandomSampler([1], replacement=1), TypeError, "replacement should be a boolean value"),
        (lambda: D.WeightedRandomSampler([1.0], -1), ValueError, "num_samples should be a positive integer value"),
        (lambda: D.WeightedRandomSampler([[1.0]], 1), ValueError, r"weights have shape \(1, 1\)"),
        (lambda: D.BatchSampler([1], True, False), ValueError, "batch_size should be a positive integer value"),
        (lambda: D.BatchSampler([1], 1, 0), ValueError, "drop_last should be a boolean value"),
    ],
)
def test_samplers_refuse(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_batch_sampler():
    batches = D.BatchSampler(D.SequentialSampler(range(5)), 2, False)
    assert list(batches) == [[0, 1], [2, 3], [4]] and len(batches) == 3
    batches = D.BatchSampler(range(5), 2, True)
    assert list(batches) == [[0, 1], [2, 3]] and len(batches) == 2


# Collation


Point = collections.namedtuple("Point", "x y")


def test_collate_numbers_and_arrays():
    assert D.default_collate([1, 2]).dtype == pyrite.int64
    assert D.default_collate([1.0, 2.0]).dtype == pyrite.float64
    assert D.default_collate([True, False]).tolist() == [True, False]
    assert D.default_collate([np.float32(1), np.float32(2)]).dtype == pyrite.float32
    assert D.default_collate([np.ones((2, 3), np.int16)] * 4).shape == (4, 2, 3)
    assert D.default_collate([pyrite.ones(2), pyrite.zeros(2)]).tolist() == [[1, 1], [0, 0]]


def test_collate_keeps_containers():
    batch = D.default_collate([{"a": 1, "b": ("x", 2.5)}, {"a": 3, "b": ("y", 0.5)}])
    assert batch["a"].tolist() == [1, 3] and batch["b"][0] == ("x", "y") and batch["b"][1].tolist() == [2.5, 0.5]
    point = D.default_collate([Point(1, 2), Point(3, 4)])
    assert type(point) is Point and point.y.tolist() == [2, 4]
    ordered = D.default_collate([collections.OrderedDict(a=1), collections.OrderedDict(a=2)])
    assert type(ordered) is collections.OrderedDict
    frozen = D.default_collate([types.MappingProxyType({"a": 1})] * 2)
    assert type(frozen) is types.MappingProxyType
    assert type(D.default_collate([(1, 2), (3, 4)])) is list
    assert [column.tolist() for column in D.default_collate([range(2), range(2)])] == [[0, 0], [1, 1]]


@pytest.mark.parametrize("sample", [object(), None, {1, 2}, 1j, np.array(["x"])])
def test_collate_refuses(sample):
    text = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found"
    with pytest.raises(TypeError, match=text):
        D.default_collate([sample])


def test_collate_refuses_ragged():
    with pytest.raises(RuntimeError, match="each element in list of batch should be of equal size"):
        D.default_collate([[1], [1, 2]])
    with pytest.raises(RuntimeError, match="stack expects each tensor to be equal size"):
        D.default_collate([pyrite.ones(2), pyrite.ones(3)])


def test_convert():
    point = (1, Point(np.ones(1), 2))
    out = D.default_convert({"a": np.arange(2), "b": [np.float32(1), "s"], "c": np.array(["t"]), "d": point})
    assert out["a"].tolist() == [0, 1] and out["b"][0].dtype == pyrite.float32 and out["b"][1] == "s"
    assert isinstance(out["c"], np.ndarray) and type(out["d"]) is list and type(out["d"][1]) is Point


# Loading in the caller's thread


def test_order_and_draws_are_pytorchs():
    pyrite.manual_seed(0)
    assert numbers(D.DataLoader(range(10), batch_size=4, shuffle=True)) == [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]]
    assert pyrite.rand(1).item() == pytest.approx(0.30742281675338745)
    pyrite.manual_seed(0)
    assert numbers(D.DataLoader(range(10), batch_size=4)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert pyrite.rand(1).item() == pytest.approx(0.08847743272781372)
    generator = pyrite.Generator().manual_seed(5)
    assert numbers(D.DataLoader(range(6), batch_size=4, shuffle=True, generator=generator)) == [[1, 0, 4, 2], [3, 5]]


def test_single_samples_and_lengths():
    pyrite.manual_seed(0)
    loader = D.DataLoader(range(7), batch_size=None, shuffle=True)
    assert list(loader) == [0, 4, 1, 5, 2, 6, 3] and list(loader) == [3, 1, 4, 2, 5, 0, 6] and len(loader) == 7
    assert len(D.DataLoader(range(7), batch_size=3)) == 3
    assert len(D.DataLoader(range(7), batch_size=3, drop_last=True)) == 2
    assert len(D.DataLoader(range(7), batch_sampler=[[0], [1, 2]])) == 2


def test_iterable_datasets():
    assert numbers(D.DataLoader(Count(5), batch_size=2)) == [[0, 1], [2, 3], [4]]
    assert numbers(D.DataLoader(Count(5), batch_size=2, drop_last=True)) == [[0, 1], [2, 3]]
    assert list(D.DataLoader(Count(3), batch_size=None)) == [0, 1, 2]


def test_iterable_dataset_longer_than_promised_warns():
    class Short(Count):
        def __len__(self):
            return 2

    loader = D.DataLoader(Short(3), batch_size=None)
    assert len(loader) == 2
    with pytest.warns(UserWarning, match="was reported to be 2"):
        assert list(loader) == [0, 1, 2]


def test_getitems_reads_a_batch_at_once():
    class Batched(Squares):
        calls = []

        def __getitems__(self, indices):
            self.calls.append(indices)
            return [-i for i in indices]

    assert numbers(D.DataLoader(Batched(5), batch_size=3)) == [[0, -1, -2], [-3, -4]]
    assert Batched.calls == [[0, 1, 2], [3, 4]]


@pytest.mark.parametrize("subset", [False, True])
@pytest.mark.parametrize("workers", [0, 2])
def test_rows_read_at_once_equal_collated_samples(subset, workers):
    data = D.TensorDataset(pyrite.arange(60.0).reshape(20, 3), pyrite.arange(20))
    if subset:
        data = D.Subset(D.Subset(data, list(range(19, 4, -1))), list(range(0, 15, 2)))
    for indices in ([[0, 3, -1], [2]], [[1, 1]]):
        fast = list(D.DataLoader(data, batch_sampler=indices, num_workers=workers))
        slow = [D.default_collate([data[i] for i in batch]) for batch in indices]
        for a, b in zip(fast, slow, strict=True):
            assert type(a) is list and all(p.dtype == q.dtype and p.tolist() == q.tolist() for p, q in zip(a, b))
    with pytest.raises(IndexError):
        list(D.DataLoader(data, batch_sampler=[[0, 100]], num_workers=workers))


def test_rows_with_gradients():
    weight = pyrite.ones(4, 2, requires_grad=True)
    (batch,) = next(iter(D.DataLoader(D.TensorDataset(weight), batch_size=2)))
    batch.sum().backward()
    assert weight.grad.tolist() == [[1, 1], [1, 1], [0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"num_workers": -1}, ValueError, "num_workers option should be non-negative"),
        ({"timeout": -1}, ValueError, "timeout option should be non-negative"),
        ({"prefetch_factor": 2}, ValueError, "prefetch_factor option could only be specified in multiprocessing"),
        ({"prefetch_factor": -1, "num_workers": 1}, ValueError, "prefetch_factor option should be non-negative"),
        ({"persistent_workers": True}, ValueError, "persistent_workers option needs num_workers > 0"),
        ({"batch_size": 0}, ValueError, "batch_size should be a positive integer value, but got batch_size=0"),
        ({"sampler": [0], "shuffle": True}, ValueError, "sampler option is mutually exclusive with shuffle"),
        ({"batch_sampler": [[0]], "drop_last": True}, ValueError, "batch_sampler option is mutually exclusive"),
        ({"batch_size": None, "drop_last": True}, ValueError, "batch_size=None option disables auto-batching"),
        ({"multiprocessing_context": "spawn"}, ValueError, "can only be used with multi-process loading"),
        ({"multiprocessing_context": "no", "num_workers": 1}, ValueError, "should specify a valid start method"),
        ({"multiprocessing_context": 3, "num_workers": 1}, TypeError, "should be a valid context object"),
    ],
)
def test_loader_refuses(options, error, text):
    with pytest.raises(error, match=text):
        D.DataLoader([1, 2], **options)


@pytest.mark.parametrize("options", [{"shuffle": True}, {"sampler": [0]}, {"batch_sampler": [[0]]}])
def test_loader_of_a_stream_refuses_an_order(options):
    with pytest.raises(ValueError, match="DataLoader with IterableDataset: expected unspecified"):
        D.DataLoader(Count(3), **options)


def test_what_decides_the_batches_is_fixed():
    loader = D.DataLoader([1, 2])
    with pytest.raises(ValueError, match="batch_size attribute should not be set after DataLoader is initialized"):
        loader.batch_size = 2
    loader.timeout = 3
    with pytest.raises(AssertionError, match="num_workers > 0"):
        iter(loader)


# Loading by workers


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
