"""The grid: each cell is checked and saved as on the sheet, and a locked ward stays as it is."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from criteria.actions.results import save_result
from criteria.models import Activity, Assessment, Criterion, Extension, Result, Round, Ward
from criteria.readiness.rules import Answer
from criteria.sheets.sheet import Entry, Row, read_sheet
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    steps_to,
)
from tests.reading import filled, find, links, one, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PERCENT = {"measure": "percent", "comparator": ">=", "threshold": Decimal("70.5"), "unit": "%"}
JUDGED = {"measure": "number", "comparator": ">=", "unit": "camera"}


@pytest.fixture
def round() -> Round:
    return RoundFactory(criteria_set=CriteriaSetFactory())


@pytest.fixture
def wards(round: Round) -> list[Ward]:
    return [WardFactory(name=name) for name in ("Cửa Bắc", "Đông Mạc", "Vị Xuyên")]


@pytest.fixture
def city(client_of: Callable[..., Client]) -> Client:
    return client_of("city")


def ask(round: Round, *requirements: dict) -> Criterion:
    criterion = CriterionFactory(criteria_set=round.criteria_set)
    for fields in requirements:
        RequirementFactory(criterion=criterion, **fields)
    return criterion


def page_url(round: Round, criterion: Criterion) -> str:
    return reverse("criteria:round-criterion", args=[round.pk, criterion.pk])


def row_url(round: Round, criterion: Criterion, ward: Ward) -> str:
    return reverse("criteria:grid-row", args=[round.pk, criterion.pk, ward.pk])


def stored(round: Round, criterion: Criterion, ward: Ward) -> Row:
    found = Assessment.objects.select_related("ward", "round").filter(ward=ward, round=round)
    sheet = read_sheet(found.first() or Assessment(ward=ward, round=round))
    return next(row for row in sheet.rows if row.criterion == criterion)


def said(round: Round, criterion: Criterion, ward: Ward, **cells: object) -> dict[str, object]:
    """The fields of one ward as the page posts them; cells by kind, of the first requirement."""
    pk = criterion.requirements.order_by("position").first().pk
    posted = {"version": stored(round, criterion, ward).version, "explanation": "", **cells}
    own = ("version", "was", "keep", "explanation", "not_applicable")
    return {
        f"w{ward.pk}-{kind if kind in own else f'{kind}{pk}'}": value
        for kind, value in posted.items()
    }


def untouched(response: HttpResponse) -> dict[str, list[str]]:
    """What a browser posts of a page that nobody has typed in."""
    return filled(one(response, "#grid"))


def test_a_row_is_saved_and_the_answer_says_it_as_it_is_stored(city, round, wards) -> None:
    criterion = ask(round, PERCENT)
    url = row_url(round, criterion, wards[0])
    response = city.post(url, said(round, criterion, wards[0], figure=" 85.50 "), headers=HTMX)
    assert response.status_code == 200
    assert "Đã lưu" in text(response)
    assert 'value="85,5"' in response.content.decode()
    assert f'name="w{wards[0].pk}-version" value="1"' in response.content.decode()
    row = stored(round, criterion, wards[0])
    assert (row.lines[0].self_answer.value, row.self_verdict) == (Decimal("85.5"), "met")
    assert Activity.objects.get().verb == Activity.Verb.SAVE_RESULT


def test_a_percentage_may_bring_its_sign(city, round, wards) -> None:
    criterion = ask(round, PERCENT)
    url = row_url(round, criterion, wards[0])
    city.post(url, said(round, criterion, wards[0], figure="85,5%"), headers=HTMX)
    assert stored(round, criterion, wards[0]).lines[0].self_answer.value == Decimal("85.5")


@pytest.mark.parametrize(
    ("measure", "word", "value"),
    [
        *[("yes_no", word, 1) for word in ("1", "x", "X", "Có", "CÓ", "co", "yes", "✓", "Đạt")],
        *[("yes_no", word, 0) for word in ("0", "Không", "khong", "k", "Chưa", "no")],
        ("yes_no", "", None),
        ("title", "x", 2026),
        ("title", "Đạt danh hiệu", 2026),
        ("title", "Không đạt", 0),
    ],
)
def test_a_word_that_people_use_is_understood(city, round, wards, measure, word, value) -> None:
    criterion = ask(round, {"measure": measure})
    url = row_url(round, criterion, wards[0])
    response = city.post(url, said(round, criterion, wards[0], choice=word, year=""), headers=HTMX)
    assert response.status_code == 200
    assert stored(round, criterion, wards[0]).lines[0].self_answer.value == value


@pytest.mark.parametrize(
    ("word", "verdict"),
    [("đ", "met"), ("Đ", "met"), ("x", "met"), ("Đạt", "met"), ("", "pending")]
    + [(word, "not_met") for word in ("c", "Chưa đạt", "không đạt", "0", "kđ")],
)
def test_a_judgement_is_written_as_a_word(city, round, wards, word, verdict) -> None:
    criterion = ask(round, JUDGED)
    cells = {"figure": "12", "judgement": word}
    url = row_url(round, criterion, wards[0])
    assert city.post(url, said(round, criterion, wards[0], **cells)).status_code == 200
    assert stored(round, criterion, wards[0]).self_verdict == verdict


def test_a_word_with_two_readings_is_refused_in_its_cell(city, round, wards) -> None:
    """A “c” is “có” to one reader and “chưa” to another."""
    criterion = ask(round, {"measure": "yes_no"})
    url = row_url(round, criterion, wards[0])
    response = city.post(url, said(round, criterion, wards[0], choice="c"), headers=HTMX)
    assert response.status_code == 422
    name = f"w{wards[0].pk}-choice{criterion.requirements.get().pk}"
    cell = one(response, f"[name={name}]")
    assert (cell.value, cell.get("aria-invalid")) == ("c", "true")
    assert cell.get("aria-describedby") == f"e-{name}"
    assert "Có, Không" in text(one(response, f"#e-{name}.grid-error"))
    assert not Result.objects.exists()


def test_not_applicable_asks_why(city, round, wards) -> None:
    criterion = ask(round, PERCENT)
    url = row_url(round, criterion, wards[0])
    cells = {"figure": "", "not_applicable": "on"}
    refused = city.post(url, said(round, criterion, wards[0], **cells), headers=HTMX)
    assert refused.status_code == 422
    assert f'id="e-w{wards[0].pk}-explanation"' in refused.content.decode()
    cells["explanation"] = "Không có đối tượng"
    assert city.post(url, said(round, criterion, wards[0], **cells)).status_code == 200
    assert stored(round, criterion, wards[0]).self_verdict == "not_applicable"


def test_a_stale_save_shows_both_values_and_lets_choose(city, round, wards) -> None:
    criterion = ask(round, PERCENT)
    url = row_url(round, criterion, wards[0])
    mine = said(round, criterion, wards[0], figure="71")
    city.post(url, said(round, criterion, wards[0], figure="90"), headers=HTMX)
    response = city.post(url, mine, headers=HTMX)
    assert response.status_code == 409
    assert "71 %" in text(response)
    assert "90 %" in text(response)
    html = response.content.decode()
    assert 'value="71"' in html
    assert f'name="w{wards[0].pk}-version" value="0"' in html
    keep, take = find(response, "[data-keep], [data-take]")  # which the grid's own script sends
    assert (keep.get("name"), keep.get("value")) == (f"w{wards[0].pk}-keep", "1")
    assert take.get("href") == url

    shown = city.get(url, headers=HTMX)
    assert 'value="90"' in shown.content.decode()
    assert f'name="w{wards[0].pk}-version" value="1"' in shown.content.decode()
    kept = city.post(url, mine | {f"w{wards[0].pk}-keep": 1}, headers=HTMX)
    assert kept.status_code == 200
    assert stored(round, criterion, wards[0]).lines[0].self_answer.value == 71


def test_without_htmx_a_row_is_found_on_its_page(city, round, wards) -> None:
    criterion = ask(round, PERCENT)
    response = city.get(row_url(round, criterion, wards[1]))
    assert response["Location"] == f"{page_url(round, criterion)}#w{wards[1].pk}"


@pytest.mark.parametrize("state", ["submitted", "verifying", "approved"])
def test_a_sheet_that_has_left_the_unit_is_read_only(city, round, wards, state) -> None:
    criterion = ask(round, PERCENT)
    tallies = dict.fromkeys(("n_met", "n_not_met", "n_not_applicable", "n_pending"), 0)
    facts = steps_to(state) | (tallies if state == "approved" else {})
    AssessmentFactory(ward=wards[1], round=round, **facts)
    page = city.get(page_url(round, criterion))
    row = one(page, f"tr#w{wards[1].pk}")
    assert not find(row, "input")
    assert not row.xpath("descendant-or-self::*[@data-url]")
    assert str(Assessment(state=state).get_state_display()) in text(row)
    posted = said(round, criterion, wards[1], figure="80")
    assert city.post(row_url(round, criterion, wards[1]), posted).status_code == 403
    assert len(find(page, "[data-url]")) == 2


def test_after_the_deadline_a_ward_with_an_extension_alone_can_be_entered(
    city, round, wards
) -> None:
    criterion = ask(round, PERCENT)
    Round.objects.update(submit_by=date(2026, 11, 19))
    Extension.objects.create(
        ward=wards[0],
        round=round,
        submit_by=date(2026, 11, 21),
        reason="Bão",
        given_by=UserFactory(),
        given_at="2026-11-19T00:00Z",
    )
    page = city.get(page_url(round, criterion))
    assert page.content.decode().count("data-url=") == 1
    assert text(page).count("19/11/2026") == 2
    posted = said(round, criterion, wards[0], figure="80")
    assert city.post(row_url(round, criterion, wards[0]), posted).status_code == 200
    posted = said(round, criterion, wards[1], figure="80")
    assert city.post(row_url(round, criterion, wards[1]), posted).status_code == 403


def test_a_closed_round_can_be_read(city, round, wards) -> None:
    criterion = ask(round, PERCENT)
    Round.objects.update(status="closed")
    page = city.get(page_url(round, criterion))
    assert page.status_code == 200
    assert 'id="grid"' not in page.content.decode()
    assert "grid.js" not in page.content.decode()


def test_the_page_shows_each_ward_with_threshold_and_last_round_and_links(
    city, round, wards
) -> None:
    first, second, third = (ask(round, PERCENT) for _ in range(3))
    before = RoundFactory(year=2025, criteria_set=round.criteria_set)
    enter(before, second, wards[2], 66)
    response = city.get(page_url(round, second))
    html = response.content.decode()
    heads = find(response, "th[scope=row]")
    assert [text(find(head, "a")[-1]) for head in heads] == [w.name for w in wards]
    assert html.count("≥ 70,5 %") == 3
    assert html.count(">66 %<") == 1
    assert page_url(round, first) in html
    assert page_url(round, third) in html
    sheet = reverse("criteria:sheet", args=[round.pk, wards[0].pk])
    assert f"{sheet}#c{second.pk}" in html


def enter(round: Round, criterion: Criterion, ward: Ward, value: int) -> None:
    Round.objects.filter(pk=round.pk).update(submit_by="2026-12-01", verify_by="2026-12-15")
    round.refresh_from_db()
    sheet = read_sheet(Assessment(ward=ward, round=round))
    answers = {line.pk: Answer(Decimal(value)) for line in criterion.requirements.all()}
    save_result(
        sheet, sheet.row(criterion.pk), Entry(answers), version=0, acting_user=UserFactory()
    )


def test_a_criterion_of_another_set_and_a_ward_out_of_scope_are_not_found(
    city, round, wards
) -> None:
    criterion = ask(round, PERCENT)
    other = make_set(n_criteria=1).criteria.get()
    commune = WardFactory(kind="commune")
    assert city.get(page_url(round, other)).status_code == 404
    assert city.post(row_url(round, other, wards[0]), {}).status_code == 404
    assert city.post(row_url(round, criterion, commune), {}).status_code == 404


@pytest.mark.parametrize("role", ["ward", "verifier", "leader", "administrator"])
def test_the_grid_is_for_city_officers_alone(client_of, round, wards, role) -> None:
    criterion = ask(round, PERCENT)
    client = client_of(role)
    assert client.get(page_url(round, criterion)).status_code == 403
    assert client.post(page_url(round, criterion)).status_code == 403
    posted = said(round, criterion, wards[0], figure="80")
    assert client.post(row_url(round, criterion, wards[0]), posted).status_code == 403
    assert not Result.objects.exists()
    page = client.get(reverse("criteria:round-detail", args=[round.pk]))
    assert page_url(round, criterion) not in page.content.decode()


def columns_of(client, round: Round) -> dict[str, str]:
    """What the list of the round's criteria says of each, by the address of its grid."""
    page = client.get(reverse("criteria:columns", args=[round.pk]))
    urls = links(page, ".table-columns a")
    told = [text(cell).replace(" ", "") for cell in find(page, ".table-columns td")]
    return dict(zip(urls, told, strict=True))


