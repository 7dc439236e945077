"""XML as Office programs write it: read as it comes, without a DTD, whatever its encoding."""

from collections.abc import Callable, Mapping
from xml.parsers import expat

from criteria.contents.refused import Reason, Refused

Attributes = dict[str, str]
OnElement = Callable[[Attributes], None]
OnText = Callable[[str], None]

# Text longer than this is no formula and no field.
_LONGEST_TEXT = 64 * 1024


def local(name: str) -> str:
    """Return a name without its prefix, which anybody may choose."""
    return name.rpartition(":")[2]


class Reader:
    """Reads one part a piece at a time, and hands what it meets to those who asked for it.

    elements, texts: what to call for an element of this local name, with its attributes by their
    local names, or with its text. each: what to call for every element.
    """

    def __init__(
        self,
        elements: Mapping[str, OnElement],
        texts: Mapping[str, OnText],
        each: Callable[[str, Attributes], None] | None = None,
    ) -> None:
        self._elements, self._texts, self._each = elements, texts, each
        # By full name, for the thousands of elements of which nobody asked for any.
        self._dull: set[str] = set()
        self._text: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            # Beside what is no XML: an encoding that nobody else reads, some of several bytes.
            raise Refused(Reason.DAMAGED_XML) from error

    def _start(self, name: str, attributes: Attributes) -> None:
        if name in self._dull:
            return
        short = local(name)
        element, is_text = self._elements.get(short), short in self._texts
        if not (element or is_text or self._each):
            self._dull.add(name)
            return
        attributes = {local(key): value for key, value in attributes.items()}
        if element:
            element(attributes)
        if self._each:
            self._each(short, attributes)
        if is_text:
            self._text = []
            self._parser.CharacterDataHandler = self._gather
            self._parser.EndElementHandler = self._end

    def _gather(self, text: str) -> None:
        if len(self._text) < _LONGEST_TEXT:
            self._text.append(text)

    def _end(self, name: str) -> None:
        on_text = self._texts.get(local(name))
        if on_text:
            self._parser.CharacterDataHandler = self._parser.EndElementHandler = None
            on_text("".join(self._text))

    def _refuse_doctype(self, *_declared: object) -> None:
        raise Refused(Reason.DTD)
