"""The revisions of a sheet on its pages: which one counts, what each says, what differs."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from criteria.actions.evidence import attach
from criteria.models import Result
from criteria.workflow import BEGIN, SUBMIT
from tests import hands
from tests.conftest import make_person, signed_in
from tests.factories import EvidenceFactory, make_sheet
from tests.hands import NO
from tests.reading import find, one, text

pytestmark = pytest.mark.django_db

MARK = "đang xem xét lại từ 20/11/2026"


@pytest.fixture
def officer():
    return make_person("city", full_name="Cán bộ An")


@pytest.fixture
def verifier():
    return make_person("verifier")


@pytest.fixture
def administrator():
    return make_person("administrator", full_name="Quản trị Bình")


@pytest.fixture
def sheet(officer, verifier, administrator):
    """Approved, and reopened after the period's end; its second criterion is not met now."""
    made = hands.approve(make_sheet(n_criteria=2), officer, verifier)
    hands.reopen(made, administrator)
    hands.save(made, 2, NO, officer, explanation="Chưa nghiệm thu")
    return made


def url(name, sheet, *more, **query):
    address = reverse(f"criteria:{name}", args=[sheet.round_id, sheet.ward_id, *more])
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{address}?{asked}" if asked else address


def test_every_page_that_shows_its_figure_says_that_it_is_looked_at_again(
    sheet, officer, verifier, administrator
):
    client = signed_in(officer)
    criterion = sheet.round.criteria_set.criteria.get(number=2).pk
    pages = {
        reverse("criteria:ward-detail", args=[sheet.ward_id]),
        reverse("criteria:ward-list"),
        reverse("criteria:matrix"),
        reverse("criteria:round-detail", args=[sheet.round_id]),
        reverse("criteria:criterion-detail", args=[criterion]),
        reverse("criteria:result-detail", args=[sheet.round_id, sheet.ward_id, criterion]),
        url("sheet", sheet),
        url("sheet", sheet, revision=1),
    }
    assert {page for page in pages if MARK not in text(client.get(page))} == set()
    hands.cancel_reopening(sheet, administrator)
    assert {page for page in pages if MARK in text(client.get(page))} == set()


def test_figures_are_the_approved_revision_s(sheet, officer):
    client = signed_in(officer)
    page = client.get(reverse("criteria:ward-detail", args=[sheet.ward_id]))
    assert page.context["standing"].tally.met == 2
    criterion = sheet.round.criteria_set.criteria.get(number=2).pk
    page = client.get(
        reverse("criteria:result-detail", args=[sheet.round_id, sheet.ward_id, criterion])
    )
    assert "Chưa nghiệm thu" not in text(page)
    assert page.context["assessment"].revision == 1
    assert f"?revision=1#c{criterion}" in page.content.decode()


def test_the_sheet_is_its_latest_revision_and_each_can_be_asked_for(sheet, officer):
    client = signed_in(officer)
    now, then = client.get(url("sheet", sheet)), client.get(url("sheet", sheet, revision=1))
    assert (now.context["assessment"].revision, then.context["assessment"].revision) == (2, 1)
    assert "Chưa nghiệm thu" in now.content.decode()
    assert "Chưa nghiệm thu" not in then.content.decode()
    assert (now.context["can_enter"], then.context["can_enter"]) == (True, False)
    assert find(then, "form[action*='/steps/']") == []
    for nothing in ("0", "3", "x", "", "9" * 30):
        assert client.get(url("sheet", sheet, revision=nothing)).status_code == 404


def test_the_list_tells_of_each_revision_who_made_and_approved_it_and_why(
    sheet, officer, administrator
):
    hands.cancel_reopening(sheet, administrator)
    page = signed_in(officer).get(url("sheet", sheet))
    rows = [text(row) for row in find(page, ".table-revisions tbody tr")]
    assert len(rows) == 2
    for words in ("Bản 2", "Nhầm số liệu", "Quản trị Bình", "Số liệu vẫn đúng"):
        assert words in rows[0]
    assert gettext("counts now") in rows[1]
    assert page.context["assessment"].revision == 1  # the ward's sheet again


