"""`manage.py verify_log`: a chain that holds, and each way in which it can be broken."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from criteria.actions.evidence import DocumentFacts, add_evidence
from criteria.actions.log import entry
from criteria.actions.users import set_roles
from criteria.management.commands import verify_log
from criteria.models import Activity, Assessment, Evidence, Result
from tests import hands
from tests.factories import EvidenceFactory, UserFactory, WardFactory, make_sheet
from tests.files.samples import pdf

pytestmark = pytest.mark.django_db


@contextmanager
def triggers_off(table: str = "criteria_activity") -> Iterator[None]:
    """What only somebody who owns the database can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


@pytest.fixture
def log() -> list[Activity]:
    user, ward = UserFactory(full_name="Trần Thị Bình"), WardFactory(name="Trường Thi")
    return Activity.objects.append(
        entry(Activity.Verb.CHANGE, ward, acting_user=user, before={"n": n}, after={"n": n + 1})
        for n in range(5)
    )


def verify(*arguments: str) -> list[str]:
    out = StringIO()
    with translation.override("en"):
        call_command("verify_log", *arguments, stdout=out)
    return out.getvalue().splitlines()


def ends(*arguments: str) -> list[str]:
    """The first line and the last."""
    lines = verify(*arguments)
    return [lines[0], lines[-1]]


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        verify(*arguments)
    assert refused.value.returncode == 1
    return str(refused.value)


def head_of(row: Activity) -> str:
    return f"{row.seq}:{row.hash}"


def test_a_whole_chain_is_counted_and_its_head_printed(log: list[Activity]) -> None:
    assert ends() == ["5 entries, unbroken.", head_of(log[-1])]


def test_an_empty_log_is_whole() -> None:
    empty = "0:" + "0" * 64
    assert ends() == ends("--head", empty) == ["0 entries, unbroken.", empty]


@pytest.mark.parametrize("place", range(5))
def test_a_head_of_old_is_still_in_the_chain(log: list[Activity], place: int) -> None:
    assert verify("--head", head_of(log[place]))[-1] == head_of(log[-1])


FORGERIES: dict[str, Callable[[], object]] = {
    "what was done": lambda: Activity.objects.filter(seq=3).update(after={"n": 99}),
    "who did it": lambda: Activity.objects.filter(seq=3).update(actor_name="Ai đó"),
    "the hash": lambda: Activity.objects.filter(seq=3).update(hash="f" * 64),
}


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_the_first_entry_that_was_changed_is_named(forge: Callable[[], object]) -> None:
    with triggers_off():
        forge()
    said = refusal()
    assert "Entry 3 does not say what was sealed" in said
    assert "Trường Thi" in said


@pytest.mark.usefixtures("log")
def test_an_entry_sealed_anew_does_not_fit_the_one_after_it() -> None:
    row = Activity.objects.get(seq=3)
    row.reason = "Không có gì"
    with triggers_off():
        Activity.objects.filter(seq=3).update(reason=row.reason, hash=row.seal())
    assert "Entry 4 does not follow the one before it" in refusal()


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(("gone", "found"), [(1, 2), (3, 4)])
def test_an_entry_that_was_removed_leaves_a_gap(gone: int, found: int) -> None:
    with triggers_off():
        Activity.objects.filter(seq=gone).delete()
    assert f"Entry {gone} is missing: after it comes entry {found}." in refusal()


def test_a_tail_that_was_cut_off_is_missed_by_whoever_kept_the_head(log: list[Activity]) -> None:
    with triggers_off():
        Activity.objects.filter(seq__gt=3).delete()
    assert ends() == ["3 entries, unbroken.", head_of(log[2])]
    assert "ends with entry 3, but had entry 5" in refusal("--head", head_of(log[-1]))


def test_a_log_written_anew_is_known_by_the_head(log: list[Activity]) -> None:
    with triggers_off():
        Activity.objects.all().delete()
    ward = WardFactory()
    Activity.objects.append(entry(Activity.Verb.CREATE, ward, acting_user=None) for _ in range(7))
    assert verify()[0] == "7 entries, unbroken."
    assert "Entry 5 is not the one" in refusal("--head", head_of(log[-1]))


@pytest.mark.parametrize("text", ["", "5", "5:abc", "x:" + "0" * 64, "1:" + "F" * 64])
def test_a_head_is_written_as_it_was_printed(text: str) -> None:
    assert "is not a head" in refusal("--head", text)


def test_the_walk_reads_batches(log: list[Activity], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "BATCH", 2)
    with CaptureQueriesContext(connection) as queries:
        assert ends() == ["5 entries, unbroken.", head_of(log[-1])]
    walked = [query for query in queries if 'ORDER BY "criteria_activity"."seq"' in query["sql"]]
    assert len(walked) == 4


# --- what it says of its own reach ----------------------------------------------------------------


