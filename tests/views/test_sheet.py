from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import gettext

from criteria.models import Activity, Assessment, Result, WardNorm
from criteria.sheets.sheet import read_sheet
from tests.factories import (
    AssessmentFactory,
    CriterionFactory,
    RequirementFactory,
    ResultFactory,
    RoundFactory,
    make_sheet,
)
from tests.reading import filled, find, one, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def assessment():
    """A sheet that asks for a yes or no, a figure against a threshold, and a title."""
    assessment = make_sheet(n_criteria=0)
    criteria_set = assessment.round.criteria_set
    for requirement in [
        {"measure": "yes_no"},
        {"measure": "percent", "comparator": ">=", "threshold": Decimal("70.5"), "unit": "%"},
        {"measure": "title", "unit": "năm"},
    ]:
        RequirementFactory(criterion=CriterionFactory(criteria_set=criteria_set), **requirement)
    return assessment


@pytest.fixture
def city(client_of):
    return client_of("city")


def fields(row, **said):
    """The fields of one row as the page posts them."""
    prefix = f"c{row.criterion.pk}"
    pk = row.lines[0].requirement.pk
    posted = {"version": row.version, "explanation": "", **said}
    return {
        f"{prefix}-{name}{pk if name in ('choice', 'figure', 'year', 'judgement') else ''}": value
        for name, value in posted.items()
    }


def sheet_url(assessment):
    return reverse("criteria:sheet", args=[assessment.round_id, assessment.ward_id])


def row_url(assessment, row):
    return reverse(
        "criteria:sheet-row", args=[assessment.round_id, assessment.ward_id, row.criterion.pk]
    )


def stored(assessment):
    found = Assessment.objects.select_related("ward", "round").filter(
        ward=assessment.ward, round=assessment.round
    )
    return read_sheet(found.get())


def test_a_row_is_saved_and_the_answer_says_so(city, assessment):
    row = read_sheet(assessment).rows[1]
    response = city.post(row_url(assessment, row), fields(row, figure="70,5"), headers=HTMX)
    assert response.status_code == 200
    assert text(one(response, ".row-saved")).endswith(": 70,5 %")
    assert 'data-hx-swap-oob="true"' in response.content.decode()
    kept = stored(assessment).rows[1]
    assert (kept.lines[0].self_answer.value, kept.self_verdict) == (Decimal("70.50"), "met")


def test_the_first_save_brings_what_there_was_not_without_a_sheet(city, assessment):
    url, version = sheet_url(assessment), {"sheet_version": 0}
    page = city.get(url)
    assert find(page, "#hand-over form") == []
    row, other = read_sheet(assessment).rows[:2]
    answer = city.post(row_url(assessment, row), fields(row, choice="1") | version, headers=HTMX)
    assert one(answer, "#hand-over[data-hx-swap-oob] #step-submit") is not None
    assert one(answer, "#stage[data-hx-swap-oob] .mark-draft") is not None
    assert one(answer, "#sheet-links[data-hx-swap-oob]") is not None
    version = {"sheet_version": one(answer, "[name=sheet_version]").value}
    answer = city.post(
        row_url(assessment, other), fields(other, figure="71") | version, headers=HTMX
    )
    assert find(answer, "#hand-over, #stage") == []
    # Whoever opened the page before somebody else began has seen no sheet either.
    answer = city.post(
        row_url(assessment, other),
        fields(other, figure="72", version=1) | {"sheet_version": 0},
        headers=HTMX,
    )
    assert one(answer, "#hand-over #step-submit") is not None


def test_a_row_says_what_it_lacks_and_the_progress_counts_by_the_same_rule(city, assessment):
    row = read_sheet(assessment).rows[0]
    url = row_url(assessment, row)
    answer = city.post(url, fields(row, choice="1"), headers=HTMX)
    lack = gettext("Lacks a document or an explanation")
    said = gettext("%(n)s of %(total)s can be submitted")
    assert lack in text(one(answer, ".row-lack"))
    assert said % {"n": 0, "total": 3} in text(one(answer, "#progress"))
    row = stored(assessment).rows[0]
    answer = city.post(url, fields(row, choice="1", explanation="Có"), headers=HTMX)
    assert find(answer, ".row-lack") == []
    assert said % {"n": 1, "total": 3} in text(one(answer, "#progress"))
    assert said % {"n": 1, "total": 3} in text(one(answer, "#complete"))
    page = city.get(sheet_url(assessment))
    way = one(page, f"#i{row.criterion.group_id}")
    assert gettext("lacks %(n)s") % {"n": 2} in text(way)


