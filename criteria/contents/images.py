"""JPEG and PNG: drawn once in full, and nothing behind the picture's end."""

import re
import struct
from typing import BinaryIO

from PIL import Image

from criteria.contents.archives import opens_as_archive
from criteria.contents.refused import Reason, Refused

JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
# A page of A3 scanned at 600 dots an inch has 70 million.
MAX_PIXELS = 80_000_000
_SCRIPT = re.compile(rb"<(script|html|svg|iframe)[\s>]|<\?php\s|<!doctype\s", re.IGNORECASE)
# A marker that ends a scan: not a stuffed zero, not a restart, not a fill byte.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_WITHOUT_LENGTH = frozenset([0x01, *range(0xD0, 0xD9)])
_SCAN, _END = 0xDA, 0xD9
_NO_ZERO = re.compile(rb"[^\x00]|\Z")
_MAX_PICTURES = 8
# Ten is what progressive pictures are written with. Each costs a walk over all the pixels.
MAX_SCANS = 64
# A picture of 20 MB in IDAT chunks of 8 kB has 2,500; a camera writes a few dozen segments.
MAX_PARTS = 20_000
# Samsung's telephones write their own directory behind every photograph.
_SAMSUNG = b"SEFT"


def check_jpeg(stream: BinaryIO, size: int) -> str:
    """Telephones append a smaller picture or their own notes; anything else behind is refused."""
    content = _read(stream)
    end = 0
    for _picture in range(_MAX_PICTURES):
        end = _NO_ZERO.search(content, _jpeg_end(content, end)).start()  # type: ignore[union-attr]
        if not content.startswith(JPEG, end):
            break
    if end != size and not content.endswith(_SAMSUNG):
        raise _appended()
    _check_nothing_else(stream, content)
    # MPO: what Pillow calls a photograph with a smaller one behind it.
    _draw(stream, ("JPEG", "MPO"))
    return "jpeg"


def check_png(stream: BinaryIO, size: int) -> str:
    content = _read(stream)
    if _png_end(content) != len(content):
        raise _appended()
    _check_nothing_else(stream, content)
    _draw(stream, ("PNG",))
    return "png"


def _read(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read()


def _jpeg_end(content: bytes, start: int) -> int:
    """Return where the picture that begins at `start` ends, by walking its segments."""
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
    raise _damaged()


def _png_end(content: bytes) -> int:
    at, n_parts = len(PNG), 0
    while at + 12 <= len(content):
        n_parts += 1
        if n_parts > MAX_PARTS:
            raise Refused(Reason.SCANS)
        length, name = struct.unpack_from(">I4s", content, at)
        at += int(length) + 12
        if name == b"IEND":
            return at
    raise _damaged()


def _check_nothing_else(stream: BinaryIO, content: bytes) -> None:
    if opens_as_archive(stream):
        raise Refused(Reason.PICTURE_AND_ARCHIVE)
    if _SCRIPT.search(content):
        raise Refused(Reason.SCRIPT)


def _draw(stream: BinaryIO, formats: tuple[str, ...]) -> None:
    """Decode the whole picture once, after a look at its measurements."""
    stream.seek(0)
    try:
        with Image.open(stream, formats=formats) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            # Every byte is decoded all the same, but an eighth of the size takes little memory.
            image.draft(None, (1, 1))
            image.load()
    except (Refused, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # Pillow's readers fail in a dozen ways on a file made to make them fail
        raise _damaged() from None


def _damaged() -> Refused:
    return Refused(Reason.DAMAGED_PICTURE)


def _appended() -> Refused:
    return Refused(Reason.APPENDED_TO_PICTURE)


def _too_many_pixels() -> Refused:
    return Refused(Reason.PIXELS, n=MAX_PIXELS // 1_000_000)
