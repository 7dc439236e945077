"""The five roles and what each may do. A role is a group; code asks for permissions, never for
a group's name."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

SEE_AND_SET_UP = ["add", "change", "view"]
SET_UP = {
    "criteria": [
        "ward",
        "wardsuccession",
        "wardtile",
        "criteriaset",
        "criteriongroup",
        "criterion",
        "requirement",
        "wardnorm",
        "round",
        "roadmaptarget",
        "pledge",
        "recognition",
        "membership",
    ],
    "accounts": ["user"],
}
# Parts of a draft that nothing refers to yet, and who works where.
REMOVE = ["criteriongroup", "criterion", "requirement", "wardtile", "membership"]

ROLES = {
    "Ward officer": ["criteria.view_ward", "criteria.enter_own_sheet"],
    "City officer": [
        "criteria.view_ward",
        "criteria.view_any_sheet",
        "criteria.enter_any_sheet",
    ],
    "Verifier": ["criteria.view_ward", "criteria.view_any_sheet", "criteria.approve_sheet"],
    "Leader": ["criteria.view_ward", "criteria.view_any_sheet", "criteria.view_activity"],
    "Administrator": [
        "criteria.view_any_sheet",
        "criteria.view_activity",
        "criteria.view_assessment",
        "criteria.view_result",
        "criteria.view_requirementvalue",
        "auth.view_group",
        *(
            f"{app}.{verb}_{model}"
            for app, models in SET_UP.items()
            for model in models
            for verb in SEE_AND_SET_UP
        ),
        *(f"criteria.delete_{model}" for model in REMOVE),
    ],
}


def make_roles(apps, schema_editor):
    # Permissions are otherwise made after the last migration, too late for the roles.
    for label in ["auth", "accounts", "criteria"]:
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for name, permissions in ROLES.items():
        role, _ = Group.objects.get_or_create(name=name)
        role.permissions.set([known[permission] for permission in permissions])


def drop_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("criteria", "0001_facts"),
        ("accounts", "0001_user"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, drop_roles)]
