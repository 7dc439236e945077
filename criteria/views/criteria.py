"""What one criterion asks for, who meets it, and how that has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.charts.bars import Bar, bar
from criteria.charts.dots import Dot, Dots, dots
from criteria.models import CriteriaSet, Criterion, Requirement, Round
from criteria.overviews.criterion import CriterionDay, read_day, read_requirements
from criteria.overviews.readings import Reading, RequirementDay
from criteria.overviews.trend import Turn, criteria_in, read_neighbours, read_trend
from criteria.readiness.continuity import read_catalogue
from criteria.readiness.standing import wards_on
from criteria.views.base import user_of
from criteria.views.day import DayMixin
from criteria.views.paging import Fold, fold_of


@dataclass(frozen=True)
class Plot:
    """The figures of one requirement, each with its place on the axis; n: of how many wards."""

    requirement: Requirement
    chart: Dots
    rows: tuple[tuple[Reading, Dot], ...]
    n: int

    @property
    def has_thresholds(self) -> bool:
        return any(reading.threshold is not None for reading, _dot in self.rows)


class CriterionDetailView(DayMixin, TemplateView):
    template_name = "criteria/criterion/page.html"

    @cached_property
    def criterion(self) -> Criterion:
        published = Criterion.objects.exclude(criteria_set__status=CriteriaSet.Status.DRAFT)
        return get_object_or_404(
            published.select_related("criteria_set", "group"), pk=self.kwargs["criterion_id"]
        )

    @cached_property
    def fold(self) -> Fold:
        return fold_of(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, round = user_of(self.request), self.day.round
        catalogue, criterion = read_catalogue(), self.criterion
        present = criteria_in(round.criteria_set_id, criterion, catalogue) if round else []
        now = present[0] if present else None
        asked = read_requirements([criterion, *present[:1]])
        seen = self.read_day(round, now, asked[now.pk]) if round and now else None
        return super().get_context_data(
            criterion=criterion,
            requirements=asked[criterion.pk],
            neighbours=read_neighbours(criterion),
            present=present,
            seen=seen,
            plots=plots_of(seen.requirements, self.fold.most) if seen else [],
            bars=bars_of(seen.requirements) if seen else [],
            trend=turns_of(read_trend(criterion, catalogue, self.rounds.settled(self.day.on))),
            sees_all=permissions.can_see_any_sheet(user),
            can_see_log=permissions.can_see_log(user),
            fold=self.fold,
            **kwargs,
        )

    def read_day(
        self, round: Round, criterion: Criterion, requirements: list[Requirement]
    ) -> CriterionDay:
        """Read the day, of the wards that the reader may know more of than the numbers."""
        registry = permissions.wards_with_sight(user_of(self.request))
        wards = wards_on(self.day.on, round, registry)
        return read_day(round, criterion, requirements, wards).in_sight()


def plots_of(asked: Iterable[RequirementDay], most: int) -> list[Plot]:
    """Plot what is measured; of more than `most` wards, the worst."""
    return [_plot(one, one.readings[:most]) for one in asked if one.readings]


def _plot(asked: RequirementDay, readings: Sequence[Reading]) -> Plot:
    chart = dots(
        [
            (reading.value, reading.self_value, reading.threshold)
            for reading in readings
            if reading.value is not None
        ]
    )
    rows = tuple(zip(readings, chart.rows, strict=True))
    return Plot(asked.requirement, chart, rows, len(asked.readings))


def bars_of(asked: Sequence[RequirementDay]) -> list[tuple[RequirementDay, Bar]]:
    """Lay out each requirement, unless there is only one and its figures are plotted anyway."""
    if len(asked) == 1 and asked[0].is_measured:
        return []
    return [(one, bar([one.n_met, one.n_not_met], one.n_met + one.n_not_met)) for one in asked]


def turns_of(trend: Iterable[Turn]) -> list[tuple[Turn, Bar]]:
    """Lay out all rounds to one scale, so that the bar of fewer wards is shorter."""
    turns = list(trend)
    most = max((turn.numbers.in_scope for turn in turns), default=0)
    return [(turn, bar(turn.numbers.parts, most)) for turn in turns]
