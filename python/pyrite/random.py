"""The state of the default generator: seeding, saving and restoring it.

See https://docs.pytorch.org/docs/stable/random.html.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyrite.generator import Generator, current_generator, default_generator
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
    """Seeds the default generator and returns it; an integer in [-2**63, 2**64), a negative one means seed + 2**64."""
    return current_generator().manual_seed(int(seed))


def seed() -> int:
    """Seeds the default generator with a number that no one can foretell, and returns that."""
    return current_generator().seed()


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
    """Restores the default generator's state when the block ends, unless `enabled` is False.

    Other devices have no generator to restore, so `devices` and `device_type` make no difference.
    """
    if not enabled:
        yield
        return
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)


def thread_safe_generator() -> Generator | None:
    """The loader worker's own generator in its thread, None elsewhere."""
    generator = current_generator()
    return None if generator is default_generator else generator
