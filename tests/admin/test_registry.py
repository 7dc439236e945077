"""The administration asks before it moves a ward into an open round or out of it."""

from datetime import date

import pytest
from django.urls import reverse

from criteria.models import Activity, Assessment, Membership, WardSuccession
from tests import hands
from tests.admin.forms import add_row, save, shown
from tests.factories import MembershipFactory, RoundFactory, UserFactory, WardFactory, make_set
from tests.reading import filled, one, text

ON = date(2026, 9, 1)


def page_of(ward):
    return reverse("admin:criteria_ward_change", args=[ward.pk])


@pytest.fixture
def old(db):
    round = RoundFactory(criteria_set=make_set(n_criteria=1), settled_on=None)
    sheet = Assessment(ward=WardFactory(name="Cửa Bắc"), round=round)
    hands.submit(sheet, UserFactory(full_name="Trần Thị Bình"))
    MembershipFactory(
        user=UserFactory(role="Ward officer", full_name="Lê Văn Tám"), ward=sheet.ward
    )
    return sheet.ward


@pytest.fixture
def new(db):
    return WardFactory(name="Đông A", valid_from=ON)


def ask_for_the_end(office, old, new=None):
    values = shown(office.get(page_of(old)))
    row = {}
    if new:
        row = add_row(
            values,
            "successions",
            successor=new.pk,
            effective_on="01/09/2026",
            relation="merged_into",
            legal_basis="Nghị quyết 1104",
        )
    return office.post(page_of(old), {**values, **row, "valid_to": "01/09/2026"})


def decision(page, **changes):
    return {**filled(one(page, "form.registry-decision")), **changes}


def test_officers_of_one_name_are_told_apart_once(office, old):
    namesake = UserFactory(role="Ward officer", full_name="Lê Văn Tám")
    MembershipFactory(user=namesake, ward=old)
    told = text(one(ask_for_the_end(office, old), ".registry"))
    for officer in old.memberships.all():
        assert told.count(f"Lê Văn Tám ({officer.user.username})") == 1
        assert told.count(f"({officer.user.username})") == 1


def test_the_page_says_what_hangs_on_the_end_and_stores_nothing(office, old, new):
    n_logged = Activity.objects.count()
    page = ask_for_the_end(office, old, new)
    assert page.status_code == 200
    told = text(one(page, ".registry"))
    for words in ("Cửa Bắc", "Đợt 2026", "Đã nộp", "Lê Văn Tám", "Đông A"):
        assert words in told
    assert list(page.context["messages"]) == []  # that it is saved, above all
    old.refresh_from_db()
    assert old.valid_to is None
    assert Activity.objects.count() == n_logged


def test_once_decided_all_of_it_is_stored(office, administrator, old, new):
    page = ask_for_the_end(office, old, new)
    sent = decision(page, **{"decision-closes_sheets": "on", "decision-reason": "Sáp nhập"})
    answer = office.post(page_of(old), sent, follow=True)
    assert "Cửa Bắc" in str(*answer.context["messages"])
    old.refresh_from_db()
    assert old.valid_to == ON
    assert WardSuccession.objects.get().successor == new
    assert Membership.objects.get(ward=new).user.full_name == "Lê Văn Tám"
    assert set(Activity.objects.filter(actor=administrator).values_list("verb", flat=True)) == {
        "change",
        "create",
        "leave_round",
        "carry_over",
    }


def test_nobody_is_carried_over_who_is_not_ticked(office, old, new):
    page = ask_for_the_end(office, old, new)
    sent = decision(page, **{"decision-closes_sheets": "on", "decision-reason": "Sáp nhập"})
    sent.pop("decision-carried")
    assert office.post(page_of(old), sent).status_code == 302
    assert not new.memberships.exists()


@pytest.mark.parametrize("missing", ["decision-reason", "decision-closes_sheets"])
def test_a_decision_that_lacks_something_is_asked_for_again_with_what_was_typed(
    office, old, new, missing
):
    page = ask_for_the_end(office, old, new)
    said = {"decision-closes_sheets": "on", "decision-reason": "Sáp nhập"}
    answer = office.post(page_of(old), decision(page, **{**said, missing: ""}))
    assert answer.status_code == 422
    again = decision(answer)
    assert again["valid_to"] == ["01/09/2026"]
    assert again["decision-reason"] == ([""] if missing == "decision-reason" else ["Sáp nhập"])
    old.refresh_from_db()
    assert old.valid_to is None


def test_what_has_changed_since_it_was_asked_is_asked_anew(office, old):
    page = ask_for_the_end(office, old)
    sheet = Assessment.objects.get(ward=old)
    hands.take(sheet, hands.BEGIN, UserFactory(full_name="Phạm Văn Đồng"))
    said = {"decision-closes_sheets": "on", "decision-reason": "Sáp nhập"}
    answer = office.post(page_of(old), decision(page, **said))
    assert answer.status_code == 409
    assert "Phạm Văn Đồng" in text(one(answer, ".registry"))
    assert decision(answer)["decision-reason"] == ["Sáp nhập"]
    again = decision(answer, **{"decision-closes_sheets": "on"})
    assert office.post(page_of(old), again).status_code == 302


def test_a_succession_on_its_own_page_offers_the_officers(office, old, new):
    old.valid_to = ON
    old.save()
    url = reverse("admin:criteria_wardsuccession_add")
    page = save(
        office,
        url,
        predecessor=old.pk,
        successor=new.pk,
        effective_on="01/09/2026",
        relation="whole_into",
        legal_basis="Nghị quyết 1104",
    )
    assert page.status_code == 200
    assert not WardSuccession.objects.exists()
    answer = office.post(url, decision(page, **{"decision-reason": "Sáp nhập"}))
    assert answer.status_code == 302
    assert new.memberships.count() == 1


def test_what_moves_no_ward_is_saved_without_a_question(office, old):
    assert save(office, page_of(old), population="31031").status_code == 302
    old.refresh_from_db()
    assert old.population == 31031


def test_a_page_with_a_mistake_is_shown_with_the_mistake(office, old):
    answer = save(office, page_of(old), valid_to="31/12/2022")
    assert answer.status_code == 200
    assert "registry-decision" not in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_ward_that_is_not_there_is_told(office, method):
    url = reverse("admin:criteria_ward_change", args=[10**6])
    answer = getattr(office, method)(url, follow=True)
    assert len(answer.context["messages"]) == 1
