"""Where pictures and films end, by walking their parts: each bounded, so that a walk is short."""

import re
import struct

from criteria.contents.refused import Reason, Refused

JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
# Ten is what progressive pictures are written with. Each costs a walk over all the pixels.
MAX_SCANS = 64
# A picture of 20 MB in IDAT chunks of 8 kB has 2,500; a camera writes a few dozen segments.
MAX_PARTS = 20_000
# A marker that ends a scan: not a stuffed zero, not a restart, not a fill byte.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_WITHOUT_LENGTH = frozenset([0x01, *range(0xD0, 0xD9)])
_SCAN, _END = 0xDA, 0xD9
# How a film's first part is called, behind its length.
FILM = b"ftyp"
_BOXES = frozenset(b"ftyp moov mdat free skip wide meta uuid pnot moof mfra sidx mpvd styp".split())


def jpeg_end(content: bytes, start: int) -> int:
    """Return where the picture that begins at `start` ends."""
    at = start + 2
    n_parts = n_scans = 0
    while at + 1 < len(content) and content[at] == 0xFF:
        n_parts += 1
        marker = content[at + 1]
        if marker == _END:
            return at + 2
        if marker == 0xFF:
            at += 1
            continue
        at += 2
        if marker not in _WITHOUT_LENGTH:
            at += int.from_bytes(content[at : at + 2])
        if marker == _SCAN:
            n_scans += 1
            match = _MARKER.search(content, at)
            at = match.start() if match else len(content)
        if n_scans > MAX_SCANS or n_parts > MAX_PARTS:
            raise Refused(Reason.SCANS)
    raise Refused(Reason.DAMAGED_PICTURE)


def png_end(content: bytes) -> int:
    at = len(PNG)
    for _part in range(MAX_PARTS):
        if at + 12 > len(content):
            raise Refused(Reason.DAMAGED_PICTURE)
        length, name = struct.unpack_from(">I4s", content, at)
        at += int(length) + 12
        if name == b"IEND":
            return at
    raise Refused(Reason.SCANS)


def film_end(content: bytes, start: int) -> int:
    """Return where the film (MP4, QuickTime) that begins at `start` ends."""
    at = start
    for _box in range(MAX_PARTS):
        size, name = struct.unpack(">I4s", content[at : at + 8].ljust(8, b"\0"))
        if name not in _BOXES:
            return at
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16])
        if size == 0:
            return len(content)
        if size < 8 or at + size > len(content):
            break
        at += size
    raise Refused(Reason.DAMAGED_PICTURE)
