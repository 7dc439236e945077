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

START = office.ARCHIVE
_CHUNK = 64 * 1024
_END_RECORD = b"PK\x05\x06"
_END_LENGTH = 22
# What mail programs and disks leave behind the end of a file.
PADDING = b"\0\t\n\f\r "
_MAX_PADDING = 64 * 1024
_HEAD = 4096
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
    for entry in entries:
        _check_entry(entry)
    is_plain = entries[0].compress_type == zipfile.ZIP_STORED
    package = office.Package([_name(entry) for entry in entries], first_is_plain=is_plain)
    for entry in entries:
        _unpack(stream, entry, package, allowance, depth)
    return package.kind()


def _directory(stream: BinaryIO, size: int) -> list[zipfile.ZipInfo]:
    """Return the entries in their order in the file, which begins and ends with the archive."""
    stream.seek(max(0, size - _END_LENGTH - _MAX_PADDING))
    _before, mark, end = stream.read().rpartition(_END_RECORD)
    # Without a comment, in which anything might stand; mail programs add a line break behind.
    length, after = end[_END_LENGTH - 6 : _END_LENGTH - 4], end[_END_LENGTH - 4 :]
    if not mark or length != b"\0\0" or after.strip(PADDING):
        raise Refused(Reason.APPENDED_TO_ARCHIVE)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except _NO_ARCHIVE:
        raise _damaged() from None
    starts = [entry.header_offset for entry in entries]
    names = {_name(entry).casefold() for entry in entries}
    if not entries or starts[0] != 0 or len(set(starts)) < len(starts) or len(names) < len(starts):
        raise _damaged()
    return entries


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name with the slashes of the standard: some programs write Windows'."""
    return entry.orig_filename.replace("\\", "/")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = _name(entry)
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or ":" in parts[0] or "\0" in name:
        raise Refused(Reason.LEADS_OUT)
    if not name.isprintable() or stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(Reason.STRANGE_ENTRY)
    if entry.flag_bits & _ENCRYPTED:
        raise Refused(Reason.PASSWORD)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(Reason.STRANGE_PACKING)


def _unpack(
    stream: BinaryIO,
    entry: zipfile.ZipInfo,
    package: office.Package,
    allowance: Allowance,
    depth: int,
) -> None:
    """Unpack an entry whole, and look at what it is as it comes."""
    name = _name(entry)
    size, checksum, content = 0, 0, BytesIO()
    part, is_kept = None, False
    for chunk in _pieces(stream, entry):
        allowance.spend(len(chunk))
        if not size:
            office.check_head(name, chunk)
            part, is_kept = package.reader_of(name, chunk), office.is_kept(name, chunk)
        size += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
        if part:
            part.feed(chunk)
        if is_kept:
            content.write(chunk)
        if is_kept and size > _MAX_KEPT:
            raise _expands()
    if size != entry.file_size or checksum != entry.CRC:
        raise _damaged()
    if part:
        part.feed(b"", is_last=True)
    if is_kept:
        _look(name, content, package, allowance, depth)


def _look(
    name: str, content: BytesIO, package: office.Package, allowance: Allowance, depth: int
) -> None:
    """Look at an entry that has to be seen whole."""
    whole = content.getvalue()
    if whole.startswith(START):
        if depth >= _MAX_DEPTH:
            raise _expands()
        _kind_of(content, len(whole), allowance, depth + 1)
    elif whole.startswith(office.GZIP):
        _check_metafile(name, whole, allowance)
    else:
        package.take(name, whole)


def _check_metafile(name: str, content: bytes, allowance: Allowance) -> None:
    """Refuse what is packed as Office packs pictures of Windows, and is none."""
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        head = chunk = inflate.decompress(content, _CHUNK)
        while chunk and not inflate.eof:
            allowance.spend(len(chunk))
            chunk = inflate.decompress(inflate.unconsumed_tail, _CHUNK)
    except zlib.error:
        raise _damaged() from None
    if not inflate.eof or inflate.unused_data.strip(PADDING) or not office.is_metafile(head):
        raise Refused(Reason.ARCHIVE_INSIDE, name=name)


def _pieces(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what `_chunks` does, but first enough at once to tell what it is."""
    chunks = _chunks(stream, entry)
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD:
            break
    if head:
        yield head
    yield from chunks


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