def test_a_group_is_taken_over_by_one_button_each_value_as_by_its_own(city, assessment):
    earlier = RoundFactory(year=2025, criteria_set=assessment.round.criteria_set)
    filled_in = make_result(assessment.ward, earlier)
    page = city.get(sheet_url(assessment))
    buttons = find(page, ".take-group")
    assert buttons
    group = filled_in.criterion.group_id
    url = reverse(
        "criteria:sheet-take-over-group", args=[assessment.round_id, assessment.ward_id, group]
    )
    key = f"c{filled_in.criterion_id}"
    answer = city.post(url, {f"{key}-version": 0}, headers=HTMX)
    assert one(answer, f"#{key}[data-hx-swap-oob]") is not None
    assert find(answer, ".take-over") == []
    (entry,) = Activity.objects.filter(verb="save_result")
    assert str(earlier) in entry.reason
    # From the page as it was, nothing is taken over what somebody has saved since.
    answer = city.post(url, {f"{key}-version": 0}, headers=HTMX)
    assert answer.status_code == 200
    assert Activity.objects.filter(verb="save_result").count() == 1


def make_result(ward, round):
    criterion = round.criteria_set.criteria.first()
    sheet = AssessmentFactory(ward=ward, round=round)
    result = ResultFactory(assessment=sheet, criterion=criterion, self_verdict="met")
    result.values.create(requirement=criterion.requirements.first(), self_value=1)
    return result


def test_the_answer_to_a_save_holds_no_input_that_somebody_may_be_typing_in(city, assessment):
    row = read_sheet(assessment).rows[1]
    response = city.post(row_url(assessment, row), fields(row, figure="71"), headers=HTMX)
    assert {field.type for field in find(response, "input")} == {"hidden"}


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        ("1.250", "1250"),
        ("1,250", "1250"),
        ("abc", "85,5"),
        ("70,555", "1250"),
        ("70,5551", "dấu phẩy"),
        ("1001", "1000"),
        ("-101", "-100"),
        ("85 5", "dấu cách"),
        ("419\t200", "dấu cách"),
        ("85\u00a05", "dấu cách"),
        ("8_5", "85,5"),
        ("1e2", "85,5"),
    ],
)
def test_a_figure_that_cannot_be_read_one_way_is_refused(city, assessment, figure, message):
    row = read_sheet(assessment).rows[1]
    response = city.post(row_url(assessment, row), fields(row, figure=figure), headers=HTMX)
    assert response.status_code == 422
    assert message in text(response)
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("figure", "value"),
    [("85,5", "85.5"), ("85.5", "85.5"), (" 85 % ", "85"), ("-3,25", "-3.25"), ("999", "999")],
)
def test_a_figure_is_read_with_comma_or_point(city, assessment, figure, value):
    row = read_sheet(assessment).rows[1]
    city.post(row_url(assessment, row), fields(row, figure=figure), headers=HTMX)
    assert stored(assessment).rows[1].lines[0].self_answer.value == Decimal(value)


def test_a_title_needs_no_year_typed_and_refuses_a_future_one(city, assessment):
    row = read_sheet(assessment).rows[2]
    url = row_url(assessment, row)
    future = city.post(url, fields(row, choice="1", year="2027"), headers=HTMX)
    assert future.status_code == 422
    city.post(url, fields(row, choice="1", year=""), headers=HTMX)
    assert stored(assessment).rows[2].lines[0].self_answer.value == 2026
    row = stored(assessment).rows[2]
    city.post(url, fields(row, choice="0", year="2026"), headers=HTMX)
    assert stored(assessment).rows[2].lines[0].self_answer.value == 0
    row = stored(assessment).rows[2]
    city.post(url, fields(row, choice="", year="2026"), headers=HTMX)
    assert stored(assessment).rows[2].self_verdict == "pending"


def test_not_applicable_without_a_reason_is_refused_at_its_field(city, assessment):
    row = read_sheet(assessment).rows[0]
    url = row_url(assessment, row)
    refused = city.post(url, fields(row, choice="", not_applicable="on"), headers=HTMX)
    assert refused.status_code == 422
    assert "Giải trình" in text(refused)
    said = fields(row, choice="", not_applicable="on", explanation="Không có")
    assert city.post(url, said, headers=HTMX).status_code == 200
    assert stored(assessment).tally.applicable == 2


def test_a_conflict_shows_both_values_and_keeps_the_page_s_version(client_of, assessment):
    mine, theirs = client_of("city"), client_of("city")
    row = read_sheet(assessment).rows[1]
    url = row_url(assessment, row)
    theirs.post(url, fields(row, figure="80"), headers=HTMX)
    conflict = mine.post(url, fields(row, figure="60", explanation="của tôi"), headers=HTMX)
    assert conflict.status_code == 409
    shown = text(conflict)
    assert "60 %" in shown
    assert "80 %" in shown
    assert "của tôi" in shown
    body = conflict.content.decode()
    assert f'name="c{row.criterion.pk}-version" value="0"' in body
    keep, take = find(conflict, f"[name=c{row.criterion.pk}-keep], .row-choices a")
    assert keep.get("value") == "1"
    assert keep.get("data-hx-post") == take.get("data-hx-get") == take.get("href") == url
    assert stored(assessment).rows[1].lines[0].self_answer.value == 80

    again = mine.post(url, fields(row, figure="61"), headers=HTMX)
    assert again.status_code == 409

    kept = mine.post(url, fields(row, figure="61", keep="1"), headers=HTMX)
    assert kept.status_code == 200
    assert stored(assessment).rows[1].lines[0].self_answer.value == 61


