"""Sources of random numbers: Generator, the process's default one, and the one in force for the running thread."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pyrite import _core
from pyrite.device import device as Device
from pyrite.device import resolve
from pyrite.dtype import uint8
from pyrite.tensor import Tensor, wrap

__all__ = ["Generator", "current_generator", "default_generator", "worker_generator"]

FIRST_SEED = 67280421310721
"""The seed of a Generator that was given none (PyTorch's `default_rng_seed_val`)."""


class Generator:
    """A stream of random numbers with a state of its own, equal to PyTorch's CPU generator draw for draw.

    See https://docs.pytorch.org/docs/stable/generated/torch.Generator.html.
    """

    __slots__ = ("__weakref__", "device", "handle")

    def __init__(self, device: Device | str | int = "cpu") -> None:
        self.device = resolve(device)
        self.handle = _core.Generator(FIRST_SEED)

    def manual_seed(self, seed: int) -> "Generator":
        """Starts the stream of `seed`, an integer in [-2**63, 2**64); a negative one means seed + 2**64."""
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        self.handle.manual_seed(_unsigned(seed.__index__()))
        return self

    def seed(self) -> int:
        """Starts a stream that no one can foretell, and returns its seed."""
        seed = secrets.randbits(53)  # a float64 holds it too
        self.handle.manual_seed(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed that the stream was started with."""
        return self.handle.initial_seed()

    def get_state(self) -> Tensor:
        """The state as 5056 bytes, which PyTorch's CPU generator reads too."""
        return wrap(self.handle.get_state())

    def set_state(self, new_state: Tensor) -> "Generator":
        """Continues the stream from a state that `get_state`, or PyTorch's, gave."""
        if not isinstance(new_state, Tensor):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        if new_state.dtype != uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        self.handle.set_state(new_state.handle)
        return self

    def clone_state(self) -> "Generator":
        """A generator that will draw the same numbers."""
        clone = Generator(self.device)
        clone.handle.set_state(self.handle.get_state())
        return clone

    def get_offset(self) -> int:
        """Raises RuntimeError: only generators of accelerators have an offset."""
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, offset: int) -> "Generator":
        """Raises RuntimeError, as `get_offset` does."""
        raise RuntimeError("CPU Generator does not use offset")

    def __reduce__(self):
        return Generator, (str(self.device),), (self.initial_seed(), None, self.get_state())

    def __setstate__(self, state: tuple[int, int | None, Tensor]) -> None:
        self.set_state(state[2])

    def __deepcopy__(self, memo: dict) -> "Generator":
        return self.clone_state()


def _unsigned(seed: int) -> int:
    if not -(2**63) <= seed < 2**64:
        raise ValueError("Overflow when unpacking long long")
    return seed % 2**64


default_generator = Generator()
"""The process's generator, which every draw without a `generator` advances."""
default_generator.seed()

_thread = threading.local()


def current_generator() -> Generator:
    """The generator of a draw that names none: the loader worker's own in its thread, else `default_generator`."""
    return getattr(_thread, "generator", default_generator)


@contextmanager
def worker_generator(seed: int) -> Iterator[Generator]:
    """Gives the running thread a default generator of its own, started with `seed`, for as long as the block runs."""
    before = getattr(_thread, "generator", None)
    _thread.generator = Generator().manual_seed(seed)
    try:
        yield _thread.generator
    finally:
        if before is None:
            del _thread.generator
        else:
            _thread.generator = before
