"""Administrators read who came and went."""

from django.contrib.auth.management import create_permissions
from django.db import migrations


def give(apps, schema_editor):
    config = apps.get_app_config("accounts")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    Group = apps.get_model("auth", "Group")
    for role in Group.objects.filter(name="Administrator"):
        role.permissions.add(*_permission(apps))


def take(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for role in Group.objects.filter(name="Administrator"):
        role.permissions.remove(*_permission(apps))


def _permission(apps):
    Permission = apps.get_model("auth", "Permission")
    return Permission.objects.filter(content_type__app_label="accounts", codename="view_access")


class Migration(migrations.Migration):
    dependencies = [("criteria", "0012_agreed_in_bulk"), ("accounts", "0002_people")]

    operations = [migrations.RunPython(give, take)]
