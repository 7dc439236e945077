"""Every page speaks the reader's language, whole, and writes dates in one way."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from criteria.actions.evidence import DocumentFacts, attach, detach, supersede
from criteria.actions.rounds import give_extension
from criteria.models import (
    Activity,
    Assessment,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Pledge,
    Requirement,
    Result,
    Round,
    Ward,
    WardNorm,
    WardSuccession,
)
from criteria.verdicts import Verdict
from criteria.workflow import BEGIN, SUBMIT
from tests import hands
from tests.conftest import make_person
from tests.factories import (
    AssessmentFactory,
    CriterionFactory,
    EvidenceFactory,
    MembershipFactory,
    RecognitionFactory,
    RequirementFactory,
    ResultFactory,
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
    steps_to,
)
from tests.pages import PAGES, Place
from tests.reading import one, told

pytestmark = pytest.mark.django_db

# Words that no Vietnamese sentence has; “to”, “in”, “an”, “no” and “can” it may have.
ENGLISH = """
    add administration all and approve approved are area at been before below by change close
    code criteria criterion dashboard date delete evidence explanation filter for from group
    groups has have help history is language log menu met missing name norm not number of
    official only or page pages password period population ready recent recognised required
    requirement result results role round rounds save saved search select selected sheet
    sheets short show sign skip standing state status target that the this threshold today
    toggle user username users verification verify view ward wards was welcome were which will
    with year yes you your
