"""Cloning and publishing a criteria set."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from criteria.actions.catalogue import clone_set, delete_criterion, hold_draft, publish_set
from criteria.actions.log import facts_of
from criteria.models import (
    Activity,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Requirement,
    WardNorm,
)
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    CriterionGroupFactory,
    RequirementFactory,
    UserFactory,
    WardFactory,
    make_set,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def original():
    """Two groups, three criteria, a norm of one ward, another ward's old norm."""
    made = make_set(n_criteria=2, code="goc", is_official=True, legal_basis="Quyết định 5764")
    group = CriterionGroupFactory(criteria_set=made, code="B", name="Trụ sở")
    criterion = CriterionFactory(
        criteria_set=made, group=group, name="Diện tích trụ sở", guidance="Đo đạc"
    )
    area = RequirementFactory(
        criterion=criterion, measure="number", comparator=">=", norm_per_ward=True, unit="m²"
    )
    for year in (2023, 2025):
        WardNorm.objects.create(
            ward=WardFactory(),
            requirement=area,
            threshold=Decimal("420.50"),
            legal_basis="Thông tư",
            valid_from=date(year, 1, 1),
        )
    return made


def said(record, *left_out):
    """What a record says apart from its own keys."""
    return {
        name: value for name, value in facts_of(record).items() if name not in ("id", *left_out)
    }


def test_a_clone_says_what_its_original_says(original, person):
    made = clone_set(original, code=original.code, acting_user=person)
    changed = ("code", "status", "is_official")
    assert said(made, *changed) == said(original, *changed)
    assert (made.code, made.status, made.is_official) == ("goc-2", "draft", False)
    for model, path, own in [
        (CriterionGroup, "criteria_set", ["criteria_set_id"]),
        (Criterion, "criteria_set", ["criteria_set_id", "group_id", "replaces_id"]),
        (Requirement, "criterion__criteria_set", ["criterion_id"]),
        (WardNorm, "requirement__criterion__criteria_set", ["requirement_id"]),
    ]:
        old, new = (
            [said(record, *own) for record in model.objects.filter(**{path: each}).order_by("pk")]
            for each in (original, made)
        )
        assert new == old != [], model


def test_a_clone_hangs_together_and_names_its_forerunners(original, person):
    made = clone_set(original, code="moi", acting_user=person)
    for criterion in made.criteria.select_related("group", "replaces"):
        assert criterion.group.criteria_set_id == made.pk
        assert criterion.group.code == criterion.replaces.group.code
        assert criterion.replaces.criteria_set_id == original.pk
        assert criterion.replaces.number == criterion.number
        texts = [requirement.text for requirement in criterion.requirements.all()]
        assert texts == [requirement.text for requirement in criterion.replaces.requirements.all()]
    norms = WardNorm.objects.filter(requirement__criterion__criteria_set=made)
    assert {norm.requirement.text for norm in norms} == {
        made.criteria.get(number=3).requirements.get().text
    }


def test_a_clone_leaves_the_original_alone(original, person):
    before = [facts_of(criterion) for criterion in original.criteria.all()]
    made = clone_set(original, code=original.code, acting_user=person)
    made.criteria.update(name="x")
    assert [facts_of(criterion) for criterion in original.criteria.all()] == before


def test_a_clone_is_logged_once(original, person):
    made = clone_set(original, code=original.code, acting_user=person)
    entry = Activity.objects.get()
    assert (entry.verb, entry.object_id, entry.actor) == ("clone_set", made.pk, person)
    assert entry.after == {
        "cloned_from": original.pk,
        "code": "goc-2",
        "groups": 2,
        "criteria": 3,
        "requirements": 3,
        "norms": 2,
    }


def test_cloning_costs_the_same_for_any_number_of_criteria(person, django_assert_max_num_queries):
    big = make_set(n_criteria=40)
    with django_assert_max_num_queries(20):
        clone_set(big, code="x", acting_user=person)


