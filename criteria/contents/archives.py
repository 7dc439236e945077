"""Zip archives, of which Office Open XML and ODF are made: read to the last byte, within bounds.

`zipfile` reads the directory alone. What it says of sizes is checked by unpacking each entry here:
other programs would unpack all that is there, not what the directory admits to.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_CUR, BytesIO
from typing import BinaryIO

from criteria.contents import office
from criteria.contents.refused import Reason, Refused

START = b"PK\x03\x04"
_CHUNK = 64 * 1024
_END_RECORD = b"PK\x05\x06"
_END_LENGTH = 22
_LOCAL_LENGTH = 30
_ENCRYPTED = 0x1
MAX_ENTRIES = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
# Text seldom shrinks to a thirtieth; what unpacks to little is never a bomb.
MAX_RATIO = 100
_ALWAYS_ALLOWED = 10 * 1024 * 1024
# Charts and tables of another document are kept in it as documents of their own.
_MAX_DEPTH = 2
_MAX_KEPT = 32 * 1024 * 1024
# How `zipfile` fails on what only seems to be an archive.
_NO_ARCHIVE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError)


@dataclass
class Allowance:
    """What may still be unpacked of one upload, whatever is in what."""

    n_bytes: int
    n_entries: int = MAX_ENTRIES

    def spend(self, n_bytes: int) -> None:
        self.n_bytes -= n_bytes
        if self.n_bytes < 0:
            raise _expands()


def kind_of(stream: BinaryIO, size: int) -> str:
    """Return the kind of Office file that the archive is, having unpacked all of it once."""
    allowed = min(MAX_UNPACKED, max(_ALWAYS_ALLOWED, MAX_RATIO * size))
    return _kind_of(stream, size, Allowance(allowed), depth=1)


def opens_as_archive(stream: BinaryIO) -> bool:
    """Tell whether a program that looks for archives would find one in a file of another kind."""
    try:
        with zipfile.ZipFile(stream) as archive:
            return bool(archive.namelist())
    except _NO_ARCHIVE:
        return False


def _kind_of(stream: BinaryIO, size: int, allowance: Allowance, depth: int) -> str:
    entries = _directory(stream, size)
    allowance.n_entries -= len(entries)
    if allowance.n_entries < 0 or sum(entry.file_size for entry in entries) > allowance.n_bytes:
        raise _expands()
    texts = {}
    for entry in entries:
        _check_entry(entry)
        text = _unpack(stream, entry, allowance, depth)
        if text is not None:
            texts[entry.filename] = text
    is_plain = entries[0].compress_type == zipfile.ZIP_STORED
    return office.kind_of([entry.filename for entry in entries], texts, first_is_plain=is_plain)


def _directory(stream: BinaryIO, size: int) -> list[zipfile.ZipInfo]:
    """Return the entries in their order in the file, which begins and ends with the archive."""
    stream.seek(max(0, size - _END_LENGTH))
    end = stream.read()
    if not (end.startswith(_END_RECORD) and end.endswith(b"\0\0")):
        raise Refused(Reason.APPENDED_TO_ARCHIVE)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except _NO_ARCHIVE:
        raise _damaged() from None
    starts = [entry.header_offset for entry in entries]
    names = {entry.orig_filename.casefold() for entry in entries}
    if not entries or starts[0] != 0 or len(set(starts)) < len(starts) or len(names) < len(starts):
        raise _damaged()
    return entries


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = name.split("/")
    if "\\" in name or ".." in parts or name.startswith("/") or ":" in parts[0] or "\0" in name:
        raise Refused(Reason.LEADS_OUT)
    if not name.isprintable() or stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(Reason.STRANGE_ENTRY)
    if entry.flag_bits & _ENCRYPTED:
        raise Refused(Reason.PASSWORD)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(Reason.STRANGE_PACKING)


def _unpack(
    stream: BinaryIO, entry: zipfile.ZipInfo, allowance: Allowance, depth: int
) -> bytes | None:
    """Unpack an entry whole, and return it where its text decides on the kind."""
    is_wanted = office.is_wanted(entry.filename)
    size, checksum, head, content = 0, 0, b"", BytesIO()
    for chunk in _chunks(stream, entry):
        allowance.spend(len(chunk))
        if not head:
            head = chunk
            office.check_head(entry.filename, head)
        size += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
        if is_wanted or head.startswith((START, office.COMPOUND)):
            if size > _MAX_KEPT:
                raise _expands()
            content.write(chunk)
    if size != entry.file_size or checksum != entry.CRC:
        raise _damaged()
    if head.startswith(START):
        if depth >= _MAX_DEPTH:
            raise _expands()
        _kind_of(content, size, allowance, depth + 1)
    if head.startswith(office.COMPOUND):
        office.check_compound(content.getvalue())
    return content.getvalue() if is_wanted else None


def _chunks(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what an entry really unpacks to, a bounded piece at a time."""
    packed = _packed(stream, entry)
    if entry.compress_type == zipfile.ZIP_STORED or not entry.compress_size:
        yield from packed
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in packed:
            is_more = True
            while is_more and not inflate.eof:
                chunk = inflate.decompress(piece, _CHUNK)
                piece = inflate.unconsumed_tail
                is_more = bool(piece) or len(chunk) == _CHUNK
                if chunk:
                    yield chunk
    except zlib.error:
        raise _damaged() from None
    if not inflate.eof or inflate.unused_data:
        raise _damaged()


def _packed(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    stream.seek(entry.header_offset)
    local = stream.read(_LOCAL_LENGTH)
    n_name, n_extra = int.from_bytes(local[26:28], "little"), int.from_bytes(local[28:30], "little")
    if not local.startswith(START) or stream.read(n_name) != _raw_name(entry):
        raise _damaged()
    stream.seek(n_extra, SEEK_CUR)
    left = entry.compress_size
    while left:
        piece = stream.read(min(_CHUNK, left))
        if not piece:
            raise _damaged()
        left -= len(piece)
        yield piece


def _raw_name(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")


def _damaged() -> Refused:
    return Refused(Reason.DAMAGED)


def _expands() -> Refused:
    return Refused(Reason.EXPANDS)
