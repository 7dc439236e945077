"""Each constraint, broken once: the database refuses, and the form would say why."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import BaseConstraint, CheckConstraint, Model
from django.utils import timezone

from criteria.models import (
    Assessment,
    Criterion,
    CriterionGroup,
    Evidence,
    EvidenceUse,
    Extension,
    Pledge,
    Requirement,
    RequirementValue,
    Result,
    Ward,
    WardBoundary,
    WardNorm,
    WardSuccession,
    WardTile,
)
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    CriterionGroupFactory,
    EvidenceFactory,
    MembershipFactory,
    RecognitionFactory,
    RequirementFactory,
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    steps_to,
)

START, END = date(2023, 1, 1), date(2024, 9, 1)


def ward(**fields: object) -> Ward:
    return Ward(**{"code": "13636", "name": "Vị Xuyên", "valid_from": START} | fields)


def succession(**fields: object) -> WardSuccession:
    """Of one unit by another; a unit that succeeds itself is a nonsense of its own."""
    facts = {"effective_on": END, "relation": "merged_into", "legal_basis": "Nghị quyết 1104"}
    if "predecessor" not in fields:
        facts["predecessor"] = WardFactory(valid_from=START, valid_to=END)
    if "successor" not in fields:
        facts["successor"] = WardFactory(valid_from=END)
    return WardSuccession(**facts | fields)


def again(record: Model, **fields: object) -> Model:
    """The record once more, stored already, as a new one with other `fields`."""
    copy = type(record)._default_manager.get(pk=record.pk)
    copy.pk, copy._state.adding = None, True
    for name, value in fields.items():
        setattr(copy, name, value)
    return copy


def changed(record: Model, **fields: object) -> Model:
    for name, value in fields.items():
        setattr(record, name, value)
    return record


def stored(record: Model) -> Model:
    record.save()
    return record


def tile(**fields: object) -> WardTile:
    facts = {"valid_from": START, "column": 1, "row": 1}
    if "ward" not in fields:
        facts["ward"] = WardFactory()
    return WardTile(**facts | fields)


def boundary() -> WardBoundary:
    triangle = [[[[106, 20], [107, 20], [107, 21], [106, 20]]]]
    return WardBoundary(ward=WardFactory(), valid_from=START, outline=triangle, source="a.geojson")


def norm(**fields: object) -> WardNorm:
    requirement = RequirementFactory(measure="number", comparator=">=", norm_per_ward=True)
    facts = {"threshold": 100, "legal_basis": "Thông tư", "valid_from": START}
    return WardNorm(**facts | {"ward": WardFactory(), "requirement": requirement} | fields)


def extension(**fields: object) -> Extension:
    facts = {"submit_by": date(2026, 12, 5), "reason": "Bão", "given_at": timezone.now()}
    return Extension(
        **facts
        | {"round": RoundFactory(), "ward": WardFactory(), "given_by": UserFactory()}
        | fields
    )


def criterion(**fields: object) -> Criterion:
    """A second criterion of a set that has number 1, TC01."""
    first = CriterionFactory(number=1, code="TC01")
    facts = {"number": 2, "code": "TC02", "name": "Tiêu chí", "group": first.group}
    return Criterion(**facts | {"criteria_set": first.criteria_set} | fields)


def requirement(**fields: object) -> Requirement:
    facts = {"criterion": CriterionFactory(), "text": "Nội dung", "measure": "number"}
    return Requirement(**facts | {"comparator": ">="} | fields)


def grade(**fields: object) -> Requirement:
    return requirement(**{"measure": "grade", "threshold": 2, "grades": "Khá\nTốt"} | fields)


def result(**fields: object) -> Result:
    sheet = AssessmentFactory(round__criteria_set=make_set(n_criteria=1))
    facts = {"assessment": sheet, "criterion": sheet.round.criteria_set.criteria.get()}
    return Result(**facts | {"entered_by": UserFactory(), "entered_at": timezone.now()} | fields)


def sheet_in(state: str, **fields: object) -> Assessment:
    """A stored sheet in a state, made nonsense by other `fields`."""
    tallies = ("n_met", "n_not_met", "n_not_applicable", "n_pending")
    frozen = dict.fromkeys(tallies, 0) if state == "approved" else {}
    return changed(AssessmentFactory(**steps_to(state), **frozen), **fields)


def superseded_sheet(**fields: object) -> Assessment:
    facts = {"is_latest": False, "superseded_at": timezone.now()} | fields
    sheet = sheet_in("approved", **facts)
    sheet.save()
    return sheet


def later(state: str = "draft", **fields: object) -> dict[str, object]:
    """What the columns of a second revision say."""
    facts = {
        "revision": 2,
        "is_latest": True,
        "superseded_at": None,
        "reopened_by": UserFactory(),
        "reopened_at": timezone.now(),
        "reopening_reason": "Nhầm",
    }
    if state == "cancelled":
        facts |= {
            "is_latest": False,
            "cancelled_by": UserFactory(),
            "cancelled_at": timezone.now(),
            "cancelling_reason": "Vẫn đúng",
        }
    return {**steps_to(state), **facts, **fields}


def verified(**fields: object) -> Result:
    """A result that somebody else has verified as not met, and says why."""
    facts = {"self_verdict": "met", "verified_verdict": "not_met", "finding": "Không có"}
    return result(**facts | {"verified_by": UserFactory(), "verified_at": timezone.now()} | fields)


def value() -> RequirementValue:
    judged = stored(result())
    return RequirementValue(result=judged, requirement=judged.criterion.requirements.get())


def namesake() -> CriterionGroup:
    group = CriterionGroupFactory(code="A")
    return CriterionGroup(criteria_set=group.criteria_set, code="A", name="Nhóm khác")


def itself() -> Criterion:
    record = CriterionFactory()
    return changed(record, replaces=record)


def unit_that_succeeds_itself() -> WardSuccession:
    unit = WardFactory(valid_from=START, valid_to=END)
    return succession(predecessor=unit, successor=unit)


def document(**fields: object) -> Evidence:
    """A document with its file."""
    file = {"file": "ab/abc", "file_name": "a.pdf", "kind": "pdf", "size": 9, "sha256": "0" * 64}
    return EvidenceFactory(**file | fields)


def use(**fields: object) -> EvidenceUse:
    facts = {
        "result": stored(result()),
        "attached_by": UserFactory(),
        "attached_at": timezone.now(),
    }
    return EvidenceUse(**facts | {"evidence": EvidenceFactory()} | fields)


def document_in_its_own_place() -> Evidence:
    record = EvidenceFactory()
    return changed(record, superseded_by=record)


BROKEN: dict[str, Callable[[], Model]] = {
    # units
    "ward_code_once_per_start": lambda: again(stored(ward(valid_to=END))),
    "ward_code_in_force_once": lambda: again(stored(ward()), valid_from=END),
    "ward_ends_after_it_starts": lambda: ward(valid_to=START),
    "ward_kind_known": lambda: ward(kind="foo"),
    "succession_relation_known": lambda: succession(relation="foo"),
    "set_status_known": lambda: changed(CriteriaSetFactory(), status="foo"),
    "round_status_known": lambda: changed(RoundFactory(), status="foo"),
    "assessment_state_known": lambda: changed(AssessmentFactory(), state="foo"),
    "ward_area_positive": lambda: ward(area_km2=Decimal(0)),
    "succession_once": lambda: again(stored(succession())),
    "succession_from_outside_once": lambda: again(
        stored(succession(predecessor=None, outside_name="xã Mỹ Hưng"))
    ),
    "succession_has_one_predecessor": lambda: succession(outside_name="xã Mỹ Hưng"),
    "succession_of_two_units": unit_that_succeeds_itself,
    "tile_once_per_ward_and_start": lambda: again(stored(tile()), column=2),
    "tile_place_taken_once": lambda: again(stored(tile()), ward=WardFactory()),
    "tile_counts_from_one": lambda: tile(row=0),
    "boundary_once_per_ward_and_start": lambda: again(stored(boundary())),
    "membership_once": lambda: again(MembershipFactory()),
    # catalogue
    "set_ends_after_it_starts": lambda: changed(
        CriteriaSetFactory(), effective_to=date(2021, 1, 1)
    ),
    "group_code_once_per_set": namesake,
    "criterion_number_once_per_set": lambda: criterion(number=1),
    "criterion_code_once_per_set": lambda: criterion(code="TC01"),
    "criterion_counts_from_one": lambda: criterion(number=0),
    "criterion_replaces_another": itself,
    "requirement_position_once_per_criterion": lambda: again(RequirementFactory()),
    "requirement_fits_its_measure": lambda: requirement(comparator=""),
    "requirement_has_one_threshold": lambda: requirement(norm_per_ward=True, threshold=5),
    "norm_once_per_start": lambda: again(stored(norm())),
    "norm_not_negative": lambda: norm(threshold=-1),
    # roadmap and rounds
    "target_is_a_percentage": lambda: changed(RoadmapTargetFactory(), percent=101),
    "pledge_once_per_ward_and_year": lambda: again(stored(Pledge(ward=WardFactory(), year=2023))),
    "recognition_once_per_ward_and_year": lambda: again(RecognitionFactory()),
    "recognition_revoked_with_reason": lambda: changed(
        RecognitionFactory(), revoked_on=date(2026, 1, 1)
    ),
    "recognition_revoked_after_decision": lambda: changed(
        RecognitionFactory(), revoked_on=date(2024, 1, 1), revoked_reason="Vi phạm"
    ),
    "round_ends_after_it_starts": lambda: changed(
        RoundFactory(settled_on=None), ends_on=date(2025, 11, 16)
    ),
    "round_of_the_city_ends_once": lambda: again(RoundFactory(), name="Đợt khác"),
    "round_settled_once_closed": lambda: changed(RoundFactory(settled_on=None), status="closed"),
    "round_deadlines_in_order": lambda: changed(RoundFactory(), verify_by=date(2026, 11, 29)),
    "extension_once_per_ward_and_round": lambda: again(stored(extension())),
    "extension_says_why": lambda: extension(reason=""),
    # sheets
    "assessment_once_per_ward_and_round": lambda: again(AssessmentFactory(), **later()),
    "assessment_revision_once": lambda: again(
        superseded_sheet(), is_latest=True, superseded_at=None
    ),
    "assessment_approved_once": lambda: again(
        superseded_sheet(superseded_at=None), **later("approved")
    ),
    "assessment_superseded_when_approved": lambda: sheet_in(
        "approved", superseded_at=timezone.now()
    ),
    "assessment_latest_is_worked_on": lambda: sheet_in("draft", is_latest=False),
    "assessment_later_revision_says_why": lambda: sheet_in("draft", revision=2),
    "assessment_cancelled_says_why": lambda: sheet_in("draft", cancelled_by=UserFactory()),
    "assessment_submitted_says_by_whom": lambda: sheet_in("submitted", submitted_by=None),
    "assessment_verifying_says_by_whom": lambda: sheet_in("verifying", verifying_by=None),
    "assessment_returned_with_reason": lambda: sheet_in("returned", return_reason=""),
    "assessment_tallied_when_approved": lambda: sheet_in("approved", n_pending=None),
    "result_once_per_criterion": lambda: again(stored(result())),
    "result_not_applicable_says_why": lambda: result(self_verdict="not_applicable"),
    "result_verdicts_known": lambda: verified(verified_verdict="maybe"),
    "result_verified_says_by_whom": lambda: verified(verified_by=None),
    "result_difference_has_finding": lambda: verified(finding=""),
    "result_agreed_in_bulk_is_verified": lambda: verified(is_agreed_in_bulk=True),
    "value_once_per_requirement": lambda: again(stored(value())),
    # evidence
    "evidence_file_once_per_ward": lambda: again(document()),
    "evidence_file_is_described": lambda: changed(document(), sha256=""),
    "evidence_reference_can_be_found": lambda: changed(EvidenceFactory(), number=""),
    "evidence_superseded_by_another": document_in_its_own_place,
    "evidence_attached_once": lambda: again(stored(use())),
    "evidence_detached_says_by_whom": lambda: use(detached_at=timezone.now()),
}
# More ways to break the ones that allow for several.
ALSO_BROKEN: list[tuple[str, Callable[[], Model]]] = [
    ("succession_has_one_predecessor", lambda: succession(predecessor=None)),
    ("tile_counts_from_one", lambda: tile(column=0)),
    ("requirement_fits_its_measure", lambda: requirement(measure="title")),
    (
        "requirement_fits_its_measure",
        lambda: requirement(measure="yes_no", comparator="", threshold=1),
    ),
    (
        "requirement_fits_its_measure",
        lambda: requirement(measure="yes_no", comparator="", norm_per_ward=True),
    ),
    ("requirement_fits_its_measure", lambda: requirement(grades="Khá\nTốt")),
    ("requirement_fits_its_measure", lambda: grade(comparator="<=")),
    ("target_is_a_percentage", lambda: changed(RoadmapTargetFactory(), percent=0)),
    (
        "recognition_revoked_with_reason",
        lambda: changed(RecognitionFactory(), revoked_reason="Vi phạm"),
    ),
    ("round_deadlines_in_order", lambda: changed(RoundFactory(), submit_by=date(2025, 11, 15))),
    (
        "assessment_superseded_when_approved",
        lambda: changed(AssessmentFactory(), superseded_at=timezone.now()),
    ),
    (
        "assessment_latest_is_worked_on",
        lambda: changed(AssessmentFactory(), **later("cancelled", is_latest=True)),
    ),
    (
        "assessment_later_revision_says_why",
        lambda: changed(AssessmentFactory(), **later(reopening_reason="")),
    ),
    (
        "assessment_later_revision_says_why",
        lambda: sheet_in("returned", reopened_at=timezone.now()),
    ),
    (
        "assessment_cancelled_says_why",
        lambda: changed(AssessmentFactory(), **later("cancelled", cancelling_reason="")),
    ),
    (
        "assessment_cancelled_says_why",
        lambda: sheet_in("approved", cancelling_reason="Vẫn đúng"),
    ),
    ("assessment_submitted_says_by_whom", lambda: sheet_in("approved", submitted_at=None)),
    ("assessment_submitted_says_by_whom", lambda: sheet_in("draft", submitted_at=timezone.now())),
    ("assessment_submitted_says_by_whom", lambda: sheet_in("returned", submitted_by=UserFactory())),
    ("assessment_verifying_says_by_whom", lambda: sheet_in("approved", verifying_at=None)),
    (
        "assessment_verifying_says_by_whom",
        lambda: sheet_in("submitted", verifying_by=UserFactory()),
    ),
    ("assessment_returned_with_reason", lambda: sheet_in("returned", returned_by=None)),
    ("assessment_returned_with_reason", lambda: sheet_in("submitted", return_reason="Thiếu")),
    ("assessment_returned_with_reason", lambda: sheet_in("draft", returned_at=timezone.now())),
    ("assessment_tallied_when_approved", lambda: sheet_in("approved", approved_by=None)),
    ("assessment_tallied_when_approved", lambda: sheet_in("verifying", n_met=1)),
    ("assessment_tallied_when_approved", lambda: sheet_in("verifying", approved_at=timezone.now())),
    ("result_verified_says_by_whom", lambda: verified(verified_at=None)),
    (
        "result_difference_has_finding",
        lambda: verified(self_verdict="not_met", verified_verdict="not_applicable", finding=""),
    ),
    ("result_agreed_in_bulk_is_verified", lambda: result(is_agreed_in_bulk=False)),
    ("result_verdicts_known", lambda: result(self_verdict="maybe")),
    ("evidence_file_is_described", lambda: changed(document(), size=0)),
    ("evidence_file_is_described", lambda: changed(EvidenceFactory(), kind="pdf")),
    ("evidence_reference_can_be_found", lambda: changed(EvidenceFactory(), issued_by="")),
    ("evidence_detached_says_by_whom", lambda: use(detached_by=UserFactory())),
]
CASES = [*BROKEN.items(), *ALSO_BROKEN]
IDS = [name for name, _ in CASES]
# Here the fields or clean() object first, in their own words; the constraint is then not asked.
NOT_ASKED = {
    "ward_code_once_per_start",
    "criterion_counts_from_one",
    "target_is_a_percentage",
    "assessment_tallied_when_approved",
    "result_verdicts_known",
    "ward_kind_known",
    "succession_relation_known",
    "set_status_known",
    "round_status_known",
    "assessment_state_known",
    "extension_says_why",
}


def constraints() -> dict[str, BaseConstraint]:
    return {
        constraint.name: constraint
        for model in apps.get_app_config("criteria").get_models()
        for constraint in model._meta.constraints
    }


def test_every_constraint_is_broken_here_once():
    assert set(BROKEN) == set(constraints())


@pytest.mark.parametrize(("name", "broken"), CASES, ids=IDS)
def test_the_database_refuses(db, name, broken):
    record = broken()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        record.save()
    if connection.vendor == "postgresql":
        assert refused.value.__cause__.diag.constraint_name == name
    elif isinstance(constraints()[name], CheckConstraint):
        assert str(refused.value) == f"CHECK constraint failed: {name}"
    else:
        assert str(refused.value).startswith("UNIQUE constraint failed: ")


@pytest.mark.parametrize(("name", "broken"), CASES, ids=IDS)
def test_the_form_says_why(db, name, broken):
    record = broken()
    message = str(constraints()[name].violation_error_message)
    with pytest.raises(ValidationError) as refused:
        record.full_clean()
    if name in NOT_ASKED:
        with pytest.raises(ValidationError) as refused:
            record.validate_constraints()
    assert message in refused.value.messages


def test_the_words_are_the_constraint_s_own():
    assert not [
        name
        for name, constraint in constraints().items()
        if constraint.violation_error_message == BaseConstraint.default_violation_error_message
    ]


@pytest.mark.parametrize(
    ("broken", "column"),
    [
        (lambda: CriteriaSetFactory.build(code=CriteriaSetFactory().code), "code"),
        (lambda: RoadmapTargetFactory.build(due_on=RoadmapTargetFactory().due_on), "due_on"),
        (lambda: again(RoundFactory(), ends_on=date(2026, 11, 16)), "name"),
    ],
)
def test_what_is_unique_is_refused_twice(db, broken, column):
    record = broken()
    with pytest.raises(ValidationError) as refused:
        record.full_clean()
    assert list(refused.value.message_dict) == [column]
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()
