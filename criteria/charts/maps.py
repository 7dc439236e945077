"""The map of the wards as whole-number SVG paths: equal tiles, or true outlines, north up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, radians

Position = Sequence[float]  # longitude, latitude in degrees
Outline = Sequence[Sequence[Sequence[Position]]]  # polygons of closed rings, the outer one first
Point = tuple[int, int]
Ring = list[Point]  # without its first point again at the end
Ends = tuple[Point, Point]

MARGIN = 4  # around every picture, for the width of the lines
TILE, GAP = 100, 8
SIDE = 1000  # of the box that outlines are fitted into
MARK = 20  # the side of the square that stands for a ward too small to be seen
_SMALLEST = 150  # the area below which a ward is too small to be seen
_NARROWEST = 1e-9  # degrees: of positions no further apart, only one place is left
_LINES = 9  # across a ward, on which its label may stand


@dataclass(frozen=True)
class Place:
    """path: for the attribute `d`. x, y: where the label stands, in the ward or on its edge."""

    key: int
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Picture:
    """Everything lies within `width` and `height`, from 0."""

    width: int
    height: int
    places: tuple[Place, ...]
    is_schematic: bool

    def units(self, pixels: int, *, width: int, height: int) -> int:
        """Return how many units look like so many pixels where the picture fits into a box."""
        return ceil(pixels * max(self.width / width, self.height / height))


# --- tiles ----------------------------------------------------------------------------------------


def tile_map(tiles: Mapping[int, tuple[int, int]]) -> Picture:
    """Draw one square a ward at its (column, row), no two at the same.

    The first column and row in use lie at the edge; unused ones in between stay empty.
    """
    columns = [column for column, _ in tiles.values()]
    rows = [row for _, row in tiles.values()]
    left, top = min(columns, default=1), min(rows, default=1)
    places = []
    for key, (column, row) in tiles.items():
        x, y = _start(column - left), _start(row - top)
        square = _path([[(x, y), (x + TILE, y), (x + TILE, y + TILE), (x, y + TILE)]])
        places.append(Place(key, square, x + TILE // 2, y + TILE // 2))
    return Picture(
        width=_start(max(columns, default=1) - left) + TILE + MARGIN,
        height=_start(max(rows, default=1) - top) + TILE + MARGIN,
        places=tuple(places),
        is_schematic=True,
    )


def _start(n: int) -> int:
    return MARGIN + n * (TILE + GAP)


# --- outlines -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """From degrees to points. Equirectangular: true to shape at the middle latitude."""

    west: float
    north: float
    squeeze: float  # how much shorter a degree of longitude is than one of latitude
    scale: float  # points a degree of latitude
    width: int
    height: int

    def point(self, position: Position) -> Point:
        x = (position[0] - self.west) * self.squeeze * self.scale
        y = (self.north - position[1]) * self.scale
        return MARGIN + round(x), MARGIN + round(y)

    def ring(self, positions: Iterable[Position]) -> Ring:
        return _tidy(map(self.point, positions))


def outline_map(outlines: Mapping[int, Outline]) -> Picture:
    """Draw the outlines, fitted into a box of `SIDE` by `SIDE` points and a margin.

    What neighbours share in degrees they share in points. A ward too small to be seen is a square
    of `MARK` at its place; such wards come last, so that their neighbours do not cover them.
    """
    frame = _fit(outlines.values())
    seen, small = [], []
    for key, outline in outlines.items():
        rings = _rings(outline, frame)
        if sum(map(_twice_area, rings)) < 2 * _SMALLEST:
            rings = [_mark(outline, frame)]
            small.append(_place(key, rings))
        else:
            seen.append(_place(key, rings))
    return Picture(frame.width, frame.height, tuple(seen + small), is_schematic=False)


def _positions(outline: Outline) -> Iterator[Position]:
    return (position for polygon in outline for ring in polygon for position in ring)


def _fit(outlines: Iterable[Outline]) -> _Frame:
    positions = [position for outline in outlines for position in _positions(outline)]
    longitudes = [position[0] for position in positions] or [0.0]
    latitudes = [position[1] for position in positions] or [0.0]
    west, east = min(longitudes), max(longitudes)
    south, north = min(latitudes), max(latitudes)
    squeeze = cos(radians((south + north) / 2))
    across, down = (east - west) * squeeze, north - south
    scale = SIDE / max(across, down, _NARROWEST)
    width, height = (
        max(round(span * scale), MARK) + 2 * MARGIN  # a square of MARK has its place anywhere
        for span in (across, down)
    )
    return _Frame(west, north, squeeze, scale, width, height)


def _rings(outline: Outline, frame: _Frame) -> list[Ring]:
    """Return the rings that have any area left: outer ones clockwise, holes the other way round.

    So both of SVG's fill rules leave the holes out, and the areas add up.
    """
    rings = []
    for outer, *holes in outline:
        ring = frame.ring(outer)
        if ring:
            rings.append(ring if _twice_area(ring) > 0 else ring[::-1])
            inner = [hole for hole in map(frame.ring, holes) if hole]
            rings += [hole if _twice_area(hole) < 0 else hole[::-1] for hole in inner]
    return rings


def _tidy(points: Iterable[Point]) -> Ring:
    """Leave out what rounding has made superfluous; nothing is left of what has lost its area.

    Repeated points go, points on the straight line between their neighbours, and spikes. Borders
    stay where they are, so those that two wards share stay shared.
    """
    ring: Ring = []
    for point in points:
        while len(ring) > 1 and not _turn(ring[-2], ring[-1], point):
            ring.pop()
        if not ring or ring[-1] != point:
            ring.append(point)
    before = 0
    while len(ring) != before:  # the same where the end meets the start
        before = len(ring)
        if len(ring) > 1 and ring[0] == ring[-1]:
            ring.pop()
        if len(ring) > 2 and not _turn(ring[-2], ring[-1], ring[0]):
            ring.pop()
        if len(ring) > 2 and not _turn(ring[-1], ring[0], ring[1]):
            ring.pop(0)
    return ring if len(ring) > 2 and _twice_area(ring) else []


def _turn(a: Point, b: Point, c: Point) -> int:
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def _twice_area(ring: Ring) -> int:
    """Twice the area, positive where the ring runs clockwise as seen on the page."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in _edges(ring))


