"""The GPU under PyTorch's names (see https://docs.pytorch.org/docs/stable/cuda.html): any vendor's card that the build
can reach, as device 0. There is one stream, which does everything in the order of the calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

from pyrite import _core
from pyrite._core import OutOfMemoryError
from pyrite.device import GPU, resolve
from pyrite.device import device as Device
from pyrite.generator import gpu_generator
from pyrite.tensor import Tensor

__all__ = [
    "DeviceProperties",
    "Event",
    "OutOfMemoryError",
    "Stream",
    "current_device",
    "current_stream",
    "default_stream",
    "device",
    "device_count",
    "device_of",
    "empty_cache",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "get_rng_state",
    "get_rng_state_all",
    "init",
    "initial_seed",
    "is_available",
    "is_bf16_supported",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "memory_summary",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_per_process_memory_fraction",
    "set_rng_state",
    "set_rng_state_all",
    "set_stream",
    "stream",
    "synchronize",
]


def is_available() -> bool:
    """Whether tensors can be put on a GPU."""
    return _core.gpu_missing() is None


def device_count() -> int:
    """How many GPUs there are: none or one."""
    return int(is_available())


def is_initialized() -> bool:
    """Whether a GPU is in use."""
    return _core.gpu_is_open()


def init() -> None:
    """Opens the GPU, which its first use would do as well; RuntimeError where there is none."""
    missing = _core.gpu_missing()
    if missing is not None:
        raise RuntimeError(missing)


def _required(device: Any = None) -> None:
    """Raises RuntimeError unless there is a GPU and `device` names it (None does)."""
    init()
    if device is not None and resolve(device) is not GPU:
        raise ValueError(f"Expected a cuda device, but got: {device}")


def current_device() -> int:
    """The number of the GPU in use; RuntimeError where there is none."""
    _required()
    return 0


def set_device(device: Any) -> None:
    """Accepts the one GPU, which is always in use; RuntimeError for another."""
    if not (isinstance(device, int) and device < 0):
        _required(device)


class device:
    """The block's GPU, which can only be the one there is: ``with pyrite.cuda.device(0): ...``."""

    def __init__(self, device: Any) -> None:
        if not (device is None or (isinstance(device, int) and device < 0)):
            _required(device)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


class device_of(device):
    """The block's GPU is that of a tensor; a tensor of the CPU changes nothing."""

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.device if obj.is_cuda else None)


class DeviceProperties(NamedTuple):
    """What the GPU is; PyTorch's ``total_memory`` is None where the driver's interface does not tell.
    ``cooperative_matrices`` are those of float16 that it multiplies by itself (on NVIDIA's cards the tensor cores), by
    their rows and columns, "none", or why they are not used: float16 products use them once they passed a trial."""

    name: str
    backend: str
    driver: str
    driver_info: str
    kind: str
    vendor: int
    model: int
    total_memory: int | None
    limits: dict[str, int]
    cooperative_matrices: str
    features: tuple[str, ...]
    dtypes: tuple[str, ...]


def get_device_properties(device: Any = None) -> DeviceProperties:
    """What the GPU is and can; RuntimeError where there is none."""
    _required(device)
    known: dict[str, Any] = _core.gpu_properties()
    known["total_memory"] = known.pop("memory")
    known["limits"] = dict(known["limits"])
    return DeviceProperties(**known | {name: tuple(known[name]) for name in ("features", "dtypes")})


def get_device_name(device: Any = None) -> str:
    """The name of the GPU; RuntimeError where there is none."""
    _required(device)
    return _core.gpu_name()


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """Raises RuntimeError: a compute capability is NVIDIA's number for what its compilers may generate, and kernels
    here are written for any vendor. ``get_device_properties`` says what the GPU can."""
    _required(device)
    raise RuntimeError(
        f"{_core.gpu_name()} has no CUDA compute capability here: kernels run through "
        f"{_core.gpu_properties()['backend']}. pyrite.cuda.get_device_properties() says what it can"
    )


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether bfloat16 tensors compute on the GPU: they do everywhere, in float32 steps."""
    return is_available() and including_emulation


def synchronize(device: Any = None) -> None:
    """Waits until everything asked of the GPU is done; RuntimeError where there is none."""
    _required(device)
    _core.gpu_synchronize()


def empty_cache() -> None:
    """Gives the GPU's free memory back to the system."""
    if is_initialized():
        _core.gpu_empty_cache()


def memory_stats(device: Any = None) -> dict[str, int]:
    """Bytes held by tensors (``allocated_bytes.all.current``) and with the pool (``reserved_bytes.all.current``), their
    ``.peak``, and how many kernels were compiled and started (``kernels``, ``dispatches``), in how many batches
    (``submits``). Empty before the first use of the GPU."""
    if not is_initialized():
        return {}
    known = dict(_core.gpu_stats())
    stats = {name: known[name] for name in ("kernels", "dispatches", "submits")}
    for name in ("allocated", "reserved"):
        stats[f"{name}_bytes.all.current"] = known[name]
        stats[f"{name}_bytes.all.peak"] = known[f"{name}_peak"]
    return stats


def memory_allocated(device: Any = None) -> int:
    """Bytes held by tensors on the GPU."""
    return memory_stats(device).get("allocated_bytes.all.current", 0)


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes that tensors on the GPU have held since the start or `reset_peak_memory_stats`."""
    return memory_stats(device).get("allocated_bytes.all.peak", 0)


def memory_reserved(device: Any = None) -> int:
    """Bytes held by tensors on the GPU and by its pool."""
    return memory_stats(device).get("reserved_bytes.all.current", 0)


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that tensors on the GPU and its pool have held since the start or `reset_peak_memory_stats`."""
    return memory_stats(device).get("reserved_bytes.all.peak", 0)


