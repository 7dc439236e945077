"""The way to the targets: counts over time as lines in a box of whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from criteria.charts.labels import Box, Ends, Label, Point, Wanted, place_labels

MOST_LEVELS = 6
DOT, SQUARE, DIAMOND = 8, 6, 9  # half of what a mark takes up


@dataclass(frozen=True)
class Sheet:
    """What a picture is drawn on: its size, and that of the type on it."""

    width: int
    height: int
    text: int

    @property
    def field(self) -> Box:
        """Where lines are drawn: what is left beside the axes."""
        text = self.text
        return Box(
            12 + 5 * text // 2, text + text // 2, self.width - text - 6, self.height - 2 * text
        )


PAGE = Sheet(960, 420, 20)


@dataclass(frozen=True)
class Tick:
    at: int
    value: int


@dataclass(frozen=True)
class Mark:
    """A value where it stands, and the place of its source in what was passed."""

    x: int
    y: int
    value: int
    place: int

    @property
    def at(self) -> Point:
        return self.x, self.y


@dataclass(frozen=True)
class Span:
    """What is not decided yet: from `low`, which is sure, to `high`, which may be."""

    low: Mark
    high: Mark

    @property
    def text(self) -> str:
        values = sorted({self.low.value, self.high.value})
        return "–".join(map(str, values))


@dataclass(frozen=True)
class Trajectory:
    """Lines and marks in a box; paths are SVG path data of whole numbers.

    spans, span_line: what is provisional, and the way there from the last mark of `ready`. left,
    right, top, bottom: the edges of the field in which lines are drawn. scope, required: stepped
    lines of the steps. changes: from where which number is in scope. text: the size of the type.
    """

    width: int
    height: int
    text: int
    left: int
    right: int
    top: int
    bottom: int
    years: tuple[Tick, ...]
    year_names: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    scope: str
    required: str
    changes: tuple[Mark, ...]
    ready_line: str
    recognised_line: str
    ready: tuple[Mark, ...]
    recognised: tuple[Mark, ...]
    targets: tuple[Mark, ...]
    spans: tuple[Span, ...]
    span_line: str
    labels: tuple[Label, ...]
    today: int


def nice_step(most: int, n_steps: int = MOST_LEVELS) -> int:
    """Return the least of 1, 2, 5, 10, 20, 50, … of which `n_steps` reach `most`."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * n_steps >= most:
                return step
        power *= 10


@dataclass(frozen=True)
class _Scale:
    first: date
    last: date
    most: int
    field: Box

    def x(self, day: date) -> int:
        span = max((self.last - self.first).days, 1)
        gone = min(max((day - self.first).days, 0), span)
        return self.field.left + gone * (self.field.right - self.field.left) // span

    def y(self, n: int) -> int:
        return self.field.bottom - n * (self.field.bottom - self.field.top) // self.most


