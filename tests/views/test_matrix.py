"""The matrix as it is read: cell by cell, in both languages, by those who may."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import pgettext
from lxml.html import HtmlElement

from accounts.models import User
from criteria.models import Assessment, Criterion, Result, Round, Ward
from criteria.overviews import matrix
from criteria.readiness.words import verdict_in_words
from namdinh_wards.text import fold, sort_key
from tests.factories import (
    CriterionFactory,
    CriterionGroupFactory,
    MembershipFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
    steps_to,
)
from tests.reading import filled, find, links, one, parse

pytestmark = pytest.mark.django_db

URL = "/matrix/"
MOST_BYTES = 250 * 1024


def _said(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


@dataclass
class Shown:
    """A cell: its text, the name that a screen reader says, where it leads."""

    text: str = ""
    name: str = ""
    href: str = ""
    facts: dict[str, str | None] = field(default_factory=dict)


class Table:
    """The rows of the matrix as a browser reads them."""

    def __init__(self, response: Any) -> None:
        page = parse(response)
        self._named = {part.get("id"): part for part in page.xpath("//*[@id]")}
        self.rows = [list(map(self._shown, row)) for row in page.iter("tr")]

    def _shown(self, cell: HtmlElement) -> Shown:
        link = cell.find(".//a")
        if link is None:
            return Shown(_said(cell), facts=dict(cell.attrib))
        name = link.get("aria-label") or " ".join(
            _said(self._named[key]) for key in link.get("aria-labelledby", "").split()
        )
        return Shown(_said(cell), name, link.get("href"), dict(cell.attrib))

    def row(self, head: str) -> list[Shown]:
        return next(row for row in self.rows if row and row[0].text == head)

    @property
    def wards(self) -> list[str]:
        """The wards' names: the row heads between the numbers and the totals."""
        return [row[0].text for row in self.rows if row and "/wards/" in row[0].href]


@pytest.fixture
def round() -> Round:
    """Ended on 15 November; two groups of two criteria."""
    made = make_set(n_criteria=0)
    for code in "ABAB":
        group = CriterionGroupFactory(criteria_set=made, code=code, name=f"Nhóm {code}")
        RequirementFactory(criterion=CriterionFactory(criteria_set=made, group=group))
    return RoundFactory(criteria_set=made)


@pytest.fixture
def city(round: Round) -> dict[str, Ward]:
    verdicts = {
        "Lộc Hạ": {1: "met", 2: "met", 3: "met", 4: "not_applicable"},
        "Trường Thi": {1: "met", 2: "not_met", 3: "met", 4: "met"},
        "Vị Xuyên": {1: "not_met", 2: "not_met"},
        "Đông A": {},
    }
    wards = {name: WardFactory(name=name) for name in verdicts}
    for name, said in verdicts.items():
        if said:
            approve_with(wards[name], round, said)
    differing = Result.objects.get(assessment__ward=wards["Trường Thi"], criterion__number=2)
    differing.self_verdict, differing.finding = "met", "Không có sổ"
    differing.save()
    return wards


@pytest.fixture
def leader(client_of: Callable[..., Client]) -> Client:
    return client_of("leader")


def numbered(round: Round) -> dict[int, Criterion]:
    return {criterion.number: criterion for criterion in round.criteria_set.criteria.all()}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_cell_says_its_verdict_by_letter_and_word_and_leads_to_the_result(
    leader: Client, city: dict[str, Ward], round: Round, language: str
) -> None:
    leader.cookies["django_language"] = language
    table = Table(leader.get(URL))
    assert table.wards == ["Đông A", "Lộc Hạ", "Trường Thi", "Vị Xuyên"]
    ward, met, missing, *cells = table.row("Trường Thi")
    assert ward.href == reverse("criteria:ward-detail", args=[city["Trường Thi"].pk])
    assert (met.text, missing.text) == ("3/4", "1")
    with translation.override(language):
        letters = {
            "met": pgettext("letter of a verdict", "M"),
            "not_met": pgettext("letter of a verdict", "N"),
            "not_applicable": pgettext("letter of a verdict", "–"),
            "pending": pgettext("letter of a verdict", "·"),
        }
        words = {verdict: verdict_in_words(verdict) for verdict in letters}
    # Criteria stand by group, so 1, 3, 2, 4.
    expected = {
        "Trường Thi": ["met", "met", "not_met", "met"],
        "Vị Xuyên": ["not_met", "pending", "not_met", "pending"],
        "Lộc Hạ": ["met", "met", "met", "not_applicable"],
    }
    order = [numbered(round)[number] for number in (1, 3, 2, 4)]
    for name, verdicts in expected.items():
        cells = table.row(name)[3:]
        assert [cell.text for cell in cells] == [letters[verdict] for verdict in verdicts]
        assert [cell.name for cell in cells] == [words[verdict] for verdict in verdicts]
        for cell, criterion in zip(cells, order, strict=True):
            of = [round.pk, city[name].pk, criterion.pk]
            assert URL + cell.href == reverse("criteria:result-detail", args=of)
    assert [shown.text for shown in table.row("Vị Xuyên")[1:3]] == ["0/4", "4"]
    assert [shown.text for shown in table.row("Lộc Hạ")[1:3]] == ["3/3", "✓"]


