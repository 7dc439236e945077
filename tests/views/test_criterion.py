"""The page of one criterion: who meets it, by how much the others miss it, round by round."""

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine
from django.urls import reverse

from criteria.models import Criterion, Requirement, Result, Ward
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    MembershipFactory,
    RequirementFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.reading import find, text

pytestmark = pytest.mark.django_db

LANGUAGES = ["vi", "en"]
AREA = {"measure": "number", "comparator": ">=", "norm_per_ward": True, "unit": "m²"}
# Ward, found, threshold and what the unit says itself, where it is something else.
FIGURES = [
    ("Bà Triệu", "1094.5", "1300", None),
    ("Cửa Bắc", "132.25", "160", "1650.75"),
    ("Đông Mạc", "160", "160", None),
    ("Lộc Hạ", "12000", "1500", "12000.5"),
    ("Mỹ Xá", "0", "0", None),
]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-20T09:00+07:00", tick=False):
        yield


@pytest.fixture
def round():
    """Criterion 1 asks for an area, 2 for a yes."""
    criteria_set = CriteriaSetFactory()
    RequirementFactory(criterion=CriterionFactory(criteria_set=criteria_set), **AREA)
    RequirementFactory(criterion=CriterionFactory(criteria_set=criteria_set))
    return RoundFactory(criteria_set=criteria_set)


@pytest.fixture
def criterion(round):
    return round.criteria_set.criteria.get(number=1)


@pytest.fixture
def measured(round, criterion):
    """A ward for each of FIGURES, and one that does not say."""
    for name, found, threshold, said in FIGURES:
        measure(name, round, criterion, found, threshold, said)
    WardFactory(name="Vị Xuyên")
    return criterion


def measure(name, round, criterion, found, threshold, said=None):
    met = Decimal(found) >= Decimal(threshold)
    ward = WardFactory(name=name)
    approve_with(ward, round, {criterion.number: "met" if met else "not_met", 2: "met"})
    result = Result.objects.get(assessment__ward=ward, criterion=criterion)
    result.values.create(
        requirement=criterion.requirements.get(),
        self_value=said or found,
        verified_value=found,
        threshold_applied=threshold,
    )
    return ward


def page(client, criterion, query="", language="vi"):
    client.cookies["django_language"] = language
    response = client.get(reverse("criteria:criterion-detail", args=[criterion.pk]) + query)
    assert response.status_code == 200
    return response


# --- pictures and tables --------------------------------------------------------------------------


class Page:
    """The tables of a page, row by row: the words of each cell and the pictures in the row."""

    def __init__(self, response):
        self.pictures = _drawn(response)
        self.tables = {
            table.get("class").split()[-1]: [
                {"cells": [_words(cell) for cell in find(row, "td, th")], "marks": _drawn(row)}
                for row in find(table, "tr")
            ]
            for table in find(response, "table")
        }


def _drawn(part):
    """Each element of its pictures: tag, attributes, and of a text what it says."""
    elements = find(part, "svg, svg *")
    return [(each.tag, {"said": (each.text or "").strip(), **each.attrib}) for each in elements]


def _words(cell):
    """What a cell says in words: without its picture, and the label of a card."""
    unsaid = "[not(ancestor::svg or ancestor::*[contains(@class, 'card-label')])]"
    return " ".join("".join(cell.xpath(f".//text(){unsaid}")).split())


NUMERIC = ("x", "y", "cx", "cy", "r", "width", "height")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_of_whole_numbers_in_every_language(measured, round, client_of, language):
    seen = Page(page(client_of("leader"), measured, language=language))
    shown = [(name, value) for _, attrs in seen.pictures for name, value in attrs.items()]
    numbers = [value for name, value in shown if name in NUMERIC]
    assert len(numbers) > 20
    assert all(re.fullmatch(r"-?\d+", value) for value in numbers)
    boxes = [value for name, value in shown if name == "viewbox"]
    assert all(re.fullmatch(r"0 0 \d+ \d+", value) for value in boxes)
    paths = [value for name, value in shown if name == "d"]
    assert len(paths) > 10
    assert all(re.fullmatch(r"([MmLlHhVv]-?\d+( ?-?\d+)?|z)+", path) for path in paths)


def figure(cell):
    return None if cell == "–" else Decimal(cell.replace(",", "."))


