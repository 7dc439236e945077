"""Making the demonstration in a test, and reading what it tells."""

from datetime import datetime, time
from io import StringIO

import time_machine
from django.core.management import call_command
from django.utils import timezone

from criteria.models import (
    Assessment,
    Evidence,
    EvidenceUse,
    Pledge,
    Recognition,
    RequirementValue,
    Result,
    WardNorm,
)


def load():
    for command in ("load_wards", "load_criteria", "load_roadmap"):
        call_command(command, stdout=StringIO())


def at_nine_on(day):
    return time_machine.travel(datetime.combine(day, time(9), timezone.get_default_timezone()))


def seed():
    output = StringIO()
    call_command("seed_demo", stdout=output)
    return output.getvalue()


def in_words():
    """All that is invented, by names: no keys, no times, no deadlines of the trial."""
    sheet = ("assessment__ward__name", "assessment__ward__valid_from", "assessment__round__year")
    of_result = [f"result__{path}" for path in (*sheet, "criterion__number")]
    told = {
        "sheets": Assessment.objects.values_list("ward__name", "round__year", "state", "n_met"),
        "results": Result.objects.values_list(
            *sheet,
            "criterion__number",
            "self_verdict",
            "verified_verdict",
            "explanation",
            "finding",
            "return_note",
        ),
        "values": RequirementValue.objects.values_list(
            *of_result,
            "requirement__position",
            "self_value",
            "verified_value",
            "threshold_applied",
            "verified_judgement",
        ),
        "norms": WardNorm.objects.values_list("ward__name", "valid_from", "threshold"),
        "documents": Evidence.objects.values_list("ward__name", "title", "number", "issued_on"),
        "uses": EvidenceUse.objects.values_list(*of_result, "evidence__number"),
        "pledges": Pledge.objects.values_list("ward__name", "year", "legal_basis"),
        "recognitions": Recognition.objects.values_list("ward__name", "year", "revoked_on"),
    }
    return {name: sorted(rows.order_by(), key=repr) for name, rows in told.items()}
