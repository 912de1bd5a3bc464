"""Padding by a constant or by elements of the tensor itself."""

from collections.abc import Sequence

from pyrite import ops
from pyrite.dtype import int64
from pyrite.ops.arguments import sizes, type_name
from pyrite.ops.room import require_room
from pyrite.tensor import Tensor


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Adds elements before and after dimensions, given as (before, after) of the last, of the one before it, and so on.

    Mode "constant" adds `value`; "reflect", "replicate" and "circular" continue the 1 to 3 last dimensions of (N, C, *)
    or (C, *). Negative amounts cut.
    """
    if not isinstance(pad, Sequence) or isinstance(pad, str):
        raise TypeError(f"pad(): argument 'pad' (position 2) must be tuple of ints, not {type_name(pad)}")
    amounts = sizes("pad", (list(pad),))
    if len(amounts) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(amounts) // 2 > input.dim():
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(amounts)} and input of dimension {input.dim()}"
        )
    if mode == "constant":
        return ops.constant_pad_nd(input, amounts, 0 if value is None else value)
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in _PLACES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    count = len(amounts) // 2
    if not 1 <= count <= 3 or input.dim() not in (count + 1, count + 2):
        raise NotImplementedError(
            f"Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now, but got {count} padded "
            f"dimensions of a {input.dim()}-dimensional input"
        )
    for i in range(count):
        before, after = amounts[2 * i : 2 * i + 2]
        if before or after:
            dim = input.dim() - 1 - i
            require_room([*input.shape[:dim], max(input.size(dim) + before + after, 0), *input.shape[dim + 1 :]])
            places = _PLACES[mode](before, after, input.size(dim))
            index = ops.tensor(places, dtype=int64, device=input.device)
            input = input.index_select(dim, index)
    return input


def _reflected(before: int, after: int, length: int) -> list[int]:
    if before >= length or after >= length:
        raise RuntimeError(
            "Argument #4: Padding size should be less than the corresponding input dimension, "
            f"but got: padding ({before}, {after}) at a dimension of size {length}"
        )
    last = length - 1
    return [last - abs(last - abs(i)) for i in range(-before, length + after)]


def _replicated(before: int, after: int, length: int) -> list[int]:
    if length == 0:
        raise RuntimeError("replication padding expects non-empty spatial dimensions")
    if length + before + after < 1:
        raise RuntimeError(f"input of length {length} is too small: the calculated length is {length + before + after}")
    return [min(max(i, 0), length - 1) for i in range(-before, length + after)]


def _wrapped(before: int, after: int, length: int) -> list[int]:
    if before > length or after > length:
        raise RuntimeError("Padding value causes wrapping around more than once.")
    if before + after + length < 0:
        raise RuntimeError("Negative padding value is resulting in an empty dimension")
    return [i % length for i in range(-before, length + after)]


_PLACES = {"reflect": _reflected, "replicate": _replicated, "circular": _wrapped}
