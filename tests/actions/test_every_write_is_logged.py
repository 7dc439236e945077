"""No write of the program goes past the log: every public action is called, and must leave its row.

An action that stands in no table fails, so that whoever writes a new one says how it is logged.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Access, User
from criteria import actions
from criteria.actions import (
    catalogue,
    evidence,
    notices,
    offers,
    records,
    registry,
    results,
    rounds,
    steps,
    users,
    verification,
)
from criteria.models import Activity, Assessment, Evidence, Inbox
from criteria.sheets.registry import Hanging
from criteria.sheets.sheet import Row, Sheet
from criteria.workflow import CLOSE_ROUND, SUBMIT
from tests import hands
from tests.factories import (
    CriterionFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    make_sheet,
)
from tests.files.samples import pdf

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """What the calls act on, made when first asked for; `person` acts."""

    person: User
    officer: User

    @cached_property
    def assessment(self) -> Assessment:
        return make_sheet(n_criteria=2)

    @property
    def sheet(self) -> Sheet:
        return hands.open_sheet(self.assessment)

    @property
    def row(self) -> Row:
        return hands.row_of(self.sheet, 1)

    def at(self, state: str) -> Assessment:
        """The sheet, brought to a state by others."""
        somebody = UserFactory()
        return hands.bring_to(state, self.assessment, officer=self.officer, verifier=somebody)

    @cached_property
    def document(self) -> Evidence:
        said = evidence.DocumentFacts(title="Kế hoạch", number="54/KH", issued_by="UBND")
        made, _is_new = evidence.add_evidence(
            self.assessment.ward, said, None, acting_user=self.officer
        )
        return made


FACTS = evidence.DocumentFacts(title="Nghị quyết", number="12/NQ", issued_by="Đảng ủy")


def save_result(w: World) -> None:
    hands.save(w.assessment, 1, hands.YES, w.person)


def take_over(w: World) -> None:
    """From the sheet of the round before, against the same set."""
    earlier = RoundFactory(year=2025, criteria_set=w.assessment.round.criteria_set)
    before = Assessment(ward=w.assessment.ward, round=earlier)
    long_ago = date(2025, 11, 1)
    hands.save(before, 1, hands.YES, w.officer, today=long_ago)
    hands.save(before, 2, hands.YES, w.officer, today=long_ago)
    hands.take(before, SUBMIT, w.officer, today=long_ago)
    verifier = UserFactory()
    hands.take(before, hands.BEGIN, verifier)
    hands.agree(before, verifier)
    hands.take(before, hands.APPROVE, verifier)
    offers.take_over(w.sheet, [(w.row, 0)], acting_user=w.person)


def attach(w: World) -> None:
    evidence.attach(w.sheet, w.row, w.document, version=w.row.version, acting_user=w.person)


def detach(w: World) -> None:
    evidence.attach(w.sheet, w.row, w.document, version=w.row.version, acting_user=w.officer)
    evidence.detach(w.sheet, w.row, w.document, version=w.row.version, acting_user=w.person)


def add_evidence(w: World) -> None:
    file = SimpleUploadedFile("nghi-quyet.pdf", pdf())
    evidence.add_evidence(w.assessment.ward, FACTS, file, acting_user=w.person)


def add_and_attach(w: World) -> None:
    evidence.add_and_attach(
        w.sheet, w.row, FACTS, None, version=w.row.version, acting_user=w.person
    )


def verify_result(w: World) -> None:
    sheet = w.at("submitted")
    hands.take(sheet, hands.BEGIN, UserFactory())
    hands.find(sheet, 1, hands.NO, w.person, "Thiếu văn bản")


def agree_with_rows(w: World) -> None:
    sheet = w.at("submitted")
    hands.take(sheet, hands.BEGIN, UserFactory())
    hands.agree(sheet, w.person)


def approve_many(w: World) -> None:
    sheet = w.at("submitted")
    steps.approve_many({sheet.pk: sheet.version}, reason="Họp xét", acting_user=w.person)


def return_many(w: World) -> None:
    sheet = w.at("submitted")
    steps.return_many({sheet.pk: sheet.version}, reason="Thiếu", acting_user=w.person)


def delete_criterion(w: World) -> None:
    draft = make_set(n_criteria=1, status="draft")
    catalogue.delete_criterion(draft.criteria.get(), acting_user=w.person)


def give_extension(w: World) -> None:
    round = w.assessment.round
    rounds.give_extension(
        round,
        w.assessment.ward,
        submit_by=round.verify_by,
        reason="Bão",
        acting_user=w.person,
    )


def registry_change(w: World) -> None:
    """A ward ends before the last day of an open round in which its sheet was begun."""
    sheet = w.at("draft")

    def decide(hanging: Hanging) -> registry.Decision:
        return registry.Decision(hanging.digest, "Sáp nhập", closes_sheets=True)

    with registry.registry_change(acting_user=w.person, decide=decide):
        sheet.ward.valid_to = sheet.round.ends_on
        sheet.ward.save()


def log_password(w: World) -> None:
    """The new one is stored by Django's own view, before the action is called."""
    before = User.objects.get(pk=w.person.pk)
    w.person.set_password("another password")
    w.person.save()
    users.log_password(before, acting_user=w.person)


