"""What waits for whom, against a slow reference that looks at one ward after the other."""

from datetime import date, timedelta
from random import Random

import pytest
from django.utils import timezone

from accounts.models import User
from criteria import permissions
from criteria.models import Assessment, Extension, Round, Ward
from criteria.overviews.work import read_chosen, read_work
from criteria.sheets.deadlines import Urgency, urgency
from criteria.sheets.sheet import read_sheet
from criteria.views.context import waiting_for
from tests.factories import (
    AssessmentFactory,
    MembershipFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    steps_to,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
TALLIES = dict.fromkeys(("n_met", "n_not_met", "n_not_applicable", "n_pending"), 0)


def sheet_in(state: str, ward: Ward, round: Round, **fields: object) -> Assessment:
    """A sheet with one criterion judged, and one to be mended where it came back."""
    columns = steps_to(state) | (TALLIES if state == "approved" else {})
    sheet = AssessmentFactory(ward=ward, round=round, **columns, **fields)
    ResultFactory(assessment=sheet)
    if state == "returned":
        ResultFactory(
            assessment=sheet,
            self_verdict="pending",
            return_note="Thiếu",
            entered_at=sheet.returned_at,
        )
    return sheet


def extend(ward: Ward, round: Round, until: date) -> None:
    Extension.objects.create(
        ward=ward,
        round=round,
        submit_by=until,
        reason="Bão",
        given_by=UserFactory(),
        given_at=timezone.now(),
    )


def work_of(user: User, on: date = TODAY):
    return read_work(permissions.duties_of(user), on)


def told(pile) -> list[tuple[str, str, date]]:
    return [(item.sheet.ward.name, item.sheet.round.name, item.due_on) for item in pile]


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (TODAY - DAY, Urgency.LATE),
        (TODAY, Urgency.SOON),
        (TODAY + 7 * DAY, Urgency.SOON),
        (TODAY + 8 * DAY, Urgency.LATER),
    ],
)
def test_the_deadlines_own_day_is_in_time(due_on, expected):
    assert urgency(due_on, TODAY) == expected


@pytest.mark.parametrize(
    ("state", "extended", "due_on"),
    [
        ("", None, date(2026, 11, 30)),
        ("", date(2026, 12, 5), date(2026, 12, 5)),
        ("draft", None, date(2026, 11, 30)),
        ("draft", date(2026, 12, 5), date(2026, 12, 5)),
        ("returned", None, date(2026, 12, 15)),
        ("returned", date(2026, 12, 5), date(2026, 12, 15)),
        ("submitted", date(2026, 12, 5), date(2026, 12, 15)),
        ("verifying", None, date(2026, 12, 15)),
    ],
)
def test_each_state_has_its_own_deadline(make_user, state, extended, due_on):
    ward, round = WardFactory(), RoundFactory(criteria_set=make_set())
    if state:
        sheet_in(state, ward, round)
    if extended:
        extend(ward, round, extended)
    work = work_of(make_user("leader"))
    (item,) = [*work.not_submitted, *work.unverified]
    assert (item.state, item.due_on) == (state, due_on)


def test_a_sheet_says_how_far_it_has_come_and_what_is_to_be_mended(make_user):
    round = RoundFactory(criteria_set=make_set(n_criteria=3))
    sheet = sheet_in("returned", WardFactory(), round)
    ResultFactory(assessment=sheet_in("draft", WardFactory(), round))
    ResultFactory(  # of another set: not asked in this round
        assessment=sheet,
        criterion=make_set(n_criteria=1).criteria.get(),
        return_note="Cũ",
        entered_at=sheet.returned_at,
    )
    work = work_of(make_user("city"))
    (returned,), (draft,) = work.returned, work.to_fill_in
    assert (returned.tally.total, returned.tally.judged, returned.n_to_mend) == (3, 1, 1)
    assert (draft.tally.total, draft.tally.judged, draft.n_to_mend) == (3, 2, 0)
    assert not draft.is_complete


