"""Checkpoints in PyTorch's file formats (https://docs.pytorch.org/docs/stable/notes/serialization.html)."""

from pyrite.serialization.allowed import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from pyrite.serialization.reader import load
from pyrite.serialization.writer import DEFAULT_PROTOCOL, save

__all__ = [
    "DEFAULT_PROTOCOL",
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "load",
    "safe_globals",
    "save",
]
