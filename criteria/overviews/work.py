"""What waits for whom in the open rounds, by deadline.

Rules receive the day; nothing here asks the clock.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, F, Q
from django.db.models.expressions import Combinable

from criteria.models import Assessment, Criterion, Result, Round, WardQuerySet
from criteria.readiness.rules import Tally, tally
from criteria.sheets.deadlines import Urgency
from criteria.sheets.progress import SheetOnDay, open_sheets
from criteria.verdicts import Verdict
from criteria.workflow import Duties, Hand


class Pile(tuple[SheetOnDay, ...]):
    """Sheets that wait for the same thing, of the newest round first, by deadline."""

    @property
    def n_late(self) -> int:
        return sum(item.urgency == Urgency.LATE for item in self)

    @property
    def n_soon(self) -> int:
        return sum(item.urgency == Urgency.SOON for item in self)


@dataclass(frozen=True)
class Work:
    """What waits for one person.

    rounds: all that are open, latest first. entered: the pks of the wards for which they fill in.
    not_submitted, unverified: of the whole city, for whoever answers for it. to_open, to_close:
    rounds whose day has come, for whoever runs them.
    """

    rounds: tuple[Round, ...]
    entered: frozenset[int]
    to_enter: Pile
    to_verify: Pile
    not_submitted: Pile
    unverified: Pile
    to_open: tuple[Round, ...]
    to_close: tuple[Round, ...]

    @property
    def returned(self) -> Pile:
        return Pile(item for item in self.to_enter if item.is_returned)

    @property
    def to_fill_in(self) -> Pile:
        return Pile(item for item in self.to_enter if not item.is_returned)

    @property
    def sheets(self) -> Pile:
        """Each sheet once, in whichever lists it is."""
        lists = (self.to_enter, self.to_verify, self.not_submitted, self.unverified)
        return Pile({id(item): item for pile in lists for item in pile}.values())

    @property
    def n_waiting(self) -> int:
        """What waits for the person's own hand."""
        own = (self.to_enter, self.to_verify, self.to_open, self.to_close)
        return sum(map(len, own))

    def where(self, keep: Callable[[SheetOnDay], bool]) -> "Work":
        """Keep some of the sheets; the rounds are not narrowed."""
        return replace(
            self,
            to_enter=Pile(filter(keep, self.to_enter)),
            to_verify=Pile(filter(keep, self.to_verify)),
            not_submitted=Pile(filter(keep, self.not_submitted)),
            unverified=Pile(filter(keep, self.unverified)),
        )


def read_work(duties: Duties, on: date, wards: WardQuerySet | None = None) -> Work:
    """Return what waits for a person of these duties. wards: some of those that they see.

    A round's wards are those in scope on its last day. Cost: six queries, whatever the size; one
    less for who enters nowhere, and for who runs no rounds.
    """
    rounds = _open_rounds()
    items = open_sheets(rounds, duties.sees if wards is None else wards, on)
    mine: frozenset[int] = frozenset()
    if Hand.UNIT in duties.hands:
        mine = frozenset(duties.enters.values_list("pk", flat=True))
    with_unit = Pile(item for item in items if item.is_with_unit)
    with_verifier = Pile(item for item in items if not item.is_with_unit)
    runs_rounds = Hand.ADMINISTRATOR in duties.hands
    return Work(
        rounds=tuple(rounds),
        entered=mine,
        to_enter=Pile(item for item in with_unit if item.sheet.ward_id in mine),
        to_verify=with_verifier if Hand.VERIFIER in duties.hands else Pile(),
        not_submitted=with_unit if duties.oversees else Pile(),
        unverified=with_verifier if duties.oversees else Pile(),
        to_open=tuple(Round.objects.filter(should_open(on))) if runs_rounds else (),
        to_close=tuple(round for round in rounds if round.verify_by < on) if runs_rounds else (),
    )


def _open_rounds() -> list[Round]:
    """Return the open rounds, latest first, with the size of their sets. One query."""
    opened = Round.objects.filter(status=Round.Status.OPEN).select_related("criteria_set")
    return list(opened.with_n_criteria())


def should_open(on: date | Combinable) -> Q:
    return Q(status=Round.Status.PLANNED, starts_on__lte=on)


# --- what a step over many sheets is about to be taken on -----------------------------------------


@dataclass(frozen=True)
class Chosen:
    """A sheet that a step is about to be taken on, and what stands on it."""

    sheet: Assessment
    self_tally: Tally
    n_verified: int

    @property
    def is_unverified(self) -> bool:
        """No criterion has been verified by anybody."""
        return self.n_verified == 0

    @property
    def n_unseen(self) -> int:
        """How many criteria an approval would agree with although nobody has verified them."""
        return self.self_tally.total - self.n_verified


def n_unseen(chosen: Iterable[Chosen]) -> int:
    """How many criteria of all the sheets together."""
    return sum(item.n_unseen for item in chosen)


def read_chosen(sheets: Iterable[Assessment]) -> list[Chosen]:
    """Return what stands on each of the sheets, in their order; their rounds are at hand.

    Cost: two queries, whatever the number.
    """
    sheets = list(sheets)
    sets = {sheet.round.criteria_set_id for sheet in sheets}
    asked = Criterion.objects.filter(criteria_set__in=sets).order_by().values_list("criteria_set")
    n_criteria = dict(asked.annotate(Count("pk")))
    results = Result.objects.filter(
        assessment__in=sheets, criterion__criteria_set=F("assessment__round__criteria_set")
    )
    by_sheet: dict[int, list[tuple[str, str]]] = defaultdict(list)
    verdicts = results.order_by().values_list("assessment", "self_verdict", "verified_verdict")
    for pk, self_verdict, verified in verdicts:
        by_sheet[pk].append((self_verdict, verified))
    chosen = []
    for sheet in sheets:
        total = n_criteria.get(sheet.round.criteria_set_id, 0)
        n_verified = sum(verified != Verdict.PENDING for _own, verified in by_sheet[sheet.pk])
        tallied = tally((own for own, _verified in by_sheet[sheet.pk]), total)
        chosen.append(Chosen(sheet, tallied, n_verified))
    return chosen
