"""Who is told of what, from the rows that the steps themselves leave in the log."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from criteria import permissions
from criteria.actions.log import entry
from criteria.actions.notices import mark_notices_read
from criteria.log.notices import SHOWN, read_notices, unread
from criteria.models import Activity, Assessment, Extension, Inbox
from criteria.overviews.waiting import MOST_UNREAD, Waiting
from criteria.views.context import waiting_for
from criteria.workflow import (
    APPROVE,
    BEGIN,
    CLOSE_ROUND,
    OPEN_ROUND,
    RETURN,
    SUBMIT,
    WITHDRAW,
    Hand,
    verbs_told,
)
from tests import hands
from tests.factories import AssessmentFactory, RoundFactory, UserFactory, WardFactory, make_sheet

pytestmark = pytest.mark.django_db


def verbs(user) -> list[str]:
    return [notice.entry.verb for notice in read_notices(permissions.visible_notices(user), user)]


def log(step, record, by):
    (row,) = Activity.objects.append([entry(step.verb, record, acting_user=by)])
    return row


@pytest.fixture
def people(make_user):
    roles = ("ward", "city", "verifier", "leader", "administrator")
    return {role: make_user(role) for role in roles}


def test_each_hand_is_told_of_what_concerns_it(people):
    sheet, verifier = make_sheet(), people["verifier"]
    own = hands.join(UserFactory(role="Ward officer"), sheet)
    colleague = hands.join(UserFactory(role="Ward officer"), sheet)
    second = UserFactory(role="Verifier")
    returned = hands.send_back(sheet, own, verifier)
    assert verbs(own) == verbs(colleague) == verbs(people["city"]) == ["return"]
    assert verbs(verifier) == verbs(second) == ["submit"]
    assert verbs(people["ward"]) == verbs(people["leader"]) == verbs(people["administrator"]) == []
    hands.take(returned, SUBMIT, colleague)
    hands.take(returned, WITHDRAW, colleague)
    assert verbs(second) == ["submit", "submit"]
    assert verbs(own) == ["return"]  # what the own unit does is no news


def test_a_rounds_steps_are_told_to_everybody_who_enters(people):
    round, administrator = make_sheet().round, people["administrator"]
    log(OPEN_ROUND, round, administrator)
    log(CLOSE_ROUND, round, administrator)
    assert verbs(people["ward"]) == verbs(people["city"]) == ["close_round", "open_round"]
    assert verbs(people["verifier"]) == verbs(people["leader"]) == verbs(administrator) == []


def test_an_extension_is_told_to_its_unit(people):
    sheet = make_sheet()
    own = hands.join(UserFactory(role="Ward officer"), sheet)
    extension = Extension.objects.create(
        round=sheet.round,
        ward=sheet.ward,
        submit_by="2026-12-05",
        reason="Bão",
        given_by=people["administrator"],
        given_at=timezone.now(),
    )
    row = entry(Activity.Verb.EXTEND, extension, acting_user=people["administrator"])
    Activity.objects.append([row])
    (notice,) = read_notices(permissions.visible_notices(own), own)
    assert (notice.round_id, notice.ward_id) == (sheet.round_id, sheet.ward_id)
    assert verbs(people["ward"]) == []


def test_nobody_is_told_of_their_own_actions(people):
    sheet = hands.submit(make_sheet(), people["city"])
    log(APPROVE, sheet, people["city"])
    assert verbs(people["city"]) == []


def test_nobody_is_told_of_what_was_before_their_account(people):
    hands.submit(make_sheet(), people["city"])
    newcomer = UserFactory(role="Verifier", date_joined=timezone.now() + timedelta(seconds=1))
    assert verbs(people["verifier"]) == ["submit"]
    assert verbs(newcomer) == []


def test_what_the_program_itself_does_is_told(people):
    sheet = hands.submit(make_sheet(), people["city"])
    log(RETURN, sheet, None)
    assert verbs(people["city"]) == ["return"]


def test_the_program_tells_of_every_verb_of_the_workflow(people):
    sheet = hands.submit(make_sheet(), people["administrator"])
    own = hands.join(UserFactory(role="Ward officer"), sheet)
    for verb in Activity.Verb:
        Activity.objects.append([entry(verb, sheet, acting_user=people["administrator"])])
    assert sorted(verbs(own)) == sorted(verbs_told(Hand.UNIT))


def test_notices_lead_to_the_sheet_or_the_round(people):
    sheet = hands.send_back(make_sheet(), people["administrator"], people["verifier"])
    log(OPEN_ROUND, sheet.round, people["administrator"])
    of_round, of_sheet = read_notices(permissions.visible_notices(people["city"]), people["city"])
    assert (of_round.round_id, of_round.ward_id) == (sheet.round_id, None)
    assert (of_sheet.round_id, of_sheet.ward_id) == (sheet.round_id, sheet.ward_id)


def test_what_a_later_step_has_overtaken_is_not_new(people):
    """A return followed by an approval asks for nothing any more; neither does a taken-up sheet."""
    sheet, verifier, city = make_sheet(), people["verifier"], people["city"]
    hands.send_back(sheet, city, verifier)
    assert _told(city) == [("return", True, False)]
    assert _told(verifier) == [("submit", False, True)]
    hands.save(sheet, 1, hands.NO, city)  # a save is no step
    assert _told(city) == [("return", True, False)]
    other = hands.submit(Assessment(ward=WardFactory(), round=sheet.round), city)
    assert _told(verifier) == [("submit", True, False), ("submit", False, True)]
    hands.take(other, WITHDRAW, city)
    assert _told(verifier) == [("submit", False, True), ("submit", False, True)]
    hands.take(sheet, SUBMIT, city)
    hands.take(sheet, BEGIN, verifier)
    hands.agree(sheet, verifier)
    hands.take(sheet, APPROVE, verifier)
    assert _told(city) == [("approve", True, False), ("return", False, True)]
    assert unread(permissions.visible_notices(verifier), verifier).count() == 0


def test_a_rounds_opening_is_overtaken_by_its_closing(people):
    round = make_sheet().round
    other = RoundFactory(year=2031, criteria_set=round.criteria_set)
    log(OPEN_ROUND, round, people["administrator"])
    log(OPEN_ROUND, other, people["administrator"])
    log(CLOSE_ROUND, round, people["administrator"])
    assert _told(people["city"]) == [
        ("close_round", True, False),
        ("open_round", True, False),
        ("open_round", False, True),
    ]


def _told(user) -> list[tuple[str, bool, bool]]:
    """What each notice says, and whether it is new or overtaken; the badge counts the new ones."""
    visible = permissions.visible_notices(user)
    found = read_notices(visible, user)
    n_new = sum(notice.is_unread for notice in found)
    assert unread(visible, user).count() == waiting_for(user, timezone.localdate()).unread == n_new
    return [(notice.entry.verb, notice.is_unread, notice.is_overtaken) for notice in found]


def test_the_head_counts_what_is_new_to_each_person(people, make_user):
    """One prepared statement serves all who may do the same, and gives each their own number."""
    round, today = RoundFactory(), timezone.localdate()
    sheets = [AssessmentFactory(ward=WardFactory(), round=round) for _ in range(3)]
    officers = [hands.join(UserFactory(role="Ward officer"), sheet) for sheet in sheets]
    hands.join(officers[2], sheets[0])
    newcomer = hands.join(
        UserFactory(role="Ward officer", date_joined=timezone.now() + timedelta(days=1)), sheets[0]
    )
    both = make_user("verifier")
    both.groups.add(Group.objects.get(name="City officer"))
    everybody = [*people.values(), *officers, newcomer, both]
    for n, step in enumerate((SUBMIT, RETURN, SUBMIT, WITHDRAW, RETURN, SUBMIT, RETURN, APPROVE)):
        by = (officers[0], people["verifier"], None)[n % 3]
        log(step, sheets[n % 2], by)
        if n == 4:
            mark_notices_read(10**12, acting_user=officers[2])
            log(OPEN_ROUND, round, people["administrator"])
        for known in everybody:
            user = User.objects.get(pk=known.pk)
            found = read_notices(permissions.visible_notices(user), user)
            assert waiting_for(user, today).unread == sum(notice.is_unread for notice in found)
    assert len({waiting_for(User.objects.get(pk=u.pk), today).unread for u in everybody}) > 2


@pytest.mark.parametrize(
    ("n_new", "label"), [(0, ""), (1, "1"), (MOST_UNREAD, "99"), (MOST_UNREAD + 1, "99+")]
)
def test_the_head_counts_no_further_than_it_can_say(people, n_new, label):
    assert Waiting(unread=n_new).unread_label == label
    rounds = [RoundFactory(year=1900 + n) for n in range(n_new + (label == "99+"))]
    rows = [entry(OPEN_ROUND.verb, r, acting_user=people["administrator"]) for r in rounds]
    Activity.objects.append(rows)
    user = people["city"]
    assert waiting_for(user, timezone.localdate()).unread == n_new
    assert unread(permissions.visible_notices(user), user).count() == len(rounds)


def test_only_what_was_on_the_page_is_marked_as_read(people):
    user, sheet = people["verifier"], hands.submit(make_sheet(), people["city"])
    (first,) = read_notices(permissions.visible_notices(user), user)
    assert first.is_unread
    second = log(SUBMIT, sheet, people["city"])
    mark_notices_read(first.entry.seq, acting_user=user)
    found = read_notices(permissions.visible_notices(user), user)
    assert [(notice.entry.seq, notice.is_unread) for notice in found] == [
        (second.seq, True),
        (first.entry.seq, False),
    ]
    assert unread(permissions.visible_notices(user), user).count() == 1
    mark_notices_read(10**12, acting_user=user)
    assert Inbox.objects.get(user=user).seen_seq == second.seq
    mark_notices_read(1, acting_user=user)  # an old page marks nothing as new again
    assert Inbox.objects.get(user=user).seen_seq == second.seq


def test_the_latest_are_listed_at_a_fixed_price(people, django_assert_num_queries):
    user, city, round = people["verifier"], people["city"], RoundFactory()
    for n in (2, SHOWN + 2):
        for _ in range(n):
            sheet = Assessment.objects.create(ward=WardFactory(), round=round)
            log(SUBMIT, sheet, city)
        visible = permissions.visible_notices(user)
        with django_assert_num_queries(2):
            found = read_notices(visible, user)
        assert len(found) == min(n, SHOWN)
    assert found[0].entry.seq == Activity.objects.order_by("-seq").first().seq
