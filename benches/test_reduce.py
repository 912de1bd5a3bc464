"""How fast are reductions, by axis, and sorting?"""

import numpy as np
import pytest

import pyrite


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "max", "argmax"])
def test_reduction(lib, timed, normal, name, axis):
    x = normal(2048, 1024)
    if lib.name == "numpy":
        timed(lambda: getattr(x, name)(axis=axis))
    elif name == "max":
        timed(lambda: x.max() if axis is None else x.amax(axis))
    else:
        timed(lambda: getattr(x, name)() if axis is None else getattr(x, name)(axis))


def test_cumsum(lib, timed, normal):
    x = normal(1_000_000)
    timed(lambda: x.cumsum(0))


def test_argsort(lib, timed, normal):
    x = normal(1_000_000)
    timed((lambda: pyrite.argsort(x, stable=True)) if lib.name == "pyrite" else lambda: np.argsort(x, kind="stable"))
