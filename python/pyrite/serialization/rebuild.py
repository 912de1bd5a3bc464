"""The functions that a checkpoint may call: each checks its arguments, which a file chose, and only builds values.

Their signatures are those of the torch functions whose names stand in files.
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

from pyrite import ops
from pyrite.device import device as Device
from pyrite.dtype import dtype as DType
from pyrite.nn.parameter import Parameter
from pyrite.serialization.storage import Storage
from pyrite.size import Size
from pyrite.tensor import Tensor, wrap_as


def rebuild_tensor(storage: Storage, offset: int, size: tuple, stride: tuple) -> Tensor:
    """torch._utils._rebuild_tensor"""
    return _checked(storage, Storage).tensor(_checked(offset, int), _integers(size), _integers(stride))


def rebuild_tensor_v2(
    storage: Storage,
    offset: int,
    size: tuple,
    stride: tuple,
    requires_grad: bool,
    backward_hooks: OrderedDict,
    metadata: dict | None = None,
) -> Tensor:
    """torch._utils._rebuild_tensor_v2; `metadata` marks a storage whose values are conjugated or negated when read."""
    return _marked(rebuild_tensor(storage, offset, size, stride), requires_grad, metadata)


def rebuild_tensor_v3(
    storage: Storage,
    offset: int,
    size: tuple,
    stride: tuple,
    requires_grad: bool,
    backward_hooks: OrderedDict,
    dtype: DType,
    metadata: dict | None = None,
) -> Tensor:
    """torch._utils._rebuild_tensor_v3: the dtype stands beside a storage of bytes."""
    tensor = _checked(storage, Storage).tensor(
        _checked(offset, int), _integers(size), _integers(stride), _checked(dtype, DType)
    )
    return _marked(tensor, requires_grad, metadata)


def rebuild_meta_tensor(dtype: DType, size: tuple, stride: tuple, requires_grad: bool) -> Tensor:
    """torch._utils._rebuild_meta_tensor_no_storage"""
    tensor = ops.empty_strided(_integers(size), _integers(stride), dtype=_checked(dtype, DType), device="meta")
    return tensor.requires_grad_(_checked(requires_grad, bool))


def rebuild_parameter(data: Tensor, requires_grad: bool, backward_hooks: OrderedDict) -> Parameter:
    """torch._utils._rebuild_parameter"""
    return Parameter(_checked(data, Tensor), _checked(requires_grad, bool))


def rebuild_parameter_with_state(
    data: Tensor, requires_grad: bool, backward_hooks: OrderedDict, state: Any
) -> Parameter:
    """torch._utils._rebuild_parameter_with_state: a parameter that had attributes of its own."""
    parameter = rebuild_parameter(data, requires_grad, backward_hooks)
    _set_attributes(parameter, state)
    return parameter


def rebuild_from_type(function: Callable, kind: type, args: tuple, state: Any) -> Tensor:
    """torch._tensor._rebuild_from_type_v2: a tensor that had attributes of its own, or of a subclass."""
    if not any(function is known for known in TENSOR_FUNCTIONS):
        raise ValueError("a tensor of a type is built by a function for tensors")
    if not (isinstance(kind, type) and issubclass(kind, Tensor)):
        raise TypeError("the type of a tensor is a subclass of Tensor")
    tensor = function(*args)
    if kind not in (Tensor, Parameter):
        tensor = wrap_as(kind, tensor.handle).requires_grad_(tensor.requires_grad)
    _set_attributes(tensor, state)
    return tensor


def rebuild_device_tensor(data: Tensor, dtype: DType, device: str, requires_grad: bool) -> Tensor:
    """torch._utils._rebuild_device_tensor_from_cpu_tensor"""
    tensor = _checked(data, Tensor).to(dtype=_checked(dtype, DType), device=_checked(device, str))
    return tensor.requires_grad_(_checked(requires_grad, bool))


TENSOR_FUNCTIONS = (
    rebuild_tensor,
    rebuild_tensor_v2,
    rebuild_tensor_v3,
    rebuild_meta_tensor,
    rebuild_parameter,
    rebuild_parameter_with_state,
    rebuild_device_tensor,
)


def encode(text: str, encoding: str) -> bytes:
    """Bytes, which protocol 2 spells as text."""
    if type(encoding) is not str or encoding != "latin1":
        raise ValueError("bytes are written as text in latin1")
    return _checked(text, str).encode("latin1")


def make_bytearray(content: bytes | str = b"", encoding: str = "latin-1") -> bytearray:
    """A bytearray of given bytes; of a length alone it would allocate what the file does not hold."""
    return bytearray(content if isinstance(content, bytes) else encode(content, encoding.replace("-", "")))


def make_set(items: list | tuple = ()) -> set:
    """A set of the items of a list."""
    return {checked_key(item) for item in _checked(items, (list, tuple))}


def make_frozenset(items: list | tuple = ()) -> frozenset:
    """A frozenset of the items of a list."""
    return frozenset(make_set(items))


def make_ordered_dict(pairs: list | tuple = ()) -> OrderedDict:
    """An OrderedDict, empty or of (key, value) pairs."""
    return OrderedDict((checked_key(key), value) for key, value in pairs)


def make_counter(counts: dict | None = None) -> Counter:
    """A Counter of given counts."""
    return Counter(_checked(counts or {}, dict))


def make_defaultdict(kind: type | None = None) -> defaultdict:
    """A defaultdict whose default is of a plain type."""
    plain = (None, dict, list, set, tuple, int, float, str, bool, OrderedDict)
    if not any(kind is allowed for allowed in plain):
        raise ValueError("the default of a defaultdict must be of a plain type")
    return defaultdict(kind)


def make_complex(real: float, imag: float = 0.0) -> complex:
    """A complex number of its parts."""
    return complex(_checked(real, (int, float)), _checked(imag, (int, float)))


def make_size(dims: tuple = ()) -> Size:
    """torch.Size"""
    return Size(_integers(dims))


def make_device(kind: str, index: int | None = None) -> Device:
    """torch.device"""
    _checked(kind, str)
    return Device(kind) if index is None else Device(kind, _checked(index, int))


def checked_key(key: Any, limit: int = 1000) -> Any:
    """The key, unless hashing it would take long: a tuple can hold itself many times over without being large."""
    left, open_tuples = limit, [key]
    while open_tuples:
        item = open_tuples.pop()
        if type(item) is tuple:
            left -= len(item) + 1
            if left < 0:
                raise ValueError(f"a key of more than {limit} parts")
            open_tuples.extend(item)
    return key


def _checked(value: Any, kind: type | tuple[type, ...]) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} where {getattr(kind, '__name__', kind)} is expected")
    return value


def _integers(values: Any) -> tuple[int, ...]:
    return tuple(_checked(value, int) for value in _checked(values, (tuple, list)))


def _marked(tensor: Tensor, requires_grad: bool, metadata: dict | None) -> Tensor:
    metadata = _checked(metadata or {}, dict)
    tensor = tensor.conj() if metadata.get("conj") else tensor
    tensor = -tensor if metadata.get("neg") else tensor
    return tensor.requires_grad_() if _checked(requires_grad, bool) else tensor


def _set_attributes(tensor: Tensor, state: Any) -> None:
    """Sets the attributes a tensor was saved with; a pair's second part are slots, which only subclasses have."""
    attributes = state[0] if isinstance(state, tuple) and len(state) == 2 else state
    tensor.__dict__.update(_checked(attributes or {}, dict))
