"""How fast are matrix products, by size and layout?"""

import pytest


@pytest.mark.parametrize("n", [4, 32, 128, 512, 1024])
def test_square(timed, normal, n):
    x, y = normal(n, n), normal(n, n, seed=1)
    timed(lambda: x @ y)


def test_transposed(timed, normal):
    x, y = normal(512, 512), normal(512, 512, seed=1)
    timed(lambda: x @ y.T)


def test_tall(timed, normal):
    x, y = normal(64, 1000), normal(1000, 100, seed=1)
    timed(lambda: x @ y)


def test_vector(timed, normal):
    x, y = normal(4096, 4096), normal(4096, 1, seed=1)
    timed(lambda: x @ y)


def test_batch(timed, normal):
    x, y = normal(96, 128, 64), normal(96, 64, 128, seed=1)
    timed(lambda: x @ y)
