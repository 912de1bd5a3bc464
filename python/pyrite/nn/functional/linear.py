"""Linear and bilinear maps over the last dimension."""

from pyrite import ops
from pyrite.tensor import Tensor


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x W^T + b: input (*, in), weight (out, in) or (in), bias (out) or (); result (*, out) or (*)."""
    if weight.dim() == 1:
        output = ops.matmul(input, weight)
    elif bias is not None and bias.dim() == 1 and input.dim() == 2:
        return ops.addmm(bias, input, weight.t())
    else:
        output = ops.matmul(input, weight.t())
    return output if bias is None else output + bias


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
