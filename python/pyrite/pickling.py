"""How Python's pickle and copy modules see a tensor: tensors that share memory still share it in the copy."""

from typing import Any
from weakref import WeakValueDictionary

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

    def __deepcopy__(self, memo: dict) -> "PickledStorage":
        return PickledStorage(Storage(self.storage.content.clone(), self.storage.location))


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


def deepcopy_tensor(tensor: Tensor, memo: dict) -> Tensor:
    """`Tensor.__deepcopy__`: the copy has its own storage, gradient and attributes. RuntimeError if it is no leaf."""
    from copy import deepcopy

    if id(tensor) in memo:
        return memo[id(tensor)]
    if not tensor.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. "
            "Call detach() on the tensor first, or copy it with clone()."
        )
    kind, storage, dtype, layout, requires_grad, state = _parts(tensor)
    copy = rebuild(kind, deepcopy(storage, memo), dtype, layout, requires_grad, deepcopy(state, memo))
    memo[id(tensor)] = copy
    if tensor.grad is not None:
        copy.grad = deepcopy_tensor(tensor.grad, memo)
    return copy


def attributes(tensor: Tensor) -> dict[str, Any]:
    """What the user set on a tensor: its dictionary without the views that pyrite remembers there."""
    return {name: value for name, value in tensor.__dict__.items() if name not in ("_views", "_views_limit")}


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
