"""What keeps a ward from being ready: each criterion not met, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from criteria.models import Evidence, EvidenceUse, Requirement, RequirementValue, Result
from criteria.readiness.rules import Answer, Verdict, requirement_verdict, shortfall


@dataclass(frozen=True)
class Need:
    """One requirement as it was verified, against the threshold that was in force then."""

    requirement: Requirement
    found: Answer
    threshold: Decimal | None

    @property
    def verdict(self) -> Verdict:
        asked = self.requirement
        return requirement_verdict(asked.measure, asked.comparator, self.threshold, self.found)

    @property
    def short_by(self) -> Decimal | None:
        """In the requirement's unit; None where no figure misses a threshold."""
        return shortfall(self.requirement.comparator, self.threshold, self.found.value)


@dataclass(frozen=True)
class Gap:
    """A criterion that is not met, by the result that says so, and the documents behind it."""

    result: Result
    needs: tuple[Need, ...]
    documents: tuple[Evidence, ...]


def read_gaps(results: Sequence[Result]) -> list[Gap]:
    """Return the gap of each result, in the same order. Two queries; none where there are none."""
    needs: dict[int, list[Need]] = {result.pk: [] for result in results}
    documents: dict[int, list[Evidence]] = {result.pk: [] for result in results}
    if not results:
        return []
    values = RequirementValue.objects.filter(result__in=needs).order_by("requirement__position")
    for value in values.select_related("requirement"):
        found = Answer(value.verified_value, value.verified_judgement)
        needs[value.result_id].append(Need(value.requirement, found, value.threshold_applied))
    uses = EvidenceUse.objects.filter(result__in=documents, detached_at=None)
    for use in uses.select_related("evidence__superseded_by").order_by("attached_at", "pk"):
        documents[use.result_id].append(use.evidence)
    return [Gap(result, tuple(needs[result.pk]), tuple(documents[result.pk])) for result in results]