def test_one_row_is_shown_anew_with_what_is_stored(city, assessment):
    row = read_sheet(assessment).rows[1]
    city.post(row_url(assessment, row), fields(row, figure="80"), headers=HTMX)
    response = city.get(row_url(assessment, row), headers=HTMX)
    assert 'value="80"' in response.content.decode()


def test_the_page_offers_the_control_that_each_measure_asks_for(city, assessment):
    body = city.get(sheet_url(assessment)).content.decode()
    yes_no, percent, title = read_sheet(assessment).rows
    for row, kind, n in [(yes_no, "choice", 3), (percent, "figure", 1), (title, "choice", 3)]:
        name = f"c{row.criterion.pk}-{kind}{row.lines[0].requirement.pk}"
        assert body.count(f'name="{name}"') == n
    assert "≥ 70,5 %" in text(city.get(sheet_url(assessment)))
    assert f'value="{assessment.round.year}"' in body


def test_a_figure_without_threshold_asks_for_a_judgement(city):
    assessment = make_sheet(n_criteria=0)
    criterion = CriterionFactory(criteria_set=assessment.round.criteria_set)
    RequirementFactory(criterion=criterion, measure="number", comparator=">=")
    row = read_sheet(assessment).rows[0]
    assert (
        f"judgement{row.lines[0].requirement.pk}"
        in city.get(sheet_url(assessment)).content.decode()
    )
    city.post(row_url(assessment, row), fields(row, figure="12", judgement="met"), headers=HTMX)
    assert stored(assessment).rows[0].self_verdict == "met"


def test_the_last_round_s_value_stands_beside(city, assessment):
    row = read_sheet(assessment).rows[1]
    city.post(row_url(assessment, row), fields(row, figure="88,25"), headers=HTMX)
    later = RoundFactory(year=2027, criteria_set=assessment.round.criteria_set)
    url = reverse("criteria:sheet", args=[later.pk, assessment.ward_id])
    assert "Đợt 2026: 88,25 %" in text(city.get(url))


def test_a_changed_norm_is_pointed_out_on_the_sheet(city):
    assessment = make_sheet(n_criteria=0)
    criterion = CriterionFactory(criteria_set=assessment.round.criteria_set)
    requirement = RequirementFactory(
        criterion=criterion, measure="number", comparator=">=", norm_per_ward=True, unit="m²"
    )
    row = read_sheet(assessment).rows[0]
    url = row_url(assessment, row)
    city.post(url, fields(row, figure="140", judgement="met"), headers=HTMX)
    WardNorm.objects.create(
        ward=assessment.ward,
        requirement=requirement,
        threshold=150,
        legal_basis="TT",
        valid_from=assessment.ward.valid_from,
    )
    body = city.get(sheet_url(assessment)).content.decode()
    assert f'name="c{criterion.pk}-keep" value="1"' in body
    row = stored(assessment).rows[0]
    assert city.post(url, fields(row, figure="140", keep="1"), headers=HTMX).status_code == 200
    assert stored(assessment).rows[0].self_verdict == "not_met"


