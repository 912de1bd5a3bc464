"""Datasets, samplers, collation and the DataLoader in the caller's thread: PyTorch's orders and texts."""

import collections
import gc
import types

import numpy as np
import pytest
from loading import Count, Squares, numbers, worker_threads

import pyrite
from pyrite.utils import data as D


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
