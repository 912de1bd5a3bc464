"""Complex tensors: values against NumPy, branch cuts and infinities, views of the parts, and gradients against
differences."""

import math

import numpy as np
import pytest

import pyrite
from pyrite.autograd import gradcheck, gradgradcheck

UNARY = (
    "exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh "
    "reciprocal square negative conj abs angle"
).split()
BINARY = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "pow": "power"}
TOLERANCE = {"complex64": 4e-7, "complex128": 3e-14}


def numbers(seed: int, shape: tuple = (3, 4), dtype: str = "complex128") -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=shape) * 2 + 1j * rng.normal(size=shape) * 2).astype(dtype)


def leaf(seed: int, shape: tuple = (2, 2)) -> pyrite.Tensor:
    return pyrite.tensor(numbers(seed, shape), requires_grad=True)


def assert_close(got: pyrite.Tensor, want: np.ndarray, tolerance: float) -> None:
    error = np.abs(np.asarray(got) - want) / np.maximum(np.abs(want), 1e-2)
    assert error.max() < tolerance


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(name: str, dtype: str) -> None:
    x = numbers(0, (1500,), dtype)
    got = getattr(pyrite, name)(pyrite.tensor(x))
    assert got.dtype == (pyrite.tensor(x[:1]).real.dtype if name in ("abs", "angle") else pyrite.tensor(x).dtype)
    assert_close(got, getattr(np, name)(x.astype("complex128")), TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_numbers(name: str, dtype: str) -> None:
    x, y = numbers(1, (40, 1), dtype), numbers(2, (30,), dtype)
    want = getattr(np, BINARY[name])(x.astype("complex128"), y.astype("complex128"))
    assert_close(getattr(pyrite, name)(pyrite.tensor(x), pyrite.tensor(y)), want, 4 * TOLERANCE[dtype])


@pytest.mark.parametrize("name", ["log", "sqrt", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh"])
def test_branch_cuts_follow_the_sign_of_zero(name: str) -> None:
    x = np.array([complex(re, im) for re in (-2.0, -0.5, 0.5, 2.0) for im in (0.0, -0.0)])
    x = np.concatenate([x, np.array([complex(re, im) for im in (-2.0, 2.0) for re in (0.0, -0.0)])])
    got, want = np.asarray(getattr(pyrite, name)(pyrite.tensor(x))), getattr(np, name)(x)
    assert np.allclose(got, want, rtol=1e-14, atol=0)
    assert np.array_equal(np.signbit(got.imag), np.signbit(want.imag))


def test_infinities() -> None:
    inf = math.inf
    x = pyrite.tensor([complex(inf, 0), complex(-inf, 0), complex(0, inf)], dtype=pyrite.complex128)
    assert pyrite.exp(x).tolist()[:2] == [complex(inf, 0), 0]
    assert pyrite.tanh(x).tolist()[:2] == [1, -1]
    assert pyrite.sqrt(x).tolist() == [complex(inf, 0), complex(0, inf), complex(inf, inf)]
    assert pyrite.atan(x).real.tolist()[:2] == [math.pi / 2, -math.pi / 2]
    assert pyrite.isinf(x).all() and not pyrite.isfinite(x).any() and not pyrite.isnan(x).any()
    assert pyrite.isnan(pyrite.tensor([complex(0, math.nan)])).item()


def test_quotients_and_moduli_do_not_overflow() -> None:
    x = pyrite.tensor([3e200 + 4e200j], dtype=pyrite.complex128)
    assert x.abs().item() == pytest.approx(5e200)
    assert (x / x).item() == pytest.approx(1)
    assert pyrite.log(x).item().real == pytest.approx(math.log(5) + 200 * math.log(10))


def test_zero_exponents() -> None:
    zero = pyrite.zeros(1, dtype=pyrite.complex128)
    assert (zero**0).item() == 1 and (zero**2).item() == 0 and (zero**1.5).item() == 0


def test_deferred_chains_and_strided_operands() -> None:
    x = numbers(3, (64, 70), "complex64")
    t = pyrite.tensor(x)
    got = (t.T * 2 + 1j).exp() / t[:, ::1].T
    assert_close(got, np.exp(x.T.astype("complex128") * 2 + 1j) / x.T, 2e-5)


def test_promotion() -> None:
    half = pyrite.ones(2, dtype=pyrite.float64)
    assert (half * 1j).dtype is pyrite.complex128
    assert (pyrite.ones(2, dtype=pyrite.int64) + 1j).dtype is pyrite.complex64
    assert pyrite.where(pyrite.tensor([True, False]), half, 1j).tolist() == [1, 1j]
    assert (pyrite.tensor([1 + 1j, 2]) == pyrite.tensor([1.0, 2.0])).tolist() == [False, True]


def test_order_is_refused() -> None:
    x = pyrite.ones(2, dtype=pyrite.complex64)
    for function in (lambda: x < x, lambda: x // 2, lambda: x % 2, lambda: x.floor(), lambda: pyrite.atan2(x, x)):
        with pytest.raises(NotImplementedError, match="ComplexFloat"):
            function()
    with pytest.raises(RuntimeError, match="does not support complex"):
        x.argmax()
    with pytest.raises(RuntimeError, match="not supported for complex"):
        x.abs_()


def test_reductions_and_products() -> None:
    x, y = numbers(4), numbers(5, (4, 3))
    t, u = pyrite.tensor(x), pyrite.tensor(y)
    for name in ("sum", "prod", "mean"):
        assert_close(getattr(t, name)(), getattr(x, name)(), 1e-13)
        assert_close(getattr(t, name)(1), getattr(x, name)(1), 1e-13)
    assert_close(t.cumsum(0), x.cumsum(0), 1e-14)
    assert_close(t.cumprod(1), x.cumprod(1), 1e-13)
    assert_close(t.std(0), x.std(0, ddof=1), 1e-13)
    assert_close(t @ u, x @ y, 1e-13)
    assert_close(t.mH, x.conj().T, 1e-15)
    assert_close(pyrite.vdot(t[0], t[1]), np.vdot(x[0], x[1]), 1e-13)
    assert_close(t.norm(), np.linalg.norm(x), 1e-13)
    assert t.any().item() and t.all().item()


def test_parts_are_views() -> None:
    x = pyrite.zeros(3, dtype=pyrite.complex64)
    x.real = pyrite.tensor([1.0, 2.0, 3.0])
    x.imag[1:] = 5
    x.imag += 1
    assert x.tolist() == [1 + 1j, 2 + 6j, 3 + 6j]
    pairs = pyrite.view_as_real(x[1:])
    pairs[0, 1] = -4
    assert x[1].item() == 2 - 4j and pairs.stride() == (2, 1)
    assert pyrite.view_as_complex(pairs).data_ptr() == pairs.data_ptr() == x[1:].data_ptr()
    assert x.T.conj().resolve_conj().tolist() == [1 - 1j, 2 + 4j, 3 - 6j]


def test_views_as_complex_that_cannot_be() -> None:
    for x, text in (
        (pyrite.zeros(2, 3), "last dimension of size 2"),
        (pyrite.zeros(2, 2).T, "last dimension with stride 1"),
        (pyrite.zeros(2, 3)[:, :2], "stride divisible by 2"),
        (pyrite.zeros(4)[1:3], "storage_offset divisible by 2"),
        (pyrite.zeros(()), "one or more dimensions"),
        (pyrite.zeros(2, dtype=pyrite.int64), "only supported for floating point"),
    ):
        with pytest.raises(RuntimeError, match=text):
            pyrite.view_as_complex(x)
    with pytest.raises(RuntimeError, match="non-complex"):
        pyrite.ones(1).imag  # noqa: B018


def test_made_of_parts() -> None:
    modulus, angle = pyrite.tensor([1.0, 2.0]), pyrite.tensor([0.5, -2.0])
    assert_close(pyrite.polar(modulus, angle), np.array([1, 2]) * np.exp(1j * np.array([0.5, -2])), 1e-6)
    assert pyrite.complex(modulus, angle[:, None]).shape == (2, 2)
    with pytest.raises(RuntimeError, match="Expected object of scalar type"):
        pyrite.complex(modulus, angle.double())
    with pytest.raises(RuntimeError, match="Half, Float or Double"):
        pyrite.complex(modulus.long(), angle)


@pytest.mark.parametrize("name", [n for n in UNARY if n not in ("conj", "angle")] + ["rsqrt", "sgn", "sigmoid", "sinc"])
def test_gradients_of_one_number(name: str) -> None:
    function = getattr(pyrite, name)
    assert gradcheck(function, [leaf(6)])
    assert gradgradcheck(function, [leaf(7)])


@pytest.mark.parametrize(
    "function",
    [
        pyrite.mul,
        pyrite.div,
        pyrite.pow,
        pyrite.matmul,
        lambda x, y: pyrite.vdot(x[0], y[1]),
        lambda x, y: pyrite.where(x.real > 0, x, y),
        lambda x, y: pyrite.lerp(x, y, 0.3),
        lambda x, y: pyrite.nn.functional.linear(x, y),
        lambda x, y: pyrite.einsum("ij,kj->ik", x, y.conj()),
    ],
)
def test_gradients_of_two_numbers(function) -> None:
    assert gradcheck(function, [leaf(8), leaf(9)])
    assert gradgradcheck(function, [leaf(8), leaf(9)])


@pytest.mark.parametrize(
    "function",
    [
        pyrite.conj,
        pyrite.angle,
        pyrite.view_as_real,
        lambda x: x.real * x.imag,
        lambda x: x.prod(),
        lambda x: (x * pyrite.tensor([[0.0, 1], [1, 1]])).prod(0),
        lambda x: x.cumprod(0),
        lambda x: x.cumsum(1),
        lambda x: x.std(),
        lambda x: x.norm(3),
        lambda x: x**3,
        lambda x: 2**x,
        lambda x: pyrite.logsumexp(x, 0),
        lambda x: pyrite.nn.functional.silu(x),
    ],
)
def test_gradients_of_parts_and_reductions(function) -> None:
    assert gradcheck(function, [leaf(10)])


def test_gradients_of_convolutions() -> None:
    x, w, b = leaf(11, (1, 2, 5)), leaf(12, (2, 2, 3)), leaf(13, (2,))
    assert gradcheck(lambda *a: pyrite.nn.functional.conv1d(*a, stride=2, padding=1), [x, w, b])
    assert gradcheck(lambda *a: pyrite.nn.functional.conv_transpose1d(*a, stride=2), [x, w, b])


def test_a_real_operand_gets_the_real_part() -> None:
    x = pyrite.tensor([1.0, 2.0], requires_grad=True)
    out = (x * pyrite.tensor([1 + 2j, 3j])).abs().square().sum()
    out.backward()
    assert x.grad.dtype is pyrite.float32 and x.grad.tolist() == pytest.approx([10.0, 36.0])
    real = pyrite.tensor([1.5, 2.5], dtype=pyrite.float64, requires_grad=True)
    assert gradcheck(lambda r, c: r**c + pyrite.complex(r, r * r) / c, [real, leaf(14, (2,))])


def test_writes_through_parts_are_differentiated() -> None:
    def through_parts(w: pyrite.Tensor) -> pyrite.Tensor:
        x = w * w
        x.real.mul_(3.0)
        x.imag[1:] = 0
        seen = pyrite.view_as_real(x)
        x *= 1j
        return x.exp().sum() + seen[..., 0].sum()

    def through_numbers(p: pyrite.Tensor) -> pyrite.Tensor:
        q = p * 2
        c = pyrite.view_as_complex(q)
        c *= 1 + 1j
        q[0] *= 2
        return c * c + q.sum()

    assert gradcheck(through_parts, [leaf(15, (3,))])
    assert gradcheck(through_numbers, [pyrite.view_as_real(leaf(16, (2,))).detach().requires_grad_()])


def test_an_overlapping_write_is_refused() -> None:
    x = pyrite.ones(2, dtype=pyrite.complex64)
    with pytest.raises(RuntimeError, match="single memory location"):
        x.add_(pyrite.view_as_real(x)[0])
    assert x.mul_(x.real * 2).tolist() == [2, 2]
