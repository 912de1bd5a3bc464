"""pyrite: PyTorch's API in one small wheel. Rust computes, Python differentiates.

``import pyrite as torch`` runs a PyTorch script. Submodules (``nn``, ``optim``, ``utils``, ...) load when first used.
"""

from __future__ import annotations

import importlib
import math as _math
from typing import TYPE_CHECKING, Any

from pyrite import _core, methods, ops
from pyrite._core import cpu_capability, get_num_threads, set_num_threads
from pyrite.autograd.mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from pyrite.device import device, get_default_device, set_default_device
from pyrite.dtype import PUBLIC as _DTYPES
from pyrite.dtype import can_cast, dtype, finfo, get_default_dtype, iinfo, promote_types, set_default_dtype
from pyrite.generator import Generator, default_generator
from pyrite.legacy import TYPES as _LEGACY
from pyrite.memory_format import channels_last, channels_last_3d, contiguous_format, memory_format, preserve_format
from pyrite.methods import STRIDED as strided
from pyrite.methods import layout
from pyrite.ops.arguments import require_tensor as _require_tensor
from pyrite.ops.arguments import with_out as _with_out
from pyrite.printing import set_printoptions
from pyrite.random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from pyrite.size import Size
from pyrite.storage import TypedStorage, UntypedStorage
from pyrite.tensor import Tensor

if TYPE_CHECKING:
    # Bound below, with `out=`.
    from pyrite.ops import *
    from pyrite.ops.data import tensor

__version__ = "0.1.0"

methods.bind()
globals().update(_DTYPES)
globals().update(_LEGACY)
_NO_OUT = frozenset(
    (
        "empty zeros ones full arange range linspace logspace eye rand randn randint randperm normal bernoulli "
        "multinomial tensor"
    ).split()
)
for _name in dir(ops):
    _function = getattr(ops, _name)
    if not _name.startswith("_") and callable(_function) and _name != "with_out":
        globals()[_name] = _function if _name in _NO_OUT else _with_out(_function)

pi, e, inf, nan, newaxis = _math.pi, _math.e, _math.inf, _math.nan, None

_LAZY = frozenset(
    (
        "autograd nn optim utils functional linalg fft special cuda accelerator backends random serialization vision "
        "testing distributions futures hub jit multiprocessing overrides types version __future__ cpu mps xpu signal "
        "return_types"
    ).split()
)
_FROM_SERIALIZATION = frozenset(("save", "load"))


def __getattr__(name: str) -> Any:
    if name in _FROM_SERIALIZATION:
        return getattr(importlib.import_module("pyrite.serialization"), name)
    if name in _LAZY:
        try:
            return importlib.import_module(f"pyrite.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"pyrite.{name}":
                raise
    if not name.startswith("_"):
        functions = importlib.import_module("pyrite.nn.functional.toplevel")
        if name in functions.__all__:
            return getattr(functions, name)
    raise AttributeError(f"module 'pyrite' has no attribute '{name}'")


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a float type."""
    _require_tensor("is_floating_point", input)
    return input.is_floating_point()


def is_complex(input: Tensor) -> bool:
    """Whether the dtype is a complex type."""
    _require_tensor("is_complex", input)
    return input.is_complex()


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not zero."""
    return bool(input)


def numel(input: Tensor) -> int:
    """The number of elements."""
    _require_tensor("numel", input)
    return input.numel()


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype in which an operation of two operands computes (see ``torch.result_type``)."""
    return _core.result_type(*(x.handle if isinstance(x, Tensor) else x for x in (tensor1, tensor2)))
