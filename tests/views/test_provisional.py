"""A round under verification beside the one that speaks, and in its place where it is asked for."""

from datetime import date

import pytest
from django.urls import reverse

from criteria.models import Round
from tests import hands
from tests.factories import (
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.pages import PAGES, Place
from tests.reading import find, text

pytestmark = pytest.mark.django_db

MET = {1: "met", 2: "met"}


@pytest.fixture
def rounds() -> tuple[Round, Round]:
    """The round that speaks, and one under verification; three wards, one of them undecided."""
    criteria_set = make_set(n_criteria=2)
    settled = RoundFactory(year=2025, criteria_set=criteria_set, status="closed")
    waiting = RoundFactory(year=2026, criteria_set=criteria_set, settled_on=None)
    RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=30)
    RoadmapTargetFactory(due_on=date(2030, 12, 31), percent=100)
    first, second, third = (WardFactory(name=name) for name in ("Đông A", "Lộc Hạ", "Mỹ Xá"))
    for ward in (first, second, third):
        approve_with(ward, settled, MET)
    approve_with(first, waiting, MET)
    approve_with(second, waiting, MET | {2: "not_met"})
    return settled, waiting


@pytest.fixture
def leader(client_of):
    return client_of("leader")


def test_the_headline_is_the_last_official_one_and_what_is_provisional_stands_beside_it(
    leader, rounds
):
    settled, waiting = rounds
    page = leader.get(reverse("criteria:dashboard"))
    seen = page.context["roadmap"]
    assert (page.context["standing_round"], seen.today.ready) == (settled, 3)
    numbers = seen.provisional
    assert (numbers.round, numbers.ready, numbers.not_ready, numbers.undecided) == (
        waiting,
        1,
        1,
        1,
    )
    words = text(find(page, "main")[0])
    assert "Đợt 2026 đang thẩm định: 1 đạt · 1 chưa đạt · 1 chưa thẩm định xong" in words
    assert "1 đến 2 phường có thể đạt" in words
    assert "Chỉ tiêu 30 % đến 31/12/2025: đạt 3 trên 1 phường phải đạt" in words
    assert [len(page.context["chart"].spans), len(page.context["chart"].ready)] == [1, 1]


DATED = [page.name for page in PAGES if page.is_dated]


@pytest.mark.parametrize("name", DATED)
def test_pages_can_be_switched_to_what_is_provisional(leader, rounds, name):
    settled, waiting = rounds
    (page,) = [page for page in PAGES if page.name == name]
    criterion = waiting.criteria_set.criteria.first()
    ward = waiting.assessments.first().ward
    place = Place(ward=ward, round=waiting, criterion=criterion)
    official, provisional = page.at(place), page.at(place, round=waiting.pk)
    answer = leader.get(official)
    assert answer.context["standing_round"] == settled
    if name != "criteria:wall":
        assert f"?round={waiting.pk}" in {
            link.get("href") for link in find(answer, "main a[href^='?']")
        }
    answer = leader.get(provisional)
    assert answer.status_code == 200
    assert answer.context["standing_round"] == waiting
    if name == "criteria:wall":
        assert "tạm tính" in text(find(answer, ".page-date")[0])
        return  # nobody presses there
    assert "tạm tính" in text(find(answer, ".message-warning")[0])
    assert find(answer, "main a[href='?']")
    ways = [link.get("href") for link in find(answer, "main a[href]")]
    assert [way for way in ways if way.startswith("/") and f"round={waiting.pk}" in way], ways


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ("2025-11-20", "Ngày 20/11/2025 chưa thể biết số liệu của ngày 21/11/2025."),
        ("2026-11-21", "Chưa đến ngày 21/11/2026."),
        ("hôm qua", ""),
    ],
)
def test_a_known_day_that_cannot_be_leaves_the_day_and_says_so(leader, rounds, known, told):
    page = leader.get(reverse("criteria:dashboard"), {"on": "2025-11-21", "known": known})
    day = page.context["day"]
    assert (day.on, day.known, day.problem) == (date(2025, 11, 21), None, "")
    (error,) = find(page, "main [role=alert]")
    assert told in text(error)
    assert "theo những gì đã chính thức đến nay" in text(error)
    assert "hôm nay" not in text(error)


@pytest.mark.parametrize("asked", ["0", "x", "", "999999999999999999999"])
def test_another_round_is_not_shown_in_its_place(leader, rounds, asked):
    settled, _waiting = rounds
    page = leader.get(reverse("criteria:dashboard"), {"round": asked})
    assert page.context["standing_round"] == settled


def test_a_settled_round_is_not_asked_for_by_its_number(leader, rounds):
    settled, _waiting = rounds
    page = leader.get(reverse("criteria:dashboard"), {"round": settled.pk})
    assert not page.context["day"].is_provisional


def test_a_round_that_is_mended_says_so_on_every_page_that_rests_on_it(leader, rounds):
    settled, _waiting = rounds
    Round.objects.filter(pk=settled.pk).update(status="open")
    page = leader.get(reverse("criteria:matrix"))
    assert "đang mở lại để chỉnh sửa" in text(find(page, ".message-warning")[0])
    wall = leader.get(reverse("criteria:wall"))
    assert "đang mở lại để chỉnh sửa" in text(find(wall, ".basis")[0])
    assert leader.get(reverse("criteria:dashboard")).context["roadmap"].today.ready == 3


def test_a_sheet_under_review_says_so_wherever_it_counts(client_of, leader, rounds):
    _settled, waiting = rounds
    for round in rounds:
        sheet = round.assessments.approved().get(ward__name="Lộc Hạ")
        Round.objects.filter(pk=round.pk).update(status="open")
        hands.reopen(sheet, UserFactory())
    for address in (
        reverse("criteria:matrix"),
        reverse("criteria:ward-list"),
        reverse("criteria:dashboard") + f"?round={waiting.pk}",
        reverse("criteria:roadmap"),
        reverse("criteria:ward-detail", args=[waiting.assessments.get(is_latest=False).ward_id]),
    ):
        answer = leader.get(address)
        assert "đang xem xét lại từ 20/11/2026" in answer.content.decode(), address
    closing = client_of("administrator").get(reverse("criteria:round-detail", args=[waiting.pk]))
    assert closing.context["closing"].n_reviewed == 1


def test_switched_the_target_ahead_is_counted_by_the_same_round_as_the_headline(leader, rounds):
    _settled, waiting = rounds
    for asked, ready in (({}, 3), ({"round": waiting.pk}, 1)):
        seen = leader.get(reverse("criteria:dashboard"), asked).context["roadmap"]
        past, ahead = seen.targets
        assert (seen.today.ready, ahead.achieved, ahead.short) == (ready, ready, 3 - ready)
        assert seen.pace.short == 3 - ready
        assert past.achieved == 3  # its day was before the end of that round
