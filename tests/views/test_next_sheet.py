"""A verifier goes from one sheet to the next without looking for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import Assessment, Round
from criteria.workflow import BEGIN
from tests import hands
from tests.conftest import signed_in
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set
from tests.reading import find, links, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def round():
    return RoundFactory(criteria_set=make_set(n_criteria=1))


@pytest.fixture
def officer(make_user):
    return make_user("city")


@pytest.fixture
def verifier(make_user):
    return make_user("verifier")


@pytest.fixture
def sheets(round, officer):
    names = ("Cửa Bắc", "Lộc Hạ", "Trường Thi", "Vị Xuyên")
    made = [Assessment(ward=WardFactory(name=name), round=round) for name in names]
    return [hands.submit(sheet, officer) for sheet in made]


def url_of(sheet):
    return reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])


def step(client, sheet, name, **facts):
    url = reverse("criteria:sheet-step", args=[sheet.round_id, sheet.ward_id, name])
    version = Assessment.objects.get(pk=sheet.pk).version
    return client.post(url, {"version": version, **facts}, follow=True)


@pytest.mark.parametrize("name", ["approve", "return"])
def test_a_step_leads_to_the_next_sheet_and_the_focus_to_its_link(sheets, verifier, name):
    client, sheet = signed_in(verifier), sheets[1]
    hands.take(sheet, BEGIN, verifier)
    hands.agree(sheet, verifier)
    page = step(client, sheet, name, reason="Thiếu")
    assert page.redirect_chain[-1][0] == f"{url_of(sheet)}#next-sheet"
    assert links(page, "#next-sheet") == [url_of(sheets[2])]
    assert "Next sheet: Ward Trường Thi" in text(page)


def test_what_a_colleague_verifies_and_own_entries_are_passed_over(sheets, verifier, round):
    hands.take(sheets[1], BEGIN, UserFactory())
    own = Assessment(ward=WardFactory(name="Hạ Long"), round=round)
    hands.submit(own, verifier)
    sheet, client = sheets[0], signed_in(verifier)
    hands.take(sheet, BEGIN, verifier)
    hands.agree(sheet, verifier)
    page = step(client, sheet, "approve")
    assert links(page, "#next-sheet") == [url_of(sheets[2])]


def test_after_the_last_on_the_list_the_first_follows_and_after_all_of_them_none(sheets, verifier):
    client = signed_in(verifier)
    for sheet, follows in zip(sheets[::-1], [*sheets[:1] * 3, None], strict=True):
        hands.take(sheet, BEGIN, verifier)
        hands.agree(sheet, verifier)
        page = step(client, sheet, "approve")
        wanted = url_of(follows) if follows else reverse("criteria:work")
        assert links(page, "#next-sheet") == [wanted]
    assert "No other sheet waits for you" in text(page)


def test_others_and_closed_rounds_are_led_nowhere(sheets, verifier, officer, make_user):
    hands.take(sheets[0], BEGIN, verifier)
    hands.agree(sheets[0], verifier)
    step(signed_in(verifier), sheets[0], "approve")
    for role in ("city", "leader"):
        assert not find(signed_in(make_user(role)).get(url_of(sheets[0])), "#next-sheet")
    assert not find(signed_in(verifier).get(url_of(sheets[1])), "#next-sheet")
    Round.objects.update(status="closed", settled_on="2026-11-20")
    assert not find(signed_in(verifier).get(url_of(sheets[0])), "#next-sheet")


def test_it_costs_the_same_however_many_wait(sheets, verifier, round, officer):
    hands.take(sheets[0], BEGIN, verifier)
    hands.agree(sheets[0], verifier)
    client, costs = signed_in(verifier), []
    step(client, sheets[0], "approve")
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(url_of(sheets[0]))
        costs.append(len(captured))
        for _ward in range(25):
            hands.submit(Assessment(ward=WardFactory(), round=round), officer)
    assert costs[0] == costs[1]


def test_lists_say_how_far_a_verification_has_come_and_by_whom(sheets, verifier, make_user):
    colleague = UserFactory(full_name="Hoàng Thẩm Tra")
    hands.take(sheets[0], BEGIN, colleague)
    hands.agree(sheets[0], colleague)
    hands.take(sheets[1], BEGIN, verifier)
    places = [
        (verifier, reverse("criteria:work")),
        (verifier, reverse("criteria:round-current")),
        (make_user("leader"), reverse("criteria:work")),
    ]
    for user, place in places:
        said = [text(each) for each in find(signed_in(user).get(place), ".verifying")]
        assert sorted(said) == sorted(
            ["1/1 verified · Hoàng Thẩm Tra", f"0/1 verified · {verifier.full_name}"]
        )
    other = signed_in(UserFactory(role="Ward officer"))
    assert not find(other.get(reverse("criteria:round-current")), ".verifying")
