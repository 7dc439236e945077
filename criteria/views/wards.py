"""The wards and their standing: the list of a day, and all that is known of one unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.paginator import Page
from django.http import Http404
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.charts.history import History, Point
from criteria.charts.history import history as draw
from criteria.forms.filters import WardFilterForm
from criteria.log.about import about_ward
from criteria.log.telling import tell_briefly
from criteria.overviews.gaps import read_gaps
from criteria.overviews.ward import (
    Relatives,
    WardOnDay,
    differing,
    read_ward,
    telling_results,
    unmet,
)
from criteria.readiness.record import RoundRow
from criteria.readiness.standing import Standing, standings, wards_on
from criteria.sheets.current import states
from criteria.sheets.evidence import latest_documents
from criteria.sheets.progress import NOT_BEGUN
from criteria.views.base import user_of
from criteria.views.day import DayMixin
from criteria.views.paging import page_of
from criteria.views.remembered import RememberedFilter

N_LATEST = 5  # documents, and entries of the log
N_NAMED = 3  # criteria missing, of each ward in the list


class WardListView(DayMixin, RememberedFilter, TemplateView):
    template_name = "criteria/wards/list.html"
    fragment_name = "criteria/wards/_filtered.html"
    filter_names = ("q", "standing")

    @cached_property
    def filter_form(self) -> WardFilterForm:
        return WardFilterForm(self.request.GET)

    @cached_property
    def page(self) -> "Page[int]":
        """The wards that match the filter, by their pks, a page at a time."""
        on = self.day.on
        wards = self.filter_form.filter_qs(wards_on(on, self.day.round))
        return page_of(self.request, list(wards.values_list("pk", flat=True)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on, round = self.day.on, self.day.round
        registry = permissions.wards_with_sight(user_of(self.request))
        wards = wards_on(on, round, registry).filter(pk__in=list(self.page))
        shown = standings(on, wards, round=round)
        return super().get_context_data(
            filter_form=self.filter_form,
            is_filtered=any(value for name, value in self.day.others),
            page=self.page,
            standings=shown,
            rows=self.with_states(shown),
            n_named=N_NAMED,
            **kwargs,
        )

    def with_states(self, shown: list[Standing]) -> list[tuple[Standing, str | None]]:
        """Add how far a sheet has come where the round goes on: provisional, so of today alone."""
        round = self.day.round
        if not (self.day.is_today and round and round.is_open):
            return [(standing, None) for standing in shown]
        begun = states(round)
        return [(s, None if s.round else begun.get(s.ward.pk, NOT_BEGUN)) for s in shown]


class WardDetailView(DayMixin, TemplateView):
    template_name = "criteria/wards/detail.html"

    @cached_property
    def known(self) -> WardOnDay:
        day = self.day
        wards = permissions.wards_with_sight(user_of(self.request))
        known = read_ward(
            self.kwargs["ward_id"],
            self.rounds,
            day.on,
            wards,
            round=day.round,
            is_today=day.is_today,
        )
        if known is None:
            raise Http404
        return known

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known, user = self.known, user_of(self.request)
        return super().get_context_data(
            known=known,
            ward=known.ward,
            standing=known.standing,
            chart=chart_of(known),
            sees_whole_log=permissions.can_see_whole_log(user),
            entries=self.entries() if permissions.can_see_log(user) else [],
            **(self.by_name() if known.ward.is_in_sight else {}),
            **kwargs,
        )

    def by_name(self) -> dict[str, Any]:
        """What only those read who may see the ward's results."""
        known = self.known
        results = telling_results(known)
        documents, n_documents = latest_documents(known.ward, N_LATEST)
        return {
            "gaps": read_gaps(unmet(known, results)),
            "differing": differing(known, results),
            "documents": documents,
            "n_documents": n_documents,
        }

    def entries(self) -> list[Any]:
        log = permissions.visible_log(user_of(self.request))
        about = about_ward(log, self.known.ward.pk).select_related("ward", "actor")
        return tell_briefly(about.order_by("-seq")[:N_LATEST])


@dataclass(frozen=True)
class Chart:
    """rounds: those under the picture's field, in the order of its places."""

    picture: History
    rounds: tuple[Any, ...]


def chart_of(known: WardOnDay) -> Chart | None:
    """Lay out what the unit, and those that it came from, met round by round.

    None of fewer than two rounds: a picture would show no more than the table does.
    """
    own = known.ward.pk
    before = _before(known.before, own)
    lines = {ward_id: rows for ward_id, rows, _became in reversed(before)}
    lines[own] = _approved(known.rows)
    rounds = {row.round.pk: row.round for rows in lines.values() for row in rows}
    if len(rounds) < 2:
        return None
    in_order = sorted(rounds.values(), key=attrgetter("ends_on"))
    places = {round.pk: place for place, round in enumerate(in_order)}
    points = {
        ward_id: [
            Point(places[row.round.pk], row.tally.met, row.tally.applicable)
            for row in reversed(rows)
            if row.tally
        ]
        for ward_id, rows in lines.items()
    }
    links = [(ward_id, became) for ward_id, _rows, became in before]
    return Chart(draw(len(rounds), points, links, own=own), tuple(in_order))


def _approved(rows: Iterable[RoundRow]) -> list[RoundRow]:
    return [row for row in rows if row.is_official and row.is_counted and row.tally]


def _before(relatives: Relatives, became: int) -> list[tuple[int, list[RoundRow], int]]:
    """Return each unit before another with its rounds, and what it became, however far back.

    A unit that became several is there as often, with its rounds the first time.
    """
    units = []
    for relative in relatives:
        if relative.ward:
            units.append((relative.ward.pk, _approved(relative.rows), became))
            units += _before(relative.beyond, relative.ward.pk)
    return units
