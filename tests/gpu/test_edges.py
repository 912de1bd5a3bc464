"""Tensors without elements or axes, and arguments that make no sense: results and refusals are the CPU's."""

import math

import pytest
from hostile import attack
from needs import needs_gpu

import pyrite
from pyrite.nn import functional as F

pytestmark = needs_gpu

TENSORS = {
    "no elements": lambda: pyrite.zeros(0),
    "no rows": lambda: pyrite.zeros(0, 3),
    "no columns": lambda: pyrite.zeros(3, 0),
    "no axes": lambda: pyrite.tensor(1.5),
    "NaN": lambda: pyrite.tensor(math.nan),
    "a number": lambda: pyrite.tensor(3),
    "no integers": lambda: pyrite.zeros(2, 0, 3).long(),
    "no truth": lambda: pyrite.zeros(3, 0).bool(),
    "no halves": lambda: pyrite.zeros(1).bfloat16().expand(0, 3),
    "not finite": lambda: pyrite.tensor([[math.nan, math.inf, -math.inf], [0.0, -0.0, 1.0]]),
    "integers": lambda: pyrite.tensor([2**63 - 1, -(2**63), 0]),
    "bytes": lambda: pyrite.tensor([0, 255, 7]).to(pyrite.uint8),
    "no images": lambda: pyrite.zeros(0, 2, 5, 5),
    "no channels": lambda: pyrite.zeros(2, 0, 5, 5),
    "no places": lambda: pyrite.zeros(2, 3, 0, 5),
}
ALONG = (
    "sum mean prod amax argmax any cumsum cummax logcumsumexp softmax log_softmax sort median var logsumexp max flip "
    "squeeze unsqueeze"
).split()
WHOLE = (
    "sum prod amax argmin any all max median var norm sin exp neg abs long bool half unique nonzero flatten t item "
    "tril diag trace isnan sign reciprocal tolist"
).split()
INDICES = [[], [0], [-1], [9], [2**40], [-(2**63)], [0.5], [math.nan], [True]]


def along(x, dim):
    """What can be done along a dimension."""
    calls = [lambda name=name: getattr(x, name)(dim) for name in ALONG]
    calls += [lambda k=k: x.topk(k, dim) for k in (0, 1, 9)] + [lambda: x.kthvalue(1, dim), lambda: x.norm(dim=dim)]
    return calls + [
        lambda: pyrite.cat([x, x], dim),
        lambda: pyrite.stack([x, x], dim),
        lambda: x.repeat_interleave(2, dim),
    ]


def by_index(x, index):
    """What can be done by index along the first dimension."""
    i = pyrite.tensor(index).to(x.device)
    i = i.long() if not index else i
    deep = i.reshape(-1, *[1] * (x.dim() - 1))
    return [
        lambda: x[i],
        lambda: x.index_select(0, i),
        lambda: x.gather(0, deep),
        lambda: x.scatter(0, deep, 1),
        lambda: x.scatter_add(0, deep, x[:1]),
        lambda: x.index_fill(0, i, 1),
        lambda: x.index_add(0, i, x[:1]),
        lambda: x.clone().index_put_((i,), pyrite.tensor(1).to(x)),
        lambda: x.take(i),
        lambda: F.embedding(i, x),
        lambda: F.one_hot(i, 4),
        lambda: F.cross_entropy(x, i.expand(x.shape[0])),
        lambda: F.nll_loss(x, i.expand(x.shape[0])),
    ]


def in_windows(x, n):
    """Windows, steps and sizes of `n`."""
    w = pyrite.ones(3, x.shape[1], 2, 2).to(x)
    return [
        lambda: F.max_pool2d(x, n),
        lambda: F.avg_pool2d(x, n),
        lambda: F.adaptive_avg_pool2d(x, n),
        lambda: F.unfold(x, n),
        lambda: F.interpolate(x, n),
        lambda: F.pad(x, (n, n)),
        lambda: F.conv2d(x, w, stride=n),
        lambda: F.conv2d(x, w, padding=n),
        lambda: F.conv2d(x, w, dilation=n),
        lambda: F.conv2d(x, w[:n]),
        lambda: F.conv_transpose2d(x, w.transpose(0, 1), stride=n),
    ]


