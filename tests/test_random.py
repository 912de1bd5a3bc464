"""Random numbers: the draws of PyTorch 2.13's CPU generator, the order in which tensors are filled, generators, errors.

Every draw follows `manual_seed(7)`; the last number is the `randint(0, 2**20, ())` that comes next, which says where
the generator stands.
"""

import copy
import threading

import pytest

import pyrite
from pyrite.generator import worker_generator

DRAWS = [
    ("pyrite.rand(4)", [0.5349225, 0.1988032, 0.6592117, 0.6568903], 759363),
    ("pyrite.rand(3, dtype=pyrite.float64)", [0.2793804, 0.2736937, 0.862093], 328599),
    ("pyrite.rand(4, dtype=pyrite.bfloat16)", [0.5351562, 0.1992188, 0.6601562, 0.65625], 759363),
    ("pyrite.rand(2, dtype=pyrite.complex64)", [0.5349225, 0.1988032, 0.6592117, 0.6568903], 759363),
    ("pyrite.randn(5)", [-0.1467951, 0.7861413, 0.9468216, -1.114344, 1.69079], 618056),
    ("pyrite.randn(18)", [-0.8201345, 0.3956312, 1.926368, -0.3300117, 0.1984451, 0.7820727], 943429),
    (
        "pyrite.randn(17, dtype=pyrite.float64)",
        [0.06626754, -0.2910415, 0.458017, 1.693275, 1.457455, 1.932215],
        456263,
    ),
    (
        "pyrite.randn(18, dtype=pyrite.float16)",
        [-0.8203125, 0.395752, -1.583008, -0.3244629, 1.926758, -0.3300781],
        27692,
    ),
    (
        "pyrite.randn(8, dtype=pyrite.complex64)",
        [-0.5799227, 0.2797535, 0.6356243, -0.9817498, -0.118084, 0.2016315],
        551642,
    ),
    ("pyrite.randint(-5, 10, (6,))", [-5, 2, -4, 6, 8, 7], 328599),
    ("pyrite.randint(2**40, (3,))", [752595690692, 108744157686, 291964244179], 328599),
    ("pyrite.randint(3, (5,), dtype=pyrite.float32)", [0.0, 1.0, 1.0, 2.0, 1.0], 839891),
    ("pyrite.randperm(8)", [7, 0, 3, 4, 1, 5], 79463),
    (
        "pyrite.empty(6, 5).t().uniform_(-1, 1)",
        [0.06984508, -0.1498772, 0.7098863, -0.2814281, 0.7657552, 0.1864624],
        728851,
    ),
    (
        "pyrite.zeros(8, 10)[:, ::2].normal_()",
        [-0.1467951, 0.7861413, 0.9468216, -1.114344, 1.69079, -0.8948279],
        885667,
    ),
    (
        "pyrite.randn_like(pyrite.empty(4, 5).t())",
        [-0.1467951, -0.8948279, 0.3176783, 1.347023, 0.7861413, -0.355625],
        889595,
    ),
    (
        "pyrite.rand_like(pyrite.empty(2, 3, 4).transpose(0, 2))",
        [0.5349225, 0.286839, 0.2327616, 0.7203804, 0.3653162, 0.8828776],
        351148,
    ),
    ("pyrite.empty(4, 6).t().bernoulli_(pyrite.linspace(0, 1, 4))", [0.0, 1.0, 1.0, 1.0, 0.0, 0.0], 351148),
    ("pyrite.empty(12).bernoulli_(0.3)", [1.0, 1.0, 0.0, 0.0, 0.0, 0.0], 351148),
    ("pyrite.bernoulli(pyrite.linspace(0, 1, 10))", [0.0, 0.0, 0.0, 0.0, 1.0, 1.0], 712078),
    ("pyrite.bernoulli(pyrite.linspace(0, 1, 10, dtype=pyrite.float64))", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 132164),
    ("pyrite.empty(4).exponential_(2.5)", [0.1310576, 0.1279134, 0.7924702, 0.4276468], 886108),
    ("pyrite.empty(4).cauchy_(1, 2)", [-0.6611115, -0.7224061, 5.323784, 2.072567], 886108),
    ("pyrite.empty(4).log_normal_(0.5, 0.25)", [1.589312, 2.006788, 2.089042, 1.24784], 886108),
    ("pyrite.empty(6).geometric_(0.3)", [4.0, 4.0, 1.0, 2.0, 1.0, 1.0], 618056),
    ("pyrite.empty(3).random_()", [8974492.0, 3335306.0, 11059540.0], 535030),
    (
        "pyrite.empty(3, dtype=pyrite.int64).random_()",
        [1407639518939636932, 5163590386780219894, 8087222774582268115],
        328599,
    ),
    ("pyrite.empty(5, dtype=pyrite.bool).random_()", [1, 0, 1, 0, 1], 839891),
    ("pyrite.empty(3, dtype=pyrite.int16).random_(5, None)", [13331, 10971, 3843], 535030),
    ("pyrite.empty(3).random_(0, 2**30)", [52668290.0, 980093600.0, 906200300.0], 328599),
    ("pyrite.normal(pyrite.arange(4.0), 0.5)", [-0.07339755, 1.393071, 2.473411, 2.442828], 886108),
    ("pyrite.normal(1.0, pyrite.arange(4.0))", [1.0, 1.786141, 2.893643, -2.343032], 886108),
    (
        "pyrite.normal(pyrite.zeros(2, 1), pyrite.ones(3))",
        [-0.1467951, 0.7861413, 0.9468216, -1.114344, 1.69079, -0.8948279],
        618056,
    ),
    ("pyrite.multinomial(pyrite.arange(1.0, 9), 5)", [6, 7, 1, 3, 5], 551642),
    ("pyrite.multinomial(pyrite.arange(1.0, 9), 6, replacement=True)", [4, 3, 7, 6, 7, 7], 618056),
    ("pyrite.multinomial(pyrite.arange(1.0, 7).reshape(3, 2).t(), 2)", [0, 2, 0, 1], 618056),
    ("pyrite.poisson(pyrite.linspace(0, 30, 6))", [0.0, 10.0, 5.0, 7.0, 30.0, 42.0], 1035189),
    ("pyrite.binomial(pyrite.full((5,), 40.0), pyrite.linspace(0, 1, 5))", [0.0, 8.0, 24.0, 32.0, 40.0], 551642),
]


