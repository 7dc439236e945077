import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("criteria", "0010_settled_rounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="assessment",
            name="assessment_once_per_ward_and_round",
        ),
        migrations.RemoveConstraint(
            model_name="assessment",
            name="assessment_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="assessment",
            name="assessment_submitted_says_by_whom",
        ),
        migrations.AddField(
            model_name="assessment",
            name="cancelled_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="reopening cancelled at"
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reopening cancelled by",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="cancelling_reason",
            field=models.TextField(blank=True, verbose_name="reason for the cancelling"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="is_latest",
            field=models.BooleanField(default=True, verbose_name="latest revision"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="reopened_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="reopened at"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="reopened_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reopened by",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="reopening_reason",
            field=models.TextField(blank=True, verbose_name="reason for the reopening"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="revision",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="revision"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="superseded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="superseded at"),
        ),
        migrations.AlterField(
            model_name="activity",
            name="verb",
            field=models.CharField(
                choices=[
                    ("save_result", "Result saved"),
                    ("verify_result", "Result verified"),
                    ("attach", "Evidence attached"),
                    ("detach", "Evidence taken off"),
                    ("supersede", "Evidence superseded"),
                    ("submit", "Sheet submitted"),
                    ("withdraw", "Sheet withdrawn"),
                    ("begin", "Verification begun"),
                    ("return", "Sheet returned"),
                    ("approve", "Sheet approved"),
                    ("reopen", "Sheet reopened"),
                    ("cancel_reopening", "Reopening cancelled"),
                    ("open_round", "Round opened"),
                    ("close_round", "Round closed"),
                    ("reopen_round", "Round reopened"),
                    ("extend", "Extension given"),
                    ("create", "Record created"),
                    ("change", "Record changed"),
                    ("delete", "Record deleted"),
                    ("clone_set", "Criteria set cloned"),
                    ("publish_set", "Criteria set published"),
                    ("retire_set", "Criteria set retired"),
                    ("load", "Reference data loaded"),
                ],
                max_length=20,
                verbose_name="what was done",
            ),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Being filled in"),
                    ("submitted", "Submitted"),
                    ("verifying", "Being verified"),
                    ("returned", "Returned to be mended"),
                    ("approved", "Approved"),
                    ("cancelled", "Reopening cancelled"),
                ],
                default="draft",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                fields=("ward", "round", "revision"),
                name="assessment_revision_once",
                violation_error_message="The ward's sheet already has this revision.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_latest", True)),
                fields=("ward", "round"),
                name="assessment_once_per_ward_and_round",
                violation_error_message="The ward already has a sheet in this round.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved"), ("superseded_at", None)),
                fields=("ward", "round"),
                name="assessment_approved_once",
                violation_error_message="Another revision of the sheet is approved already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("superseded_at", None),
                    models.Q(("is_latest", False), ("state", "approved")),
                    _connector="OR",
                ),
                name="assessment_superseded_when_approved",
                violation_error_message="A later revision takes the place of one that is approved, and of no other.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_latest", True), models.Q(("state", "cancelled"), _negated=True)),
                    models.Q(("is_latest", False), ("state__in", ["approved", "cancelled"])),
                    _connector="OR",
                ),
                name="assessment_latest_is_worked_on",
                violation_error_message="Of a sheet, an approved or a cancelled revision alone is not the latest, and a cancelled one never is.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reopened_at", None),
                        ("reopened_by", None),
                        ("reopening_reason", ""),
                        ("revision", 1),
                    ),
                    models.Q(
                        ("reopened_at__isnull", False),
                        ("reopened_by__isnull", False),
                        ("revision__gt", 1),
                        models.Q(("reopening_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="assessment_later_revision_says_why",
                violation_error_message="A later revision, and no other, says who reopened the sheet, when and why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancelled_at__isnull", False),
                        ("cancelled_by__isnull", False),
                        ("revision__gt", 1),
                        ("state", "cancelled"),
                        models.Q(("cancelling_reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True),
                        ("cancelled_at", None),
                        ("cancelled_by", None),
                        ("cancelling_reason", ""),
                    ),
                    _connector="OR",
                ),
                name="assessment_cancelled_says_why",
                violation_error_message="A cancelled reopening, and no other, says who cancelled it, when and why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["draft", "submitted", "verifying", "returned", "approved", "cancelled"],
                    )
                ),
                name="assessment_state_known",
                violation_error_message="Unknown state.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["submitted", "verifying", "approved"]),
                        ("submitted_at__isnull", False),
                        ("submitted_by__isnull", False),
                    ),
                    models.Q(
                        ("state__in", ["draft", "returned", "cancelled"]),
                        ("submitted_at", None),
                        ("submitted_by", None),
                    ),
                    _connector="OR",
                ),
                name="assessment_submitted_says_by_whom",
                violation_error_message="A sheet past its submission, and no other, says who submitted it.",
            ),
        ),
    ]
