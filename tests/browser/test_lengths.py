"""A text that is too long is refused aloud, and stays whole in its field."""

from playwright.sync_api import expect

from criteria.models import Assessment, Result
from criteria.workflow import BEGIN, RETURN
from tests import hands
from tests.browser.city import City
from tests.browser.window import LEAVING, Window

LONG = "Nguồn số liệu: " + "x" * 5825


def test_a_text_that_is_too_long_is_refused_and_stays_whole(window: Window, city: City) -> None:
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    window.allow(422, LEAVING)
    row.explain(LONG)
    expect(row.explanation).to_have_value(LONG)
    expect(row.problem).to_contain_text("Tối đa 4000 ký tự (hiện có 5840).")
    expect(row.saved).to_have_count(0)
    note = row.element.locator(".length-note.is-over")
    expect(note).to_contain_text("5840")
    expect(note).to_contain_text("4000")
    assert not Result.objects.filter(assessment__ward=city.own, explanation__gt="").exists()
    row.explain(LONG[:4000])
    expect(row.saved).to_be_visible()
    expect(note).to_have_count(0)
    stored = Result.objects.get(assessment__ward=city.own, assessment__round=city.round)
    assert stored.explanation == LONG[:4000]


def test_a_form_that_leaves_its_page_is_not_sent_with_a_text_too_long(
    window: Window, city: City
) -> None:
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    hands.take(sheet, BEGIN, city.verifier)
    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
    form = window.ask(RETURN.name)
    reason = form.locator("[name=reason]")
    reason.fill("x" * 2001)
    form.locator("[type=submit]").click()
    expect(form.locator(".length-note.is-over")).to_contain_text("2001")
    expect(reason).to_have_value("x" * 2001)
    sheet.refresh_from_db()
    assert sheet.state == Assessment.State.VERIFYING
    reason.fill("x" * 2000)
    form.locator("[type=submit]").click()
    window.expect_told("The sheet is returned to the unit.")