"""
IS_ENGLISH = re.compile(rf"\b(?:{'|'.join(ENGLISH.split())})\b", re.IGNORECASE)

# No English sentence has these; the names in it are taken out first.
IS_VIETNAMESE = re.compile(r"[^\W\d_]*(?![×÷])[À-ỹ][^\W\d_]*")
NAMES = ["Nam Định", "Tiếng Việt"]

# 2026-11-15; Nov. 15, 2026; 15 tháng 11.
IS_OTHER_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b[A-Z][a-z]+\.? \d\d?, \d{4}|\d [Tt]háng \w+")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-20T09:00+07:00", tick=False):
        yield


def name_all_alike():
    """Take the words that factories give out of the names."""
    User.objects.update(full_name="Zz")
    CriteriaSet.objects.update(title="Zz")
    CriterionGroup.objects.update(name="Zz")
    Criterion.objects.update(name="Zz")
    Requirement.objects.update(text="Zz")


@pytest.fixture(scope="module")
def world(kept_for_module):
    """A city with something of everything, and no word of either language in its data."""
    criteria_set = make_set(n_criteria=2)
    for measure, facts in {
        "number": {"comparator": ">=", "norm_per_ward": True, "unit": "m²"},
        "percent": {"comparator": ">=", "unit": "%"},
        "title": {},
    }.items():
        criterion = CriterionFactory(criteria_set=criteria_set)
        RequirementFactory(criterion=criterion, measure=measure, **facts)
    closed = RoundFactory(year=2025, name="R2025", criteria_set=criteria_set, status="closed")
    running = RoundFactory(year=2026, name="R2026", criteria_set=criteria_set)
    wards = [WardFactory(name=f"Xx{n}", population=12345, area_km2=Decimal("1.5")) for n in "1234"]
    old = WardFactory(name="Xx0", valid_to=date(2024, 9, 1))
    new = WardFactory(name="Xx5", valid_from=date(2024, 9, 1))
    WardFactory(name="Xx6", kind=Ward.Kind.COMMUNE)
    WardSuccession.objects.create(
        predecessor=old,
        successor=new,
        effective_on=date(2024, 9, 1),
        relation="merged_into",
        legal_basis="Zz",
    )
    for requirement in Requirement.objects.filter(norm_per_ward=True):
        WardNorm.objects.create(
            ward=wards[0],
            requirement=requirement,
            threshold=150,
            legal_basis="Zz",
            valid_from=date(2023, 1, 1),
        )
    met = dict.fromkeys(range(1, 6), "met")
    for round in (closed, running):
        approve_with(wards[0], round, met)
        approve_with(wards[1], round, met | {2: "not_met", 3: "not_applicable"})
    begun = Assessment.objects.create(ward=wards[2], round=running)
    complete = Assessment.objects.create(ward=wards[3], round=running)
    ResultFactory(assessment=begun, self_verdict=Verdict.NOT_MET, explanation="Zz")
    for _ in met:
        ResultFactory(assessment=complete)
    Pledge.objects.create(ward=wards[0], year=2025, legal_basis="Zz")
    RecognitionFactory(ward=wards[0], issued_by="Zz", decision_number="1/Z")
    RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=30, legal_basis="Zz")
    RoadmapTargetFactory(due_on=date(2030, 12, 31), percent=100, legal_basis="Zz")
    name_all_alike()
    for sheet in Assessment.objects.all():
        sheet.results.exclude(explanation="").update(explanation="Zz")
    return {"wards": wards, "old": old, "round": running, "begun": begun, "complete": complete}


@pytest.fixture
def pages(world, db):
    """Every page by its address and who reads it, once asked for with a language."""
    actors = {role: make_person(role) for role in ("city", "verifier", "administrator")}
    actors["nobody"] = UserFactory()
    User.objects.update(full_name="Zz")
    round, wards = world["round"], world["wards"]

    def sheet(ward):
        return reverse("criteria:sheet", args=[round.pk, ward.pk])

    changelists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    asked = {
        "anonymous": ["/accounts/login/", "/accounts/login/?next=/wards/"],
        "nobody": ["/"],
        "city": [
            "/",
            "/wards/",
            "/wards/?q=nowhere",
            *(f"/wards/{ward.pk}/" for ward in (*wards, world["old"])),
            "/rounds/",
            f"/rounds/{round.pk}/",
            *map(sheet, wards),
            "/accounts/password/",
            "/accounts/password/done/",
            "/nowhere/",
        ],
        "verifier": [sheet(world["begun"].ward), sheet(world["complete"].ward)],
        "administrator": [
            "/admin/",
            "/admin/criteria/",
            *changelists,
            reverse("admin:accounts_user_add"),
            reverse("admin:accounts_user_change", args=[actors["city"].pk]),
            reverse("admin:auth_user_password_change", args=[actors["city"].pk]),
        ],
    }

    return lambda language: read(actors, asked, language)


@pytest.fixture(scope="module")
def year(world):
    """Sheets in every hand, documents and deadlines; what is typed is of no language."""
    roles = ("ward", "verifier", "city", "leader", "administrator")
    people = {role: make_person(role, full_name="Zz") for role in roles}
    officer, verifier, administrator = people["ward"], people["verifier"], people["administrator"]
    round = RoundFactory(
        name="R2026b", ends_on=date(2026, 11, 14), criteria_set=make_set(n_criteria=4)
    )
    name_all_alike()  # before the log takes their names down
    Ward.objects.filter(memberships__user=officer).update(name="Xx7")
    sheets = {}
    for state in ("draft", "submitted", "verifying", "returned", "approved"):
        ward = WardFactory(name=f"Yy{state[:1].upper()}")
        MembershipFactory(user=officer, ward=ward)
        sheet = Assessment(ward=ward, round=round)
        if state != "returned":
            hands.bring_to(state, sheet, officer=officer, verifier=verifier)
        sheets[state] = sheet
    # What came back twice: one criterion was mended, one was not; and where the opinions differ.
    for number in range(1, 5):
        hands.save(sheets["returned"], number, hands.YES, officer, explanation="Zz")
    for notes in ({}, {1: "Zz", 2: "Zz"}):
        hands.take(sheets["returned"], SUBMIT, officer)
        hands.take(sheets["returned"], BEGIN, verifier)
        hands.return_sheet(sheets["returned"], verifier, notes)
    hands.save(sheets["returned"], 1, hands.NO, officer, explanation="Zz")
    hands.find(sheets["verifying"], 1, hands.NO, verifier, finding="Zz")
    # Documents: attached, taken off, superseded.
    facts = {"ward": sheets["draft"].ward, "title": "Zz", "number": "1/Z", "issued_by": "Zz"}
    first, second = EvidenceFactory(**facts), EvidenceFactory(**facts, issued_on=date(2026, 1, 2))
    for act, document in ((attach, first), (attach, second), (detach, second)):
        sheet = hands.open_sheet(sheets["draft"])
        row = hands.row_of(sheet, 1)
        act(sheet, row, document, version=row.version, acting_user=officer)
    supersede(first, DocumentFacts("Zz", number="2/Z", issued_by="Zz"), None, acting_user=officer)
    give_extension(
        round,
        sheets["draft"].ward,
        submit_by=date(2026, 12, 5),
        reason="Zz",
        acting_user=administrator,
    )
    # Every measure under the verifier's hands, and deadlines that are past or near.
    measures = Assessment(ward=WardFactory(name="YyM"), round=world["round"])
    MembershipFactory(user=officer, ward=measures.ward)
    measures = AssessmentFactory(
        ward=measures.ward, round=measures.round, **steps_to("verifying", by=verifier)
    )
    for _ in world["round"].criteria_set.criteria.all():
        ResultFactory(assessment=measures)
    late = RoundFactory(
        name="R2026c",
        ends_on=date(2026, 11, 13),
        criteria_set=world["round"].criteria_set,
        submit_by=date(2026, 11, 18),
        verify_by=date(2026, 11, 25),
    )
    for ward in (world["wards"][0], world["wards"][2]):
        MembershipFactory(user=officer, ward=ward)
    AssessmentFactory(ward=world["wards"][0], round=late, **steps_to("submitted"))
    RoundFactory(year=2027, name="R2027", criteria_set=make_set(), status="planned")
    Assessment.objects.exclude(return_reason="").update(return_reason="Zz")
    Result.objects.exclude(explanation="").update(explanation="Zz")
    name_all_alike()
    return {
        "people": people,
        "round": round,
        "late": late,
        "sheets": sheets,
        "measures": measures,
        "documents": [first, second],
    }


@pytest.fixture
def pages_of_the_year(world, year, db):
    """Every page in the working year, as each role meets it, and where something was refused."""
    round, sheets = year["round"], year["sheets"]
    criterion = round.criteria_set.criteria.first()
    draft, begun = sheets["draft"], world["begun"]

    def at(name, sheet, *more):
        return reverse(f"criteria:{name}", args=[sheet.round_id, sheet.ward_id, *more])

    versions = {
        "sheet": [
            f"{sheet.pk}:{sheet.version}"
            for sheet in Assessment.objects.filter(state__in=["submitted", "verifying"])
        ]
    }
    every_sheet = [
        *(at("sheet", sheet) for sheet in sheets.values()),
        at("sheet", year["measures"]),
    ]
    rounds = [f"/rounds/{each.pk}/" for each in Round.objects.all()]
    everybody = ["/work/", "/work/?q=nowhere", "/work/?due=late", "/notices/"]
    grids = [
        f"/rounds/{each.pk}/criteria/{asked.pk}/"
        for each in (round, world["round"], year["late"])
        for asked in each.criteria_set.criteria.all()
    ]
    place = Place(
        ward=draft.ward,
        other=world["wards"][1],
        round=round,
        before=year["late"],
        criterion=criterion,
        document=year["documents"][0],
    )
    asked = {
        "ward": [
            *everybody,
            *every_sheet,
            f"{at('sheet', sheets['returned'])}?only=mend",
            f"{at('sheet', sheets['returned'])}?only=changed",
            at("sheet", Assessment(ward=world["wards"][0], round=year["late"])),
            (at("sheet-step", begun, "submit"), {"version": begun.version}),
            at("evidence-row", draft, criterion.pk),
            (at("evidence-row", draft, criterion.pk), {"issued_on": "x"}),
            at("evidence-row", sheets["approved"], criterion.pk),
            f"/wards/{draft.ward_id}/",
            f"/wards/{draft.ward_id}/evidence/",
            (f"/wards/{draft.ward_id}/evidence/", {"title": "Zz"}),
            f"/wards/{sheets['approved'].ward_id}/evidence/",
            *(f"/evidence/{document.pk}/" for document in year["documents"]),
            "/log/",
            ("/notices/digest/", {"wanted": "on"}),
            ("/notices/digest/", {"wanted": "on", "email": "x"}),
            grids[0],
        ],
        "verifier": [
            *everybody,
            *every_sheet,
            f"{at('sheet', sheets['verifying'])}?only=different",
            (at("sheet-step", sheets["verifying"], "return"), {"mend": criterion.pk}),
            ("/work/approve/", versions),
            ("/work/return/", versions),
            ("/work/return/", versions | {"confirmed": "1"}),
            f"/wards/{sheets['verifying'].ward_id}/",
        ],
        "city": [*everybody, *grids, "/log/"],
        "leader": [*everybody, every_sheet[2], "/log/", "/log/?since=x", "/log/?q=nowhere"],
        "administrator": [
            *everybody,
            at("sheet", sheets["approved"]),
            *rounds,
            at("round-extend", draft),
            at("round-extend", sheets["returned"]),
            (at("round-extend", draft), {"submit_by": "x"}),
            (at("round-extend", draft), {"submit_by": "01/12/2027", "reason": "Zz"}),
            "/log/",
            f"/log/?sheet={sheets['verifying'].pk or Assessment.objects.first().pk}",
            f"/log/?ward={draft.ward_id}",
            *(
                reverse(f"admin:criteria_{record._meta.model_name}_change", args=[record.pk])
                for record in (round, round.criteria_set, year["documents"][0])
            ),
            reverse("admin:criteria_round_add"),
            *(
                reverse("admin:criteria_activity_change", args=[entry.pk])
                for entry in {entry.verb: entry for entry in Activity.objects.all()}.values()
            ),
        ],
    }
    for page in PAGES:
        asked.setdefault(page.readers[0], []).extend(page.few_ways(place))
    return lambda language, **but: read(year["people"], asked, language, **but)


def read(people, asked, language, *, but=None):
    """Ask for every page but those found by a pattern; an address with data is sent a form."""
    shown = {}
    for who, addresses in asked.items():
        client = Client()
        if who in people:
            client.force_login(people[who], "accounts.backends.RoleBackend")
        client.cookies["django_language"] = language
        for address in addresses:
            if but and re.search(but, str(address)):
                continue
            is_form = isinstance(address, tuple)
            response = client.post(*address) if is_form else client.get(address)
            assert language_of(response) == language, address
            shown[f"{who} {address}"] = told(response)
    return shown


def language_of(response):
    return one(response, "html").get("lang")


def strangers(shown, pattern):
    """Return the words that the pattern finds, by the page that they are on."""
    found = {page: sorted(set(pattern.findall(text))) for page, text in shown.items()}
    return {page: words for page, words in found.items() if words}


def test_a_vietnamese_reader_sees_no_english(pages):
    shown = pages("vi")
    assert strangers(shown, IS_ENGLISH) == {}
    assert strangers(shown, IS_OTHER_DATE) == {}
    assert strangers(shown, IS_VIETNAMESE).keys() == shown.keys()
    for page, words in (("/", "Đăng xuất"), ("/", "31/12/2025"), ("/wards/", "Chưa đạt chuẩn")):
        assert words in shown[f"city {page}"]


def test_an_english_reader_sees_no_vietnamese(pages):
    shown = {page: re.sub("|".join(NAMES), "", text) for page, text in pages("en").items()}
    assert strangers(shown, IS_VIETNAMESE) == {}
    assert strangers(shown, IS_OTHER_DATE) == {}
    assert strangers(shown, IS_ENGLISH).keys() == shown.keys()
    for page, words in (("/", "Sign out"), ("/", "31/12/2025"), ("/wards/", "Not ready")):
        assert words in shown[f"city {page}"]


def test_the_working_year_is_vietnamese_to_a_vietnamese_reader(pages_of_the_year):
    shown = pages_of_the_year("vi")
    assert strangers(shown, IS_ENGLISH) == {}
    assert strangers(shown, IS_OTHER_DATE) == {}
    assert strangers(shown, IS_VIETNAMESE).keys() == shown.keys()


def test_the_working_year_is_english_to_an_english_reader(pages_of_the_year):
    # The log keeps names and reasons in the installation's language, and notices are of the log.
    asked = pages_of_the_year("en", but="/(log|notices|activity)/")
    names = "|".join([*NAMES, r"Phường Yy\w"])
    shown = {page: re.sub(names, "", text) for page, text in asked.items()}
    assert strangers(shown, IS_VIETNAMESE) == {}
    assert strangers(shown, IS_OTHER_DATE) == {}
    assert strangers(shown, IS_ENGLISH).keys() == shown.keys()


# --- switching ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [None, "city"])
def test_the_language_is_switched_and_the_reader_stays_where_they_were(client_of, who):
    client = client_of(who) if who else Client()
    here = reverse("criteria:ward-list") if who else reverse("login")
    assert language_of(client.get(here)) == "vi"
    for language in ("en", "vi"):
        response = client.post(reverse("set_language"), {"language": language, "next": here})
        assert (response.status_code, response.url) == (302, here)
        assert language_of(client.get(here)) == language


def test_a_link_switches_no_language(client):
    client.get(reverse("set_language"), {"language": "en"})
    assert language_of(client.get(reverse("login"))) == "vi"


def test_a_language_that_does_not_exist_changes_nothing(client):
    client.post(reverse("set_language"), {"language": "fr", "next": "/accounts/login/"})
    assert language_of(client.get(reverse("login"))) == "vi"


def test_an_english_browser_gets_vietnamese_until_its_reader_chooses(client):
    page = client.get("/accounts/login/", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert page.headers["Content-Language"] == "vi"
