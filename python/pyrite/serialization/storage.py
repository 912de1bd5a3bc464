"""`Storage`: the memory that tensors of a checkpoint share, as the pickle in a file refers to it."""

from pyrite import ops
from pyrite.device import device as Device
from pyrite.dtype import dtype as DType
from pyrite.dtype import uint8
from pyrite.tensor import Tensor, wrap


class StorageType:
    """What stands in a file for a class like torch.FloatStorage: the dtype of a storage; bytes, where it names none."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: DType = uint8) -> None:
        self.dtype = dtype


class Storage:
    """All the memory behind one or more tensors: `content` has one dimension; `location` is the device's name."""

    __slots__ = ("content", "location")

    def __init__(self, content: Tensor, location: str) -> None:
        self.content = content
        self.location = location

    @classmethod
    def of(cls, tensor: Tensor) -> "Storage":
        """The storage of a tensor, as elements of its dtype."""
        handle = tensor.handle
        return cls(wrap(handle.as_strided([handle.storage_numel], [1], 0)), str(tensor.device))

    @classmethod
    def allocate(cls, dtype: DType, count: int, location: str) -> "Storage":
        """Room for `count` elements in main memory, to be filled through `memory`."""
        return cls(ops.empty(count, dtype=dtype, device="cpu"), location)

    @property
    def dtype(self) -> DType:
        """The type of its elements."""
        return self.content.dtype

    @property
    def nbytes(self) -> int:
        """Its size in bytes."""
        return len(self) * self.dtype.itemsize

    def __len__(self) -> int:
        return self.content.numel()

    def memory(self) -> memoryview:
        """The bytes: writable where the storage is in main memory, a copy where it is not."""
        content = wrap(self.content.handle.view_dtype(uint8))
        return memoryview((content if content.device.type == "cpu" else content.cpu()).numpy())

    def to(self, device: Device) -> "Storage":
        """The same elements on a device."""
        return Storage(self.content.to(device), str(device))

    def tensor(self, offset: int, size: tuple[int, ...], stride: tuple[int, ...], dtype: DType | None = None) -> Tensor:
        """The tensor of this layout (in elements) over the storage; ValueError if it reaches beyond its end."""
        handle = self.content.handle if dtype in (None, self.dtype) else self.content.handle.view_dtype(dtype)
        if len(size) != len(stride) or min((offset, *size, *stride)) < 0:
            raise ValueError(f"a tensor cannot have offset {offset}, size {size} and stride {stride}")
        last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
        if 0 not in size and last >= handle.numel():
            raise ValueError(
                f"a tensor of size {size}, stride {stride} and offset {offset} needs {last + 1} elements, "
                f"its storage has {handle.numel()}"
            )
        return wrap(handle.as_strided(size, stride, offset))
