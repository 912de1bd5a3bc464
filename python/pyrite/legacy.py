"""Tensor types named after dtypes, as ``torch.LongTensor``: they make tensors and test for them."""

from __future__ import annotations

from typing import Any

from pyrite import ops
from pyrite.dtype import bfloat16, bool_, dtype, float16, float32, float64, int8, int16, int32, int64, uint8
from pyrite.tensor import Tensor


class TensorType(type):
    """Whose instances are the tensors of one dtype."""

    dtype: dtype

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, Tensor) and x.dtype is cls.dtype

    def __call__(cls, *args: Any) -> Tensor:
        if len(args) == 1 and not isinstance(args[0], int):
            return ops.tensor(args[0], dtype=cls.dtype, device="cpu")
        return ops.empty(*(args or [0]), dtype=cls.dtype, device="cpu")


_DTYPES = {
    "Bool": bool_,
    "Byte": uint8,
    "Char": int8,
    "Short": int16,
    "Int": int32,
    "Long": int64,
    "Half": float16,
    "BFloat16": bfloat16,
    "Float": float32,
    "Double": float64,
}
TYPES = {f"{name}Tensor": TensorType(f"{name}Tensor", (), {"dtype": d}) for name, d in _DTYPES.items()}
