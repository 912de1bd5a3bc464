"""Linear and bilinear maps over the last dimension."""

import math
from collections.abc import Callable
from typing import Any

from pyrite import ops
from pyrite.autograd.operation import operation
from pyrite.ops.elementwise import conj
from pyrite.ops.linalg import mm_of, product_with_bias
from pyrite.tensor import Handle, Tensor


def _rows(x: Any) -> Any:
    """All but the last dimension flattened into one."""
    return x if x.ndim == 2 else x.reshape([math.prod(x.shape[:-1]), x.shape[-1]])


def _forward(x: Handle, weight: Handle, bias: Handle | None) -> Handle:
    x_rows, turned = _rows(x), weight.transpose(0, 1)
    out = x_rows.matmul(turned) if bias is None else product_with_bias(x_rows, turned, bias)
    return out if x.ndim == 2 else out.reshape([*x.shape[:-1], weight.shape[0]])


def _affine(label: str) -> Callable:
    """x W^T + b over the last dimension as one operation."""
    return operation(
        "linear",
        _forward,
        label=label,
        x=lambda g, weight, x_shape: mm_of(_rows(g), conj(weight)).reshape(list(x_shape)),
        weight=lambda g, x: mm_of(_rows(g).transpose(0, 1), conj(_rows(x))),
        bias=lambda g: _rows(g).sum([0]),
    )


affine_of_rows, product_of_rows, affine = (
    _affine(label) for label in ("AddmmBackward0", "MmBackward0", "ViewBackward0")
)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x W^T + b: input (*, in), weight (out, in) or (in), bias (out) or (); result (*, out) or (*)."""
    if weight.ndim != 2 or input.ndim < 2 or (bias is not None and bias.shape != weight.shape[:1]):
        output = ops.matmul(input, weight if weight.ndim == 1 else weight.t())
        return output if bias is None else output + bias
    if input.ndim == 2:
        return affine_of_rows(input, weight, bias) if bias is not None else product_of_rows(input, weight, None)
    return affine(input, weight, bias)


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y[o] = x1^T W[o] x2 + b[o]: inputs (*, in1) and (*, in2), weight (out, in1, in2)."""
    if input1.shape[:-1] != input2.shape[:-1] or input1.dim() != input2.dim():
        raise RuntimeError(
            "bilinear(): input dimensions do not match: got "
            f"{list(input1.shape)} and {list(input2.shape)}, which may differ in the last only"
        )
    for which, x, width in ((1, input1, weight.size(1)), (2, input2, weight.size(2))):
        if x.size(-1) != width:
            raise RuntimeError(
                f"bilinear(): input{which} size does not match weight size: got {x.size(-1)} but expected {width}"
            )
    if bias is not None and bias.size(0) != weight.size(0):
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.size(0)} but expected {weight.size(0)}"
        )
    outputs, width1, width2 = weight.shape
    left = ops.matmul(input1, weight.permute(1, 0, 2).reshape(width1, outputs * width2))
    left = left.reshape(*input1.shape[:-1], outputs, width2)
    output = ops.matmul(left, input2.unsqueeze(-1)).squeeze(-1)
    return output if bias is None else output + bias