@pytest.mark.parametrize(("since", "n_to_mend"), [(-1, 2), (0, 2), (1, 1)])
def test_what_was_changed_since_the_return_is_mended(make_user, since, n_to_mend):
    """As the sheet itself says it: what was entered at the very moment was not entered since."""
    round = RoundFactory(criteria_set=make_set(n_criteria=4))
    sheet = sheet_in("returned", WardFactory(), round)
    at = sheet.returned_at + since * timedelta(microseconds=1)
    ResultFactory(assessment=sheet, return_note="Thiếu biên bản", entered_at=at)
    ResultFactory(assessment=sheet, entered_at=sheet.returned_at - DAY)
    (item,) = work_of(make_user("city")).returned
    assert item.n_to_mend == n_to_mend == len(read_sheet(sheet).to_mend)


@pytest.mark.parametrize("n_sheets", [1, 12])
def test_what_is_about_to_be_approved_is_counted_at_a_fixed_price(
    n_sheets, django_assert_num_queries
):
    round = RoundFactory(criteria_set=make_set(n_criteria=5))
    verified = {"verified_by": UserFactory(), "verified_at": timezone.now()}
    sheets = []
    for _ in range(n_sheets):
        sheet = AssessmentFactory(ward=WardFactory(), round=round, **steps_to("verifying"))
        ResultFactory(assessment=sheet, verified_verdict="met", **verified)
        ResultFactory(assessment=sheet, verified_verdict="not_met", finding="Sai", **verified)
        ResultFactory(assessment=sheet, self_verdict="not_met")
        ResultFactory(assessment=sheet, self_verdict="not_applicable", explanation="Không có")
        ResultFactory(  # of another set: not asked in this round
            assessment=sheet, criterion=make_set(n_criteria=1).criteria.get()
        )
        sheets.append(sheet)
    sheets.append(AssessmentFactory(ward=WardFactory(), round=round, **steps_to("submitted")))
    with django_assert_num_queries(2):
        *begun, untouched = read_chosen(sheets)
    assert [item.sheet for item in (*begun, untouched)] == sheets
    for item in begun:
        told = item.self_tally
        assert (told.met, told.applicable, item.n_verified, item.n_unseen) == (2, 4, 2, 3)
        assert not item.is_unverified
    assert (untouched.n_verified, untouched.n_unseen, untouched.is_unverified) == (0, 5, True)


def test_wards_count_where_they_are_in_scope_on_the_rounds_last_day(make_user):
    round = RoundFactory(criteria_set=make_set())
    WardFactory(kind="commune")
    gone = WardFactory(valid_to=round.ends_on)
    sheet_in("submitted", gone, round)
    WardFactory(name="Còn", valid_to=round.ends_on + DAY)
    WardFactory(name="Mới", valid_from=round.ends_on)
    WardFactory(valid_from=round.ends_on + DAY)
    user = make_user("city")
    assert {name for name, *_ in told(work_of(user).to_enter)} == {"Còn", "Mới"}
    assert not work_of(make_user("verifier")).to_verify


def test_an_officer_is_told_of_their_own_wards_alone(make_user):
    round = RoundFactory(criteria_set=make_set())
    own = sheet_in("draft", WardFactory(name="Trường Thi"), round)
    sheet_in("draft", WardFactory(name="Lộc Hạ"), round)
    user = UserFactory(role="Ward officer")
    assert not work_of(user).sheets
    MembershipFactory(user=user, ward=own.ward)
    work = work_of(user)
    assert [item.sheet for item in work.sheets] == [own] == [item.sheet for item in work.to_enter]


def test_an_administrator_is_reminded_of_rounds_whose_day_has_come(make_user):
    criteria_set = make_set()
    dates = {"starts_on": TODAY, "ends_on": TODAY + 300 * DAY}
    planned = RoundFactory(year=2027, status="planned", criteria_set=criteria_set, **dates)
    RoundFactory(year=2028, status="planned", criteria_set=criteria_set, starts_on=TODAY + DAY)
    ended = RoundFactory(
        year=2025,
        criteria_set=criteria_set,
        submit_by=TODAY - 5 * DAY,
        verify_by=TODAY - DAY,
    )
    RoundFactory(year=2024, criteria_set=criteria_set, submit_by=TODAY - 5 * DAY, verify_by=TODAY)
    work = work_of(make_user("administrator"))
    assert (work.to_open, work.to_close) == ((planned,), (ended,))
    other = work_of(make_user("leader"))
    assert (other.to_open, other.to_close) == ((), ())


STATES = ["", "draft", "submitted", "verifying", "returned", "approved"]


