"""How fast are reads by index and by mask?"""

import numpy as np


def test_rows(lib, timed, normal):
    x = normal(50_000, 256)
    rows = lib.array(np.random.default_rng(0).integers(0, 50_000, 20_000))
    timed(lambda: x[rows])


def test_mask(lib, timed, normal):
    x = normal(1_000_000)
    mask = x > 0
    timed(lambda: x[mask])


def test_slice_copy(lib, timed, normal):
    x = normal(2000, 2000)
    timed((lambda: x[:, ::2].contiguous()) if lib.name == "pyrite" else lambda: np.ascontiguousarray(x[:, ::2]))