def test_the_list_of_criteria_says_how_many_wards_are_filled_in(city, round, wards) -> None:
    """Only of the round's own wards, and only what somebody has judged; complete is what may go."""
    begun, empty = (ask(round, PERCENT) for _ in range(2))
    before = RoundFactory(year=2025, criteria_set=round.criteria_set)
    enter(before, empty, wards[0], 66)
    for ward in wards:
        assert columns_of(city, round)[page_url(round, begun)] == f"{wards.index(ward)}/3"
        enter(round, begun, ward, 80)
    assert columns_of(city, round)[page_url(round, begun)] == "3/3"  # without any grounds
    Result.objects.update(explanation="Theo báo cáo")
    assert columns_of(city, round) == {
        page_url(round, begun): "3/3đủ",
        page_url(round, empty): "0/3",
    }
    Result.objects.filter(assessment__ward=wards[0]).update(self_verdict="pending")
    assert columns_of(city, round)[page_url(round, begun)] == "2/3"
    Ward.objects.filter(pk=wards[0].pk).update(valid_to=round.ends_on)
    assert columns_of(city, round)[page_url(round, begun)] == "2/2đủ"


@pytest.mark.parametrize("name", ["work", "round-detail"])
def test_the_way_to_the_grids_is_in_sight_of_who_fills_them_in(
    city, client_of, round, wards, name
) -> None:
    ask(round, PERCENT)
    url = reverse(f"criteria:{name}", args=[round.pk] if name == "round-detail" else [])
    ways = {reverse("criteria:columns-current"), reverse("criteria:columns", args=[round.pk])}
    assert ways & set(links(city.get(url), "main a.btn"))
    assert not ways & set(links(client_of("leader").get(url), "a"))
    current, of_round = (city.get(way).context["round"] for way in sorted(ways))
    assert current == of_round == round


