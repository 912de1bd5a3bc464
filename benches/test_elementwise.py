"""How fast are elementwise operations, alone and in chains?"""

import numpy as np
import pytest

import pyrite

SIZES = [1, 1_000, 100_000, 1_000_000]


@pytest.mark.parametrize("n", SIZES)
def test_add(timed, normal, n):
    x, y = normal(n), normal(n, seed=1)
    timed(lambda: x + y)


@pytest.mark.parametrize("name", ["exp", "log1p", "sin", "tanh"])
def test_function(lib, timed, normal, name):
    x = abs(normal(1_000_000))
    f = getattr(pyrite if lib.name == "pyrite" else np, name)
    timed(lambda: f(x))


@pytest.mark.parametrize("n", SIZES)
def test_chain(timed, normal, n):
    x, y = normal(n), normal(n, seed=1)
    timed(lambda: (x * 2.0 + y) * x - y * 0.5)


def test_add_transposed(timed, normal):
    x, y = normal(1000, 1000), normal(1000, 1000, seed=1)
    timed(lambda: x + y.T)
