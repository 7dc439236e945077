"""The dashboard, the wards and the rounds: the figures are the domain's, each a link."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from criteria.models import Assessment, Pledge, Round, WardSuccession
from tests.factories import (
    AssessmentFactory,
    MembershipFactory,
    RecognitionFactory,
    ResultFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-20T09:00+07:00", tick=False):
        yield date(2026, 11, 20)


@pytest.fixture
def round():
    return RoundFactory(criteria_set=make_set(n_criteria=3))


@pytest.fixture
def city(client_of):
    return client_of("city")


def test_an_empty_city_says_what_to_do_next(city):
    for name in ("criteria:dashboard", "criteria:ward-list", "criteria:round-current"):
        response = city.get(reverse(name))
        assert response.status_code == 200
        assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("typed", ["truong thi", "Trường Thi", "TRUONG", "thi", "13777"])
def test_a_ward_is_found_without_diacritics_or_by_code(city, typed):
    WardFactory(name="Trường Thi", code="13777")
    WardFactory(name="Lộc Hạ", code="13684")
    found = city.get(reverse("criteria:ward-list"), {"q": typed}).context["standings"]
    assert [standing.ward.name for standing in found] == ["Trường Thi"]


def test_the_list_is_narrowed_by_standing(city, round):
    met = {1: "met", 2: "met", 3: "met"}
    approve_with(WardFactory(name="Đạt"), round, met)
    approve_with(WardFactory(name="Chưa"), round, met | {3: "not_met"})
    approve_with(WardFactory(name="Không gì áp dụng"), round, dict.fromkeys(met, "not_applicable"))
    WardFactory(name="Không phiếu")
    url = reverse("criteria:ward-list")

    def names(**filters):
        return {standing.ward.name for standing in city.get(url, filters).context["standings"]}

    assert names(standing="ready") == {"Đạt"}
    assert names(standing="not_ready") == {"Chưa", "Không gì áp dụng"}
    assert names(standing="near") == {"Chưa"}
    assert names(standing="nothing_applies") == {"Không gì áp dụng"}
    assert names(standing="unknown") == {"Không phiếu"}
    assert names(standing="ready", q="chua") == set()
    assert names(standing="nonsense") == {"Đạt", "Chưa", "Không gì áp dụng", "Không phiếu"}


def test_no_page_says_that_a_ward_to_which_nothing_applies_misses_criteria(city, round):
    ward = WardFactory(name="Lộc Hạ")
    approve_with(ward, round, dict.fromkeys([1, 2, 3], "not_applicable"))
    for name, args in [
        ("ward-list", []),
        ("ward-detail", [ward.pk]),
        ("dashboard", []),
        ("matrix", []),
    ]:
        page = text(city.get(reverse(f"criteria:{name}", args=args)))
        assert "0/0" in page.replace(" ", "")
        assert "thiếu 0" not in page.lower()
        assert "Không tiêu chí nào áp dụng" in page or name == "matrix"
    assert "Mọi phường đã đạt chuẩn" not in text(city.get("/"))


def test_the_list_tells_how_far_the_sheets_of_a_round_under_way_have_come(city, round):
    """Of today alone: what a sheet was like on another day is not known."""
    approve_with(WardFactory(name="Đã xong"), round, {1: "met", 2: "met", 3: "met"})
    AssessmentFactory(ward__name="Đang nhập", round=round)
    WardFactory(name="Chưa nhập")

    def told(**asked):
        return [
            state for _, state in city.get(reverse("criteria:ward-list"), asked).context["rows"]
        ]

    assert told() == ["", None, "draft"]
    assert "tạm tính Đang nhập" in text(city.get(reverse("criteria:ward-list")))
    assert told(on="2026-11-19") == [None] * 3
    Round.objects.update(status=Round.Status.CLOSED)
    assert told() == [None] * 3


def test_htmx_gets_the_table_alone_at_the_same_url(city):
    for name in ("criteria:ward-list", "criteria:round-current"):
        RoundFactory(year=2020 + Round.objects.count())
        page = city.get(reverse(name))
        fragment = city.get(reverse(name), headers={"HX-Request": "true"})
        assert "<html" in page.content.decode()
        assert "<html" not in fragment.content.decode()
        assert "HX-Request" in page.headers["Vary"]


def test_back_gets_the_whole_page(city):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    page = city.get(reverse("criteria:ward-list"), headers=headers)
    assert "<html" in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store, private"


def test_a_round_s_sheets_are_found_by_code_and_the_counts_stay_whole(city, round):
    WardFactory(name="Trường Thi", code="13777")
    WardFactory(name="Lộc Hạ", code="13684")
    url = reverse("criteria:round-detail", args=[round.pk])
    for typed in ("13777", "thi truong"):
        context = city.get(url, {"q": typed}).context
        assert [sheet.ward.name for sheet in context["sheets"]] == ["Trường Thi"]
        assert context["n_sheets"] == 2


def test_the_wards_page_names_what_is_missing_and_where_the_ward_comes_from(city, round):
    on = date(2024, 9, 1)
    ward = WardFactory(name="Trường Thi", valid_from=on)
    old = WardFactory(name="Văn Miếu", valid_to=on)
    for facts in ({"predecessor": old}, {"outside_name": "xã Thành Lợi"}):
        WardSuccession.objects.create(
            successor=ward,
            effective_on=on,
            relation="merged_into",
            legal_basis="Nghị quyết 1104",
            **facts,
        )
    Pledge.objects.create(ward=ward, year=2025)
    RecognitionFactory(ward=ward, decision_number="77/QĐ-BCA")
    approve_with(ward, round, {1: "met", 2: "not_met", 3: "met"})
    shown = text(city.get(reverse("criteria:ward-detail", args=[ward.pk])))
    for word in ("2. Tiêu chí 2", "Văn Miếu", "xã Thành Lợi", "2025", "77/QĐ-BCA", "Đợt 2026"):
        assert word in shown
    gone = city.get(reverse("criteria:ward-detail", args=[old.pk]))
    assert gone.context["standing"] is None
    assert "Trường Thi" in text(gone)


def test_the_wards_page_leads_to_a_sheet_that_nobody_began(city, round):
    ward = WardFactory()
    commune = WardFactory(kind="commune")
    sheet = reverse("criteria:sheet", args=[round.pk, ward.pk])
    url = reverse("criteria:ward-detail", args=[ward.pk])
    assert sheet in city.get(url).content.decode()
    of_commune = city.get(reverse("criteria:ward-detail", args=[commune.pk])).content.decode()
    assert reverse("criteria:sheet", args=[round.pk, commune.pk]) not in of_commune


def test_a_round_shows_how_far_each_sheet_has_come(city, round):
    approve_with(WardFactory(name="Lộc Hạ"), round, {1: "met", 2: "not_met", 3: "met"})
    begun = Assessment.objects.create(ward=WardFactory(name="Đông A"), round=round)
    ResultFactory(assessment=begun)
    WardFactory(name="Vị Khê")
    context = city.get(reverse("criteria:round-detail", args=[round.pk])).context
    rows = [(s.ward.name, s.state, s.tally.met, s.tally.judged) for s in context["sheets"]]
    assert rows == [("Đông A", "draft", 1, 1), ("Lộc Hạ", "approved", 2, 3), ("Vị Khê", "", 0, 0)]
    assert (context["n_begun"], context["n_approved"]) == (2, 1)


def test_the_sheets_page_is_that_of_the_round_people_work_on(city, round):
    RoundFactory(year=2027, status=Round.Status.PLANNED)
    assert city.get(reverse("criteria:round-current")).context["round"] == round
    Round.objects.filter(pk=round.pk).update(status=Round.Status.CLOSED)
    assert city.get(reverse("criteria:round-current")).context["round"].year == 2027


def test_a_ward_officer_finds_only_their_own_sheets_open(client_of, make_user, round):
    own, other = WardFactory(), WardFactory()
    user = make_user("ward")
    MembershipFactory(user=user, ward=own)
    body = client_of(user).get(reverse("criteria:round-detail", args=[round.pk])).content.decode()
    assert reverse("criteria:sheet", args=[round.pk, own.pk]) in body
    assert reverse("criteria:sheet", args=[round.pk, other.pk]) not in body


def test_of_a_ready_ward_another_wards_officer_is_told_of_nothing_missing(client_of, round):
    ready, lacking = WardFactory(), WardFactory()
    approve_with(ready, round, {1: "met", 2: "met", 3: "met"})
    approve_with(lacking, round, {1: "met", 2: "not_met", 3: "met"})
    other = client_of("ward")
    hidden = "xem được tiêu chí nào chưa đạt"
    assert hidden not in text(other.get(reverse("criteria:ward-detail", args=[ready.pk])))
    assert hidden in text(other.get(reverse("criteria:ward-detail", args=[lacking.pk])))
