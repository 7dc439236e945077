"""The two numbers over every page: what waits for a person, and what is new to them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from criteria.models import Activity, Assessment, Round, in_scope_on
from criteria.overviews.work import should_open
from criteria.sheets.deadlines import WITH_UNIT, WITH_VERIFIER
from criteria.workflow import Duties, Hand

MOST_UNREAD = 99  # more are not counted: whoever has so many needs no number


@dataclass(frozen=True)
class Waiting:
    """work: `Work.n_waiting`, nothing narrowed. unread: notices that were not marked as read."""

    work: int = 0
    unread: int = 0

    @property
    def unread_label(self) -> str:
        """As the page's head says it; empty where nothing is new."""
        if self.unread > MOST_UNREAD:
            return f"{MOST_UNREAD}+"
        return str(self.unread or "")


def waiting_row(
    duties: Duties, on: date | Combinable, unread: QuerySet[Activity], base: QuerySet
) -> QuerySet:
    """Return the counts for every page's head as one row of values, for `waiting_of`.

    on: the day. base: any one row to ask from, such as the person's own.
    """
    counts: dict[str, Subquery] = {
        "unread": _Number(unread.order_by().values("pk")[: MOST_UNREAD + 1])
    }
    opened = Round.objects.filter(status=Round.Status.OPEN).order_by()
    if Hand.UNIT in duties.hands:
        handed_over = (
            Assessment.objects.latest_revisions()
            .filter(ward=OuterRef("pk"), round=OuterRef(OuterRef("pk")))
            .exclude(state__in=sorted(WITH_UNIT))
        )
        wards = duties.enters.filter(
            in_scope_on(OuterRef("ends_on")), ~Exists(handed_over)
        ).order_by()
        counts["to_enter"] = _Total(opened.values(n=_Number(wards.values("pk"))))
    if Hand.VERIFIER in duties.hands:
        sheets = Assessment.objects.filter(
            in_scope_on(OuterRef("ends_on"), "ward__"),
            round=OuterRef("pk"),
            state__in=sorted(WITH_VERIFIER),
        ).order_by()
        counts["to_verify"] = _Total(opened.values(n=_Number(sheets.values("pk"))))
    if Hand.ADMINISTRATOR in duties.hands:
        to_close = Q(status=Round.Status.OPEN, verify_by__lt=on)
        rounds = Round.objects.filter(should_open(on) | to_close).order_by()
        counts["rounds"] = _Number(rounds.values("pk"))
    return base.order_by().values(**counts)


class _Number(Subquery):
    """How many rows there are, as an expression."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class _Total(Subquery):
    """The sum of the rows' only column, `n`, as an expression."""

    template = "(SELECT SUM(n) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def waiting_of(counts: dict[str, int | None]) -> Waiting:
    """Read the row of `waiting_row`. None: there is nothing to be counted."""
    known = {name: int(n or 0) for name, n in counts.items()}
    unread = known.pop("unread")
    return Waiting(sum(known.values()), unread)
