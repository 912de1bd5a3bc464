"""Layers: values against their definitions in NumPy, first and second derivatives against differences, refusals."""

import numpy as np
import pytest

import pyrite
from pyrite.autograd import gradcheck, gradgradcheck
from pyrite.nn import functional as F


def draw(*shape):
    return pyrite.randn(*shape, dtype=pyrite.float64).requires_grad_()


def convolved(x, w, stride, padding, dilation, groups):
    """The definition, one output at a time."""
    x = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))
    (n, _, *size), (outputs, inputs, *kernel) = x.shape, w.shape
    out = [(m - d * (k - 1) - 1) // s + 1 for m, k, s, d in zip(size, kernel, stride, dilation)]
    y = np.zeros((n, outputs, *out))
    for o in range(outputs):
        first = o // (outputs // groups) * inputs
        for i, j in np.ndindex(*out):
            (a, b), (da, db), (ka, kb) = (i * stride[0], j * stride[1]), dilation, kernel
            window = x[:, first : first + inputs, a : a + da * ka : da, b : b + db * kb : db]
            y[:, o, i, j] = (window[:, :, :ka, :kb] * w[o]).sum((1, 2, 3))
    return y


LATTICES = [
    ((1, 1), (0, 0), (1, 1), 1),
    ((1, 1), (2, 1), (1, 1), 1),
    ((2, 1), (1, 2), (1, 2), 2),
    ((3, 2), (1, 1), (2, 1), 1),
]


@pytest.mark.parametrize(("stride", "padding", "dilation", "groups"), LATTICES)
def test_convolution_is_its_definition(stride, padding, dilation, groups):
    x, w = draw(2, 4, 7, 6), draw(6, 4 // groups, 3, 2)
    got = F.conv2d(x, w, None, stride, padding, dilation, groups).detach().numpy()
    want = convolved(x.detach().numpy(), w.detach().numpy(), stride, padding, dilation, groups)
    np.testing.assert_allclose(got, want, atol=1e-12)


@pytest.mark.parametrize(("stride", "padding", "dilation", "groups"), LATTICES)
def test_transposed_convolution_is_the_adjoint(stride, padding, dilation, groups):
    x, w = draw(1, 4, 7, 6).detach(), draw(6, 4 // groups, 3, 2).detach()
    y = F.conv2d(x, w, None, stride, padding, dilation, groups)
    z = pyrite.randn(*y.shape, dtype=pyrite.float64)
    reach = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in zip(y.shape[2:], stride, padding, dilation, (3, 2))
    ]
    extra = [n - r for n, r in zip((7, 6), reach)]
    back = F.conv_transpose2d(z, w, None, stride, padding, extra, groups, dilation)
    assert (y * z).sum().item() == pytest.approx((x * back).sum().item())


def test_same_padding_keeps_the_size():
    assert F.conv1d(pyrite.ones(1, 1, 10), pyrite.ones(1, 1, 4), padding="same", dilation=2).shape[-1] == 10


GRADIENTS = {
    "convolution": (lambda x, w, b: F.conv2d(x, w, b, (2, 1), (1, 2), (1, 2), 2), (1, 4, 5, 4), (4, 2, 3, 2), (4,)),
    "convolution of step 1": (lambda x, w: F.conv2d(x, w, padding=1), (1, 2, 4, 3), (2, 2, 3, 2)),
    "transposed": (lambda x, w: F.conv_transpose1d(x, w, None, 2, 1, 1), (2, 2, 4), (2, 3, 3)),
    "transposed of step 1": (lambda x, w: F.conv_transpose1d(x, w, None, 1, 1, 0, 1, 2), (2, 2, 6), (2, 3, 3)),
    "max pool": (lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), (1, 2, 6, 5)),
    "average pool": (lambda x: F.avg_pool2d(x, 3, 2, 1, True, False), (1, 2, 6, 5)),
    "adaptive pool": (lambda x: F.adaptive_avg_pool2d(x, (3, 2)), (1, 2, 5, 5)),
    "unfold": (lambda x: F.unfold(x, (2, 3), 1, 1, 2), (1, 2, 5, 4)),
    "fold": (lambda x: F.fold(x, (4, 5), (2, 3), 1, 1, 2), (1, 12, 9)),
    "batch norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), (4, 3, 2), (3,), (3,)),
    "layer norm": (lambda x, w, b: F.layer_norm(x, (3, 2), w, b), (4, 3, 2), (3, 2), (3, 2)),
    "group norm": (lambda x, w, b: F.group_norm(x, 2, w, b), (2, 4, 3), (4,), (4,)),
    "instance norm": (lambda x, w: F.instance_norm(x, weight=w), (2, 4, 3), (4,)),
    "rms norm": (lambda x, w: F.rms_norm(x, (3,), w), (2, 4, 3), (3,)),
    "linear": (F.linear, (2, 3, 4), (5, 4), (5,)),
    "linear of rows": (F.linear, (3, 4), (5, 4), (5,)),
    "bilinear": (F.bilinear, (3, 2), (3, 4), (5, 2, 4), (5,)),
    "cross entropy": (lambda x: F.cross_entropy(x, pyrite.tensor([1, 0, -100, 2])), (4, 3)),
    "label smoothing": (lambda x: F.cross_entropy(x, pyrite.tensor([1, 0, 2]), label_smoothing=0.1), (3, 3)),
    "embedding": (lambda w: F.embedding(pyrite.tensor([[1, 2], [1, 3]]), w), (4, 3)),
    "attention": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        (2, 3, 4),
        (2, 3, 4),
        (2, 3, 4),
    ),
    "bicubic": (lambda x: F.interpolate(x, size=(5, 6), mode="bicubic"), (1, 1, 3, 4)),
    "celu": (lambda x: F.celu(x, 1.3), (10,)),
    "prelu": (F.prelu, (3, 4), (4,)),
    "softplus": (lambda x: F.softplus(x, 2.0), (5,)),
    "mish": (F.mish, (5,)),
    "glu": (F.glu, (4, 6)),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_first_and_second_derivatives(name):
    function, *shapes = GRADIENTS[name]
    pyrite.manual_seed(1)
    inputs = tuple(draw(*shape) for shape in shapes)
    assert gradcheck(function, inputs) and gradgradcheck(function, inputs)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_derivatives_through_time(kind):
    pyrite.manual_seed(1)
    network = getattr(pyrite.nn, kind)(3, 2, 2, bidirectional=True).double()
    assert gradcheck(lambda x: network(x)[0], (draw(3, 2, 3),)) and gradgradcheck(
        lambda x: network(x)[0], (draw(3, 1, 3),)
    )


def test_padding_row_gets_no_gradient_and_counts_divide():
    weight = draw(4, 2)
    F.embedding(pyrite.tensor([0, 1, 1]), weight, padding_idx=0, scale_grad_by_freq=True).sum().backward()
    assert weight.grad.tolist() == [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]


def test_pooling_finds_the_first_of_equals():
    values, places = F.max_pool1d(pyrite.tensor([[[1.0, 1.0, 0.0, float("nan")]]]), 2, return_indices=True)
    assert places.tolist() == [[[0, 3]]] and np.isnan(values[0, 0, 1].item())


def test_running_statistics_follow_the_batch():
    norm = pyrite.nn.BatchNorm1d(2)
    norm(pyrite.tensor([[0.0, 1.0], [2.0, 5.0]]))
    assert norm.running_mean.tolist() == pytest.approx([0.1, 0.3])
    assert norm.running_var.tolist() == pytest.approx([1.1, 1.7])
    assert norm.num_batches_tracked.item() == 1


def test_saturated_probabilities_have_finite_slopes():
    p = pyrite.tensor([0.0, 1.0], requires_grad=True)
    F.binary_cross_entropy(p, pyrite.tensor([0.0, 1.0])).backward()
    assert np.isfinite(p.grad.numpy()).all()


def test_a_query_without_keys_gives_zeros():
    q = draw(1, 2, 3)
    mask = pyrite.tensor([[True, True], [False, False]])
    out = F.scaled_dot_product_attention(q, q, q, mask)
    assert out[0, 1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (lambda: F.conv2d(pyrite.ones(1, 2, 5, 5), pyrite.ones(4, 3, 3, 3)), RuntimeError, "to have 3 channels"),
        (lambda: F.conv2d(pyrite.ones(1, 3, 2, 2), pyrite.ones(4, 3, 3, 3)), RuntimeError, "greater than actual input"),
        (lambda: F.max_pool2d(pyrite.ones(1, 1, 4, 4), 2, padding=2), RuntimeError, "at most half of effective kernel"),
        (lambda: F.cross_entropy(pyrite.ones(2, 3), pyrite.tensor([0, 3])), IndexError, "Target 3 is out of bounds"),
        (lambda: F.cross_entropy(pyrite.ones(2, 3), pyrite.tensor([0])), ValueError, "to match target batch_size"),
        (lambda: F.mse_loss(pyrite.ones(2), pyrite.ones(2), reduction="x"), ValueError, "x is not a valid value"),
        (lambda: F.dropout(pyrite.ones(2), 2.0), ValueError, "has to be between 0 and 1, but got 2"),
        (
            lambda: F.batch_norm(pyrite.ones(1, 3), None, None, training=True),
            ValueError,
            "more than 1 value per channel",
        ),
        (lambda: F.layer_norm(pyrite.ones(2, 4), (3,)), RuntimeError, "expected input with shape"),
        (lambda: F.one_hot(pyrite.tensor([3]), 2), RuntimeError, "smaller than num_classes"),
        (lambda: F.embedding(pyrite.ones(2), pyrite.ones(2, 2)), RuntimeError, "scalar types: Long, Int"),
    ],
)
def test_mistakes_are_refused(act, error, text):
    with pytest.raises(error, match=text):
        act()


def test_adaptive_pools_keep_the_sizes_that_are_none():
    x = pyrite.rand(2, 3, 6, 5, generator=pyrite.Generator().manual_seed(0))
    assert pyrite.equal(F.adaptive_avg_pool2d(x, (None, 5)), x)
    assert pyrite.equal(F.adaptive_max_pool2d(x, (3, None)), x.unflatten(2, (3, 2)).amax(3))
    assert F.adaptive_avg_pool3d(x, None).shape == x.shape
    with pytest.raises(TypeError, match="must be int, not float"):
        F.adaptive_avg_pool2d(x, 2.5)


def test_fractional_pools_take_a_ratio():
    assert F.fractional_max_pool2d(pyrite.rand(1, 1, 8, 8), 2, output_ratio=0.5).shape == (1, 1, 4, 4)
    assert F.fractional_max_pool3d(pyrite.rand(1, 1, 8, 8, 8), 2, output_ratio=(0.5, 0.75, 0.5)).shape == (
        1,
        1,
        4,
        6,
        4,
    )