def test_the_grid_names_its_round_and_leads_back_to_the_list(city, round, wards) -> None:
    page = city.get(page_url(round, ask(round, PERCENT)))
    assert str(round) in text(one(page, "h1"))
    assert reverse("criteria:columns", args=[round.pk]) in links(page, ".trail a")


class TestWithoutJavaScript:
    def test_one_button_saves_the_rows_that_changed_and_no_other(self, city, round, wards) -> None:
        criterion = ask(round, PERCENT)
        url = page_url(round, criterion)
        posted = untouched(city.get(url))
        assert city.post(url, posted, follow=True).status_code == 200
        assert not Result.objects.exists()
        posted |= said(round, criterion, wards[0], figure="80")
        posted |= said(round, criterion, wards[2], figure="60")
        response = city.post(url, posted, follow=True)
        assert response.redirect_chain == [(url, 302)]
        assert {result.assessment.ward for result in Result.objects.all()} == {wards[0], wards[2]}
        assert 'value="60"' in response.content.decode()

    def test_what_is_refused_keeps_its_text_and_its_error_and_the_rest_is_saved(
        self, city, round, wards
    ) -> None:
        criterion = ask(round, PERCENT, JUDGED)
        url = page_url(round, criterion)
        posted = untouched(city.get(url))
        posted |= said(round, criterion, wards[0], figure="1.250", explanation="Lý do")
        posted |= said(round, criterion, wards[1], figure="99")
        response = city.post(url, posted)
        assert response.status_code == 422
        html = response.content.decode()
        assert 'value="1.250"' in html
        assert ">Lý do</textarea>" in html
        assert html.count("grid-error") == html.count('aria-invalid="true"') == 1
        assert "Cửa Bắc" in text(response).split("Keys")[0]
        assert stored(round, criterion, wards[1]).lines[0].self_answer.value == 99
        assert not Result.objects.filter(assessment__ward=wards[0]).exists()

    def test_a_stale_row_is_shown_with_both_values_and_can_be_kept(
        self, city, round, wards
    ) -> None:
        criterion = ask(round, PERCENT)
        url = page_url(round, criterion)
        posted = untouched(city.get(url))
        enter(round, criterion, wards[0], 90)
        untyped = city.post(url, posted)
        assert untyped.status_code == 302
        posted |= said(round, criterion, wards[0], figure="71", version=0)
        response = city.post(url, posted)
        assert response.status_code == 422
        assert "90 %" in text(response)
        kept = city.post(url, posted | {f"w{wards[0].pk}-keep": 1})
        assert kept.status_code == 302
        assert stored(round, criterion, wards[0]).lines[0].self_answer.value == 71

    def test_a_sheet_submitted_meanwhile_is_left_alone_and_said_so(
        self, city, round, wards
    ) -> None:
        criterion = ask(round, PERCENT)
        url = page_url(round, criterion)
        posted = untouched(city.get(url)) | said(round, criterion, wards[0], figure="71")
        AssessmentFactory(ward=wards[0], round=round, **steps_to("submitted"))
        response = city.post(url, posted)
        assert response.status_code == 422
        assert 'value="71"' in response.content.decode()
        assert not Result.objects.exists()

    def test_a_text_of_several_lines_is_not_touched_by_posting_it_again(
        self, city, round, wards
    ) -> None:
        criterion = ask(round, PERCENT)
        lines = {"figure": "80", "explanation": "Một\r\nHai"}
        city.post(row_url(round, criterion, wards[0]), said(round, criterion, wards[0], **lines))
        url = page_url(round, criterion)
        posted = untouched(city.get(url))
        posted[f"w{wards[0].pk}-explanation"] = "Một\r\nHai"
        city.post(url, posted)
        assert Result.objects.get().version == 1

    def test_the_cells_of_a_whole_province_fit_in_one_request(self, city, round, settings) -> None:
        criterion = ask(round, {"measure": "title"}, {"measure": "title"}, JUDGED)
        WardFactory()
        page = city.get(page_url(round, criterion))
        n_fields = len(untouched(page)) + 1  # a box is posted where it is ticked
        assert 168 * n_fields < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
