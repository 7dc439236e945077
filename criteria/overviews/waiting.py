"""The two numbers over every page: what waits for a person, and what is new to them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from criteria.models import (
    Activity,
    Assessment,
    Round,
    Ward,
    in_scope_on,
)
from criteria.overviews.work import should_open
from criteria.sheets.deadlines import WITH_UNIT, WITH_VERIFIER
from criteria.workflow import Duties, Hand


@dataclass(frozen=True)
class Waiting:
    """work: `Work.n_waiting`, nothing narrowed. unread: notices that were not marked as read."""

    work: int = 0
    unread: int = 0


def count_waiting(duties: Duties, on: date, unread: QuerySet[Activity], base: QuerySet) -> Waiting:
    """Return the counts for every page's head, in one query.

    base: any one row to ask from, such as the person's own.
    """
    counts = {"unread": _number_of(unread)}
    opened = Round.objects.filter(status=Round.Status.OPEN)
    sheets = Assessment.objects.filter(
        in_scope_on(F("round__ends_on"), "ward__"), round__status=Round.Status.OPEN
    )
    if Hand.UNIT in duties.hands:
        entered = duties.enters.order_by().values("pk")
        wards = Ward.objects.filter(in_scope_on(OuterRef("ends_on")), pk__in=entered)
        counts["pairs"] = _value(opened, Func(_number_of(wards), function="SUM"))
        counts["gone"] = _number_of(
            sheets.filter(ward__in=entered).exclude(state__in=sorted(WITH_UNIT))
        )
    if Hand.VERIFIER in duties.hands:
        counts["to_verify"] = _number_of(sheets.filter(state__in=sorted(WITH_VERIFIER)))
    if Hand.ADMINISTRATOR in duties.hands:
        past = Q(status=Round.Status.OPEN, verify_by__lt=on)
        counts["rounds"] = _number_of(Round.objects.filter(should_open(on) | past))
    found = base.order_by().values(**counts)[0]
    work = sum(found.get(name, 0) for name in ("pairs", "to_verify", "rounds"))
    return Waiting(work - found.get("gone", 0), found["unread"])


def _number_of(rows: QuerySet) -> Coalesce:
    """Return the number of rows as an expression, 0 where there are none."""
    return _value(rows, Func("pk", function="COUNT", output_field=IntegerField()))


def _value(rows: QuerySet, of: Func) -> Coalesce:
    one = rows.order_by().annotate(counted=of).values("counted")
    return Coalesce(Subquery(one, output_field=IntegerField()), 0)