def test_it_says_up_to_where_a_checkpoint_covers_the_log(log: list[Activity]) -> None:
    assert "No checkpoint from outside" in " ".join(verify())
    assert "up to 3: a change of any of them would be noticed" in " ".join(
        verify("--head", head_of(log[2]))
    )
    assert "covers every entry" in " ".join(verify("--head", head_of(log[-1])))
    for told in (verify(), verify("--head", head_of(log[2]))):
        assert "cannot" not in " ".join(told)


# --- the database's guard -------------------------------------------------------------------------


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("table", ["criteria_activity", "accounts_access"])
def test_triggers_that_are_gone_or_off_are_noticed(table: str) -> None:
    with triggers_off(table):
        assert f"no longer refuses changes of the table {table}" in refusal()
    assert verify()


@pytest.mark.usefixtures("log")
def test_a_trigger_that_does_nothing_is_noticed() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION criteria_activity_refuse() RETURNS trigger"
                " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
            )
        else:
            cursor.execute("DROP TRIGGER criteria_activity_no_update")
            cursor.execute(
                "CREATE TRIGGER criteria_activity_no_update BEFORE UPDATE ON criteria_activity"
                " BEGIN SELECT 1; END"
            )
    assert "no longer refuses changes of the table criteria_activity" in refusal()


# --- the order of times ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"), [(-60, "older than one before it"), (60, "a time to come")]
)
def test_a_time_out_of_order_is_noticed(log: list[Activity], minutes: int, words: str) -> None:
    late = entry(Activity.Verb.CREATE, WardFactory(), acting_user=None)
    late.at = timezone.now() + timedelta(minutes=minutes)
    Activity.objects.append([late])
    assert words in refusal()


def test_who_waited_for_another_is_no_forger(log: list[Activity]) -> None:
    waited = entry(Activity.Verb.CREATE, WardFactory(), acting_user=None)
    waited.at = timezone.now() - timedelta(minutes=1)
    Activity.objects.append([waited])
    assert ends()[0] == "6 entries, unbroken."


# --- the tables against the log -------------------------------------------------------------------


@pytest.fixture
def year(make_user: Callable[..., User]) -> Assessment:
    """A sheet that was approved and reopened, with a document; people with roles."""
    administrator, officer, verifier = make_user("administrator"), UserFactory(), UserFactory()
    for user in User.objects.all():
        set_roles(user, [], acting_user=administrator)  # as the factories gave them
    set_roles(officer, Group.objects.filter(name="City officer"), acting_user=administrator)
    sheet = make_sheet(n_criteria=2)
    facts = DocumentFacts(title="Kế hoạch", number="54/KH", issued_by="UBND")
    add_evidence(sheet.ward, facts, SimpleUploadedFile("a.pdf", pdf()), acting_user=officer)
    hands.approve(sheet, officer, verifier)
    return hands.take(sheet, hands.REOPEN, administrator, reason="Nhầm")


def test_what_people_did_through_the_program_is_what_the_tables_say(year: Assessment) -> None:
    hands.save(year, 1, hands.NO, UserFactory())
    assert len(verify()) == 4


TAMPERED: dict[str, tuple[Callable[[Assessment], object], str]] = {
    "another file": (lambda _: Evidence.objects.update(sha256="0" * 64), "sha256"),
    "a document's title": (lambda _: Evidence.objects.update(title="Khác"), "title"),
    "a document not in the log": (
        lambda sheet: EvidenceFactory(ward=sheet.ward),
        "is not in the log",
    ),
    "a document that is gone": (lambda _: Evidence.objects.all().delete(), "and is gone"),
    "a role given": (
        lambda _: UserFactory(role="Verifier"),
        "has the roles Verifier; by the log they are –",
    ),
    "a role taken": (
        lambda _: User.groups.through.objects.all().delete(),
        "by the log they are City officer",
    ),
    "a superuser made": (lambda _: UserFactory(is_superuser=True), "superuser status"),
    "an account shut": (lambda _: User.objects.update(is_active=False), "active"),
    "a state": (
        lambda sheet: Assessment.objects.filter(pk=sheet.pk).update(
            state="draft", returned_by=None, returned_at=None, return_reason=""
        ),
        "by the log it is “returned”",
    ),
    "a tally": (
        lambda _: Assessment.objects.filter(state="approved").update(n_met=1, n_not_met=1),
        "by the log it is “2”",
    ),
    "a verdict": (
        lambda _: Result.objects.filter(assessment__state="approved").update(
            self_verdict="not_met"
        ),
        "self-assessment",
    ),
    "a verdict of a copy": (
        lambda sheet: Result.objects.filter(assessment=sheet).update(
            verified_verdict="pending", is_agreed_in_bulk=None
        ),
        "verification",
    ),
}


@pytest.mark.parametrize(("tamper", "words"), TAMPERED.values(), ids=TAMPERED)
def test_a_table_changed_past_the_program_is_noticed(
    year: Assessment, tamper: Callable[[Assessment], object], words: str
) -> None:
    verify()
    if tamper is TAMPERED["a verdict"][0]:
        Result.objects.update(finding="Lý do", is_agreed_in_bulk=None)
    tamper(year)
    assert words in refusal()
