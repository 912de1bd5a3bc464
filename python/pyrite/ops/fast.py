"""Fast ops: composites that a device may have one kernel for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyrite.tensor import Handle


def fast(kernel: Callable) -> Callable[[Callable], Callable]:
    """Lets `kernel` compute what the decorated composite defines, where the device has it (else it gives None).

    The first argument says which: a core handle may take the kernel, a tensor, whose computation is recorded, takes the
    composite.
    """

    def decorate(composite: Callable) -> Callable:
        def compute(x: Any, *args: Any) -> Any:
            out = kernel(x, *args) if type(x) is Handle else None
            return composite(x, *args) if out is None else out

        return compute

    return decorate
