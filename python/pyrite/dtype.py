"""Element types under PyTorch's names, the default float, and promotion between types."""

from __future__ import annotations

from pyrite import _core
from pyrite._core import dtype

bool_ = _core.bool
uint8 = _core.uint8
int8 = _core.int8
int16 = short = _core.int16
int32 = int_ = _core.int32
int64 = long = _core.int64
float16 = half = _core.float16
bfloat16 = _core.bfloat16
float32 = float_ = _core.float32
float64 = double = _core.float64
complex64 = cfloat = _core.complex64
complex128 = cdouble = _core.complex128

ALL = (bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64, complex128)
FLOATS = (float16, bfloat16, float32, float64)
INTEGERS = (uint8, int8, int16, int32, int64)

PUBLIC = {d.name: d for d in ALL} | {
    "short": int16,
    "int": int32,
    "long": int64,
    "half": float16,
    "float": float32,
    "double": float64,
    "cfloat": complex64,
    "cdouble": complex128,
}

_KINDS = {bool_: 0, uint8: 1, int8: 1, int16: 1, int32: 1, int64: 1, float16: 2, bfloat16: 2, float32: 2, float64: 2}
_OF_PYTHON: dict[object, dtype] = {bool: bool_, int: int64, float: float64, complex: complex128}


def get_default_dtype() -> dtype:
    """The dtype of Python floats in new tensors: float32 unless set."""
    return _core.default_dtype()


def set_default_dtype(d: dtype) -> None:
    """Makes `d`, a float type, the dtype of Python floats."""
    _core.set_default_dtype(d)


def kind(d: dtype) -> int:
    """0 for bool, 1 for integers, 2 for floats, 3 for complex types."""
    return _KINDS.get(d, 3)


def of_argument(d: object) -> dtype:
    """The dtype that an argument ``dtype=`` means; Python's ``float``, ``int``, ``bool`` and ``complex`` are
    accepted."""
    if isinstance(d, dtype):
        return d
    if isinstance(d, type) and d in _OF_PYTHON:
        return _OF_PYTHON[d]
    raise TypeError(f"dtype must be pyrite.dtype, not {type(d).__name__}")


def is_integral(d: dtype) -> bool:
    """Whether values are whole numbers: bool or an integer type."""
    return kind(d) < 2


def inexact(d: dtype) -> dtype:
    """`d`, or the default float where `d` holds whole numbers only."""
    return d if kind(d) >= 2 else _core.default_dtype()


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that holds both (see ``torch.promote_types``)."""
    return _core.promote_types(type1, type2)


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether an in-place result of `from_` may be stored as `to`: no step down in kind."""
    _require("can_cast", from_)
    _require("can_cast", to)
    return kind(from_) <= kind(to) and not (to is bool_ and from_ is not bool_)


def _checked(name: str, other: str, wanted: str, type: dtype, fits: bool) -> dtype:
    if type is bool_:
        raise TypeError(f"pyrite.bool is not supported by pyrite.{name}")
    if not fits:
        raise TypeError(
            f"pyrite.{name}() requires {wanted} input type. Use pyrite.{other} to handle 'pyrite.{type.name}'"
        )
    return type


def _require(name: str, type: object) -> None:
    if not isinstance(type, dtype):
        raise TypeError(f"{name}(): argument 'type' (position 1) must be pyrite.dtype, not {type.__class__.__name__}")


class finfo:
    """The limits of a float type, by default the default one (see ``torch.finfo``); of a complex type those of its
    parts."""

    #: Bits of the fraction, the largest exponent of a number, significant decimal digits.
    _FORMATS = {float16: (10, 15, 3), bfloat16: (7, 127, 2), float32: (23, 127, 6), float64: (52, 1023, 15)}

    def __init__(self, type: dtype | None = None) -> None:
        type = get_default_dtype() if type is None else type
        _require("finfo", type)
        type = {complex64: float32, complex128: float64}.get(type, type)
        _checked("finfo", "iinfo", "a floating point", type, kind(type) == 2)
        fraction, exponent, digits = self._FORMATS[type]
        self.dtype = type.name
        self.bits = 8 * type.itemsize
        self.eps = 2.0**-fraction
        self.max = (2.0 - self.eps) * 2.0**exponent
        self.min = -self.max
        self.tiny = self.smallest_normal = 2.0 ** (1 - exponent)
        self.resolution = 10.0**-digits

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{n}={getattr(self, n):g}' for n in names)}, dtype={self.dtype})"


class iinfo:
    """The limits of an integer type (see ``torch.iinfo``)."""

    def __init__(self, type: dtype) -> None:
        _require("iinfo", type)
        _checked("iinfo", "finfo", "an integer", type, kind(type) == 1)
        self.dtype = type.name
        self.bits = 8 * type.itemsize
        self.min = 0 if type is uint8 else -(2 ** (self.bits - 1))
        self.max = 2 ** (self.bits if type is uint8 else self.bits - 1) - 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