def as_it_is(x):
    calls = [lambda name=name: getattr(x, name)() for name in WHOLE]
    return calls + [
        lambda: x - x,
        lambda: x * 2 - x * 2,
        lambda: x.sin() / x.sin(),
        lambda: x / x,
        lambda: x // x,
        lambda: x // 0,
        lambda: x % 0,
        lambda: x**-1,
        lambda: pyrite.lerp(x, x, math.nan),
        lambda: x.clamp(max=math.nan),
        lambda: x @ x,
        lambda: x @ x.mT,
        lambda: F.linear(x, pyrite.ones(4, 3).to(x), pyrite.ones(4).to(x)),
        lambda: F.linear(x, pyrite.ones(4, 0).to(x), pyrite.ones(4).to(x)),
        lambda: F.layer_norm(x, x.shape[-1:]),
        lambda: F.batch_norm(x, None, None, training=True),
        lambda: F.group_norm(x, 1),
        lambda: F.scaled_dot_product_attention(x, x, x),
        lambda: F.mse_loss(x, x),
        lambda: x[x > 0],
        lambda: x.masked_fill(x > 0, 2),
        lambda: pyrite.searchsorted(x, x),
        lambda: x.histc(4),
        lambda: pyrite.cdist(x, x),
        lambda: x.view(-1, 0),
        lambda: pyrite.zeros(-1, device=x.device),
        lambda: pyrite.zeros(2**62, 4, device=x.device),
        lambda: pyrite.autograd.grad((v := x.clone().requires_grad_()).softmax(0).sum() + v.cumsum(0).sum(), v),
    ]


def outcome(call):
    """The results on the CPU, or the class of what is raised, then or once the device has finished."""
    try:
        out = call()
        out = [out] if isinstance(out, pyrite.Tensor) else out
        out = (
            [x.detach().cpu() for x in out] if isinstance(out, tuple | list) and out and hasattr(out[0], "cpu") else out
        )
        pyrite.cuda.synchronize()
        return out
    except Exception as error:
        return type(error)


def is_same(a, b):
    if isinstance(a, type) or isinstance(b, type) or not isinstance(a, list) or not a or not hasattr(a[0], "cpu"):
        return repr(a) == repr(b)
    return len(a) == len(b) and all(
        x.dtype is y.dtype and x.shape == y.shape and pyrite.allclose(x.double(), y.double(), equal_nan=True)
        for x, y in zip(a, b, strict=True)
    )


def assert_alike(calls, x):
    for k, (there, here) in enumerate(zip(calls(x.cuda()), calls(x), strict=True)):
        expected, actual = outcome(here), outcome(there)
        assert is_same(expected, actual), (k, expected, actual)


@pytest.mark.parametrize("name", TENSORS)
def test_results_and_refusals_are_those_of_the_cpu(name):
    x = TENSORS[name]()
    assert_alike(as_it_is, x)
    for dim in (0, -1, 2, -7):
        assert_alike(lambda x, dim=dim: along(x, dim), x)


@pytest.mark.parametrize("name", [name for name in TENSORS if TENSORS[name]().dim()])
def test_indices_that_lead_nowhere(name):
    for index in INDICES:
        assert_alike(lambda x, index=index: by_index(x, index), TENSORS[name]())


@pytest.mark.parametrize("name", ["no images", "no channels", "no places"])
def test_windows_over_nothing(name):
    for n in (1, 2, 0, -1, 9):
        assert_alike(lambda x, n=n: in_windows(x, n), TENSORS[name]())


@pytest.mark.parametrize("p", [math.nan, -0.1, 1.5, math.inf])
@pytest.mark.parametrize("dtype", [pyrite.float32, pyrite.bfloat16])
def test_what_is_no_probability_is_refused_at_the_next_read_back(p, dtype):
    drawn = pyrite.bernoulli(pyrite.tensor([[0.0, 1.0], [p, 0.5]], dtype=dtype, device="cuda").t())
    with pytest.raises(RuntimeError, match=r"bernoulli expects every p to be in \[0, 1\]"):
        drawn.cpu()
    assert pyrite.bernoulli(pyrite.tensor([0.0, 1.0, 1.0], dtype=dtype, device="cuda")).tolist() == [0, 1, 1]
    with pytest.raises(NotImplementedError, match="bernoulli_tensor_cuda_p_"):
        drawn.bernoulli_(pyrite.tensor(1, device="cuda"))


@pytest.mark.parametrize("make", [pyrite.zeros, pyrite.randn, pyrite.eye, pyrite.arange, pyrite.randperm])
def test_what_does_not_fit_is_refused_with_its_size_and_the_device_goes_on(make):
    held, total = pyrite.ones(1000, device="cuda"), pyrite.cuda.mem_get_info()[1]
    held.cpu()
    pyrite.cuda.set_per_process_memory_fraction((pyrite.cuda.memory_reserved() + (1 << 20)) / total)
    try:
        with pytest.raises(pyrite.cuda.OutOfMemoryError, match=r"allocate \d{8,} bytes on .*: tensors hold \d+ bytes"):
            size = (3000,) if make is pyrite.eye else (9_000_000,)
            make(*size, device="cuda").cpu()
        assert held.sum().item() == 1000
    finally:
        pyrite._core.gpu_set_memory_limit(total)


@pytest.mark.timeout(300)
def test_calls_end_with_a_result_or_an_ordinary_exception():
    found = list(attack(seed=1, start=0, count=400, seconds=250, device="cuda"))
    assert not found, "\n".join(map(str, found))
