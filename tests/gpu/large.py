"""Ops of every family on tensors larger than what a kernel may see; as a program it tells what becomes of each.

``PYRITE_GPU_LIMITS=binding:16KiB`` makes tensors of this size too large. A row is a name, a function and arguments.
"""

import json
import math
import sys

import pyrite
from pyrite.nn import functional as F


def numbers(*shape):
    return (pyrite.arange(math.prod(shape)) * 7919 % 1009 - 504).reshape(shape) / 256


def whole(*shape):
    return (numbers(*shape) * 8).long()


def places(size, *shape):
    return (pyrite.arange(math.prod(shape)) * 7919 % size).reshape(shape)


def assigned(x, change):
    change(x)
    return x


X, LINE, SQUARE = numbers(40, 300), numbers(12_000), numbers(100, 120)
WITH_NAN = X.masked_fill(X == 0.5, math.nan)
IMAGES, FILTERS = numbers(8, 3, 20, 25), numbers(4, 3, 3, 3)
HEADS = numbers(6, 4, 30, 16)

FORWARD = {
    "add": (lambda x: x.t() + x.t().flip(0), X),
    "bytes": (lambda x: x[1:] + 1, whole(12_000).to(pyrite.int8)),
    "cast": (lambda x: x.half().float(), X),
    "complex": (lambda x: x[3:9], pyrite.complex(LINE, LINE)),
    "division": (lambda x, y: x // y, whole(40, 300), whole(40, 300).abs() + 1),
    "copy of a transposed": (lambda x: x.t().contiguous(), X),
    "copy of every other": (lambda x: x[::2, 1::3].clone(), X),
    "write": (lambda x: assigned(x, lambda x: x[20:].copy_(x[:20])), X),
    "write in place": (lambda x: assigned(x, lambda x: x[1:].add_(x[:-1].clone())), X),
    "fill": (lambda x: assigned(x, lambda x: x[:, 1::2].fill_(3)), X),
    "cat": (lambda x: [pyrite.cat([x, x[:3]], 0), pyrite.cat([x, x[:, :3]], 1), pyrite.stack([x, x], -1)], X),
    "pad": (lambda x: [F.pad(x, (1, 2), "reflect"), x.roll(7, 0), x.repeat(2, 2), x.tril()], X),
    "sum": (lambda x: [x.sum(), x.sum(0), x.sum(1), x.mean(), x.var(1), x.norm()], X),
    "extremes": (lambda x: [x.amax(), *x.max(1), *x.min(0), x.max()], X),
    "truth": (lambda x: [(x > 1).any(), (x < 2).all(0)], X),
    "argmax": (lambda x: [x.argmax(), x.argmin(), x.t().argmax(), x.argmax(0), x.argmax(1), x[1:].argmax()], X),
    "argmax of integers": (lambda x: [x.argmax(), x.max()], whole(40, 300)),
    "argmax with NaN": (lambda x: [x.argmax(), x.argmin()], WITH_NAN),
    "cumsum": (lambda x: [x.cumsum(0), x.cumsum(1), *x.cummax(1), x.logcumsumexp(1)], X),
    "cumsum of integers": (lambda x: x.cumsum(1), whole(40, 300)),
    "cumsum of a line": (lambda x: x.cumsum(0), LINE),
    "sort": (lambda x: [*x.sort(1, stable=True), *x.sort(0, stable=True), x.sort(1)[0]], X),
    "sort of a line": (lambda x: x.sort(stable=True), LINE),
    "topk": (lambda x: [x.topk(3, 1)[0], x.kthvalue(3, 1)[0], x.median(0)[0], x.quantile(0.3, 1)], X),
    "topk of a line": (lambda x: x.topk(3)[0], LINE),
    "gather": (lambda x, i: x.gather(1, i), X, places(300, 40, 200)),
    "gather rows": (lambda x, i: x.gather(0, i), X, places(40, 35, 300)),
    "gather many": (lambda x, i: x.gather(0, i), numbers(50), places(50, 12_000)),
    "scatter": (
        lambda x, i, y: [x.scatter(1, i, y), x.scatter_add(1, i, y)],
        X,
        places(300, 40, 200),
        numbers(40, 200),
    ),
    "scatter many": (
        lambda x, i, y: [x.scatter_add(0, i, y), x.scatter(0, i, y)],
        numbers(50),
        places(50, 12_000),
        LINE,
    ),
    "index": (lambda x, i: [x[i], x[:, i], x.index_select(1, i), F.embedding(i, x)], X, places(40, 60)),
    "index by two": (lambda x, i: x[i, i], X, places(40, 60)),
    "index_put": (
        lambda x, i, y: [x.index_put((i,), y), x.index_put((i,), y, accumulate=True), x.index_add(0, i, y)],
        X,
        places(40, 90),
        numbers(90, 300),
    ),
    "nonzero": (lambda x: (x > 1).nonzero(), X),
    "masked_fill": (lambda x: x.masked_fill(x > 1, 2), X),
    "bincount": (lambda i: [pyrite.bincount(i), F.one_hot(i[:500], 50)], places(50, 12_000)),
    "searchsorted": (lambda x, y: pyrite.searchsorted(x, y), numbers(500).sort()[0], LINE),
    "matmul": (lambda x: [x @ x.t(), x.t() @ x], X),
    "matmul with few": (lambda x: [x @ x[:2].t(), x[:2] @ x.t(), x @ x[0]], X),
    "matmul of large results": (lambda x: x[:, :3] @ x[:3, :], SQUARE),
    "matmul of integers": (lambda x: x @ x.t(), whole(60, 50)),
    "matmul of batches": (lambda x, y: x.transpose(0, 1) @ y, numbers(20, 30, 16), numbers(30, 16, 12)),
    "dot": (lambda x: x @ x, LINE),
    "softmax of a line": (lambda x: x.softmax(0), LINE),
    "logsumexp": (lambda x: x.logsumexp(1), X),
    "batch_norm": (lambda x: F.batch_norm(x, x[0, :, 0], x[0, :, 0].abs() + 1), numbers(40, 10, 30)),
    "conv2d": (lambda x, w: F.conv2d(x, w, w[:, 0, 0, 0], padding=1), IMAGES, FILTERS),
    "conv2d of one image": (lambda x, w: F.conv2d(x, w), numbers(1, 3, 60, 70), FILTERS),
    "conv_transpose1d": (lambda x, w: F.conv_transpose1d(x, w, stride=2), numbers(30, 3, 150), numbers(3, 4, 3)),
    "pooling": (lambda x: [*F.max_pool2d(x, 2, return_indices=True), F.interpolate(x, scale_factor=2)], IMAGES),
    "pooling of one image": (lambda x: F.max_pool2d(x, 2), numbers(1, 1, 100, 120)),
    "unfold": (lambda x: F.unfold(x, 3), numbers(4, 3, 20, 20)),
    "attention under a mask": (
        lambda x, m: F.scaled_dot_product_attention(x, x, x, m),
        HEADS,
        places(3, 6, 1, 30, 30) > 0,
    ),
    "attention of long lines": (lambda x: F.scaled_dot_product_attention(x, x, x), numbers(1, 1, 900, 16)),
}
WITH_GRADIENTS = {
    "linear": (F.linear, numbers(300, 40), numbers(30, 40), numbers(30)),
    "wide linear": (F.linear, numbers(30, 40), numbers(300, 40), numbers(300)),
    "embedding": (lambda w: F.embedding(places(40, 60).to(w.device), w), X),
    "softmax": (lambda x: x.softmax(1), X),
    "log_softmax": (lambda x: x.log_softmax(0), X),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (300,), w, b), X, numbers(300), numbers(300)),
    "rms_norm": (lambda x, w: F.rms_norm(x, (300,), w), X, numbers(300)),
    "batch_norm, training": (
        lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        numbers(40, 10, 30),
        numbers(10),
        numbers(10),
    ),
    "group_norm": (lambda x, w, b: F.group_norm(x, 5, w, b), numbers(40, 10, 30), numbers(10), numbers(10)),
    "cross_entropy": (lambda x: F.cross_entropy(x, places(300, 40).to(x.device)), X),
    "cross_entropy of places": (
        lambda x: F.cross_entropy(x, places(30, 10, 40).to(x.device), label_smoothing=0.1),
        numbers(10, 30, 40),
    ),
    "nll_loss": (lambda x: F.nll_loss(x, places(300, 40).to(x.device)), X),
    "conv2d of a constant": (lambda x: F.conv2d(x, FILTERS.to(x.device)), IMAGES),
    "conv2d of variables": (F.conv2d, IMAGES, FILTERS),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), IMAGES),
    "avg_pool1d": (lambda x: F.avg_pool1d(x, 3, 2), numbers(30, 3, 150)),
    "attention": (F.scaled_dot_product_attention, HEADS, numbers(6, 4, 35, 16), numbers(6, 4, 35, 16)),
    "attention of heads alone": (F.scaled_dot_product_attention, *(numbers(24, n, 16) for n in (30, 35, 35))),
    "causal attention": (lambda q: F.scaled_dot_product_attention(q, q * 2, q - 1, is_causal=True), HEADS),
}


