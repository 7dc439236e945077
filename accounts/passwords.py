"""What a password must not be made of: what whoever knows the person or the city tries first."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from namdinh_wards.text import fold

NUMBERS = re.compile(r"\d{3,}")  # years, dates, telephones, 123456
_LETTERS_FOR = str.maketrans("013457@$", "oieastas")
N_WORDS = 3  # of a password that are read as one: “loc ha” is “locha”
LONG = 6  # letters of a word that stands in no other by chance


class Spelling:
    """A password as somebody guesses it: without case, marks, spaces, with letters for digits."""

    def __init__(self, password: str) -> None:
        plain = fold(password)
        self._texts = (plain, plain.translate(_LETTERS_FOR))

    @cached_property
    def _squeezed(self) -> list[str]:
        return [re.sub(r"[^a-z0-9]", "", text) for text in self._texts]

    @cached_property
    def _parts(self) -> list[str]:
        """Its words, and what neighbours among them come to."""
        parts = []
        for text in self._texts:
            words = re.findall(r"[a-z]+", text)
            for first in range(len(words)):
                parts += ["".join(words[first : first + n + 1]) for n in range(N_WORDS)]
        return parts

    def has(self, word: str) -> bool:
        """Whether it holds a word; a short one only where a word of it begins or ends so."""
        sought = re.sub(r"[^a-z0-9]", "", fold(word))
        if len(sought) >= LONG:
            return any(sought in text for text in self._squeezed)
        whole = any(part.startswith(sought) or part.endswith(sought) for part in self._parts)
        return len(sought) > 3 and whole


class LeftOutValidator:
    """Refuses a password that holds one of some words. `words`: those of everybody."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = tuple(words)

    def validate(self, password: str, user: Any = None) -> None:
        spelling = Spelling(password)
        if any(spelling.has(word) for word in self.words_of(user)):
            raise ValidationError(self.get_help_text(), code="password_guessable")

    def words_of(self, user: Any) -> Iterator[str]:
        yield from self.words
        if user is not None:
            yield from _names_of(user.full_name or "")
            yield from re.findall(r"[^\W\d_]+", user.username or "")

    def get_help_text(self) -> str:
        return _(
            "Leave out your own name and user name, that of the city, and what everybody tries, "
            "such as “police” or “admin”."
        )


def _names_of(full_name: str) -> Iterator[str]:
    """The parts of a name by which somebody is called."""
    words = fold(full_name).split()
    if not words:
        return
    first, last = words[0], words[-1]
    yield from words
    yield from ("".join(words), "".join(words[-2:]), first + last, last + first)


class SubstanceValidator:
    """Refuses what is long by its year or number alone, or by one letter again and again."""

    def __init__(self, min_length: int = 10, min_different: int = 5) -> None:
        self.min_length = min_length
        self.min_different = min_different

    def validate(self, password: str, user: Any = None) -> None:
        rest = NUMBERS.sub("", password)
        if len(rest) < self.min_length or len(set(fold(rest))) < self.min_different:
            raise ValidationError(self.get_help_text(), code="password_guessable")

    def get_help_text(self) -> str:
        text = _("At least %(n)d characters, of which years and other numbers do not count.")
        return text % {"n": self.min_length}
