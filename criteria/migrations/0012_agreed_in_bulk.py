from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Of what was agreed with before, nobody has kept how: it stays unknown."""

    dependencies = [("criteria", "0011_revisions")]

    operations = [
        migrations.AddField(
            "result",
            "is_agreed_in_bulk",
            models.BooleanField(blank=True, null=True, verbose_name="agreed with in bulk"),
        ),
        migrations.AddConstraint(
            "result",
            models.CheckConstraint(
                condition=Q(is_agreed_in_bulk=None)
                | ~Q(verified_verdict="pending")
                & (Q(is_agreed_in_bulk=False) | Q(verified_verdict=F("self_verdict"))),
                name="result_agreed_in_bulk_is_verified",
                violation_error_message="Only what is verified as the unit says is agreed with.",
            ),
        ),
    ]
