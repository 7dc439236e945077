"""The log's page: who sees what, narrowed how, one page after the other."""

from datetime import UTC, date, datetime, timedelta
from unicodedata import normalize

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.translation import gettext

from criteria.actions.records import delete_record
from criteria.models import Activity, Ward
from tests.factories import (
    AssessmentFactory,
    CriterionFactory,
    EvidenceFactory,
    MembershipFactory,
    ResultFactory,
    UserFactory,
    WardFactory,
    make_set,
)
from tests.reading import links, one, text
from tests.views.logs import EXPORT, LOG, lines, log, log_many, numbers, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader(client_of):
    return client_of("leader")


@pytest.fixture
def sheet():
    return AssessmentFactory(
        ward=WardFactory(name="Trường Thi"), round__criteria_set=make_set(n_criteria=2)
    )


# --- who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["leader", "administrator"])
def test_leaders_and_administrators_see_all_that_anybody_did(client_of, role):
    ward = WardFactory()
    one, two = log(ward, by=UserFactory()), log(ward)
    assert shown(client_of(role)) == numbers(two, one)
    assert [row[0] for row in lines(client_of(role))[1:-1]] == [str(two.seq), str(one.seq)]


def test_ward_officers_see_what_they_did_themselves(client_of, make_user):
    officer, ward = make_user("ward"), WardFactory()
    MembershipFactory(user=officer, ward=ward)
    mine = log(ward, by=officer)
    others = UserFactory(full_name="Người Khác")
    log(ward, by=others)
    log(ward)
    client = client_of(officer)
    assert shown(client) == shown(client, ward=ward.pk) == numbers(mine)
    assert len(lines(client)) == 3
    assert "Người Khác" not in client.get(LOG).content.decode()
    # Nor by asking for somebody else.
    assert shown(client, person=others.pk) == []


@pytest.mark.parametrize("role", ["city", "verifier"])
def test_others_see_neither_the_log_nor_the_way_to_it(client_of, role):
    ward = WardFactory()
    client = client_of(role)
    for url in (LOG, EXPORT):
        assert client.get(url).status_code == 403
    for page in ("criteria:dashboard", "criteria:ward-list"):
        assert LOG not in client.get(reverse(page)).content.decode()
    assert LOG not in client.get(reverse("criteria:ward-detail", args=[ward.pk])).content.decode()


def test_whoever_may_is_led_there(client_of):
    ward = WardFactory()
    text = client_of("leader").get(reverse("criteria:ward-detail", args=[ward.pk])).content.decode()
    assert f'href="{LOG}"' in text
    assert f'href="{LOG}?ward={ward.pk}"' in text


def test_a_ward_officer_who_is_also_a_leader_sees_all(client_of, make_user):
    both = make_user("ward")
    both.groups.add(Group.objects.get(name="Leader"))
    row = log(WardFactory())
    assert shown(client_of(both)) == numbers(row)


# --- narrowed -------------------------------------------------------------------------------------


def test_filters_narrow_the_page_and_the_file_alike(leader):
    here, there = WardFactory(name="Trường Thi"), WardFactory(name="Lộc Hạ")
    binh = UserFactory(full_name="Trần Thị Bình")
    one = log(here, by=binh, reason="Bão số 3")
    two = log(there, by=binh, verb=Activity.Verb.CREATE)
    three = log(here)
    wanted = {
        ("ward", here.pk): [three, one],
        ("person", binh.pk): [two, one],
        ("person", "program"): [three],
        ("kind", "create"): [two],
        ("q", "bão"): [one],
        ("q", "tran binh"): [two, one],
        ("q", "loc ha"): [two],
        ("q", "không có"): [],
        ("record", f"criteria.ward:{here.pk}"): [three, one],
    }
    for (name, value), rows in wanted.items():
        assert shown(leader, **{name: value}) == numbers(*rows), (name, value)
        in_file = [int(row[0]) for row in lines(leader, **{name: value})[1:-1]]
        assert in_file == numbers(*rows), (name, value)
    assert shown(leader, ward=here.pk, person=binh.pk) == numbers(one)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "typed", ["nghị quyết", "nghi quyet", "NGHỊ QUYẾT", "nghi\u0323 quye\u0302\u0301t"]
)
def test_a_word_is_sought_however_it_was_typed(leader, form, typed):
    by_reason = log(WardFactory(), reason=normalize(form, "Thiếu Nghị quyết"))
    resolution = EvidenceFactory(title=normalize(form, "Nghị quyết của Đảng ủy"))
    by_record = log(resolution)
    by_person = log(WardFactory(), by=UserFactory(full_name=normalize(form, "Nghị Thị Quyết")))
    log(WardFactory(), reason="Thiếu kế hoạch")
    assert shown(leader, q=typed) == numbers(by_person, by_record, by_reason)


