"""A refusal loses nothing of what was typed, and its address opens again."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from criteria.admin.wards import WardAdmin
from criteria.models import Round
from criteria.workflow import REOPEN, RETURN
from tests import hands
from tests.admin.forms import shown
from tests.conftest import signed_in
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set, make_sheet
from tests.reading import find, one, text

pytestmark = pytest.mark.django_db

REASON = "Thiếu biên bản đo\nvà ảnh chụp"


@pytest.fixture
def verifier():
    return UserFactory(role="Verifier")


@pytest.fixture
def sheets(verifier):
    round = make_sheet(n_criteria=6).round
    return hands.SheetsByState(round, officer=UserFactory(), verifier=verifier)


def _url(sheet, step):
    return reverse("criteria:sheet-step", args=[sheet.round_id, sheet.ward_id, step.name])


def _return(sheet, version):
    """What the form of a return sends: a reason, two criteria ticked, six notes."""
    criteria = list(sheet.round.criteria_set.criteria.order_by("number"))
    notes = {f"note{criterion.pk}": f"Mục {criterion.number}" for criterion in criteria}
    ticked = [criterion.pk for criterion in criteria[:2]]
    return {"version": version, "reason": REASON, "mend": ticked, **notes}


def test_a_return_that_somebody_s_save_overtook_comes_back_whole(sheets, verifier):
    sheet, client = hands.as_it_is(sheets["verifying"]), signed_in(verifier)
    page = client.post(_url(sheet, RETURN), _return(sheet, sheet.version - 1), follow=True)
    assert page.request["PATH_INFO"] == reverse(
        "criteria:sheet", args=[sheet.round_id, sheet.ward_id]
    )
    form = one(page, "#step-return")
    assert one(form, "[name=reason]").text.strip() == REASON
    notes = [field.get("value") for field in find(form, "input[name^=note]")]
    assert notes == [f"Mục {n}" for n in range(1, 7)]
    assert len(find(form, "[name=mend][checked]")) == 6  # a note of one's own ticks its criterion
    assert "open" in next(form.iterancestors("details")).attrib
    assert not find(page, ".typed")
    # Read again, it can be sent again.
    again = _return(sheet, sheet.version)
    client.post(_url(sheet, RETURN), again)
    assert hands.as_it_is(sheet).return_reason == REASON


def test_what_was_typed_is_shown_where_the_step_is_nobody_s_any_more(sheets, verifier):
    sheet, client = hands.as_it_is(sheets["verifying"]), signed_in(verifier)
    sent = _return(sheet, sheet.version)
    hands.take(sheet, RETURN, verifier, reason="Thiếu")
    page = client.post(_url(sheet, RETURN), sent, follow=True)
    assert not find(page, "#step-return")
    texts = [area.text.strip() for area in find(page, ".typed textarea")]
    assert texts == [REASON, *(f"Mục {n}" for n in range(1, 7))]


def test_a_reopening_of_a_closed_round_keeps_its_reason(sheets):
    sheet, client = sheets["approved"], signed_in(UserFactory(role="Administrator"))
    Round.objects.update(status="closed", settled_on="2026-11-19")
    sent = {"version": hands.as_it_is(sheet).version, "reason": REASON}
    page = client.post(_url(sheet, REOPEN), sent, follow=True)
    assert REASON in [area.text.strip() for area in find(page, ".typed textarea")]


@pytest.mark.parametrize("reason", ["x" * 2001, REASON])
def test_a_round_that_is_not_reopened_keeps_the_reason(reason):
    retired = make_set(n_criteria=1)
    retired.__class__.objects.filter(pk=retired.pk).update(status="retired")
    round = RoundFactory(criteria_set=retired, status="closed", settled_on="2026-11-19")
    client = signed_in(UserFactory(role="Administrator"))
    url = reverse("criteria:round-step", args=[round.pk, "reopen_round"])
    page = client.post(url, {"reason": reason}, follow=True)
    assert page.status_code == 200
    assert reason in [(area.text or "").strip() for area in find(page, "textarea")]
    assert find(page, ".message-error")


def test_many_that_are_gone_meanwhile_keep_the_reason(sheets, verifier):
    sheet, client = hands.as_it_is(sheets["verifying"]), signed_in(verifier)
    chosen = {"confirmed": "1", "sheet": f"{sheet.pk}:{sheet.version}", "reason": REASON}
    hands.take(sheet, RETURN, verifier, reason="Thiếu")
    page = client.post(reverse("criteria:work-return"), chosen)
    assert page.status_code == 409
    assert REASON in [area.text.strip() for area in find(page, ".typed textarea")]


def test_a_sheet_that_was_submitted_meanwhile_shows_what_was_typed_on_it(sheets):
    sheet = sheets["submitted"]
    officer = UserFactory(role="Ward officer")
    hands.join(officer, sheet)
    criterion = sheet.round.criteria_set.criteria.get(number=1)
    sent = {f"c{criterion.pk}-version": 0, f"c{criterion.pk}-explanation": REASON}
    url = reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])
    page = signed_in(officer).post(url, sent)
    assert page.status_code == 403
    assert [area.text.strip() for area in find(page, ".typed textarea")] == [REASON]


def test_a_document_keeps_its_facts_where_the_row_was_changed(sheets):
    sheet = sheets["draft"]
    officer = UserFactory(role="Ward officer")
    hands.join(officer, sheet)
    criterion = sheet.round.criteria_set.criteria.get(number=1)
    url = reverse("criteria:evidence-row", args=[sheet.round_id, sheet.ward_id, criterion.pk])
    sent = {"version": 99, "title": "Biên bản 12", "number": "12/BB", "issued_by": "UBND"}
    page = signed_in(officer).post(url, sent)
    assert page.status_code == 409
    texts = [area.text.strip() for area in find(page, ".typed textarea")]
    assert texts == ["Biên bản 12", "12/BB", "UBND"]


def test_another_site_s_words_are_not_shown_as_one_s_own(sheets, verifier):
    sent, url = {"reason": "Gọi số 0900 để mở khóa"}, reverse("criteria:sheet", args=[10**6, 1])
    client = signed_in(verifier)
    assert "0900" in text(client.post(url, sent))
    foreign = client.post(url, sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert "0900" not in text(foreign)


def test_two_rows_of_the_administration_that_contradict_each_other_stay(monkeypatch):
    ward = WardFactory(name="Trường Thi")
    client = signed_in(UserFactory(role="Administrator"))

    def clash(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr(WardAdmin, "store", clash)
    url = reverse("admin:criteria_ward_change", args=[ward.pk])
    sent = {**shown(client.get(url)), "name": "Trường Thi Mới", "population": "4321"}
    page = client.post(url, sent, follow=True)
    assert one(page, "[name=name]").get("value") == "Trường Thi Mới"
    assert one(page, "[name=population]").get("value") == "4321"


def test_the_day_on_which_a_set_retires_stays(client_of):
    criteria_set = make_set(n_criteria=1)
    url = reverse("admin:criteria_criteriaset_retire", args=[criteria_set.pk])
    page = client_of("administrator").post(url, {"effective_to": "31/02/2027"}, follow=True)
    assert one(page, "[name=effective_to]").get("value") == "31/02/2027"
    assert "open" in next(one(page, "[name=effective_to]").iterancestors("details")).attrib
