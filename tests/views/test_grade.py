"""A grade of the year on its whole way: asked, entered, verified, told, in a grid, from a file."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from criteria.models import Activity, Assessment, Requirement, Result
from criteria.readiness.rules import NO_ANSWER
from criteria.sheets.offers import offers
from criteria.sheets.sheet import read_sheet
from tests import hands
from tests.factories import CriterionFactory, RequirementFactory, RoundFactory, UserFactory
from tests.test_measures import GRADES

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
GOOD, EXCELLENT, POOR = "3", "4", "1"


@pytest.fixture
def grade():
    """A requirement that is met from “Hoàn thành tốt nhiệm vụ” on, in a round of its own."""
    round = RoundFactory()
    return RequirementFactory(
        criterion=CriterionFactory(criteria_set=round.criteria_set),
        text="Xếp loại của năm",
        measure="grade",
        comparator=">=",
        threshold=3,
        grades=GRADES,
    )


@pytest.fixture
def sheet(grade, make_user):
    ward = hands.WardFactory()
    return Assessment(ward=ward, round=grade.criterion.criteria_set.rounds.get())


def address(name, sheet, grade):
    return reverse(f"criteria:{name}", args=[sheet.round_id, sheet.ward_id, grade.criterion_id])


def post(client, sheet, grade, choice, name="sheet-row", letter="c", **more):
    prefix = f"{letter}{grade.criterion_id}"
    row = hands.open_sheet(sheet).rows[0]
    cells = {"version": row.version, "explanation": "Có thông báo", **more}
    posted = {f"{prefix}-{key}": value for key, value in cells.items()}
    posted[f"{prefix}-choice{grade.pk}"] = choice
    return client.post(address(name, sheet, grade), posted, headers=HTMX)


@pytest.mark.parametrize(
    ("choice", "verdict"), [(EXCELLENT, "met"), (GOOD, "met"), (POOR, "not_met"), ("", "pending")]
)
def test_a_grade_meets_from_the_one_that_is_named(client_of, sheet, grade, choice, verdict):
    assert post(client_of("city"), sheet, grade, choice).status_code == 200
    row = hands.open_sheet(sheet).rows[0]
    assert row.self_verdict == verdict
    assert row.lines[0].self_answer.value == (Decimal(choice) if choice else None)


def test_a_grade_out_of_the_list_is_refused(client_of, sheet, grade):
    assert post(client_of("city"), sheet, grade, "5").status_code == 422
    assert not Result.objects.exists()


def test_the_sheet_offers_the_grades_the_best_first_beside_what_meets(client_of, sheet, grade):
    page = client_of("city").get(reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id]))
    body = page.content.decode()
    places = [body.index(f"<span>{name}</span>") for name in reversed(GRADES.splitlines())]
    assert places == sorted(places)
    assert "từ “Hoàn thành tốt nhiệm vụ” trở lên" in body


def test_the_verifier_finds_another_grade_and_the_ward_reads_which(client_of, sheet, grade):
    officer, verifier = UserFactory(role="City officer"), UserFactory(role="Verifier")
    post(client_of(officer), sheet, grade, EXCELLENT)
    hands.take(sheet, hands.SUBMIT, officer)
    hands.take(sheet, hands.BEGIN, verifier)
    verified = post(
        client_of(verifier), sheet, grade, POOR, "sheet-verify-row", "v", explanation="Bị kỷ luật"
    )
    assert verified.status_code == 200
    hands.take(sheet, hands.APPROVE, verifier)
    row = hands.open_sheet(sheet).rows[0]
    assert (row.verified_verdict, row.differs, row.lines[0].short_by) == ("not_met", True, None)
    ward = reverse("criteria:ward-detail", args=[sheet.ward_id])
    page = client_of("leader").get(f"{ward}?on=2026-11-16").content.decode()
    assert "Không hoàn thành nhiệm vụ" in page
    assert "Hoàn thành tốt nhiệm vụ" in page  # what was required
    criterion = reverse("criteria:criterion-detail", args=[grade.criterion_id])
    page = client_of("leader").get(f"{criterion}?on=2026-11-16").content.decode()
    assert "từ “Hoàn thành tốt nhiệm vụ” trở lên" in page
    log = client_of("leader").get(reverse("criteria:log")).content.decode()
    assert "Hoàn thành xuất sắc nhiệm vụ" in log


def test_the_grade_of_last_year_is_shown_and_not_taken_over(client_of, sheet, grade):
    officer = UserFactory(role="City officer")
    post(client_of(officer), sheet, grade, EXCELLENT)
    later = RoundFactory(
        criteria_set=grade.criterion.criteria_set,
        year=2027,
        starts_on="2026-11-16",
        ends_on="2027-11-15",
        submit_by="2027-11-30",
        verify_by="2027-12-15",
    )
    later.refresh_from_db()
    new = read_sheet(Assessment(ward=sheet.ward, round=later))
    assert new.rows[0].lines[0].previous.value == 4
    assert offers(new)[grade.criterion_id].entry.answers == {grade.pk: NO_ANSWER}


@pytest.mark.parametrize(
    ("word", "value"),
    [("Hoàn thành tốt nhiệm vụ", 3), ("hoan thanh tot nhiem vu", 3), ("HTTNV", 3), ("", None)],
)
def test_the_grid_takes_a_grade_as_offices_write_it(client_of, sheet, grade, word, value):
    ward = sheet.ward_id
    url = reverse("criteria:grid-row", args=[sheet.round_id, grade.criterion_id, ward])
    posted = {f"w{ward}-version": 0, f"w{ward}-explanation": "", f"w{ward}-choice{grade.pk}": word}
    assert client_of("city").post(url, posted, headers=HTMX).status_code == 200
    assert hands.open_sheet(sheet).rows[0].lines[0].self_answer.value == value


def test_the_grid_refuses_what_is_no_grade_and_says_which_there_are(client_of, sheet, grade):
    ward = sheet.ward_id
    url = reverse("criteria:grid-row", args=[sheet.round_id, grade.criterion_id, ward])
    posted = {f"w{ward}-version": 0, f"w{ward}-explanation": "", f"w{ward}-choice{grade.pk}": "khá"}
    refused = client_of("city").post(url, posted, headers=HTMX)
    assert refused.status_code == 422
    assert "Hoàn thành tốt nhiệm vụ" in refused.content.decode()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("facts", [{"grades": ""}, {"threshold": None}])
def test_the_database_holds_no_grade_without_its_list_or_the_one_that_meets_it(grade, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Requirement.objects.filter(pk=grade.pk).update(**facts)


def test_another_list_of_grades_is_another_question(grade):
    same = Requirement(measure="grade", unit="", text=grade.text, grades=grade.grades)
    assert same.question == grade.question
    same.grades = "Kém\nTốt"
    assert same.question != grade.question
