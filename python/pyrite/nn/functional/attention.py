"""Scaled dot-product attention, alone and with several heads and their projections."""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from pyrite import ops
from pyrite.dtype import bool_
from pyrite.nn.functional.activation import softmax
from pyrite.nn.functional.dropout import dropout
from pyrite.nn.functional.linear import linear
from pyrite.nn.functional.padding import pad
from pyrite.ops.attention import attend, attention_weights, dropout_of, shared_by, widened
from pyrite.tensor import Tensor


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """softmax(q k^T scale + mask) v: query (*, L, E), key (*, S, E), value (*, S, Ev); result (*, L, Ev).

    The scale is 1 / sqrt(E) by default. A boolean mask keeps where it is True, one of numbers is added; `is_causal`
    keeps keys up to the query's position. A query without any key left gives zeros. `enable_gqa` repeats key and value
    heads (dimension -3) up to the number of query heads. Weights are dropped with probability `dropout_p`, the others
    divided by 1 - dropout_p, in training or not.
    """
    _check_attention(query, key, value, attn_mask, is_causal)
    if enable_gqa and (query.size(-3) % key.size(-3) or query.size(-3) % value.size(-3)):
        raise RuntimeError(
            f"Number of heads in key and value must divide the number of heads in query, but got {key.size(-3)}, "
            f"{value.size(-3)} and {query.size(-3)}"
        )
    scale = 1 / math.sqrt(query.size(-1)) if scale is None else scale
    is_dropping = 0.0 < dropout_p < 1.0 and query.is_cuda
    if (dropout_p == 0.0 or is_dropping) and (attn_mask is None or not attn_mask.requires_grad):
        dropout_of_weights = dropout_of(query, key, attn_mask, enable_gqa, dropout_p) if is_dropping else None
        return attend(query, key, value, attn_mask, scale, is_causal, enable_gqa, dropout_of_weights)[0]
    result_dtype = query.dtype
    query, key, value = widened(query, key, value)
    if enable_gqa:
        key, value = shared_by(query.size(-3), key), shared_by(query.size(-3), value)
    weights = dropout(attention_weights(query, key, attn_mask, scale, is_causal), dropout_p)
    return ops.matmul(weights, value).to(result_dtype)


def _check_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None, is_causal: bool) -> None:
    if not query.dtype == key.dtype == value.dtype:
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{query.dtype} key.dtype: {key.dtype} and value.dtype: {value.dtype} instead."
        )
    if min(query.dim(), key.dim(), value.dim()) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: "
            f"{query.dim()}, key.dim: {key.dim()} and value.dim: {value.dim()} instead."
        )
    if attn_mask is None:
        return
    if is_causal:
        raise RuntimeError("Explicit attn_mask should not be set when is_causal=True")
    if attn_mask.dtype != bool_ and attn_mask.dtype != query.dtype:
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or to match query dtype, but got attn_mask.dtype: "
            f"{attn_mask.dtype} and query.dtype: {query.dtype} instead."
        )


def canonical_mask(
    mask: Tensor | None, mask_name: str, other_type, other_name: str, target_type, check_other: bool = True
) -> Tensor | None:
    """A mask as numbers to add: minus infinity where a boolean mask is True."""
    if mask is None:
        return None
    if mask.dtype != bool_ and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {mask_name} are supported")
    if check_other and other_type is not None and mask.dtype != other_type:
        text = f"Support for mismatched {mask_name} and {other_name} is deprecated. Use same type for both instead."
        warnings.warn(text, stacklevel=2)
    if mask.is_floating_point():
        return mask
    return ops.zeros_like(mask, dtype=target_type).masked_fill(mask, float("-inf"))


