"""The first page: its figures are the domain's, each a link to what is behind it, of any day."""

import re
from datetime import date

import pytest
from django.urls import reverse

from criteria.models import WardTile
from tests.factories import (
    AssessmentFactory,
    MembershipFactory,
    RecognitionFactory,
    RoadmapTargetFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
    steps_to,
)
from tests.reading import find, links, one, text

pytestmark = pytest.mark.django_db

URL = "/"
MET = {1: "met", 2: "met", 3: "met"}


@pytest.fixture
def round():
    return RoundFactory(criteria_set=make_set(n_criteria=3))


@pytest.fixture
def leader(client_of):
    return client_of("leader")


def test_the_headline_counts_ready_wards_against_the_next_target(leader, round):
    approve_with(WardFactory(name="Lộc Hạ"), round, MET)
    approve_with(WardFactory(name="Trường Thi"), round, MET | {2: "not_met"})
    WardFactory(name="Đông A")
    RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=30)
    RoadmapTargetFactory(due_on=date(2030, 12, 31), percent=100)
    context = leader.get(URL).context
    assert (context["roadmap"].today.ready, context["roadmap"].today.in_scope) == (1, 3)
    assert (context["next_target"].required, context["next_target"].short) == (3, 2)
    assert context["city"].n_without_sheet == 1
    assert [(c.criterion.number, c.n_unmet, c.n_alone) for c in context["unmet"]] == [(2, 1, 1)]
    assert [standing.ward.name for standing in context["nearest"]] == ["Trường Thi"]
    assert context["roadmap"].pace.days_left == (date(2030, 12, 31) - date(2026, 11, 20)).days
    assert context["roadmap"].pace.needed is None
    RoundFactory(year=2027, status="planned", criteria_set=round.criteria_set)
    assert leader.get(URL).context["roadmap"].pace.needed == 2


def test_every_figure_is_a_link_and_keeps_the_day(leader, round):
    ward = WardFactory()
    approve_with(ward, round, MET | {2: "not_met"})
    RoadmapTargetFactory(due_on=date(2030, 12, 31), percent=100)
    ways = links(leader.get(URL, {"on": "2026-11-16"}))
    criterion = round.criteria_set.criteria.get(number=2)
    for name, args, query in [
        ("ward-list", [], "?standing=ready&on=2026-11-16"),
        ("roadmap", [], "?on=2026-11-16"),
        ("roadmap", [], "?on=2026-11-16#recognitions"),
        ("ward-detail", [ward.pk], "?on=2026-11-16"),
        ("criterion-detail", [criterion.pk], "?on=2026-11-16"),
        ("matrix", [], "?on=2026-11-16"),
    ]:
        assert reverse(f"criteria:{name}", args=args) + query in ways


def test_the_same_page_is_asked_for_another_day(leader, round):
    earlier = RoundFactory(year=2025, criteria_set=round.criteria_set)
    gone = WardFactory(valid_from=date(2023, 1, 1), valid_to=date(2026, 7, 1))
    approve_with(gone, earlier, MET)
    WardFactory(valid_from=date(2026, 7, 1))
    seen = {on: leader.get(URL, {"on": on}).context["roadmap"].today for on in ["2026-06-30", ""]}
    assert (seen["2026-06-30"].ready, seen["2026-06-30"].in_scope) == (1, 1)
    assert (seen[""].ready, seen[""].in_scope) == (0, 1)


@pytest.mark.parametrize("typed", ["30/06/2026", "30/6/2026", "2026-06-30", "30062026"])
def test_a_day_may_be_written_either_way(leader, typed):
    assert leader.get(URL, {"on": typed}).context["day"].on == date(2026, 6, 30)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "abc", "2026-11-21", "9999-99-99", "1\0", "0001-01-01"]
)
def test_a_day_that_cannot_be_shown_is_said_and_today_is_shown(leader, typed):
    response = leader.get(URL, {"on": typed})
    assert response.context["day"].on == date(2026, 11, 20)
    assert response.context["day"].problem
    assert find(response, "[role=alert]")
    field = one(response, "[name=on]")
    assert (field.get("aria-invalid"), field.get("value")) == (
        "true",
        typed.replace("\0", "\ufffd"),
    )


def test_the_way_back_to_today_keeps_what_else_was_asked(leader):
    page = leader.get(reverse("criteria:ward-list"), {"on": "2026-11-16", "q": "lộc"})
    assert "?q=l%E1%BB%99c" in links(page)


def test_today_has_no_day_in_its_links(leader, round):
    approve_with(WardFactory(), round, MET)
    ways = links(leader.get(URL))
    ends = {"on=2026-11-15"}  # of the round, in the table of all rounds
    days = {day for way in ways for day in re.findall(r"on=[\d-]+", way)}
    assert days <= ends


def test_an_open_round_is_provisional_and_not_in_the_headline(leader):
    running = RoundFactory(year=2027, criteria_set=make_set(n_criteria=1))
    approve_with(WardFactory(), running, {1: "met"})
    context = leader.get(URL).context
    assert context["roadmap"].today.ready == 0
    assert context["standing_round"] is None
    (current,) = context["city"].under_way
    assert (current.n_wards, current.n_begun, current.n_approved) == (1, 1, 1)
    assert (current.n_ready, current.n_ready_as_assessed) == (1, 1)


def test_of_a_past_day_nothing_provisional_is_told(leader, round):
    WardFactory()
    assert find(leader.get(URL), "#open-title")
    assert not find(leader.get(URL, {"on": "2026-11-16"}), "#open-title")


