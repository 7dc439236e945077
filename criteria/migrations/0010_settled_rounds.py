"""A round speaks once it is settled, and only a round of the whole city does.

Rounds that were closed before are settled on the day of their first closing, as far as the log
knows it; else on the last day for verification.
"""

from django.db import migrations, models
from django.utils import timezone


def settle_closed_rounds(apps, schema_editor):
    Round = apps.get_model("criteria", "Round")
    Activity = apps.get_model("criteria", "Activity")
    closings = Activity.objects.filter(verb="close_round", object_type="criteria.round").order_by(
        "-seq"
    )
    first_closing = dict(closings.values_list("object_id", "at"))
    for round in Round.objects.exclude(status="planned"):
        closed_at = first_closing.get(round.pk)
        if closed_at:
            round.settled_on = timezone.localdate(closed_at)
        elif round.status == "closed":
            round.settled_on = round.verify_by
        round.save(update_fields=["settled_on"])


class Migration(migrations.Migration):
    dependencies = [("criteria", "0009_grades")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="is_citywide",
            field=models.BooleanField(
                default=True,
                help_text="Only such a round speaks for the wards. A trial or thematic one enters no standing, headline, trajectory or target.",
                verbose_name="covers the whole city",
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="settled_on",
            field=models.DateField(
                blank=True,
                help_text="The day on which it was closed for the first time: official from then on.",
                null=True,
                verbose_name="settled on",
            ),
        ),
        migrations.AlterField(
            model_name="round",
            name="ends_on",
            field=models.DateField(
                help_text="The last day that the results speak of.", verbose_name="period to"
            ),
        ),
        migrations.RunPython(settle_closed_rounds, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_citywide", True)),
                fields=("ends_on",),
                name="round_of_the_city_ends_once",
                violation_error_message="Another round of the whole city ends on this day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("status", "planned"), _negated=True),
                        ("settled_on", None),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("status", "closed"), _negated=True),
                        ("settled_on__isnull", False),
                        _connector="OR",
                    ),
                ),
                name="round_settled_once_closed",
                violation_error_message="A closed round says when it was settled, and a planned one never was.",
            ),
        ),
    ]
