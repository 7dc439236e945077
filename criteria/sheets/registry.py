"""What hangs on a change of the registry: a unit that ends, begins otherwise, or has a successor.

A round counts the wards in scope on its last day, so whatever moves a ward's days or kind moves it
into rounds and out of them; see `Assessment.is_in_scope`. Nothing here writes, and nothing here
knows how the change came about: the registry is read before it and after it, and compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from accounts.models import User
from criteria.models import (
    Assessment,
    Evidence,
    Extension,
    Membership,
    Round,
    Ward,
    WardBoundary,
    WardSuccession,
    WardTile,
)


@dataclass(frozen=True)
class Registry:
    """Every unit, and what became of which, by their keys."""

    wards: dict[int, Ward]
    successions: dict[int, WardSuccession]


@dataclass(frozen=True)
class Place:
    """A ward in an open round, and its sheet there: None where nobody has begun."""

    ward: Ward
    round: Round
    sheet: Assessment | None
    extension: Extension | None = None

    @property
    def has_sheet_in_hand(self) -> bool:
        return self.sheet is not None and self.sheet.state in Assessment.IN_HAND


@dataclass(frozen=True)
class Heir:
    """An officer of a unit that is no more, and a successor for which they do not work yet."""

    user: User
    predecessor: Ward
    successor: Ward

    @property
    def key(self) -> str:
        return f"{self.user.pk}-{self.successor.pk}"


@dataclass(frozen=True)
class Hanging:
    """What a change of the registry does.

    ended: units that have another last day now. leaving, joining: what open rounds no longer
    count, or count after all. staying: sheets in hand of ended units that are to be finished, since
    their round counts the unit. officers: of the ended units. heirs: who may be carried over.
    unofficial, official: approved sheets of settled rounds that no longer count, or count after
    all. n_documents: of the ended units. beyond: places and outlines from a day on which the unit
    is no more. placeless: successors that have no place on the map.
    """

    ended: tuple[Ward, ...] = ()
    leaving: tuple[Place, ...] = ()
    joining: tuple[Place, ...] = ()
    staying: tuple[Place, ...] = ()
    officers: tuple[Membership, ...] = ()
    heirs: tuple[Heir, ...] = ()
    unofficial: tuple[Assessment, ...] = ()
    official: tuple[Assessment, ...] = ()
    n_documents: int = 0
    beyond: tuple[WardTile | WardBoundary, ...] = ()
    placeless: tuple[Ward, ...] = ()

    @property
    def closing(self) -> list[Place]:
        """The sheets that people have in hand and that nobody can work on afterwards."""
        return [place for place in self.leaving if place.has_sheet_in_hand]

    @property
    def asks(self) -> bool:
        """Somebody has to decide, or at least to know, before this is stored."""
        parts = (self.leaving, self.joining, self.staying, self.heirs, self.officers)
        return any((*parts, self.unofficial, self.official, self.beyond))

    @property
    def digest(self) -> str:
        """A mark that differs where anything differs that was decided on."""
        places = [
            (name, place.ward.pk, place.round.pk, place.sheet.state if place.sheet else "")
            for name in ("leaving", "joining", "staying")
            for place in getattr(self, name)
        ]
        sheets = [sheet.pk for sheet in (*self.unofficial, *self.official)]
        people = sorted(heir.key for heir in self.heirs)
        officers = sorted(str(officer.pk) for officer in self.officers)
        days = [(ward.pk, ward.valid_from, ward.valid_to, ward.kind) for ward in self.ended]
        return sha256(repr((places, sheets, people, officers, days)).encode()).hexdigest()[:16]


def read_registry() -> Registry:
    """Read it whole, with its days: two queries."""
    links = WardSuccession.objects.filter(predecessor__isnull=False)
    return Registry(Ward.objects.in_bulk(), links.in_bulk())


def what_hangs(before: Registry, after: Registry) -> Hanging:
    """Compare the registry with what it was. Two queries where nothing has moved."""
    moved = [(before.wards[pk], ward) for pk, ward in after.wards.items() if pk in before.wards]
    moved = [(was, now) for was, now in moved if _days(was) != _days(now)]
    ended = tuple(now for was, now in moved if now.valid_to and was.valid_to != now.valid_to)
    heirs = tuple(_heirs(_new_successions(before, after, ended)))
    officers = Membership.objects.filter(ward__in=ended, user__is_active=True)
    return Hanging(
        ended=ended,
        staying=_staying(ended),
        officers=tuple(officers.select_related("user", "ward")),
        heirs=heirs,
        n_documents=Evidence.objects.filter(ward__in=ended, superseded_by=None).count(),
        beyond=tuple(_beyond(ended)),
        placeless=tuple(_placeless(after, ended)),
        **_moves(moved),
    )


def _days(ward: Ward) -> tuple[object, ...]:
    return ward.kind, ward.valid_from, ward.valid_to


def _moves(moved: Sequence[tuple[Ward, Ward]]) -> dict[str, tuple[Any, ...]]:
    """Return what leaves the rounds that are open and joins them, and the settled ones, by name."""
    if not moved:
        return {}
    wards = [now.pk for _was, now in moved]
    rounds = list(Round.objects.exclude(status=Round.Status.PLANNED))
    of_wards = Assessment.objects.filter(ward__in=wards)
    latest = {
        (sheet.ward_id, sheet.round_id): sheet
        for sheet in of_wards.latest_revisions().select_related("verifying_by", "submitted_by")
    }
    approved = {(sheet.ward_id, sheet.round_id): sheet for sheet in of_wards.approved()}
    extended = {(e.ward_id, e.round_id): e for e in Extension.objects.filter(ward__in=wards)}
    moves: dict[str, list[Any]] = defaultdict(list)
    for was, now in moved:
        for round in rounds:
            was_in, is_in = was.is_in_scope(round.ends_on), now.is_in_scope(round.ends_on)
            if was_in == is_in:
                continue
            key = (now.pk, round.pk)
            if round.is_open:
                place = Place(now, round, _at(latest.get(key), now, round), extended.get(key))
                moves["joining" if is_in else "leaving"].append(place)
            sheet = _at(approved.get(key), now, round)
            if sheet and round.is_settled and round.is_citywide:
                moves["official" if is_in else "unofficial"].append(sheet)
    return {name: tuple(things) for name, things in moves.items()}


def _at(sheet: Assessment | None, ward: Ward, round: Round) -> Assessment | None:
    if sheet:
        sheet.ward, sheet.round = ward, round
    return sheet


def _staying(ended: Iterable[Ward]) -> tuple[Place, ...]:
    sheets = Assessment.objects.latest_revisions().filter(
        ward__in=list(ended), round__status=Round.Status.OPEN, state__in=Assessment.IN_HAND
    )
    people = ("ward", "round", "verifying_by", "submitted_by")
    return tuple(
        Place(sheet.ward, sheet.round, sheet)
        for sheet in sheets.select_related(*people)
        if sheet.is_in_scope
    )


def _new_successions(
    before: Registry, after: Registry, ended: Iterable[Ward]
) -> Iterator[WardSuccession]:
    """Successions that are new, and those of units that end on another day now."""
    ended_keys = {ward.pk for ward in ended}
    for pk, link in after.successions.items():
        known = before.successions.get(pk)
        is_same = known and (known.predecessor_id, known.successor_id) == (
            link.predecessor_id,
            link.successor_id,
        )
        if not is_same or link.predecessor_id in ended_keys:
            yield link


def _heirs(successions: Iterable[WardSuccession]) -> Iterator[Heir]:
    links = list(successions)
    keys = {key for link in links for key in (link.predecessor_id, link.successor_id)}
    members = Membership.objects.filter(ward__in=keys, user__is_active=True)
    works: dict[int, dict[int, User]] = {}
    for membership in members.select_related("user"):
        works.setdefault(membership.ward_id, {})[membership.user_id] = membership.user
    wards = Ward.objects.in_bulk(keys)
    taken: set[tuple[int, int]] = set()
    for link in links:
        successor = wards[link.successor_id]
        if successor.kind != Ward.Kind.WARD:
            continue
        for pk, user in works.get(link.predecessor_id or 0, {}).items():
            is_known = pk in works.get(successor.pk, {}) or (pk, successor.pk) in taken
            if not is_known:
                taken.add((pk, successor.pk))
                yield Heir(user, wards[link.predecessor_id or 0], successor)


def heirs_left() -> list[Heir]:
    """All officers of units that are no more who do not work for the successors."""
    return list(_heirs(WardSuccession.objects.filter(predecessor__isnull=False)))


def _beyond(ended: Iterable[Ward]) -> Iterator[WardTile | WardBoundary]:
    for ward in ended:
        yield from WardTile.objects.filter(ward=ward, valid_from__gte=ward.valid_to)
        outlines = WardBoundary.objects.filter(ward=ward, valid_from__gte=ward.valid_to)
        yield from outlines.defer("outline")


def _placeless(after: Registry, ended: Iterable[Ward]) -> Iterator[Ward]:
    ended_keys = {ward.pk for ward in ended}
    heirs = {s.successor_id for s in after.successions.values() if s.predecessor_id in ended_keys}
    placed = set(WardTile.objects.filter(ward__in=heirs).values_list("ward", flat=True))
    for pk in sorted(heirs - placed):
        yield after.wards[pk]
