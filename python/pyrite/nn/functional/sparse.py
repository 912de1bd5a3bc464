"""Look-ups by integer index: embeddings, bags of them, one-hot vectors."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pyrite import ops
from pyrite.autograd.mode import no_grad
from pyrite.autograd.operation import operation
from pyrite.dtype import int32, int64
from pyrite.ops import elementwise as rows
from pyrite.ops.index import index_backward
from pyrite.ops.lookup import looked_up
from pyrite.ops.room import require_objects
from pyrite.tensor import Handle, Tensor, wrap


def _check_indices(name: str, indices: Tensor) -> None:
    if indices.dtype not in (int32, int64):
        raise RuntimeError(
            f"{name}: Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; "
            f"but got {indices.dtype} instead"
        )


def _renormalize(weight: Tensor, indices: Tensor, max_norm: float, norm_type: float) -> None:
    """Scales the rows that are looked up down to a norm of at most `max_norm`, in place."""
    with no_grad():
        used = indices.flatten().unique().long()
        read = weight.detach().index_select(0, used)
        norms = read.norm(norm_type, 1, True)
        scale = ops.where(norms > max_norm, max_norm / (norms + 1e-7), ops.ones_like(norms))
        weight.detach().index_copy_(0, used, read * scale)


def _table_slope(
    g: Any, weight_shape: Sequence[int], indices: Handle, padding_idx: int | None, by_frequency: bool
) -> Any:
    """Gradients summed into the rows that were read: none for padding, by frequency each divided by its row's count."""
    if by_frequency:
        ones = g.filled(list(indices.shape), 1, g.dtype)
        counts = index_backward(ones, [weight_shape[0]], [indices]).index([indices]).unsqueeze(-1)
        g = g / (counts if type(g) is Handle else wrap(counts))
    if padding_idx is not None:
        padding = rows.eq(indices, padding_idx).unsqueeze(-1)
        g = rows.select(padding if type(g) is Handle else wrap(padding), 0, g)
    return index_backward(g, list(weight_shape), [indices])


look_up = operation(
    "embedding",
    lambda weight, indices, padding_idx, by_frequency: looked_up(weight, 0, indices),
    tensors=("indices",),
    weight=_table_slope,
)


def _row_number(padding_idx: int | None, weight: Tensor) -> int | None:
    if padding_idx is None:
        return None
    if not -weight.size(0) <= padding_idx < weight.size(0):
        raise AssertionError("Padding_idx must be within num_embeddings")
    return padding_idx % weight.size(0)


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of weight (V, D) at integer indices (*): (*, D).

    The row `padding_idx` gets no gradient; rows longer than `max_norm` are first shortened in place;
    `scale_grad_by_freq` divides a row's gradient by how often it occurs.
    """
    padding_idx = _row_number(padding_idx, weight)
    if weight.dim() != 2:
        raise RuntimeError("'weight' must be 2-D")
    _check_indices("embedding", input)
    if sparse:
        raise NotImplementedError("embedding: sparse gradients are not implemented; use sparse=False")
    if max_norm is not None:
        _renormalize(weight, input, max_norm, norm_type)
    return look_up(weight, input.to(int64), padding_idx, scale_grad_by_freq)


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or maximum of the rows of weight (V, D) in each bag: (B, D); an empty bag gives zeros.

    Bags are the rows of a (B, N) input, or parts of a flat input that start at `offsets`, whose last entry is the end
    with `include_last_offset`. Rows `padding_idx` are left out; `per_sample_weights` scale each row of a sum.
    """
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, "
            f"then it must have the same shape as the input ({input.shape})"
        )
    if weight.dim() != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    bounds = _bag_bounds(input, offsets, include_last_offset)
    _check_bag_mode(mode, scale_grad_by_freq, sparse, per_sample_weights)
    _check_indices("embedding_bag", input)
    if sparse:
        raise NotImplementedError("embedding_bag: sparse gradients are not implemented; use sparse=False")
    if max_norm is not None:
        _renormalize(weight, input, max_norm, norm_type)
    flat = input.reshape(-1).to(int64)
    try:
        table = look_up(weight, flat, None, scale_grad_by_freq)
    except IndexError:
        raise RuntimeError(f"embedding_bag: an index is not in the valid range [0, {weight.size(0)})") from None
    if per_sample_weights is not None:
        table = table * per_sample_weights.reshape(-1, 1)
    padding_idx = _row_number(padding_idx, weight)
    counted = ops.ones_like(flat) if padding_idx is None else (flat != padding_idx).to(flat.dtype)
    return _reduce_bags(table, counted, bounds, mode)


