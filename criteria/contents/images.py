"""JPEG and PNG: drawn once in full; behind the end nothing but what cameras append."""

import re
from typing import BinaryIO

from PIL import Image

from criteria.contents import appended
from criteria.contents.archives import opens_as_archive
from criteria.contents.refused import Reason, Refused
from criteria.contents.segments import jpeg_end, png_end

# A page of A3 scanned at 600 dots an inch has 70 million.
MAX_PIXELS = 80_000_000
_SCRIPT = re.compile(rb"<(script|html|svg|iframe)[\s>]|<\?php\s|<!doctype\s", re.IGNORECASE)


def check_jpeg(stream: BinaryIO) -> str:
    content = _read(stream)
    appended.check(content, jpeg_end(content, 0))
    _check_nothing_else(stream, content)
    # MPO: what Pillow calls a photograph with a smaller one behind it.
    _draw(stream, ("JPEG", "MPO"))
    return "jpeg"


def check_png(stream: BinaryIO) -> str:
    content = _read(stream)
    appended.check(content, png_end(content))
    _check_nothing_else(stream, content)
    _draw(stream, ("PNG",))
    return "png"


def _read(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read()


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
        raise Refused(Reason.DAMAGED_PICTURE) from None


def _too_many_pixels() -> Refused:
    return Refused(Reason.PIXELS, n=MAX_PIXELS // 1_000_000)
