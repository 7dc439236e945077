"""The history of a ward as a picture: whole numbers, everything inside, nothing lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.charts.history import MOST_LABELS, Point, history

LINE = re.compile(r"M\d+ \d+(L\d+ \d+)+")


@st.composite
def pictures(draw):
    """A number of rounds, a few units with points in some of them, and what became of what."""
    n_rounds = draw(st.integers(1, 25))
    lines = {}
    for key in range(draw(st.integers(1, 5))):
        places = draw(st.sets(st.integers(0, n_rounds - 1), min_size=key > 0, max_size=6))
        totals = st.integers(0, 40)
        points = []
        for place in sorted(places):
            applicable = draw(totals)
            points.append(Point(place, draw(st.integers(0, applicable)), applicable))
        lines[key] = points
    pairs = st.tuples(st.sampled_from(list(lines)), st.sampled_from(list(lines)))
    return n_rounds, lines, draw(st.lists(pairs, max_size=6))


def dots(path):
    return [(int(x), int(y)) for x, y in re.findall(r"(\d+) (\d+)", path)]


@given(pictures())
def test_everything_lies_in_the_field_as_whole_numbers(given_):
    n_rounds, lines, links = given_
    drawn = history(n_rounds, lines, links, own=0)
    assert 0 < drawn.left < drawn.right < drawn.width
    assert 0 < drawn.top < drawn.bottom < drawn.height
    places = [(mark.x, mark.y) for mark in (*drawn.marks, *drawn.marks_before)]
    for path in (drawn.line, drawn.before, drawn.links):
        assert not path or all(LINE.fullmatch(f"M{part}") for part in path.split("M")[1:]), path
        places += dots(path)
    for x, y in places:
        assert isinstance(x, int)
        assert isinstance(y, int)
        assert drawn.left <= x <= drawn.right
        assert drawn.top <= y <= drawn.bottom
    for tick in drawn.levels:
        assert drawn.top <= tick.at <= drawn.bottom
    for tick in drawn.rounds:
        assert drawn.left <= tick.at <= drawn.right


@given(pictures())
def test_no_point_is_lost_and_more_is_never_drawn_lower(given_):
    n_rounds, lines, links = given_
    drawn = history(n_rounds, lines, links, own=0)
    said = [(point.place, point.met) for point in lines[0]]
    assert [(mark.place, mark.value) for mark in drawn.marks] == said
    others = [point for key, line in lines.items() if key for point in line]
    assert [(m.place, m.value) for m in drawn.marks_before] == [(p.place, p.met) for p in others]
    marks = [*drawn.marks, *drawn.marks_before]
    for one in marks:
        for other in marks:
            assert one.value <= other.value or one.y <= other.y
            assert one.place <= other.place or one.x > other.x
    if len(drawn.marks) > 1:
        assert dots(drawn.line) == [(mark.x, mark.y) for mark in drawn.marks]
    else:
        assert drawn.line == ""


@given(pictures())
def test_levels_end_with_all_criteria_and_keep_apart(given_):
    n_rounds, lines, links = given_
    drawn = history(n_rounds, lines, links, own=0)
    most = max([1, *(point.applicable for line in lines.values() for point in line)])
    values = [tick.value for tick in drawn.levels]
    assert (values[0], values[-1], values) == (0, most, sorted(set(values)))
    assert all(above.at < below.at for below, above in pairwise(drawn.levels))


@pytest.mark.parametrize("n_rounds", [1, 2, 7, 8, 20, 60])
def test_the_latest_round_always_has_its_label(n_rounds):
    drawn = history(n_rounds, {0: [Point(n_rounds - 1, 1, 2)]}, [], own=0)
    assert drawn.rounds[-1].value == n_rounds - 1
    assert len(drawn.rounds) <= MOST_LABELS


def test_a_link_leads_from_the_last_point_to_the_first():
    lines = {0: [Point(1, 2, 3)], 1: [Point(0, 3, 3)], 2: [Point(0, 1, 3)]}
    drawn = history(2, lines, [(1, 0), (2, 0)], own=0)
    (mark,) = drawn.marks
    ends = [dots(f"M{part}") for part in drawn.links.split("M")[1:]]
    assert [end[1] for end in ends] == [(mark.x, mark.y)] * 2
    assert [end[0] for end in ends] == [(mark.x, mark.y) for mark in drawn.marks_before]
