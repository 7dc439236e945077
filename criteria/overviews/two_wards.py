"""Two wards side by side, by their approved sheets of one round."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from criteria.measures import FIGURES, SIGNS, figure
from criteria.models import Criterion, CriterionGroup, RequirementValue, Result, Round
from criteria.readiness.rules import Answer
from criteria.readiness.standing import Standing
from criteria.readiness.words import answer_in_words
from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Side:
    """What one ward's sheet says of a criterion. figures: the measured ones, with thresholds."""

    verdict: Verdict
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    criterion: Criterion
    first: Side
    second: Side

    @property
    def only_first(self) -> bool:
        """The first ward meets what the second does not."""
        return (self.first.verdict, self.second.verdict) == (Verdict.MET, Verdict.NOT_MET)

    @property
    def only_second(self) -> bool:
        return (self.first.verdict, self.second.verdict) == (Verdict.NOT_MET, Verdict.MET)

    @property
    def differs(self) -> bool:
        return self.first.verdict != self.second.verdict


@dataclass(frozen=True)
class TwoWards:
    """lines: one a criterion of the round's set, in order."""

    first: Standing
    second: Standing
    lines: tuple[Line, ...]

    @property
    def can_be_compared(self) -> bool:
        return bool(self.first.round and self.second.round)

    @property
    def only_first(self) -> list[Line]:
        return [line for line in self.lines if line.only_first]

    @property
    def only_second(self) -> list[Line]:
        return [line for line in self.lines if line.only_second]

    @property
    def groups(self) -> list[tuple[CriterionGroup, list[Line]]]:
        """Each group with its lines, in the order of the groups' codes."""
        by_group: dict[CriterionGroup, list[Line]] = defaultdict(list)
        for line in sorted(self.lines, key=lambda line: line.criterion.group.code):
            by_group[line.criterion.group].append(line)
        return list(by_group.items())


def read_two_wards(first: Standing, second: Standing, round: Round) -> TwoWards:
    """Read what two wards in scope on a day have in its round. Three queries."""
    wards = (first.ward.pk, second.ward.pk)
    results = Result.objects.of_round(round).filter(assessment__ward__in=wards)
    verdicts = {
        (ward_id, criterion_id): Verdict(verdict)
        for ward_id, criterion_id, verdict in results.values_list(
            "assessment__ward", "criterion", "verified_verdict"
        )
    }
    values = RequirementValue.objects.filter(
        result__in=results.order_by().values("pk"),
        requirement__measure__in=FIGURES,
    )
    figures = _figures(values)
    criteria = Criterion.objects.filter(criteria_set=round.criteria_set_id).select_related("group")

    def side(ward_id: int, criterion: Criterion) -> Side:
        place = (ward_id, criterion.pk)
        return Side(verdicts.get(place, Verdict.PENDING), figures.get(place, ()))

    return TwoWards(
        first,
        second,
        tuple(
            Line(criterion, *(side(ward_id, criterion) for ward_id in wards))
            for criterion in criteria.order_by("number")
        ),
    )


def _figures(values: Any) -> Mapping[tuple[int, int], tuple[str, ...]]:
    """Write the verified figures by ward and criterion: “182 m² (≥ 150)”."""
    figures: dict[tuple[int, int], list[str]] = defaultdict(list)
    rows = values.select_related("requirement", "result__assessment")
    for row in rows.order_by("requirement__position"):
        asked, result = row.requirement, row.result
        words = answer_in_words(asked, Answer(row.verified_value))
        if words:
            if row.threshold_applied is not None:
                words = f"{words} ({SIGNS[asked.comparator]} {figure(row.threshold_applied)})"
            figures[result.assessment.ward_id, result.criterion_id].append(words)
    return {place: tuple(words) for place, words in figures.items()}
