"""Random numbers drawn on the GPU: Philox's own numbers, PyTorch's for CUDA, and the laws."""

import math

import numpy as np
import pytest
from needs import needs_gpu

import pyrite

pytestmark = needs_gpu


def philox(counter, key):
    """Blocks of Philox4x32-10 for counters [4, n] and a key, in the words of its authors' paper."""
    x = [c.astype(np.uint64) for c in counter]
    k0, k1 = key
    for _ in range(10):
        a, b = x[0] * 0xD2511F53, x[2] * 0xCD9E8D57
        x = [(b >> 32) ^ x[1] ^ k0, b & 0xFFFFFFFF, (a >> 32) ^ x[3] ^ k1, a & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(x)


def words(n, seed, offset=0):
    """The words that serve `n` elements of four to a block."""
    sequences = min(-(-n // 256) * 256, 132 * 2048)
    rounds = -(-n // (4 * sequences))
    blocks = []
    for r in range(rounds):
        low = np.full(sequences, offset // 4 + r, dtype=np.uint64)
        zero = np.zeros_like(low)
        counter = [low, zero, np.arange(sequences, dtype=np.uint64), zero]
        blocks.append(philox(counter, (seed & 0xFFFFFFFF, seed >> 32)))
    return np.concatenate(blocks).reshape(-1)[:n].astype(np.uint32)


@pytest.mark.parametrize("n", [1, 300, 132 * 2048 + 5, 5 * 132 * 2048 + 3])
def test_integers_are_philoxs_words(n):
    generator = pyrite.Generator("cuda").manual_seed(2**40 + 17)
    generator.set_offset(8)
    drawn = pyrite.randint(0, 1000, (n,), generator=generator, device="cuda").cpu().numpy()
    assert np.array_equal(drawn, words(n, 2**40 + 17, 8) % 1000)
    rounds = -(-n // (4 * min(-(-n // 256) * 256, 132 * 2048)))
    assert generator.get_offset() == 8 + 4 * rounds


def test_numbers_are_those_of_pytorch_on_cuda():
    """Published at github.com/pytorch/pytorch/issues/158398."""
    generator = pyrite.Generator("cuda").manual_seed(42)
    drawn = pyrite.randn([1, 64, 2048], generator=generator, device="cuda")[0].cpu()
    assert drawn[0, :3].tolist() == pytest.approx([0.1940, 2.1614, -0.1721], abs=6e-5)
    assert drawn[0, -3:].tolist() == pytest.approx([1.4540, -2.7733, -0.8932], abs=6e-5)
    assert drawn[1, :3].tolist() == pytest.approx([-0.4574, 0.8063, 0.1580], abs=6e-5)


def distribution(drawn, law):
    """The largest distance between the distribution of what was drawn and that of the law (Kolmogorov and Smirnov), in
    standard units: beyond 1.95 with a probability of 0.001."""
    x = np.sort(drawn.cpu().double().numpy())
    steps = np.arange(len(x) + 1) / len(x)
    expected = np.array([law(v) for v in x])
    return math.sqrt(len(x)) * max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max())


LAWS = {
    "uniform": (lambda x: x.uniform_(-1, 3), lambda v: (v + 1) / 4),
    "normal": (lambda x: x.normal_(1, 2), lambda v: (1 + math.erf((v - 1) / 2 / math.sqrt(2))) / 2),
    "exponential": (lambda x: x.exponential_(2.5), lambda v: 1 - math.exp(-2.5 * v)),
    "cauchy": (lambda x: x.cauchy_(1, 2), lambda v: 0.5 + math.atan((v - 1) / 2) / math.pi),
    "log_normal": (lambda x: x.log_normal_(0, 1), lambda v: (1 + math.erf(math.log(v) / math.sqrt(2))) / 2),
}


@pytest.mark.parametrize("dtype", [pyrite.float32, pyrite.float64])
@pytest.mark.parametrize("law", LAWS)
def test_continuous_laws(law, dtype):
    pyrite.manual_seed(11)
    draw, expected = LAWS[law]
    try:
        drawn = draw(pyrite.empty(20_000, dtype=dtype, device="cuda"))
        assert distribution(drawn, expected) < 1.95
    except RuntimeError as refusal:
        if dtype == pyrite.float32 or "float64" not in str(refusal):
            raise


@pytest.mark.parametrize("dtype", [pyrite.float16, pyrite.bfloat16])
def test_half_types_stay_below_the_upper_bound(dtype):
    pyrite.manual_seed(1)
    x = pyrite.rand(50_000, device="cuda", dtype=dtype)
    assert bool((x < 1).all()) and bool((x >= 0).all()) and abs(x.float().mean().item() - 0.5) < 0.01


@pytest.mark.parametrize(
    "dtype", [pyrite.bool, pyrite.uint8, pyrite.int8, pyrite.int16, pyrite.int32, pyrite.int64, pyrite.float16]
)
def test_bernoulli(dtype):
    pyrite.manual_seed(2)
    n = 50_001
    for p in (0.0, 0.3, 1.0):
        share = pyrite.empty(n, dtype=dtype, device="cuda").bernoulli_(p).cpu().double().mean().item()
        assert abs(share - p) <= 4 * math.sqrt(p * (1 - p) / n)
    each = pyrite.bernoulli(pyrite.tensor([0.0, 0.25, 1.0], device="cuda").expand(20_000, 3)).mean(0).tolist()
    assert each[0] == 0 and abs(each[1] - 0.25) < 0.015 and each[2] == 1


@pytest.mark.parametrize(("low", "high"), [(-7, 5), (-(2**40), 2**41 + 1), (0, 2**28), (-(2**63), 2**63 - 1)])
def test_integers_of_any_range(low, high):
    pyrite.manual_seed(3)
    x = pyrite.randint(low, high, (20_000,), device="cuda").cpu().numpy().astype(np.float64)
    assert x.min() >= low and x.max() < high
    spread = (float(high) - float(low)) / math.sqrt(12 * 20_000)
    assert abs(x.mean() - (float(low) + float(high) - 1) / 2) < 4 * spread


def test_permutations():
    pyrite.manual_seed(4)
    assert pyrite.randperm(5000, device="cuda").sort().values.cpu().tolist() == list(range(5000))
    firsts = [int(pyrite.randperm(4, device="cuda")[0]) for _ in range(200)]
    assert all(25 < firsts.count(k) < 80 for k in range(4))


def test_categories_are_drawn_in_proportion():
    pyrite.manual_seed(5)
    weights = pyrite.tensor([[1.0, 0.0, 3.0, 0.0], [0.0, 2.0, 2.0, 0.0]], device="cuda")
    drawn = pyrite.multinomial(weights, 8000, replacement=True).cpu()
    shares = pyrite.stack([(drawn == k).double().mean(1) for k in range(4)], 1)
    assert pyrite.allclose(shares, (weights / 4).cpu().double(), atol=0.02)
    assert bool((shares[weights.cpu() == 0] == 0).all())
    assert sorted(pyrite.multinomial(weights[0], 2).tolist()) == [0, 2]


def test_counts_of_unequal_cost():
    pyrite.manual_seed(6)
    assert abs(pyrite.poisson(pyrite.full((4000,), 3.0, device="cuda")).mean().item() - 3) < 0.15
    trials, p = pyrite.full((4000,), 10.0, device="cuda"), pyrite.full((4000,), 0.2, device="cuda")
    assert abs(pyrite.binomial(trials, p).mean().item() - 2) < 0.15


def test_dropout_and_likes_stay_on_the_gpu():
    pyrite.manual_seed(7)
    x = pyrite.ones(100, 100, device="cuda")
    dropped = pyrite.nn.functional.dropout(x, 0.25)
    assert dropped.is_cuda and abs((dropped == 0).float().mean().item() - 0.25) < 0.03
    likes = (
        pyrite.rand_like(x),
        pyrite.randn_like(x.t()),
        pyrite.randint_like(x, 3),
        pyrite.normal(0.0, 1.0, (2,), device=x.device),
    )
    assert all(like.is_cuda for like in likes)
    assert pyrite.randn(3, device="cuda", dtype=pyrite.complex64).is_cuda


def test_seeds_and_states():
    def numbers(*shape, generator=None):
        return pyrite.rand(*shape, device="cuda", generator=generator).cpu().tolist()

    pyrite.manual_seed(9)
    whole = [numbers(5), numbers(7)]
    pyrite.cuda.manual_seed_all(9)
    assert [numbers(5), numbers(7)] == whole
    state = pyrite.cuda.get_rng_state()
    assert state.tolist() == [9, *[0] * 7, 8, *[0] * 7] and state.device.type == "cpu"
    after = numbers(3)
    pyrite.cuda.set_rng_state(state)
    assert numbers(3) == after and pyrite.cuda.initial_seed() == 9
    own = pyrite.Generator(device="cuda").manual_seed(9)
    assert numbers(5, generator=own) == whole[0] and str(own.device) == "cuda:0"
    assert numbers(7, generator=own.clone_state()) == whole[1] == numbers(7, generator=own)
    with pyrite.random.fork_rng():
        after = numbers(2)
    assert numbers(2) == after
    with pytest.raises(RuntimeError, match="wrong size"):
        own.set_state(pyrite.zeros(5, dtype=pyrite.uint8))
    with pytest.raises(RuntimeError, match="multiple of 4"):
        own.set_offset(3)


def test_a_generator_serves_its_own_device():
    with pytest.raises(RuntimeError, match="Expected a 'cuda' device type for generator but found 'cpu'"):
        pyrite.rand(2, device="cuda", generator=pyrite.Generator())
    with pytest.raises(RuntimeError, match="Expected a 'cpu' device type for generator but found 'cuda'"):
        pyrite.rand(2, generator=pyrite.Generator("cuda"))


def test_dtypes_that_a_law_has_not():
    for call in (
        lambda: pyrite.randn(2, dtype=pyrite.int64, device="cuda"),
        lambda: pyrite.rand(2, dtype=pyrite.int32, device="cuda"),
    ):
        with pytest.raises(NotImplementedError, match="not implemented for"):
            call()
    with pytest.raises(RuntimeError, match="continuous"):
        pyrite.zeros(2, dtype=pyrite.int64, device="cuda").exponential_()
