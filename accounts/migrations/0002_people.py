"""Who administers follows from the role; who shares a name is told apart; who comes and goes is
noted, and never changed: UPDATE and DELETE are refused by the database itself, as of the log."""

import unicodedata
from collections import Counter

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

REFUSAL = "the access record is append-only"

# INSERT OR REPLACE would put a row in another's place without firing the other two.
OVER_ANOTHER = "WHEN EXISTS (SELECT 1 FROM accounts_access WHERE id = NEW.id)"
SQLITE = [
    f"""
    CREATE TRIGGER accounts_access_no_{event.lower()} BEFORE {event} ON accounts_access
    {condition} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """
    for event, condition in (("UPDATE", ""), ("DELETE", ""), ("INSERT", OVER_ANOTHER))
]
SQLITE_UNDO = [
    f"DROP TRIGGER accounts_access_no_{event}" for event in ("update", "delete", "insert")
]

POSTGRESQL = [
    f"""
    CREATE FUNCTION accounts_access_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER accounts_access_append_only BEFORE UPDATE OR DELETE ON accounts_access
    FOR EACH ROW EXECUTE FUNCTION accounts_access_refuse()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER accounts_access_append_only ON accounts_access",
    "DROP FUNCTION accounts_access_refuse()",
]

# Of django-axes, which kept the locks until now; the names typed at a sign-in are not left behind.
AXES = ["accessattemptexpiration", "accessattempt", "accessfailurelog", "accesslog"]


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return operation


def plain(name):
    """A full name without case and marks, as accounts.models compares them."""
    decomposed = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def mark_namesakes(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    people = User.objects.exclude(full_name="").values_list("pk", "full_name")
    names = {pk: plain(name) for pk, name in people}
    n_called = Counter(names.values())
    shared = [pk for pk, name in names.items() if n_called[name] > 1]
    User.objects.filter(pk__in=shared).update(shares_name=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_user"),
    ]

    operations = [
        migrations.AlterModelManagers(
            name="user",
            managers=[],
        ),
        migrations.RemoveField(
            model_name="user",
            name="is_staff",
        ),
        migrations.AddField(
            model_name="user",
            name="must_change_password",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Somebody else has set it: the person chooses their own at the next sign-in.",
                verbose_name="must change the password",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="shares_name",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.CreateModel(
            name="Access",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="time"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sign_in", "Signed in"),
                            ("failure", "Sign-in failed"),
                            ("old_password", "Wrong old password"),
                            ("lock", "Locked"),
                            ("refused", "Refused while locked"),
                            ("unlock", "Unlocked"),
                            ("password", "Password changed"),
                            ("sign_out", "Signed out"),
                            ("read", "Document read"),
                            ("download", "Document downloaded"),
                            ("export", "Table exported"),
                        ],
                        max_length=20,
                        verbose_name="what was done",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=310, verbose_name="person")),
                ("key", models.CharField(blank=True, editable=False, max_length=150)),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="address")),
                ("about", models.CharField(blank=True, max_length=500, verbose_name="of what")),
                ("path", models.CharField(blank=True, max_length=500, verbose_name="page")),
                ("search_text", models.CharField(blank=True, editable=False, max_length=1000)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "access",
                "verbose_name_plural": "access record",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["address", "at"], name="access_address"),
                    models.Index(fields=["user", "id"], name="access_user"),
                    models.Index(fields=["kind", "id"], name="access_kind"),
                ],
            },
        ),
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
        migrations.RunPython(mark_namesakes, migrations.RunPython.noop),
        migrations.RunSQL(
            [f"DROP TABLE IF EXISTS axes_{table}" for table in AXES], migrations.RunSQL.noop
        ),
    ]
