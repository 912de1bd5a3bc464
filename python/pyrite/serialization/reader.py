"""`load`: reads a checkpoint in PyTorch's zip format or in the one of before version 1.6."""

import io
import os
import struct
from contextlib import nullcontext
from pickle import UnpicklingError
from typing import Any, BinaryIO

from pyrite.serialization.archive import ArchiveReader, fill
from pyrite.serialization.location import MapLocation, Restore, restorer
from pyrite.serialization.storage import Storage, StorageType
from pyrite.serialization.unpickler import Source, Unpickler

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001


def load(
    f: str | os.PathLike | BinaryIO,
    map_location: MapLocation = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    encoding: str = "utf-8",
) -> Any:
    """The object that `save` of pyrite or PyTorch wrote to a path or to a file open for reading at its begin.

    Tensors that shared memory share it again. A file cannot run code, with `weights_only=False` neither: what is no
    tensor, plain value or class given to `add_safe_globals` raises pickle.UnpicklingError; a file cut short or damaged
    raises that, RuntimeError or EOFError. `map_location` chooses devices; `encoding` is that of text that Python 2
    wrote; `mmap` may be given, the file is read all the same.
    https://docs.pytorch.org/docs/stable/generated/torch.load.html
    """
    if pickle_module is not None and weights_only:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if mmap and not isinstance(f, (str, os.PathLike)):
        raise ValueError("f must be a file path in order to use the mmap argument")
    restore = restorer(map_location)
    with _opened(f) as file:
        signature = file.read(4)
        file.seek(-len(signature), 1)
        if not signature:
            raise EOFError("Ran out of input: the file is empty")
        if signature == b"PK\3\4":
            return _load_archive(file, restore, encoding)
        return _load_legacy(file, restore, encoding)


def _opened(f: Any) -> Any:
    if isinstance(f, (str, os.PathLike)):
        return open(f, "rb")
    for method in ("read", "readline", "seek", "tell"):
        if not hasattr(f, method):
            raise AttributeError(
                f"'{type(f).__name__}' object has no attribute '{method}'. You can only torch.load from a file that is "
                "seekable. Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
            )
    return nullcontext(f)


def _load_archive(file: BinaryIO, restore: Restore, encoding: str) -> Any:
    archive = ArchiveReader(file)
    if "constants.pkl" in archive:
        raise RuntimeError("the file is a TorchScript archive, a program; only checkpoints of values can be loaded")
    if "byteorder" in archive and archive.read("byteorder") != b"little":
        raise NotImplementedError("the checkpoint was written on a big-endian machine")
    storages: dict[str, Storage] = {}

    def persistent_load(pid: Any) -> Storage:
        kind, key, location, count = _storage_id(pid)[:4]
        if key not in storages:
            name = f"data/{key}"
            if archive.size(name) != count * kind.dtype.itemsize:
                raise RuntimeError(
                    f"{name} has {archive.size(name)} bytes where {count * kind.dtype.itemsize} are expected"
                )
            storage = Storage.allocate(kind.dtype, count, location)
            archive.read_into(name, storage.memory())
            storages[key] = restore(storage)
        return storages[key]

    return Unpickler(Source(io.BytesIO(archive.read("data.pkl"))), persistent_load, encoding).load()


def _load_legacy(file: BinaryIO, restore: Restore, encoding: str) -> Any:
    source = Source(file)
    _check_legacy_head(source)
    begin, left = file.tell(), source.left
    storages: dict[str, Storage] = {}

    def persistent_load(pid: Any) -> Storage:
        kind, key, location, count, view = _storage_id(pid)
        if view is not None:
            raise NotImplementedError("views of storages, which PyTorch wrote before version 0.4")
        if key not in storages:
            if sum(storage.nbytes for storage in storages.values()) + count * kind.dtype.itemsize > left:
                raise UnpicklingError("the file ends too early: its tensors are larger than the file")
            storages[key] = Storage.allocate(kind.dtype, count, location)
        return storages[key]

    result = Unpickler(source, persistent_load, encoding).load()
    _fill_storages(source, storages)
    restored = {key: restore(storage) for key, storage in storages.items()}
    if any(restored[key] is not storages[key] for key in storages):
        file.seek(begin)
        storages = restored
        result = Unpickler(Source(file), persistent_load, encoding).load()
    return result


def _check_legacy_head(source: Source) -> None:
    """Three pickles come first: a magic number, the version and facts about the machine that wrote the file."""

    def refuse(pid: Any) -> None:
        raise UnpicklingError("a storage where none can be")

    if Unpickler(source, refuse).load() != MAGIC_NUMBER:
        raise RuntimeError("Invalid magic number; corrupt file?")
    version = Unpickler(source, refuse).load()
    if version != PROTOCOL_VERSION:
        raise RuntimeError(f"Invalid protocol version: not {PROTOCOL_VERSION}")
    machine = Unpickler(source, refuse).load()
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise NotImplementedError("the checkpoint was written on a big-endian machine")


def _fill_storages(source: Source, storages: dict[str, Storage]) -> None:
    """After the value come the storages' keys, then for each its number of elements and its bytes."""
    keys = Unpickler(source, _storage_id).load()
    if type(keys) is not list or any(type(key) is not str for key in keys) or sorted(keys) != sorted(storages):
        raise UnpicklingError("damaged: the file lists other storages than its value uses")
    for key in keys:
        storage = storages[key]
        (count,) = struct.unpack("<q", source.read(8))
        if count != len(storage):
            raise RuntimeError(f"storage has wrong byte size: expected {len(storage)} elements, got {count}")
        fill(source.file, storage.memory())
        source.left -= storage.nbytes


def _storage_id(pid: Any) -> tuple[StorageType, str, str, int, Any]:
    """The parts of a storage's persistent id: type, key, location, number of elements and, in old files, a view."""
    if type(pid) is not tuple or len(pid) not in (5, 6) or pid[0] not in ("storage", b"storage"):
        raise UnpicklingError("Only persistent_load of storage is allowed")
    _, kind, key, location, count, *view = pid
    kinds = [type(kind) is StorageType, type(key) is str, type(location) is str, type(count) is int and count >= 0]
    if not all(kinds):
        raise UnpicklingError("damaged: a persistent id names no storage")
    return kind, key, location, count, view[0] if view else None