def test_a_ward_without_an_approved_sheet_says_so_in_one_cell(
    leader: Client, city: dict[str, Ward]
) -> None:
    _, met, missing, wide = Table(leader.get(URL)).row("Đông A")
    assert (met.text, missing.text, wide.facts["colspan"], wide.href) == ("–", "–", "4", "")


def test_the_head_names_groups_and_criteria_and_the_foot_counts_wards(
    leader: Client, city: dict[str, Ward], round: Round
) -> None:
    table = Table(leader.get(URL, {"on": "2026-11-16"}))
    groups, head, *rows = [row for row in table.rows if row]
    assert [(cell.text, cell.facts["colspan"]) for cell in groups[2:]] == [
        ("A. Nhóm A", "2"),
        ("B. Nhóm B", "2"),
    ]
    assert [(cell.text, cell.name) for cell in head[3:]] == [
        ("1", "1. Tiêu chí 1"),
        ("3", "3. Tiêu chí 3"),
        ("2", "2. Tiêu chí 2"),
        ("4", "4. Tiêu chí 4"),
    ]
    first = numbered(round)[1]
    url = reverse("criteria:criterion-detail", args=[first.pk])
    assert head[3].href == f"{url}?on=2026-11-16"
    lacking, meeting = rows[-2:]
    assert [cell.text for cell in lacking[2:]] == ["1/3", "0/3", "2/3", "0/2"]
    assert [cell.text for cell in meeting[2:]] == ["2/3", "2/3", "1/3", "1/2"]
    assert table.row("Vị Xuyên")[0].href.endswith("?on=2026-11-16")


def test_both_opinions_stand_side_by_side_where_they_differ(
    leader: Client, city: dict[str, Ward]
) -> None:
    leader.cookies["django_language"] = "en"
    assert Table(leader.get(URL)).row("Trường Thi")[5].text == "N"
    for query in ({"opinions": "both"}, {"verdict": "differing"}):
        cells = Table(leader.get(URL, query)).row("Trường Thi")[3:]
        (differing,) = [cell for cell in cells if len(cell.text) > 1]
        assert differing.text == "MN"
        assert differing.name == "Self-assessment: Met Verification: Not met"


def test_filters_narrow_rows_and_columns(leader: Client, city: dict[str, Ward]) -> None:
    def shown(**query: str) -> tuple[list[str], list[str]]:
        table = Table(leader.get(URL, query))
        head = next((row for row in table.rows if row and row[0].text != ""), [])
        return table.wards, [cell.text for cell in head[3:]]

    everyone, columns = ["Đông A", "Lộc Hạ", "Trường Thi", "Vị Xuyên"], ["1", "3", "2", "4"]
    assert shown() == (everyone, columns)
    assert shown(q="truong") == (["Trường Thi"], columns)
    assert shown(standing="near") == (["Trường Thi"], columns)
    assert shown(standing="not_ready") == (["Trường Thi", "Vị Xuyên"], columns)
    assert shown(standing="unknown") == (["Đông A"], columns)
    assert shown(group="B") == (everyone, ["2", "4"])
    assert shown(verdict="not_met") == (["Trường Thi", "Vị Xuyên"], ["1", "2"])
    assert shown(verdict="not_met", group="A") == (["Vị Xuyên"], ["1"])
    assert shown(verdict="differing") == (["Trường Thi"], ["2"])
    assert shown(verdict="differing", group="A") == ([], [])
    nonsense = {"standing": "x", "group": "Z", "verdict": "x", "sort": "x", "opinions": "x"}
    assert shown(**nonsense, page="-1") == (everyone, columns)
    assert shown(**nonsense, q="thi", page="9" * 18) == (["Trường Thi"], columns)


