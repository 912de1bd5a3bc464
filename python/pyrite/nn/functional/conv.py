"""Convolution (cross-correlation) over one, two or three dimensions, and its transpose, with their checks."""

from collections.abc import Sequence

from pyrite.nn.functional.convolution import convolution, transposed_convolution
from pyrite.nn.functional.lattice import span
from pyrite.nn.functional.windows import sizes_of
from pyrite.tensor import Tensor


def _check_arguments(
    name: str, count: int, input: Tensor, weight: Tensor, bias: Tensor | None, groups: int, transposed: bool
) -> None:
    if input.dim() not in (count + 1, count + 2):
        raise RuntimeError(
            f"Expected {count + 1}D (unbatched) or {count + 2}D (batched) input to {name}, "
            f"but got input of size: {list(input.shape)}"
        )
    if weight.dim() != count + 2:
        raise RuntimeError(
            f"Expected {count + 2}-dimensional weight for {name}, but got weight of size {list(weight.shape)} instead"
        )
    if input.dtype != weight.dtype:
        raise RuntimeError(f"Input type ({input.dtype}) and weight type ({weight.dtype}) should be the same")
    if bias is not None and bias.dtype != input.dtype:
        raise RuntimeError(f"Input type ({input.dtype}) and bias type ({bias.dtype}) should be the same")
    if 0 in weight.shape[2:]:
        raise RuntimeError(f"kernel size should be greater than zero, but got weight of size {list(weight.shape)}")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if weight.size(0) < groups or weight.size(0) % groups:
        wanted = "at least" if weight.size(0) < groups else "divisible by"
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be {wanted} {groups} at dimension 0, "
            f"but got weight of size {list(weight.shape)} instead"
        )
    channels = input.size(-count - 1)
    expected = weight.size(0) if transposed else weight.size(1) * groups
    if channels != expected:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight.shape)}, expected input{list(input.shape)} "
            f"to have {expected} channels, but got {channels} channels instead"
        )
    outputs = weight.size(1) * groups if transposed else weight.size(0)
    if bias is not None and tuple(bias.shape) != (outputs,):
        raise RuntimeError(
            f"Given weight of size {list(weight.shape)}, expected bias to be 1-dimensional with {outputs} elements, "
            f"but got bias of size {list(bias.shape)} instead"
        )


def _check_steps(stride: Sequence[int], dilation: Sequence[int], padding: Sequence[int] = ()) -> None:
    if any(s <= 0 for s in stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(d <= 0 for d in dilation):
        raise RuntimeError("dilation should be greater than zero")
    if any(p < 0 for p in padding):
        raise RuntimeError("negative padding is not supported")


def _paddings(
    name: str, padding, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> tuple[list[int], list[int]]:
    """What to add before and after each dimension; "same" keeps the size, the odd element added after."""
    if padding == "valid":
        padding = 0
    elif padding == "same":
        if any(s != 1 for s in stride):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [t // 2 for t in totals], [t - t // 2 for t in totals]
    elif isinstance(padding, str):
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    amounts = list(sizes_of(name, "padding", padding, len(kernel)))
    _check_steps(stride, dilation, amounts)
    return amounts, amounts


def _convolve(
    count: int, input: Tensor, weight: Tensor, bias: Tensor | None, stride, padding, dilation, groups: int
) -> Tensor:
    name = f"conv{count}d"
    _check_arguments(name, count, input, weight, bias, groups, transposed=False)
    stride, dilation = sizes_of(name, "stride", stride, count), sizes_of(name, "dilation", dilation, count)
    _check_steps(stride, dilation)
    kernel = weight.shape[2:]
    before, after = _paddings(name, padding, kernel, stride, dilation)
    batched = input if input.dim() == count + 2 else input.unsqueeze(0)
    padded = [n + b + a for n, b, a in zip(batched.shape[2:], before, after, strict=True)]
    spans = [span(k, d) for k, d in zip(kernel, dilation, strict=True)]
    if any(n < s for n, s in zip(padded, spans, strict=True)):
        sizes, windows = (" x ".join(map(str, shape)) for shape in (padded, spans))
        raise RuntimeError(
            f"Calculated padded input size per channel: ({sizes}). Kernel size: ({windows}). "
            "Kernel size can't be greater than actual input size"
        )
    output = convolution(batched, weight, bias, stride, before, after, dilation, groups)
    return output if input.dim() == count + 2 else output.squeeze(0)


def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride=1, padding=0, dilation=1, groups: int = 1
) -> Tensor:
    """Input (N, C, L) or (C, L), weight (O, C / groups, k), bias (O); padding is a number, "same" or "valid"."""
    return _convolve(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride=1, padding=0, dilation=1, groups: int = 1
) -> Tensor:
    """Input (N, C, H, W) or (C, H, W), weight (O, C / groups, k1, k2), bias (O)."""
    return _convolve(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride=1, padding=0, dilation=1, groups: int = 1
) -> Tensor:
    """Input (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, k1, k2, k3), bias (O)."""
    return _convolve(3, input, weight, bias, stride, padding, dilation, groups)


def _convolve_transposed(
    count: int, input: Tensor, weight: Tensor, bias: Tensor | None, stride, padding, output_padding, groups, dilation
) -> Tensor:
    name = f"conv_transpose{count}d"
    _check_arguments(name, count, input, weight, bias, groups, transposed=True)
    stride, padding, output_padding, dilation = (
        sizes_of(name, argument, value, count)
        for argument, value in zip(
            ("stride", "padding", "output_padding", "dilation"),
            (stride, padding, output_padding, dilation),
            strict=True,
        )
    )
    _check_steps(stride, dilation, padding)
    if any(o < 0 or (o >= s and o >= d) for o, s, d in zip(output_padding, stride, dilation, strict=True)):
        raise RuntimeError(
            f"output padding must be smaller than either stride or dilation, but got output_padding={output_padding}, "
            f"stride={stride} and dilation={dilation}"
        )
    batched = input if input.dim() == count + 2 else input.unsqueeze(0)
    size = [
        (n - 1) * s - 2 * p + span(k, d) + o
        for n, s, p, k, d, o in zip(
            batched.shape[2:], stride, padding, weight.shape[2:], dilation, output_padding, strict=True
        )
    ]
    if any(n < 1 for n in size):
        raise RuntimeError(f"{name}: the calculated output size per channel {size} is too small")
    output = transposed_convolution(batched, weight, bias, size, stride, padding, dilation, groups)
    return output if input.dim() == count + 2 else output.squeeze(0)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride=1,
    padding=0,
    output_padding=0,
    groups: int = 1,
    dilation=1,
) -> Tensor:
    """The adjoint of conv1d: input (N, C, L) or (C, L), weight (C, O / groups, k), bias (O)."""
    return _convolve_transposed(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride=1,
    padding=0,
    output_padding=0,
    groups: int = 1,
    dilation=1,
) -> Tensor:
    """The adjoint of conv2d: input (N, C, H, W) or (C, H, W), weight (C, O / groups, k1, k2), bias (O)."""
    return _convolve_transposed(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride=1,
    padding=0,
    output_padding=0,
    groups: int = 1,
    dilation=1,
) -> Tensor:
    """The adjoint of conv3d: input (N, C, D, H, W) or (C, D, H, W), weight (C, O / groups, k1, k2, k3), bias (O)."""
    return _convolve_transposed(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """conv1d with time first: input (L, N, C), weight (k, C, O), bias (O); result (L', N, O)."""
    return conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad).permute(2, 0, 1)
