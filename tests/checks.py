"""What every sample must stand: values, dtypes, views as inputs, and gradients against differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from samples import Sample

import pyrite

TOLERANCE = {"float64": 1e-9, "float32": 2e-5, "float16": 4e-3, "bfloat16": 3e-2}
STEP = 1e-5


def tensors(sample: Sample, dtype: str = "float64", grad: bool = False) -> list[pyrite.Tensor]:
    made = [pyrite.tensor(x, dtype=getattr(pyrite, dtype)) for x in sample.inputs]
    return [x.requires_grad_() if grad else x for x in made]


def as_array(x: pyrite.Tensor) -> np.ndarray:
    x = x.detach()
    return (x.to(pyrite.float64) if x.is_floating_point() else x).numpy()


def check_values(sample: Sample, dtype: str) -> None:
    """The reference's values, computed from the inputs as the dtype holds them."""
    inputs = tensors(sample, dtype)
    got, want = sample.call(*inputs), np.asarray(sample.reference(*map(as_array, inputs)))
    assert tuple(got.shape) == want.shape
    if got.is_floating_point():
        assert got.dtype is inputs[0].dtype
    np.testing.assert_allclose(as_array(got), want, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def check_views(sample: Sample) -> None:
    """The same bits, and the same gradients, from inputs with an offset, a step and their dimensions swapped."""
    plain = [x.requires_grad_() for x in tensors(sample)]
    leaves, views = [], []
    for x in sample.inputs:
        large = np.full((2 * x.shape[1] + 1, x.shape[0] + 1), 7.0)
        large[1::2, 1:] = x.T
        leaves.append(pyrite.tensor(large, requires_grad=True))
        views.append(leaves[-1][1::2, 1:].t())
    got, want = sample.call(*views), sample.call(*plain)
    np.testing.assert_allclose(as_array(got), as_array(want), rtol=1e-14)
    if sample.differentiable and want.requires_grad:
        got.sum().backward()
        want.sum().backward()
        for leaf, x in zip(leaves, plain):
            np.testing.assert_allclose(as_array(leaf.grad)[1::2, 1:].T, as_array(x.grad), rtol=1e-12, atol=1e-14)


def weighted(y: pyrite.Tensor) -> pyrite.Tensor:
    """A sum in which every element counts differently."""
    return (y * pyrite.arange(1, y.numel() + 1, dtype=pyrite.float64).reshape(y.shape)).sum()


def by_differences(function: Callable[..., float], inputs: list[np.ndarray]) -> list[np.ndarray]:
    """The gradient of a number by central differences."""
    out = []
    for k, x in enumerate(inputs):
        slope = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            ends = []
            for sign in (1, -1):
                moved = [v.copy() for v in inputs]
                moved[k][place] += sign * STEP
                ends.append(function(*moved))
            slope[place] = (ends[0] - ends[1]) / (2 * STEP)
        out.append(slope)
    return out


def first(sample: Sample, arrays: tuple[np.ndarray, ...], create_graph: bool) -> tuple[list, list]:
    """Inputs and the gradients of the weighted result."""
    inputs = [pyrite.tensor(x, requires_grad=True) for x in arrays]
    grads = pyrite.autograd.grad(weighted(sample.call(*inputs)), inputs, create_graph=create_graph, allow_unused=True)
    return inputs, [pyrite.zeros_like(x) if g is None else g for g, x in zip(grads, inputs)]


def check_gradient(sample: Sample) -> None:
    inputs = [x.astype(float) for x in sample.inputs]
    want = by_differences(lambda *x: weighted(sample.call(*map(pyrite.tensor, x))).item(), inputs)
    for g, w in zip(first(sample, sample.inputs, False)[1], want):
        np.testing.assert_allclose(as_array(g), w, rtol=1e-6, atol=1e-6)


def check_second_gradient(sample: Sample) -> None:
    """The gradient of the gradient, against differences of the gradient."""

    def total(grads: list) -> pyrite.Tensor:
        return sum(weighted(g) * (k + 1) for k, g in enumerate(grads))

    inputs, grads = first(sample, sample.inputs, True)
    value = total(grads)
    second = pyrite.autograd.grad(value, inputs, allow_unused=True) if value.requires_grad else [None] * len(inputs)
    want = by_differences(lambda *x: total(first(sample, x, False)[1]).item(), [x.astype(float) for x in sample.inputs])
    for g, w in zip(second, want):
        np.testing.assert_allclose(0.0 if g is None else as_array(g), w, rtol=2e-5, atol=2e-5)