def reset_peak_memory_stats(device: Any = None) -> None:
    """Lets the peaks start again from what is held now."""
    if is_initialized():
        _core.gpu_reset_peak_stats()


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Bytes that this process may still reserve, and bytes in all. What other processes hold counts as free.

    RuntimeError where there is no GPU or its driver's interface does not tell.
    """
    total = get_device_properties(device).total_memory
    if total is None:
        raise RuntimeError(f"mem_get_info: {_core.gpu_name()} does not tell how much memory it has")
    return max(total - memory_reserved(), 0), total


def set_per_process_memory_fraction(fraction: float, device: Any = None) -> None:
    """Allows this process a share of the GPU's memory, from 0 to 1: beyond it, allocations raise OutOfMemoryError."""
    if not 0 <= fraction <= 1:
        raise ValueError(f"Invalid fraction value: {fraction}. Allowed range: 0~1")
    _core.gpu_set_memory_limit(int(fraction * mem_get_info(device)[1]))


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """The bytes held, as a small table."""
    rows = [
        ("", "current", "peak"),
        ("tensors", f"{memory_allocated() / 2**20:.1f} MiB", f"{max_memory_allocated() / 2**20:.1f} MiB"),
        ("with the pool", f"{memory_reserved() / 2**20:.1f} MiB", f"{max_memory_reserved() / 2**20:.1f} MiB"),
    ]
    return "\n".join(f"{name:<14}{now:>14}{peak:>14}" for name, now, peak in rows)


def manual_seed(seed: int) -> None:
    """Seeds the GPU's default generator; an integer in [-2**63, 2**64). It may come before there is a GPU."""
    gpu_generator.manual_seed(int(seed))


manual_seed_all = manual_seed


def seed() -> None:
    """Seeds the GPU's default generator with a number that no one can foretell."""
    gpu_generator.seed()


seed_all = seed


def initial_seed() -> int:
    """The seed that the GPU's default generator was last given."""
    return gpu_generator.initial_seed()


def get_rng_state(device: Any = "cuda") -> Tensor:
    """The state of the GPU's default generator, on the CPU: 16 bytes, seed and offset."""
    return gpu_generator.get_state()


def get_rng_state_all() -> list[Tensor]:
    """The state of each GPU's default generator."""
    return [get_rng_state()] if is_available() else []


def set_rng_state(new_state: Tensor, device: Any = "cuda") -> None:
    """Continues the GPU's default generator from a state that `get_rng_state`, or PyTorch's, gave."""
    gpu_generator.set_state(new_state)


def set_rng_state_all(new_states: Iterable[Tensor]) -> None:
    """`set_rng_state` for each GPU."""
    for state in new_states:
        set_rng_state(state)


class Stream:
    """The GPU's one stream: what is asked for runs in the order of the calls. `priority` makes no difference."""

    def __init__(self, device: Any = None, priority: int = 0, **_: object) -> None:
        _required(device)
        self.device: Device = GPU

    def synchronize(self) -> None:
        """Waits until everything asked of the GPU is done."""
        synchronize()

    def query(self) -> bool:
        """Whether everything asked of the GPU is done; it waits until it is."""
        synchronize()
        return True

    def record_event(self, event: Event | None = None) -> Event:
        """An event (a new one where none is given) recorded now."""
        event = Event() if event is None else event
        event.record(self)
        return event

    def wait_event(self, event: Event) -> None:
        """Does nothing: what is asked for later runs later."""

    def wait_stream(self, stream: Stream) -> None:
        """Does nothing: there is one stream."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream)

    def __hash__(self) -> int:
        return hash(Stream)

    def __repr__(self) -> str:
        return f"<pyrite.cuda.Stream device={self.device}>"


def current_stream(device: Any = None) -> Stream:
    """The stream in use."""
    return Stream(device)


default_stream = current_stream


def set_stream(stream: Stream) -> None:
    """Accepts the one stream, which is always in use."""


@contextmanager
def stream(stream: Stream | None) -> Iterator[None]:
    """The block's stream, which can only be the one there is."""
    yield


class Event:
    """A point in the order of the GPU's work, as ``torch.cuda.Event``.

    With `enable_timing`, `record` waits for the GPU and reads the host's clock: elapsed times contain the work between
    two records, its dispatch by the host, and one wait.
    """

    def __init__(self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False) -> None:
        self._is_timed = enable_timing
        self._time: float | None = None

    def record(self, stream: Stream | None = None) -> None:
        """Marks this point."""
        if self._is_timed:
            synchronize()
        self._time = perf_counter()

    def wait(self, stream: Stream | None = None) -> None:
        """Does nothing: what is asked for later runs later."""

    def query(self) -> bool:
        """Whether the work before the point is done; it waits until it is."""
        self.synchronize()
        return True

    def synchronize(self) -> None:
        """Waits until the work before the point is done."""
        if self._time is not None and not self._is_timed:
            synchronize()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from this point to another. Both must be timed (ValueError) and recorded (RuntimeError)."""
        if not (self._is_timed and end_event._is_timed):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if self._time is None or end_event._time is None:
            raise RuntimeError("Both events must be recorded before calculating elapsed time.")
        return (end_event._time - self._time) * 1e3