def password_was_given(w: World) -> None:
    before = User.objects.get(pk=w.officer.pk)
    w.officer.set_password("another password")
    w.officer.save()
    users.password_was_given(before, acting_user=w.person)


def unlock_user(w: World) -> None:
    Access.objects.create(kind="lock", key=w.officer.username, address="10.0.0.1")
    users.unlock_user(w.officer, acting_user=w.person)


# What each action is called for; it must leave a row that names the person.
CALLS: dict[Callable[..., object], Callable[[World], object]] = {
    results.save_result: save_result,
    results.save_results: save_result,  # of which that is the case of one row
    offers.take_over: take_over,
    evidence.add_evidence: add_evidence,
    evidence.add_and_attach: add_and_attach,
    evidence.attach: attach,
    evidence.detach: detach,
    evidence.supersede: lambda w: evidence.supersede(w.document, FACTS, None, acting_user=w.person),
    verification.verify_result: verify_result,
    verification.agree_with_rows: agree_with_rows,
    steps.take_step: lambda w: hands.take(w.at("draft"), SUBMIT, w.person),
    steps.approve_many: approve_many,
    steps.return_many: return_many,
    rounds.take_round_step: lambda w: rounds.take_round_step(
        RoundFactory(), CLOSE_ROUND, acting_user=w.person
    ),
    rounds.give_extension: give_extension,
    catalogue.clone_set: lambda w: catalogue.clone_set(
        make_set(), code="copy", acting_user=w.person
    ),
    catalogue.publish_set: lambda w: catalogue.publish_set(
        make_set(status="draft"), acting_user=w.person
    ),
    catalogue.retire_set: lambda w: catalogue.retire_set(
        make_set(), effective_to=date(2027, 1, 1), acting_user=w.person
    ),
    catalogue.delete_criterion: delete_criterion,
    records.save_record: lambda w: records.save_record(WardFactory.build(), acting_user=w.person),
    records.delete_record: lambda w: records.delete_record(
        CriterionFactory(criteria_set__status="draft"), acting_user=w.person
    ),
    records.store_reference: lambda w: records.store_reference(
        [("wards.csv", [WardFactory.build()])], acting_user=w.person
    ),
    registry.registry_change: registry_change,
    users.save_user: lambda w: users.save_user(UserFactory.build(), acting_user=w.person),
    users.set_roles: lambda w: users.set_roles(
        w.officer, Group.objects.filter(name="Verifier"), acting_user=w.person
    ),
    users.log_password: log_password,
    users.log_made: lambda w: users.log_made(w.officer, acting_user=w.person),
    users.password_was_given: password_was_given,
    users.unlock_user: unlock_user,
    notices.choose_digest: lambda w: notices.choose_digest(
        wanted=True, email="binh@example.com", acting_user=w.person
    ),
}

