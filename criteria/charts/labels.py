"""Where figures stand beside their marks: none covers a mark or another figure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Point = tuple[int, int]
Ends = tuple[Point, Point]

HALF, GAP = 8, 4  # half a mark, and the space between it and its figure
_WIDTH, _HEIGHT = 70, 90  # of a bold figure, in hundredths of the size of the type


@dataclass(frozen=True)
class Box:
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, at: Point, radius: int) -> "Box":
        x, y = at
        return cls(x - radius, y - radius, x + radius, y + radius)

    def touches(self, other: "Box") -> bool:
        is_beside = self.right <= other.left or other.right <= self.left
        return not (is_beside or self.bottom <= other.top or other.bottom <= self.top)

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def is_crossed_by(self, line: Ends) -> bool:
        """Whether a straight line runs through: near enough, and with a corner on either side."""
        (ax, ay), (bx, by) = line
        near = Box(min(ax, bx), min(ay, by), max(ax, bx) + 1, max(ay, by) + 1)
        sides = {
            (bx - ax) * (y - ay) > (by - ay) * (x - ax)
            for x in (self.left, self.right)
            for y in (self.top, self.bottom)
        }
        return self.touches(near) and len(sides) == 2


@dataclass(frozen=True)
class Wanted:
    """A figure to be written at a mark. beside: where it is tried first."""

    kind: str
    text: str
    at: Point
    beside: str = "above"


@dataclass(frozen=True)
class Label:
    """A figure in its place. x: its middle. y: the line that it is written on."""

    kind: str
    text: str
    x: int
    y: int
    box: Box


def place_labels(
    wanted: Iterable[Wanted],
    marks: Sequence[Box],
    lines: Sequence[Ends],
    field: Box,
    size: int,
) -> list[Label]:
    """Give each figure, the most important first, a place in the field beside its mark.

    Free of marks and of the figures before it, and of lines where that can be. A figure for which
    no room is left is not written: all of them stand in the table under the picture.
    """
    labels: list[Label] = []
    taken = list(marks)
    for each in wanted:
        box = _free(each, taken, lines, field, size)
        if box:
            taken.append(box)
            middle = (box.left + box.right) // 2
            labels.append(Label(each.kind, each.text, middle, box.bottom - size // 12, box))
    return labels


def _free(
    wanted: Wanted, taken: Sequence[Box], lines: Sequence[Ends], field: Box, size: int
) -> Box | None:
    for further in (0, size // 2, size):  # the nearer, the surer one sees what it belongs to
        boxes = [
            box
            for box in _tried(wanted, further, size)
            if field.holds(box) and not any(map(box.touches, taken))
        ]
        if boxes:
            return min(boxes, key=lambda box: sum(map(box.is_crossed_by, lines)))
    return None


def _tried(wanted: Wanted, further: int, size: int) -> Iterator[Box]:
    """Yield the places around a mark, the one asked for first."""
    x, y = wanted.at
    width, height = _WIDTH * len(wanted.text) * size // 100, _HEIGHT * size // 100
    away = HALF + GAP + further
    middle, level = x - width // 2, y - height // 2
    left, right = x - away - width, x + away
    above, below = y - away - height, y + away
    corners = {
        "above": (middle, above),
        "below": (middle, below),
        "right": (right, level),
        "left": (left, level),
        "upper right": (right - GAP, above),
        "upper left": (left + GAP, above),
        "lower right": (right - GAP, below),
        "lower left": (left + GAP, below),
    }
    for start_x, start_y in (corners[wanted.beside], *corners.values()):
        yield Box(start_x, start_y, start_x + width, start_y + height)
