"""Vietnamese text made searchable and sortable by any database. Pure.

Neither SQLite nor a PostgreSQL without ICU can fold diacritics or sort Vietnamese, so both are
computed here once and stored.
"""

import re
import unicodedata

LONGEST_SOUGHT = 100  # characters: nothing is called by more, so more finds nothing

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # à ả ã á ạ
_RANK = {letter: f"{position:02}" for position, letter in enumerate(_LETTERS, start=10)}
_END = "00"  # below all that may follow a letter: the tones behind it never meet another's letters
_WORD_END = "01"
_NUMBER = "02"
_KEY = re.compile(r"[0-9]{1,18}")


def fold(text: str) -> str:
    """Return `text` in lower case without diacritics: “Lộc Hòa” → “loc hoa”.

    NUL is dropped as well: PostgreSQL takes no text that contains it, not even to search for.
    """
    text = text.replace("\0", "").casefold().replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split())


def one_line(text: str) -> str:
    """Return a name as one writes it: composed letters, single spaces, nothing that is not seen.

    Two names that look the same are then the same, whatever keyboard they were typed on.
    """
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf"))


def number(text: str) -> int | None:
    """Return the whole number that `text` writes, where a key or a version can be that large.

    ASCII digits alone, at most 18: what no database refuses. None: it is no such number.
    """
    return int(text) if _KEY.fullmatch(text) else None


def sort_key(text: str) -> str:
    """Return digits whose order is the Vietnamese dictionary's: letters first, then tones.

    Numbers sort by value (“Phường 9” before “Phường 10”). Digits alone, so that every collation
    of every database agrees.
    """
    letters: list[str] = []
    tones: list[str] = []
    for token in re.findall(r"\d+|\D", unicodedata.normalize("NFC", text.casefold())):
        if token.isdecimal():
            digits = str(int(token))
            letters.append(f"{_NUMBER}{len(digits)}{digits}")
            continue
        letter, tone = _split_tone(token)
        letters.append(_RANK.get(letter, _WORD_END))
        if letter in _RANK:
            tones.append(tone)
    return "".join(letters) + _END + "".join(tones)


def _split_tone(char: str) -> tuple[str, str]:
    """Return the letter without its tone, and the tone's rank (“0”: level)."""
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), "0")
    letter = "".join(mark for mark in decomposed if mark not in _TONES)
    return unicodedata.normalize("NFC", letter), tone
