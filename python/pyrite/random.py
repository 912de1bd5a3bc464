"""The state of the default generator: seeding, saving and restoring it.

See https://docs.pytorch.org/docs/stable/random.html.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyrite import _core
from pyrite.generator import Generator, current_generator, default_generator, gpu_generator
from pyrite.tensor import Tensor

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
    "thread_safe_generator",
]


def set_rng_state(new_state: Tensor) -> None:
    """Continues the default generator from a state that `get_rng_state` gave."""
    current_generator().set_state(new_state)


def get_rng_state() -> Tensor:
    """The default generator's state, as uint8."""
    return current_generator().get_state()


def manual_seed(seed: int) -> Generator:
    """Seeds the default generators of all devices and returns the CPU's; an integer in [-2**63, 2**64), a negative one
    means seed + 2**64. In a loader's worker thread it seeds that thread's own."""
    generator = current_generator().manual_seed(int(seed))
    if generator is default_generator:
        gpu_generator.manual_seed(int(seed))
    return generator


def seed() -> int:
    """Seeds the default generators with a number that no one can foretell, and returns that."""
    generator = current_generator()
    seed = generator.seed()
    if generator is default_generator:
        gpu_generator.manual_seed(seed)
    return seed


def initial_seed() -> int:
    """The seed that the default generator was last given."""
    return current_generator().initial_seed()


@contextmanager
def fork_rng(
    devices: Iterable | None = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str | None = None,
) -> Iterator[None]:
    """Restores the states of the default generators when the block ends, unless `enabled` is False: the CPU's, and the
    GPU's where it is in use and `devices` is not empty. There is one GPU, whatever `device_type` says."""
    if not enabled:
        yield
        return
    state = get_rng_state()
    has_gpu = _core.gpu_is_open() and (devices is None or any(True for _ in devices))
    gpu_state = gpu_generator.get_state() if has_gpu else None
    try:
        yield
    finally:
        set_rng_state(state)
        if gpu_state is not None:
            gpu_generator.set_state(gpu_state)


def thread_safe_generator() -> Generator | None:
    """The loader worker's own generator in its thread, None elsewhere."""
    generator = current_generator()
    return None if generator is default_generator else generator
