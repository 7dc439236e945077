"""A ward that ends, begins otherwise or has a successor while rounds are open."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from criteria import permissions
from criteria.actions.registry import Decision, Undecided, registry_change
from criteria.actions.rounds import give_extension
from criteria.actions.steps import ManyRefused, approve_many, return_many
from criteria.models import Activity, Assessment, Membership, Round, Ward, WardSuccession
from criteria.overviews.closing import read_closing
from criteria.overviews.waiting import waiting_of, waiting_row
from criteria.overviews.work import read_work
from criteria.readiness.rounds import read_rounds
from criteria.sheets.current import count_states
from criteria.sheets.progress import progress
from criteria.sheets.registry import Hanging, heirs_left
from criteria.workflow import STEPS
from tests import hands, worlds
from tests.conftest import make_person
from tests.factories import (
    EvidenceFactory,
    MembershipFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
)
from tests.steps_table import SITUATIONS

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)


def decide_all(hanging: Hanging) -> Decision:
    return Decision(
        hanging.digest,
        "Nghị quyết 1104",
        closes_sheets=True,
        carried={heir.key for heir in hanging.heirs},
    )


def change(ward: Ward, name: str, value: object, by: User) -> None:
    with registry_change(acting_user=by):
        setattr(ward, name, value)
        ward.save()


def end(ward: Ward, on: date, by: User, decide: Callable = decide_all) -> None:
    with registry_change(acting_user=by, decide=decide):
        ward.valid_to = on
        ward.save()


def what_hangs_on_the_end(ward: Ward, on: date, by: User) -> Hanging:
    with pytest.raises(Undecided) as undecided:
        end(Ward.objects.get(pk=ward.pk), on, by, lambda hanging: None)
    return undecided.value.hanging


@pytest.fixture
def administrator() -> User:
    return make_person("administrator")


@pytest.fixture
def round(db: None) -> Round:
    return RoundFactory(criteria_set=make_set(n_criteria=2), settled_on=None)


@pytest.fixture
def sheet(round: Round) -> Assessment:
    return Assessment(ward=WardFactory(name="Trường Thi"), round=round)


# --- what is seen before --------------------------------------------------------------------------


def test_what_hangs_on_an_end_is_seen_and_nothing_is_stored(round, sheet, administrator):
    officer, verifier = make_person("city"), make_person("verifier")
    MembershipFactory(user=officer, ward=sheet.ward)
    EvidenceFactory(ward=sheet.ward)
    give_extension(
        round, sheet.ward, submit_by=date(2026, 12, 5), reason="Bão", acting_user=administrator
    )
    hands.begin(sheet, officer, verifier)
    hanging = what_hangs_on_the_end(sheet.ward, date(2026, 9, 1), administrator)
    (place,) = hanging.closing
    assert (place.ward, place.round, place.sheet.state) == (sheet.ward, round, "verifying")
    assert place.sheet.verifying_by == verifier
    assert place.extension.submit_by == date(2026, 12, 5)
    assert [officer.user for officer in hanging.officers] == [officer]
    assert hanging.n_documents == 1
    assert Ward.objects.get(pk=sheet.ward.pk).valid_to is None


def test_a_round_that_ends_before_the_ward_keeps_its_sheet(round, sheet, administrator):
    """It counts the ward: the officers finish the sheet although the unit is no more."""
    officer = make_person("city")
    hands.fill(sheet, officer)
    day_after = round.ends_on + timedelta(days=1)
    hanging = what_hangs_on_the_end(sheet.ward, day_after, administrator)
    assert (hanging.leaving, [place.round for place in hanging.staying]) == ((), [round])
    end(sheet.ward, day_after, administrator)
    assert hands.take(sheet, STEPS["submit"], officer).state == "submitted"


def test_a_decision_on_something_else_is_none(round, sheet, administrator):
    """Somebody submits the sheet after the administrator was asked about its draft."""
    officer = make_person("city")
    hands.fill(sheet, officer)
    asked = what_hangs_on_the_end(sheet.ward, date(2026, 9, 1), administrator)
    hands.take(sheet, STEPS["submit"], officer)
    with pytest.raises(Undecided):
        end(sheet.ward, date(2026, 9, 1), administrator, lambda hanging: decide_all(asked))
    assert Ward.objects.get(pk=sheet.ward.pk).valid_to is None


@pytest.mark.parametrize("lacking", ["reason", "closes_sheets"])
def test_open_sheets_are_closed_knowingly_and_with_a_reason(round, sheet, administrator, lacking):
    hands.fill(sheet, make_person("city"))

    def decide(hanging: Hanging) -> Decision:
        said = {"reason": "Sáp nhập", "closes_sheets": True}
        return Decision(hanging.digest, **{**said, lacking: "" if lacking == "reason" else False})

    with pytest.raises(Undecided):
        end(sheet.ward, date(2026, 9, 1), administrator, decide)


def test_a_ward_on_which_nothing_hangs_ends_without_a_question(administrator):
    end(WardFactory(), date(2026, 9, 1), administrator, lambda hanging: None)
    assert not Activity.objects.exists()


def test_official_figures_that_change_are_named(administrator):
    settled = RoundFactory(criteria_set=make_set(n_criteria=1), status="open")
    sheet = Assessment(ward=WardFactory(), round=settled)
    hands.approve(sheet, make_person("city"), make_person("verifier"))
    settled.status = "closed"
    settled.save()
    hanging = what_hangs_on_the_end(sheet.ward, date(2026, 9, 1), administrator)
    assert [each.ward for each in hanging.unofficial] == [sheet.ward]
    assert hanging.leaving == ()


# --- afterwards -----------------------------------------------------------------------------------


@pytest.mark.parametrize("situation", SITUATIONS)
def test_afterwards_lists_pages_and_steps_agree_that_the_sheet_is_closed(
    round, sheet, administrator, situation
):
    officer, verifier = make_person("city"), make_person("verifier")
    own = UserFactory(role="Ward officer")
    MembershipFactory(user=own, ward=sheet.ward)
    hands.bring_to(situation, sheet, officer=officer, verifier=verifier)
    stored = hands.as_it_is(sheet)
    end(stored.ward, date(2026, 9, 1), administrator)
    agree_it_is_out(stored, [own, officer, verifier, administrator])


def agree_it_is_out(sheet: Assessment, people: list[User]) -> None:
    round, ward = sheet.round, sheet.ward
    assert ward.pk not in [item.ward.pk for item in progress(round, TODAY)]
    assert count_states(round, TODAY)[0]["approved"] == 0
    assert read_closing(round, read_rounds()).official.in_scope == 0
    for user in people:
        duties = permissions.duties_of(user)
        assert len(read_work(duties, TODAY).sheets) == 0
        row = waiting_row(duties, TODAY, Activity.objects.none(), User.objects.filter(pk=user.pk))
        assert waiting_of(row.get()).work == 0
        seen = permissions.sheet_or_404(user, round.pk, ward.pk)
        assert not permissions.can_enter(user, seen, TODAY)
        assert not permissions.can_verify_sheet(user, seen)
        assert not any(permissions.can_take(user, step, seen, TODAY) for step in STEPS.values())
        with pytest.raises(PermissionDenied):
            permissions.sheet_to_enter(user, round.pk, ward.pk, TODAY)
        for step in STEPS.values():
            with pytest.raises(ValidationError):
                hands.take(sheet, step, user, reason="Vì sao")
        with pytest.raises(ValidationError):
            hands.save(sheet, 1, hands.NO, user)
        for act in (approve_many, return_many):
            facts = {"reason": "Thiếu"} if act is return_many else {}
            with pytest.raises(ManyRefused):
                act({seen.pk: seen.version}, acting_user=user, **facts)
    assert hands.as_it_is(sheet).state == sheet.state
    assert sheet.results.exists()


def test_those_concerned_are_told_and_what_came_before_is_overtaken(round, sheet, administrator):
    officer, verifier = make_person("city"), make_person("verifier")
    own = UserFactory(role="Ward officer")
    MembershipFactory(user=own, ward=sheet.ward)
    stored = hands.submit(sheet, officer)
    end(stored.ward, date(2026, 9, 1), administrator)
    entry = Activity.objects.get(verb="leave_round")
    assert (entry.actor, entry.ward, entry.object_id) == (administrator, stored.ward, stored.pk)
    assert (entry.before, entry.reason) == ({"state": "submitted"}, "Nghị quyết 1104")
    for user in (own, verifier):
        assert entry in permissions.visible_notices(user)
    stranger = UserFactory(role="Ward officer")
    assert entry not in permissions.visible_notices(stranger)


def test_a_ward_whose_dates_are_put_right_has_its_sheet_as_it_was(round, sheet, administrator):
    officer, verifier = make_person("city"), make_person("verifier")
    stored = hands.begin(sheet, officer, verifier)
    end(stored.ward, date(2026, 9, 1), administrator)
    end(stored.ward, None, administrator)
    assert Activity.objects.filter(verb="join_round", object_id=stored.pk).count() == 1
    assert hands.take(sheet, STEPS["return"], verifier, reason="Thiếu").state == "returned"


def test_another_start_or_kind_closes_the_sheet_as_an_end_does(round, sheet, administrator):
    ward = hands.fill(sheet, make_person("city")).ward
    for name, value in (("valid_from", round.ends_on + timedelta(1)), ("kind", "commune")):
        with pytest.raises(Undecided) as undecided:
            change(ward, name, value, administrator)
        assert [place.ward for place in undecided.value.hanging.closing] == [ward]
        ward.refresh_from_db()


# --- officers -------------------------------------------------------------------------------------


def succeed(predecessor: Ward, successor: Ward, on: date) -> WardSuccession:
    return WardSuccession.objects.create(
        predecessor=predecessor,
        successor=successor,
        effective_on=on,
        relation="merged_into",
        legal_basis="1104/NQ",
    )


def test_officers_are_carried_over_where_that_is_decided(round, administrator):
    on = date(2026, 9, 1)
    old, new = WardFactory(name="Cửa Bắc"), WardFactory(name="Đông A", valid_from=on)
    first, second, gone = UserFactory.create_batch(3, role="Ward officer")
    gone.is_active = False
    gone.save()
    for user in (first, second, gone):
        MembershipFactory(user=user, ward=old)

    def decide(hanging: Hanging) -> Decision:
        assert {heir.user for heir in hanging.heirs} == {first, second}
        carried = [heir.key for heir in hanging.heirs if heir.user == first]
        return Decision(hanging.digest, "Sáp nhập", closes_sheets=True, carried=carried)

    with registry_change(acting_user=administrator, decide=decide):
        old.valid_to = on
        old.save()
        succeed(old, new, on)
    assert set(Membership.objects.filter(ward=new).values_list("user", flat=True)) == {first.pk}
    assert set(first.memberships.values_list("ward", flat=True)) == {old.pk, new.pk}
    entry = Activity.objects.get(verb="carry_over")
    assert (entry.ward, entry.reason, entry.actor) == (new, "Sáp nhập", administrator)
    assert entry in permissions.visible_notices(first)
    assert [heir.user for heir in heirs_left()] == [second]
    assert permissions.can_enter(
        first, permissions.sheet_or_404(first, round.pk, new.pk), round.ends_on
    )


def test_a_succession_recorded_later_offers_the_officers_then(administrator):
    on = date(2026, 9, 1)
    old, new = WardFactory(valid_to=on), WardFactory(valid_from=on)
    MembershipFactory(user=UserFactory(role="Ward officer"), ward=old)
    with registry_change(acting_user=administrator, decide=decide_all):
        succeed(old, new, on)
    assert new.memberships.count() == 1
    with registry_change(acting_user=administrator):
        WardSuccession.objects.update(legal_basis="Nghị quyết khác")


# --- against the definition -----------------------------------------------------------------------


a_day = st.none() | st.sampled_from(worlds.DAYS)


@worlds.few
@given(
    city=worlds.cities(), end_on=a_day, kind=st.sampled_from(["ward", "commune"]), n=st.integers(0)
)
def test_what_leaves_and_joins_is_what_a_count_of_days_says(city, end_on, kind, n):
    with worlds.stored(city):
        ward = Ward.objects.order_by("pk")[n % Ward.objects.count()]
        if end_on is not None and end_on <= ward.valid_from:
            return
        was = Counter(scopes(ward))
        by = UserFactory()
        seen: list[Hanging] = []

        def decide(hanging: Hanging) -> Decision:
            seen.append(hanging)
            return decide_all(hanging)

        with registry_change(acting_user=by, decide=decide):
            ward.valid_to, ward.kind = end_on, kind
            ward.save()
        now = Counter(scopes(ward))
        hanging = seen[0] if seen else Hanging()
        assert {place.round.pk for place in hanging.leaving} == set(was - now)
        assert {place.round.pk for place in hanging.joining} == set(now - was)
        told = Activity.objects.filter(verb__in=["leave_round", "join_round"])
        assert told.count() == len(set(was) ^ set(now))


def scopes(ward: Ward) -> list[int]:
    """The open rounds that count the ward, day by day."""
    return [
        round.pk
        for round in Round.objects.filter(status="open")
        if ward.kind == "ward"
        and ward.valid_from <= round.ends_on
        and (ward.valid_to is None or round.ends_on < ward.valid_to)
    ]
