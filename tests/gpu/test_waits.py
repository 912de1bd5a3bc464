"""What ordinary operations must not do: wait for the GPU. And what they do about indices that they cannot check first:
the kernel reports them, and the next read-back or synchronize raises."""

import pytest
from needs import needs_gpu

import pyrite
from pyrite import nn
from pyrite.nn import functional as F

pytestmark = needs_gpu


def there(*shape, **options):
    return pyrite.rand(*shape, device="cuda", **options)


def weight(*shape):
    return there(*shape, requires_grad=True)


def whole(*shape, below=4):
    return pyrite.randint(below, shape, device="cuda")


def trained(module, *inputs):
    out = module.to("cuda")(*inputs)
    out = out[0] if isinstance(out, tuple) else out
    out.sum().backward()


def stepped(optimizer, **options):
    parameters = [weight(3, 4), weight(4)]
    step = optimizer(parameters, lr=0.1, **options)
    for _ in range(2):
        for p in parameters:
            p.grad = pyrite.ones_like(p)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        step.step()


#: Forward, and backward where there is a gradient: none of it reads back on PyTorch's GPUs. Each is small enough for
#: one batch of commands, so that a submission means a read-back.
ORDINARY = {
    "linear": lambda: trained(nn.Linear(4, 3), there(2, 4)),
    "conv2d": lambda: trained(nn.Conv2d(2, 3, 3), there(1, 2, 6, 6)),
    "conv_transpose2d": lambda: trained(nn.ConvTranspose2d(2, 3, 3), there(1, 2, 4, 4)),
    "batch_norm": lambda: trained(nn.BatchNorm1d(4), there(5, 4)),
    "layer_norm": lambda: trained(nn.LayerNorm(4), there(5, 4)),
    "group_norm": lambda: trained(nn.GroupNorm(2, 4), there(5, 4, 3)),
    "dropout": lambda: trained(nn.Dropout(0.5), weight(5, 4)),
    "embedding": lambda: trained(nn.Embedding(4, 3, padding_idx=0, scale_grad_by_freq=True), whole(2, 5)),
    "embedding_bag": lambda: trained(nn.EmbeddingBag(4, 3), whole(2, 5)),
    "attention": lambda: trained(nn.MultiheadAttention(4, 2), *[there(3, 2, 4)] * 3),
    "transformer": lambda: trained(nn.TransformerEncoderLayer(4, 2, 8), there(3, 2, 4)),
    "lstm": lambda: trained(nn.LSTM(4, 3), there(2, 2, 4)),
    "gru": lambda: trained(nn.GRU(4, 3), there(2, 2, 4)),
    "max_pool2d": lambda: trained(nn.MaxPool2d(2), weight(1, 2, 4, 4)),
    "adaptive_avg_pool2d": lambda: trained(nn.AdaptiveAvgPool2d(3), weight(1, 2, 5, 5)),
    "upsample": lambda: trained(nn.Upsample(scale_factor=2, mode="bilinear"), weight(1, 2, 4, 4)),
    "reflection_pad": lambda: trained(nn.ReflectionPad2d(1), weight(1, 2, 4, 4)),
    "cross_entropy": lambda: F.cross_entropy(weight(3, 4), whole(3), there(4), ignore_index=1).backward(),
    "nll_loss": lambda: F.nll_loss(weight(3, 4), whole(3), there(4)).backward(),
    "binary_cross_entropy": lambda: F.binary_cross_entropy(weight(3), there(3)).backward(),
    "bce_with_logits": lambda: F.binary_cross_entropy_with_logits(weight(3), there(3)).backward(),
    "mse_loss": lambda: F.mse_loss(weight(3), there(3)).backward(),
    "multi_margin_loss": lambda: F.multi_margin_loss(weight(3, 4), whole(3)).backward(),
    "one_hot": lambda: F.one_hot(whole(5), 4),
    "index_select": lambda: weight(4, 3).index_select(1, whole(5, below=3)).sum().backward(),
    "gather": lambda: weight(4, 3).gather(0, whole(2, 3)).sum().backward(),
    "take": lambda: weight(4, 3).take(whole(5)).sum().backward(),
    "index": lambda: weight(4, 3)[whole(5)].sum().backward(),
    "index_put_": lambda: there(4, 3).index_put_((whole(5),), there(5, 3), accumulate=True),
    "scatter_add": lambda: weight(4, 3).scatter_add(0, whole(2, 3), there(2, 3)).sum().backward(),
    "index_add": lambda: weight(4, 3).index_add(0, whole(5), there(5, 3)).sum().backward(),
    "index_copy": lambda: weight(4, 3).index_copy(0, whole(5), there(5, 3)).sum().backward(),
    "index_fill": lambda: weight(4, 3).index_fill(0, whole(5), 1.0).sum().backward(),
    "cumsum": lambda: weight(4, 3).cumsum(0).sum().backward(),
    "sort": lambda: weight(4, 3).sort(1)[0].sum().backward(),
    "topk": lambda: weight(4, 3).topk(2)[0].sum().backward(),
    "median": lambda: weight(4, 3).median(1)[0].sum().backward(),
    "tril": lambda: weight(4, 3).tril().sum().backward(),
    "flip": lambda: weight(4, 3).flip(0).sum().backward(),
    "std": lambda: weight(4, 3).std().backward(),
    "norm": lambda: weight(4, 3).norm().backward(),
    "randperm": lambda: pyrite.randperm(9, device="cuda"),
    "multinomial": lambda: pyrite.multinomial(there(3, 4), 2),
    "sgd": lambda: stepped(pyrite.optim.SGD, momentum=0.9),
    "adam": lambda: stepped(pyrite.optim.Adam),
    "adamw": lambda: stepped(pyrite.optim.AdamW, amsgrad=True),
    "rmsprop": lambda: stepped(pyrite.optim.RMSprop),
    "adagrad": lambda: stepped(pyrite.optim.Adagrad),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_operations_do_not_wait(name):
    pyrite.cuda.synchronize()
    before = pyrite.cuda.memory_stats()["submits"]
    ORDINARY[name]()
    assert pyrite.cuda.memory_stats()["submits"] == before
    pyrite.cuda.synchronize()


TABLE = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]

