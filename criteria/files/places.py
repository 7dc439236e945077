"""Where a photograph was taken, wiped out of it: no pixel changes, and no length, so nothing moves.

Cameras write the place as EXIF, editors again as XMP, and films that telephones append as a line of
their own. What cannot be read stays as it is: it is not a place that a program would find.
"""

import re
import struct
import zlib

from criteria.contents.segments import JPEG, PNG

_EXIF = b"Exif\0\0"
_GPS_POINTER = 0x8825
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
# Of a photograph with a smaller one behind it, each has its own.
_BLOCK = re.compile(rb"\xff\xe1..Exif\0\0(?=II\*\0|MM\0\*)", re.DOTALL)
_XMP = re.compile(rb"""(GPS\w+\s*=\s*["'])([^"'<>]*)|(<(?:\w+:)?GPS\w+[^<>]*>)([^<>]*)""")
_FILM = re.compile(rb"[+-]\d{2}\.\d{3,}[+-]\d{3}\.\d{3,}(?:[+-]\d+(?:\.\d+)?)?/")
# EXIF and XMP as ImageMagick keeps them in PNG: packed, so they are taken out.
_PACKED = re.compile(rb"Raw profile type (exif|APP1|xmp)\0|XML:com\.adobe\.xmp\0\x01")


def without_places(content: bytes) -> bytes:
    """Return the picture (JPEG or PNG) without the places in it."""
    if content.startswith(PNG):
        return _of_png(content)
    return _of_jpeg(content) if content.startswith(JPEG) else content


def _of_jpeg(content: bytes) -> bytes:
    wiped = bytearray(content)
    for block in _BLOCK.finditer(content):
        length = int.from_bytes(content[block.start() + 2 : block.start() + 4])
        end = block.start() + 2 + length
        wiped[block.end() : end] = _wipe_exif(content[block.end() : end])
    return _wipe_lines(bytes(wiped))


def _of_png(content: bytes) -> bytes:
    made, at = PNG, len(PNG)
    while at + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        at += length + 12
        if name == b"eXIf":
            body = _wipe_exif(body)
        elif name == b"iTXt":
            body = _wipe_lines(body)
        if name not in (b"zTXt", b"tEXt", b"iTXt") or not _PACKED.match(body):
            checksum = zlib.crc32(name + body)
            made += struct.pack(">I4s", len(body), name) + body + struct.pack(">I", checksum)
        if name == b"IEND":
            break
    return made + content[at:]


def _wipe_lines(content: bytes) -> bytes:
    """Blank the places that are written as text."""

    def blank(match: re.Match[bytes]) -> bytes:
        before, value = (match[1], match[2]) if match[1] else (match[3], match[4])
        return before + b" " * len(value)

    return _FILM.sub(lambda match: re.sub(rb"\d", b"0", match[0]), _XMP.sub(blank, content))


def _wipe_exif(block: bytes) -> bytes:
    """Empty the directory of the place, and what its entries point to."""
    order = "<" if block.startswith(b"II") else ">"
    wiped = bytearray(block)
    for pointer in _entries(block, order, _number(block, order, 4)):
        if _number(block, order, pointer, "H") != _GPS_POINTER:
            continue
        directory = _number(block, order, pointer + 8)
        for entry in _entries(block, order, directory):
            kind, n = _number(block, order, entry + 2, "H"), _number(block, order, entry + 4)
            size = _SIZES.get(kind, 1) * n
            start = entry + 8 if size <= 4 else _number(block, order, entry + 8)
            if start >= 8:  # behind the block's own beginning
                _blank(wiped, start, min(size, len(block)))
            _blank(wiped, entry, 12)
        _blank(wiped, directory, 2)
    return bytes(wiped)


def _entries(block: bytes, order: str, directory: int) -> range:
    """Return where the directory's entries begin."""
    n = _number(block, order, directory, "H")
    last = max(directory + 2, min(directory + 2 + 12 * n, len(block) - 11))
    return range(directory + 2, last, 12)


def _number(block: bytes, order: str, at: int, kind: str = "I") -> int:
    size = struct.calcsize(kind)
    if at < 0 or at + size > len(block):
        return 0
    return int(struct.unpack_from(order + kind, block, at)[0])


def _blank(block: bytearray, start: int, size: int) -> None:
    end = min(start + size, len(block))
    if start < end:
        block[start:end] = bytes(end - start)
