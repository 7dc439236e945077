"""The manuals of docs/help, one a role, and the list of keys: written once, read there and here."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

FOLDER = settings.BASE_DIR / "docs" / "help"
PICTURES = settings.BASE_DIR / "docs" / "screenshots"  # served under static/screenshots/

_reader = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Manual:
    """title: the heading of its first level. body: HTML of what follows."""

    title: str
    body: SafeString


def read_manual(name: str, language: str) -> Manual:
    """Read docs/help/<language>/<name>.md as it is now. Raises FileNotFoundError."""
    path = FOLDER / language / f"{name}.md"
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Manual:
    opening, title, closing, *rest = _reader.parse(path.read_text("utf-8"))
    if (opening.tag, closing.tag) != ("h1", "h1"):
        raise ValueError(f"{path.name} does not begin with its title.")
    for token in rest:
        for child in token.children or ():
            if child.type == "image":
                _serve(child)
    body = _reader.renderer.render(rest, _reader.options, {})
    return Manual(title.content, SafeString(body))


def _serve(picture: Token) -> None:
    """Point to the picture as the site serves it, with its size, so that nothing moves later."""
    name = Path(str(picture.attrs["src"])).name
    with Image.open(PICTURES / name) as image:
        width, height = image.size
    picture.attrs = {
        "src": static(f"screenshots/{name}"),
        "alt": "",
        "width": width,
        "height": height,
        "loading": "lazy",
    }
