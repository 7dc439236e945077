"""Notices in the browser's eyes: new or read, and the daily e-mail that one asks for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from criteria.models import Activity, Inbox
from tests import hands
from tests.factories import UserFactory, make_sheet
from tests.reading import find, links, one, text
from tests.views.test_work import badge

pytestmark = pytest.mark.django_db

NOTICES, READ, DIGEST = (
    reverse(f"criteria:{name}") for name in ("notices", "notices-read", "notices-digest")
)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def own():
    return UserFactory(role="Ward officer")


@pytest.fixture
def sheet(own, make_user):
    sheet = make_sheet()
    hands.join(own, sheet)
    return hands.send_back(sheet, own, make_user("verifier"))


def is_marked_new(page):
    return "New" in {text(part) for part in find(page, "main span")}


def test_a_notice_says_what_where_who_and_why_and_leads_there(client_of, own, sheet):
    page = client_of(own).get(NOTICES)
    assert reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id]) in links(page)
    for words in ("Sheet returned", str(sheet.returned_by), "Thiếu minh chứng"):
        assert words in text(page)
    assert is_marked_new(page)  # in words, and not by a colour alone


def test_reading_marks_nothing_and_the_button_marks_what_was_shown(client_of, own, sheet):
    client = client_of(own)
    for _ in range(2):
        page = client.get(NOTICES)
        assert badge(page, "unread") == 1
    assert not Inbox.objects.exists()
    (notice,) = page.context["notices"]
    page = client.post(READ, {"up_to": notice.entry.seq}, follow=True)
    assert badge(page, "unread") == 0
    assert not is_marked_new(page)
    assert "Sheet returned" in text(page)
    assert "Mark all as read" not in page.content.decode()


@pytest.mark.parametrize("up_to", ["", "x", "-1", "9" * 30])
def test_nonsense_marks_nothing(client_of, own, sheet, up_to):
    page = client_of(own).post(READ, {"up_to": up_to}, follow=True)
    assert badge(page, "unread") == 1


def test_another_wards_officer_sees_nothing_of_it(client_of, sheet):
    page = client_of("ward").get(NOTICES)
    assert badge(page, "unread") == 0
    assert sheet.ward.name not in page.content.decode()
    assert "No notice yet" in text(page)


def test_one_persons_reading_is_not_anothers(client_of, own, sheet):
    colleague = hands.join(UserFactory(role="Ward officer", date_joined=own.date_joined), sheet)
    newest = Activity.objects.order_by("-seq").first().seq
    client_of(own).post(READ, {"up_to": newest})
    assert badge(client_of(colleague).get(NOTICES), "unread") == 1


def test_the_daily_email_is_asked_for_and_logged(client_of, own):
    client = client_of(own)
    client.post(DIGEST, {"wanted": "on", "email": "can.bo@example.vn"})
    own.refresh_from_db()
    assert (own.email, own.inbox.wants_digest) == ("can.bo@example.vn", True)
    said = {row.object_type: (row.verb, row.after, row.actor) for row in Activity.objects.all()}
    assert said == {
        "accounts.user": ("change", {"email": "can.bo@example.vn"}, own),
        "criteria.inbox": ("change", {"wants_digest": True}, own),
    }
    page = client.get(NOTICES)
    assert one(page, "[name=wanted]").checked
    assert one(page, "[name=email]").value == "can.bo@example.vn"
    client.post(DIGEST, {"wanted": "on", "email": "can.bo@example.vn"})
    assert Activity.objects.count() == 2  # saying it again changes nothing
    client.post(DIGEST, {"email": "can.bo@example.vn"})
    assert not Inbox.objects.get().wants_digest


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c"])
def test_an_email_needs_an_address(client_of, own, email):
    refused = client_of(own).post(DIGEST, {"wanted": "on", "email": email})
    assert refused.status_code == 422
    assert find(refused, "[aria-invalid=true]")
    assert not Inbox.objects.exists()
    assert not Activity.objects.exists()


def test_it_changes_the_persons_own_account_alone(client_of, own):
    other = UserFactory(email="khac@example.vn")
    client_of(own).post(DIGEST, {"wanted": "on", "email": "x@example.vn", "user": other.pk})
    assert set(User.objects.values_list("email", flat=True)) == {"khac@example.vn", "x@example.vn"}


def test_a_role_without_notices_is_told_so(client_of):
    assert "nothing has to be told to you" in text(client_of("leader").get(NOTICES))


@pytest.mark.parametrize("role", ["ward", "city", "verifier", "leader", "administrator"])
def test_no_page_asks_more_than_once_for_the_counts(
    client_of, role, sheet, django_assert_num_queries
):
    client = client_of(role)
    with django_assert_num_queries(3):  # session, person, counts
        client.get(reverse("password_change"))


def test_a_fragment_does_not_ask_for_the_counts(client_of):
    client, counts = client_of("city"), []
    for headers in ({}, {"HX-Request": "true"}):
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("criteria:ward-list"), headers=headers)
        counts.append(len(captured))
    assert counts[0] - counts[1] == 1