def place(marks, name):
    """Where a mark of a kind stands in a row; None where it has none."""
    for tag, attrs in marks:
        if name in attrs.get("class", "").split():
            return int(attrs["cx"] if tag == "circle" else re.match(r"M(\d+)", attrs["d"])[1])
    return None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plot_says_what_its_table_says(measured, client_of, language):
    seen = Page(page(client_of("leader"), measured, language=language))
    head, *rows = seen.tables["table-plot"]
    labels = [attrs for tag, attrs in head["marks"] if tag == "text"]
    ticks = [(int(attrs["x"]), figure(attrs["said"])) for attrs in labels]
    (left, least), (right, most) = ticks[0], ticks[-1]
    points = (right - left) / (most - least)  # to one unit of the figures

    def stands(value):
        return left + (value - least) * points

    assert [row["cells"][0] for row in rows] == [
        "Bà Triệu",
        "Cửa Bắc",
        "Đông Mạc",
        "Mỹ Xá",
        "Lộc Hạ",
    ]
    for row in rows:
        _, _, *figures = row["cells"]
        found, threshold, short_by, said = map(figure, figures)
        is_met = found >= threshold
        dot = place(row["marks"], "plot-met" if is_met else "plot-not_met")
        assert place(row["marks"], "plot-not_met" if is_met else "plot-met") is None
        tick = place(row["marks"], "plot-threshold")
        assert short_by == (None if is_met else threshold - found)
        assert 0 <= stands(found) - dot < 1
        assert 0 <= stands(threshold) - tick < 1
        hollow = place(row["marks"], "plot-said")
        assert (hollow is None) == (said == found)
        assert hollow is None or 0 <= stands(said) - hollow < 1


