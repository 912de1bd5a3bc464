"""A tensor as text, to the letter as PyTorch prints it. Of a large tensor only the items at the edges are read."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from pyrite import ops
from pyrite.dtype import bool_, complex64, complex128, float64, get_default_dtype, int64
from pyrite.tensor import Tensor

# Beyond these a floating-point tensor is printed in scientific notation.
WIDEST_RATIO, LARGEST, SMALLEST = 1e3, 1e8, 1e-4


@dataclass
class PrintOptions:
    """How tensors are printed; `set_printoptions` tells what each field means."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


options = PrintOptions()

PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Sets how tensors are printed; what is None stays, except `sci_mode`.

    `precision` digits after the point (4); beyond `threshold` elements (1000) only `edgeitems` (3) at each end of every
    dimension; lines of `linewidth` characters (80); scientific notation always (True), never (False) or as the values
    ask (None). `profile`, one of "default", "short" and "full", sets the first four before the others.
    """
    chosen = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    given = {name: value for name, value in chosen.items() if value is not None}
    for name, value in {**PROFILES.get(profile or "", {}), **given, "sci_mode": sci_mode}.items():
        setattr(options, name, value)


def get_printoptions() -> dict[str, Any]:
    """The options in force, as keyword arguments for `set_printoptions`."""
    return asdict(options)


@dataclass
class ItemFormat:
    """How the items of one tensor are written, and the width by which PyTorch reckons how many fit a line."""

    text: Callable[[Any], str]
    width: int


def aligned(text: Callable[[Any], str], samples: list) -> ItemFormat:
    """`text`, padded on the left to the longest of the samples' texts."""
    width = max(map(len, map(text, samples)), default=1)
    return ItemFormat(lambda item: text(item).rjust(width), width)


def whole_text(item: float) -> str:
    """1.0 as "1.", and what is not finite without the point."""
    return f"{item:.0f}." if math.isfinite(item) else f"{item:.0f}"


def wants_scientific(magnitudes: list[float]) -> bool:
    if options.sci_mode is not None:
        return options.sci_mode
    low, high = min(magnitudes), max(magnitudes)
    return high / low > WIDEST_RATIO or high > LARGEST or low < SMALLEST


def float_format(items: list[float]) -> ItemFormat:
    """Scientific, whole or fixed notation, chosen from the finite items other than 0, which also set the width."""
    telling = [item for item in items if item != 0 and math.isfinite(item)]
    if not telling:
        return aligned(whole_text, [])
    text: Callable[[float], str]
    if wants_scientific([abs(item) for item in telling]):
        text = f"{{:.{options.precision}e}}".format
    elif all(item.is_integer() for item in telling):
        text = whole_text
    else:
        text = f"{{:.{options.precision}f}}".format
    return aligned(text, telling)


def complex_format(items: list[complex]) -> ItemFormat:
    real, imaginary = (float_format(part) for part in ([z.real for z in items], [z.imag for z in items]))

    def text(item: complex) -> str:
        tail = imaginary.text(item.imag).lstrip() + "j"
        return real.text(item.real) + (tail if tail[0] in "+-" else "+" + tail)

    return ItemFormat(text, real.width + imaginary.width + 1)


def edges(tensor: Tensor, count: int, dim: int = 0) -> Tensor:
    """The first and last `count` entries of every dimension longer than twice that, joined."""
    if dim == tensor.dim():
        return tensor
    size = tensor.shape[dim]
    if size <= 2 * count:
        return edges(tensor, count, dim + 1)
    ends = (tensor.narrow(dim, 0, count), tensor.narrow(dim, size - count, count))
    return ops.cat([edges(end, count, dim + 1) for end in ends], dim)


