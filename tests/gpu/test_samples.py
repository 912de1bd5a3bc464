"""The table of samples on the GPU: the CPU's values and gradients, in the float dtypes and through views."""

import pytest
from checks import TOLERANCE, as_array
from needs import needs_gpu
from samples import ELEMENTWISE, REDUCE, Sample

import pyrite

pytestmark = needs_gpu


def laid_out(tensor: pyrite.Tensor, seen_through: str) -> pyrite.Tensor:
    """A matrix as it is, or as a view with an offset, a step and its dimensions swapped."""
    if seen_through == "dense":
        return tensor
    large = pyrite.full((2 * tensor.shape[1] + 1, tensor.shape[0] + 1), 7, dtype=tensor.dtype, device=tensor.device)
    large[1::2, 1:] = tensor.t()
    return large[1::2, 1:].t()


def answers(sample: Sample, dtype: str, device: str, layout: str) -> list[pyrite.Tensor]:
    """The result, and the gradients of its sum where there are any."""
    inputs = [pyrite.tensor(x, dtype=getattr(pyrite, dtype)).to(device) for x in sample.inputs]
    views = [laid_out(x, layout).detach().requires_grad_(sample.differentiable) for x in inputs]
    result = sample.call(*views)
    if result.requires_grad:
        result.sum().backward()
    grads = [x.grad for x in views if x.grad is not None]
    assert all(str(x.device).startswith(device) for x in [result, *grads])
    return [result.cpu(), *(grad.cpu() for grad in grads)]


# Some reductions take no halves.
CASES = [(s, d) for s in ELEMENTWISE for d in ("float64", "float32", "float16", "bfloat16")]
CASES += [(s, d) for s in REDUCE for d in ("float64", "float32")]


@pytest.mark.parametrize("layout", ["dense", "view"])
@pytest.mark.parametrize(("sample", "dtype"), CASES, ids=str)
def test_the_gpu_gives_what_the_cpu_gives(sample, dtype, layout):
    want = answers(sample, dtype, "cpu", layout)
    try:
        got = answers(sample, dtype, "cuda", layout)
    except NotImplementedError as refusal:
        if dtype == "float64" and "does not compute in 64-bit floats" in str(refusal):
            pytest.skip(str(refusal))
        raise
    assert [x.dtype for x in got] == [x.dtype for x in want]
    for a, b in zip(got, want, strict=True):
        assert as_array(a) == pytest.approx(as_array(b), rel=TOLERANCE[dtype], abs=TOLERANCE[dtype], nan_ok=True)
