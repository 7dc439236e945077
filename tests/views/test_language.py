"""Every page speaks the reader's language, whole, and writes dates in one way."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from criteria.models import (
    Assessment,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Pledge,
    Requirement,
    Verdict,
    Ward,
    WardNorm,
    WardSuccession,
)
from tests.factories import (
    CriterionFactory,
    RecognitionFactory,
    RequirementFactory,
    ResultFactory,
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)

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
IS_VIETNAMESE = re.compile(r"[^\W\d_]*[à-ỹÀ-ỸđĐ][^\W\d_]*")
NAMES = ["Nam Định", "Tiếng Việt"]

# 2026-11-15; Nov. 15, 2026; 15 tháng 11.
IS_OTHER_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b[A-Z][a-z]+\.? \d\d?, \d{4}|\d [Tt]háng \w+")


class Visible(HTMLParser):
    """What a person reads or is read of a page: its text, and the words in its attributes."""

    # Not alt: Django's own administration has “Search” there, in every language.
    SPOKEN = ("aria-label", "title", "placeholder")

    def __init__(self, response):
        super().__init__()
        self.words = []
        self._unread = 0
        self.feed(response.content.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self._unread += tag in ("script", "style")
        self.words += [said[name] for name in self.SPOKEN if said.get(name)]
        if tag == "input" and said.get("type") in ("submit", "button"):
            self.words.append(said.get("value", ""))

    def handle_endtag(self, tag):
        self._unread -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._unread:
            self.words.append(data)

    def __str__(self):
        return unicodedata.normalize("NFC", " ".join(" ".join(self.words).split()))


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-20T09:00+07:00", tick=False):
        yield


@pytest.fixture
def world():
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
    CriteriaSet.objects.update(title="Zz")
    CriterionGroup.objects.update(name="Zz")
    Criterion.objects.update(name="Zz")
    Requirement.objects.update(text="Zz")
    for sheet in Assessment.objects.all():
        sheet.results.exclude(explanation="").update(explanation="Zz")
    return {"wards": wards, "old": old, "round": running, "begun": begun, "complete": complete}


@pytest.fixture
def pages(world, make_user):
    """Every page by its address and who reads it, once asked for with a language."""
    actors = {role: make_user(role) for role in ("city", "verifier", "administrator")}
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
        "": ["/accounts/login/", "/accounts/login/?next=/wards/"],
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

    def read(language):
        shown = {}
        for actor, addresses in asked.items():
            client = Client()
            if actor:
                client.force_login(actors[actor], "accounts.backends.RoleBackend")
            client.cookies["django_language"] = language
            for address in addresses:
                response = client.get(address)
                assert f'lang="{language}"' in response.content.decode(), address
                shown[f"{actor} {address}"] = str(Visible(response))
        return shown

    return read


def strangers(shown, pattern):
    """Return the words that the pattern finds, by the page that they are on."""
    found = {page: sorted(set(pattern.findall(text))) for page, text in shown.items()}
    return {page: words for page, words in found.items() if words}


def test_a_vietnamese_reader_sees_no_english(pages):
    shown = pages("vi")
    assert strangers(shown, IS_ENGLISH) == {}
    assert strangers(shown, IS_OTHER_DATE) == {}
    assert strangers(shown, IS_VIETNAMESE).keys() == shown.keys()
    for words in ("Đăng xuất", "Chưa đạt chuẩn", "31/12/2025"):
        assert words in shown["city /"]


def test_an_english_reader_sees_no_vietnamese(pages):
    shown = {page: re.sub("|".join(NAMES), "", text) for page, text in pages("en").items()}
    assert strangers(shown, IS_VIETNAMESE) == {}
    assert strangers(shown, IS_OTHER_DATE) == {}
    assert strangers(shown, IS_ENGLISH).keys() == shown.keys()
    for words in ("Sign out", "Not ready", "31/12/2025"):
        assert words in shown["city /"]


# --- switching ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [None, "city"])
def test_the_language_is_switched_and_the_reader_stays_where_they_were(client_of, who):
    client = client_of(who) if who else Client()
    here = reverse("criteria:ward-list") if who else reverse("login")
    assert 'lang="vi"' in client.get(here).content.decode()
    for language in ("en", "vi"):
        response = client.post(reverse("set_language"), {"language": language, "next": here})
        assert (response.status_code, response.url) == (302, here)
        assert f'<html lang="{language}"' in client.get(here).content.decode()


def test_a_link_switches_no_language(client):
    client.get(reverse("set_language"), {"language": "en"})
    assert '<html lang="vi"' in client.get(reverse("login")).content.decode()


def test_a_language_that_does_not_exist_changes_nothing(client):
    client.post(reverse("set_language"), {"language": "fr", "next": "/accounts/login/"})
    assert '<html lang="vi"' in client.get(reverse("login")).content.decode()


def test_an_english_browser_gets_vietnamese_until_its_reader_chooses(client):
    page = client.get("/accounts/login/", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert page.headers["Content-Language"] == "vi"
