"""Complex tensors and the real tensors they are made of, as operations with gradients; all but `paired` are views."""

from __future__ import annotations

from pyrite.autograd.operation import operation
from pyrite.autograd.view import view_operation
from pyrite.tensor import Handle

real_part = view_operation("real", lambda x: x.view_as_real().select(-1, 0), label="SelectBackward0", x=lambda g: g)
imaginary_part = view_operation(
    "imag", lambda x: x.view_as_real().select(-1, 1), label="SelectBackward0", x=lambda g: g * 1j
)
as_pairs = view_operation(
    "view_as_real", lambda x: x.view_as_real(), x=lambda g: paired(g.select(-1, 0), g.select(-1, 1))
)
as_complex = view_operation("view_as_complex", lambda x: x.view_as_complex(), x=lambda g: as_pairs(g))


def _paired(real: Handle, imag: Handle) -> Handle:
    shape = (real + imag).shape if real.shape != imag.shape else real.shape
    out = real.unfilled([*shape, 2], real.dtype)
    out.select(-1, 0).assign(real)
    out.select(-1, 1).assign(imag)
    return out.view_as_complex()


#: The complex tensor of two parts that broadcast.
paired = operation("complex", _paired, real=lambda g: real_part(g), imag=lambda g: imaginary_part(g))