def test_the_order_is_in_the_address_and_its_heads_say_which(
    leader: Client, city: dict[str, Ward]
) -> None:
    def read(**query: str) -> tuple[list[str], list[str | None]]:
        table = Table(leader.get(URL, query))
        head = next(row for row in table.rows if row and row[0].text != "")
        return table.wards, [cell.facts.get("aria-sort") for cell in head[:2]]

    most = ["Lộc Hạ", "Trường Thi", "Vị Xuyên", "Đông A"]
    least = ["Vị Xuyên", "Trường Thi", "Lộc Hạ", "Đông A"]
    assert read(sort="most") == (most, [None, "descending"])
    assert read(sort="least") == (least, [None, "ascending"])
    assert read()[1] == ["ascending", None]
    ways = links(leader.get(URL, {"sort": "most", "group": "A", "page": "1"}))
    assert "/matrix/?sort=least&group=A" in ways
    assert "/matrix/?group=A" in ways


def test_the_filter_keeps_the_day_and_the_order(leader: Client, city: dict[str, Ward]) -> None:
    sent = filled(one(leader.get(URL, {"on": "2026-11-16", "sort": "least"}), ".filters"))
    assert (sent["on"], sent["sort"]) == (["2026-11-16"], ["least"])


def test_htmx_gets_the_matrix_alone_and_the_day_with_what_else_is_asked(
    leader: Client, city: dict[str, Ward]
) -> None:
    page = leader.get(URL)
    fragment = leader.get(URL, {"group": "A"}, headers={"HX-Request": "true"})
    assert "HX-Request" in page.headers["Vary"]
    assert "<html" not in fragment.content.decode()
    assert find(fragment, "[type=hidden][name=group][value=A]")
    assert Table(fragment).wards == Table(page).wards


def test_pages_follow_each_other(
    leader: Client, city: dict[str, Ward], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "PAGE_SIZE", 3)
    first = leader.get(URL, {"sort": "most"})
    second = leader.get(URL, {"sort": "most", "page": "2"})
    assert Table(first).wards == ["Lộc Hạ", "Trường Thi", "Vị Xuyên"]
    assert Table(second).wards == ["Đông A"]
    assert links(first, "[rel=next]") == ["?sort=most&page=2"]
    assert links(second, "[rel=prev]") == ["?sort=most&page=1"]
    foot = [[cell.text for cell in row] for row in Table(first).rows if row][-2:]
    assert [[cell.text for cell in row] for row in Table(second).rows if row][-2:] == foot
    assert Table(leader.get(URL, {"page": "7"})).wards == ["Đông A", "Lộc Hạ", "Trường Thi"]


def test_an_empty_matrix_says_why(leader: Client) -> None:
    assert find(leader.get(URL), ".empty")
    assert leader.get(URL).context["matrix"] is None
    RoundFactory(criteria_set=make_set(n_criteria=1))
    assert find(leader.get(URL), ".empty")
    WardFactory(name="Lộc Hạ")
    filtered = leader.get(URL, {"q": "khong co", "on": "2026-11-16"})
    assert "/matrix/?on=2026-11-16" in links(filtered)
    RoundFactory(year=2025, criteria_set=make_set(n_criteria=0))
    assert Table(leader.get(URL, {"on": "2026-01-01"})).wards == ["Lộc Hạ"]


# --- who sees what ------------------------------------------------------------------------------


def officer_of(ward: Ward, make_user: Callable[..., User]) -> User:
    user = make_user("ward")
    MembershipFactory(user=user, ward=ward)
    return user


def test_an_officer_sees_the_cells_of_their_own_ward_and_the_counts_of_all(
    client_of: Callable[..., Client], make_user: Callable[..., User], city: dict[str, Ward]
) -> None:
    client = client_of(officer_of(city["Trường Thi"], make_user))
    response = client.get(URL)
    table = Table(response)
    assert [cell.href != "" for cell in table.row("Trường Thi")] == [
        True,
        False,
        False,
        *[True] * 4,
    ]
    _, met, missing, hidden = table.row("Vị Xuyên")
    assert (met.text, missing.text, hidden.href) == ("0/4", "4", "")
    assert len(find(response, "[aria-labelledby]")) < 12
    lacking, meeting = [row for row in table.rows if row][-2:]
    assert [cell.text for cell in lacking[2:]] == ["1/3", "0/3", "2/3", "0/2"]
    assert [cell.text for cell in meeting[2:]] == ["2/3", "2/3", "1/3", "1/2"]
    # Narrowed to one ward, the totals would give its verdicts away: they stay the city's.
    narrowed = Table(client.get(URL, {"q": "vi xuyen"}))
    assert narrowed.wards == ["Vị Xuyên"]
    assert [[cell.text for cell in row] for row in narrowed.rows if row][-2:] == [
        [cell.text for cell in lacking],
        [cell.text for cell in meeting],
    ]
    assert Table(client.get(URL, {"verdict": "not_met"})).wards == ["Trường Thi"]
    other = Table(client.get(URL, {"verdict": "not_met", "group": "A"}))
    assert other.wards == []


