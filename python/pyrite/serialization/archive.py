"""The zip archive of a checkpoint: entries stored without compression under one folder, each tensor's bytes aligned."""

import struct
import zipfile
import zlib
from typing import BinaryIO

ALIGNMENT = 64
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")


class ArchiveReader:
    """Reads entries, and refuses an archive that claims to hold more bytes than its file has."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            entries = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, NotImplementedError, OSError) as error:
            raise RuntimeError(f"PytorchStreamReader failed reading zip archive: {error}") from error
        self.file = file
        self.length = file.seek(0, 2)
        self.folder = entries[0].filename.split("/", 1)[0] if entries else ""
        self.entries = {entry.filename: entry for entry in entries}
        if sum(entry.file_size for entry in entries) > self.length or any(e.header_offset < 0 for e in entries):
            raise RuntimeError(f"damaged archive: its directory lists more than the file's {self.length} bytes")

    def __contains__(self, name: str) -> bool:
        return f"{self.folder}/{name}" in self.entries

    def size(self, name: str) -> int:
        """The length of an entry in bytes; RuntimeError if there is no such entry."""
        entry = self.entries.get(f"{self.folder}/{name}")
        if entry is None:
            raise RuntimeError(f"PytorchStreamReader failed locating file {name}: file not found")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or entry.compress_size != entry.file_size:
            raise RuntimeError(f"{name} is compressed or encrypted: a checkpoint's entries are stored as they are")
        return entry.file_size

    def read(self, name: str) -> bytes:
        """An entry's bytes."""
        content = bytearray(self.size(name))
        self.read_into(name, memoryview(content))
        return bytes(content)

    def read_into(self, name: str, target: memoryview) -> None:
        """Fills `target`, of the entry's length, and checks the entry's checksum."""
        entry = self.entries[f"{self.folder}/{name}"]
        self.file.seek(entry.header_offset)
        header = self.file.read(_LOCAL_HEADER.size)
        if len(header) != _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
            raise RuntimeError(f"{name}: damaged archive, no entry where the directory says")
        *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        if start + len(target) > self.length:
            raise RuntimeError(f"{name}: damaged archive, the entry reaches beyond the file's end")
        self.file.seek(start)
        fill(self.file, target)
        if zlib.crc32(target) != entry.CRC:
            raise RuntimeError(f"{name}: damaged archive, the entry has another checksum than the directory says")


class ArchiveWriter:
    """Writes entries one after the other; a `with` block ends with the directory."""

    def __init__(self, file: BinaryIO | str, folder: str) -> None:
        self.archive = zipfile.ZipFile(file, "w")
        self.folder = folder

    def __enter__(self) -> "ArchiveWriter":
        return self

    def __exit__(self, *exception) -> None:
        self.archive.close()

    def write(self, name: str, content: bytes | memoryview) -> None:
        """Adds an entry whose content begins at a multiple of 64 bytes."""
        length = memoryview(content).nbytes
        entry = zipfile.ZipInfo(f"{self.folder}/{name}")
        large = length >= 1 << 31
        begin = self.archive.fp.tell() + _LOCAL_HEADER.size + len(entry.filename.encode()) + (20 if large else 0)
        padding = -(begin + 4) % ALIGNMENT
        entry.extra = struct.pack("<2sH", b"FB", padding) + bytes(padding)
        entry.file_size = length
        with self.archive.open(entry, "w", force_zip64=large) as stream:
            stream.write(content)


def fill(file: BinaryIO, target: memoryview) -> None:
    """Reads until `target` is full; RuntimeError if the file ends before."""
    done = 0
    while done < len(target):
        if hasattr(file, "readinto"):
            count = file.readinto(target[done:])
        else:
            piece = file.read(len(target) - done)
            count = len(piece)
            target[done : done + count] = piece
        if not count:
            raise RuntimeError(
                f"unexpected EOF, expected {len(target) - done} more bytes. The file might be corrupted."
            )
        done += count
