"""Dense factorizations: products of the factors, solutions, refusals, and gradients once and twice."""

import pytest

import pyrite as torch

SHAPES = [(4, 4), (5, 3), (3, 5), (2, 4, 4), (2, 5, 3), (0, 3, 3), (1, 1)]


def random(*shape):
    torch.manual_seed(sum(shape))
    return torch.randn(*shape, dtype=torch.float64)


def positive(n):
    a = random(n, n)
    return a @ a.mT + torch.eye(n, dtype=torch.float64)


def close(a, b):
    return torch.allclose(a, b, atol=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
def test_factors_multiply_to_the_matrix(shape):
    a = random(*shape)
    p, lower, upper = torch.linalg.lu(a)
    assert close(p @ lower @ upper, a)
    for mode in ("reduced", "complete"):
        q, r = torch.linalg.qr(a, mode)
        assert close(q @ r, a) and close(q.mT @ q, torch.eye(q.shape[-1], dtype=a.dtype))
    for full in (False, True):
        u, s, vh = torch.linalg.svd(a, full_matrices=full)
        k = s.shape[-1]
        assert close(u[..., :k] * s.unsqueeze(-2) @ vh[..., :k, :], a)
        assert close(u.mT @ u, torch.eye(u.shape[-1], dtype=a.dtype))
        assert close(vh @ vh.mT, torch.eye(vh.shape[-2], dtype=a.dtype))


def test_singular_matrices_have_all_their_vectors():
    a = torch.ones(4, 3, dtype=torch.float64)
    u, s, vh = torch.linalg.svd(a)
    assert close(u.mT @ u, torch.eye(4, dtype=a.dtype)) and close(u[:, :3] * s @ vh, a)
    assert torch.linalg.matrix_rank(a).item() == 1


def test_eigenvalues_and_cholesky():
    a = positive(5)
    values, vectors = torch.linalg.eigh(a)
    assert close(vectors * values @ vectors.mT, a) and bool((values[1:] >= values[:-1]).all())
    lower = torch.linalg.cholesky(a)
    assert close(lower @ lower.mT, a) and close(lower, lower.tril())


def test_systems():
    a, b = random(4, 4), random(4, 2)
    assert close(a @ torch.linalg.solve(a, b), b)
    assert close(torch.linalg.inv(a) @ a, torch.eye(4, dtype=a.dtype))
    assert close(
        torch.linalg.det(a).log() if torch.linalg.det(a) > 0 else (-torch.linalg.det(a)).log(),
        torch.linalg.slogdet(a)[1],
    )
    tall = random(6, 3)
    assert close(
        tall.mT @ (tall @ torch.linalg.lstsq(tall, random(6, 2)).solution - random(6, 2)),
        torch.zeros(3, 2, dtype=a.dtype),
    )


REFUSED = [
    lambda: torch.linalg.inv(torch.zeros(2, 2)),
    lambda: torch.linalg.solve(torch.ones(2, 2), torch.ones(2)),
    lambda: torch.linalg.cholesky(-torch.eye(2)),
    lambda: torch.linalg.det(torch.ones(2, 3)),
    lambda: torch.linalg.qr(torch.ones(3)),
    lambda: torch.linalg.svd(torch.ones(2, 2, dtype=torch.int64)),
]


@pytest.mark.parametrize("call", REFUSED)
def test_refusals(call):
    with pytest.raises(RuntimeError):
        call()


GRADIENTS = [
    (torch.linalg.inv, random(3, 3)),
    (torch.linalg.det, random(2, 3, 3)),
    (lambda a: torch.linalg.slogdet(a)[1], random(3, 3)),
    (lambda a: torch.linalg.solve(a, a[:, :2] * 2), random(3, 3)),
    (lambda a: torch.linalg.cholesky(a @ a.mT + torch.eye(3, dtype=a.dtype)), random(3, 3)),
    (lambda a: torch.linalg.qr(a), random(4, 3)),
    (lambda a: torch.linalg.qr(a), random(3, 4)),
    (lambda a: torch.linalg.lu(a)[1:], random(3, 3)),
    (lambda a: torch.linalg.lu(a)[1:], random(4, 3)),
    (lambda a: torch.linalg.lu(a)[1:], random(3, 4)),
    (torch.linalg.svdvals, random(3, 4)),
    (lambda a: torch.linalg.eigvalsh(a + a.mT), random(3, 3)),
    (torch.linalg.pinv, random(4, 3)),
    (torch.linalg.matrix_exp, random(3, 3)),
]


@pytest.mark.parametrize("number", range(len(GRADIENTS)))
def test_gradients(number):
    function, a = GRADIENTS[number]
    a = a.clone().requires_grad_()
    assert torch.autograd.gradcheck(function, (a,))
    assert torch.autograd.gradgradcheck(function, (a,))
