"""JPEG and PNG: drawn once in full, and nothing behind the picture's end."""

import re
import struct
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image

from criteria.files.archives import opens_as_archive
from criteria.files.refusal import FileRefused

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
    while at + 1 < len(content) and content[at] == 0xFF:
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
            match = _MARKER.search(content, at)
            at = match.start() if match else len(content)
    raise _damaged()


def _png_end(content: bytes) -> int:
    at = len(PNG)
    while at + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        at += int(length) + 12
        if name == b"IEND":
            return at
    raise _damaged()


def _check_nothing_else(stream: BinaryIO, content: bytes) -> None:
    if opens_as_archive(stream):
        raise FileRefused(_("The file is a picture and an archive at the same time."))
    if _SCRIPT.search(content):
        raise FileRefused(_("The picture contains a script. Save it anew."))


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
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # Pillow's readers fail in a dozen ways on a file made to make them fail
        raise _damaged() from None


def _damaged() -> FileRefused:
    return FileRefused(_("The picture is damaged or incomplete."))


def _appended() -> FileRefused:
    return FileRefused(
        _("Something is appended behind the end of the picture. Save it anew as a plain picture.")
    )


def _too_many_pixels() -> FileRefused:
    return FileRefused(
        _("The picture has more than %(n)d million pixels.") % {"n": MAX_PIXELS // 1_000_000}
    )
