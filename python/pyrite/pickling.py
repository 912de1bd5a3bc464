"""How Python's pickle module sees a tensor: tensors that share memory share it again where they are read."""

from typing import Any
from weakref import WeakValueDictionary

from pyrite.methods import PRIVATE
from pyrite.serialization.storage import Storage
from pyrite.tensor import Tensor, wrap_as


class PickledStorage:
    """A storage on its way into a pickle. While one lives, all tensors over the storage get the same one, so that the
    pickle module writes it once."""

    __slots__ = ("__weakref__", "storage")

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def __reduce_ex__(self, protocol: int) -> tuple:
        return storage_of_bytes, (self.storage.memory().tobytes(), self.storage.dtype, self.storage.location)


_alive: WeakValueDictionary[int, PickledStorage] = WeakValueDictionary()


def storage_of_bytes(content: bytes, dtype: Any, location: str) -> PickledStorage:
    """The storage that `content` was taken from."""
    storage = Storage.allocate(dtype, len(content) // dtype.itemsize, location)
    storage.memory()[:] = content
    return PickledStorage(storage if location == "cpu" else storage.to(location))


def rebuild(kind: type, storage: PickledStorage, dtype: Any, layout: tuple, requires_grad: bool, state: dict) -> Tensor:
    """The tensor of a class, layout (offset, size, stride) and attributes over a storage."""
    tensor = storage.storage.tensor(*layout, dtype)
    if kind is not Tensor:
        tensor = wrap_as(kind, tensor.handle)
    tensor.__dict__.update(state)
    return tensor.requires_grad_() if requires_grad else tensor


def reduce_tensor(tensor: Tensor) -> tuple:
    """`Tensor.__reduce_ex__`: everything but the gradient and the graph."""
    return rebuild, _parts(tensor)


def attributes(tensor: Tensor) -> dict[str, Any]:
    """What the user set on a tensor: its dictionary without what pyrite remembers there."""
    return {name: value for name, value in tensor.__dict__.items() if name not in PRIVATE}


def _parts(tensor: Tensor) -> tuple:
    layout = tensor.storage_offset(), tuple(tensor.shape), tensor.stride()
    storage = _pickled_storage(tensor)
    return type(tensor), storage, tensor.dtype, layout, tensor.requires_grad, attributes(tensor)


def _pickled_storage(tensor: Tensor) -> PickledStorage:
    identity = tensor.handle.storage_id
    storage = _alive.get(identity)
    if storage is None:
        storage = _alive[identity] = PickledStorage(Storage.of(tensor))
    return storage
