"""Storages: the memory behind a tensor as an object of its own, shared by all of its views (see
``torch.UntypedStorage``)."""

from __future__ import annotations

from typing import Any

from pyrite.device import CPU, device
from pyrite.dtype import dtype, uint8
from pyrite.tensor import Handle, Tensor, wrap


class UntypedStorage:
    """The bytes behind a tensor."""

    __slots__ = ("_elements",)

    def __init__(self, elements: Handle) -> None:
        self._elements = elements

    @property
    def device(self) -> device:
        """Where the elements are."""
        return CPU

    @property
    def _cdata(self) -> int:
        return self._elements.storage_id

    def data_ptr(self) -> int:
        """The address of the first byte; computes what is pending."""
        return self._elements.data_ptr()

    def nbytes(self) -> int:
        """The size in bytes."""
        return self._elements.numel() * self._elements.dtype.itemsize

    def size(self) -> int:
        """The size in bytes."""
        return self.nbytes()

    def element_size(self) -> int:
        """The size of an element in bytes."""
        return 1

    def tolist(self) -> list[int]:
        """The bytes as numbers."""
        return list(self._elements.tobytes())

    def __len__(self) -> int:
        return self.nbytes()

    def __getitem__(self, place: Any) -> Any:
        return wrap(self._elements.view_dtype(uint8))[place].tolist()

    def __setitem__(self, place: Any, value: int) -> None:
        wrap(self._elements.view_dtype(uint8))[place] = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UntypedStorage) and other._cdata == self._cdata

    def __hash__(self) -> int:
        return hash(self._cdata)

    def __repr__(self) -> str:
        lines = "".join(f" {byte}\n" for byte in self.tolist())
        return f"{lines}[{type(self).__module__.split('.')[0]}.storage.UntypedStorage(device=cpu) of size {len(self)}]"


class TypedStorage:
    """The elements behind a tensor, in memory order (see ``torch.TypedStorage``)."""

    __slots__ = ("_elements",)

    def __init__(self, elements: Handle) -> None:
        self._elements = elements

    @property
    def dtype(self) -> dtype:
        """The type of the elements."""
        return self._elements.dtype

    @property
    def device(self) -> device:
        """Where the elements are."""
        return CPU

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage(self._elements)

    def data_ptr(self) -> int:
        """The address of the first element; computes what is pending."""
        return self._elements.data_ptr()

    def nbytes(self) -> int:
        """The size in bytes."""
        return len(self) * self.element_size()

    def element_size(self) -> int:
        """The size of an element in bytes."""
        return self.dtype.itemsize

    def size(self) -> int:
        """The number of elements."""
        return len(self)

    def tolist(self) -> list:
        """The elements as Python numbers."""
        return wrap(self._elements).tolist()

    def __len__(self) -> int:
        return self._elements.numel()

    def __getitem__(self, place: Any) -> Any:
        return wrap(self._elements)[place].tolist()

    def __setitem__(self, place: Any, value: Any) -> None:
        wrap(self._elements)[place] = value

    def __iter__(self) -> Any:
        return iter(self.tolist())


def elements_of(t: Tensor) -> Handle:
    """All elements of a tensor's storage, whatever part of it the tensor shows."""
    return t.handle.as_strided([t.handle.storage_numel], [1], 0)


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The memory behind the tensor (see ``torch.Tensor.untyped_storage``)."""
    return UntypedStorage(elements_of(self))


def storage(self: Tensor) -> TypedStorage:
    """The elements behind the tensor (see ``torch.Tensor.storage``)."""
    return TypedStorage(elements_of(self))
