"""Valid minimal records. What a test compares, it names itself."""

from datetime import date

import factory
from django.contrib.auth.models import Group
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from criteria import models
from criteria.verdicts import Verdict


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("user{}".format)
    full_name = factory.Sequence("Người dùng {}".format)

    @factory.post_generation
    def role(self, create: bool, role: str | None, **kwargs: object) -> None:
        if role:
            self.groups.add(Group.objects.get(name=role))


class WardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Ward

    code = factory.Sequence("{:05}".format)
    name = factory.Sequence("Số {}".format)
    valid_from = date(2023, 1, 1)


class CriteriaSetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CriteriaSet

    code = factory.Sequence("set-{}".format)
    title = factory.Sequence("Bộ tiêu chí {}".format)
    effective_from = date(2021, 1, 1)
    status = models.CriteriaSet.Status.PUBLISHED


class CriterionGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CriterionGroup
        django_get_or_create = ("criteria_set", "code")

    criteria_set = factory.SubFactory(CriteriaSetFactory)
    code = "A"
    name = "Nhóm A"


class CriterionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Criterion

    criteria_set = factory.SubFactory(CriteriaSetFactory)
    group = factory.SubFactory(
        CriterionGroupFactory, criteria_set=factory.SelfAttribute("..criteria_set")
    )
    number = factory.LazyAttribute(lambda made: made.criteria_set.criteria.count() + 1)
    code = factory.LazyAttribute(lambda made: f"TC{made.number:02}")
    name = factory.LazyAttribute(lambda made: f"Tiêu chí {made.number}")


class RequirementFactory(factory.django.DjangoModelFactory):
    """A yes or no, unless told otherwise."""

    class Meta:
        model = models.Requirement

    criterion = factory.SubFactory(CriterionFactory)
    position = factory.LazyAttribute(lambda made: made.criterion.requirements.count() + 1)
    text = factory.LazyAttribute(lambda made: f"Nội dung {made.criterion.number}.{made.position}")
    measure = "yes_no"


class RoundFactory(factory.django.DjangoModelFactory):
    """The round of `year`: the police year to 15 November.

    Settled and open again, so that its figures are official while people work on its sheets.
    """

    class Meta:
        model = models.Round

    year = 2026
    name = factory.LazyAttribute(lambda made: f"Đợt {made.year}")
    starts_on = factory.LazyAttribute(lambda made: date(made.year - 1, 11, 16))
    ends_on = factory.LazyAttribute(lambda made: date(made.year, 11, 15))
    submit_by = factory.LazyAttribute(lambda made: date(made.year, 11, 30))
    verify_by = factory.LazyAttribute(lambda made: date(made.year, 12, 15))
    criteria_set = factory.SubFactory(CriteriaSetFactory)
    status = models.Round.Status.OPEN
    settled_on = factory.LazyAttribute(
        lambda made: None if made.status == "planned" else made.verify_by
    )


class AssessmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Assessment

    ward = factory.SubFactory(WardFactory)
    round = factory.SubFactory(RoundFactory)


class ResultFactory(factory.django.DjangoModelFactory):
    """A result for the first criterion of the sheet's own set that has none yet."""

    class Meta:
        model = models.Result

    assessment = factory.SubFactory(AssessmentFactory)
    criterion = factory.LazyAttribute(
        lambda made: (
            made.assessment.round.criteria_set.criteria.exclude(results__assessment=made.assessment)
            .order_by("number")
            .first()
        )
    )
    self_verdict = Verdict.MET
    entered_by = factory.SubFactory(UserFactory)
    entered_at = factory.LazyFunction(timezone.now)


class RoadmapTargetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RoadmapTarget

    due_on = date(2025, 12, 31)
    percent = 30
    legal_basis = "Kế hoạch số 54/KH-UBND"


class RecognitionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Recognition

    ward = factory.SubFactory(WardFactory)
    year = 2024
    decision_number = "01/QĐ"
    decided_on = date(2025, 3, 1)
    issued_by = "Bộ Công an"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Membership

    user = factory.SubFactory(UserFactory)
    ward = factory.SubFactory(WardFactory)


class EvidenceFactory(factory.django.DjangoModelFactory):
    """A document of a ward without its file: only a reference."""

    class Meta:
        model = models.Evidence

    ward = factory.SubFactory(WardFactory)
    title = factory.Sequence("Tài liệu {}".format)
    number = "54/KH-UBND"
    issued_by = "UBND thành phố"
    added_by = factory.SubFactory(UserFactory)
    added_at = factory.LazyFunction(timezone.now)


def put_into(status: str) -> None:
    """Put every round into a status, behind the steps' back."""
    settled_on = None if status == "planned" else F("verify_by")
    models.Round.objects.update(status=status, settled_on=settled_on)


def make_set(*, n_criteria: int = 3, **fields: object) -> models.CriteriaSet:
    """A published set of `n_criteria` criteria that each ask for one yes or no."""
    criteria_set = CriteriaSetFactory(**fields)
    for _ in range(n_criteria):
        RequirementFactory(criterion=CriterionFactory(criteria_set=criteria_set))
    return criteria_set


def steps_to(state: str, *, by: User | None = None) -> dict[str, object]:
    """What the columns of a sheet in a state say of the steps that brought it there, tallies aside.

    `by` has verified it, as far as that goes; somebody else has submitted it.
    """
    past = {
        "submitted": ["submitted"],
        "verifying": ["submitted", "verifying"],
        "returned": ["returned"],
        "approved": ["submitted", "verifying", "approved"],
    }.get(state, [])
    columns: dict[str, object] = {"state": state}
    for step in past:
        person = UserFactory() if step == "submitted" or by is None else by
        columns |= {f"{step}_by": person, f"{step}_at": timezone.now()}
    if state == "returned":
        columns["return_reason"] = "Thiếu minh chứng"
    return columns


def approve_with(
    ward: models.Ward, round: models.Round, verdicts: dict[int, str]
) -> models.Assessment:
    """An approved sheet with the verdict of each criterion number; the others stay pending.

    Written straight to the tables, so that tests of readiness do not rest on the actions.
    """
    criteria = {criterion.number: criterion for criterion in round.criteria_set.criteria.all()}
    said = list(verdicts.values())
    sheet = AssessmentFactory(
        ward=ward,
        round=round,
        n_met=said.count("met"),
        n_not_met=said.count("not_met"),
        n_not_applicable=said.count("not_applicable"),
        n_pending=len(criteria) - len(said) + said.count("pending"),
        **steps_to("approved"),
    )
    for number, verdict in verdicts.items():
        ResultFactory(
            assessment=sheet,
            criterion=criteria[number],
            self_verdict=verdict,
            verified_verdict=verdict,
            verified_by=sheet.approved_by,
            verified_at=sheet.approved_at,
            explanation="Lý do" if verdict == "not_applicable" else "",
        )
    return sheet


def make_sheet(*, n_criteria: int = 3, **fields: object) -> models.Assessment:
    """An unsaved sheet of a ward in an open round whose criteria each ask for one yes or no."""
    round = RoundFactory(criteria_set=make_set(n_criteria=n_criteria), **fields)
    return models.Assessment(ward=WardFactory(), round=round)