def dropped(x):
    """Attention and its gradients, of weights of which some are dropped, and attention of many queries."""
    q, k = HEADS.to(x.device).requires_grad_(), numbers(6, 4, 35, 16).to(x.device).requires_grad_()
    out = F.scaled_dot_product_attention(q, k, k, dropout_p=0.5)
    slopes = pyrite.autograd.grad(out, (q, k), numbers(*out.shape).to(x.device))
    q, k = numbers(1, 1, 300, 16).to(x.device), numbers(1, 1, 35, 16).to(x.device)
    of_many_queries = F.scaled_dot_product_attention(q, k, k, dropout_p=0.5)
    return pyrite.cat([t.detach().cpu().reshape(-1) for t in (out, *slopes, of_many_queries)])


DRAWS = {
    "uniform": lambda x: x.uniform_(),
    "normal": lambda x: x.normal_(),
    "normal halves": lambda x: pyrite.randn(12_001, device=x.device, dtype=pyrite.float16),
    "integers": lambda x: pyrite.randint(0, 9, (12_000,), device=x.device),
    "coins": lambda x: pyrite.empty(12_003, device=x.device, dtype=pyrite.uint8).bernoulli_(0.5),
    "dropped weights": dropped,
}
#: What 16 KiB hold no part of that could be computed alone.
REFUSED = {
    "cumsum of a line", "sort of a line", "topk of a line", "softmax of a line", "index by two", "nonzero", "dot",
    "conv2d of one image", "conv2d of variables", "pooling of one image", "attention of long lines",
}  # fmt: skip