def test_the_same_figures_are_in_the_list_of_those_that_lack_it(measured, client_of):
    seen = Page(page(client_of("leader"), measured))
    _, *rows = seen.tables["table-lacking"]
    assert [row["cells"][:3] for row in rows] == [
        ["Bà Triệu 1/2 đạt đang thiếu"[:8] + rows[0]["cells"][0][8:], *rows[0]["cells"][1:3]],
        ["Cửa Bắc" + rows[1]["cells"][0][7:], *rows[1]["cells"][1:3]],
    ]
    assert rows[0]["cells"][1].startswith("1094,5 m²")
    assert "≥ 1300 m²" in rows[0]["cells"][1]
    assert rows[0]["cells"][2] == "205,5 m²"
    assert rows[1]["cells"][2] == "27,75 m²"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bars_are_as_long_as_their_figures(measured, round, client_of, language):
    before = RoundFactory(year=2025, criteria_set=round.criteria_set, status="closed")
    approve_with(Ward.objects.get(name="Mỹ Xá"), before, {1: "not_applicable"})
    seen = Page(page(client_of("leader"), measured, language=language))
    _, *rows = seen.tables["table-trend"]
    assert [row["cells"][2:] for row in rows] == [
        ["0/0", "0/0", "1", "5"],
        ["3/5", "2/5", "0", "1"],
    ]
    for row in rows:
        parts = [attrs for tag, attrs in row["marks"] if tag == "rect"]
        widths = [int(part["width"]) for part in parts]
        cells = [int(cell.partition("/")[0]) for cell in row["cells"][2:]]
        numbers = [cell for cell in cells if cell]
        assert [width * 6 // 240 for width in widths] == numbers
        for one, next_one in pairwise(parts):
            assert int(one["x"]) + int(one["width"]) == int(next_one["x"])


def test_of_many_wards_the_plot_shows_the_worst_and_says_so(round, criterion, client_of):
    for n in range(63):
        measure(f"Số {n}", round, criterion, str(n), "30")
    response = page(client_of("leader"), criterion, language="en")
    _, *rows = Page(response).tables["table-plot"]
    assert [row["cells"][2] for row in rows] == [str(n) for n in range(50)]
    assert "50 of 63 wards" in text(response)
    assert 'href="?all=1"' in response.content.decode()
    assert "Show more" in text(response)
    whole = client_of("leader").get(response.request["PATH_INFO"], {"all": "1"})
    _, *rows = Page(whole).tables["table-plot"]
    assert [row["cells"][2] for row in rows] == [str(n) for n in range(63)]
    assert "Xem thêm" not in text(whole)


def test_a_figure_without_a_threshold_has_no_tick_and_is_short_of_nothing(
    round, criterion, client_of
):
    ward = measure("Bà Triệu", round, criterion, "7", "5")
    Result.objects.get(assessment__ward=ward, criterion=criterion).values.update(
        threshold_applied=None, verified_judgement="not_met"
    )
    seen = Page(page(client_of("leader"), criterion))
    _, row = seen.tables["table-plot"]
    assert row["cells"][2:] == ["7", "7"]
    assert place(row["marks"], "plot-threshold") is None
    assert place(row["marks"], "plot-not_met") is not None


def test_a_yes_or_no_is_counted_and_not_plotted(measured, round, client_of):
    asked = round.criteria_set.criteria.get(number=2)
    no = approve_with(WardFactory(name="Năng Tĩnh"), round, {1: "met", 2: "not_met"})
    for result in Result.objects.filter(criterion=asked):
        answer = int(result.assessment_id != no.pk)
        result.values.create(
            requirement=asked.requirements.get(), self_value=answer, verified_value=answer
        )
    seen = Page(page(client_of("leader"), asked))
    assert "table-plot" not in seen.tables
    _, row = seen.tables["table-requirements"]
    assert row["cells"][2:] == ["5", "1"]
    _, lacking = seen.tables["table-lacking"]
    assert lacking["cells"][1] == "Không"


# --- what it says of the day ----------------------------------------------------------------------


def test_the_head_counts_the_wards(measured, round, client_of):
    approve_with(WardFactory(name="Năng Tĩnh"), round, {1: "not_applicable", 2: "met"})
    approve_with(WardFactory(name="Trần Hưng Đạo"), round, {1: "not_met", 2: "not_met"})
    seen = page(client_of("leader"), measured).context["seen"]
    numbers = seen.numbers
    assert (numbers.met, numbers.applicable, numbers.in_scope) == (3, 6, 8)
    assert (numbers.not_met, numbers.not_applicable, numbers.without_sheet) == (3, 1, 1)
    assert [result.ward.name for result in seen.alone] == ["Bà Triệu", "Cửa Bắc"]


def test_the_page_and_the_dashboard_count_alike(measured, client_of):
    client = client_of("leader")
    here = page(client, measured).context["seen"].count
    dashboard = client.get(reverse("criteria:dashboard")).context["unmet"]
    (there,) = [count for count in dashboard if count.criterion == measured]
    assert (here.n_unmet, here.n_alone) == (there.n_unmet, there.n_alone) == (2, 2)
    assert "gain" in client.get(reverse("criteria:dashboard")).content.decode()


def test_another_day_has_its_own_round_and_wards(measured, round, client_of):
    before = RoundFactory(year=2025, criteria_set=round.criteria_set, status="closed")
    gone = WardFactory(name="Năng Tĩnh", valid_to=date(2026, 7, 1))
    approve_with(gone, before, {1: "not_met", 2: "met"})
    client = client_of("leader")
    seen = page(client, measured, "?on=2026-06-30")
    assert [result.ward for result in seen.context["seen"].lacking] == [gone]
    assert seen.context["seen"].numbers.in_scope == 7
    body = seen.content.decode()
    assert f'href="{reverse("criteria:ward-detail", args=[gone.pk])}?on=2026-06-30"' in body
    result = reverse("criteria:result-detail", args=[before.pk, gone.pk, measured.pk])
    assert f'href="{result}"' in body
    assert [turn.round for turn, _ in seen.context["trend"]] == [before]
    later = page(client, measured, "?on=2026-07-01")
    assert later.context["seen"].numbers.not_met == 0


def test_before_the_first_round_there_is_only_what_it_asks(measured, client_of):
    response = page(client_of("leader"), measured, "?on=2025-01-01", language="en")
    assert response.context["seen"] is None
    assert "No round had ended by this day" in text(response)
    assert "the norm of each ward" in text(response)


def test_it_shows_what_it_asks_and_where_that_is_from(measured, client_of):
    Criterion.objects.filter(pk=measured.pk).update(
        guidance="Đo theo bản vẽ", lead_agency="Phòng Hậu cần"
    )
    Requirement.objects.filter(criterion=measured).update(
        text="Diện tích trụ sở", evidence_hint="Bản vẽ", origin="seed", source="Báo cáo 26/4"
    )
    said = text(page(client_of("city"), measured))
    for words in (
        "Đo theo bản vẽ",
        "Phòng Hậu cần",
        "Diện tích trụ sở",
        "Bản vẽ",
        "Báo cáo 26/4",
        str(measured.group),
        str(measured.criteria_set),
        "Bộ tiêu chí làm việc",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"measure": "yes_no"}, "Yes"),
        ({"measure": "title"}, "the title of the year"),
        ({"measure": "percent", "comparator": ">=", "threshold": 70, "unit": "%"}, "≥ 70 %"),
        ({"measure": "number", "comparator": "<="}, "no threshold: the verifier judges"),
    ],
)
def test_every_kind_of_requirement_says_what_meets_it(round, criterion, client_of, facts, words):
    RequirementFactory(criterion=criterion, text="Xx", **facts)
    assert f"Xx: {words}" in text(page(client_of("city"), criterion, language="en"))


