"""What the roles may do in the working year: reopen sheets, read what they did themselves."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ADDED = {
    "Ward officer": ["view_own_activity"],
    "Administrator": ["reopen_sheet", "view_evidence", "view_evidenceuse", "view_extension"],
}


def extend_roles(apps, schema_editor):
    config = apps.get_app_config("criteria")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, codenames in ADDED.items():
        role = Group.objects.filter(name=name).first()
        if role:
            role.permissions.add(
                *Permission.objects.filter(
                    content_type__app_label="criteria", codename__in=codenames
                )
            )


def shrink_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, codenames in ADDED.items():
        for role in Group.objects.filter(name=name):
            role.permissions.remove(
                *Permission.objects.filter(
                    content_type__app_label="criteria", codename__in=codenames
                )
            )


class Migration(migrations.Migration):
    dependencies = [("criteria", "0006_step_constraints")]

    operations = [migrations.RunPython(extend_roles, shrink_roles)]