def with_gradients(function):
    def run(*arguments):
        variables = [x.detach().requires_grad_() for x in arguments]
        out = function(*variables)
        return [out, *pyrite.autograd.grad(out, variables, numbers(*out.shape).to(out.device))]

    return run


def drawn():
    """The numbers that this device draws."""
    results = {}
    for name, draw in DRAWS.items():
        pyrite.manual_seed(1)
        results[name] = draw(pyrite.empty(12_000, device="cuda")).tolist()
    return results


def results(function, arguments, device):
    made = function(*(x.clone().to(device) for x in arguments))
    return [x.detach().cpu() for x in ([made] if isinstance(made, pyrite.Tensor) else made)]


def near(expected, actual):
    if expected.shape != actual.shape or expected.dtype is not actual.dtype:
        return False
    if not expected.is_floating_point():
        return pyrite.equal(expected, actual)
    return pyrite.allclose(
        expected, actual, rtol=1e-5, atol=1e-5 * (1 + expected.nan_to_num().abs().max().item()), equal_nan=True
    )


def outcome(function, arguments):
    """``same`` as on the CPU, ``different``, or the error's words."""
    try:
        actual = results(function, arguments, "cuda")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    expected = results(function, arguments, "cpu")
    return "same" if len(expected) == len(actual) and all(map(near, expected, actual)) else "different"


if __name__ == "__main__":
    told = {name: outcome(function, arguments) for name, (function, *arguments) in FORWARD.items()}
    for name, (function, *arguments) in WITH_GRADIENTS.items():
        told[name] = outcome(with_gradients(function), arguments)
    json.dump([told, drawn()], sys.stdout)
