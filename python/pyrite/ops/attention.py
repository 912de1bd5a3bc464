"""Scaled dot-product attention as one operation, with the closed gradients of its query, key and value."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pyrite import _core
from pyrite.autograd.operation import joint, operation
from pyrite.dtype import bfloat16, bool_, float16, float32
from pyrite.generator import gpu_generator
from pyrite.ops import elementwise as rows
from pyrite.ops.convert import to_dtype
from pyrite.ops.create import ones
from pyrite.ops.fast import fast
from pyrite.ops.linalg import bmm_of
from pyrite.ops.normalize import softmax_along, softmax_slope
from pyrite.ops.shape import broadcast_shapes
from pyrite.tensor import Handle, Tensor, wrap


class Dropout(NamedTuple):
    """The probability with which a weight stays, and the seed and offset of the draw that decides."""

    kept: float
    seed: int
    offset: int


def attention_weights(query: Any, key: Any, mask: Any, scale: float, is_causal: bool) -> Any:
    """softmax(q k^T scale + mask), zero for a query that the mask leaves without any key."""
    scores = bmm_of(query * scale, key.transpose(-2, -1))
    last = scores.ndim - 1
    if is_causal:
        mask = _causal_mask(scores)
    if mask is not None:
        scores = rows.select(mask, scores, -math.inf) if mask.dtype is bool_ else scores + mask
    if mask is None or is_causal or 0 in scores.shape:
        return softmax_along(scores, last)
    empty = rows.eq((scores if type(scores) is Handle else scores.handle).reduce("max", [last], True), -math.inf)
    empty = _like(scores, empty)
    return rows.select(empty, 0.0, softmax_along(rows.select(empty, 0.0, scores), last))


def _like(x: Any, handle: Handle) -> Any:
    return handle if type(x) is Handle or type(handle) is not Handle else wrap(handle)


def _causal_mask(scores: Any) -> Any:
    device = (wrap(scores) if type(scores) is Handle else scores).device
    mask = ones(*scores.shape[-2:], dtype=bool_, device=device).tril()
    return mask.handle if type(scores) is Handle else mask


def shared_by(heads: int, x: Any) -> Any:
    """Each head of `x` as often as brings them to `heads`."""
    if x.shape[-3] == heads:
        return x
    batch, own, matrix = x.shape[:-3], x.shape[-3], x.shape[-2:]
    repeated = x.unsqueeze(-3).expand([*batch, own, heads // own, *matrix])
    return repeated.reshape([*batch, own * (heads // own), *matrix])


def _gathered(g: Any, heads: int) -> Any:
    """The adjoint of `shared_by`."""
    if g.shape[-3] == heads:
        return g
    return g.reshape([*g.shape[:-3], heads, g.shape[-3] // heads, *g.shape[-2:]]).sum([-3])


def widened(*inputs: Any) -> tuple[Any, ...]:
    """Inputs of half precision in float32, in which attention is summed."""
    return tuple(to_dtype(x, float32) if x.dtype in (float16, bfloat16) else x for x in inputs)


def dropout_of(query: Tensor, key: Tensor, mask: Tensor | None, shares_heads: bool, p: float) -> Dropout:
    """A draw on the GPU, which goes by counter: it decides which weights of such an attention to drop, with probability
    `p`, in whatever order and however often they are computed."""
    heads = (query.shape[-3], 1, 1) if shares_heads else key.shape[-3:-2] + (1, 1)
    shape = broadcast_shapes((*query.shape[:-1], key.shape[-2]), (*key.shape[:-3], *heads))
    if mask is not None:
        shape = broadcast_shapes(shape, mask.shape)
    return Dropout(1 - p, *gpu_generator.handle.reserve(math.prod(shape)))


def _shares(weights: Any, dropout: Dropout) -> Any:
    """What is left of each weight: 0, or 1 / kept."""
    kept, seed, offset = dropout
    philox = _core.Philox(seed)
    philox.set_state(seed, offset)
    return _like(weights, philox.draw("bernoulli", kept, 0.0, list(weights.shape), weights.dtype, "cuda") / kept)


@fast(_core.fast_attention)
def _attend(
    query: Handle,
    key: Handle,
    value: Handle,
    mask: Handle | None,
    scale: float,
    is_causal: bool,
    shares_heads: bool,
    dropout: Dropout | None,
) -> tuple[Handle, Handle]:
    """The attention, and what its gradients start from: its weights, or the logarithms that a kernel gives."""
    q, k, v = widened(query, key, value)
    if shares_heads:
        k, v = shared_by(q.shape[-3], k), shared_by(q.shape[-3], v)
    weights = attention_weights(q, k, mask, scale, is_causal)
    dropped = weights if dropout is None else weights * _shares(weights, dropout)
    return to_dtype(dropped.matmul(v), query.dtype), weights


@fast(_core.fast_attention_slopes)
def _slopes(
    g: Any,
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    result: tuple[Any, Any],
    scale: float,
    is_causal: bool,
    shares_heads: bool,
    dropout: Dropout | None,
) -> list:
    """The gradients of query, key and value."""
    g, q, k, v = widened(g, query, key, value)
    if shares_heads:
        k, v = shared_by(q.shape[-3], k), shared_by(q.shape[-3], v)
    weights = result[1]
    if isinstance(q, Tensor) or weights.ndim < q.ndim:
        weights = attention_weights(q, k, None if mask is None else _like(q, mask), scale, is_causal)
    slope, dropped = bmm_of(g, v.transpose(-2, -1)), weights
    if dropout is not None:
        shares = _shares(weights, dropout)
        slope, dropped = slope * shares, weights * shares
    slope = softmax_slope(slope, weights, weights.ndim - 1, False)
    dq = bmm_of(slope, k) * scale
    dk = bmm_of(slope.transpose(-2, -1), q) * scale
    dv = bmm_of(dropped.transpose(-2, -1), g)
    if shares_heads:
        dk, dv = _gathered(dk, key.shape[-3]), _gathered(dv, value.shape[-3])
    return [dq, dk, dv]


@joint
def _slope(
    g: Any,
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    outs: Any,
    scale: float,
    is_causal: bool,
    shares_heads: bool,
    dropout: Dropout | None,
) -> list:
    return _slopes(g, query, key, value, mask, (outs[0], outs[1]), scale, is_causal, shares_heads, dropout)


def _forward(
    query: Handle,
    key: Handle,
    value: Handle,
    mask: Handle | None,
    scale: float,
    is_causal: bool,
    shares_heads: bool,
    dropout: Dropout | None,
) -> tuple[Handle, Handle]:
    return _attend(query, key, value, mask, scale, is_causal, shares_heads, dropout)


attend = operation(
    "scaled_dot_product_attention",
    _forward,
    tensors=("mask",),
    outputs=1,
    label="ScaledDotProductFlashAttentionForCpuBackward0",
    query=_slope,
    key=_slope,
    value=_slope,
)
