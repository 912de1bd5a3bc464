"""Ranges: the numbers are PyTorch's to the last bit, on the CPU, and made on a GPU without a copy from the host."""

import zlib

import pytest

import pyrite

#: What PyTorch 2.13 gives on a CPU with AVX2: the CRC-32 of the elements' bytes.
KNOWN = [
    ("arange", "float32", (-0.857, 40.169, 1.124), 1533876707),
    ("linspace", "float32", (7.636, -0.618, 37), 1727064451),
    ("arange", "float32", (0.141, 235.351, 1.179), 1997426032),
    ("linspace", "float32", (-5.676, 0.214, 200), 2616505111),
    ("arange", "float64", (2.338, 60.3, 1.588), 1626475566),
    ("linspace", "float64", (-7.306, -3.539, 37), 1245265903),
    ("arange", "float64", (-7.368, 316.022, 1.621), 706066205),
    ("linspace", "float64", (3.482, -8.246, 200), 1620526924),
    ("arange", "float16", (8.679, 79.124, 1.93), 890792903),
    ("linspace", "float16", (2.771, 2.08, 37), 85624931),
    ("arange", "float16", (-6.165, 1.815, 0.04), 1414721238),
    ("linspace", "float16", (0.511, -7.928, 200), 3546190165),
    ("arange", "bfloat16", (-5.576, 12.345, 0.491), 3811365588),
    ("linspace", "bfloat16", (-8.459, -0.649, 37), 1534370016),
    ("arange", "bfloat16", (-1.07, 335.287, 1.686), 1571980932),
    ("linspace", "bfloat16", (0.344, 2.525, 200), 2748944778),
    ("arange", "int64", (7, 44, 1), 1370129760),
    ("linspace", "int64", (79.494, 54.88, 37), 1495852269),
    ("arange", "int64", (4, 1404, 7), 2098363575),
    ("linspace", "int64", (119.719, 119.483, 200), 2625530752),
    ("arange", "int32", (1, 186, 5), 933079823),
    ("linspace", "int32", (37.833, 27.56, 37), 3252557683),
    ("arange", "int32", (4, 204, 1), 294115807),
    ("linspace", "int32", (8.427, 91.955, 200), 1008604924),
    ("arange", "int16", (6, 80, 2), 811487607),
    ("linspace", "int16", (101.59, 46.382, 37), 393494295),
    ("arange", "int16", (0, 200, 1), 485997552),
    ("linspace", "int16", (25.62, 111.245, 200), 1977239251),
    ("arange", "int8", (0, 56, 8), 3350949127),
    ("linspace", "int8", (45.056, 85.068, 7), 2046767595),
    ("arange", "int8", (6, 30, 2), 3044843814),
    ("linspace", "int8", (67.949, 23.819, 12), 4275861931),
    ("arange", "uint8", (4, 46, 6), 1511125764),
    ("linspace", "uint8", (10.457, 39.91, 7), 2814226442),
    ("arange", "uint8", (6, 30, 2), 3044843814),
    ("linspace", "uint8", (16.152, 84.842, 12), 3907045963),
]


@pytest.mark.parametrize(("name", "dtype", "args", "crc"), KNOWN)
def test_numbers_are_pytorchs(name, dtype, args, crc):
    made = getattr(pyrite, name)(*args, dtype=getattr(pyrite, dtype))
    assert zlib.crc32(made.view(pyrite.uint8).numpy().tobytes()) == crc


def test_any_number_of_threads_gives_the_same_numbers():
    whole = pyrite.arange(0.1, 60_000.0, 0.3)
    threads = pyrite.get_num_threads()
    try:
        pyrite.set_num_threads(1)
        assert whole.equal(pyrite.arange(0.1, 60_000.0, 0.3))
    finally:
        pyrite.set_num_threads(threads)


def test_ends():
    assert pyrite.linspace(3, 5, 1).tolist() == [3.0] and pyrite.linspace(3, 5, 0).tolist() == []
    assert pyrite.linspace(5, 1, 3, dtype=pyrite.int64).tolist() == [5, 3, 1]
    assert pyrite.linspace(0, 1j, 3).tolist() == [0j, 0.5j, 1j]
    assert pyrite.logspace(0, 5, 6, dtype=pyrite.int64).tolist() == [1, 10, 100, 1000, 10_000, 100_000]
    assert pyrite.arange(0, 300, dtype=pyrite.uint8)[-1] == 43 and pyrite.arange(2**62, 2**62 + 2)[1] == 2**62 + 1
    assert pyrite.range(0, 2).tolist() == [0.0, 1.0, 2.0] and pyrite.arange(5, 0, -2).tolist() == [5, 3, 1]


@pytest.mark.parametrize("name", ["arange", "linspace", "logspace", "range"])
def test_no_ranges_of_bools(name):
    with pytest.raises(NotImplementedError, match="not implemented for 'Bool'"):
        getattr(pyrite, name)(0, 1, 1, dtype=pyrite.bool)


def test_refusals():
    with pytest.raises(OverflowError):
        pyrite.arange(2**64, 2**64 + 2)
    with pytest.raises(RuntimeError, match="cannot be converted to type int64_t without overflow"):
        pyrite.linspace(0, float("inf"), 3, dtype=pyrite.int64)
    with pytest.raises(RuntimeError):
        pyrite.arange(10**18)
