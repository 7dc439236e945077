"""The facts, one file a noun. Import from here."""

from criteria.models.activity import Activity
from criteria.models.assessments import (
    Assessment,
    AssessmentQuerySet,
    official,
    under_review,
)
from criteria.models.catalogue import (
    QUESTION,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Question,
    Requirement,
    RequirementQuerySet,
    WardNorm,
)
from criteria.models.days import Day, DayOfPaper
from criteria.models.evidence import Evidence, EvidenceQuerySet, EvidenceUse
from criteria.models.membership import Membership
from criteria.models.notices import Inbox
from criteria.models.places import WardBoundary, WardTile
from criteria.models.results import (
    JUDGEMENTS,
    VERDICTS,
    RequirementValue,
    Result,
    ResultQuerySet,
)
from criteria.models.roadmap import Pledge, Recognition, RoadmapTarget, recognised_on
from criteria.models.rounds import Extension, Round
from criteria.models.wards import Ward, WardQuerySet, WardSuccession, in_force_on, in_scope_on

__all__ = [
    "JUDGEMENTS",
    "QUESTION",
    "VERDICTS",
    "Activity",
    "Assessment",
    "AssessmentQuerySet",
    "CriteriaSet",
    "Criterion",
    "CriterionGroup",
    "Day",
    "DayOfPaper",
    "Evidence",
    "EvidenceQuerySet",
    "EvidenceUse",
    "Extension",
    "Inbox",
    "Membership",
    "Pledge",
    "Question",
    "Recognition",
    "Requirement",
    "RequirementQuerySet",
    "RequirementValue",
    "Result",
    "ResultQuerySet",
    "RoadmapTarget",
    "Round",
    "Ward",
    "WardBoundary",
    "WardNorm",
    "WardQuerySet",
    "WardSuccession",
    "WardTile",
    "in_force_on",
    "in_scope_on",
    "official",
    "recognised_on",
    "under_review",
]
