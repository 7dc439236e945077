"""The sheets that wait for a verifier, in the order in which they are taken."""

from django.db.models import Case, F, IntegerField, Q, Value, When

from accounts.models import User
from criteria.models import Assessment, AssessmentQuerySet, Round, in_scope_on
from criteria.workflow import BEGIN


def awaiting(verifier: User, after: Assessment) -> AssessmentQuerySet:
    """Return what a colleague has not taken up: first what follows `after` on the round's list.

    Then of the newest round on, from the beginning. Whether something is the verifier's own entry
    is not asked here.
    """
    follows = Q(round=after.round_id, ward__sort_key__gt=after.ward.sort_key)
    return (
        Assessment.objects.latest_revisions()
        .with_verifier()
        .filter(
            Q(state__in=BEGIN.sources) | Q(verifying_by=verifier),
            in_scope_on(F("round__ends_on"), "ward__"),
            round__status=Round.Status.OPEN,
        )
        .exclude(pk=after.pk)
        .select_related("ward", "round")
        .order_by(
            Case(When(follows, then=Value(0)), default=Value(1), output_field=IntegerField()),
            "-round__ends_on",
            "round",
            "ward__sort_key",
        )
    )
