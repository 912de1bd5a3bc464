"""Attention on the GPU: what the composite gives on the CPU, in one dispatch, and its gradients in three, without a
matrix of all queries and keys. Few queries over long keys take one more for the parts of the keys."""

import subprocess
import sys

import pytest

import pyrite
from pyrite.nn import functional as F
from pyrite.ops.attention import attention_weights, shared_by, widened

needs_gpu = pytest.mark.skipif(not pyrite.cuda.is_available(), reason="no GPU, and no software adapter was asked for")
TOLERANCE = {pyrite.float32: 5e-6, pyrite.float16: 4e-3, pyrite.bfloat16: 4e-2}

ROWS = {
    "matrices": ((5, 8), (7, 8), (7, 8), {}),
    "heads": ((3, 20, 16), (3, 35, 16), (3, 35, 16), {}),
    "batches of heads": ((2, 3, 70, 16), (2, 3, 90, 16), (2, 3, 90, 16), {}),
    "five axes": ((2, 1, 2, 4, 5), (2, 1, 2, 6, 5), (2, 1, 2, 6, 5), {}),
    "one query": ((1, 2, 1, 64), (1, 2, 130, 64), (1, 2, 130, 64), {}),
    "one of each": ((1, 1), (1, 1), (1, 1), {}),
    "wide heads": ((1, 2, 33, 128), (1, 2, 40, 128), (1, 2, 40, 128), {}),
    "odd sizes": ((1, 2, 65, 99), (1, 2, 67, 99), (1, 2, 67, 3), {}),
    "scale": ((2, 9, 4), (2, 9, 4), (2, 9, 4), {"scale": 0.7}),
    "causal": ((2, 2, 100, 8), (2, 2, 100, 8), (2, 2, 100, 8), {"is_causal": True}),
    "causal, more queries": ((1, 140, 8), (1, 50, 8), (1, 50, 8), {"is_causal": True}),
    "causal, more keys": ((1, 50, 8), (1, 140, 8), (1, 140, 8), {"is_causal": True}),
    "shared heads": ((2, 6, 20, 8), (2, 2, 40, 8), (2, 2, 40, 8), {"enable_gqa": True}),
    "one head for all": ((2, 6, 20, 8), (2, 1, 40, 8), (2, 1, 40, 8), {"is_causal": True}),
    "mask": ((2, 2, 20, 8), (2, 2, 70, 8), (2, 2, 70, 8), {"kept": (20, 70)}),
    "mask of each batch": ((2, 2, 20, 8), (2, 2, 70, 8), (2, 2, 70, 8), {"kept": (2, 1, 1, 70)}),
    "mask added": ((2, 2, 20, 8), (2, 2, 70, 8), (2, 2, 70, 8), {"added": (2, 20, 70)}),
    "mask of shared heads": ((2, 4, 20, 8), (2, 2, 9, 8), (2, 2, 9, 8), {"added": (2, 4, 1, 9), "enable_gqa": True}),
    "widest heads": ((1, 2, 33, 256), (1, 2, 40, 256), (1, 2, 40, 256), {"dispatches": (1, 4)}),
    "wide values": ((1, 2, 9, 16), (1, 2, 40, 16), (1, 2, 40, 200), {"dispatches": (1, 4)}),
    "few queries, causal": ((2, 9, 8), (2, 140, 8), (2, 140, 8), {"is_causal": True}),
    "few queries, masked": ((2, 6, 5, 8), (2, 2, 90, 8), (2, 2, 90, 8), {"added": (6, 5, 90), "enable_gqa": True}),
    "few queries, long keys": ((2, 2, 3, 20), (2, 2, 1100, 20), (2, 2, 1100, 133), {"dispatches": (2, 4)}),
    "long keys, masked": ((1, 1, 30, 8), (1, 1, 600, 8), (1, 1, 600, 8), {"kept": (30, 600), "dispatches": (2, 4)}),
    "long queries, few keys": ((1, 2, 700, 8), (1, 1, 5, 8), (1, 1, 5, 8), {"dispatches": (1, 5)}),
}


def numbers(shape, seed):
    return pyrite.randn(*shape, generator=pyrite.Generator().manual_seed(seed))


def dense(x):
    return x


def transposed(x):
    """Lines and heads in memory as a projection leaves them."""
    return x.transpose(0, -2).contiguous().transpose(0, -2)


def turned(x):
    return x.permute(*reversed(range(x.dim()))).contiguous().permute(*reversed(range(x.dim())))


