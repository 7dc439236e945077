"""Who does what a unit or a verifier must know of is told where nobody there hears of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from criteria import permissions
from criteria.models import Ward
from criteria.workflow import ROUND_STEPS, STEPS, Hand
from tests import hands
from tests.factories import MembershipFactory, UserFactory, WardFactory, make_sheet, put_into

pytestmark = pytest.mark.django_db

FROM = {"return": "verifying", "approve": "verifying", "reopen": "approved"}


@pytest.fixture
def sheets():
    """By their state, each of a ward for which nobody works."""
    unsaved = make_sheet(n_criteria=2)
    unsaved.ward.delete()
    people = {"officer": UserFactory(), "verifier": UserFactory()}
    return hands.SheetsByState(unsaved.round, **people)


def warnings(answer):
    return [str(each) for each in answer.context["messages"] if each.level_tag == "warning"]


def is_warned(answer, ward):
    return any(str(ward) in text for text in warnings(answer))


@pytest.fixture
def officer_of():
    def work_for(ward):
        return MembershipFactory(user=UserFactory(role="Ward officer"), ward=ward).user

    return work_for


TOLD_UNITS = [name for name, step in STEPS.items() if step.tells == Hand.UNIT]


@pytest.mark.parametrize("has_officer", [False, True])
@pytest.mark.parametrize("name", TOLD_UNITS)
def test_a_step_that_the_unit_must_know_of(client_of, sheets, officer_of, name, has_officer):
    sheet = sheets[FROM.get(name, "returned again")]
    if has_officer:
        officer_of(sheet.ward)
    role = "administrator" if STEPS[name].hand == Hand.ADMINISTRATOR else "verifier"
    url = reverse("criteria:sheet-step", args=[sheet.round_id, sheet.ward_id, name])
    data = {"version": sheet.version, "reason": "Thiếu văn bản"}
    answer = client_of(role).post(url, data, follow=True)
    assert "success" in [each.level_tag for each in answer.context["messages"]]
    assert is_warned(answer, sheet.ward) is not has_officer


@pytest.mark.parametrize("name", ["approve", "return"])
def test_many_at_once(client_of, sheets, name):
    sheet = sheets["verifying"]
    url = reverse(f"criteria:work-{name}")
    chosen = {"sheet": f"{sheet.pk}:{sheet.version}", "confirmed": "1", "reason": "Lý do"}
    page = client_of("verifier").post(url, chosen, follow=True)
    assert is_warned(page, sheet.ward)


@pytest.mark.parametrize("has_officer", [False, True])
@pytest.mark.parametrize("name", ROUND_STEPS)
def test_a_step_of_a_round(client_of, officer_of, name, has_officer):
    round, ward = make_sheet().round, WardFactory(name="Trường Thi")
    Ward.objects.exclude(pk=ward.pk).delete()
    put_into(next(iter(ROUND_STEPS[name].sources)))
    if has_officer:
        officer_of(ward)
    url = reverse("criteria:round-step", args=[round.pk, name])
    answer = client_of("administrator").post(url, {"reason": "Sót"}, follow=True)
    assert "success" in [each.level_tag for each in answer.context["messages"]]
    assert is_warned(answer, ward) is not has_officer


def test_an_extension(client_of):
    round, ward = make_sheet().round, WardFactory(name="Trường Thi")
    url = reverse("criteria:round-extend", args=[round.pk, ward.pk])
    data = {"submit_by": round.submit_by + timedelta(days=3), "reason": "Sáp nhập"}
    answer = client_of("administrator").post(url, data, follow=True)
    assert is_warned(answer, ward)


@pytest.mark.parametrize("has_verifier", [False, True])
def test_a_submission_without_a_verifier(client_of, sheets, officer_of, has_verifier):
    sheet = sheets["returned"]
    if has_verifier:
        UserFactory(role="Verifier")
    url = reverse("criteria:sheet-step", args=[sheet.round_id, sheet.ward_id, "submit"])
    client = client_of(officer_of(sheet.ward))
    answer = client.post(url, {"version": sheet.version}, follow=True)
    assert bool(warnings(answer)) is not has_verifier


def test_who_works_for_a_ward_is_an_active_account_that_may_fill_in_its_sheet(settings, officer_of):
    ward, wards = WardFactory(), Ward.objects.all()
    UserFactory(role="City officer")
    MembershipFactory(user=UserFactory(role="Leader"), ward=ward)
    officer = officer_of(WardFactory())
    assert list(permissions.without_officer(wards)) == [ward]
    MembershipFactory(user=officer, ward=ward)
    assert not permissions.without_officer(wards)
    officer.is_demo = True
    officer.save()
    settings.DEMO = False
    assert len(permissions.without_officer(wards)) == 2
    officer.is_demo, officer.is_active = False, False
    officer.save()
    assert len(permissions.without_officer(wards)) == 2