class TestWithoutJavaScript:
    def posted(self, client, assessment, **changes):
        """The whole form as the page made it, with `changes` typed in."""
        return filled(one(client.get(sheet_url(assessment)), "#sheet")) | changes

    def test_one_button_saves_the_rows_that_changed_and_no_other(self, city, assessment):
        second = read_sheet(assessment).rows[1]
        data = self.posted(city, assessment, **fields(second, figure="70,4"))
        response = city.post(sheet_url(assessment), data, follow=True)
        assert "Đã lưu 1 tiêu chí" in text(response)
        kept = stored(assessment)
        assert [row.self_verdict for row in kept.rows] == ["pending", "not_met", "pending"]
        assert Result.objects.count() == 1

        again = city.post(sheet_url(assessment), self.posted(city, assessment), follow=True)
        assert again.status_code == 200
        assert Result.objects.get().version == 1

    def test_a_bad_row_keeps_what_was_typed_and_the_others_are_saved(self, city, assessment):
        first, second, _third = read_sheet(assessment).rows
        data = self.posted(
            city, assessment, **fields(first, choice="1"), **fields(second, figure="1.250")
        )
        response = city.post(sheet_url(assessment), data)
        assert response.status_code == 422
        assert 'value="1.250"' in response.content.decode()
        assert "Chưa lưu" in text(response)
        assert [row.self_verdict for row in stored(assessment).rows] == [
            "met",
            "pending",
            "pending",
        ]

    def test_a_row_that_somebody_else_changed_is_left_alone_unless_typed_in(
        self, client_of, assessment
    ):
        mine, theirs = client_of("city"), client_of("city")
        first, second, _third = read_sheet(assessment).rows
        untouched = self.posted(mine, assessment, **fields(first, choice="1"))
        theirs.post(row_url(assessment, second), fields(second, figure="80"), headers=HTMX)
        response = mine.post(sheet_url(assessment), untouched, follow=True)
        assert response.redirect_chain
        assert stored(assessment).rows[1].lines[0].self_answer.value == 80

        typed = untouched | fields(second, figure="60")
        conflict = mine.post(sheet_url(assessment), typed)
        assert conflict.status_code == 422
        assert 'value="60"' in conflict.content.decode()
        assert "80 %" in text(conflict)
        keep = filled(one(conflict, "#sheet")) | fields(second, figure="60", keep="1")
        mine.post(sheet_url(assessment), keep)
        assert stored(assessment).rows[1].lines[0].self_answer.value == 60

    def test_the_first_button_of_the_form_overwrites_nobody(self, client_of, assessment):
        mine, theirs = client_of("city"), client_of("city")
        second = read_sheet(assessment).rows[1]
        data = self.posted(mine, assessment, **fields(second, figure="60"))
        theirs.post(row_url(assessment, second), fields(second, figure="80"), headers=HTMX)
        first = find(mine.post(sheet_url(assessment), data), "#sheet button")[0]
        assert "name" not in first.attrib

    def test_a_text_of_several_lines_is_not_touched_by_posting_it_again(self, city, assessment):
        row = read_sheet(assessment).rows[0]
        said = fields(row, choice="1", explanation="Dòng một\r\nDòng hai")
        city.post(row_url(assessment, row), said, headers=HTMX)
        row = stored(assessment).rows[0]
        assert row.self_entry.explanation == "Dòng một\nDòng hai"
        city.post(
            sheet_url(assessment),
            self.posted(city, assessment)
            | fields(row, choice="1", explanation="Dòng một\r\nDòng hai"),
        )
        assert stored(assessment).rows[0].version == 1


def step_url(assessment, step):
    return reverse("criteria:sheet-step", args=[assessment.round_id, assessment.ward_id, step])


def version_for(step, response):
    """The version that the page sends along with a step."""
    (version,) = filled(one(response, f"form[action$='/steps/{step}/']"))["version"]
    return version


def test_a_sheet_goes_from_hand_to_hand_by_its_pages_until_the_dashboard_counts_it(client_of):
    assessment = make_sheet(n_criteria=1)
    officer, verifier = client_of("city"), client_of("verifier")
    url, dashboard = sheet_url(assessment), reverse("criteria:dashboard")
    row = read_sheet(assessment).rows[0]
    said = fields(row, choice="1", explanation="Có hồ sơ")
    officer.post(row_url(assessment, row), said, headers=HTMX)
    for client, step in ((officer, "submit"), (verifier, "begin")):
        version = version_for(step, client.get(url))
        client.post(step_url(assessment, step), {"version": version})
    assert Assessment.objects.get().state == "verifying"

    first = version_for("approve", verifier.get(url))
    agree = reverse("criteria:sheet-verify", args=[assessment.round_id, assessment.ward_id])
    prefix = f"v{row.criterion.pk}"
    verifier.post(agree, {f"{prefix}-version": 1, "agree_row": row.criterion.pk})
    assert "0 /1" in text(verifier.get(dashboard))
    approve = step_url(assessment, "approve")
    stale = verifier.post(approve, {"version": first}, follow=True)
    assert not Assessment.objects.get().is_approved
    assert gettext("The sheet has changed since you opened it. Read it again.") in text(stale)
    for nonsense in ("", "x", "-1", "9" * 30):
        verifier.post(approve, {"version": nonsense})
    assert not Assessment.objects.get().is_approved
    verifier.post(approve, {"version": version_for("approve", verifier.get(url))})
    assert Assessment.objects.get().is_approved
    assert "1 /1" in text(verifier.get(dashboard))
    assert not find(officer.get(url), "#sheet")


def test_the_working_set_says_that_it_is_not_official(city, assessment):
    note = "không phải văn bản chính thức"
    assert note in text(city.get(sheet_url(assessment)))
    assessment.round.criteria_set.is_official = True
    assessment.round.criteria_set.save()
    assert note not in text(city.get(sheet_url(assessment)))


def test_a_sheet_of_an_empty_set_says_what_to_do(city):
    response = city.get(sheet_url(make_sheet(n_criteria=0)))
    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()
