"""A prepared statement gives what its queryset would, for whatever is given each time."""

from typing import Any

import pytest
from django.db.models import BigIntegerField, DateField, QuerySet
from pytest_django import DjangoAssertNumQueries

from accounts.anybody import PreparedForAnybody
from accounts.models import User
from criteria.models import Membership, Recognition, Ward
from namdinh_wards.prepared import Given, Prepared
from tests.conftest import make_person
from tests.factories import RecognitionFactory, WardFactory

DAY = Given("day", DateField())
WARD = Given("ward", BigIntegerField())


def recognitions(ward: Any, day: Any) -> QuerySet:
    return Recognition.objects.filter(ward=ward, decided_on__gte=day).select_related("ward")


SHAPES = {
    "records": lambda rows: rows,
    "tuples": lambda rows: rows.values_list("ward__valid_from", "decided_on", "decision_number"),
    "dictionaries": lambda rows: rows.values("ward__area_km2", "ward__name"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_it_gives_what_the_queryset_gives(
    shape: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = RecognitionFactory(), RecognitionFactory()
    prepared = Prepared(shape(recognitions(WARD, DAY)))
    for recognition in (first, second):
        given = {"ward": recognition.ward_id, "day": recognition.decided_on}
        with django_assert_num_queries(1):
            rows = prepared.rows(**given)
            wards = [row.ward for row in rows if isinstance(row, Recognition)]
        assert rows == list(shape(recognitions(**given))) != []
        assert all(ward == recognition.ward for ward in wards)
    assert prepared.rows(ward=first.ward_id, day=first.decided_on.replace(year=9000)) == []


@pytest.mark.django_db
def test_nothing_is_equal_to_nothing() -> None:
    RecognitionFactory()
    assert Prepared(recognitions(WARD, DAY)).rows(ward=None, day=None) == []


def wards_of(user: User) -> QuerySet:
    """All of them for whoever enters for every ward; their own for the others."""
    everybody = user.has_perm("criteria.enter_any_sheet")
    own = Ward.objects.filter(memberships__user=user.pk)
    return Ward.objects.order_by("pk") if everybody else own.order_by("pk")


@pytest.mark.django_db
def test_it_is_prepared_for_all_who_may_do_the_same_and_for_nobody_else() -> None:
    WardFactory()
    prepared = PreparedForAnybody(wards_of)
    for role in ("ward", "city", "ward", "city"):
        user = make_person(role)
        own = [row.ward for row in Membership.objects.filter(user=user).select_related("ward")]
        is_ward = role == "ward"
        assert prepared.rows(user) == (own if is_ward else list(Ward.objects.order_by("pk")))
