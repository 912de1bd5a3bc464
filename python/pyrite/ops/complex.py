"""Complex tensors: their parts, modulus and argument, conjugates, and views as pairs of real numbers."""

from __future__ import annotations

import math
from typing import Any

from pyrite.autograd.operation import operation
from pyrite.dtype import inexact
from pyrite.ops import elementwise as rows
from pyrite.ops.arguments import require_tensor
from pyrite.ops.convert import to_dtype
from pyrite.ops.parts import as_complex, as_pairs, imaginary_part, paired, real_part

__all__ = (
    "angle complex conj conj_physical imag isreal polar real resolve_conj resolve_neg sgn view_as_complex view_as_real"
).split()


def real(input: Any) -> Any:
    """The real part, as a view (see ``torch.real``)."""
    require_tensor("real", input)
    return real_part(input) if rows.is_complex(input) else input


def imag(input: Any) -> Any:
    """The imaginary part of a complex tensor, as a view (see ``torch.imag``)."""
    require_tensor("imag", input)
    if not rows.is_complex(input):
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return imaginary_part(input)


def view_as_real(input: Any) -> Any:
    """A complex tensor as real pairs along a new last dimension (see ``torch.view_as_real``)."""
    require_tensor("view_as_real", input)
    return as_pairs(input)


def view_as_complex(input: Any) -> Any:
    """Pairs of floats along the last dimension as complex numbers (see ``torch.view_as_complex``)."""
    require_tensor("view_as_complex", input)
    return as_complex(input)


def _check_parts(first: Any, second: Any) -> None:
    if first.dtype.name not in ("float32", "float64") or second.dtype.name not in ("float32", "float64"):
        names = f"{first.dtype.scalar_name} and {second.dtype.scalar_name}"
        if {first.dtype.name, second.dtype.name} == {"float16"}:
            raise NotImplementedError("complex numbers of float16")
        raise RuntimeError(f"Expected both inputs to be Half, Float or Double tensors but got {names}")
    if first.dtype is not second.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {first.dtype.scalar_name} but got scalar type {second.dtype.scalar_name} "
            "for second argument"
        )


def complex(real: Any, imag: Any) -> Any:
    """``real + i imag`` of two float tensors of one dtype (see ``torch.complex``)."""
    require_tensor("complex", real, "real")
    require_tensor("complex", imag, "imag", 2)
    _check_parts(real, imag)
    return paired(real, imag)


def polar(abs: Any, angle: Any) -> Any:
    """``abs (cos(angle) + i sin(angle))`` (see ``torch.polar``)."""
    require_tensor("polar", abs, "abs")
    require_tensor("polar", angle, "angle", 2)
    _check_parts(abs, angle)
    return paired(abs * rows.cos(angle), abs * rows.sin(angle))


def conj(input: Any) -> Any:
    """The complex conjugate, computed at once; a real tensor as it is (see ``torch.conj``)."""
    require_tensor("conj", input)
    return rows.conj(input)


def conj_physical(input: Any) -> Any:
    """The complex conjugate (see ``torch.conj_physical``)."""
    require_tensor("conj_physical", input)
    return rows.conj(input)


def resolve_conj(input: Any) -> Any:
    """`input`: no conjugate is pending (see ``torch.resolve_conj``)."""
    require_tensor("resolve_conj", input)
    return input


def resolve_neg(input: Any) -> Any:
    """`input`: no negation is pending (see ``torch.resolve_neg``)."""
    require_tensor("resolve_neg", input)
    return input


def sgn(input: Any) -> Any:
    """``x / |x|``, 0 where x is 0; of real numbers the sign (see ``torch.sgn``)."""
    require_tensor("sgn", input)
    return rows.sgn(input)


def isreal(input: Any) -> Any:
    """Whether the imaginary part is zero: always for real tensors (see ``torch.isreal``)."""
    require_tensor("isreal", input)
    if rows.is_complex(input):
        return rows.eq(imaginary_part(input), 0)
    return rows.logical_or(rows.eq(input, input), True)


angle_of_real = operation(
    "angle",
    lambda x: rows.select(rows.isnan(x), x, rows.lt(x, 0).to_dtype(x.dtype) * math.pi),
    x=lambda g: rows.nothing(g),
)
argument = operation(
    "angle",
    lambda x: rows.atan2(imaginary_part(x), real_part(x)),
    x=lambda g, x: rows.select(rows.eq(x, 0), 0.0, g * 1j / rows.conj(x)),
)


def angle(input: Any) -> Any:
    """The argument in radians, from -pi to pi; of a real number pi below zero, else 0 (see ``torch.angle``)."""
    require_tensor("angle", input)
    if rows.is_complex(input):
        return argument(input)
    return angle_of_real(to_dtype(input, inexact(input.dtype)))
