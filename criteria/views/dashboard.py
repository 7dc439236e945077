"""Where the city stands against the roadmap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from criteria import permissions
from criteria.charts.maps import TILE, Picture, Place
from criteria.charts.trajectory import PAGE, Sheet, Trajectory, trajectory
from criteria.overviews.city import City, read_city
from criteria.overviews.map import picture_of, with_places
from criteria.readiness.changes import Changes, read_changes
from criteria.readiness.roadmap import Roadmap
from criteria.readiness.rules import Reach
from criteria.readiness.standing import Standing
from criteria.readiness.words import reach_in_words
from criteria.views.base import user_of
from criteria.views.day import DayMixin

MAPPED_AT_MOST = 400  # wards; of more, a map is no picture any more


class DashboardView(DayMixin, TemplateView):
    template_name = "criteria/dashboard/page.html"
    most, n_named = 5, 5  # of each list, and of what a ward in it lacks
    sheet = PAGE

    def read_city(self) -> City:
        on = self.day.on
        registry = permissions.wards_with_sight(user_of(self.request))
        return read_city(
            on,
            self.rounds,
            with_places(registry, on),
            round=self.day.round,
            is_today=self.day.is_today,
        )

    @cached_property
    def changes(self) -> Changes | None:
        """What the page's round changed; read where it is told."""
        after = self.day.round
        before = self.rounds.before(after, self.day.on) if after else None
        return read_changes(before, after) if before and after else None

    def can_name(self, picture: Picture) -> bool:
        """Whether the names of the wards can still be read on the map."""
        return len(picture.places) <= (40 if picture.is_schematic else 12)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        city = self.read_city()
        wards = [standing.ward for standing in city.standings]
        is_crowd = len(wards) > MAPPED_AT_MOST
        picture = None if is_crowd else picture_of(wards)
        return super().get_context_data(
            city=city,
            roadmap=city.roadmap,
            next_target=city.roadmap.next_target,
            milestones=city.roadmap.milestones(),
            chart=chart_of(city.roadmap, self.sheet),
            is_crowd=is_crowd,
            picture=picture,
            spots=[] if is_crowd else spots_of(picture, city.standings, self.day.q),
            has_names=picture and self.can_name(picture),
            nearest=city.nearest[: self.most],
            n_named=self.n_named,
            unmet=city.unmet[: self.most],
            most_differing_criteria=city.most_differing_criteria[: self.most],
            most_differing_wards=city.most_differing_wards[: self.most],
            **kwargs,
        )


class WallView(DashboardView):
    """The same for a screen on a wall: it asks for itself again, and nobody touches it.

    In pixels of a screen of 1920 × 1080: what the pictures have at least, and the type on them.
    """

    template_name = "criteria/wall/page.html"
    most = 3  # all of it stands on one screen
    sheet = Sheet(1080, 370, 30)
    map_width, map_height, map_pixels = 380, 384, 24

    def can_name(self, picture: Picture) -> bool:
        is_large = 7 * self.map_text(picture) <= 2 * TILE if picture.is_schematic else True
        return is_large and super().can_name(picture)

    def map_text(self, picture: Picture) -> int:
        return picture.units(self.map_pixels, width=self.map_width, height=self.map_height)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        picture = context["picture"]
        return {**context, "map_text": picture and self.map_text(picture)}


@dataclass(frozen=True)
class Spot:
    """A ward on the map and in the list beside it: worked out once, drawn in several places.

    place: None where there is no picture. words: its name and standing.
    """

    standing: Standing
    url: str
    words: str
    place: Place | None

    @property
    def reach(self) -> Reach:
        return self.standing.reach


def spots_of(picture: Picture | None, standings: Iterable[Standing], day_q: str) -> list[Spot]:
    """Bring the places of a picture together with what stands there."""
    places = {place.key: place for place in picture.places} if picture else {}
    words = {reach: reach_in_words(reach) for reach in Reach}
    return [
        Spot(
            standing,
            reverse("criteria:ward-detail", args=[standing.ward.pk]) + day_q,
            _spot_in_words(standing, words[standing.reach]),
            places.get(standing.ward.pk),
        )
        for standing in standings
    ]


def _spot_in_words(standing: Standing, reach: str) -> str:
    words = f"{standing.ward.name}: {reach}"
    if standing.reviewed_since is None:
        return words
    since = date_format(timezone.localdate(standing.reviewed_since))
    return f"{words}, {_('under review since %(day)s') % {'day': since}}"


def chart_of(seen: Roadmap, sheet: Sheet = PAGE) -> Trajectory | None:
    """Lay out the trajectory; None where nothing has begun."""
    begun_on, on = seen.timeline.rounds.begun_on, seen.today.on
    if begun_on is None or begun_on > on:
        return None
    milestones = seen.milestones()
    points = [
        (m.count.on, m.count.ready, m.count.recognised) for m in milestones if not m.provisional
    ]
    provisional = [
        (m.count.on, m.provisional.ready, m.provisional.at_most)
        for m in milestones
        if m.provisional
    ]
    targets = [(target.target.due_on, target.required) for target in seen.targets]
    return trajectory(
        [(step.on, step.in_scope, step.required) for step in seen.steps()],
        points,
        targets,
        provisional,
        first=begun_on,
        last=max([on + timedelta(days=1), *(due_on for due_on, _ in targets)]),
        today=on,
        sheet=sheet,
    )
