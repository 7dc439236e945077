"""The documents of a ward: behind which results they stand, and which may be attached."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Window

from criteria.models import Assessment, Evidence, EvidenceQuerySet, EvidenceUse, Ward

# The picker is searched, not leafed through.
N_OFFERED = 20


def evidence_of(assessment: Assessment) -> dict[int, list[EvidenceUse]]:
    """Return what is attached to a sheet, by the pk of the result. At most one query."""
    by_result: dict[int, list[EvidenceUse]] = {}
    if assessment.pk is None:
        return by_result
    uses = EvidenceUse.objects.attached().filter(result__assessment=assessment)
    for use in uses.select_related("evidence__superseded_by").order_by("attached_at", "pk"):
        by_result.setdefault(use.result_id, []).append(use)
    return by_result


def documents_of(ward: Ward, text: str = "") -> EvidenceQuerySet:
    """The ward's documents that have every word of `text`, the latest first."""
    documents = Evidence.objects.filter(ward=ward).search(text)
    return documents.select_related("superseded_by", "added_by").order_by("-added_at", "-pk")


def latest_documents(ward: Ward, n_shown: int) -> tuple[list[Evidence], int]:
    """Return the ward's latest documents, and how many it has in all. One query."""
    rows = documents_of(ward).annotate(n_found=Window(Count("*")))[:n_shown]
    documents: list[Any] = list(rows)
    return documents, documents[0].n_found if documents else 0


def with_n_criteria(documents: EvidenceQuerySet) -> EvidenceQuerySet:
    """Annotate `n_criteria`: behind how many criteria each stands, whatever the round."""
    of_sheets = [state for state in Assessment.State if state != Assessment.State.CANCELLED]
    holds = Q(uses__detached_at=None, uses__result__assessment__state__in=of_sheets)
    criteria = Count("uses__result__criterion", filter=holds, distinct=True)
    return documents.annotate(n_criteria=criteria)


def documents_to_attach(ward: Ward, text: str, result_id: int | None) -> EvidenceQuerySet:
    """The ward's current documents; annotates `is_attached`: to this result already."""
    uses = EvidenceUse.objects.attached().filter(evidence=OuterRef("pk"), result=result_id)
    return documents_of(ward, text).current().annotate(is_attached=Exists(uses))


def uses_of(evidence: Evidence) -> list[EvidenceUse]:
    """Return where a document is attached: the sheet and the criterion, latest round first.

    Of several revisions of a sheet, the last one that has it; none that was cancelled.
    """
    uses = evidence.uses.attached().exclude(result__assessment__state=Assessment.State.CANCELLED)
    last: dict[tuple[int, int], EvidenceUse] = {}
    for use in uses.select_related("result__assessment__round", "result__criterion").order_by(
        "-result__assessment__round__ends_on",
        "result__criterion__number",
        "-result__assessment__revision",
    ):
        last.setdefault((use.result.assessment.round_id, use.result.criterion_id), use)
    return list(last.values())
