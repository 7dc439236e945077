"""The daily e-mail: once a day, to those who want it and have something new or due."""

import contextlib
import re
import socket
import threading
from datetime import date
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.actions.notices import claim_digest, mark_notices_read
from criteria.models import Assessment, Inbox
from tests import hands
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set, make_sheet

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://kieumau.example.vn/"


def reader(role, name="a", **fields):
    user = UserFactory(role=role, email=f"{name}@example.vn", **fields)
    Inbox.objects.create(user=user, wants_digest=True)
    return user


def send():
    """Run the command; return to whom it has sent."""
    mail.outbox.clear()
    call_command("send_digest")
    return [address for message in mail.outbox for address in message.to]


@pytest.fixture
def officer(make_user):
    return make_user("city")


@pytest.fixture
def verifier():
    return reader("Verifier")


@pytest.fixture
def sheet(verifier, officer):
    return hands.submit(make_sheet(), officer)


def test_it_is_sent_once_a_day_however_often_it_runs(verifier, sheet):
    assert send() == ["a@example.vn"]
    assert Inbox.objects.get(user=verifier).digest_on == TODAY
    assert send() == []
    with time_machine.travel("2026-11-21T02:00Z"):
        assert send() == ["a@example.vn"]  # read or not: it is from the day of the last one
        mark_notices_read(10**9, acting_user=verifier)
    with time_machine.travel("2026-11-22T02:00Z"):
        assert send() == []


def test_of_two_runs_at_once_one_sends(verifier, sheet, monkeypatch):
    """The other has read the same inbox, and comes to claim it later."""
    other = Inbox.objects.get(user=verifier)
    assert send() == ["a@example.vn"]
    assert not claim_digest(other, TODAY)
    Inbox.objects.update(digest_on=None)
    monkeypatch.setattr("criteria.management.commands.send_digest.claim_digest", lambda *_: False)
    assert send() == []


@pytest.mark.parametrize("how", ["unwanted", "no address", "inactive", "demo account", "no role"])
def test_who_gets_none(verifier, sheet, settings, how):
    settings.DEMO = False
    if how == "unwanted":
        Inbox.objects.update(wants_digest=False)
    elif how == "no address":
        verifier.email = ""
    elif how == "inactive":
        verifier.is_active = False
    elif how == "demo account":
        verifier.is_demo = True
    else:
        verifier.groups.clear()
    verifier.save()
    assert send() == []
    assert Inbox.objects.get().digest_on is None


def test_nothing_new_and_nothing_due_is_no_email(verifier, officer):
    assert send() == []
    assert Inbox.objects.get().digest_on is None


def test_work_that_is_due_soon_or_late_is_told_every_day():
    round = RoundFactory(criteria_set=make_set())
    own = reader("Ward officer")
    hands.join(own, Assessment(ward=WardFactory(name="Trường Thi"), round=round))
    assert send() == []  # ten days are left
    for day, told in ((23, True), (24, True)):
        with time_machine.travel(f"2026-11-{day}T02:00Z"):
            assert bool(send()) == told
            assert "Trường Thi" in mail.outbox[0].body
    with time_machine.travel("2026-12-01T02:00Z"):
        send()
        assert "1" in mail.outbox[0].subject


def test_it_says_counts_names_and_links_and_nothing_confidential(officer):
    sheet = make_sheet()
    own = hands.join(reader("Ward officer"), sheet)
    hands.send_back(sheet, own, UserFactory(role="Verifier"), {1: "Thiếu biên bản"})
    other = make_sheet(year=2025).ward
    with time_machine.travel("2026-12-12T02:00Z"):
        send()
    (message,) = mail.outbox
    assert message.content_subtype == "plain"
    assert message.to == ["a@example.vn"]
    assert (
        f"https://kieumau.example.vn/rounds/{sheet.round_id}/wards/{sheet.ward_id}/" in message.body
    )
    assert "https://kieumau.example.vn/work/" in message.body
    assert sheet.ward.name in message.body
    assert other.name not in re.findall(r"Số \d+", message.body)
    for secret in ("Thiếu", "Có hồ sơ", "Tiêu chí"):
        assert secret not in message.body + message.subject
    assert "&#" not in message.body
    assert message.body.count("\n\n\n") == 0