LOOKUPS = {
    "embedding": lambda x, i: F.embedding(i, x),
    "embedding_bag": lambda x, i: F.embedding_bag(i.reshape(1, -1), x),
    "index_select": lambda x, i: x.index_select(0, i),
    "index_add": lambda x, i: x.index_add(0, i, pyrite.ones(len(i), 2, device="cuda")),
    "index_copy": lambda x, i: x.index_copy(0, i, pyrite.ones(len(i), 2, device="cuda")),
    "nll_loss": lambda x, i: F.nll_loss(x.T.contiguous().index_select(0, pyrite.zeros_like(i)), i),
    "cross_entropy": lambda x, i: F.cross_entropy(x.T.contiguous().index_select(0, pyrite.zeros_like(i)), i),
}


@pytest.mark.parametrize("wrong", [-1, 3, 2**40])
@pytest.mark.parametrize("name", LOOKUPS)
def test_a_wrong_index_is_raised_with_the_next_reading(name, wrong):
    table = pyrite.tensor(TABLE, device="cuda")
    index = pyrite.tensor([0, wrong], device="cuda")
    made = LOOKUPS[name](table, index)
    with pytest.raises(IndexError, match=str(wrong)):
        made.tolist()
    LOOKUPS[name](table, index).sum()
    with pytest.raises(IndexError):
        pyrite.cuda.synchronize()
    assert table.tolist() == TABLE and (table * 2).sum().item() == 30.0, "the device goes on"


def test_scatters_and_gathers_report_as_the_cpu_does():
    x, index, class_ = (pyrite.tensor(data, device="cuda") for data in (TABLE, [[0, -1]], [4]))
    for look_up in (
        lambda: x.gather(0, index),
        lambda: F.one_hot(class_, 3),
        lambda: F.multi_margin_loss(x[:1], class_),
    ):
        with pytest.raises(RuntimeError, match="out of bounds"):
            look_up().tolist()
