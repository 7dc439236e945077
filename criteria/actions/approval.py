"""What approval freezes: for one sheet as for a hundred."""

from collections.abc import Sequence

from criteria.models import Assessment, RequirementValue


def freeze_thresholds(sheets: Sequence[Assessment]) -> None:
    """Keep, with the sheets that are being approved, the thresholds that they were verified by."""
    values = RequirementValue.objects.filter(result__assessment__in=sheets)
    moved = [
        value
        for value in values.with_threshold_in_force()
        if value.threshold_applied != value.threshold_in_force
    ]
    for value in moved:
        value.threshold_applied = value.threshold_in_force
    RequirementValue.objects.bulk_update(moved, ["threshold_applied"])