def test_days_are_those_of_vietnam_and_both_included(leader):
    """The 20th begins at 17:00 UTC of the 19th."""
    ward, start = WardFactory(), datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
    second = timedelta(seconds=1)
    _before = log(ward, at=start - second)
    first = log(ward, at=start)
    last = log(ward, at=start + timedelta(days=1) - second)
    after = log(ward, at=start + timedelta(days=1))
    assert shown(leader, since="20/11/2026", until="20/11/2026") == numbers(last, first)
    assert shown(leader, since="20/11/2026") == numbers(after, last, first)
    assert shown(leader, until="2026-11-19") == numbers(_before)
    assert "20/11/2026" in leader.get(LOG, {"since": "20/11/2026"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"since": "31/02/2026"},
        {"since": "21/11/2026", "until": "20/11/2026"},
        {"until": "31/12/9999"},
        {"since": "01/01/0001"},
        {"kind": "nonsense"},
        {"ward": "999999"},
        {"ward": "x"},
        {"ward": "9" * 40},
        {"person": "0"},
        {"q": "a\x00b"},
        {"q": "a" * 101},
    ],
    ids=str,
)
def test_a_filter_that_cannot_be_made_out_shows_nothing_and_says_so(leader, query):
    log(WardFactory())
    response = leader.get(LOG, query)
    assert response.status_code == 200
    assert response.context["told"] == []
    assert "message-error" in response.content.decode()
    refused = leader.get(EXPORT, query)
    assert refused.status_code == 302
    assert refused["Location"].startswith(LOG)


def test_only_wards_and_people_of_the_log_are_offered(leader):
    here, _never = WardFactory(), WardFactory()
    somebody, _nobody = UserFactory(), UserFactory()
    log(here, by=somebody)
    form = leader.get(LOG).context["form"]
    assert [key for key, _label in form.fields["ward"].choices] == ["", here.pk]
    assert [key for key, _label in form.fields["person"].choices] == ["", somebody.pk, "program"]


def test_a_unit_that_is_no_more_is_told_from_its_namesake(leader):
    gone = WardFactory(name="Trường Thi", valid_to=date(2025, 7, 1))
    there = WardFactory(name="Trường Thi", valid_from=date(2025, 7, 1))
    log(gone)
    log(there)
    labels = dict(leader.get(LOG).context["form"].fields["ward"].choices)
    assert "01/07/2025" in labels[gone.pk]
    assert labels[there.pk] == gettext("%(ward)s (from %(day)s)") % {
        "ward": there,
        "day": "01/07/2025",
    }
    alone = WardFactory(name="Lộc Hạ")
    log(alone)
    form = leader.get(LOG).context["form"]
    assert dict(form.fields["ward"].choices)[alone.pk] == str(alone)
    assert "01/07/2025" in text(one(leader.get(LOG, {"ward": gone.pk}), "main"))


def test_a_ward_of_which_nothing_is_known_has_an_empty_history(leader):
    ward = WardFactory(name="Lộc Hạ")
    response = leader.get(LOG, {"ward": ward.pk})
    assert response.context["told"] == []
    assert "Lộc Hạ" in response.content.decode()
    assert "message-error" not in response.content.decode()


def test_the_history_says_whose_it_is_and_leads_back(leader, sheet):
    first, second = sheet.round.criteria_set.criteria.order_by("number")
    of_sheet = log(sheet)
    of_first = log(ResultFactory(assessment=sheet, criterion=first), ward=sheet.ward)
    of_second = log(ResultFactory(assessment=sheet, criterion=second), ward=sheet.ward)
    elsewhere = AssessmentFactory(round=sheet.round)
    of_other = log(ResultFactory(assessment=elsewhere, criterion=first), ward=elsewhere.ward)
    address = reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])
    ward_page = reverse("criteria:ward-detail", args=[sheet.ward_id])
    for query, rows, words, back in [
        ({"ward": sheet.ward_id}, [of_second, of_first, of_sheet], [sheet.ward.name], ward_page),
        (
            {"sheet": sheet.pk},
            [of_second, of_first, of_sheet],
            [sheet.ward.name, sheet.round.name],
            address,
        ),
        ({"criterion": first.pk}, [of_other, of_first], [first.name], LOG),
        (
            {"sheet": sheet.pk, "criterion": first.pk},
            [of_first],
            [first.name, sheet.ward.name],
            f"{address}#c{first.pk}",
        ),
    ]:
        assert shown(leader, **query) == numbers(*rows)
        page = leader.get(LOG, query)
        title = text(one(page, "h1"))
        assert all(word in title for word in words), title
        assert back in links(page)
        assert [int(row[0]) for row in lines(leader, **query)[1:-1]] == numbers(*rows)


