"""What a page prints, read by a library: its sheets, their sizes, the colours on them."""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
from playwright.sync_api import Page
from pypdf import PdfReader

# A4 without its margins of 12 mm, at 96 dots an inch.
PAPER = {"width": 703, "height": 1032}
CHOOSES_A_COLOUR = (pikepdf.Operator("rg"), pikepdf.Operator("RG"))


class Printed:
    """A page as the printer gets it."""

    def __init__(self, page: Page, paper: str = "A4", **options: bool) -> None:
        self._file = BytesIO(page.pdf(format=paper, **options))
        self._pdf = pikepdf.open(self._file)
        self.n_sheets = len(self._pdf.pages)

    @property
    def texts(self) -> list[str]:
        """What each sheet says, without blanks: PDF does not tell them from other gaps."""
        return ["".join(sheet.extract_text().split()) for sheet in PdfReader(self._file).pages]

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """The width and height of each sheet, in points."""
        boxes = [sheet.mediabox.as_list() for sheet in self._pdf.pages]
        return [(int(right - left), int(top - bottom)) for left, bottom, right, top in boxes]

    def draws(self, colour: bytes) -> bool:
        """Tell whether a line, a shape or the picture of a pattern has a colour: R, G, B."""
        return colour in self._colours() or any(colour * 4 in image for image in self._images())

    def _colours(self) -> Iterator[bytes]:
        """Give each colour that is chosen to draw with, on a sheet or within a pattern."""
        within = [part for part in self._streams() if part.get("/Type") == "/Pattern"]
        within += [part for part in self._streams() if part.get("/Subtype") == "/Form"]
        for part in (*self._pdf.pages, *within):
            for operands, operator in pikepdf.parse_content_stream(part):
                if operator in CHOOSES_A_COLOUR:
                    yield bytes(round(float(share) * 255) for share in operands)

    def _images(self) -> Iterator[bytes]:
        for part in self._streams():
            if part.get("/Subtype") == "/Image":
                yield part.read_bytes()

    def _streams(self) -> Iterator[pikepdf.Stream]:
        return (part for part in self._pdf.objects if isinstance(part, pikepdf.Stream))
