"""What stands behind a picture's end: what cameras put there is told from anything else."""

import re
import struct

from criteria.contents.archives import PADDING
from criteria.contents.refused import Reason, Refused
from criteria.contents.segments import FILM, JPEG, film_end, jpeg_end

_PADDING = re.compile(rb"[\0\t\n\f\r ]*")
# A film, a depth map, a gain map, previews: more than eight no telephone appends.
_MAX_PIECES = 8
# The notes of Huawei's and of vivo's telephones.
_NOTES = re.compile(rb"v\d_f\d+[ -;=-~]{0,64}LIVE_[ -;=-~]{1,64}|vivo\{[ -;=-~]{0,65536}\}")
# Samsung's telephones end with a directory of the blocks that they append.
_DIRECTORY, _END = b"SEFH", b"SEFT"
_BLOCK_NAME = re.compile(rb"[A-Za-z0-9_ -]{1,64}")
_NO_BLOCK = (b"MZ", b"\x7fELF", b"#!", b"PK", b"%PDF", b"<", b"Rar!", b"7z", b"\x1f\x8b", b"{\\rt")


def check(content: bytes, end: int) -> None:
    """Refuse anything but a film, further pictures, a telephone's notes, and stray line breaks."""
    for _piece in range(_MAX_PIECES):
        if not content[end:].strip(PADDING):
            return
        end = _piece_end(content, end)
    raise _appended()


def _piece_end(content: bytes, start: int) -> int:
    """Return where the next piece ends; padding may stand before it."""
    at = _PADDING.match(content, start).end()  # type: ignore[union-attr]
    if content.startswith(JPEG, at):
        return jpeg_end(content, at)
    # A film begins with its first part's length, whose bytes look like padding.
    film = content.find(FILM, at, at + 1 + len(FILM)) - 4
    if film >= start:
        return film_end(content, film)
    if note := _NOTES.match(content, at):
        return note.end()
    trimmed = content.rstrip(PADDING)
    if trimmed.endswith(_END):
        _check_blocks(trimmed, start)
        return len(trimmed)
    raise _appended()


def _check_blocks(content: bytes, start: int) -> None:
    """Refuse a directory whose blocks are not all that there is between the picture and it."""
    length = int.from_bytes(content[-8:-4], "little")
    directory = len(content) - 8 - length
    if length < 12 or directory < start or not content.startswith(_DIRECTORY, directory):
        raise _appended()
    n_blocks = int.from_bytes(content[directory + 8 : directory + 12], "little")
    if length != 12 + 12 * n_blocks:
        raise _appended()
    blocks = sorted(
        (directory - offset, size)
        for _kind, offset, size in struct.iter_unpack("<4sII", content[directory + 12 : -8])
    )
    at = start
    for place, size in blocks:
        if content[at:place].strip(PADDING) or not at <= place <= directory - size:
            raise _appended()
        _check_block(content[place : place + size])
        at = place + size
    if content[at:directory].strip(PADDING):
        raise _appended()


def _check_block(block: bytes) -> None:
    length = int.from_bytes(block[4:8], "little")
    name, data = block[8 : 8 + length], block[8 + length :]
    if not _BLOCK_NAME.fullmatch(name) or data.lstrip(PADDING).startswith(_NO_BLOCK):
        raise _appended()


def _appended() -> Refused:
    return Refused(Reason.APPENDED_TO_PICTURE)
