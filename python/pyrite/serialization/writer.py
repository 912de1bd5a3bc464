"""`save`: writes a checkpoint in the zip format of PyTorch 1.6 and later, with torch's names in it."""

import io
import os
import pickle
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from pyrite.nn.parameter import Parameter
from pyrite.pickling import attributes
from pyrite.serialization import rebuild
from pyrite.serialization.archive import ALIGNMENT, ArchiveWriter
from pyrite.serialization.names import NAMES, STORAGE_TYPES
from pyrite.serialization.storage import Storage
from pyrite.tensor import Tensor

DEFAULT_PROTOCOL = 2


def save(
    obj: Any,
    f: str | os.PathLike | BinaryIO,
    pickle_module: Any = None,
    pickle_protocol: int = DEFAULT_PROTOCOL,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Writes a value (tensors, and containers of them and of plain values) to a path or a file open for writing.

    A tensor is written with its whole storage, once for all tensors that share it. `pickle_module` must be None or
    Python's own. https://docs.pytorch.org/docs/stable/generated/torch.save.html
    """
    if not isinstance(f, (str, os.PathLike)) and not hasattr(f, "write"):
        raise AttributeError(
            f"expected 'f' to be string, path, or a file-like object with a 'write' attribute, not {type(f).__name__}"
        )
    if not _use_new_zipfile_serialization:
        raise NotImplementedError("writing the format of before PyTorch 1.6; `load` reads it")
    if pickle_module not in (None, pickle):
        raise NotImplementedError("another pickle module than Python's")
    content = io.BytesIO()
    pickler = CheckpointPickler(content, pickle_protocol)
    pickler.dump(obj)
    with _opened(f) as (file, folder), ArchiveWriter(file, folder or "archive") as archive:
        archive.write("data.pkl", content.getbuffer())
        archive.write(".format_version", b"1")
        archive.write(".storage_alignment", str(ALIGNMENT).encode())
        archive.write("byteorder", b"little")
        checksum = zlib.crc32(content.getbuffer())
        for key, storage in enumerate(pickler.storages.values()):
            memory = storage.memory()
            archive.write(f"data/{key}", memory)
            checksum = zlib.crc32(memory, checksum)
        archive.write("version", b"3\n")
        archive.write(".data/serialization_id", f"{checksum:040d}".encode())


@contextmanager
def _opened(f: str | os.PathLike | BinaryIO) -> Iterator[tuple[BinaryIO, str]]:
    """The file to write to, and the name of the folder in the archive: the file's, where it has one."""
    if not isinstance(f, (str, os.PathLike)):
        yield f, "archive"
        return
    with open(f, "wb") as file:
        yield file, os.path.splitext(os.path.basename(os.fspath(f)))[0]


class CheckpointPickler(pickle._Pickler):
    """Python's pickler, which spells pyrite's types with torch's names and leaves tensors' bytes in `storages`."""

    def __init__(self, file: BinaryIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.storages: dict[int, Storage] = {}
        self.keys: dict[int, int] = {}

    def persistent_id(self, obj: Any) -> tuple | None:
        if type(obj) is not Storage:
            return None
        _, kind = STORAGE_TYPES[obj.dtype]
        return "storage", kind, str(self.keys[id(obj)]), obj.location, len(obj)

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Tensor):
            return self._reduce_tensor(obj)
        return NAMES.get(id(obj), NotImplemented)

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Writes a name: torch's for what the table of names holds, the object's own for all else."""
        full_name = NAMES.get(id(obj))
        if full_name is None:
            super().save_global(obj, name)
            return
        module, _, name = full_name.rpartition(".")
        if self.proto >= 4:
            self.save(module)
            self.save(name)
            self.write(pickle.STACK_GLOBAL)
        else:
            module = "__builtin__" if module == "builtins" and self.proto < 3 else module
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
        self.memoize(obj)

    def _reduce_tensor(self, tensor: Tensor) -> tuple:
        state = attributes(tensor)
        if isinstance(tensor, Parameter):
            own = (tensor.data, tensor.requires_grad, OrderedDict())
            if state:
                return rebuild.rebuild_parameter_with_state, (*own, state)
            return rebuild.rebuild_parameter, own
        if tensor.device.type == "meta":
            layout = tensor.dtype, tuple(tensor.size()), tensor.stride(), tensor.requires_grad
            return rebuild.rebuild_meta_tensor, layout
        args = (
            self._storage(tensor),
            tensor.storage_offset(),
            tuple(tensor.size()),
            tensor.stride(),
            tensor.requires_grad,
            OrderedDict(),
        )
        if state or type(tensor) is not Tensor:
            return rebuild.rebuild_from_type, (rebuild.rebuild_tensor_v2, type(tensor), args, state)
        return rebuild.rebuild_tensor_v2, args

    def _storage(self, tensor: Tensor) -> Storage:
        """The one `Storage` for a tensor's memory."""
        identity = tensor.handle.storage_id
        storage = self.storages.get(identity)
        if storage is None:
            storage = self.storages[identity] = Storage.of(tensor)
            self.keys[id(storage)] = len(self.keys)
        if storage.dtype != tensor.dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types: "
                f"{storage.dtype} and {tensor.dtype}; clone one of them"
            )
        return storage