@pytest.mark.parametrize(
    ("taken", "wanted", "got"),
    [
        ([], "moi", "moi"),
        (["moi"], "moi", "moi-2"),
        (["moi", "moi-2"], "moi", "moi-3"),
        (["a" * 40], "a" * 40, "a" * 38 + "-2"),
    ],
)
def test_a_code_that_is_taken_gets_a_number(person, taken, wanted, got):
    for code in taken:
        CriteriaSetFactory(code=code)
    original = CriteriaSetFactory(code="goc")
    assert clone_set(original, code=wanted, acting_user=person).code == got


def test_a_clone_can_be_published_at_once(original, person):
    made = clone_set(original, code="moi", acting_user=person)
    publish_set(made, acting_user=person)
    assert CriteriaSet.objects.get(pk=made.pk).status == "published"
    assert made.status == "published"
    entry = Activity.objects.first()
    assert (entry.verb, entry.object_id) == ("publish_set", made.pk)
    assert (entry.before, entry.after) == ({"status": "draft"}, {"status": "published"})


# --- publishing refused ---------------------------------------------------------------------------


def refusal(criteria_set, person):
    with pytest.raises(ValidationError) as refused:
        publish_set(criteria_set, acting_user=person)
    assert not Activity.objects.exists()
    return refused.value.messages


def test_an_empty_set_is_not_published(person):
    draft = CriteriaSetFactory(status="draft")
    assert len(refusal(draft, person)) == 1
    draft.refresh_from_db()
    assert draft.is_draft


def test_all_that_is_missing_is_named_at_once(person):
    draft = make_set(n_criteria=2, status="draft")
    CriterionFactory(criteria_set=draft, number=4, name="Không có gì")
    CriterionGroupFactory(criteria_set=draft, code="Z", name="Nhóm trống")
    numbers, bare, empty = refusal(draft, person)
    assert "1, 2, 4" in numbers
    assert "Không có gì" in bare
    assert "Tiêu chí 1" not in bare
    assert "Nhóm trống" in empty
    assert "Nhóm A" not in empty


def test_the_numbers_begin_with_one(person):
    draft = CriteriaSetFactory(status="draft")
    RequirementFactory(criterion=CriterionFactory(criteria_set=draft, number=2))
    assert len(refusal(draft, person)) == 1


@pytest.mark.parametrize("status", ["published", "retired"])
def test_a_set_is_published_once(person, status):
    in_use = make_set(status=status)
    assert len(refusal(in_use, person)) == 1
    in_use.refresh_from_db()
    assert in_use.status == status


def test_what_the_caller_holds_may_be_out_of_date(person):
    """Two administrators press the button: the second is told, and nothing is logged twice."""
    draft = make_set(status="draft")
    seen_by_another = CriteriaSet.objects.get(pk=draft.pk)
    publish_set(draft, acting_user=person)
    with pytest.raises(ValidationError):
        publish_set(seen_by_another, acting_user=person)
    assert Activity.objects.count() == 1
    with pytest.raises(ValidationError):
        hold_draft(seen_by_another)


def test_a_deleted_criterion_is_logged_with_its_requirements(person):
    draft = make_set(n_criteria=1, status="draft")
    criterion = draft.criteria.get()
    RequirementFactory(criterion=criterion, text="Thứ hai")
    delete_criterion(criterion, acting_user=person)
    assert not draft.criteria.exists()
    logged = Activity.objects.order_by("seq").values_list("verb", "object_type")
    kinds = ["requirement", "requirement", "criterion"]
    assert list(logged) == [("delete", f"criteria.{kind}") for kind in kinds]


def test_a_criterion_goes_with_the_norms_that_its_draft_was_cloned_with(person) -> None:
    criteria_set = make_set(n_criteria=1)
    asked = Requirement.objects.get()
    Requirement.objects.update(measure="number", comparator=">=", norm_per_ward=True)
    ward = WardFactory()
    WardNorm.objects.create(
        ward=ward, requirement=asked, threshold=5, legal_basis="1/QĐ", valid_from=ward.valid_from
    )
    draft = clone_set(criteria_set, code="ban-sao", acting_user=person)
    delete_criterion(draft.criteria.get(), acting_user=person)
    assert not draft.criteria.exists()
    assert WardNorm.objects.get().requirement == asked
    assert Activity.objects.filter(verb="delete", object_type="criteria.wardnorm").count() == 1
