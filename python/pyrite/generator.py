"""Sources of random numbers: Generator, the process's default one, and the one in force for the running thread."""

import secrets
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pyrite import _core
from pyrite.device import CPU, GPU, resolve
from pyrite.device import device as Device
from pyrite.dtype import uint8
from pyrite.tensor import Tensor, wrap

__all__ = ["Generator", "current_generator", "default_generator", "gpu_generator", "worker_generator"]

FIRST_SEED = 67280421310721
"""The seed of a Generator that was given none (PyTorch's `default_rng_seed_val`)."""


class Generator:
    """A stream of random numbers with a state of its own.

    On the CPU it is equal to PyTorch's, draw for draw. On a GPU it is Philox4x32-10, whose state is a seed and an
    offset, dealt to elements as PyTorch's CUDA generator does.
    See https://docs.pytorch.org/docs/stable/generated/torch.Generator.html.
    """

    __slots__ = ("__weakref__", "device", "handle")
    handle: _core.Generator | _core.Philox

    def __init__(self, device: Device | str | int = "cpu") -> None:
        self._start(resolve(device))

    def _start(self, device: Device) -> None:
        self.device = device
        self.handle = _core.Generator(FIRST_SEED) if device is CPU else _core.Philox(FIRST_SEED)

    def manual_seed(self, seed: int) -> "Generator":
        """Starts the stream of `seed`, an integer in [-2**63, 2**64); a negative one means seed + 2**64."""
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        number = _unsigned(seed.__index__())
        if isinstance(self.handle, _core.Philox):
            self.handle.set_state(number, 0)
        else:
            self.handle.manual_seed(number)
        return self

    def seed(self) -> int:
        """Starts a stream that no one can foretell, and returns its seed."""
        seed = secrets.randbits(53)  # a float64 holds it too
        self.manual_seed(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed that the stream was started with."""
        return self.handle.get_state()[0] if isinstance(self.handle, _core.Philox) else self.handle.initial_seed()

    def get_state(self) -> Tensor:
        """The state as uint8, which PyTorch's generators read too: 5056 bytes on the CPU, seed and offset on a GPU."""
        if isinstance(self.handle, _core.Philox):
            return wrap(_core.from_bytes(_STATE.pack(*self.handle.get_state()), [_STATE.size], uint8))
        return wrap(self.handle.get_state())

    def set_state(self, new_state: Tensor) -> "Generator":
        """Continues the stream from a state that `get_state`, or PyTorch's, gave."""
        if not isinstance(new_state, Tensor):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        if new_state.dtype != uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if isinstance(self.handle, _core.Philox):
            self.handle.set_state(*_seed_and_offset(bytes(new_state.cpu().tolist())))
        else:
            self.handle.set_state(new_state.handle)
        return self

    def clone_state(self) -> "Generator":
        """A generator that will draw the same numbers."""
        return Generator._on(self.device).set_state(self.get_state())

    @classmethod
    def _on(cls, device: Device) -> "Generator":
        """A generator of a device that need not be open."""
        generator = cls.__new__(cls)
        generator._start(device)
        return generator

    def get_offset(self) -> int:
        """How far a GPU's stream was used; RuntimeError on the CPU, which has no offset."""
        return self._philox().get_state()[1]

    def set_offset(self, offset: int) -> "Generator":
        """Goes to an offset of the stream, a multiple of 4; RuntimeError for another, and on the CPU."""
        handle = self._philox()
        if offset % 4 != 0:
            raise RuntimeError("offset must be a multiple of 4")
        handle.set_state(handle.get_state()[0], offset)
        return self

    def _philox(self) -> _core.Philox:
        if not isinstance(self.handle, _core.Philox):
            raise RuntimeError("CPU Generator does not use offset")
        return self.handle

    def __reduce__(self):
        return Generator, (str(self.device),), (self.initial_seed(), None, self.get_state())

    def __setstate__(self, state: tuple[int, int | None, Tensor]) -> None:
        self.set_state(state[2])

    def __deepcopy__(self, memo: dict) -> "Generator":
        return self.clone_state()


_STATE = struct.Struct("<QQ")
"""A GPU generator's state: seed and offset."""


def _seed_and_offset(state: bytes) -> tuple[int, int]:
    if len(state) == 8:  # a seed alone, as old versions of PyTorch wrote it
        state += bytes(8)
    if len(state) != _STATE.size:
        raise RuntimeError("RNG state is wrong size")
    seed, offset = _STATE.unpack(state)
    if offset % 4 != 0:
        raise RuntimeError("offset must be a multiple of 4")
    return seed, offset


def _unsigned(seed: int) -> int:
    if not -(2**63) <= seed < 2**64:
        raise ValueError("Overflow when unpacking long long")
    return seed % 2**64


default_generator = Generator()
"""The process's generator, which every draw without a `generator` advances."""
default_generator.seed()

gpu_generator = Generator._on(GPU)
"""The GPU's, which every draw on it without a `generator` advances; there whether or not there is a GPU."""
gpu_generator.seed()

_thread = threading.local()


def current_generator(device: Device = CPU) -> Generator:
    """The generator of a draw that names none: on the GPU `gpu_generator`; on the CPU the loader worker's own in its
    thread, else `default_generator`."""
    return getattr(_thread, "generator", default_generator) if device is CPU else gpu_generator


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