def _bag_bounds(input: Tensor, offsets: Tensor | None, include_last_offset: bool) -> list[int]:
    """Where each bag starts, and the end of the last."""
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type(offsets)}"
            )
        require_objects("embedding_bag", input.size(0))
        return [i * input.size(1) for i in range(input.size(0) + 1)]
    if input.dim() != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if offsets.dim() != 1:
        raise ValueError("offsets has to be a 1D Tensor")
    bounds = offsets.tolist()
    if bounds and bounds[0] != 0:
        raise RuntimeError(f"offsets[0] has to be 0, i.e., the first sequence starts at 0, but got {bounds[0]}")
    if bounds and max(bounds) > input.size(0):
        raise RuntimeError(f"offsets must not exceed the input's length {input.size(0)}, but got {max(bounds)}")
    return bounds if include_last_offset else [*bounds, input.size(0)]


def _check_bag_mode(mode: str, scale_grad_by_freq: bool, sparse: bool, per_sample_weights: Tensor | None) -> None:
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
            f"(got mode='{mode}')."
        )


def _reduce_bags(read: Tensor, counted: Tensor, bounds: list[int], mode: str) -> Tensor:
    """Sums, means or maxima of the counted rows between the bounds."""
    widths = [end - start for start, end in pairwise(bounds)]
    width, bags = max(widths, default=0), len(widths)
    if width == 0:
        return read.new_zeros((bags, read.size(1))) + read.sum() * 0
    places = [min(start + i, read.size(0) - 1) for start in bounds[:-1] for i in range(width)]
    inside = [i < n for n in widths for i in range(width)]
    index = ops.tensor(places, dtype=int64, device=read.device)
    inside = ops.tensor(inside, device=read.device) & (counted.index_select(0, index) != 0)
    table = read.index_select(0, index).reshape(bags, width, -1)
    inside = inside.reshape(bags, width, 1)
    counts = inside.sum(1)
    if mode == "max":
        largest = table.masked_fill(~inside, float("-inf")).argmax(1, keepdim=True)
        return table.gather(1, largest).squeeze(1).masked_fill(counts == 0, 0)
    sums = table.masked_fill(~inside, 0).sum(1)
    return sums if mode == "sum" else sums / counts.clamp(min=1).to(sums.dtype)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Indices (*) as vectors (*, num_classes) of zeros and a one; by default as many classes as the largest index
    asks."""
    if tensor.dtype != int64:
        raise RuntimeError(f"one_hot is only applicable to index tensor of type LongTensor, but got {tensor.dtype}")
    if tensor.numel() == 0:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return ops.zeros(*tensor.shape, num_classes, dtype=int64, device=tensor.device)
    if num_classes < 1 and num_classes != -1:
        raise RuntimeError("num_classes should be positive")
    # On a GPU the kernel that writes the ones reports classes out of bounds.
    if num_classes == -1 or tensor.device.type == "cpu":
        if int(tensor.min()) < 0:
            raise RuntimeError("Class values must be non-negative.")
        largest = int(tensor.max())
        if num_classes == -1:
            num_classes = largest + 1
        elif largest >= num_classes:
            raise RuntimeError("Class values must be smaller than num_classes.")
    zeros = ops.zeros(*tensor.shape, num_classes, dtype=int64, device=tensor.device)
    return zeros.scatter_(-1, tensor.unsqueeze(-1), 1)
