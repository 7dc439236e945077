"""Who comes and goes, fails, reads or takes away is noted, and administrators read it."""

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Access
from criteria.actions.evidence import DocumentFacts, add_evidence
from tests.conftest import signed_in
from tests.factories import UserFactory, WardFactory
from tests.files.samples import pdf

pytestmark = pytest.mark.django_db

PASSWORD = "mat-khau-rat-dai"
Kind = Access.Kind
PAGE = reverse("criteria:access")


@pytest.fixture
def person():
    user = UserFactory(role="Leader", username="lanhdao", full_name="Đỗ Thị Hạnh")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def administrator(make_user):
    return make_user("administrator")


@pytest.fixture
def office(administrator):
    return signed_in(administrator)


def rows():
    fields = ("kind", "user", "name", "address")
    return list(Access.objects.order_by("pk").values_list(*fields))


def sign_in(password=PASSWORD, username="lanhdao", **client):
    browser = Client(REMOTE_ADDR="10.0.0.7", **client)
    browser.post(reverse("login"), {"username": username, "password": password})
    return browser


def test_coming_and_going_and_failing(person):
    browser = sign_in()
    browser.post(reverse("logout"))
    sign_in("sai")
    sign_in("sai", "Khong.Co")
    named = (person.pk, "Đỗ Thị Hạnh (lanhdao)", "10.0.0.7")
    assert rows() == [
        (Kind.SIGN_IN, *named),
        (Kind.SIGN_OUT, *named),
        (Kind.FAILURE, *named),
        (Kind.FAILURE, None, "Khong.Co", "10.0.0.7"),
    ]


def test_a_password_is_never_noted(person):
    sign_in("mot-mat-khau-sai")
    sign_in()
    for row in Access.objects.values():
        assert not any("mat-khau" in str(value) for value in row.values())


def test_reading_a_document_and_taking_it_away(person):
    facts, file = DocumentFacts("Kế hoạch"), SimpleUploadedFile("a.pdf", pdf())
    document, _new = add_evidence(WardFactory(name="Lộc Hạ"), facts, file, acting_user=person)
    url = reverse("criteria:evidence-file", args=[document.pk])
    client = signed_in(person)
    for query in ({"view": "1"}, {}):
        b"".join(client.get(url, query))
    read, taken = Access.objects.order_by("pk")
    assert (read.kind, taken.kind) == (Kind.READ, Kind.DOWNLOAD)
    assert read.user == person
    assert read.about == "Kế hoạch – Phường Lộc Hạ"
    assert (read.path, taken.path) == (f"{url}?view=1", url)
    signed_in(UserFactory(role="Ward officer")).get(url)  # out of sight: nothing was read
    assert Access.objects.count() == 2


@pytest.mark.parametrize("name", ["criteria:log-export", "criteria:access-export"])
def test_taking_a_table_away(office, administrator, name):
    b"".join(office.get(reverse(name), {"kind": ""}))
    entry = Access.objects.get()
    assert (entry.kind, entry.user) == (Kind.EXPORT, administrator)
    assert entry.path == f"{reverse(name)}?kind="


def test_the_page_shows_all_newest_first_and_narrows(office, person):
    sign_in("sai", "Khong.Co")
    sign_in()
    entries = office.get(PAGE).context["page"].entries
    assert [entry.kind for entry in entries] == [Kind.SIGN_IN, Kind.FAILURE]

    def found(**query):
        return [entry.name for entry in office.get(PAGE, query).context["page"].entries]

    hanh = "Đỗ Thị Hạnh (lanhdao)"
    assert found(person=person.pk) == found(kind="sign_in") == [hanh]
    assert found(person="nobody") == ["Khong.Co"]
    for words in ("hanh", "HẠNH", "ha\u0323nh", "do hanh", "lanhdao"):
        assert found(q=words) == [hanh], words
    assert len(found(q="10.0.0.7")) == 2
    assert len(found(since="20/11/2026", until="20/11/2026")) == 2
    assert found(since="21/11/2026") == found(until="19/11/2026") == []
    wrong = office.get(PAGE, {"since": "21/11/2026", "until": "20/11/2026"})
    assert wrong.context["form"].errors
    assert office.get(reverse("criteria:access-export"), {"kind": "x"}).status_code == 302


def test_many_rows_are_read_a_page_at_a_time(office, django_assert_max_num_queries):
    Access.objects.bulk_create(Access(kind=Kind.FAILURE, name=f"ten{n}") for n in range(120))
    with django_assert_max_num_queries(6):
        first = office.get(PAGE)
    second = office.get(PAGE, {"before": first.context["page"].before})
    assert [len(answer.context["page"].entries) for answer in (first, second)] == [50, 50]
    back = office.get(PAGE, {"after": second.context["page"].after})
    assert back.context["page"].entries == first.context["page"].entries
    assert office.get(PAGE, {"before": "x"}).status_code == 404


def test_the_file_holds_what_the_page_shows(office, person):
    sign_in("sai", "=1+1")
    sign_in()
    file = b"".join(office.get(reverse("criteria:access-export"), {"kind": "failure"}))
    head, row, last = csv.reader(StringIO(file.decode("utf-8-sig")), delimiter=";")
    assert len(head) == 7
    assert row[2] == "'=1+1"
    assert last[1] == "1"


def test_what_is_typed_stays_text(office):
    sign_in("sai", "<script>alert(1)</script>")
    assert "<script>alert" not in office.get(PAGE).content.decode()


def test_the_way_leads_over_the_log_and_for_administrators_alone(office, person):
    log = reverse("criteria:log")
    assert PAGE in office.get(log).content.decode()
    assert PAGE not in signed_in(person).get(log).content.decode()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_access SET name = 'forged'",
        "DELETE FROM accounts_access",
    ],
)
def test_the_database_refuses_to_change_it(sql):
    Access.objects.create(kind=Kind.FAILURE, name="a")
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Access.objects.get().name == "a"