def test_a_sheet_that_was_never_reopened_tells_nothing_of_revisions(officer):
    made = hands.fill(make_sheet(n_criteria=1), officer)
    client = signed_in(officer)
    assert find(client.get(url("sheet", made)), "#revisions") == []
    assert gettext("The sheet has one revision") in text(client.get(url("sheet-revisions", made)))


def changes(page):
    """What the page says of each criterion that differs: label, before, after."""
    return {
        text(one(article, "h3"))[0]: [
            tuple(text(cell) for cell in find(row, "th, td")) for row in find(article, "tbody tr")
        ]
        for article in find(page, ".difference")
    }


def test_the_difference_is_told_criterion_by_criterion(sheet, officer):
    opened = hands.open_sheet(sheet)
    row = hands.row_of(opened, 2)
    document = EvidenceFactory(ward=sheet.ward, title="Biên bản")
    attach(opened, row, document, version=row.version, acting_user=officer)
    asked = row.lines[0].requirement.text
    page = signed_in(officer).get(url("sheet-revisions", sheet))
    assert changes(page) == {
        "2": [
            ("Tự đánh giá", "Đạt", "Chưa đạt"),
            (asked, "Có", "Không"),
            ("Giải trình", hands.GROUNDS, "Chưa nghiệm thu"),
            ("Thẩm định", "Đạt", pgettext("verdict", "Not verified yet")),
            (f"{asked} (thẩm định)", "Có", "–"),
            ("Tài liệu", "–", str(document)),
        ]
    }
    back = signed_in(officer).get(url("sheet-revisions", sheet, first=2, second=1))
    assert ("Tự đánh giá", "Chưa đạt", "Đạt") in changes(back)["2"]


def test_what_cannot_be_compared_is_not(sheet, officer):
    client = signed_in(officer)
    for pair in ({"first": 1, "second": 1}, {"first": 7, "second": 1}, {"first": "x"}):
        page = client.get(url("sheet-revisions", sheet, **pair))
        assert page.status_code == 200
        assert gettext("Choose two different revisions.") in text(page)


def test_the_unit_reads_what_is_found_anew_at_the_end_of_the_verification(sheet, officer, verifier):
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    hands.find(sheet, 2, NO, verifier, "Không thấy")
    for reader, is_shown in ((officer, False), (verifier, True)):
        page = signed_in(reader).get(url("sheet-revisions", sheet))
        labels = [label for label, _before, _after in changes(page)["2"]]
        assert ("Thẩm định" in labels) == is_shown


def test_the_page_costs_the_same_for_a_sheet_of_any_size(
    officer, verifier, administrator, django_assert_max_num_queries
):
    counts = []
    for year, size in ((2027, 1), (2028, 5)):
        made = hands.approve(make_sheet(n_criteria=size, year=year), officer, verifier)
        hands.reopen(made, administrator)
        for number in range(1, size + 1):
            hands.save(made, number, NO, officer)
        client = signed_in(officer)
        client.get(url("sheet-revisions", made))
        with django_assert_max_num_queries(13) as done:
            assert client.get(url("sheet-revisions", made)).status_code == 200
        counts.append(len(done))
    assert counts[0] == counts[1]


def test_an_administrator_reopens_and_cancels_from_the_page(officer, verifier, administrator):
    made = hands.approve(make_sheet(n_criteria=1), officer, verifier)
    client = signed_in(administrator)
    version = one(client.get(url("sheet", made)), "input[form=step-reopen]").get("value")
    client.post(url("sheet-step", made, "reopen"), {"version": version, "reason": "Nhầm"})
    page = client.get(url("sheet", made))
    assert page.context["assessment"].revision == 2
    version = one(page, "input[form=step-cancel_reopening]").get("value")
    typed = {"version": version, "reason": ""}
    refused = client.post(url("sheet-step", made, "cancel_reopening"), typed)
    assert refused.status_code == 422
    client.post(url("sheet-step", made, "cancel_reopening"), typed | {"reason": "Vẫn đúng"})
    assert client.get(url("sheet", made)).context["assessment"].revision == 1
    assert Result.objects.count() == 2
