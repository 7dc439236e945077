"""The page that the budgets are ratios to: empty but for the frame, at the price it once had.

Its head counts what waits and what is new as every page did before those two numbers were made
cheap, so that a cheaper head lowers every page's ratio instead of raising it. What the head costs
now is the page “nothing” beside it. Frozen: the statement below is no part of the program.
"""

from typing import Any

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from criteria.models import Activity, Assessment, Inbox, Round, Ward, in_scope_on

_TOLD = ("return", "approve", "reopen", "open_round", "close_round", "reopen_round", "extend")
_STEPS = ("submit", "withdraw", "begin", "return", "approve", "reopen")
_ROUND_STEPS = ("open_round", "close_round", "reopen_round")


def yardstick(request: HttpRequest) -> HttpResponse:
    """Draw the frame for a city officer, whose page “nothing” is as well."""
    then = SimpleLazyObject(lambda: _counted_as_then(request.user))
    return render(request, "base.html", {"waiting": then})


def _counted_as_then(user: User) -> dict[str, int]:
    counts = {"unread": _number_of(_unread(user))}
    opened = Round.objects.filter(status="open")
    sheets = Assessment.objects.filter(
        in_scope_on(F("round__ends_on"), "ward__"), round__status="open"
    )
    entered = Ward.objects.all().order_by().values("pk")
    wards = Ward.objects.filter(in_scope_on(OuterRef("ends_on")), pk__in=entered)
    counts["pairs"] = _value(opened, Func(_number_of(wards), function="SUM"))
    counts["gone"] = _number_of(
        sheets.filter(ward__in=entered).exclude(state__in=["draft", "returned"])
    )
    found = User.objects.filter(pk=user.pk).order_by().values(**counts)[0]
    return {"work": found["pairs"] - found["gone"], "unread_label": found["unread"]}


def _unread(user: User) -> QuerySet[Activity]:
    steps = Activity.objects.filter(verb__in=[*_STEPS, *_ROUND_STEPS]).order_by()
    later = steps.filter(
        object_type=OuterRef("object_type"),
        object_id=OuterRef("object_id"),
        seq__gt=OuterRef("seq"),
    )
    seen = Inbox.objects.filter(user=user).values("seen_seq")
    told = Activity.objects.filter(
        Q(pk=None) | Q(verb__in=_TOLD), at__gte=user.date_joined
    ).exclude(actor=user)
    return told.filter(~Exists(later), seq__gt=Coalesce(Subquery(seen), 0))


def _number_of(rows: QuerySet) -> Coalesce:
    return _value(rows, Func("pk", function="COUNT", output_field=IntegerField()))


def _value(rows: QuerySet, of: Func) -> Any:
    one = rows.order_by().annotate(counted=of).values("counted")
    return Coalesce(Subquery(one, output_field=IntegerField()), 0)
