"""UPDATE and DELETE of the log are refused by the database itself."""

from django.db import migrations

REFUSAL = "the log is append-only"

# INSERT OR REPLACE would put a row in another's place without firing the other two.
OVER_ANOTHER = """
    WHEN EXISTS (SELECT 1 FROM criteria_activity WHERE seq = NEW.seq OR hash = NEW.hash)
"""
SQLITE = [
    f"""
    CREATE TRIGGER criteria_activity_no_{event.lower()} BEFORE {event} ON criteria_activity
    {condition} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """
    for event, condition in (("UPDATE", ""), ("DELETE", ""), ("INSERT", OVER_ANOTHER))
]
SQLITE_UNDO = [
    f"DROP TRIGGER criteria_activity_no_{event}" for event in ("update", "delete", "insert")
]

POSTGRESQL = [
    f"""
    CREATE FUNCTION criteria_activity_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER criteria_activity_append_only BEFORE UPDATE OR DELETE ON criteria_activity
    FOR EACH ROW EXECUTE FUNCTION criteria_activity_refuse()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER criteria_activity_append_only ON criteria_activity",
    "DROP FUNCTION criteria_activity_refuse()",
]


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return operation


class Migration(migrations.Migration):
    dependencies = [("criteria", "0002_roles")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        )
    ]
