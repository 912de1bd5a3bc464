"""``torch.special``: special functions, under their SciPy-like names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.dtype import inexact
from pyrite.ops import arithmetic, floats, pointwise
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor, with_out
from pyrite.ops.convert import to_dtype
from pyrite.ops.normalize import log_softmax as _log_softmax
from pyrite.ops.normalize import logsumexp as _logsumexp
from pyrite.ops.normalize import softmax as _softmax


def _unary(name: str, row: Callable, doc: str) -> Callable:
    return with_out(pointwise.unary(f"special.{name}", row, doc))


def _binary(name: str, row: Callable, doc: str, second: str = "other") -> Callable:
    return with_out(pointwise.binary(f"special.{name}", row, doc, "either", second))


digamma = psi = with_out(pointwise.digamma)
erf = with_out(pointwise.erf)
erfc = with_out(pointwise.erfc)
erfinv = with_out(pointwise.erfinv)
exp2 = with_out(pointwise.exp2)
expit = with_out(pointwise.sigmoid)
expm1 = with_out(pointwise.expm1)
gammainc = with_out(pointwise.igamma)
gammaincc = with_out(pointwise.igammac)
gammaln = with_out(pointwise.lgamma)
i0 = with_out(pointwise.i0)
log1p = with_out(pointwise.log1p)
log_softmax = with_out(_log_softmax)
logit = with_out(floats.logit)
logsumexp = with_out(_logsumexp)
multigammaln = with_out(floats.mvlgamma)
polygamma = with_out(floats.polygamma)
round = with_out(arithmetic.round)
sinc = with_out(floats.sinc)
softmax = with_out(_softmax)
xlogy = with_out(pointwise.xlogy)

airy_ai = _unary("airy_ai", rows.airy_ai, "Airy's function Ai")
bessel_j0 = _unary("bessel_j0", rows.bessel_j0, "The Bessel function of the first kind and order 0")
bessel_j1 = _unary("bessel_j1", rows.bessel_j1, "The Bessel function of the first kind and order 1")
bessel_y0 = _unary("bessel_y0", rows.bessel_y0, "The Bessel function of the second kind and order 0; NaN below 0")
bessel_y1 = _unary("bessel_y1", rows.bessel_y1, "The Bessel function of the second kind and order 1; NaN below 0")
erfcx = _unary("erfcx", rows.erfcx, "e^(x^2) erfc(x)")
i0e = _unary("i0e", rows.i0e, "e^-|x| i0(x)")
i1 = _unary("i1", rows.i1, "The modified Bessel function of the first kind and order 1")
i1e = _unary("i1e", rows.i1e, "e^-|x| i1(x)")
modified_bessel_i0 = _unary("modified_bessel_i0", rows.i0, "The modified Bessel function of the first kind and order 0")
modified_bessel_i1 = _unary("modified_bessel_i1", rows.i1, "The modified Bessel function of the first kind and order 1")
modified_bessel_k0 = _unary(
    "modified_bessel_k0", rows.modified_bessel_k0, "The modified Bessel function of the second kind and order 0"
)
modified_bessel_k1 = _unary(
    "modified_bessel_k1", rows.modified_bessel_k1, "The modified Bessel function of the second kind and order 1"
)
scaled_modified_bessel_k0 = _unary(
    "scaled_modified_bessel_k0", rows.scaled_modified_bessel_k0, "e^x modified_bessel_k0(x)"
)
scaled_modified_bessel_k1 = _unary(
    "scaled_modified_bessel_k1", rows.scaled_modified_bessel_k1, "e^x modified_bessel_k1(x)"
)
spherical_bessel_j0 = _unary("spherical_bessel_j0", rows.spherical_bessel_j0, "sin(x) / x")
ndtri = _unary("ndtri", rows.ndtri, "The inverse of ndtr")
xlog1py = _binary("xlog1py", rows.xlog1py, "x * log(1 + y), 0 where x is 0")
zeta = _binary("zeta", rows.zeta, "Hurwitz's zeta function")

chebyshev_polynomial_t = _binary(
    "chebyshev_polynomial_t", rows.chebyshev_polynomial_t, "Chebyshev polynomials, first kind", "n"
)
chebyshev_polynomial_u = _binary(
    "chebyshev_polynomial_u", rows.chebyshev_polynomial_u, "Chebyshev polynomials, second kind", "n"
)
chebyshev_polynomial_v = _binary(
    "chebyshev_polynomial_v", rows.chebyshev_polynomial_v, "Chebyshev polynomials, third kind", "n"
)
chebyshev_polynomial_w = _binary(
    "chebyshev_polynomial_w", rows.chebyshev_polynomial_w, "Chebyshev polynomials, fourth kind", "n"
)
shifted_chebyshev_polynomial_t = _binary(
    "shifted_chebyshev_polynomial_t", rows.shifted_chebyshev_polynomial_t, "Those of 2x - 1", "n"
)
shifted_chebyshev_polynomial_u = _binary(
    "shifted_chebyshev_polynomial_u", rows.shifted_chebyshev_polynomial_u, "Those of 2x - 1", "n"
)
shifted_chebyshev_polynomial_v = _binary(
    "shifted_chebyshev_polynomial_v", rows.shifted_chebyshev_polynomial_v, "Those of 2x - 1", "n"
)
shifted_chebyshev_polynomial_w = _binary(
    "shifted_chebyshev_polynomial_w", rows.shifted_chebyshev_polynomial_w, "Those of 2x - 1", "n"
)
hermite_polynomial_h = _binary(
    "hermite_polynomial_h", rows.hermite_polynomial_h, "Hermite polynomials, the physicist's", "n"
)
hermite_polynomial_he = _binary(
    "hermite_polynomial_he", rows.hermite_polynomial_he, "Hermite polynomials, the probabilist's", "n"
)
laguerre_polynomial_l = _binary("laguerre_polynomial_l", rows.laguerre_polynomial_l, "Laguerre polynomials", "n")
legendre_polynomial_p = _binary("legendre_polynomial_p", rows.legendre_polynomial_p, "Legendre polynomials", "n")

_entr_of = operation(
    "special_entr", lambda x: _entropy(x), x=lambda g, x: g * rows.select(rows.lt(x, 0), math.nan, -1 - rows.log(x))
)
_log_ndtr_of = operation(
    "special_log_ndtr",
    lambda x: _log_normal(x),
    x=lambda g, x: g / rows.erfcx(x * -math.sqrt(0.5)) * math.sqrt(2 / math.pi),
)


def _entropy(x: Any) -> Any:
    inside = -x * rows.log(x)
    return rows.select(rows.gt(x, 0), inside, rows.select(rows.eq(x, 0), 0.0, rows.select(rows.isnan(x), x, -math.inf)))


def _log_normal(x: Any) -> Any:
    t = x * math.sqrt(0.5)
    return rows.select(rows.lt(x, -1), rows.log(rows.erfcx(-t) / 2) - t * t, rows.log1p(rows.erfc(t) / -2))


@with_out
def entr(input: Any) -> Any:
    """``-x log(x)``: 0 at 0, minus infinity below (see ``torch.special.entr``)."""
    require_tensor("special.entr", input)
    return _entr_of(to_dtype(input, inexact(input.dtype)))


@with_out
def ndtr(input: Any) -> Any:
    """The probability that a normal variable is below x (see ``torch.special.ndtr``)."""
    require_tensor("special.ndtr", input)
    return rows.mul(rows.erfc(rows.mul(input, -math.sqrt(0.5))), 0.5)


@with_out
def log_ndtr(input: Any) -> Any:
    """The logarithm of `ndtr`, exact far below 0 (see ``torch.special.log_ndtr``)."""
    require_tensor("special.log_ndtr", input)
    return _log_ndtr_of(to_dtype(input, inexact(input.dtype)))
