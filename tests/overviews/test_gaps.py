"""What is missing, and by how much."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from criteria.measures import NUMBER
from criteria.models import Result, Round
from criteria.overviews.gaps import read_gaps
from criteria.readiness.rules import Answer, requirement_verdict, shortfall
from criteria.sheets.sheet import Line
from criteria.verdicts import Verdict
from tests.factories import (
    CriterionFactory,
    EvidenceFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)

figures = st.decimals(min_value=0, max_value=10**6, places=2)
comparators = st.sampled_from([">=", "<="])


# --- by how much ----------------------------------------------------------------------------------


@given(comparators, figures, figures)
def test_short_by_is_what_just_makes_it_met(
    comparator: str, threshold: Decimal, value: Decimal
) -> None:
    def verdict(figure: Decimal) -> Verdict:
        return requirement_verdict(NUMBER, comparator, threshold, Answer(figure))

    missing = shortfall(comparator, threshold, value)
    assert (missing is None) == (verdict(value) == Verdict.MET)
    if missing is not None:
        assert missing > 0
        step = missing if comparator == ">=" else -missing
        assert verdict(value + step) == Verdict.MET
        closer = step - step / abs(step) * Decimal("0.01")
        assert verdict(value + closer) == Verdict.NOT_MET


@pytest.mark.parametrize(
    ("comparator", "threshold", "value"),
    [(">=", None, Decimal(1)), ("<=", Decimal(1), None), ("", Decimal(2), Decimal(1))],
)
def test_where_nothing_can_be_compared_nothing_is_short(
    comparator: str, threshold: Decimal | None, value: Decimal | None
) -> None:
    assert shortfall(comparator, threshold, value) is None


# --- of a sheet -----------------------------------------------------------------------------------


@pytest.fixture
def make_result(db: None) -> Callable[..., Result]:
    """Make the result of an approved sheet, with a value for each requirement.

    values: what is required and what was found: (measure, comparator, unit, threshold, value,
    judgement).
    """

    def make(*values: tuple[str, str, str, Any, Any, str], verdict: str = "not_met") -> Result:
        year = 2026 + Round.objects.count()
        round = RoundFactory(year=year, criteria_set=make_set(n_criteria=0))
        criterion = CriterionFactory(criteria_set=round.criteria_set)
        sheet = approve_with(WardFactory(), round, {1: verdict})
        result = sheet.results.get()
        for measure, comparator, unit, threshold, value, judgement in values:
            asked = RequirementFactory(
                criterion=criterion, measure=measure, comparator=comparator, unit=unit
            )
            result.values.create(
                requirement=asked,
                self_value=1000,
                verified_value=value,
                verified_judgement=judgement,
                threshold_applied=threshold,
            )
        return result

    return make


def said(line: Line) -> tuple[str, Decimal | None, str, Decimal | None]:
    return (
        line.requirement.measure,
        line.verified_answer.value,
        line.verified_verdict,
        line.short_by,
    )


def test_a_gap_holds_the_verified_value_against_the_threshold_of_its_time(
    make_result: Callable[..., Result],
) -> None:
    result = make_result(
        ("number", ">=", "m²", 150, 98, ""),
        ("number", "<=", "vụ", 0, 3, ""),
        ("percent", ">=", "%", 90, Decimal("92.5"), ""),
        ("percent", ">=", "%", None, 50, "not_met"),
        ("yes_no", "", "", None, 0, ""),
        ("title", "", "", None, 2026, ""),
        ("number", ">=", "m²", 150, None, ""),
    )
    (gap,) = read_gaps([result])
    assert gap.result == result
    assert [said(line) for line in gap.lines] == [
        ("number", 98, "not_met", 52),
        ("number", 3, "not_met", 3),
        ("percent", Decimal("92.5"), "met", None),
        ("percent", 50, "not_met", None),
        ("yes_no", 0, "not_met", None),
        ("title", 2026, "met", None),
        ("number", None, "pending", None),
    ]


def test_documents_that_were_taken_off_do_not_stand_behind_a_gap(
    make_result: Callable[..., Result],
) -> None:
    result, person = make_result(), UserFactory()
    kept, gone = EvidenceFactory.create_batch(2, ward=result.assessment.ward)
    for document, at in ((kept, None), (gone, timezone.now())):
        result.evidence_uses.create(
            evidence=document,
            attached_by=person,
            attached_at=timezone.now(),
            detached_by=at and person,
            detached_at=at,
        )
    (gap,) = read_gaps([result])
    assert gap.documents == (kept,)


@pytest.mark.parametrize("n_gaps", [0, 1, 7])
def test_gaps_cost_two_queries_at_most(make_result: Callable[..., Result], n_gaps: int) -> None:
    results = [make_result(("number", ">=", "m²", 150, 98, "")) for _ in range(n_gaps)]
    with CaptureQueriesContext(connection) as asked:
        gaps = read_gaps(results)
    assert [gap.result for gap in gaps] == results
    assert len(asked) == (2 if n_gaps else 0)
