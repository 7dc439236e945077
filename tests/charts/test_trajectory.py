"""The picture of the way to the targets: whole numbers, all inside, in proportion."""

import re
from datetime import date, timedelta
from itertools import combinations, pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from criteria.charts.labels import Box
from criteria.charts.trajectory import PAGE, Mark, Sheet, Trajectory, nice_step, trajectory

FIRST = date(2022, 11, 16)
days = st.integers(0, 4000).map(lambda n: FIRST + timedelta(days=n))
counts = st.integers(0, 3321)
in_order = {"unique_by": lambda row: row[0]}
steps = st.lists(st.tuples(days, counts, st.none() | counts), max_size=12, **in_order).map(
    lambda rows: [(FIRST, 22, 7), *sorted((row for row in rows if row[0] > FIRST), key=first)]
)
points = st.lists(st.tuples(days, counts, counts), max_size=24, **in_order).map(
    lambda rows: sorted(rows, key=first)
)
targets = st.lists(st.tuples(days, counts), max_size=4, **in_order).map(
    lambda rows: sorted(rows, key=first)
)


def first(row):
    return row[0]


def draw(steps, points, targets, provisional=(), sheet=PAGE) -> Trajectory:
    last = FIRST + timedelta(days=4001)
    return trajectory(
        steps, points, targets, provisional, first=FIRST, last=last, today=FIRST, sheet=sheet
    )


def marks(chart: Trajectory) -> list[Mark]:
    return [*chart.ready, *chart.recognised, *chart.targets, *chart.changes]


@given(steps, points, targets)
def test_every_mark_is_inside_and_higher_the_more_it_stands_for(steps, points, targets) -> None:
    chart = draw(steps, points, targets)
    for mark in marks(chart):
        assert chart.left <= mark.x <= chart.right
        assert chart.top <= mark.y <= chart.bottom
    for one, other in pairwise(sorted(marks(chart), key=lambda mark: mark.value)):
        assert one.y >= other.y
    assert [mark.value for mark in chart.ready] == [ready for _, ready, _ in points]
    assert [mark.value for mark in chart.recognised] == [n for *_, n in points]
    assert [mark.value for mark in chart.targets] == [n for _, n in targets]
    for line in (chart.ready, chart.recognised, chart.targets):
        assert [mark.x for mark in line] == sorted(mark.x for mark in line)


@given(steps, points, targets)
def test_paths_are_made_of_whole_numbers_inside(steps, points, targets) -> None:
    chart = draw(steps, points, targets)
    for path in (chart.scope, chart.required, chart.ready_line, chart.recognised_line):
        assert re.fullmatch(r"([MLHV]\d+( \d+)?)*", path)
        for letter, x, y in re.findall(r"([MLHV])(\d+)(?: (\d+))?", path):
            values = [(int(x), "V" in letter)] if not y else [(int(x), False), (int(y), True)]
            for value, is_height in values:
                low, high = (chart.top, chart.bottom) if is_height else (chart.left, chart.right)
                assert low <= value <= high


@given(steps, points, targets)
def test_the_levels_start_at_none_and_reach_over_everything(steps, points, targets) -> None:
    chart = draw(steps, points, targets)
    values = [level.value for level in chart.levels]
    assert values[0] == 0
    assert values[-1] >= max(mark.value for mark in [*marks(chart), Mark(0, 0, 22, 0)])
    assert len({after - before for before, after in pairwise(values)}) == 1
    assert 2 <= len(values) <= 7


def test_a_stepped_line_is_broken_where_nothing_is_required() -> None:
    day = [FIRST + timedelta(days=n) for n in (0, 1000, 2000, 3000)]
    chart = draw([(day[0], 10, 3), (day[1], 10, None), (day[2], 8, 8), (day[3], 6, 6)], [], [])
    assert chart.required.count("M") == 2
    assert chart.scope.count("M") == 1
    assert [mark.value for mark in chart.changes] == [10, 8, 6]


@given(st.integers(1, 100_000), st.integers(2, 10))
def test_a_step_is_the_least_round_one_that_reaches(most: int, n_steps: int) -> None:
    step = nice_step(most, n_steps)
    assert step * n_steps >= most
    assert re.fullmatch("[125]0*", str(step))
    smaller = [n for n in (step // 2, step * 2 // 5, step // 5) if re.fullmatch("[125]0*", str(n))]
    assert all(n * n_steps < most for n in smaller)


def test_of_two_figures_of_a_day_the_higher_is_written_above_and_the_lower_below() -> None:
    day = [FIRST + timedelta(days=n) for n in (600, 1800, 3000)]
    chart = draw([(FIRST, 9, 3)], [(day[0], 5, 2), (day[1], 2, 5), (day[2], 3, 3)], [])
    written = {(label.kind, label.x): label.y for label in chart.labels}
    for ready, recognised in zip(chart.ready, chart.recognised, strict=True):
        higher, lower = (ready, recognised) if ready.y <= recognised.y else (recognised, ready)
        kinds = ("ready", "recognised") if higher is ready else ("recognised", "ready")
        assert written[kinds[0], higher.x] < higher.y <= lower.y < written[kinds[1], lower.x]


provisional = st.lists(st.tuples(days, counts, counts), max_size=2, **in_order).map(
    lambda rows: [(on, min(n), max(n)) for on, *n in sorted(rows, key=first)]
)
sheets = st.builds(Sheet, st.integers(300, 1200), st.integers(250, 600), st.integers(12, 30))


@given(steps, points, targets, provisional, sheets)
def test_no_figure_covers_another_or_a_mark(steps, points, targets, provisional, sheet) -> None:
    chart = draw(steps, points, targets, provisional, sheet=sheet)
    spans = [mark for span in chart.spans for mark in (span.low, span.high)]
    drawn = [*chart.ready, *chart.recognised, *chart.targets, *spans]
    boxes = [label.box for label in chart.labels]
    for one, other in combinations(boxes, 2):
        assert not one.touches(other)
    for box, mark in product(boxes, drawn):
        assert not box.touches(Box.around(mark.at, 5))
        assert box.left >= chart.left
        assert box.right <= chart.width
        assert 0 <= box.top < box.bottom <= chart.bottom


few = {"min_size": 1, "max_size": 3, "unique_by": lambda row: row[0]}
years = st.integers(0, 8).map(lambda n: FIRST + timedelta(days=365 * n))
small = st.integers(0, 22)


@given(
    st.lists(st.tuples(years, small, small), **few).map(lambda rows: sorted(rows, key=first)),
    st.lists(st.tuples(years, small), **few).map(lambda rows: sorted(rows, key=first)),
)
def test_of_few_rounds_every_figure_is_written(points, targets) -> None:
    chart = draw([(FIRST, 22, 7)], points, targets)
    written = sorted((label.kind, label.text) for label in chart.labels)
    assert written == sorted(
        [("scope", "22"), *(("target", str(n)) for _, n in targets)]
        + [("ready", str(n)) for _, n, _ in points]
        + [("recognised", str(n)) for *_, n in points if n]
    )


def test_a_span_is_written_as_a_range_or_as_one_figure() -> None:
    day = [FIRST + timedelta(days=n) for n in (1000, 2000)]
    chart = draw([(FIRST, 9, 3)], [], [], [(day[0], 1, 6), (day[1], 2, 2)])
    assert {label.text for label in chart.labels if label.kind == "ready"} == {"1–6", "2"}
