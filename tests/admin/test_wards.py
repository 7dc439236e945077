"""The list of wards and a ward's page."""

from datetime import date

import pytest
from django.urls import reverse

from criteria.models import (
    Activity,
    Pledge,
    Ward,
    WardBoundary,
    WardNorm,
    WardSuccession,
    WardTile,
)
from criteria.readiness.standing import standings
from tests.admin.forms import add_row, errors, save, shown
from tests.factories import (
    AssessmentFactory,
    MembershipFactory,
    RequirementFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.reading import one

LIST = reverse("admin:criteria_ward_changelist")
TODAY = date(2026, 11, 20)


def page_of(ward):
    return reverse("admin:criteria_ward_change", args=[ward.pk])


@pytest.fixture
def city(db, time_machine):
    """One ward of each standing on 20/11/2026, after the round that ended on 15/11."""
    time_machine.move_to(TODAY, tick=False)
    round = RoundFactory(year=2026, criteria_set=make_set(n_criteria=3))
    wards = {
        name: WardFactory(name=name)
        for name in ["Trường Thi", "Đông A", "Vị Khê", "Mỹ Lộc", "Lộc Hòa"]
    }
    approve_with(wards["Trường Thi"], round, {1: "met", 2: "met", 3: "met"})
    approve_with(wards["Đông A"], round, {1: "met", 2: "not_met", 3: "not_applicable"})
    approve_with(wards["Vị Khê"], round, {1: "met", 2: "met", 3: "not_applicable"})
    AssessmentFactory(ward=wards["Mỹ Lộc"], round=round)
    gone = WardFactory(name="Vị Hoàng", valid_to=date(2026, 1, 1))
    approve_with(gone, round, {1: "met", 2: "met", 3: "met"})
    WardFactory(name="Nam Vân", kind=Ward.Kind.COMMUNE)
    return wards


def listed(client, **query):
    return {ward.name for ward in client.get(LIST, query).context["cl"].result_list}


def test_the_list_says_what_the_dashboard_says(office, city):
    page = office.get(LIST)
    here = {
        ward.pk: ward.standing_today
        for ward in page.context["cl"].result_list
        if ward.standing_today is not None
    }
    there = {standing.ward.pk: standing for standing in standings(TODAY)}
    assert len(there) == 5
    assert here.keys() == there.keys()
    for pk, standing in there.items():
        assert (here[pk].round, here[pk].tally) == (standing.round, standing.tally)
        assert here[pk].is_ready == standing.is_ready
    assert "3/3" in page.content.decode()
    assert "1/2" in page.content.decode()


@pytest.mark.parametrize(
    ("standing", "names"),
    [
        ("ready", {"Trường Thi", "Vị Khê"}),
        ("not_ready", {"Đông A"}),
        ("no_sheet", {"Mỹ Lộc", "Lộc Hòa"}),
        ("out", {"Vị Hoàng", "Nam Vân"}),
    ],
)
def test_the_list_is_filtered_by_standing(office, city, standing, names):
    assert listed(office, standing=standing) == names


def test_the_list_is_filtered_by_kind_and_by_being_in_force(office, city):
    assert listed(office, kind="commune") == {"Nam Vân"}
    assert listed(office, in_force="no") == {"Vị Hoàng"}
    assert "Vị Hoàng" not in listed(office, in_force="yes")


@pytest.mark.parametrize("words", ["truong thi", "TRƯỜNG", "thi truong", "Trường Thi"])
def test_a_ward_is_found_without_diacritics(office, city, words):
    assert listed(office, q=words) == {"Trường Thi"}


def test_a_ward_is_found_by_its_code(office, city):
    city["Đông A"].code = "13693"
    city["Đông A"].save()
    assert listed(office, q="1369") == {"Đông A"}


def test_before_any_round_has_ended_no_ward_has_a_standing(office, city, time_machine):
    time_machine.move_to(date(2026, 3, 1))
    assert listed(office, standing="ready") == set()
    assert "Trường Thi" in listed(office, standing="no_sheet")


def test_dates_and_figures_are_read_as_vietnamese_writes_them(office, administrator):
    ward = WardFactory(name="Lộc Hạ")
    answer = save(office, page_of(ward), valid_to="05/09/2026", area_km2="12,5", population="31031")
    assert answer.status_code == 302
    ward.refresh_from_db()
    assert ward.valid_to == date(2026, 9, 5)
    assert str(ward.area_km2) == "12.50"
    entry = Activity.objects.get()
    assert (entry.verb, entry.actor, entry.ward) == ("change", administrator, ward)
    assert entry.before == {"valid_to": None, "area_km2": None, "population": None}
    assert entry.after == {"valid_to": "2026-09-05", "area_km2": "12.5", "population": 31031}


def test_a_page_saved_as_it_was_shown_changes_nothing(office):
    ward = WardFactory(valid_to=date(2026, 9, 5), area_km2="12.50", population=188751)
    WardTile.objects.create(ward=ward, valid_from=date(2023, 1, 1), column=1, row=2)
    norm = RequirementFactory(measure="number", comparator=">=", norm_per_ward=True)
    WardNorm.objects.create(
        ward=ward, requirement=norm, threshold="420.50", legal_basis="x", valid_from="2023-01-01"
    )
    assert save(office, page_of(ward)).status_code == 302
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("area_km2", "1.250"),
        ("area_km2", "12 5"),
        ("population", "12.000"),
        ("population", "12 000"),
    ],
)
def test_a_figure_that_reads_two_ways_is_refused(office, column, typed):
    ward = WardFactory()
    answer = save(office, page_of(ward), **{column: typed})
    assert answer.status_code == 200
    assert len(errors(answer)) == 1
    assert one(answer, f"[name={column}]").get("value") == typed


