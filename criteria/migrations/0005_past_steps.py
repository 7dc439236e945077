"""Sheets approved before there were steps in between: give them the steps that approval implies."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def give_steps(apps, schema_editor):
    Assessment = apps.get_model("criteria", "Assessment")
    Result = apps.get_model("criteria", "Result")
    entered = Result.objects.filter(assessment=OuterRef("pk")).order_by("-entered_at", "-pk")
    approved = Assessment.objects.filter(state="approved")
    approved.update(
        submitted_by=Coalesce(Subquery(entered.values("entered_by")[:1]), F("approved_by")),
        submitted_at=F("approved_at"),
        verifying_by=F("approved_by"),
        verifying_at=F("approved_at"),
    )
    # Then a verifier's approval agreed with the whole sheet; no one had found anything else.
    of_sheet = Assessment.objects.filter(pk=OuterRef("assessment"))
    Result.objects.filter(assessment__state="approved").update(
        verified_by=Subquery(of_sheet.values("approved_by")),
        verified_at=Subquery(of_sheet.values("approved_at")),
    )


class Migration(migrations.Migration):
    dependencies = [("criteria", "0004_working_year")]

    operations = [migrations.RunPython(give_steps, migrations.RunPython.noop)]