def _edges(ring: Ring) -> Iterator[Ends]:
    return pairwise([*ring, ring[0]])


def _mark(outline: Outline, frame: _Frame) -> Ring:
    points = [frame.point(position) for position in _positions(outline)] or [(0, 0)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x, y = (
        min(max((min(along) + max(along) - MARK) // 2, MARGIN), size - MARGIN - MARK)
        for along, size in ((xs, frame.width), (ys, frame.height))
    )
    return [(x, y), (x + MARK, y), (x + MARK, y + MARK), (x, y + MARK)]


def _place(key: int, rings: list[Ring]) -> Place:
    return Place(key, _path(rings), *_label(rings))


# --- where a label stands -------------------------------------------------------------------------


def _label(rings: list[Ring]) -> Point:
    """Return a point with much room around it, in the area of the rings or on its edge.

    Tried are the middles of the widest spans of some level lines across the largest ring. A label
    is wider than it is high, so room above and below counts double.
    """
    edges = [edge for ring in rings for edge in _edges(ring)]
    turned = [((ay, ax), (by, bx)) for (ax, ay), (bx, by) in edges]
    best, most = rings[0][0], -1.0
    for y in _levels(max(rings, key=_twice_area)):
        left, right = max(_spans(edges, y), key=_length)
        x = round((left + right) / 2)
        if left <= x <= right:
            upright = (span for span in _spans(turned, x) if span[0] <= y <= span[1])
            above, below = next(upright, (y, y))  # on an edge there is none
            room = min(right - left, 4 * (y - above), 4 * (below - y))
            if room > most:
                best, most = (x, y), room
    return best


def _levels(ring: Ring) -> list[int]:
    first, last = min(y for _, y in ring), max(y for _, y in ring)
    step = (last - first) / (_LINES + 1)
    return sorted({first + int(step * n) for n in range(1, _LINES + 1)})


def _spans(edges: Sequence[Ends], y: int) -> list[tuple[float, float]]:
    """Return from where to where the level line at `y` runs inside, as seen from just below it."""
    crossed = sorted(
        ax + (y - ay) * (bx - ax) / (by - ay)
        for (ax, ay), (bx, by) in edges
        if (ay <= y) != (by <= y)
    )
    return list(zip(crossed[::2], crossed[1::2], strict=True))


def _length(span: tuple[float, float]) -> float:
    return span[1] - span[0]


# --- paths ----------------------------------------------------------------------------------------


def _path(rings: Iterable[Ring]) -> str:
    """Write rings as path data: where each starts, and from there step by step."""
    return "".join(map(_subpath, rings))


def _subpath(ring: Ring) -> str:
    x, y = ring[0]
    written, last = [f"M{x} {y}"], "M"
    for (ax, ay), (bx, by) in pairwise(ring):
        dx, dy = bx - ax, by - ay
        command = "h" if not dy else "v" if not dx else "l"
        numbers = {"h": f"{dx}", "v": f"{dy}", "l": _joined(str(dx), str(dy))}[command]
        if command == last == "l":
            written.append(numbers if numbers.startswith("-") else f" {numbers}")
        else:
            written.append(f"{command}{numbers}")
        last = command
    return "".join(written) + "z"


def _joined(first: str, second: str) -> str:
    return f"{first}{second}" if second.startswith("-") else f"{first} {second}"
