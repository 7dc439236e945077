import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("criteria", "0007_working_year_roles")]

    operations = [
        migrations.CreateModel(
            name="WardBoundary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="in force from")),
                ("outline", models.JSONField(editable=False, verbose_name="outline")),
                ("source", models.CharField(max_length=250, verbose_name="source")),
                (
                    "ward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="boundaries",
                        to="criteria.ward",
                        verbose_name="ward",
                    ),
                ),
            ],
            options={
                "verbose_name": "true outline",
                "verbose_name_plural": "true outlines",
                "ordering": ["valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ward", "valid_from"),
                        name="boundary_once_per_ward_and_start",
                        violation_error_message="The ward already has an outline from this day.",
                    )
                ],
            },
        ),
    ]
