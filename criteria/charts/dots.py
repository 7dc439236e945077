"""Values against thresholds: one narrow picture a row, all on one axis, in whole numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from criteria.charts.trajectory import nice_step

WIDTH, HEIGHT = 600, 30
LEFT, RIGHT = 30, 30  # margins, for a mark and half a label of the axis
MOST_STEPS = 5  # along the axis, before its ends are rounded outwards
HUNDRED = 100  # the axis counts hundredths: nothing is measured finer

Figures = tuple[Decimal, Decimal | None, Decimal | None]  # verified, self-assessed, threshold


@dataclass(frozen=True)
class Tick:
    at: int
    value: Decimal


@dataclass(frozen=True)
class Dot:
    """Where the figures of one row lie along the axis; None: there is none."""

    verified: int
    self_assessed: int | None
    threshold: int | None


@dataclass(frozen=True)
class Dots:
    """left, right: where the axis begins and ends. Each row is `width` by `height` points."""

    width: int
    height: int
    left: int
    right: int
    middle: int
    ticks: tuple[Tick, ...]
    rows: tuple[Dot, ...]


@dataclass(frozen=True)
class _Axis:
    """In hundredths."""

    first: int
    last: int
    step: int

    def x(self, value: Decimal) -> int:
        return self.at(Fraction(value) * HUNDRED)

    def at(self, hundredths: Fraction | int) -> int:
        span = self.last - self.first
        return LEFT + floor((hundredths - self.first) * (WIDTH - LEFT - RIGHT) / span)

    def ticks(self) -> tuple[Tick, ...]:
        marked = range(self.first, self.last + 1, self.step)
        return tuple(Tick(self.at(n), Decimal(n) / HUNDRED) for n in marked)


def dots(rows: Sequence[Figures]) -> Dots:
    """Lay out the rows, in their order, over an axis that has room for all of their figures.

    Whoever is smaller lies no further right; what is the same lies at the same place.
    """
    figures = [Fraction(n) * HUNDRED for row in rows for n in row if n is not None]
    axis = _axis(figures)
    return Dots(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        middle=HEIGHT // 2,
        ticks=axis.ticks(),
        rows=tuple(
            Dot(axis.x(verified), *(None if n is None else axis.x(n) for n in others))
            for verified, *others in rows
        ),
    )


def _axis(figures: Iterable[Fraction]) -> _Axis:
    """Return an axis whose ends and ticks are round; whole ones where all figures are whole."""
    figures = list(figures) or [Fraction(0)]
    least, greatest = min(figures), max(figures)
    step = nice_step(max(ceil(greatest - least), 1), MOST_STEPS)
    if all(figure % HUNDRED == 0 for figure in figures):
        step = max(step, HUNDRED)
    first, last = floor(least / step) * step, ceil(greatest / step) * step
    if first == last:  # all the same, and round: it lies at the end that is away from 0
        first, last = (first - step, last) if first > 0 else (first, last + step)
    return _Axis(first, last, step)
