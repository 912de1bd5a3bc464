"""The globals of a checkpoint: what each of torch's names means here, and which of them a file may call.

One table serves reading and writing, so that PyTorch and pyrite read each other's files.
"""

import _codecs
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable

from pyrite.device import device as Device
from pyrite.dtype import PUBLIC as DTYPES
from pyrite.nn.parameter import Parameter
from pyrite.serialization import rebuild
from pyrite.serialization.storage import StorageType
from pyrite.size import Size
from pyrite.tensor import Tensor

_STORAGES = {
    "Double": "float64",
    "Float": "float32",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Long": "int64",
    "Int": "int32",
    "Short": "int16",
    "Char": "int8",
    "Byte": "uint8",
    "Bool": "bool",
    "ComplexDouble": "complex128",
    "ComplexFloat": "complex64",
}

STORAGE_TYPES = {
    DTYPES[dtype]: (f"torch.{name}Storage", StorageType(DTYPES[dtype])) for name, dtype in _STORAGES.items()
}

# Name in the file, the object that stands for it, and what a call of it calls.
_CALLABLES: list[tuple[str, object, Callable | None]] = [
    ("torch._utils._rebuild_tensor", rebuild.rebuild_tensor, rebuild.rebuild_tensor),
    ("torch._utils._rebuild_tensor_v2", rebuild.rebuild_tensor_v2, rebuild.rebuild_tensor_v2),
    ("torch._utils._rebuild_tensor_v3", rebuild.rebuild_tensor_v3, rebuild.rebuild_tensor_v3),
    ("torch._utils._rebuild_meta_tensor_no_storage", rebuild.rebuild_meta_tensor, rebuild.rebuild_meta_tensor),
    ("torch._utils._rebuild_parameter", rebuild.rebuild_parameter, rebuild.rebuild_parameter),
    (
        "torch._utils._rebuild_parameter_with_state",
        rebuild.rebuild_parameter_with_state,
        rebuild.rebuild_parameter_with_state,
    ),
    (
        "torch._utils._rebuild_device_tensor_from_cpu_tensor",
        rebuild.rebuild_device_tensor,
        rebuild.rebuild_device_tensor,
    ),
    ("torch._tensor._rebuild_from_type_v2", rebuild.rebuild_from_type, rebuild.rebuild_from_type),
    ("torch.nn.parameter.Parameter", Parameter, Parameter),
    ("torch.Tensor", Tensor, None),
    ("torch.Size", Size, rebuild.make_size),
    ("torch.device", Device, rebuild.make_device),
    ("collections.OrderedDict", OrderedDict, rebuild.make_ordered_dict),
    ("collections.Counter", Counter, rebuild.make_counter),
    ("collections.defaultdict", defaultdict, rebuild.make_defaultdict),
    ("_codecs.encode", _codecs.encode, rebuild.encode),
    ("builtins.bytearray", bytearray, rebuild.make_bytearray),
    ("builtins.set", set, rebuild.make_set),
    ("builtins.frozenset", frozenset, rebuild.make_frozenset),
    ("builtins.complex", complex, rebuild.make_complex),
    *((f"builtins.{kind.__name__}", kind, None) for kind in (dict, list, tuple, int, float, str, bool)),
]

# Names of Python 2, which wrote the oldest files.
RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg"}

GLOBALS: dict[str, object] = {
    **{name: value for name, value, _ in _CALLABLES},
    **{f"torch.{name}": DTYPES[name] for name in _STORAGES.values()},
    **dict(STORAGE_TYPES.values()),
    "torch.UntypedStorage": StorageType(),
    "torch.storage.UntypedStorage": StorageType(),
}

CALLS: dict[int, Callable] = {id(value): call for _, value, call in _CALLABLES if call is not None}

NAMES: dict[int, str] = {id(value): name for name, value in GLOBALS.items()}