def trajectory(
    steps: Sequence[tuple[date, int, int | None]],
    points: Sequence[tuple[date, int, int]],
    targets: Sequence[tuple[date, int]],
    provisional: Sequence[tuple[date, int, int]] = (),
    *,
    first: date,
    last: date,
    today: date,
    sheet: Sheet = PAGE,
) -> Trajectory:
    """Lay out the trajectory from `first` to `last`.

    steps: from a day on, the wards in scope and required. points: on a day, the wards ready and
    recognised. targets: by a day, the wards required. provisional: on a day, the wards that are
    ready for sure and at most. Each in the order of the days.
    """
    of_steps = [n for _, in_scope, required in steps for n in (in_scope, required or 0)]
    of_points = [n for _, ready, recognised in points for n in (ready, recognised)]
    most = max(
        [1, *of_steps, *of_points, *(n for _, _, n in provisional), *(n for _, n in targets)]
    )
    step = nice_step(most)
    top = -(-most // step) * step
    field = sheet.field
    scale = _Scale(first, last, top, field)
    ready = _marks(scale, [(on, n) for on, n, _ in points])
    recognised = _marks(scale, [(on, n) for on, _, n in points])
    goals = _marks(scale, targets)
    changes = tuple(
        Mark(scale.x(on), scale.y(n), n, place)
        for place, (on, n, _) in enumerate(steps)
        if place == 0 or n != steps[place - 1][1]
    )
    spans = _spans(scale, provisional)
    scope = _stepped(scale, [(on, n) for on, n, _ in steps])
    required = _stepped(scale, [(on, n) for on, _, n in steps])
    ways = [[mark.at for mark in line] for line in (ready, recognised)]
    span_way = [mark.at for mark in [*ready[-1:], *(span.low for span in spans)]]
    now = scale.x(today)
    uprights = [
        [(now, field.top), (now, field.bottom)],
        *([span.low.at, span.high.at] for span in spans),
    ]
    years = range(first.year + 1, last.year + 1)
    return Trajectory(
        width=sheet.width,
        height=sheet.height,
        text=sheet.text,
        left=field.left,
        right=field.right,
        top=field.top,
        bottom=field.bottom,
        years=tuple(Tick(scale.x(date(year, 1, 1)), year) for year in years),
        year_names=tuple(
            Tick(scale.x(date(year, 7, 2)), year) for year in years if date(year, 7, 2) <= last
        ),
        levels=tuple(Tick(scale.y(n), n) for n in range(0, top + 1, step)),
        scope=_paths(scope),
        required=_paths(required),
        changes=changes,
        ready_line=_path(ways[0]),
        recognised_line=_path(ways[1]),
        ready=ready,
        recognised=recognised,
        targets=goals,
        spans=spans,
        span_line=_path(span_way),
        labels=tuple(
            place_labels(
                _figures(ready, recognised, goals, spans, changes),
                _taken(ready, recognised, goals, spans),
                _straights([*scope, *required, *ways, span_way, *uprights]),
                Box(field.left, 0, sheet.width, field.bottom),
                sheet.text,
            )
        ),
        today=now,
    )


def _marks(scale: _Scale, values: Sequence[tuple[date, int]]) -> tuple[Mark, ...]:
    return tuple(Mark(scale.x(on), scale.y(n), n, place) for place, (on, n) in enumerate(values))


def _spans(scale: _Scale, provisional: Sequence[tuple[date, int, int]]) -> tuple[Span, ...]:
    lows = _marks(scale, [(on, low) for on, low, _ in provisional])
    highs = _marks(scale, [(on, high) for on, _, high in provisional])
    return tuple(map(Span, lows, highs))


def _figures(
    ready: Sequence[Mark],
    recognised: Sequence[Mark],
    targets: Sequence[Mark],
    spans: Sequence[Span],
    changes: Sequence[Mark],
) -> list[Wanted]:
    """Name the figures to be written, what matters most first, of each kind the latest.

    Of two figures of a day the higher is written above, the lower below, if there is room.
    """
    wanted = [Wanted("target", str(mark.value), mark.at) for mark in reversed(targets)]
    wanted += [Wanted("ready", span.text, span.high.at) for span in reversed(spans)]
    days = [*zip(ready, recognised, strict=True)][::-1]
    for mark, other in days:
        side = "above" if mark.value >= other.value else "below"
        wanted.append(Wanted("ready", str(mark.value), mark.at, side))
    for other, mark in days:
        if mark.value:
            side = "above" if mark.value > other.value else "below"
            wanted.append(Wanted("recognised", str(mark.value), mark.at, side))
    scope = (Wanted("scope", str(mark.value), mark.at, "upper right") for mark in reversed(changes))
    return [*wanted, *scope]


def _taken(
    ready: Sequence[Mark],
    recognised: Sequence[Mark],
    targets: Sequence[Mark],
    spans: Sequence[Span],
) -> list[Box]:
    sized = ((ready, DOT), (recognised, SQUARE), (targets, DIAMOND))
    boxes = [Box.around(mark.at, radius) for line, radius in sized for mark in line]
    return boxes + [Box.around(mark.at, DOT) for s in spans for mark in (s.low, s.high)]


def _stepped(scale: _Scale, steps: Sequence[tuple[date, int | None]]) -> list[list[Point]]:
    """Return the corners of a stepped line, which is broken where there is no value."""
    ends = [*(on for on, _ in steps[1:]), scale.last]
    runs: list[list[Point]] = []
    is_drawing = False
    for (on, n), end in zip(steps, ends, strict=True):
        if n is not None:
            if not is_drawing:
                runs.append([])
            runs[-1] += [(scale.x(on), scale.y(n)), (scale.x(end), scale.y(n))]
        is_drawing = n is not None
    return runs


def _straights(ways: Sequence[Sequence[Point]]) -> list[Ends]:
    return [ends for way in ways for ends in pairwise(way)]


def _paths(runs: Sequence[Sequence[Point]]) -> str:
    return "".join(map(_path, runs))


def _path(points: Sequence[Point]) -> str:
    return "".join(f"{'L' if place else 'M'}{x} {y}" for place, (x, y) in enumerate(points))
