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
from criteria.actions.users import save_user, set_roles
from criteria.forms.filters import LogFilterForm
from criteria.models import Activity, Evidence
from tests import hands
from tests.conftest import ROLES, signed_in
from tests.factories import MembershipFactory, RoundFactory, UserFactory, make_sheet
from tests.pages import PAGES, Place

pytestmark = pytest.mark.django_db

NAME = "Nguyễn Văn Trùng"
ALONE = re.compile(rf"{NAME}(?!\s*\(trung\.\w+\))")


def twin(username, **fields):
    return UserFactory(full_name=NAME, username=username, **fields)


@pytest.fixture
def city():
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


def pages(city, role):
    round, before, sheets, people = city
    client = signed_in(people[role])
    for sheet in sheets.values():
        place = Place(
            ward=sheet.ward,
            round=round,
            criterion=round.criteria_set.criteria.first(),
            document=Evidence.objects.filter(ward=sheet.ward).first(),
            other=next(iter(sheets.values())).ward,
            before=before,
        )
        for page in PAGES:
            if role in page.readers:
                yield page.name, client.get(page.at(place)).content.decode()


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


# --- when a name is shared ------------------------------------------------------------------------


def label(username):
    return str(User.objects.get(username=username))


def test_a_name_is_given_alone_until_somebody_shares_it():
    first = UserFactory(full_name=NAME, username="trung.a")
    assert str(first) == label("trung.a") == NAME
    second = UserFactory(full_name="NGUYỄN VĂN  TRÙNG", username="trung.b")
    assert label("trung.a") == f"{NAME} (trung.a)"
    assert str(second) == "NGUYỄN VĂN TRÙNG (trung.b)"
    second.full_name = "Trần Văn Khác"
    second.save()
    assert label("trung.a") == NAME
    assert label("trung.b") == "Trần Văn Khác"


@pytest.mark.parametrize(
    "typed",
    [
        "Nguye\u0302\u0303n Va\u0306n Tru\u0300ng",
        "Nguyễn Văn\u00a0Trùng",
        "Nguyễn\u200b Văn Trùng\u200e",
        "nguyễn văn trùng",
    ],
)
def test_names_that_look_the_same_are_the_same(typed):
    UserFactory(full_name=NAME, username="trung.a")
    UserFactory(full_name=typed, username="trung.b")
    assert label("trung.a").endswith("(trung.a)")
    assert label("trung.b").endswith("(trung.b)")


def test_accounts_that_are_no_longer_active_share_their_name_too(make_user):
    administrator = make_user("administrator")
    gone = UserFactory(full_name=NAME, username="trung.a", is_active=False)
    new = UserFactory.build(full_name=NAME, username="trung.b")
    save_user(new, acting_user=administrator)
    assert label("trung.b").endswith("(trung.b)")
    assert str(User.objects.get(pk=gone.pk)).endswith("(trung.a)")


def test_the_person_filter_costs_no_query_a_name(django_assert_num_queries):
    for n in range(12):
        user = UserFactory(full_name=NAME, username=f"trung.{n}")
        Activity.objects.append([entry(Activity.Verb.CHANGE, user, acting_user=user)])
    with django_assert_num_queries(2):
        form = LogFilterForm({}, log=Activity.objects.all())
        assert len(form.fields["person"].choices) == 14