def test_what_is_late_is_named(leader, round):
    round.submit_by, round.verify_by = date(2026, 11, 18), date(2026, 11, 19)
    round.save()
    WardFactory(name="Chưa Nộp")
    waiting = AssessmentFactory(ward=WardFactory(name="Chưa Xong"), round=round)
    type(waiting).objects.filter(pk=waiting.pk).update(**steps_to("verifying"))
    response = leader.get(URL)
    (current,) = response.context["city"].under_way
    assert [item.ward.name for item in current.late_entries.sheets] == ["Chưa Nộp"]
    assert [item.ward.name for item in current.late_verifications.sheets] == ["Chưa Xong"]
    assert current.n_late == 2
    round.submit_by, round.verify_by = date(2026, 11, 30), date(2026, 12, 15)
    round.save()
    old = RoundFactory(year=2025, criteria_set=round.criteria_set)
    response = leader.get(URL)
    newest, reopened = response.context["city"].under_way
    assert (newest.round, newest.n_late) == (round, 0)
    assert (reopened.round, reopened.n_late) == (old, 2)
    way = reverse("criteria:round-detail", args=[old.pk]) + "?state=late"
    assert way in links(response)
    assert f"{old.name}: 2 phiếu quá hạn" in text(response)


def test_recognised_wards_stand_beside_the_ready(leader, round):
    RecognitionFactory(decided_on=date(2026, 2, 1))
    RecognitionFactory(
        decided_on=date(2026, 2, 1), revoked_on=date(2026, 11, 20), revoked_reason="Không còn đạt"
    )
    assert leader.get(URL).context["roadmap"].today.recognised == 1
    assert leader.get(URL, {"on": "2026-11-19"}).context["roadmap"].today.recognised == 2


def test_a_ward_officer_reads_the_counts_but_not_what_others_lack(client_of, make_user, round):
    own, other = WardFactory(name="Của Tôi"), WardFactory(name="Của Người Khác")
    user = make_user("ward")
    MembershipFactory(user=user, ward=own)
    approve_with(own, round, MET | {1: "not_met"})
    approve_with(other, round, MET | {3: "not_met"})
    response = client_of(user).get(URL)
    nearest = text(one(response, "section[aria-labelledby=nearest-title]"))
    criteria = {criterion.number: str(criterion) for criterion in round.criteria_set.criteria.all()}
    assert criteria[1] in nearest
    assert criteria[3] not in nearest
    assert "Của Người Khác" in nearest


def _numbers(svg):
    for element in svg.iter():
        for name, value in element.attrib.items():
            if name in {"x", "y", "cx", "cy", "r", "width", "height", "viewbox", "d"}:
                yield from re.findall(r"[^\sMLHVZmlhvz]+", value)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pictures_are_of_whole_numbers_in_every_language(leader, round, language):
    for place in range(3):
        ward = WardFactory()
        WardTile.objects.create(ward=ward, valid_from=ward.valid_from, column=place + 1, row=1)
        approve_with(ward, round, MET | {place + 1: "not_met"})
    RoadmapTargetFactory(due_on=date(2030, 12, 31), percent=100)
    leader.cookies["django_language"] = language
    pictures = find(leader.get(URL), "svg")
    drawn = [number for svg in pictures for number in _numbers(svg)]
    assert len(drawn) > 100
    assert not [number for number in drawn if not re.fullmatch(r"-?\d+(-\d+)*", number)]
    (chart,) = [svg for svg in pictures if svg.get("class") == "trajectory"]
    shown = [e.text for e in chart.iter("text") if e.get("class") in ("text-ready", "text-target")]
    assert shown == ["3", "0"]
    (map_,) = [svg for svg in pictures if "ward-map" in svg.get("class", "")]
    assert [e.text for e in map_.iter("text") if "ward-mark" in e.get("class", "")] == ["1"] * 3


def test_a_large_country_is_listed_and_not_drawn(leader, monkeypatch):
    monkeypatch.setattr("criteria.views.dashboard.MAPPED_AT_MOST", 1)
    for place in range(2):
        ward = WardFactory()
        WardTile.objects.create(ward=ward, valid_from=ward.valid_from, column=place + 1, row=1)
    assert leader.get(URL).context["picture"] is None


def test_the_wall_shows_the_same_and_nothing_to_press(leader, round):
    approve_with(WardFactory(), round, MET)
    page, wall = leader.get(URL), leader.get(reverse("criteria:wall"))
    assert wall.context["roadmap"].today == page.context["roadmap"].today
    assert not find(wall, "nav, form, button")
    assert one(wall, "[data-hx-trigger='every 60s']") is not None


def test_wards_that_became_ready_or_no_longer_are_are_told_by_name(leader, round):
    before = RoundFactory(year=2025, criteria_set=round.criteria_set)
    names = ["Năng Tĩnh", "Cửa Bắc", "Cửa Nam"]
    better, worse, unknown = (WardFactory(name=name) for name in names)
    for ward, verdicts in ((better, {**MET, 1: "not_met"}), (worse, MET), (unknown, MET)):
        approve_with(ward, before, verdicts)
    approve_with(better, round, MET)
    approve_with(worse, round, {**MET, 1: "not_met"})
    told = [text(row) for row in find(leader.get(URL), ".changes > div")]
    assert told == [
        "Mới đạt chuẩn (1) Năng Tĩnh",
        "Không còn đạt chuẩn (1) Cửa Bắc",
        "Trước đạt chuẩn, nay chưa có phiếu được phê duyệt (1) Cửa Nam",
    ]
    assert not find(leader.get(reverse("criteria:wall")), ".changes")
