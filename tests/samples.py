"""Samples of operators: what to call, a NumPy reference, and inputs exact in every float dtype and away from
kinks, where gradients are checked too."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import pyrite

ORDINARY = np.array([[-2.25, -0.75, 0.625], [1.25, 1.75, 3.375]])
POSITIVE = np.array([[0.125, 0.75, 0.5], [1.25, 1.75, 3.5]])
WITHIN_ONE = np.array([[-0.875, -0.375, 0.25], [0.125, 0.5, 0.75]])
ABOVE_ONE = POSITIVE + 1
SECOND = np.array([[0.875, -1.5, 2.25], [2.75, 1.125, -0.625]])


@dataclass(frozen=True)
class Sample:
    """`call` on tensors made of `inputs` gives what `reference` gives on the arrays."""

    name: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    inputs: tuple[np.ndarray, ...]
    differentiable: bool = True

    def __str__(self) -> str:
        return self.name


def sample(name: str, reference: Callable, *inputs: np.ndarray, differentiable: bool = True, **options: Any) -> Sample:
    function = pyrite
    for part in name.split("."):
        function = getattr(function, part)
    label = name + "".join(f" {key}={value}" for key, value in options.items())
    return Sample(label, lambda *x: function(*x, **options), reference, inputs or (ORDINARY,), differentiable)


def mapped(function: Callable) -> Callable:
    return np.vectorize(function, otypes=[float])


def log_binomial_free(p: int) -> Callable:
    return mapped(lambda x: p * (p - 1) / 4 * math.log(math.pi) + sum(math.lgamma(x - j / 2) for j in range(p)))


def normal(x: np.ndarray) -> np.ndarray:
    return mapped(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)))(x)


ELEMENTWISE = [
    sample("abs", np.abs),
    sample("neg", np.negative),
    sample("sign", np.sign),
    sample("square", np.square),
    sample("reciprocal", np.reciprocal),
    sample("floor", np.floor),
    sample("ceil", np.ceil),
    sample("round", np.round),
    sample("trunc", np.trunc),
    sample("frac", lambda x: x - np.trunc(x)),
    sample("exp", np.exp),
    sample("exp2", np.exp2),
    sample("expm1", np.expm1),
    sample("log", np.log, POSITIVE),
    sample("log2", np.log2, POSITIVE),
    sample("log10", np.log10, POSITIVE),
    sample("log1p", np.log1p, POSITIVE),
    sample("sqrt", np.sqrt, POSITIVE),
    sample("rsqrt", lambda x: 1 / np.sqrt(x), POSITIVE),
    sample("sin", np.sin),
    sample("cos", np.cos),
    sample("tan", np.tan),
    sample("asin", np.arcsin, WITHIN_ONE),
    sample("acos", np.arccos, WITHIN_ONE),
    sample("atan", np.arctan),
    sample("sinh", np.sinh),
    sample("cosh", np.cosh),
    sample("tanh", np.tanh),
    sample("asinh", np.arcsinh),
    sample("acosh", np.arccosh, ABOVE_ONE),
    sample("atanh", np.arctanh, WITHIN_ONE),
    sample("erf", mapped(math.erf)),
    sample("erfc", mapped(math.erfc)),
    sample("lgamma", mapped(math.lgamma), POSITIVE),
    sample("i0", np.i0),
    sample("sinc", np.sinc),
    sample("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
    sample("relu", lambda x: np.maximum(x, 0)),
    sample("deg2rad", np.deg2rad),
    sample("rad2deg", np.rad2deg),
    sample("logit", lambda x: np.log(x / (1 - x)), np.abs(WITHIN_ONE)),
    sample("mvlgamma", log_binomial_free(2), ABOVE_ONE, p=2),
    sample("clamp", lambda x: np.clip(x, -1, 1.5), min=-1, max=1.5),
    sample("add", lambda x, y: x + 2 * y, ORDINARY, SECOND, alpha=2),
    sample("sub", np.subtract, ORDINARY, SECOND),
    sample("mul", np.multiply, ORDINARY, SECOND),
    sample("div", np.divide, ORDINARY, SECOND),
    sample("div", lambda x, y: np.floor(x / y), ORDINARY, SECOND, rounding_mode="floor"),
    sample("div", lambda x, y: np.trunc(x / y), ORDINARY, SECOND, rounding_mode="trunc"),
    sample("remainder", np.mod, ORDINARY, SECOND),
    sample("fmod", np.fmod, ORDINARY, SECOND),
    sample("pow", np.power, POSITIVE, SECOND),
    sample("maximum", np.maximum, ORDINARY, SECOND),
    sample("minimum", np.minimum, ORDINARY, SECOND),
    sample("fmax", np.fmax, ORDINARY, SECOND),
    sample("fmin", np.fmin, ORDINARY, SECOND),
    sample("hypot", np.hypot, ORDINARY, SECOND),
    sample("atan2", np.arctan2, ORDINARY, SECOND),
    sample("copysign", np.copysign, ORDINARY, SECOND),
    sample("logaddexp", np.logaddexp, ORDINARY, SECOND),
    sample("logaddexp2", np.logaddexp2, ORDINARY, SECOND),
    sample("xlogy", lambda x, y: x * np.log(y), ORDINARY, POSITIVE),
    sample("ldexp", lambda x, y: x * 2**y, ORDINARY, SECOND),
    sample("lerp", lambda x, y, w: x + w * (y - x), ORDINARY, SECOND, WITHIN_ONE),
    sample("addcmul", lambda x, y, z: x + 0.5 * y * z, ORDINARY, SECOND, POSITIVE, value=0.5),
    sample("addcdiv", lambda x, y, z: x + 0.5 * y / z, ORDINARY, SECOND, POSITIVE, value=0.5),
    sample("isclose", np.isclose, ORDINARY, SECOND, differentiable=False),
    sample("signbit", np.signbit, differentiable=False),
    sample("special.entr", lambda x: -x * np.log(x), POSITIVE),
    sample("special.ndtr", normal),
    sample("special.log_ndtr", lambda x: np.log(normal(x))),
    sample("special.xlog1py", lambda x, y: x * np.log1p(y), ORDINARY, POSITIVE),
    sample("special.spherical_bessel_j0", lambda x: np.sin(x) / x),
    sample("special.i0e", lambda x: np.i0(x) * np.exp(-np.abs(x))),
]


def quantile(axis: int | None) -> Callable:
    return lambda x: np.quantile(x, 0.3, axis=axis)


REDUCE = [
    sample("sum", np.sum),
    sample("sum", lambda x: x.sum(1), dim=1),
    sample("sum", lambda x: x.sum((0, 1), keepdims=True), dim=(0, 1), keepdim=True),
    sample("mean", lambda x: x.mean(0), dim=0),
    sample("prod", np.prod),
    sample("prod", lambda x: x.prod(1), np.array([[0.0, 1.5, 2.0], [0.0, 0.0, 3.0]]), dim=1),
    sample("amax", lambda x: x.max(1), dim=1),
    sample("amin", lambda x: x.min((0, 1)), dim=(0, 1)),
    sample("var", lambda x: x.var(1, ddof=1), dim=1),
    sample("var", lambda x: x.var(ddof=0), correction=0),
    sample("std", lambda x: x.std(0, ddof=1), dim=0),
    sample("logsumexp", lambda x: np.log(np.exp(x).sum(1)), dim=1),
    sample("nansum", lambda x: np.nansum(x, 1), dim=1),
    sample("nanmean", lambda x: np.nanmean(x, 1), dim=1),
    sample("cumsum", lambda x: x.cumsum(1), dim=1),
    sample("cumprod", lambda x: x.cumprod(1), dim=1),
    sample("cumprod", lambda x: x.cumprod(1), np.array([[2.0, 0.0, 1.5], [0.0, 0.0, 3.0]]), dim=1),
    sample("logcumsumexp", lambda x: np.log(np.exp(x).cumsum(1)), dim=1),
    sample("softmax", lambda x: np.exp(x) / np.exp(x).sum(1, keepdims=True), dim=1),
    sample("log_softmax", lambda x: x - np.log(np.exp(x).sum(0, keepdims=True)), dim=0),
    sample("diff", lambda x: np.diff(x, axis=0), dim=0),
    sample("trapezoid", lambda x: np.trapezoid(x, axis=1), dim=1),
    sample("quantile", quantile(1), q=0.3, dim=1),
    sample("quantile", quantile(None), q=0.3),
    sample("cov", np.cov),
    sample("corrcoef", np.corrcoef),
    sample("msort", lambda x: np.sort(x, 0)),
    sample("norm", lambda x: np.sqrt((x * x).sum(1)), p=2, dim=1),
    sample("norm", lambda x: (np.abs(x) ** 3).sum() ** (1 / 3), p=3),
    sample("norm", lambda x: np.abs(x).max(0), p=math.inf, dim=0),
    sample("linalg.vector_norm", lambda x: np.abs(x).sum(1), ord=1, dim=1),
    sample("dist", lambda x, y: np.sqrt(((x - y) ** 2).sum()), ORDINARY, SECOND),
    sample("argmax", lambda x: x.argmax(1), dim=1, differentiable=False),
    sample("argmin", np.argmin, differentiable=False),
    sample("any", np.any, differentiable=False),
    sample("all", lambda x: x.all(1), dim=1, differentiable=False),
    sample("count_nonzero", np.count_nonzero, differentiable=False),
    sample("argsort", lambda x: x.argsort(1), dim=1, differentiable=False),
    sample(
        "histc", lambda x: np.histogram(x, 4, (-3, 4))[0].astype(x.dtype), bins=4, min=-3, max=4, differentiable=False
    ),
]