@pytest.mark.filterwarnings("ignore:to - 1 is out of bounds")
@pytest.mark.parametrize(("call", "first", "following"), DRAWS, ids=[call for call, *_ in DRAWS])
def test_draws_are_pytorchs(call, first, following):
    pyrite.manual_seed(7)
    drawn = eval(call)
    numbers = [part for x in drawn.flatten().tolist() for part in ([x.real, x.imag] if isinstance(x, complex) else [x])]
    exact = not (drawn.is_floating_point() or drawn.is_complex())
    assert numbers[: len(first)] == (first if exact else pytest.approx(first, rel=3e-6, abs=1e-6))
    assert pyrite.randint(0, 2**20, ()).item() == following


def test_a_split_stream_is_the_whole_stream():
    whole = pyrite.rand(3000, generator=pyrite.Generator().manual_seed(1))
    generator = pyrite.Generator().manual_seed(1)
    parts = [pyrite.rand(n, generator=generator) for n in (1, 623, 0, 1000, 1376)]
    assert whole.tolist() == [x for part in parts for x in part.tolist()]


def test_a_float_range_stays_below_its_upper_bound():
    assert bool((pyrite.rand(5000, dtype=pyrite.bfloat16) < 1).all())
    with pytest.warns(UserWarning, match="out of bounds"):
        drawn = pyrite.empty(5000, dtype=pyrite.float16).random_(0, 60000)
    assert bool((drawn < 60000).all())


def test_moments():
    x = pyrite.randn(200_000)
    assert abs(x.mean().item()) < 0.01
    assert abs((x * x).mean().item() - 1) < 0.02


def test_draws_of_tensors_that_need_gradients():
    p = pyrite.full((3,), 0.5, requires_grad=True)
    pyrite.bernoulli(p).sum().backward()
    assert p.grad.tolist() == [0, 0, 0]
    product = p * 2
    product.normal_().sum().backward()
    assert product.requires_grad
    with pytest.raises(RuntimeError, match="leaf Variable"):
        p.uniform_()
    with pyrite.no_grad():
        assert p.uniform_() is p


def test_states_continue_a_stream():
    pyrite.manual_seed(3)
    pyrite.randn(5)
    state = pyrite.get_rng_state()
    assert state.shape == (5056,)
    after = pyrite.randn(700).tolist()
    pyrite.set_rng_state(state)
    assert pyrite.randn(700).tolist() == after
    other = pyrite.Generator()
    other.set_state(state)
    assert other.initial_seed() == 3
    assert pyrite.randn(700, generator=copy.deepcopy(other)).tolist() == after
    assert pyrite.randn(700, generator=other).tolist() == after


def test_fork_rng_leaves_no_trace():
    pyrite.manual_seed(3)
    expected = pyrite.rand(4).tolist()
    pyrite.manual_seed(3)
    with pyrite.random.fork_rng():
        pyrite.rand(100)
    assert pyrite.rand(4).tolist() == expected


