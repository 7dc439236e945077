"""The kinds of file that may be stored. What is not here is refused."""

from dataclasses import dataclass

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"


@dataclass(frozen=True)
class Kind:
    """`name` is stored; `extensions`: how such files are called, the first is our own choice.

    is_viewable: browsers show it, and it is safe to let them.
    """

    name: str
    content_type: str
    extensions: tuple[str, ...]
    is_viewable: bool = False

    @property
    def label(self) -> str:
        return self.name.upper()


KINDS = {
    kind.name: kind
    for kind in [
        Kind("pdf", "application/pdf", ("pdf",), is_viewable=True),
        Kind("docx", f"{_OOXML}.wordprocessingml.document", ("docx",)),
        Kind("xlsx", f"{_OOXML}.spreadsheetml.sheet", ("xlsx",)),
        Kind("pptx", f"{_OOXML}.presentationml.presentation", ("pptx",)),
        Kind("odt", f"{_ODF}.text", ("odt",)),
        Kind("ods", f"{_ODF}.spreadsheet", ("ods",)),
        Kind("odp", f"{_ODF}.presentation", ("odp",)),
        Kind("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), is_viewable=True),
        Kind("png", "image/png", ("png",), is_viewable=True),
    ]
}
BY_EXTENSION = {extension: kind for kind in KINDS.values() for extension in kind.extensions}


def accepted() -> str:
    """Name all kinds, for a message."""
    return ", ".join(kind.label for kind in KINDS.values())