# --- through the sets -----------------------------------------------------------------------------


def test_of_another_set_it_says_which_criterion_it_is_in_the_days_round(measured, client_of):
    later, split = make_set(n_criteria=2), measured.criteria_set
    continued = later.criteria.get(number=2)
    Criterion.objects.filter(pk=continued.pk).update(replaces=measured)
    response = page(client_of("leader"), continued, language="en")
    assert response.context["seen"].criterion == measured
    assert response.context["seen"].numbers.not_met == 2
    there = reverse("criteria:criterion-detail", args=[measured.pk])
    assert f'href="{there}"' in response.content.decode()
    assert "In Đợt 2026 this is criterion" in text(response)
    assert str(split) in text(response)
    back = page(client_of("leader"), measured)
    assert reverse("criteria:criterion-detail", args=[continued.pk]) in back.content.decode()


def test_of_a_set_that_no_round_uses_it_shows_what_it_asks(measured, client_of):
    alone = make_set(n_criteria=1).criteria.get()
    response = page(client_of("leader"), alone, language="en")
    assert response.context["seen"] is None
    assert "where no criterion continues this one" in text(response)
    assert str(alone.requirements.get()) in text(response)
    assert "The set of that round has no such criterion." in text(response)


def test_a_draft_is_for_the_administration(client_of):
    draft = make_set(n_criteria=1, status="draft").criteria.get()
    published = make_set(n_criteria=1).criteria.get()
    Criterion.objects.filter(pk=draft.pk).update(replaces=published)
    url = reverse("criteria:criterion-detail", args=[draft.pk])
    for role in ("city", "administrator"):
        assert client_of(role).get(url).status_code == 404
    assert url not in page(client_of("city"), published).content.decode()


# --- who sees what --------------------------------------------------------------------------------


def test_a_ward_officer_reads_the_numbers_of_all_and_the_names_of_their_own(
    measured, make_user, client_of
):
    Result.objects.filter(criterion=measured).update(explanation="Lý do bí mật")
    own = Ward.objects.get(name="Cửa Bắc")
    officer = make_user("ward")
    Ward.objects.filter(memberships__user=officer).update(name="Trần Đăng Ninh")
    MembershipFactory(user=officer, ward=own)
    response = page(client_of(officer), measured)
    numbers = response.context["seen"].numbers
    assert (numbers.met, numbers.not_met, numbers.in_scope) == (3, 2, 7)
    said = text(response)
    for name, *_ in FIGURES:
        assert (name in said) == (name == "Cửa Bắc")
    assert "Vị Xuyên" not in said  # that it has no sheet is told elsewhere
    assert said.count("Lý do bí mật") == 1
    assert "1094,5" not in said
    _, row = Page(response).tables["table-plot"]
    assert row["cells"][0] == "Cửa Bắc"
    assert response.context["seen"].count.n_alone == 2  # the city's own number
    assert [result.ward for result in response.context["seen"].alone] == [own]


def test_an_officer_of_another_ward_reads_no_finding(measured, client_of):
    Result.objects.filter(criterion=measured, verified_verdict="not_met").update(
        self_verdict="met", finding="Đo lại thấy thiếu"
    )
    other = page(client_of("ward"), measured)
    assert other.context["seen"].count.n_differing == 2
    assert "Đo lại thấy thiếu" not in text(other)
    assert not Page(other).tables.get("table-plot")
    assert text(page(client_of("leader"), measured)).count("Đo lại thấy thiếu") == 4


@pytest.mark.parametrize(("role", "may"), [("leader", True), ("city", False), ("ward", True)])
def test_the_history_is_for_whoever_may_read_the_log(criterion, client_of, role, may):
    body = page(client_of(role), criterion).content.decode()
    assert (f"{reverse('criteria:log')}?criterion={criterion.pk}" in body) == may


# --- held back by it alone ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ([{1: "met", 2: "not_met"}, {1: "met", 2: "met"}], "Mọi phường có phiếu được phê duyệt"),
        ([{1: "met", 2: "met"}, {1: "not_applicable", 2: "met"}], "Không có phiếu đã phê duyệt"),
        ([{1: "not_met", 2: "not_met"}], "cũng còn thiếu tiêu chí khác"),
        ([], "Không có phiếu đã phê duyệt"),
    ],
)
def test_where_it_holds_back_nobody_the_page_says_why(client_of, round, criterion, verdicts, words):
    for place, each in enumerate(verdicts):
        approve_with(WardFactory(name=f"Phường {place}"), round, each)
    page = client_of("leader").get(reverse("criteria:criterion-detail", args=[criterion.pk]))
    assert words in text(find(page, "#alone")[0])