def test_a_worker_draws_from_its_own_generator():
    drawn = {}

    def work(seed):
        with worker_generator(seed):
            drawn[seed] = pyrite.rand(3).tolist()

    pyrite.manual_seed(3)
    expected = pyrite.rand(4).tolist()
    pyrite.manual_seed(3)
    threads = [threading.Thread(target=work, args=(seed,)) for seed in (10, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pyrite.rand(4).tolist() == expected
    for seed, numbers in drawn.items():
        assert numbers == pyrite.rand(3, generator=pyrite.Generator().manual_seed(seed)).tolist()


def test_threads_share_the_default_generator():
    drawn = []
    pyrite.manual_seed(5)
    threads = [threading.Thread(target=lambda: drawn.append(pyrite.rand(20_000).tolist())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pyrite.manual_seed(5)
    assert sorted(drawn) == sorted(pyrite.rand(20_000).tolist() for _ in range(4))


def test_seeds():
    generator = pyrite.Generator()
    assert generator.initial_seed() == 67280421310721
    assert generator.manual_seed(-1) is generator
    assert generator.initial_seed() == 2**64 - 1
    assert generator.seed() == generator.initial_seed()
    assert pyrite.manual_seed(2.7).initial_seed() == 2


REFUSALS = [
    ("pyrite.rand(-1)", RuntimeError, "negative dimension"),
    ("pyrite.rand(2.5)", TypeError, "size"),
    ("pyrite.rand()", TypeError, "size"),
    ("pyrite.rand(2, generator=5)", TypeError, "generator"),
    ("pyrite.rand(2, dtype=pyrite.int64)", NotImplementedError, "'Long'"),
    ("pyrite.randint(5, 5, (2,))", RuntimeError, "less than 'to'"),
    ("pyrite.randint(0, 300, (2,), dtype=pyrite.uint8)", RuntimeError, "out of bounds"),
    ("pyrite.randint(0, 2.5, (2,))", TypeError, "int high"),
    ("pyrite.randint(5, 2)", TypeError, "tuple of ints"),
    ("pyrite.randperm(-1)", RuntimeError, "negative"),
    ("pyrite.randperm(300, dtype=pyrite.uint8)", RuntimeError, "overflow"),
    ("pyrite.randperm(3, dtype=pyrite.bool)", NotImplementedError, "randperm"),
    ("pyrite.empty(3).bernoulli_(1.5)", RuntimeError, r"\[0, 1\]"),
    ("pyrite.bernoulli(pyrite.tensor([2.0]))", RuntimeError, r"\[0, 1\]"),
    ("pyrite.bernoulli(pyrite.tensor([1]))", NotImplementedError, "'Long'"),
    ("pyrite.empty(3).normal_(0, -1)", RuntimeError, "std >= 0.0"),
    ("pyrite.normal(pyrite.zeros(3), pyrite.tensor([-1.0]))", RuntimeError, "std >= 0.0"),
    ("pyrite.normal(0, 1)", TypeError, "size"),
    ("pyrite.empty(3).uniform_(3, 1)", RuntimeError, "from=3 > to=1"),
    ("pyrite.empty(3, dtype=pyrite.float16).uniform_(0, 1e6)", RuntimeError, "out of bounds"),
    ("pyrite.empty(3).exponential_(0)", RuntimeError, "lambda > 0"),
    ("pyrite.empty(3, dtype=pyrite.int64).exponential_()", RuntimeError, "continuous"),
    ("pyrite.empty(3).geometric_(1)", RuntimeError, r"\(0, 1\)"),
    ("pyrite.empty(3).log_normal_(0, -1)", RuntimeError, "std > 0.0"),
    ("pyrite.empty(3).cauchy_(0, 0)", RuntimeError, "sigma > 0.0"),
    ("pyrite.empty(3).random_(2.5)", TypeError, "random_"),
    ("pyrite.zeros(1, 3).expand(2, 3).normal_()", RuntimeError, "single memory location"),
    ("pyrite.multinomial(pyrite.tensor([-1.0, 2]), 1)", RuntimeError, "element < 0"),
    ("pyrite.multinomial(pyrite.tensor([0.0, 0]), 1)", RuntimeError, "sum of probabilities"),
    ("pyrite.multinomial(pyrite.tensor([1.0, 0]), 3)", RuntimeError, "without replacement"),
    ("pyrite.multinomial(pyrite.tensor(1.0), 1)", RuntimeError, "1 or 2 dim"),
    ("pyrite.poisson(pyrite.tensor([-1.0]))", RuntimeError, "non-negative"),
    ("pyrite.manual_seed(2**64)", ValueError, "Overflow"),
    ("pyrite.Generator().manual_seed(2.5)", RuntimeError, "expected a long"),
    ("pyrite.Generator('xx')", RuntimeError, "xx"),
    ("pyrite.set_rng_state(pyrite.zeros(5))", TypeError, "ByteTensor"),
    ("pyrite.set_rng_state(pyrite.zeros(5, dtype=pyrite.uint8))", RuntimeError, "5056"),
    ("pyrite.set_rng_state(pyrite.zeros(5056, dtype=pyrite.uint8))", RuntimeError, "Invalid"),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSALS, ids=[call for call, *_ in REFUSALS])
def test_refusals(call, error, text):
    with pytest.raises(error, match=text):
        eval(call)
