"""Two people of one name are told apart wherever one of them is named."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from criteria.actions.evidence import DocumentFacts, add_evidence
from criteria.actions.log import entry
from criteria.actions.rounds import give_extension
from criteria.actions.users import set_roles
from criteria.models import Activity, Evidence
from tests import hands
from tests.conftest import ROLES, signed_in
from tests.factories import MembershipFactory, RoundFactory, UserFactory, make_sheet
from tests.pages import Place, read_by

pytestmark = pytest.mark.django_db

NAME = "Nguyễn Văn Trùng"
ALONE = re.compile(rf"{NAME}(?!\s*\(trung\.\w+\))")


def twin(username, **fields):
    return UserFactory(full_name=NAME, username=username, **fields)


@pytest.fixture(scope="module")
def made(kept_for_module):
    """Sheets in every state by people of one name, one of each role; and one who does nothing."""
    people = {role: twin(f"trung.{role}", role=group) for role, group in ROLES.items()}
    twin("trung.khac")
    people = {role: User.objects.get(pk=user.pk) for role, user in people.items()}
    round = make_sheet(n_criteria=2).round
    before = RoundFactory(year=round.year - 1, criteria_set=round.criteria_set, status="closed")
    officer = people["ward"]
    sheets = hands.sheets_by_state(round, officer=officer, verifier=people["verifier"])
    for sheet in sheets.values():
        MembershipFactory(user=officer, ward=sheet.ward)
        add_evidence(
            sheet.ward,
            DocumentFacts("Kế hoạch", number="1/KH", issued_by="UBND"),
            None,
            acting_user=officer,
        )
        late = {"submit_by": round.submit_by + timedelta(days=2), "reason": "Lũ"}
        give_extension(round, sheet.ward, **late, acting_user=people["administrator"])
    return round, before, sheets, people


@pytest.fixture
def city(made):
    round, before, sheets, people = made
    fresh = {role: User.objects.get(pk=user.pk) for role, user in people.items()}
    return round, before, hands.as_stored(sheets), fresh


def pages(city, role):
    round, before, sheets, people = city
    client = signed_in(people[role])
    places = [
        Place(
            ward=sheet.ward,
            round=round,
            criterion=round.criteria_set.criteria.first(),
            document=Evidence.objects.filter(ward=sheet.ward).first(),
            other=next(iter(sheets.values())).ward,
            before=before,
        )
        for sheet in sheets.values()
    ]
    # Most pages are of no sheet: for every one of them they have one address.
    addresses = {page.at(place): page.name for page in read_by(role) for place in places}
    for address, name in addresses.items():
        yield name, client.get(address).content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_on_every_page(city, role):
    named = 0
    for name, page in pages(city, role):
        text = strip_tags(page)
        assert not ALONE.search(text), name
        named += len(re.findall(NAME, text))
    assert named > 30  # at least in the bar


def test_in_the_log_its_filter_and_its_file(city):
    people = city[-1]
    client = signed_in(people["leader"])
    page = client.get(reverse("criteria:log"), {"person": people["ward"].pk})
    assert {row.who for row in page.context["told"]} == {f"{NAME} (trung.ward)"}
    options = dict(page.context["form"].fields["person"].choices)
    assert options[people["ward"].pk] == f"{NAME} (trung.ward)"
    file = b"".join(client.get(reverse("criteria:log-export"))).decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(file), delimiter=";") for cell in row]
    assert any(NAME in cell for cell in cells)
    assert not any(ALONE.search(cell) for cell in cells)


def test_in_the_administration(city):
    people = city[-1]
    client = signed_in(people["administrator"])
    for name in ("criteria_activity", "criteria_assessment", "criteria_evidence", "auth_group"):
        page = client.get(reverse(f"admin:{name}_changelist")).content.decode()
        assert not ALONE.search(strip_tags(page)), name
    role = people["ward"].groups.get()
    page = client.get(reverse("admin:auth_group_change", args=[role.pk])).content.decode()
    assert f"{NAME} (trung.ward)" in page


def test_entries_of_before_that_name_no_user_name(city):
    people = city[-1]
    (old,) = Activity.objects.append(
        [entry(Activity.Verb.CHANGE, people["city"], acting_user=people["ward"])]
    )
    fields = {f.attname: getattr(old, f.attname) for f in Activity._meta.concrete_fields}
    row = Activity(**{**fields, "seq": None, "actor_name": NAME})
    Activity.objects.append([row])
    client = signed_in(people["leader"])
    page = client.get(reverse("criteria:log")).context["told"]
    assert page[0].who == page[1].who == f"{NAME} (trung.ward)"
    row.actor_id = 10**6  # of an account that is no more
    assert Activity.objects.select_related("actor").get(seq=row.seq).who
    assert Activity(actor=None, actor_name="").who == ""


def test_an_entry_about_a_person_says_which(city):
    people = city[-1]
    set_roles(people["city"], [], acting_user=people["administrator"])
    logged = Activity.objects.latest("seq")
    assert logged.object_name == f"{NAME} (trung.city)"
    assert logged.actor_name == f"{NAME} (trung.administrator)"
