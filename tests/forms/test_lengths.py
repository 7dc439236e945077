"""A text is as long as it is seen and stored; what is too long is refused aloud, and never cut."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from criteria.forms.evidence import EvidenceForm
from criteria.forms.rounds import ExtensionForm
from criteria.forms.sheet import FindingForm, ResultForm
from criteria.forms.steps import ReasonForm, ReturnForm
from criteria.models import Result
from criteria.sheets.sheet import read_sheet
from criteria.workflow import RETURN
from tests import hands
from tests.admin.forms import errors, shown
from tests.conftest import signed_in
from tests.factories import CriteriaSetFactory, CriterionFactory, UserFactory, make_sheet
from tests.permissions.conftest import ACTORS, clients, document, sheet, world
from tests.permissions.test_same_person import SHOWN
from tests.permissions.test_table import TABLE, address
from tests.reading import find, text

pytestmark = pytest.mark.django_db
__all__ = ["clients", "document", "sheet", "world"]  # fixtures


def of_length(n):
    """A text of n characters as it is stored, with 18 line breaks, as a browser sends it."""
    return ("\r\n" * 18).join(["a", "b" * (n - 19)])


def _data(**fields):
    data = QueryDict(mutable=True)
    data.update(fields)
    return data


@pytest.fixture
def rows():
    """The sheet of a unit in verification."""
    round = make_sheet(n_criteria=2).round
    sheets = hands.SheetsByState(round, officer=UserFactory(), verifier=UserFactory())
    return read_sheet(sheets["verifying"])


def _forms(read):
    """Every form with a field that takes a long text, by the name of the field and its limit."""
    row, year = read.rows[0], 2026
    note = f"note{row.criterion.pk}"
    return {
        "reason": (2000, "reason", ReasonForm),
        "return": (2000, "reason", lambda data: ReturnForm(read, data)),
        "note": (2000, note, lambda data: ReturnForm(read, data)),
        "extension": (2000, "reason", ExtensionForm),
        "title": (300, "title", EvidenceForm),
        "number": (100, "number", EvidenceForm),
        "issued_by": (200, "issued_by", EvidenceForm),
        "explanation": (
            4000,
            f"c{row.criterion.pk}-explanation",
            lambda data: ResultForm(row, year, data),
        ),
        "finding": (
            4000,
            f"v{row.criterion.pk}-explanation",
            lambda data: FindingForm(row, year, data),
        ),
    }


NAMES = [
    "reason",
    "return",
    "note",
    "extension",
    "title",
    "number",
    "issued_by",
    "explanation",
    "finding",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_line_s_end_counts_once_and_too_long_is_told_with_both_numbers(name, rows):
    assert list(_forms(rows)) == NAMES
    most, field, make = _forms(rows)[name]
    key = field.rpartition("-")[2]
    assert key not in make(_data(**{field: of_length(most)})).errors
    (error,) = make(_data(**{field: of_length(most + 1)})).errors[key]
    assert error == f"Tối đa {most} ký tự (hiện có {most + 1})."


def test_what_was_sent_as_two_characters_is_stored_as_one(rows):
    form = ReasonForm(_data(reason="Một\r\nhai\rba"))
    assert form.is_valid()
    assert form.cleaned_data["reason"] == "Một\nhai\nba"


def _step(read, verifier, **said):
    sheet = read.assessment
    url = reverse("criteria:sheet-step", args=[sheet.round_id, sheet.ward_id, RETURN.name])
    return signed_in(verifier).post(url, {"version": sheet.version, **said}, follow=True)


def test_each_fault_of_a_reason_has_its_own_message(rows):
    verifier = UserFactory(role="Verifier")
    empty, long = _step(rows, verifier, reason=" \r\n "), _step(rows, verifier, reason="x" * 2001)
    note = f"note{rows.rows[0].criterion.pk}"
    noted = _step(rows, verifier, reason="Thiếu", **{note: "y" * 2001})
    assert "Ghi rõ lý do." in text(empty)
    for refused in (long, noted):
        assert refused.status_code == 422
        assert "Ghi rõ lý do." not in text(refused)
        assert "Tối đa 2000 ký tự (hiện có 2001)." in text(refused)
    assert find(noted, f"[name={note}]")[0].get("value") == "y" * 2001
    assert hands.as_it_is(rows.assessment).state == "verifying"
    _step(rows, verifier, reason=of_length(2000))
    assert len(hands.as_it_is(rows.assessment).return_reason) == 2000


def test_a_row_that_is_too_long_is_not_saved(clients, sheet):
    criterion = sheet.round.criteria_set.criteria.get(number=2)
    said = {f"c{criterion.pk}-version": 0, f"c{criterion.pk}-explanation": "Nguồn " * 973}
    url = reverse("criteria:sheet-row", args=[sheet.round_id, sheet.ward_id, criterion.pk])
    refused = clients["own"].post(url, said, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Tối đa 4000 ký tự (hiện có 5837)." in text(refused)
    assert not Result.objects.filter(criterion=criterion).exists()


@pytest.mark.parametrize("row", SHOWN)
def test_no_page_cuts_what_is_typed(row, sheet, clients, request):
    document = request.getfixturevalue("document") if "evidence" in row else None
    codes = dict(zip(ACTORS, TABLE[row, "get"], strict=True))
    for actor in [actor for actor in ACTORS if codes[actor] == 200]:
        page = clients[actor].get(address(row, sheet, "", document))
        assert not find(page, "[maxlength]")


def test_neither_does_the_administration_which_counts_alike(clients, sheet):
    office, of_draft = (
        clients["administrator"],
        CriterionFactory(criteria_set=CriteriaSetFactory(status="draft")),
    )
    for url in (
        reverse("admin:criteria_ward_add"),
        reverse("admin:criteria_recognition_add"),
        reverse("admin:accounts_user_add"),
        reverse("admin:criteria_criteriaset_change", args=[of_draft.criteria_set_id]),
        reverse("admin:criteria_criterion_change", args=[of_draft.pk]),
    ):
        page = office.get(url)
        assert not find(page, "[maxlength]"), url
        assert find(page, "[data-max-length]"), url
    url = reverse("admin:criteria_criterion_change", args=[of_draft.pk])
    said = {**shown(office.get(url)), "name": of_length(400), "guidance": "Một\r\nhai"}
    assert office.post(url, said).status_code == 302
    of_draft.refresh_from_db()
    assert len(of_draft.name) == 400
    assert of_draft.guidance == "Một\nhai"
    refused = office.post(url, {**shown(office.get(url)), "name": of_length(401)})
    assert "Tối đa 400 ký tự (hiện có 401)." in " ".join(errors(refused))
