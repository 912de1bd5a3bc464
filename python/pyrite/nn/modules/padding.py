"""Padding layers: by a constant, by zeros, or by elements of the input.

`padding` is one number for every side, or (before, after) of the last dimension, of the one before it, and so on.
"""

from pyrite.nn import functional as F
from pyrite.nn.module import Module
from pyrite.nn.modules.batchnorm import check_dims
from pyrite.nn.sizes import tuple_of
from pyrite.tensor import Tensor


class _Pad(Module):
    """Pads the last `spatial` dimensions."""

    spatial: int
    mode: str

    def __init__(self, padding) -> None:
        super().__init__()
        self.padding = tuple_of(2 * self.spatial)(padding)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ReflectionPad(_Pad):
    mode = "reflect"


class _ReplicationPad(_Pad):
    mode = "replicate"


class _CircularPad(_Pad):
    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        check_dims(input, (self.spatial + 1, self.spatial + 2))
        return super().forward(input)


class ConstantPad1d(_ConstantPad):
    """Adds `value` around (N, C, L) or (C, L)."""

    spatial = 1


class ConstantPad2d(_ConstantPad):
    """Adds `value` around (N, C, H, W) or (C, H, W)."""

    spatial = 2


class ConstantPad3d(_ConstantPad):
    """Adds `value` around (N, C, D, H, W) or (C, D, H, W)."""

    spatial = 3


class ReflectionPad1d(_ReflectionPad):
    """Mirrors (N, C, L) or (C, L) about its border elements."""

    spatial = 1


class ReflectionPad2d(_ReflectionPad):
    """Mirrors (N, C, H, W) or (C, H, W) about its border elements."""

    spatial = 2


class ReflectionPad3d(_ReflectionPad):
    """Mirrors (N, C, D, H, W) or (C, D, H, W) about its border elements."""

    spatial = 3


class ReplicationPad1d(_ReplicationPad):
    """Repeats the border elements of (N, C, L) or (C, L)."""

    spatial = 1


class ReplicationPad2d(_ReplicationPad):
    """Repeats the border elements of (N, C, H, W) or (C, H, W)."""

    spatial = 2


class ReplicationPad3d(_ReplicationPad):
    """Repeats the border elements of (N, C, D, H, W) or (C, D, H, W)."""

    spatial = 3


class CircularPad1d(_CircularPad):
    """Continues (N, C, L) or (C, L) from its other side."""

    spatial = 1


class CircularPad2d(_CircularPad):
    """Continues (N, C, H, W) or (C, H, W) from its other side."""

    spatial = 2


class CircularPad3d(_CircularPad):
    """Continues (N, C, D, H, W) or (C, D, H, W) from its other side."""

    spatial = 3


class ZeroPad1d(ConstantPad1d):
    """Adds zeros around (N, C, L) or (C, L)."""

    def __init__(self, padding) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    """Adds zeros around (N, C, H, W) or (C, H, W)."""

    def __init__(self, padding) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad3d(ConstantPad3d):
    """Adds zeros around (N, C, D, H, W) or (C, D, H, W)."""

    def __init__(self, padding) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"
