"""What keeps a ward from being ready: each criterion not met, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass

from criteria.models import Evidence, EvidenceUse, RequirementValue, Result
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.sheets.sheet import Line


@dataclass(frozen=True)
class Gap:
    """A criterion that is not met, by the result that says so, and the documents behind it.

    lines: as verified, against the thresholds that were in force then.
    """

    result: Result
    lines: tuple[Line, ...]
    documents: tuple[Evidence, ...]


def read_gaps(results: Sequence[Result]) -> list[Gap]:
    """Return the gap of each result, in the same order. Two queries; none where there are none."""
    lines: dict[int, list[Line]] = {result.pk: [] for result in results}
    documents: dict[int, list[Evidence]] = {result.pk: [] for result in results}
    if not results:
        return []
    values = RequirementValue.objects.filter(result__in=lines).order_by("requirement__position")
    for value in values.select_related("requirement"):
        lines[value.result_id].append(_line(value))
    uses = EvidenceUse.objects.attached().filter(result__in=documents)
    for use in uses.select_related("evidence__superseded_by").order_by("attached_at", "pk"):
        documents[use.result_id].append(use.evidence)
    return [Gap(result, tuple(lines[result.pk]), tuple(documents[result.pk])) for result in results]


def _line(value: RequirementValue) -> Line:
    return Line(
        value.requirement,
        value.threshold_applied,
        self_answer=Answer(value.self_value, value.self_judgement),
        threshold_applied=value.threshold_applied,
        previous=NO_ANSWER,
        verified_answer=Answer(value.verified_value, value.verified_judgement),
    )
