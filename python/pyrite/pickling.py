"""How Python's pickle module sees a tensor: tensors that share memory share it again where they are read."""

from typing import Any
from weakref import WeakValueDictionary

from pyrite import _core
from pyrite.tensor import PRIVATE, Handle, Tensor, wrap_as


class PickledStorage:
    """A storage on its way into a pickle, as a handle of one dimension. While one lives, all tensors over it are given
    the same one, so that the pickle module writes it once."""

    __slots__ = ("__weakref__", "content")

    def __init__(self, content: Handle) -> None:
        self.content = content

    def __reduce_ex__(self, protocol: int) -> tuple:
        return storage_of_bytes, (self.content.tobytes(), self.content.dtype)


_alive: WeakValueDictionary[int, PickledStorage] = WeakValueDictionary()


def storage_of_bytes(content: bytes, dtype: Any) -> PickledStorage:
    """The storage that `content` was taken from."""
    return PickledStorage(_core.from_bytes(content, [len(content) // dtype.itemsize], dtype))


def rebuild(kind: type, storage: PickledStorage, dtype: Any, layout: tuple, requires_grad: bool, state: dict) -> Tensor:
    """The tensor of a class, layout (size, stride, offset) and attributes over a storage."""
    content = storage.content if storage.content.dtype == dtype else storage.content.view_dtype(dtype)
    tensor = wrap_as(kind, content.as_strided(*layout))
    tensor.__dict__.update(state)
    return tensor.requires_grad_() if requires_grad else tensor


def reduce_tensor(tensor: Tensor) -> tuple:
    """`Tensor.__reduce_ex__`: everything but the gradient and the graph."""
    handle = tensor.handle
    storage = _alive.get(handle.storage_id)
    if storage is None:
        storage = PickledStorage(handle.as_strided([handle.storage_numel], [1], 0))
        _alive[handle.storage_id] = storage
    layout = handle.shape, handle.strides, handle.offset
    return rebuild, (type(tensor), storage, handle.dtype, layout, tensor.requires_grad, attributes(tensor))


def attributes(tensor: Tensor) -> dict[str, Any]:
    """What the user set on a tensor: its dictionary without what pyrite remembers there."""
    return {name: value for name, value in tensor.__dict__.items() if name not in PRIVATE}
