from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("criteria", "0005_past_steps")]

    operations = [
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "submitted", "verifying", "returned", "approved"])
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
                        ("state__in", ["draft", "returned"]),
                        ("submitted_at", None),
                        ("submitted_by", None),
                    ),
                    _connector="OR",
                ),
                name="assessment_submitted_says_by_whom",
                violation_error_message="A sheet past its submission, and no other, says who submitted it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["verifying", "approved"]),
                        ("verifying_at__isnull", False),
                        ("verifying_by__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state__in", ["verifying", "approved"]), _negated=True),
                        ("verifying_at", None),
                        ("verifying_by", None),
                    ),
                    _connector="OR",
                ),
                name="assessment_verifying_says_by_whom",
                violation_error_message="A sheet in verification or past it, and no other, says who began.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("returned_at__isnull", False),
                        ("returned_by__isnull", False),
                        models.Q(("return_reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "returned"), _negated=True),
                        ("return_reason", ""),
                        ("returned_at", None),
                        ("returned_by", None),
                    ),
                    _connector="OR",
                ),
                name="assessment_returned_with_reason",
                violation_error_message="A return says who, when and why.",
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verified_verdict", "pending"),
                    models.Q(("verified_at__isnull", False), ("verified_by__isnull", False)),
                    _connector="OR",
                ),
                name="result_verified_says_by_whom",
                violation_error_message="A verified result says who verified it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verified_verdict__in", ["pending", models.F("self_verdict")]),
                    models.Q(("finding", ""), _negated=True),
                    _connector="OR",
                ),
                name="result_difference_has_finding",
                violation_error_message="Where the verification differs from the self-assessment, say what was found.",
            ),
        ),
    ]