def test_rows_of_the_page_are_logged_each(office):
    ward = WardFactory()
    norm = RequirementFactory(measure="number", comparator=">=", norm_per_ward=True)
    values = shown(office.get(page_of(ward)))
    rows = {
        **add_row(values, "tiles", valid_from="01/01/2023", column=3, row=4),
        **add_row(values, "pledges", year=2026),
        **add_row(
            values,
            "norms",
            requirement=norm.pk,
            threshold="420,5",
            legal_basis="Thông tư",
            valid_from="01/07/2025",
        ),
    }
    assert office.post(page_of(ward), {**values, **rows}).status_code == 302
    assert str(ward.norms.get().threshold) == "420.50"
    logged = set(Activity.objects.values_list("verb", "object_type", "ward"))
    kinds = ["wardtile", "pledge", "wardnorm"]
    assert logged == {("create", f"criteria.{kind}", ward.pk) for kind in kinds}


def test_a_place_on_the_map_is_taken_away_and_a_pledge_is_not(office):
    ward = WardFactory()
    tile = WardTile.objects.create(ward=ward, valid_from=date(2023, 1, 1), column=1, row=1)
    pledge = Pledge.objects.create(ward=ward, year=2026)
    gone = {"tiles-0-DELETE": "on", "pledges-0-DELETE": "on"}
    assert save(office, page_of(ward), **gone).status_code == 302
    assert not ward.tiles.exists()
    assert ward.pledges.get() == pledge
    entry = Activity.objects.get()
    assert (entry.verb, entry.object_id, entry.before["column"]) == ("delete", tile.pk, 1)


def test_the_norms_offered_are_those_of_requirements_that_ask_for_them(office):
    own = RequirementFactory(measure="number", comparator=">=", norm_per_ward=True)
    RequirementFactory(measure="number", comparator=">=", threshold=1)
    page = office.get(page_of(WardFactory()))
    inline = next(
        formset
        for formset in page.context["inline_admin_formsets"]
        if formset.opts.model is WardNorm
    )
    offered = [value for value, _label in inline.formset.empty_form.fields["requirement"].choices]
    assert [str(value) for value in offered] == ["", str(own.pk)]


