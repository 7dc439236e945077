"""The sheet of a ward that its round no longer counts: read as before, written by nobody."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import User
from criteria.models import Activity, Assessment, EvidenceUse, RequirementValue, Result
from criteria.workflow import STEPS
from tests import hands
from tests.conftest import make_person
from tests.factories import EvidenceFactory, MembershipFactory, RoundFactory, WardFactory, make_set
from tests.reading import find, links, text

pytestmark = pytest.mark.django_db


@pytest.fixture(params=Assessment.IN_HAND)
def sheet(request) -> Assessment:
    """In each state in which somebody has it, of a ward that has ended meanwhile."""
    round = RoundFactory(criteria_set=make_set(n_criteria=2), settled_on=None)
    unsaved = Assessment(ward=WardFactory(name="Cửa Bắc"), round=round)
    officer, verifier = make_person("city"), make_person("verifier")
    hands.bring_to(str(request.param), unsaved, officer=officer, verifier=verifier)
    unsaved.ward.valid_to = date(2026, 9, 1)
    unsaved.ward.save()
    return hands.as_it_is(unsaved)


def everybody(sheet: Assessment) -> list[User]:
    own = make_person("ward")
    MembershipFactory(user=own, ward=sheet.ward)
    return [own, *(make_person(role) for role in ("city", "verifier", "administrator"))]


def addresses(sheet: Assessment) -> list[str]:
    """Everything that writes on a sheet."""
    place = [sheet.round_id, sheet.ward_id]
    criterion = sheet.round.criteria_set.criteria.first().pk
    of_sheet = ["sheet", "sheet-verify"]
    of_row = ["sheet-row", "sheet-take-over", "sheet-verify-row", "evidence-row", "evidence-attach"]
    return [
        *(reverse(f"criteria:{name}", args=place) for name in of_sheet),
        *(reverse(f"criteria:{name}", args=[*place, criterion]) for name in of_row),
        reverse(
            "criteria:sheet-take-over-group",
            args=[*place, sheet.round.criteria_set.criteria.first().group_id],
        ),
        reverse("criteria:evidence-detach", args=[*place, criterion]),
        reverse("criteria:grid-row", args=[sheet.round_id, criterion, sheet.ward_id]),
        reverse("criteria:round-criterion", args=[sheet.round_id, criterion]),
        *(reverse("criteria:sheet-step", args=[*place, step]) for step in STEPS),
        reverse("criteria:work-approve"),
        reverse("criteria:work-return"),
    ]


def everything_stored() -> list[object]:
    models = (Assessment, Result, RequirementValue, EvidenceUse)
    rows = [list(model._default_manager.order_by("pk").values()) for model in models]
    return [*rows, Activity.objects.count()]


def test_whatever_is_sent_by_whomever_nothing_changes(sheet, client_of):
    criterion = sheet.round.criteria_set.criteria.first()
    document = EvidenceFactory(ward=sheet.ward)
    requirement = criterion.requirements.first()
    prefix = f"c{criterion.pk}"
    said = {
        "version": sheet.version,
        "reason": "Vì sao",
        "sheet": f"{sheet.pk}:{sheet.version}",
        "confirmed": "yes",
        "agree": "1",
        "agree_row": criterion.pk,
        "evidence": document.pk,
        "title": "Nghị quyết",
    }
    for name in ("version", f"r{requirement.pk}", "explanation"):
        said[f"{prefix}-{name}"] = "0"
    before = everything_stored()
    for user in everybody(sheet):
        client = client_of(user)
        for url in addresses(sheet):
            answer = client.post(url, said)
            assert answer.status_code < 500, url
            assert everything_stored() == before, url


def test_its_page_says_so_and_offers_nothing(sheet, client_of):
    url = reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])
    for user in everybody(sheet):
        page = client_of(user).get(url)
        assert "Đã khép" in text(page)
        inside = find(page, "main")[0]
        assert [form for form in find(inside, "form") if form.get("method") == "post"] == []
        assert find(inside, "textarea") == []


def test_no_list_has_it_and_the_wards_page_leads_to_it(sheet, client_of):
    url = reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])
    for user in everybody(sheet):
        client = client_of(user)
        for name, args in [("work", []), ("round-detail", [sheet.round_id])]:
            assert url not in links(client.get(reverse(f"criteria:{name}", args=args)))
        ward_page = client.get(reverse("criteria:ward-detail", args=[sheet.ward_id]))
        assert url in links(ward_page)