def test_what_the_history_is_of_outlives_a_change_of_the_filter(leader, sheet):
    log(sheet)
    text = leader.get(LOG, {"sheet": sheet.pk}).content.decode()
    assert f'<input type="hidden" name="sheet" value="{sheet.pk}">' in text


def test_a_sheet_out_of_sight_has_no_history(client_of, make_user, sheet):
    assert client_of("ward").get(LOG, {"sheet": sheet.pk}).status_code == 404
    own = make_user("ward")
    MembershipFactory(user=own, ward=sheet.ward)
    assert client_of(own).get(LOG, {"sheet": sheet.pk}).status_code == 200


@pytest.mark.parametrize("url", [LOG, EXPORT])
@pytest.mark.parametrize(
    "query",
    [
        {"sheet": "x"},
        {"sheet": "999999"},
        {"criterion": "999999"},
        {"criterion": "9" * 30},
        {"record": "criteria.ward"},
        {"record": "criteria.ward:x"},
        {"record": "criteria.ward:1\0x"},
    ],
    ids=str,
)
def test_the_history_of_nothing_is_not_found(leader, url, query):
    assert leader.get(url, query).status_code == 404


def test_a_filter_of_no_sense_is_answered(leader):
    log(WardFactory())
    for query in (
        {"ward": "9" * 24},
        {"ward": "9" * 5000},
        {"ward": "٣"},
        {"record": "criteria\0.ward:1"},
        {"q": "a\0b"},
    ):
        assert leader.get(LOG, query).status_code == 200


def test_rows_survive_what_they_speak_of(leader, make_user):
    person, ward = make_user("administrator"), WardFactory(name="Trường Thi")
    criterion = CriterionFactory(criteria_set__status="draft", name="Tiêu chí bị xóa")
    key = criterion.pk
    log(ward, by=person)
    delete_record(criterion, acting_user=person)
    Ward.objects.filter(pk=ward.pk).delete()
    person.groups.clear()
    person.delete()
    page = text(leader.get(LOG))
    assert "Trường Thi" in page
    assert str(person) in page
    assert len(lines(leader)) == 4
    deleted = leader.get(LOG, {"record": f"criteria.criterion:{key}"})
    assert "Tiêu chí bị xóa" in text(one(deleted, "h1"))


# --- page by page ---------------------------------------------------------------------------------


def test_pages_follow_each_other_both_ways_whatever_is_written_meanwhile(leader):
    ward = WardFactory()
    log_many(120, ward)
    first = leader.get(LOG).context["page"]
    assert [each.seq for each in first.entries] == list(range(120, 70, -1))
    assert (first.before, first.after) == (71, None)
    log_many(3, ward)
    second = leader.get(LOG, {"before": first.before}).context["page"]
    assert [each.seq for each in second.entries] == list(range(70, 20, -1))
    third = leader.get(LOG, {"before": second.before}).context["page"]
    assert [each.seq for each in third.entries] == list(range(20, 0, -1))
    assert third.before is None
    again = leader.get(LOG, {"after": third.after}).context["page"]
    assert again == second
    newest = leader.get(LOG, {"after": 100}).context["page"]
    assert [each.seq for each in newest.entries] == list(range(123, 100, -1))
    assert newest.after is None


def test_the_way_to_the_next_page_and_to_the_file_keeps_the_filter(leader):
    ward = WardFactory()
    log_many(60, ward)
    text = leader.get(LOG, {"ward": ward.pk, "kind": "change"}).content.decode()
    assert f"{LOG}?ward={ward.pk}&amp;kind=change&amp;before=11" in text
    assert f"{EXPORT}?ward={ward.pk}&amp;kind=change" in text
    older = leader.get(LOG, {"ward": ward.pk, "before": 11}).content.decode()
    assert f"{EXPORT}?ward={ward.pk}" in older
    assert f"{LOG}?ward={ward.pk}&amp;after=10" in older


@pytest.mark.parametrize("query", [{"before": "x"}, {"after": "-1"}, {"before": "9" * 30}], ids=str)
def test_a_page_that_cannot_be_is_not_found(leader, query):
    assert leader.get(LOG, query).status_code == 404


@pytest.mark.parametrize("query", [{"before": "1"}, {"after": "999999"}], ids=str)
def test_beyond_the_end_there_is_nothing(leader, query):
    log(WardFactory())
    assert shown(leader, **query) == []


def test_htmx_gets_the_fragment_at_the_same_address(leader):
    log(WardFactory(name="Trường Thi"))
    response = leader.get(LOG, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "<html" not in text
    assert 'id="log"' in text
    assert 'id="log-head"' in text
    assert "Trường Thi" in text
    assert "HX-Request" in response["Vary"]


def test_an_empty_log_says_so(leader):
    assert "empty-title" in leader.get(LOG).content.decode()
    assert len(lines(leader)) == 2