def _check_batching(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | None,
    attn_mask: Tensor | None,
    num_heads: int,
) -> bool:
    """Whether the inputs are batched, (L, N, E) rather than (L, E); all of them must agree."""
    dims = query.dim()
    if dims not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {dims}-D query tensor")
    kind = f"{'batched' if dims == 3 else 'unbatched'} ({dims}-D) `query`"
    if key.dim() != dims or value.dim() != dims:
        raise AssertionError(
            f"For {kind}, expected `key` and `value` to be {dims}-D but found {key.dim()}-D and {value.dim()}-D "
            "tensors respectively"
        )
    if key_padding_mask is not None and key_padding_mask.dim() != dims - 1:
        raise AssertionError(
            f"For {kind}, expected `key_padding_mask` to be `None` or {dims - 1}-D "
            f"but found {key_padding_mask.dim()}-D tensor instead"
        )
    if attn_mask is not None and attn_mask.dim() not in (2, 3):
        raise AssertionError(
            f"For {kind}, expected `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.dim()}-D tensor instead"
        )
    expected = (num_heads, query.shape[0], key.shape[0])
    if dims == 2 and attn_mask is not None and attn_mask.dim() == 3 and tuple(attn_mask.shape) != expected:
        raise AssertionError(f"Expected `attn_mask` shape to be {expected} but got {attn_mask.shape}")
    return dims == 3


def _project(query: Tensor, key: Tensor, value: Tensor, weight: Any, bias: Tensor | None) -> tuple[Tensor, ...]:
    """Queries, keys and values by the three parts of one weight (3 E, E)."""
    if key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    if query is key and key is value:
        return linear(query, weight, bias).chunk(3, -1)
    return _project_apart((query, key, value), weight.chunk(3), bias)


def _project_apart(inputs: Sequence[Tensor], weights: Sequence[Any], bias: Tensor | None) -> tuple[Tensor, ...]:
    """Queries, keys and values by a weight each and the three parts of one bias."""
    _, key, value = inputs
    if key.shape[:2] != value.shape[:2]:
        raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
    biases = (None, None, None) if bias is None else bias.chunk(3)
    return tuple(linear(x, w, b) for x, w, b in zip(inputs, weights, biases, strict=True))


