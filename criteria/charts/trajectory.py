"""The way to the targets: counts over time as lines in a box of whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 48, 26, 32, 44  # margins
MOST_LEVELS = 6
ABOVE, BELOW = 13, 25  # from a mark to the line that its figure is written on


@dataclass(frozen=True)
class Tick:
    at: int
    value: int


@dataclass(frozen=True)
class Mark:
    """A value where it stands, and the place of its source in what was passed.

    text_y: where its figure is written, out of the way of the other line's.
    """

    x: int
    y: int
    value: int
    place: int
    text_y: int = 0


@dataclass(frozen=True)
class Span:
    """What is not decided yet: from `low`, which is sure, to `high`, which may be."""

    low: Mark
    high: Mark


@dataclass(frozen=True)
class Trajectory:
    """Lines and marks in a box; paths are SVG path data of whole numbers.

    spans, span_line: what is provisional, and the way there from the last mark of `ready`. left,
    right, top, bottom: the edges of the field in which lines are drawn. scope, required: stepped
    lines of the steps. changes: from where which number is in scope.
    """

    width: int
    height: int
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

    def x(self, day: date) -> int:
        span = max((self.last - self.first).days, 1)
        gone = min(max((day - self.first).days, 0), span)
        return LEFT + gone * (WIDTH - LEFT - RIGHT) // span

    def y(self, n: int) -> int:
        return HEIGHT - BOTTOM - n * (HEIGHT - TOP - BOTTOM) // self.most


def trajectory(
    steps: Sequence[tuple[date, int, int | None]],
    points: Sequence[tuple[date, int, int]],
    targets: Sequence[tuple[date, int]],
    provisional: Sequence[tuple[date, int, int]] = (),
    *,
    first: date,
    last: date,
    today: date,
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
    scale = _Scale(first, last, top)
    ready, recognised = _two_lines(scale, points)
    spans = _spans(scale, provisional)
    years = range(first.year + 1, last.year + 1)
    return Trajectory(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        years=tuple(Tick(scale.x(date(year, 1, 1)), year) for year in years),
        year_names=tuple(
            Tick(scale.x(date(year, 7, 2)), year) for year in years if date(year, 7, 2) <= last
        ),
        levels=tuple(Tick(scale.y(n), n) for n in range(0, top + 1, step)),
        scope=_stepped(scale, [(on, n) for on, n, _ in steps]),
        required=_stepped(scale, [(on, n) for on, _, n in steps]),
        changes=tuple(
            Mark(scale.x(on), scale.y(n), n, place)
            for place, (on, n, _) in enumerate(steps)
            if place == 0 or n != steps[place - 1][1]
        ),
        ready_line=_straight(ready),
        recognised_line=_straight(recognised),
        ready=ready,
        recognised=recognised,
        targets=_marks(scale, targets),
        spans=spans,
        span_line=_straight([*ready[-1:], *(span.low for span in spans)]),
        today=scale.x(today),
    )


def _two_lines(
    scale: _Scale, points: Sequence[tuple[date, int, int]]
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Mark both values of each day; of the higher one the figure is written above, else below."""
    ready, recognised = [], []
    for place, (on, n_ready, n_recognised) in enumerate(points):
        x, y_ready, y_recognised = scale.x(on), scale.y(n_ready), scale.y(n_recognised)
        is_above = n_ready >= n_recognised
        ready.append(Mark(x, y_ready, n_ready, place, _text_y(y_ready, is_above=is_above)))
        recognised.append(
            Mark(x, y_recognised, n_recognised, place, _text_y(y_recognised, is_above=not is_above))
        )
    return tuple(ready), tuple(recognised)


def _spans(scale: _Scale, provisional: Sequence[tuple[date, int, int]]) -> tuple[Span, ...]:
    return tuple(
        Span(
            Mark(scale.x(on), scale.y(low), low, place, scale.y(low) + BELOW),
            Mark(scale.x(on), scale.y(high), high, place, scale.y(high) - ABOVE),
        )
        for place, (on, low, high) in enumerate(provisional)
    )


def _text_y(y: int, *, is_above: bool) -> int:
    return y - ABOVE if is_above else y + BELOW


def _marks(scale: _Scale, values: Sequence[tuple[date, int]]) -> tuple[Mark, ...]:
    return tuple(Mark(scale.x(on), scale.y(n), n, place) for place, (on, n) in enumerate(values))


def _stepped(scale: _Scale, steps: Sequence[tuple[date, int | None]]) -> str:
    """Draw a stepped line, which is broken where there is no value."""
    ends = [*(on for on, _ in steps[1:]), scale.last]
    commands, is_drawing = [], False
    for (on, n), end in zip(steps, ends, strict=True):
        if n is not None:
            start = f"V{scale.y(n)}" if is_drawing else f"M{scale.x(on)} {scale.y(n)}"
            commands.append(f"{start}H{scale.x(end)}")
        is_drawing = n is not None
    return "".join(commands)


def _straight(marks: Sequence[Mark]) -> str:
    return "".join(f"{'L' if place else 'M'}{mark.x} {mark.y}" for place, mark in enumerate(marks))
