"""How many criteria units meet, round by round: lines and dots in a box of whole numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from criteria.charts.trajectory import Mark, Tick, nice_step

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 36, 30, 30, 34  # margins
MOST_LABELS = 7  # of rounds
MOST_LEVELS = 3


@dataclass(frozen=True)
class Point:
    """What one round says of a unit. place: of the round, from 0."""

    place: int
    met: int
    applicable: int


@dataclass(frozen=True)
class History:
    """Lines and marks in a box; paths are SVG path data of whole numbers.

    left, right, top, bottom: the edges of the field. rounds: their places under the field, those
    that have room for a label. levels: up to as many criteria as apply to any unit. line, marks: of
    the unit itself; before, marks_before: of the others; links from each to what it became.
    """

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    rounds: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    line: str
    marks: tuple[Mark, ...]
    before: str
    links: str
    marks_before: tuple[Mark, ...]


@dataclass(frozen=True)
class _Scale:
    n_rounds: int
    most: int

    def x(self, place: int) -> int:
        span = WIDTH - LEFT - RIGHT
        return LEFT + span * (2 * place + 1) // (2 * self.n_rounds)

    def y(self, n: int) -> int:
        return HEIGHT - BOTTOM - n * (HEIGHT - TOP - BOTTOM) // self.most


def history(
    n_rounds: int,
    lines: Mapping[int, Sequence[Point]],
    links: Iterable[tuple[int, int]],
    *,
    own: int,
) -> History:
    """Lay out the history of the unit `own` and of those before it.

    lines: the points of each unit, by the place of their rounds, at least one. links: from a unit
    to the one that it became; drawn where both have a line.
    """
    points = [point for line in lines.values() for point in line]
    most = max([1, *(point.applicable for point in points)])
    scale = _Scale(max(n_rounds, 1), most)
    every = -(-n_rounds // MOST_LABELS) or 1
    others = [line for key, line in lines.items() if key != own]
    mine = lines.get(own, ())
    return History(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        rounds=tuple(
            Tick(scale.x(place), place)
            for place in range(n_rounds)
            if (n_rounds - 1 - place) % every == 0
        ),
        levels=tuple(Tick(scale.y(n), n) for n in _levels(most)),
        line=_line(_places(scale, mine)),
        marks=_marks(scale, mine),
        before="".join(_line(_places(scale, line)) for line in others),
        links="".join(
            _line(_places(scale, [lines[start][-1], lines[end][0]]))
            for start, end in links
            if lines.get(start) and lines.get(end)
        ),
        marks_before=tuple(mark for line in others for mark in _marks(scale, line)),
    )


def _levels(most: int) -> list[int]:
    """Return round numbers and, on top, the number of all, which none of them comes close to."""
    step = nice_step(most, MOST_LEVELS)
    return [*(n for n in range(0, most, step) if n == 0 or most - n > step // 2), most]


def _places(scale: _Scale, line: Sequence[Point]) -> list[tuple[int, int]]:
    return [(scale.x(point.place), scale.y(point.met)) for point in line]


def _marks(scale: _Scale, line: Sequence[Point]) -> tuple[Mark, ...]:
    return tuple(
        Mark(x, y, point.met, point.place)
        for (x, y), point in zip(_places(scale, line), line, strict=True)
    )


def _line(places: Sequence[tuple[int, int]]) -> str:
    """Draw through the places; one alone leaves no line."""
    if len(places) < 2:
        return ""
    (x, y), *rest = places
    return f"M{x} {y}" + "".join(f"L{x} {y}" for x, y in rest)
