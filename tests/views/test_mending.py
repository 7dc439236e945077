"""After a return: the unit sees exactly what to mend, the verifier exactly what was changed."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from criteria.actions.evidence import attach
from criteria.models import Assessment, Result
from criteria.workflow import APPROVE, BEGIN, SUBMIT
from tests import hands
from tests.factories import EvidenceFactory, make_sheet
from tests.hands import NO, YES
from tests.reading import filled, find, links, one, text
from tests.views.test_steps import sheet_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet():
    return make_sheet(n_criteria=5)


@pytest.fixture
def officer(sheet, make_user):
    return hands.join(make_user("ward"), sheet)


@pytest.fixture
def verifier(make_user):
    return make_user("verifier")


@pytest.fixture
def see(sheet, client_of):
    """The page as a person sees it."""

    def page(user, **query):
        response = client_of(user).get(sheet_url(sheet, **query))
        assert response.status_code == 200
        return response

    return page


def numbers_shown(response):
    """The numbers of the criteria whose rows are on the page, in order."""
    return [number_of(row) for row in find(response, "article.sheet-row")]


def number_of(row):
    return int(text(one(row, ".sheet-row-number")))


def numbers_marked(response, words):
    """The numbers of the rows that bear a mark."""
    rows = find(response, "article.sheet-row")
    return [number_of(row) for row in rows if words in map(text, find(row, "span"))]


def numbers_linked(response, words):
    """The criteria that the head of the page leads to, behind some words."""
    of_rows = dict(Result.objects.values_list("criterion", "criterion__number"))
    paragraphs = [each for each in find(response, "p") if text(each).startswith(words)]
    ways = links(paragraphs[0], "a[href*='#c']") if paragraphs else []
    return [of_rows[int(way.partition("#c")[2])] for way in ways]


def mend(sheet, officer):
    """Change the second criterion, explain the fourth, attach a document to the fifth."""
    hands.save(sheet, 2, NO, officer)
    hands.save(sheet, 4, YES, officer, explanation="Chữ ký ở trang 3")
    opened = hands.open_sheet(sheet)
    row = hands.row_of(opened, 5)
    document = EvidenceFactory(ward=sheet.ward, title="Biên bản bổ sung")
    attach(opened, row, document, version=row.version, acting_user=officer)


def test_the_unit_s_page_shows_exactly_what_to_mend(sheet, officer, verifier, see):
    hands.send_back(sheet, officer, verifier, {2: "Sai số liệu", 4: "Thiếu chữ ký"})
    page = see(officer)
    assert numbers_shown(page) == [1, 2, 3, 4, 5]
    assert numbers_marked(page, gettext("To be mended")) == [2, 4]
    assert numbers_linked(page, gettext("Still to be mended:")) == [2, 4]
    for words in ("Sai số liệu", "Thiếu chữ ký", "Thiếu minh chứng", str(verifier)):
        assert words in text(page)
    assert numbers_shown(see(officer, only="mend")) == [2, 4]

    hands.save(sheet, 2, NO, officer)
    assert numbers_shown(see(officer, only="mend")) == [4]
    assert numbers_marked(see(officer), gettext("To be mended")) == [4]
    assert numbers_linked(see(officer), gettext("Still to be mended:")) == [4]
    assert "Sai số liệu" in text(see(officer))  # what was asked stays beside what was done


def test_what_was_asked_for_stays_marked_before_and_after_the_next_submission(
    sheet, officer, verifier, see
):
    hands.send_back(sheet, officer, verifier, {2: "Sai số liệu"})
    hands.save(sheet, 2, NO, officer)
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    hands.return_sheet(sheet, verifier, {3: "Thiếu dấu"})
    page = see(officer)
    assert numbers_marked(page, gettext("To be mended")) == [3]
    assert numbers_marked(page, gettext("Changed since the return")) == []
    assert "Sai số liệu" not in text(page)


@pytest.mark.parametrize("state", ["returned", "submitted", "verifying"])
def test_the_verifier_s_page_shows_exactly_what_changed_since_and_how(
    sheet, officer, verifier, see, state
):
    hands.send_back(sheet, officer, verifier, {2: "Sai số liệu"})
    mend(sheet, officer)
    if state != "returned":
        hands.take(sheet, SUBMIT, officer)
    if state == "verifying":
        hands.take(sheet, BEGIN, verifier)
    page = see(verifier)
    assert numbers_marked(page, gettext("Changed since the return")) == [2, 4, 5]
    assert numbers_linked(page, gettext("Changed since:")) == [2, 4, 5]
    only = see(verifier, only="changed")
    assert numbers_shown(only) == [2, 4, 5]
    shown = text(only)
    for change in (
        f"Nội dung 2.1: {pgettext('answer', 'Yes')} → {pgettext('answer', 'No')}",
        f"{hands.GROUNDS} → Chữ ký ở trang 3",
        "→ Biên bản bổ sung",
    ):
        assert change in shown


def test_of_several_changes_the_first_and_the_last_are_told(sheet, officer, verifier, see):
    hands.send_back(sheet, officer, verifier, {1: "Ghi rõ", 2: "Ghi rõ"})
    for number, words in ((1, "Một"), (1, "Hai"), (1, "Ba"), (2, "Tạm"), (2, hands.GROUNDS)):
        hands.save(sheet, number, YES, officer, explanation=words)
    shown = text(see(verifier, only="changed"))
    assert f"{hands.GROUNDS} → Ba" in shown
    for between in ("Một", "Hai →", "→ Tạm", "Tạm →"):
        assert between not in shown


def test_what_changed_before_the_return_is_no_news(sheet, officer, verifier, see):
    hands.save(sheet, 1, NO, officer)
    hands.send_back(sheet, officer, verifier)
    page = see(verifier)
    assert numbers_marked(page, gettext("Changed since the return")) == []
    assert numbers_shown(see(verifier, only="changed")) == []
    assert find(see(verifier, only="changed"), ".empty")


def test_what_was_asked_for_and_not_touched_is_told_to_the_verifier(sheet, officer, verifier, see):
    hands.send_back(sheet, officer, verifier, {1: "Ghi rõ", 3: "Ghi rõ"})
    hands.save(sheet, 1, NO, officer)
    Assessment.objects.update(state="submitted", submitted_by=officer, submitted_at=timezone.now())
    words = gettext("Not changed although asked for:")
    assert numbers_linked(see(verifier), words) == [3]


def test_approval_ends_the_talk_of_mending(sheet, officer, verifier, see):
    hands.send_back(sheet, officer, verifier, {1: "Ghi rõ"})
    hands.save(sheet, 1, NO, officer)
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    hands.agree(sheet, verifier)
    hands.take(sheet, APPROVE, verifier)
    for user in (officer, verifier):
        shown = text(see(user))
        for words in ("Ghi rõ", gettext("Changed since the return"), gettext("To be mended")):
            assert words not in shown


# --- two opinions on the page -------------------------------------------------------------------


def test_while_verification_runs_the_unit_is_told_nothing_of_it(
    sheet, officer, verifier, see, make_user
):
    hands.begin(sheet, officer, verifier)
    hands.find(sheet, 3, NO, verifier, finding="Sổ trống")
    for reader in (officer, make_user("city")):
        for query in ({}, {"only": "different"}):
            page = see(reader, **query)
            assert numbers_shown(page) == [1, 2, 3, 4, 5]
            assert "Sổ trống" not in text(page)
            assert gettext("Differs from the unit's own verdict") not in text(page)
            assert gettext("Verification") not in map(text, find(page, "dt"))
    for reader in (verifier, make_user("leader"), make_user("administrator")):
        assert numbers_shown(see(reader, only="different")) == [3]
        assert "Sổ trống" in see(reader).content.decode()


@pytest.mark.parametrize("end", ["approved", "returned"])
def test_both_opinions_stay_to_be_seen_afterwards(sheet, officer, verifier, see, make_user, end):
    hands.begin(sheet, officer, verifier)
    hands.find(sheet, 3, NO, verifier, finding="Sổ trống")
    hands.agree(sheet, verifier)
    if end == "approved":
        hands.take(sheet, APPROVE, verifier)
    else:
        hands.return_sheet(sheet, verifier)
    for reader in (officer, verifier, make_user("city"), make_user("leader")):
        page = see(reader)
        row = text(find(page, "article.sheet-row")[2])
        for words in (gettext("Self-assessment"), gettext("Verification"), "Sổ trống"):
            assert words in row
        assert numbers_shown(see(reader, only="different")) == [3]


# --- a narrowed page ----------------------------------------------------------------------------


def test_without_javascript_a_narrowed_page_saves_its_own_rows_alone(
    sheet, officer, verifier, see, client_of
):
    hands.send_back(sheet, officer, verifier, {2: "Sai số liệu"})
    row = hands.row_of(hands.open_sheet(sheet), 2)
    said = filled(one(see(officer, only="mend"), "#sheet"))
    said[f"c{row.criterion.pk}-choice{row.lines[0].requirement.pk}"] = "0"
    said[f"c{row.criterion.pk}-explanation"] = "Đã sửa"
    response = client_of(officer).post(sheet_url(sheet), said)
    assert response.status_code == 302
    verdicts = Result.objects.order_by("criterion__number").values_list("self_verdict", flat=True)
    assert list(verdicts) == ["met", "not_met", "met", "met", "met"]


def test_agreeing_with_the_group_on_a_narrowed_page_is_about_the_rows_shown(
    sheet, officer, verifier, see, client_of
):
    hands.send_back(sheet, officer, verifier, {2: "Sai số liệu"})
    mend(sheet, officer)
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    group = hands.open_sheet(sheet).rows[0].criterion.group_id
    said = filled(one(see(verifier, only="changed"), "#sheet")) | {"agree_group": group}
    url = reverse("criteria:sheet-verify", args=[sheet.round_id, sheet.ward_id])
    client_of(verifier).post(url, said)
    verified = Result.objects.order_by("criterion__number")
    verdicts = list(verified.values_list("verified_verdict", flat=True))
    assert verdicts == ["pending", "not_met", "pending", "met", "met"]