def test_the_end_of_a_ward_and_what_became_of_it_are_entered_at_once(office):
    ward, heir = WardFactory(), WardFactory(valid_from=date(2025, 7, 1))
    values = shown(office.get(page_of(ward)))
    row = add_row(
        values,
        "successions",
        successor=heir.pk,
        effective_on="01/07/2025",
        relation="merged_into",
        legal_basis="Nghị quyết 1674",
    )
    too_early = office.post(page_of(ward), {**values, **row})
    assert too_early.status_code == 200
    assert len(errors(too_early)) == 1
    answer = office.post(page_of(ward), {**values, **row, "valid_to": "01/07/2025"})
    assert answer.status_code == 302
    assert ward.successions.get().successor == heir
    origins = office.get(page_of(heir)).content.decode()
    assert ward.name in origins
    assert "origins-0-effective_on" not in origins


def test_a_predecessor_outside_the_city_is_entered_on_a_page_of_its_own(office):
    heir = WardFactory(valid_from=date(2025, 7, 1))
    answer = save(
        office,
        reverse("admin:criteria_wardsuccession_add"),
        outside_name="Nam Vân cũ",
        successor=heir.pk,
        effective_on="01/07/2025",
        relation="merged_into",
        legal_basis="Nghị quyết 1674",
    )
    assert answer.status_code == 302
    assert WardSuccession.objects.get().outside_name == "Nam Vân cũ"


def test_a_commune_has_no_norms_and_pledges(office):
    commune = WardFactory(kind=Ward.Kind.COMMUNE)
    page = office.get(page_of(commune))
    kinds = {formset.opts.model for formset in page.context["inline_admin_formsets"]}
    assert kinds == {WardSuccession, WardTile, WardBoundary}


def test_the_true_outlines_of_a_ward_are_shown_and_not_touched(office):
    ward = WardFactory()
    triangle = [[[[106, 20], [107, 20], [107, 21], [106, 20]]]]
    WardBoundary.objects.create(
        ward=ward, valid_from=date(2024, 9, 1), outline=triangle, source="ranh-gioi.geojson"
    )
    page = office.get(page_of(ward))
    assert "ranh-gioi.geojson" in page.content.decode()
    assert "boundaries-0-source" not in page.content.decode()
    assert save(office, page_of(ward), population="31031").status_code == 302
    assert ward.boundaries.get().outline == triangle


def test_two_rows_that_contradict_each_other_are_refused(office):
    ward = WardFactory()
    values = shown(office.get(page_of(ward)))
    row = {"year": 2025, "decision_number": "1", "decided_on": "01/03/2026", "issued_by": "Bộ"}
    first = add_row(values, "recognitions", **row)
    twice = add_row({**values, "recognitions-TOTAL_FORMS": ["1"]}, "recognitions", **row)
    answer = office.post(page_of(ward), {**values, **first, **twice}, follow=True)
    assert len(answer.context["messages"]) == 1
    assert not ward.recognitions.exists()
    assert not Activity.objects.exists()


# --- choosing a ward ------------------------------------------------------------------------------


def offered(client, model, field, term):
    where = {"app_label": "criteria", "model_name": model, "field_name": field, "term": term}
    answer = client.get(reverse("admin:criteria_ward_options"), where)
    return [result["text"] for result in answer.json()["results"]]


def test_namesakes_are_told_apart_the_latest_first(office):
    WardFactory(name="Trường Thi", code="13657", valid_to=date(2024, 9, 1))
    WardFactory(name="Trường Thi", code="13777", valid_from=date(2025, 7, 1))
    latest, first = offered(office, "recognition", "ward", "truong thi")
    assert "13777" in latest
    assert "01/07/2025" in latest
    assert "13657" in first
    assert "01/09/2024" in first


def test_communes_are_offered_where_they_count(office):
    commune = WardFactory(name="Mỹ Hà", kind=Ward.Kind.COMMUNE)
    assert offered(office, "pledge", "ward", "my ha") == []
    assert offered(office, "membership", "ward", "my ha") == []
    assert len(offered(office, "wardsuccession", "successor", "my ha")) == 1
    url = reverse("admin:criteria_pledge_add")
    assert save(office, url, ward=commune.pk, year=2026).status_code == 200
    assert not Pledge.objects.exists()


def test_the_chosen_ward_is_named_in_full(office):
    membership = MembershipFactory(ward=WardFactory(code="13777"))
    page = office.get(reverse("admin:accounts_user_change", args=[membership.user_id]))
    assert "13777" in page.content.decode()