def build(chance: Random) -> None:
    """A city of every kind of ward and round, with sheets of every state in between."""
    wards = [
        WardFactory(
            kind=chance.choice(["ward", "ward", "ward", "commune"]),
            valid_from=chance.choice([date(2023, 1, 1), date(2025, 11, 15), date(2026, 11, 14)]),
            valid_to=chance.choice([None, None, date(2026, 11, 15), date(2027, 1, 1)]),
        )
        for _ in range(8)
    ]
    criteria_set = make_set(n_criteria=2)
    for year in (2024, 2025, 2026):
        days = chance.randint(-12, 12)
        round = RoundFactory(
            year=year,
            criteria_set=criteria_set,
            status=chance.choice(["open", "open", "closed", "planned"]),
            submit_by=TODAY + (days - 10) * DAY,
            verify_by=TODAY + days * DAY,
        )
        for ward in wards:
            state = chance.choice(STATES)
            if state:
                sheet_in(state, ward, round)
            if chance.random() < 0.3:
                extend(ward, round, TODAY + (days - chance.randint(0, 9)) * DAY)


def slow_lines() -> list[tuple[Ward, str, tuple[str, str, date]]]:
    """Each sheet that is not approved: its ward, its state, and what is told of it."""
    lines = []
    for round in Round.objects.filter(status="open"):
        last = round.ends_on
        for ward in Ward.objects.filter(kind="ward", valid_from__lte=last):
            sheet = Assessment.objects.filter(ward=ward, round=round).first()
            state = sheet.state if sheet else ""
            if state == "approved" or (ward.valid_to and ward.valid_to <= last):
                continue
            more = Extension.objects.filter(ward=ward, round=round).first()
            due = round.verify_by
            if state in ("", "draft"):
                due = max(round.submit_by, more.submit_by) if more else round.submit_by
            elif state == "returned" and more:
                due = max(due, more.submit_by)
            lines.append((ward, state, (ward.name, round.name, due)))
    return lines


def slow_reference(user: User) -> dict[str, list[tuple[str, str, date]]]:
    """Sheet by sheet, from the words of the specification."""
    (role,) = user.groups.values_list("name", flat=True)
    own = set(user.memberships.values_list("ward", flat=True))
    found: dict[str, list[tuple[str, str, date]]] = {"enter": [], "verify": [], "late": []}
    for ward, state, line in slow_lines():
        if state not in ("submitted", "verifying"):
            if role == "City officer" or (role == "Ward officer" and ward.pk in own):
                found["enter"].append(line)
        elif role == "Verifier":
            found["verify"].append(line)
        if role == "Leader" and line[-1] < TODAY:
            found["late"].append(line)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_a_slow_reference_finds(make_user, seed):
    build(Random(seed))  # noqa: S311
    people = {role: make_user(role) for role in ("ward", "city", "verifier", "leader")}
    people["administrator"] = make_user("administrator")
    for ward in Ward.objects.order_by("pk")[:3]:
        MembershipFactory(user=people["ward"], ward=ward)
    for role, user in people.items():
        work, expected = work_of(user), slow_reference(user)
        assert sorted(told(work.to_enter)) == sorted(expected["enter"]), role
        assert sorted(told(work.to_verify)) == sorted(expected["verify"]), role
        if role == "leader":
            late = [item for item in work.sheets if item.urgency == Urgency.LATE]
            assert sorted(told(late)) == sorted(expected["late"])
        for pile in (work.to_enter, work.to_verify, work.not_submitted, work.unverified):
            order = [(-item.sheet.round.ends_on.toordinal(), item.due_on) for item in pile]
            assert order == sorted(order)
        assert waiting_for(user, TODAY).work == work.n_waiting, role


@pytest.mark.parametrize("role", ["ward", "city", "verifier", "leader", "administrator"])
def test_it_costs_the_same_for_any_number_of_wards(make_user, role, django_assert_num_queries):
    user, round = make_user(role), RoundFactory(criteria_set=make_set())
    expected = {"ward": 6, "city": 6, "administrator": 6}.get(role, 5)
    for n_wards in (2, 20):
        for _ in range(n_wards):
            sheet = sheet_in("submitted", WardFactory(), round)
            MembershipFactory(user=user, ward=sheet.ward)
        user = User.objects.get(pk=user.pk)
        with django_assert_num_queries(expected + 1):  # and the roles
            work_of(user)
        with django_assert_num_queries(1):
            waiting_for(user, TODAY)
