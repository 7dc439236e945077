"""Every page of the admin, for everybody, at two sizes."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Group
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from accounts.models import User
from criteria import models
from criteria.actions.records import save_record
from tests.conftest import ROLES
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    EvidenceFactory,
    MembershipFactory,
    RecognitionFactory,
    RequirementFactory,
    ResultFactory,
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
)
from tests.reading import find, one

KEPT = [
    models.CriteriaSet,
    models.Pledge,
    models.Recognition,
    models.RoadmapTarget,
    models.Round,
    models.Ward,
    models.WardNorm,
    models.WardSuccession,
    User,
]
# Criteria are added on the page of their set.
NOT_ADDED = [
    models.Activity,
    models.Assessment,
    models.Criterion,
    models.Evidence,
    models.EvidenceUse,
    models.Extension,
    Group,
]
LISTED = sorted([*KEPT, *NOT_ADDED], key=lambda model: model._meta.label)


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill(start, n):
    """`n` more records of every kind that the admin lists."""
    norm = RequirementFactory(measure="number", comparator=">=", norm_per_ward=True)
    for i in range(start, start + n):
        born = date(2023, 1, 1)
        ward = WardFactory(valid_to=date(2025, 7, 1))
        today = WardFactory()
        heir = WardFactory(valid_from=date(2025, 7, 1))
        models.WardSuccession.objects.create(
            predecessor=ward,
            successor=heir,
            effective_on=date(2025, 7, 1),
            relation="whole_into",
            legal_basis="Nghị quyết 1674",
        )
        models.WardNorm.objects.create(
            ward=today, requirement=norm, threshold=100, legal_basis="x", valid_from=born
        )
        models.Pledge.objects.create(ward=today, year=2025)
        RecognitionFactory(ward=today)
        RoadmapTargetFactory(due_on=date(2030, 12, 31) + timedelta(days=i))
        round = RoundFactory(year=1990 + i)
        RequirementFactory(
            criterion=CriterionFactory(criteria_set=round.criteria_set, replaces=CriterionFactory())
        )
        result = ResultFactory(assessment=AssessmentFactory(ward=today, round=round))
        models.RequirementValue.objects.create(
            result=result, requirement=result.criterion.requirements.get(), self_value=1
        )
        evidence = EvidenceFactory(ward=today)
        given = {"given_by": evidence.added_by, "given_at": timezone.now()}
        models.Extension.objects.create(
            round=round, ward=today, submit_by=round.verify_by, reason="Bão", **given
        )
        models.EvidenceUse.objects.create(
            evidence=evidence,
            result=result,
            attached_by=evidence.added_by,
            attached_at=timezone.now(),
        )
        approve_with(ward, round, {1: "met"})
        MembershipFactory(user=UserFactory(role="Ward officer"), ward=today)
        save_record(WardFactory.build(), acting_user=UserFactory())


def test_nothing_else_is_registered():
    assert {model._meta.label for model in admin.site._registry} == {
        model._meta.label for model in LISTED
    }


def test_administrators_open_and_search_every_list(office):
    fill(0, 1)
    for model in LISTED:
        for query in ({}, {"q": "Phường 1"}, {"q": "“x”"}, {"_facets": 1}, {"all": ""}):
            page = office.get(url(model, "changelist"), query)
            assert page.status_code == 200, (model, query)


def test_administrators_open_every_record_and_its_history(office):
    fill(0, 1)
    for model in LISTED:
        for record in model._default_manager.all():
            assert office.get(url(model, "change", record.pk)).status_code == 200, record
            log = office.get(url(model, "history", record.pk))
            assert log.url.startswith(url(models.Activity, "changelist"))
        assert office.get(log.url).status_code == 200, model


def unnamed_on(page):
    """What people fill in that no label and no `aria-label` names."""
    fields = find(page, "input:not([type=hidden]):not([type=submit]), select, textarea")
    labelled = {label.get("for") for label in find(page, "label")}
    return [
        dict(field.attrib)
        for field in fields
        if not (field.get("aria-label") or field.get("id") in labelled)
        and field.get("name") != "action"  # inside its label
    ]


def test_every_input_has_a_name_for_a_screen_reader(office):
    fill(0, 1)
    draft = CriteriaSetFactory(status="draft")
    CriterionFactory(criteria_set=draft)
    for model in LISTED:
        page = office.get(url(model, "changelist"))
        assert unnamed_on(page) == [], model
        if page.context["cl"].search_fields:
            assert one(page, "#searchbar").get("aria-label"), model
        for record in model._default_manager.all():
            assert unnamed_on(office.get(url(model, "change", record.pk))) == [], record
    page = office.get(url(models.CriteriaSet, "change", draft.pk))
    label = models.Criterion._meta.get_field("number").verbose_name.capitalize()
    assert find(page, f"[aria-label='{label}']")


def test_the_column_of_a_set_s_groups_is_not_named_like_roles():
    model_admin = admin.site.get_model_admin(models.CriteriaSet)
    with translation.override("vi"):
        label = str(label_for_field("n_groups", models.CriteriaSet, model_admin))
        assert label == pgettext("criteria", "groups") != gettext("groups")


def test_administrators_add_what_they_keep_and_nothing_else(office):
    for model in KEPT:
        assert office.get(url(model, "add")).status_code == 200, model
    for model in NOT_ADDED:
        assert office.get(url(model, "add")).status_code == 403, model


def test_a_list_costs_the_same_for_any_number_of_rows(office):
    def costs():
        found = {}
        for model in LISTED:
            with CaptureQueriesContext(connection) as queries:
                page = office.get(url(model, "changelist"))
            found[model] = len(queries), len(page.context["cl"].result_list)
        return found

    fill(0, 2)
    costs()  # what is read once for all
    few = costs()
    fill(2, 18)
    many = costs()
    assert {model: n for model, (n, _rows) in many.items()} == {
        model: n for model, (n, _rows) in few.items()
    }
    assert max(n for n, _rows in many.values()) < 20
    assert all(rows >= 20 for model, (_n, rows) in many.items() if model is not Group)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_the_other_roles_stay_outside(client_of, role):
    fill(0, 1)
    client = client_of(role)
    for model in LISTED:
        record = model._default_manager.first()
        for page in [url(model, "changelist"), url(model, "change", record.pk)]:
            assert client.get(page).status_code in (302, 403), page
        assert client.post(url(model, "add"), {}).status_code in (302, 403), model
    assert client.get(reverse("admin:index")).status_code in (302, 403)


@pytest.mark.parametrize("who", ["administrator", "superuser"])
def test_nothing_disappears(request, client_of, who):
    fill(0, 1)
    client = client_of(request.getfixturevalue(who))
    CriteriaSetFactory(status="draft")
    for model in LISTED:
        if model is models.Criterion:
            continue  # of a draft; see test_catalogue
        for record in model._default_manager.all():
            answer = client.post(url(model, "delete", record.pk), {"post": "yes"})
            assert answer.status_code == 403, model
            assert model._default_manager.filter(pk=record.pk).exists()


def test_no_list_offers_to_delete_what_is_ticked(administrator):
    request = RequestFactory().get("/")
    request.user = administrator
    for model, model_admin in admin.site._registry.items():
        assert "delete_selected" not in model_admin.get_actions(request), model


def test_facts_of_the_business_are_read_only_for_superusers_too(client_of, superuser):
    fill(0, 1)
    client = client_of(superuser)
    for model in NOT_ADDED:
        if model is models.Criterion:
            continue  # is written as long as its set is a draft
        record = model._default_manager.first()
        assert client.get(url(model, "change", record.pk)).status_code == 200
        assert client.post(url(model, "change", record.pk), {}).status_code == 403
        assert client.post(url(model, "add"), {}).status_code == 403
