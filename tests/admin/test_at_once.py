"""Two people with the same page open: the second save does not undo the first."""

import pytest
from django.db import connection
from django.forms import ModelForm
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from criteria.admin.base import RecordForm
from criteria.models import Activity, Criterion, Pledge, Ward
from tests.admin.forms import errors, save, shown
from tests.admin.test_users import role
from tests.factories import (
    MembershipFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
)


def page_of(record):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


@pytest.fixture
def colleague(client_of):
    """The browser of another administrator."""
    return client_of("administrator")


def label(model, name):
    words = str(model._meta.get_field(name).verbose_name)
    return words[:1].upper() + words[1:]


def test_an_old_page_is_refused_and_says_what_changed(office, colleague):
    ward = WardFactory(name="Trường Thi", population=100)
    mine = {**shown(office.get(page_of(ward))), "area_km2": "12,5", "name": "Trường Thi 2"}
    assert save(colleague, page_of(ward), population=200).status_code == 302
    n_logged = Activity.objects.count()

    refused = office.post(page_of(ward), mine)
    assert refused.status_code == 200
    assert len(errors(refused)) == 1
    assert f"“{label(Ward, 'population')}”" in errors(refused)[0]
    assert f"“{label(Ward, 'name')}”" not in errors(refused)[0]
    assert shown(refused)["area_km2"] == ["12,5"]
    assert shown(refused)["name"] == ["Trường Thi 2"]
    ward.refresh_from_db()
    assert (ward.name, ward.population, ward.area_km2) == ("Trường Thi", 200, None)
    assert Activity.objects.count() == n_logged

    # Sent again as it is, it is as old as before.
    assert office.post(page_of(ward), {**shown(refused)}).status_code == 200
    assert save(office, page_of(ward), area_km2="12,5").status_code == 302
    ward.refresh_from_db()
    assert (ward.population, str(ward.area_km2)) == (200, "12.50")


def test_what_was_typed_is_only_refused_for_what_others_have_changed(office):
    """A mistake of one's own leaves the page as fresh as it was."""
    ward = WardFactory()
    refused = save(office, page_of(ward), valid_from="?", population=5)
    assert len(errors(refused)) == 1
    again = {**shown(refused), "valid_from": "01/01/2023"}
    assert office.post(page_of(ward), again).status_code == 302


def test_a_page_that_does_not_say_what_it_showed_is_refused(office):
    ward = WardFactory(name="Lộc Hạ")
    values = {**shown(office.get(page_of(ward))), "name": "Khác"}
    for seen in ("", "?", "[]", "[" * 100_000):
        assert office.post(page_of(ward), {**values, "seen": seen}).status_code == 200
    ward.refresh_from_db()
    assert ward.name == "Lộc Hạ"


@pytest.mark.parametrize("kind", ["round", "set", "criterion"])
def test_records_of_every_kind_are_kept_from_old_pages(office, colleague, kind):
    if kind == "round":
        record, name = RoundFactory(), "name"
    else:
        draft = make_set(n_criteria=1, status="draft")
        record, name = (draft, "title") if kind == "set" else (draft.criteria.get(), "name")
    mine = {**shown(office.get(page_of(record))), name: "Của tôi"}
    assert save(colleague, page_of(record), **{name: "Của người khác"}).status_code == 302
    refused = office.post(page_of(record), mine)
    assert len(errors(refused)) == 1
    assert label(type(record), name) in errors(refused)[0]
    record.refresh_from_db()
    assert getattr(record, name) == "Của người khác"


def test_rows_of_a_page_are_kept_too(office, colleague):
    ward = WardFactory()
    pledge = Pledge.objects.create(ward=ward, year=2026)
    mine = {**shown(office.get(page_of(ward))), "population": "7"}
    save(colleague, page_of(ward), **{"pledges-0-year": 2027})
    refused = office.post(page_of(ward), mine)
    assert len(errors(refused)) == 1
    assert label(Pledge, "year") in errors(refused)[0]
    pledge.refresh_from_db()
    ward.refresh_from_db()
    assert (pledge.year, ward.population) == (2027, None)


def test_a_row_that_somebody_has_removed_is_not_made_again(office, colleague):
    draft = make_set(n_criteria=1, status="draft")
    criterion = draft.criteria.get()
    mine = shown(office.get(page_of(criterion)))
    save(colleague, page_of(criterion), **{"requirements-0-DELETE": "on"})
    assert criterion.requirements.count() == 0
    assert office.post(page_of(criterion), mine).status_code == 200
    assert Criterion.objects.get().requirements.count() == 0


def test_roles_given_meanwhile_are_not_taken_away(office, colleague):
    person = UserFactory(role="Leader")
    mine = {**shown(office.get(page_of(person))), "full_name": "Tên mới"}
    both = [role("Leader").pk, role("Verifier").pk]
    assert save(colleague, page_of(person), groups=both).status_code == 302
    refused = office.post(page_of(person), mine)
    assert len(errors(refused)) == 1
    assert User.objects.get(pk=person.pk).groups.count() == 2


def test_a_sign_in_is_not_a_change(office, client_of):
    person = UserFactory(role="Leader")
    mine = {**shown(office.get(page_of(person))), "full_name": "Tên mới"}
    client_of(person)
    assert office.post(page_of(person), mine).status_code == 302


def test_the_page_gives_nothing_away(office):
    person = UserFactory(email="rieng@example.com")
    MembershipFactory(user=person)
    seen = shown(office.get(page_of(person)))["seen"][0]
    assert "rieng" not in seen
    assert "password" not in seen


def test_the_comparison_asks_the_database_nothing(office, monkeypatch):
    criterion = make_set(n_criteria=1, status="draft").criteria.get()
    for _ in range(9):
        RequirementFactory(criterion=criterion)

    def cost():
        values = shown(office.get(page_of(criterion)))
        with CaptureQueriesContext(connection) as queries:
            assert office.post(page_of(criterion), values).status_code == 302
        return len(queries)

    cost()
    compared = cost()
    monkeypatch.setattr(RecordForm, "clean", ModelForm.clean)
    assert cost() == compared
