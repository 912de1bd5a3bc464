"""Every benchmark runs the same work in pyrite and in NumPy; a group's rows show the ratio between them in
parentheses."""

import numpy as np
import pytest

import pyrite


class Pyrite:
    """Pyrite as a rival: arrays become tensors, and a result counts when its values are there."""

    name = "pyrite"

    @staticmethod
    def array(values):
        return pyrite.tensor(values)

    @staticmethod
    def finish(result):
        return result.data_ptr()


class NumPy:
    name = "numpy"

    @staticmethod
    def array(values):
        return np.array(values)

    @staticmethod
    def finish(result):
        return result


@pytest.fixture(params=[Pyrite, NumPy], ids=lambda lib: lib.name)
def lib(request):
    return request.param


@pytest.fixture
def normal(lib):
    """Standard normal float32 numbers of a shape, as the library's own array."""

    def make(*shape, seed=0):
        return lib.array(np.random.default_rng(seed).standard_normal(shape, dtype=np.float32))

    return make


@pytest.fixture
def timed(lib, benchmark, request):
    """Times a call until its result is computed, in the group of its test."""

    def run(function):
        benchmark.group = request.node.name.replace(f"{lib.name}-", "").replace(f"[{lib.name}]", "")
        lib.finish(function())
        benchmark(lambda: lib.finish(function()))

    return run