# --- one number on every page -------------------------------------------------------------------


def test_the_matrix_says_what_the_dashboard_and_the_list_of_wards_say(
    leader: Client, city: dict[str, Ward]
) -> None:
    found = leader.get(URL).context["matrix"]
    told = leader.get(reverse("criteria:dashboard")).context["city"]
    listed = leader.get(reverse("criteria:ward-list")).context["standings"]
    tallies = {row.standing.ward: row.standing.tally for row in found.rows}
    assert tallies == {standing.ward: standing.tally for standing in told.standings}
    assert tallies == {standing.ward: standing.tally for standing in listed}
    unmet = {column.criterion.pk: column.n_not_met for column in found.columns if column.n_not_met}
    assert unmet == {count.criterion.pk: count.n_unmet for count in told.unmet}
    differing = {c.criterion.pk: c.n_differing for c in found.columns if c.n_differing}
    assert differing == {
        count.criterion.pk: count.n_differing for count in told.most_differing_criteria
    }


# --- budgets ------------------------------------------------------------------------------------


def build_province(n_wards: int, n_criteria: int) -> Round:
    """Approve the sheet of every ward: one cell in twenty not met, one in forty differing."""
    round = RoundFactory(criteria_set=make_set(n_criteria=n_criteria))
    Criterion.objects.update(name="Tiếp nhận, giải quyết tin báo, tố giác về tội phạm " * 2)
    person, now = UserFactory(), timezone.now()
    names = [f"Trần Hưng Đạo {n}" for n in range(n_wards)]
    wards = Ward.objects.bulk_create(
        Ward(
            code=f"{n:05}",
            name=name,
            search_name=fold(name),
            sort_key=sort_key(name),
            valid_from=date(2023, 1, 1),
        )
        for n, name in enumerate(names)
    )
    sheets = Assessment.objects.bulk_create(
        Assessment(
            ward=ward,
            round=round,
            n_met=n_criteria,
            n_not_met=0,
            n_not_applicable=0,
            n_pending=0,
            **steps_to("approved", by=person),
        )
        for ward in wards
    )
    criteria = list(round.criteria_set.criteria.all())
    Result.objects.bulk_create(
        Result(
            assessment=sheet,
            criterion=criterion,
            self_verdict="not_met" if (place + row) % 40 == 0 else "met",
            verified_verdict="not_met" if (place + row) % 20 == 0 else "met",
            finding="Lý do",
            entered_by=person,
            entered_at=now,
            verified_by=person,
            verified_at=now,
        )
        for row, sheet in enumerate(sheets)
        for place, criterion in enumerate(criteria)
    )
    return round


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_province_fits_into_its_bytes(leader: Client, language: str) -> None:
    build_province(168, 22)
    leader.cookies["django_language"] = language
    for query in ({}, {"opinions": "both"}, {"on": "2026-11-16"}):
        response = leader.get(URL, query)
        assert len(Table(response).wards) == 168
        # With keys as they are after years of use, whatever the database has counted up to.
        content = re.sub(rb"href=\d+/\d+/\d+/", b"href=120/1168/222/", response.content)
        assert len(content) <= MOST_BYTES


@pytest.mark.parametrize("n_wards", [2, 30])
@pytest.mark.parametrize("role", ["leader", "ward"])
def test_the_matrix_costs_eight_queries_whatever_is_asked(
    client_of: Callable[..., Client],
    make_user: Callable[..., User],
    role: str,
    n_wards: int,
) -> None:
    build_province(n_wards, 3)
    user = make_user(role)
    if role == "ward":
        MembershipFactory(user=user, ward=Ward.objects.get(name="Trần Hưng Đạo 0"))
    client = client_of(user)
    queries = [
        {},
        {"sort": "most", "opinions": "both"},
        {"verdict": "not_met", "group": "A"},
        {"verdict": "differing", "q": "tran", "standing": "ready"},
    ]
    for query in queries:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL, query).status_code == 200
        assert len(captured) <= 8, query
