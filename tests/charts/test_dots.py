"""The plot of values against thresholds: whole numbers, in the picture, in the right order."""

from dataclasses import astuple
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from criteria.charts.bars import WIDTH as FULL
from criteria.charts.bars import bar
from criteria.charts.dots import HEIGHT, LEFT, RIGHT, WIDTH, Dots, Figures, dots

# What a column of the database holds, and finer, larger and smaller than that.
stored = st.decimals(-10_000_000_000, 10_000_000_000, places=2)
near = st.decimals(0, 3, places=2)
any_figure = st.one_of(
    stored, near, st.integers(0, 500).map(Decimal), st.decimals(-(10**18), 10**18, places=6)
)
row = st.tuples(any_figure, st.none() | any_figure, st.none() | any_figure)
rows = st.lists(row, max_size=12)

ZERO, EXTREME = Decimal(0), Decimal("9999999999.99")


def placed(found: Dots, asked: list[Figures]) -> list[tuple[Decimal, int]]:
    """Every figure with where it was drawn."""
    pairs = []
    for dot, figures in zip(found.rows, asked, strict=True):
        for at, figure in zip(astuple(dot), figures, strict=True):
            assert (at is None) == (figure is None)
            if at is not None and figure is not None:
                pairs.append((figure, at))
    return pairs


def ends(found: Dots) -> tuple[Fraction, Fraction]:
    return Fraction(found.ticks[0].value), Fraction(found.ticks[-1].value)


@given(rows)
@example([])
@example([(ZERO, None, None)])
@example([(ZERO, ZERO, ZERO)] * 3)
@example([(Decimal(100), None, Decimal(100))])
@example([(-EXTREME, EXTREME, ZERO)])
@example([(Decimal("0.01"), None, Decimal("0.02"))])
def test_everything_is_whole_and_inside_the_picture(asked: list[Figures]) -> None:
    found = dots(asked)
    assert (found.width, found.height, found.left, found.right) == (
        WIDTH,
        HEIGHT,
        LEFT,
        WIDTH - RIGHT,
    )
    numbers = [at for _, at in placed(found, asked)] + [tick.at for tick in found.ticks]
    for number in [*numbers, found.middle]:
        assert type(number) is int
    assert all(found.left <= at <= found.right for at in numbers)
    assert len(found.rows) == len(asked)


@given(rows)
def test_the_order_of_figures_is_that_of_their_places(asked: list[Figures]) -> None:
    found = dots(asked)
    for (less, left), (more, right) in pairwise(sorted(placed(found, asked))):
        assert left == right if less == more else left <= right


@given(rows)
def test_a_dot_is_left_of_its_threshold_iff_it_is_below_it(asked: list[Figures]) -> None:
    """As far as one unit of the picture can tell."""
    found = dots(asked)
    first, last = ends(found)
    unit = (last - first) / (found.right - found.left)
    for dot, (value, _, threshold) in zip(found.rows, asked, strict=True):
        if threshold is not None and abs(Fraction(value) - Fraction(threshold)) >= unit:
            assert dot.threshold is not None
            assert (dot.verified < dot.threshold) == (value < threshold)
            assert dot.verified != dot.threshold


@given(rows)
def test_the_axis_has_few_round_ticks_that_hold_everything(asked: list[Figures]) -> None:
    found = dots(asked)
    values = [Fraction(tick.value) for tick in found.ticks]
    assert 2 <= len(values) <= 8
    (step,) = {later - earlier for earlier, later in pairwise(values)}
    digits = str(int(step * 100)).rstrip("0")
    assert digits in {"1", "2", "5"}
    assert all(value % step == 0 for value in values)
    assert all(earlier.at < later.at for earlier, later in pairwise(found.ticks))
    figures = [Fraction(figure) for figure, _ in placed(found, asked)]
    assert all(values[0] <= figure <= values[-1] for figure in figures)
    if all(figure.denominator == 1 for figure in figures):
        assert all(value.denominator == 1 for value in values)


@given(st.lists(row, min_size=1, max_size=6))
def test_what_is_placed_depends_on_the_axis_alone(asked: list[Figures]) -> None:
    """Each row is drawn as it would be if the rows stood in another order."""
    assert dots(asked).rows == dots(asked[::-1]).rows[::-1]


@pytest.mark.parametrize(
    ("asked", "ticks"),
    [
        ([], ["0", "1"]),
        ([(ZERO, None, ZERO)], ["0", "1"]),
        ([(Decimal(100), None, Decimal(100))], ["99", "100"]),
        ([(Decimal(94), Decimal(120), Decimal(130))], ["90", "100", "110", "120", "130"]),
        (
            [(Decimal("0.25"), None, Decimal("0.5"))],
            ["0.25", "0.30", "0.35", "0.40", "0.45", "0.50"],
        ),
    ],
)
def test_small_pictures(asked: list[Figures], ticks: list[str]) -> None:
    assert [tick.value for tick in dots(asked).ticks] == [Decimal(tick) for tick in ticks]


# --- bars -----------------------------------------------------------------------------------------

counts = st.lists(st.integers(0, 4000), min_size=1, max_size=6)


@given(counts, st.integers(0, 4000))
def test_the_parts_of_a_bar_lie_side_by_side_and_add_up(found: list[int], more: int) -> None:
    most = sum(found) + more
    parts = bar(found, most).parts
    assert [(part.value, part.place) for part in parts] == [
        (n, place) for place, n in enumerate(found) if n
    ]
    end = 0
    for part in parts:
        assert (type(part.x), type(part.width)) == (int, int)
        assert part.x == end
        assert part.width >= 0
        end = part.x + part.width
    assert end == (sum(found) * FULL // most if most else 0)
    assert end <= FULL


def test_a_bar_of_nothing_has_no_parts() -> None:
    assert bar([0, 0], 0).parts == ()


def test_equal_counts_are_as_wide_as_whole_numbers_allow() -> None:
    widths = [part.width for part in bar([7] * 5, 35).parts]
    assert sum(widths) == FULL
    assert max(widths) - min(widths) <= 1
