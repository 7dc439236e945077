from django.db import migrations, models
from django.db.models import Q

NOTHING = Q(("comparator", ""), ("grades", ""), ("norm_per_ward", False), ("threshold", None))
COMPARED = Q(("comparator__in", [">=", "<="]), ("grades", ""))
GRADED = Q(("comparator", ">="), ("norm_per_ward", False), ("threshold__isnull", False)) & ~Q(
    ("grades", "")
)


class Migration(migrations.Migration):
    dependencies = [("criteria", "0008_boundaries")]

    operations = [
        migrations.RemoveConstraint("requirement", "requirement_compares_numbers"),
        migrations.AddField(
            "requirement",
            "grades",
            models.TextField(
                blank=True,
                default="",
                help_text="For grades: one a line, the lowest first.",
                verbose_name="grades",
            ),
        ),
        migrations.AlterField(
            "requirement",
            "measure",
            models.CharField(
                choices=[
                    ("yes_no", "Yes or no"),
                    ("number", "Number"),
                    ("percent", "Percentage"),
                    ("title", "Title of the year"),
                    ("grade", "Grade"),
                ],
                max_length=10,
                verbose_name="measure",
            ),
        ),
        migrations.AlterField(
            "requirement",
            "threshold",
            models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="Empty: a person judges, or the norm of each ward applies."
                " For grades: the place in their list of the one that meets it.",
                max_digits=12,
                null=True,
                verbose_name="threshold",
            ),
        ),
        migrations.AddConstraint(
            "requirement",
            models.CheckConstraint(
                condition=Q(("measure", "yes_no")) & NOTHING
                | Q(("measure", "number")) & COMPARED
                | Q(("measure", "percent")) & COMPARED
                | Q(("measure", "title")) & NOTHING
                | Q(("measure", "grade")) & GRADED,
                name="requirement_fits_its_measure",
                violation_error_message="A number or percentage needs a comparison; a grade needs"
                " “at least”, the list of grades and the one that meets it; nothing else has any of"
                " these.",
            ),
        ),
    ]