def options(given, dtype, device):
    given = dict(given)
    if "kept" in given:
        kept = numbers(given.pop("kept"), 7) > 0
        kept[..., 3:4, :] &= kept.shape[-2] == 1
        given["attn_mask"] = kept.to(device)
    if "added" in given:
        given["attn_mask"] = numbers(given.pop("added"), 7).to(dtype).to(device)
    return given


def dispatches():
    pyrite.cuda.synchronize()
    return pyrite.cuda.memory_stats()["dispatches"]


@needs_gpu
@pytest.mark.parametrize(
    ("dtype", "view"),
    [*((dtype, dense) for dtype in TOLERANCE), (pyrite.float32, transposed), (pyrite.float16, turned)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
@pytest.mark.parametrize("row", ROWS)
def test_the_kernels_give_what_the_composite_gives(row, view, dtype):
    *shapes, given = ROWS[row]
    inputs = [numbers(shape, seed).to(dtype) for seed, shape in enumerate(shapes)]
    results = {}
    for device in ("cpu", "cuda"):
        q, k, v = [view(x).to(device).requires_grad_() for x in inputs]
        arguments = options(given, dtype, device)
        expected_dispatches = arguments.pop("dispatches", (1, 3))
        before = dispatches()
        out = F.scaled_dot_product_attention(q, k, v, **arguments)
        between = dispatches()
        g = numbers(out.shape, 99).to(dtype).to(device)
        after = dispatches()
        slopes = pyrite.autograd.grad(out, (q, k, v), g)
        if device == "cuda":
            assert (between - before, dispatches() - after) == expected_dispatches
        results[device] = [t.detach().cpu().float() for t in (out, *slopes)]
    for expected, actual in zip(results["cpu"], results["cuda"]):
        assert actual.shape == expected.shape
        assert pyrite.allclose(actual, expected, rtol=10 * TOLERANCE[dtype], atol=TOLERANCE[dtype])


@needs_gpu
@pytest.mark.parametrize("mask", [False, -float("inf")])
@pytest.mark.parametrize(("queries", "keys"), [(3, 40), (3, 600), (20, 40), (20, 600)])
def test_a_query_without_keys_gives_zeros(mask, queries, keys):
    q, k, v = (numbers((2, n, 4), n).cuda().requires_grad_() for n in (queries, keys, keys))
    hidden = pyrite.ones(queries, keys, dtype=pyrite.bool) if mask is False else pyrite.zeros(queries, keys)
    hidden[1] = mask
    hidden[2, : keys // 2 + 64] = mask
    out = F.scaled_dot_product_attention(q, k, v, hidden.cuda())
    out.sum().backward()
    assert out[:, 1].tolist() == q.grad[:, 1].tolist() == [[0.0] * 4] * 2
    expected = F.scaled_dot_product_attention(q.cpu(), k.cpu(), v.cpu(), hidden)
    assert pyrite.allclose(out.cpu(), expected, rtol=1e-4, atol=1e-5)
    assert out.isfinite().all() and k.grad.isfinite().all() and v.grad.isfinite().all()


@needs_gpu
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize(("queries", "keys"), [(70, 70), (3, 70), (3, 600)])
def test_scores_that_are_not_finite(value, queries, keys):
    q, k, v = (numbers((1, n, 4), seed) for seed, n in enumerate((queries, keys, keys)))
    q[0, -1, 0] = value
    expected = F.scaled_dot_product_attention(q, k.abs(), v)
    actual = F.scaled_dot_product_attention(q.cuda(), k.abs().cuda(), v.cuda()).cpu()
    assert expected[0, -1].isnan().all()
    assert pyrite.allclose(actual, expected, rtol=1e-4, atol=1e-5, equal_nan=True)


@needs_gpu
@pytest.mark.parametrize(
    "given", [{"dropout_p": 1.0}, {"attn_mask": True}, {"size": 260}, {"dropout_p": 0.5, "size": 260}]
)
def test_what_the_kernels_do_not_take_is_composed(given):
    given = dict(given)
    size = given.pop("size", 4)
    q, k, v = (numbers((2, 6, size), seed).cuda().requires_grad_() for seed in range(3))
    if "attn_mask" in given:
        given["attn_mask"] = mask = numbers((6, 6), 9).cuda().requires_grad_()
    F.scaled_dot_product_attention(q, k, v, **given).square().sum().backward()
    assert q.grad.isfinite().all() and q.grad.any().item() == (given.get("dropout_p") != 1.0)
    if "attn_mask" in given:
        assert mask.grad.shape == (6, 6)


@needs_gpu
def test_gradients_of_gradients():
    results = []
    for device in ("cpu", "cuda"):
        q, k, v = (numbers((2, 5, 4), seed).to(device).requires_grad_() for seed in range(3))
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        slopes = pyrite.autograd.grad(out.square().sum(), (q, k, v), create_graph=True)
        results.append(pyrite.autograd.grad(sum(s.square().sum() for s in slopes), (q, k, v)))
    for expected, actual in zip(*results):
        assert pyrite.allclose(actual.cpu(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("masked", [False, True])
def test_closed_gradients(masked):
    q, k, v = (
        numbers(shape, seed).double().requires_grad_() for seed, shape in enumerate([(4, 3, 5), (2, 6, 5), (2, 6, 3)])
    )
    mask = numbers((4, 3, 6), 5) > 0
    mask[1, 1] = False

    def attend(q, k, v):
        return F.scaled_dot_product_attention(q, k, v, mask if masked else None, is_causal=not masked, enable_gqa=True)

    assert pyrite.autograd.gradcheck(attend, (q, k, v))
    assert pyrite.autograd.gradgradcheck(attend, (q, k, v))


P = 0.3


def drawn(shape, seed=5, uses=0):
    """Which weights stay, as the GPU's generator says where it was seeded and used so often."""
    pyrite.cuda.manual_seed(seed)
    for _ in range(uses):
        pyrite.rand(3, device="cuda")
    return pyrite.empty(shape, device="cuda").bernoulli_(1 - P)


def composed(q, k, v, kept, scale=None, is_causal=False, enable_gqa=False, attn_mask=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    q, k, v = widened(q, k, v)
    if enable_gqa:
        k, v = shared_by(q.shape[-3], k), shared_by(q.shape[-3], v)
    return (attention_weights(q, k, attn_mask, scale, is_causal) * kept / (1 - P)) @ v


@needs_gpu
@pytest.mark.parametrize(
    ("dtype", "view"), [*((dtype, dense) for dtype in TOLERANCE), (pyrite.float32, transposed)], ids=str
)
@pytest.mark.parametrize("row", ROWS)
def test_dropout_in_the_kernels_drops_what_a_draw_says(row, view, dtype):
    *shapes, given = ROWS[row]
    inputs = [numbers(shape, seed).to(dtype) for seed, shape in enumerate(shapes)]
    results, states = [], []
    for device in ("cpu", "cuda"):
        q, k, v = [view(x).to(device).requires_grad_() for x in inputs]
        arguments = options(given, dtype, device)
        expected_dispatches = arguments.pop("dispatches", (1, 3))
        kept = drawn((*q.shape[:-1], k.shape[-2]), uses=1).cpu()
        if device == "cpu":
            out = composed(q, k, v, kept, **arguments).to(dtype)
        else:
            drawn((0,), uses=1)
            before = dispatches()
            out = F.scaled_dot_product_attention(q, k, v, dropout_p=P, **arguments)
            assert dispatches() - before == expected_dispatches[0]
        states.append(pyrite.cuda.get_rng_state().tolist())
        g = numbers(out.shape, 99).to(dtype).to(device)
        after = dispatches()
        slopes = pyrite.autograd.grad(out, (q, k, v), g)
        if device == "cuda":
            assert dispatches() - after == expected_dispatches[1]
        results.append([t.detach().cpu().float() for t in (out, *slopes)])
    assert states[0] == states[1]
    for expected, actual in zip(*results):
        assert pyrite.allclose(actual, expected, rtol=10 * TOLERANCE[dtype], atol=2 * TOLERANCE[dtype])


@needs_gpu
def test_dropout_of_more_weights_than_streams():
    q, k = numbers((2, 4, 200, 8), 1).cuda(), numbers((2, 4, 230, 8), 2).cuda()
    kept = drawn((2, 4, 200, 230))
    pyrite.cuda.manual_seed(5)
    actual = F.scaled_dot_product_attention(q, k, k, dropout_p=P)
    assert pyrite.allclose(actual, composed(q, k, k, kept), rtol=1e-4, atol=1e-5)
    assert abs(kept.mean().item() - (1 - P)) < 0.005


@needs_gpu
@pytest.mark.parametrize("given", [{"size": 260}, {"mask": True}, {"batch": (3, 1)}])
def test_dropout_that_is_composed_drops_the_same(given):
    q, k = (numbers((2, n, given.get("size", 4)), n).cuda() for n in (20, 30))
    if "batch" in given:
        k = k.expand(*given["batch"], *k.shape[-2:]) if k.dim() == 2 else k.unsqueeze(0).expand(3, *k.shape)
    mask = numbers((20, 30), 9).cuda().requires_grad_() if "mask" in given else None
    kept = drawn((*(k.shape[:-2]), 20, 30))
    pyrite.cuda.manual_seed(5)
    actual = F.scaled_dot_product_attention(q, k, k, mask, dropout_p=P)
    state = pyrite.cuda.get_rng_state().tolist()
    assert pyrite.allclose(actual, composed(q, k, k, kept, attn_mask=mask), rtol=1e-4, atol=1e-5)
    drawn(kept.shape)
    assert pyrite.cuda.get_rng_state().tolist() == state


@needs_gpu
def test_the_share_of_dropped_weights():
    """Of equal weights the values' mean is what stays of them."""
    q, ones = pyrite.zeros(4, 300, 8).cuda(), pyrite.ones(4, 250, 8).cuda()
    for p in (0.1, 0.5, 0.9):
        out = F.scaled_dot_product_attention(q, ones, ones, dropout_p=p)
        assert abs(out.mean().item() - 1) < 0.02
        assert out.std().item() == pytest.approx((p / (1 - p) / 250) ** 0.5, rel=0.1)
        assert (F.scaled_dot_product_attention(q, ones, ones, dropout_p=p) != out).any()
    plain = F.scaled_dot_product_attention(q, ones, ones)
    assert (plain - 1).abs().max().item() < 1e-5
    assert not F.scaled_dot_product_attention(q, ones, ones, dropout_p=1.0).any()
    for p in (-0.1, 1.1):
        with pytest.raises(ValueError, match="dropout probability"):
            F.scaled_dot_product_attention(q, ones, ones, dropout_p=p)


@needs_gpu
def test_gradients_of_gradients_under_dropout():
    results = []
    for is_composed in (True, False):
        q, k, v = (numbers((2, 5, 4), seed).cuda().requires_grad_() for seed in range(3))
        kept = drawn((2, 5, 5))
        pyrite.cuda.manual_seed(5)
        out = composed(q, k, v, kept) if is_composed else F.scaled_dot_product_attention(q, k, v, dropout_p=P)
        slopes = pyrite.autograd.grad(out.square().sum(), (q, k, v), create_graph=True)
        results.append(pyrite.autograd.grad(sum(s.square().sum() for s in slopes), (q, k, v)))
    for expected, actual in zip(*results):
        assert pyrite.allclose(actual, expected, rtol=1e-4, atol=1e-4)


LONG = """
import pyrite
from pyrite.nn import functional as F
q = pyrite.ones(1, 2000, 8).cuda().requires_grad_()
F.scaled_dot_product_attention(q, q, q, dropout_p=DROPOUT, is_causal=True).sum().backward()
print(q.grad.isfinite().all().item(), pyrite.cuda.max_memory_allocated())
"""


@needs_gpu
@pytest.mark.parametrize("dropout", ["0.0", "0.1"])
def test_memory_grows_with_the_length_not_its_square(dropout):
    out = subprocess.run(
        [sys.executable, "-c", LONG.replace("DROPOUT", dropout)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert out[0] == "True"
    assert int(out[1]) < 2000 * 2000 / 2


@needs_gpu
@pytest.mark.parametrize("causal", [False, True])
def test_a_layer_attends_in_place(causal):
    """Heads are views of the projections, and what comes out is a view of what goes on."""
    layer = pyrite.nn.MultiheadAttention(16, 4)
    x, padding = numbers((9, 2, 16), 1), pyrite.zeros(2, 9, dtype=pyrite.bool)
    padding[1, 6:] = not causal
    mask = pyrite.nn.Transformer.generate_square_subsequent_mask(9)
    masks = {"attn_mask": mask, "is_causal": True} if causal else {"key_padding_mask": padding}
    results = []
    for device in ("cpu", "cuda"):
        layer.to(device).zero_grad()
        masks = {name: m.to(device) if isinstance(m, pyrite.Tensor) else m for name, m in masks.items()}
        x = x.to(device)
        before = dispatches()
        out = layer(x, x, x, need_weights=False, **masks)[0]
        if device == "cuda" and causal:
            assert dispatches() - before == 3
        out.square().sum().backward()
        results.append([t.detach().cpu() for t in (out, *(p.grad for p in layer.parameters()))])
    for expected, actual in zip(*results):
        assert pyrite.allclose(actual, expected, rtol=1e-4, atol=1e-5)
