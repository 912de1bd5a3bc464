"""Samplers: the order in which samples are read. They draw as PyTorch's do, so that a seed gives the same order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

from pyrite import ops
from pyrite.device import CPU, device
from pyrite.dtype import float64, int64
from pyrite.generator import Generator
from pyrite.tensor import Tensor

T_co = TypeVar("T_co", covariant=True)

# Draws with replacement come in blocks of this many, which decides how the generator's numbers are used.
BLOCK = 32


def home(generator: Generator | None) -> device:
    """Where a sampler draws: with its generator or else on the CPU, whatever the default device."""
    return CPU if generator is None else generator.device


def draw_seed(generator: Generator | None = None) -> int:
    """One non-negative 63-bit integer from `generator`, by default the calling thread's."""
    return int(ops.empty((), dtype=int64, device=home(generator)).random_(generator=generator).item())


def seeded(seed: int) -> Generator:
    generator = Generator()
    generator.manual_seed(seed)
    return generator


def require_positive(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


class Sampler(Generic[T_co]):
    """Yields indices, or lists of indices, of a dataset; subclasses write `__iter__` and, where it is known,
    `__len__`."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"{type(self).__name__}.__iter__ is for subclasses of Sampler to write")


class SequentialSampler(Sampler[int]):
    """0, 1, ..., len(data_source) - 1."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """`num_samples` random indices (default: as many as `data_source` has).

    Without `replacement` they are whole permutations one after the other, the last one cut short; with it, independent
    draws. Without a `generator` each pass seeds a new one from a number drawn from the default generator.
    """

    def __init__(
        self, data_source: Sized, replacement: bool = False, num_samples: int | None = None, generator=None
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        require_positive("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        return itertools.chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[int]]:
        n, generator = len(self.data_source), self.generator
        if generator is None:
            generator = seeded(draw_seed())
        size = BLOCK if self.replacement else n
        whole, rest = divmod(self.num_samples, size)
        for length in [size] * whole + [rest]:
            if self.replacement:
                yield ops.randint(0, n, (length,), generator=generator, device=home(generator)).tolist()
            else:
                yield ops.randperm(n, generator=generator, device=home(generator)).tolist()[:length]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given `indices` in random order, without replacement."""

    def __init__(self, indices: Sequence[int], generator=None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for i in ops.randperm(len(self.indices), generator=self.generator, device=home(self.generator)).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """`num_samples` indices i drawn with probability `weights[i] / sum(weights)`, with `replacement` or without."""

    def __init__(self, weights: Sequence[float], num_samples: int, replacement: bool = True, generator=None) -> None:
        require_positive("num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        where = weights.device if isinstance(weights, Tensor) else home(generator)
        self.weights = ops.as_tensor(weights, dtype=float64, device=where)
        if self.weights.dim() != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        yield from ops.multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of `batch_size` indices of `sampler`; a shorter last one comes too unless `drop_last`."""

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool) -> None:
        require_positive("batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


class DistributedSampler(Sampler[T_co]):
    """The share of process `rank` among `num_replicas`: every `num_replicas`-th index, of the same number for each
    rank.

    The order is shuffled from `seed + epoch` (call `set_epoch` before each epoch). To even out the shares indices are
    repeated from the front or, with `drop_last`, left out at the end.
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise RuntimeError(
                "DistributedSampler: there is no process group to ask, so pass num_replicas and rank, "
                "e.g. DistributedSampler(dataset, num_replicas=4, rank=0)"
            )
        if not 0 <= rank < num_replicas:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        n = len(dataset)
        self.num_samples = n // num_replicas if drop_last else math.ceil(n / num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self) -> Iterator[T_co]:
        n = len(self.dataset)
        if self.shuffle:
            order = ops.randperm(n, generator=seeded(self.seed + self.epoch), device="cpu").tolist()
        else:
            order = range(n)
        padded = itertools.islice(itertools.cycle(order), self.total_size)
        return itertools.islice(padded, self.rank, None, self.num_replicas)

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Chooses the order of the next pass; the same number must be given in every process."""
        self.epoch = epoch
