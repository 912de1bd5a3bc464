"""Classes and functions that the user trusts a checkpoint with, beyond those that pyrite reads itself."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

_BLOCKED = ("sys", "os", "posix", "nt")
_trusted: set[Callable | tuple[Callable, str]] = set()


def add_safe_globals(safe_globals: Iterable[Callable | tuple[Callable, str]]) -> None:
    """Lets `load` create objects of these classes and call these functions; a pair gives the name that files use."""
    _trusted.update(safe_globals)


def get_safe_globals() -> list[Callable | tuple[Callable, str]]:
    """What `add_safe_globals` was given."""
    return list(_trusted)


def clear_safe_globals() -> None:
    """Forgets what `add_safe_globals` was given."""
    _trusted.clear()


@contextmanager
def safe_globals(safe_globals: Iterable[Callable | tuple[Callable, str]]) -> Iterator[None]:
    """`add_safe_globals` for the length of a `with` block."""
    added = set(safe_globals) - _trusted
    _trusted.update(added)
    try:
        yield
    finally:
        _trusted.difference_update(added)


def trusted_globals() -> dict[str, Callable]:
    """The trusted objects by the names that files use; none of them from a module that reaches the system."""
    named = {}
    for entry in _trusted:
        value, name = entry if isinstance(entry, tuple) else (entry, f"{entry.__module__}.{entry.__qualname__}")
        if name.partition(".")[0] not in _BLOCKED:
            named[name] = value
    return named