# Public, but parts of actions: whoever calls them logs what was done.
PARTS = {
    "actions.log": {"differences", "entry", "facts_of", "name_of"},
    "actions.approval": {"freeze_thresholds"},
    "actions.locks": {
        "check_deadline",
        "hold_open_round",
        "check_scope",
        "count_up",
        "left_the_unit",
        "lock_for_entry",
        "not_in_scope",
    },
    "actions.registry": {"hold_rounds_alone"},
    "actions.results": {"facts_of_entry", "plain", "reloaded", "row_of", "store_entry"},
    "actions.catalogue": {"hold_draft", "problems_of_set"},
    "actions.revisions": {"make_revision", "restore_approved", "supersede_former"},
    "actions.rounds": {"hold_round_alone", "step_problems"},
    "actions.steps": {"problems_of_many"},
    "actions.users": {"hold_user"},
    "actions.uploads": {"inspected", "stored"},
    "actions.verification": {"agree", "check_finding", "check_not_own", "own_entries"},
}

# What is written but not logged, and why not.
BOOK_KEEPING: dict[Callable[..., object], str] = {
    notices.mark_notices_read: "what a person has read changes nothing that anybody else can see",
    notices.claim_digest: "the mailing's own note of whom it has served on a day; nobody acts",
    notices.give_digest_back: "takes that note back",
}


def public_functions() -> Iterator[Callable[..., object]]:
    """Every function that a module of actions defines itself and does not hide."""
    for found in pkgutil.walk_packages(actions.__path__, f"{actions.__name__}."):
        module = importlib.import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


def is_part(function: Callable[..., object]) -> bool:
    module = function.__module__.removeprefix("criteria.")
    return function.__name__ in PARTS.get(module, ())


def name_of(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__name__}"


def test_every_public_action_stands_in_one_of_the_tables() -> None:
    places = {
        name_of(function): [function in CALLS, is_part(function), function in BOOK_KEEPING]
        for function in public_functions()
    }
    assert {name: place for name, place in places.items() if sum(place) != 1} == {}
    named = {f"criteria.{module}.{name}" for module, names in PARTS.items() for name in names}
    assert named <= set(places), "parts that are no more"


@pytest.fixture
def world() -> World:
    return World(UserFactory(full_name="Trần Thị Bình", username="binh"), UserFactory())


@pytest.mark.parametrize("action", CALLS, ids=name_of)
def test_an_action_leaves_a_row_that_names_the_person(
    action: Callable[..., object], world: World
) -> None:
    CALLS[action](world)
    rows = Activity.objects.filter(actor=world.person)
    assert rows, f"{name_of(action)} leaves nothing in the log"
    for row in rows:
        assert row.actor_name == "Trần Thị Bình (binh)"
        assert row.object_name
        assert row.object_type
        assert row.hash == row.seal()


WRITES = (".save(", ".create(", ".update(", ".delete(", "bulk_", "get_or_create(")
# Django's own form stores a password; `log_password` logs it in the same transaction.
WRITE_THEMSELVES = {"criteria.views.account"}
HARMLESS = ("query.update(", "params.update(", "attrs.update(", "context.update(")


def is_write(line: str) -> bool:
    return any(w in line for w in WRITES) and not any(h in line for h in HARMLESS)


@pytest.mark.parametrize("package", ["views", "forms", "reports", "readiness"])
def test_nothing_but_actions_writes(package: str) -> None:
    folder = importlib.import_module(f"criteria.{package}").__path__[0]
    for each in pkgutil.iter_modules([folder]):
        module = importlib.import_module(f"criteria.{package}.{each.name}")
        if module.__name__ in WRITE_THEMSELVES:
            continue
        written = [line for line in inspect.getsource(module).splitlines() if is_write(line)]
        assert written == [], module.__name__


def test_what_is_not_logged_is_the_readers_own_book_keeping() -> None:
    """Of these no row is left, and nothing but the inbox is touched."""
    user = UserFactory()
    notices.mark_notices_read(10**6, acting_user=user)
    inbox = Inbox.objects.get(user=user)
    Inbox.objects.update(wants_digest=True)
    assert notices.claim_digest(inbox, date(2026, 11, 20))
    notices.give_digest_back(inbox, date(2026, 11, 20))
    assert not Activity.objects.exists()