def row_text(items: list, cut: bool, indent: int, form: ItemFormat) -> str:
    """One row in brackets, broken into lines, with " ..." in its middle where it is cut."""
    words = [form.text(item) for item in items]
    if cut:
        words[options.edgeitems : options.edgeitems] = [" ..."]
    per_line = max(1, (options.linewidth - indent) // (form.width + 2))
    lines = [", ".join(words[i : i + per_line]) for i in range(0, len(words), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def block_text(items: Any, shape: tuple[int, ...], shortened: bool, indent: int, form: ItemFormat) -> str:
    """The nested list `items`, which stands for a tensor of `shape` and holds only its edges where that is
    `shortened`."""
    if not shape:
        return form.text(items)
    if shortened and not options.edgeitems:
        return "[...]"
    cut = shortened and shape[0] > 2 * options.edgeitems
    if len(shape) == 1:
        return row_text(items, cut, indent, form)
    blocks = [block_text(item, shape[1:], shortened, indent + 1, form) for item in items]
    if cut:
        blocks[options.edgeitems : options.edgeitems] = ["..."]
    return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(blocks) + "]"


def contents(tensor: Tensor, indent: int) -> str:
    """The items of a tensor that has some, in nested brackets."""
    shape = tuple(tensor.shape)
    shortened = math.prod(shape) > options.threshold
    items = (edges(tensor, options.edgeitems) if shortened else tensor).tolist()
    flat = items if shape else [items]
    for _ in shape[1:]:
        flat = list(chain.from_iterable(flat))
    dtype = tensor.dtype
    if dtype.is_complex:
        form = complex_format(flat)
    else:
        form = float_format(flat) if dtype.is_floating_point else aligned(str, flat)
    return block_text(items, shape, shortened, indent, form)


def implied_dtypes() -> tuple:
    """The dtypes that the items themselves show."""
    default = get_default_dtype()
    return default, complex128 if default == float64 else complex64, int64, bool_


def gradient_note(tensor: Tensor) -> list[str]:
    if not tensor.requires_grad:
        return []
    try:
        node = tensor.grad_fn
    except RuntimeError:  # a view made and changed in place without recording has no history to show
        return ["grad_fn=<Invalid>"]
    return ["requires_grad=True"] if node is None else [f"grad_fn=<{node.name()}>"]


def notes(tensor: Tensor) -> list[str]:
    """What follows the items: device, size, dtype and gradient, each only where the items do not tell it."""
    size, dtype = f"size={tuple(tensor.shape)}", f"dtype={tensor.dtype}"
    said = [] if tensor.device.type == "cpu" else [f"device='{tensor.device}'"]
    if tensor.device.type == "meta" or tensor.numel() == 0:
        said += [size] if tensor.dim() != 1 or tensor.device.type == "meta" else []
        said += [dtype] if tensor.dtype != get_default_dtype() else []
    else:
        said += [] if options.edgeitems else [size]
        said += [] if tensor.dtype in implied_dtypes() else [dtype]
    return said + gradient_note(tensor)


def with_notes(text: str, said: list[str], indent: int) -> str:
    """`text` with the notes after it, each on the last line where it fits, else on a line of its own."""
    used = len(text) - text.rfind("\n") + 1
    for note in said:
        if used + len(note) + 2 > options.linewidth:
            text += ",\n" + " " * indent + note
            used = indent + len(note)
        else:
            text += ", " + note
            used += len(note) + 2
    return text + ")"


def prefix(tensor: Tensor) -> str:
    """ "tensor(", also for a Parameter, and the class's name for other subclasses."""
    kind, parameters = type(tensor), sys.modules.get("pyrite.nn.parameter")
    plain = kind is Tensor or (parameters is not None and kind is parameters.Parameter)
    return "tensor(" if plain else f"{kind.__name__}("


def tensor_repr(tensor: Tensor, *, tensor_contents: str | None = None) -> str:
    """`repr(tensor)`: the items in nested brackets, then device, dtype and gradient where they are not the default.

    `tensor_contents` takes the place of the items. The layout follows `set_printoptions` and is PyTorch's
    (https://docs.pytorch.org/docs/stable/generated/torch.set_printoptions.html).
    """
    start = prefix(tensor)
    if tensor_contents is not None:
        body = tensor_contents
    elif tensor.device.type == "meta":
        body = "..."
    elif tensor.numel() == 0:
        body = "[]"
    else:
        body = contents(tensor.detach(), len(start))
    return with_notes(start + body, notes(tensor), len(start))


def format_tensor(tensor: Tensor, spec: str) -> str:
    """`format(tensor, spec)`: of its number for a tensor without dimensions; others take an empty spec only
    (TypeError)."""
    if tensor.dim() == 0 and tensor.device.type != "meta" and type(tensor) is Tensor:
        return format(tensor.item(), spec)
    return object.__format__(tensor, spec)