def _checked_attn_mask(attn_mask: Tensor, batch: int, num_heads: int, queries: int, keys: int) -> Tensor:
    expected = (queries, keys) if attn_mask.dim() == 2 else (batch * num_heads, queries, keys)
    if tuple(attn_mask.shape) != expected:
        raise RuntimeError(
            f"The shape of the {attn_mask.dim()}D attn_mask is {attn_mask.shape}, but should be {expected}."
        )
    return attn_mask.unsqueeze(0) if attn_mask.dim() == 2 else attn_mask


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention of `num_heads` heads (Vaswani et al., 2017): projections in, attention, projection out.

    Query (L, N, E), key and value (S, N, E), or without N. Masks hide where they are True; those of numbers are added:
    `key_padding_mask` (N, S), `attn_mask` (L, S) or (N heads, L, S). Returns the output (L, N, E) and, with
    `need_weights`, the weights (N, L, S), or (N, heads, L, S) unless averaged.
    """
    batched = _check_batching(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = each_once(lambda x: x.unsqueeze(1), query, key, value)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    queries, batch, embed_dim = query.shape
    head_dim = _checked_head_dim(embed_dim, embed_dim_to_check, num_heads)
    attn_mask, key_padding_mask, is_causal = _number_masks(
        attn_mask, key_padding_mask, is_causal, need_weights, query.dtype
    )
    if attn_mask is not None:
        attn_mask = _checked_attn_mask(attn_mask, batch, num_heads, queries, key.shape[0])
    if use_separate_proj_weight:
        q, k, v = _project_apart((query, key, value), (q_proj_weight, k_proj_weight, v_proj_weight), in_proj_bias)
    else:
        q, k, v = _project(query, key, value, in_proj_weight, in_proj_bias)
    if bias_k is not None and bias_v is not None:
        k, v = ops.cat([k, bias_k.repeat(1, batch, 1)]), ops.cat([v, bias_v.repeat(1, batch, 1)])
        attn_mask, key_padding_mask = _one_key_more(attn_mask), _one_key_more(key_padding_mask)

    def by_head(x: Tensor, static: Tensor | None = None) -> Tensor:
        if static is not None:
            return static.reshape(batch, num_heads, -1, head_dim)
        return x.reshape(x.shape[0], batch, num_heads, head_dim).permute(1, 2, 0, 3)

    q, k, v = by_head(q), by_head(k, static_k), by_head(v, static_v)
    if add_zero_attn:
        zero = ops.zeros(batch, num_heads, 1, head_dim, dtype=k.dtype, device=k.device)
        k, v = ops.cat([k, zero], 2), ops.cat([v, zero], 2)
        attn_mask, key_padding_mask = _one_key_more(attn_mask), _one_key_more(key_padding_mask)
    attn_mask = _merged_mask(attn_mask, key_padding_mask, batch, num_heads, k.size(2))
    dropout_p = dropout_p if training else 0.0
    weights = None
    if need_weights:
        attended, weights = _attend_with_weights(q, k, v, attn_mask, dropout_p)
    else:
        attended = scaled_dot_product_attention(q, k, v, attn_mask, dropout_p, is_causal)
    attended = attended.permute(2, 0, 1, 3).reshape(queries * batch, embed_dim)
    output = linear(attended, out_proj_weight, out_proj_bias).reshape(queries, batch, -1)
    if weights is not None:
        weights = weights.mean(1) if average_attn_weights else weights
    if not batched:
        return output.squeeze(1), None if weights is None else weights.squeeze(0)
    return output, weights


def each_once(change: Callable[[Tensor], Tensor], *inputs: Tensor) -> tuple[Tensor, ...]:
    """Each input changed; those that are one tensor stay one, which is projected in one piece."""
    changed = {id(x): change(x) for x in inputs}
    return tuple(changed[id(x)] for x in inputs)


def _checked_head_dim(embed_dim: int, expected: int, num_heads: int) -> int:
    if embed_dim != expected:
        raise AssertionError(f"was expecting embedding dimension of {expected}, but got {embed_dim}")
    if embed_dim % num_heads:
        raise AssertionError(f"embed_dim {embed_dim} not divisible by num_heads {num_heads}")
    return embed_dim // num_heads


def _number_masks(
    attn_mask: Tensor | None, key_padding_mask: Tensor | None, is_causal: bool, need_weights: bool, dtype
) -> tuple[Tensor | None, Tensor | None, bool]:
    """Both masks as numbers, and whether attention is to be causal without a mask."""
    mask_type = None if attn_mask is None else attn_mask.dtype
    key_padding_mask = canonical_mask(key_padding_mask, "key_padding_mask", mask_type, "attn_mask", dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and key_padding_mask is None and not need_weights:
        return None, None, True
    return canonical_mask(attn_mask, "attn_mask", None, "", dtype, check_other=False), key_padding_mask, False


def _one_key_more(mask: Tensor | None) -> Tensor | None:
    """A mask that lets one more key through."""
    return None if mask is None else pad(mask, (0, 1))


def _attend_with_weights(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float
) -> tuple[Tensor, Tensor]:
    scores = ops.matmul(q * math.sqrt(1.0 / q.size(-1)), k.transpose(-2, -1))
    weights = softmax(scores if mask is None else scores + mask, -1)
    weights = dropout(weights, dropout_p) if dropout_p > 0.0 else weights
    return ops.matmul(weights, v), weights


def _merged_mask(
    attn_mask: Tensor | None, key_padding_mask: Tensor | None, batch: int, num_heads: int, keys: int
) -> Tensor | None:
    """Both masks as one over (N, heads, L, S)."""
    if attn_mask is not None:
        leading = (1, 1) if attn_mask.size(0) == 1 else (batch, num_heads)
        attn_mask = attn_mask.reshape(*leading, *attn_mask.shape[1:])
    if key_padding_mask is None:
        return attn_mask
    if tuple(key_padding_mask.shape) != (batch, keys):
        raise AssertionError(
            f"Expected key_padding_mask of shape {(batch, keys)}, but got {tuple(key_padding_mask.shape)}"
        )
    padding = key_padding_mask.reshape(batch, 1, 1, keys)
    return padding if attn_mask is None else attn_mask + padding
