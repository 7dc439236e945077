"""Drafts are worked on, cloned and published; what is published stays as it is."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.actions.catalogue import publish_set
from criteria.admin import catalogue
from criteria.models import Activity, CriteriaSet, Criterion, Round, WardNorm
from tests.admin.forms import add_row, errors, save, shown
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    CriterionGroupFactory,
    RequirementFactory,
    RoundFactory,
    WardFactory,
    make_set,
)
from tests.reading import find, one, text

LIST = reverse("admin:criteria_criteriaset_changelist")


def page_of(record, page="change"):
    return reverse(f"admin:criteria_{record._meta.model_name}_{page}", args=[record.pk])


def publish(office, draft):
    """Publish what the page that asks has shown."""
    seen = one(office.get(page_of(draft, "publish")), "[name=seen]").get("value")
    return office.post(page_of(draft, "publish"), {"seen": seen})


@pytest.fixture
def draft(db):
    return make_set(n_criteria=2, status="draft", code="draft")


@pytest.fixture
def published(db):
    return make_set(n_criteria=2, status="published", code="published")


# --- the list -------------------------------------------------------------------------------------


def test_the_list_counts_groups_and_criteria(office, draft):
    CriterionGroupFactory(criteria_set=draft, code="B")
    empty = CriteriaSetFactory()
    counts = {
        row.pk: (row.n_groups, row.n_criteria) for row in office.get(LIST).context["cl"].result_list
    }
    assert counts == {draft.pk: (2, 2), empty.pk: (0, 0)}


def test_criteria_are_found_without_diacritics_and_by_set(office, draft, published):
    draft.criteria.update(name="x")
    wanted = CriterionFactory(criteria_set=draft, name="Trụ sở làm việc bảo đảm diện tích")
    url = reverse("admin:criteria_criterion_changelist")
    found = office.get(url, {"q": "dien tich tru so"}).context["cl"].result_list
    assert list(found) == [wanted]
    of_set = office.get(url, {"criteria_set__id__exact": published.pk}).context["cl"].result_list
    assert set(of_set) == set(published.criteria.all())


# --- a draft --------------------------------------------------------------------------------------


def test_a_new_set_is_a_draft_with_its_groups(office):
    url = reverse("admin:criteria_criteriaset_add")
    rows = add_row(shown(office.get(url)), "groups", code="A", name="Lãnh đạo")
    answer = save(office, url, title="Bộ mới", code="moi", effective_from="05/09/2026", **rows)
    assert answer.status_code == 302
    made = CriteriaSet.objects.get()
    assert (made.status, made.effective_from) == ("draft", date(2026, 9, 5))
    assert made.groups.get().name == "Lãnh đạo"
    assert Activity.objects.filter(verb="create").count() == 2


def test_the_status_cannot_be_typed(office, draft):
    assert save(office, page_of(draft), status="published").status_code == 302
    draft.refresh_from_db()
    assert draft.is_draft


def test_criteria_are_added_and_changed_on_the_page_of_their_set(office, draft):
    first = draft.criteria.get(number=1)
    group = draft.groups.get()
    values = shown(office.get(page_of(draft)))
    row = add_row(values, "criteria", number=3, code="TC03", group=group.pk, name="Mới")
    assert office.post(page_of(draft), {**values, **row}).status_code == 302
    added = draft.criteria.get(number=3)
    assert (added.name, added.search_name) == ("Mới", "moi tc03")
    index = next(
        name
        for name, value in shown(office.get(page_of(draft))).items()
        if name.endswith("-id") and name.startswith("criteria-") and value == [str(first.pk)]
    ).split("-")[1]
    save(office, page_of(draft), **{f"criteria-{index}-name": "Đổi tên"})
    first.refresh_from_db()
    assert first.name == "Đổi tên"
    assert [entry.verb for entry in Activity.objects.order_by("seq")] == ["create", "change"]


def test_a_criterion_is_offered_the_groups_of_its_own_set(office, draft, published):
    page = office.get(page_of(draft))
    criteria = page.context["inline_admin_formsets"][1].formset
    assert [str(value) for value, _ in criteria.empty_form.fields["group"].choices][1:] == [
        str(draft.groups.get().pk)
    ]
    criterion = draft.criteria.get(number=1)
    foreign = save(office, page_of(criterion), group=published.groups.get().pk)
    assert foreign.status_code == 200
    assert len(errors(foreign)) == 1


def test_a_number_is_used_once_in_a_set(office, draft):
    answer = save(office, page_of(draft.criteria.get(number=1)), number=2)
    assert answer.status_code == 200
    assert len(errors(answer)) == 1


def test_a_page_costs_the_same_for_any_number_of_criteria(office, draft, django_assert_num_queries):
    office.get(page_of(draft))
    with CaptureQueriesContext(connection) as few:
        office.get(page_of(draft))
    for _ in range(20):
        CriterionFactory(criteria_set=draft)
    with django_assert_num_queries(len(few)):
        office.get(page_of(draft))


def test_requirements_are_kept_on_the_page_of_their_criterion(office, draft):
    criterion = draft.criteria.get(number=1)
    values = shown(office.get(page_of(criterion)))
    row = add_row(
        values,
        "requirements",
        position=2,
        text="Tỷ lệ hài lòng",
        measure="percent",
        comparator=">=",
        threshold="85,5",
        unit="%",
        origin="official",
    )
    assert office.post(page_of(criterion), {**values, **row}).status_code == 302
    assert str(criterion.requirements.get(position=2).threshold) == "85.50"
    row["requirements-1-comparator"] = ""
    row["requirements-1-position"] = 3
    values = shown(office.get(page_of(criterion)))
    renamed = {name.replace("-1-", "-2-"): value for name, value in row.items()}
    refused = office.post(page_of(criterion), {**values, **renamed, "requirements-TOTAL_FORMS": 3})
    assert refused.status_code == 200
    assert len(errors(refused)) == 1


def test_a_criterion_names_its_forerunner(office, draft, published):
    old = published.criteria.get(number=1)
    where = {"app_label": "criteria", "model_name": "criterion", "field_name": "replaces"}
    answer = office.get(reverse("admin:criteria_criterion_options"), {**where, "term": "tieu chi"})
    texts = {result["id"]: result["text"] for result in answer.json()["results"]}
    assert texts[str(old.pk)] == f"{old} (published)"
    save(office, page_of(draft.criteria.get(number=2)), replaces=old.pk)
    assert draft.criteria.get(number=2).replaces == old


def test_a_criterion_of_a_draft_is_deleted_and_the_log_keeps_all_it_said(office, draft):
    criterion = draft.criteria.get(number=2)
    requirement = criterion.requirements.get()
    assert office.post(page_of(criterion, "delete"), {"post": "yes"}).status_code == 302
    assert not Criterion.objects.filter(pk=criterion.pk).exists()
    logged = dict(Activity.objects.filter(verb="delete").values_list("object_type", "before"))
    assert logged["criteria.criterion"]["name"] == criterion.name
    assert logged["criteria.requirement"]["text"] == requirement.text


def test_a_criterion_with_norms_is_not_deleted(office, draft):
    requirement = RequirementFactory(
        criterion=draft.criteria.get(number=1),
        measure="number",
        comparator=">=",
        norm_per_ward=True,
    )
    WardNorm.objects.create(
        ward=WardFactory(),
        requirement=requirement,
        threshold=1,
        legal_basis="x",
        valid_from=date(2025, 1, 1),
    )
    office.post(page_of(requirement.criterion, "delete"), {"post": "yes"})
    office_page = shown(office.get(page_of(draft)))
    tick = {f"criteria-{i}-DELETE": "on" for i in range(2)}
    assert office.post(page_of(draft), {**office_page, **tick}).status_code == 200
    assert draft.criteria.count() == 2


# --- what is published ----------------------------------------------------------------------------


@pytest.fixture(params=["administrator", "superuser"])
def anybody(request, client_of):
    return client_of(request.getfixturevalue(request.param))


def test_a_published_set_is_read_and_not_written(anybody, published):
    criterion = published.criteria.get(number=1)
    for record in (published, criterion):
        page = anybody.get(page_of(record))
        assert page.status_code == 200
        assert not page.context["has_change_permission"]
        for formset in page.context["inline_admin_formsets"]:
            assert not formset.has_add_permission
            assert not formset.has_change_permission
            assert not formset.has_delete_permission
    rename = {"title": "x", "code": "x", "effective_from": "01/01/2026", "groups-TOTAL_FORMS": 0}
    assert anybody.post(page_of(published), rename).status_code == 403
    assert anybody.post(page_of(criterion), {"name": "x", "number": 9}).status_code == 403
    assert anybody.post(page_of(criterion, "delete"), {"post": "yes"}).status_code == 403
    assert anybody.post(page_of(published, "delete"), {"post": "yes"}).status_code == 403
    before = published.title, criterion.name
    published.refresh_from_db()
    criterion.refresh_from_db()
    assert (published.title, criterion.name) == before
    assert not Activity.objects.exists()


def test_a_set_published_meanwhile_is_not_written(office, administrator, draft, monkeypatch):
    """Somebody publishes between the opening of the page and the write itself."""
    url = page_of(draft.criteria.get(number=1))
    values = shown(office.get(url))
    monkeypatch.setattr(catalogue, "_may_change", lambda record: True)
    publish_set(draft, acting_user=administrator)
    assert office.post(url, {**values, "name": "x"}).status_code == 403
    assert not draft.criteria.filter(name="x").exists()
    assert office.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert draft.criteria.count() == 2


# --- buttons --------------------------------------------------------------------------------------


def test_the_buttons_clone_and_publish(office, administrator, published):
    answer = office.post(page_of(published, "clone"))
    made = CriteriaSet.objects.get(status="draft")
    assert answer.url == page_of(made)
    assert made.code == "published-2"
    assert publish(office, made).url == page_of(made)
    made.refresh_from_db()
    assert made.status == "published"
    logged = Activity.objects.order_by("seq").values_list("verb", "actor", "object_id")
    assert list(logged) == [
        ("clone_set", administrator.pk, made.pk),
        ("publish_set", administrator.pk, made.pk),
    ]


def test_the_action_of_the_list_clones(office, published, draft):
    ticked = {"_selected_action": [draft.pk, published.pk], "action": "clone_selected"}
    office.post(LIST, ticked)
    assert CriteriaSet.objects.filter(status="draft").count() == 3


def test_retiring_asks_first(office, published):
    page = office.get(page_of(published))
    assert one(page, f"details form[action='{page_of(published, 'retire')}']") is not None


def test_a_set_is_retired_from_a_day_on(office, published):
    assert (
        office.post(page_of(published, "retire"), {"effective_to": "1/1/2027"}).status_code == 302
    )
    published.refresh_from_db()
    assert (published.status, published.effective_to) == ("retired", date(2027, 1, 1))
    page = office.get(page_of(published)).content.decode()
    assert page_of(published, "retire") not in page


@pytest.mark.parametrize("day", ["", "31/2/2027", "1/1/2021"])
def test_retiring_wants_a_day_that_is_one(office, published, day):
    page = office.post(page_of(published, "retire"), {"effective_to": day}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    published.refresh_from_db()
    assert published.status == "published"


def test_publishing_says_what_is_missing(office, draft):
    bare = CriterionFactory(criteria_set=draft, name="Không có gì")
    CriterionGroupFactory(criteria_set=draft, code="Z", name="Nhóm trống")
    page = office.get(page_of(draft, "publish"))
    said = " ".join(text(each) for each in find(page, ".errorlist li"))
    assert bare.name in said
    assert "Nhóm trống" in said
    publish(office, draft)
    draft.refresh_from_db()
    assert draft.is_draft


def test_publishing_twice_is_refused_with_a_word(office, published):
    page = office.post(page_of(published, "publish"), follow=True)
    assert page.status_code == 200
    assert len(page.context["messages"]) == 1
    assert not Activity.objects.exists()


@pytest.mark.parametrize("page", ["clone", "publish", "retire"])
def test_a_button_is_a_post_of_an_administrator(client_of, office, draft, page):
    opened = office.get(page_of(draft, page), follow=True)
    its_own = "publish" if page == "publish" else "change"
    assert opened.request["PATH_INFO"] == page_of(draft, its_own)
    nowhere = reverse(f"admin:criteria_criteriaset_{page}", args=[0])
    assert office.post(nowhere).status_code == 404
    for role in ["ward", "city", "verifier", "leader"]:
        assert client_of(role).post(page_of(draft, page)).status_code == 302
    assert CriteriaSet.objects.get() == draft
    assert not Activity.objects.exists()


def test_the_buttons_want_their_token(administrator, draft):
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator, "accounts.backends.RoleBackend")
    assert client.post(page_of(draft, "publish")).status_code == 403
    draft.refresh_from_db()
    assert draft.is_draft


# --- rounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["planned", "open", "closed"])
def test_the_status_of_a_round_is_for_its_own_page_to_change(office, draft, published, status):
    round = RoundFactory(year=2026, status=status, criteria_set=published)
    for other in ("planned", "open", "closed"):
        save(office, page_of(round), status=other, submit_by="1/12/2026")
        round.refresh_from_db()
        assert (round.status, round.submit_by) == (status, date(2026, 12, 1))
    assert (
        reverse("criteria:round-detail", args=[round.pk])
        in office.get(page_of(round)).content.decode()
    )


def test_a_new_round_is_planned(office, published):
    url = reverse("admin:criteria_round_add")
    days = {
        "starts_on": "16/11/2026",
        "ends_on": "15/11/2027",
        "submit_by": "30/11/2027",
        "verify_by": "15/12/2027",
    }
    said = {"name": "Đợt 2027", "year": 2027, "criteria_set": published.pk, "status": "open"}
    assert office.post(url, {**days, **said}).status_code == 302
    assert Round.objects.get().status == "planned"
