"""Types as error messages name them, and text as modules print it."""

from pyrite.tensor import Tensor


def typename(value: object) -> str:
    """The name of a value's type as error messages give it: with its module, tensors by the name of their dtype."""
    if isinstance(value, Tensor):
        return value.type()
    kind = type(value)
    return kind.__qualname__ if kind.__module__ in ("builtins", None) else f"{kind.__module__}.{kind.__qualname__}"


def indent_following_lines(text: str, spaces: int) -> str:
    """Indents every line but the first, and leaves blank lines empty."""
    first, *rest = text.split("\n")
    return "\n".join([first, *(" " * spaces + line if line.strip() else "" for line in rest)])