def test_a_long_list_is_cut_and_says_how_many_more():
    round = RoundFactory(criteria_set=make_set(), submit_by=date(2026, 11, 1))
    WardFactory.create_batch(25)
    reader("City officer")
    reader("Leader", "b")
    assert send() == ["a@example.vn", "b@example.vn"]
    for message in mail.outbox:
        assert message.body.count(f"/rounds/{round.pk}/wards/") == 20
        assert "5" in message.body
        assert "25" in message.subject


def test_an_administrator_is_told_of_rounds():
    RoundFactory(year=2027, status="planned")  # from 16 November 2026
    reader("Administrator")
    assert send() == ["a@example.vn"]


def test_what_cannot_be_sent_stops_nobody_else_and_is_tried_again(verifier, sheet, monkeypatch):
    second = reader("Verifier", "b", date_joined=verifier.date_joined)
    really = EmailMessage.send

    def refuse(self, *args, **kwargs):
        if self.to == ["a@example.vn"]:
            raise SMTPRecipientsRefused({"a@example.vn": (550, b"unknown")})
        return really(self, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", refuse)
    mail.outbox.clear()
    with pytest.raises(CommandError, match=verifier.username):
        call_command("send_digest")
    assert [message.to for message in mail.outbox] == [["b@example.vn"]]
    assert Inbox.objects.get(user=verifier).digest_on is None
    assert Inbox.objects.get(user=second).digest_on == TODAY
    monkeypatch.setattr(EmailMessage, "send", really)
    assert send() == ["a@example.vn"]


def test_each_person_costs_the_same(sheet):
    for name in "bc":
        reader("City officer", name)
    counts = []
    for n_wards in (2, 20):
        WardFactory.create_batch(n_wards)
        Inbox.objects.update(digest_on=None)
        with CaptureQueriesContext(connection) as captured:
            send()
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- a mail server that is not well ---------------------------------------------------------------


class MailServer(threading.Thread):
    """Speaks SMTP up to a word at which it falls silent, or hangs up; one connection at a time."""

    def __init__(self, until: str, *, hangs_up: bool = False) -> None:
        super().__init__(daemon=True)
        self.until, self.hangs_up, self.n_connections = until, hangs_up, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self.socket.accept()
                self.n_connections += 1
                with connection, connection.makefile("rwb", buffering=0) as wire:
                    self.speak(wire)

    def speak(self, wire) -> None:
        if self.until == "greeting":
            wire.read(1)  # until the other side gives up
            return
        wire.write(b"220 here\r\n")
        answers = {"ehlo": b"250 here", "data": b"354 go on", ".": b"250 taken", "quit": b"221 bye"}
        is_text = False
        for line in wire:
            word = line.decode().strip().split(" ")[0].lower()
            if is_text and word != ".":
                continue
            if word == self.until:
                if not self.hangs_up:
                    wire.read(1)
                return
            is_text = word == "data"
            wire.write(answers.get(word, b"250 ok") + b"\r\n")


@pytest.fixture
def serve(settings):
    servers = []

    def start(until: str, **facts) -> MailServer:
        server = MailServer(until, **facts)
        servers.append(server)
        server.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.3
        return server

    yield start
    for server in servers:
        server.socket.close()


def refusal() -> str:
    with pytest.raises(CommandError) as refused:
        call_command("send_digest")
    return str(refused.value)


def test_a_server_that_does_not_answer_is_waited_for_once(serve, verifier, sheet):
    reader("Verifier", "b", username="zz")  # the last in order
    server = serve("greeting")
    told = refusal()
    assert server.n_connections == 1
    assert all(inbox.user.username in told for inbox in Inbox.objects.all())
    assert set(Inbox.objects.values_list("digest_on", flat=True)) == {None}


@pytest.mark.parametrize("hangs_up", [False, True])
def test_what_may_have_been_sent_is_told_and_not_sent_again(serve, verifier, sheet, hangs_up):
    server = serve(".", hangs_up=hangs_up)
    assert "Perhaps sent" in refusal()
    call_command("send_digest")
    assert server.n_connections == 1


def test_a_server_that_takes_nothing_has_sent_nothing(verifier, sheet, monkeypatch, capsys):
    monkeypatch.setattr(EmailMessage, "send", lambda *_: 0)
    refusal()
    assert "Sent: 0." in capsys.readouterr().out
    assert Inbox.objects.get(user=verifier).digest_on is None


def test_a_server_that_is_well_takes_each_once(serve, verifier, sheet, capsys):
    serve("nothing")
    call_command("send_digest")
    call_command("send_digest")
    assert capsys.readouterr().out.splitlines() == ["Sent: 1.", "Sent: 0."]
