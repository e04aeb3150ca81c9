"""The installation's own record, and what PostgreSQL lets go: the events of a municipality while its erasure is under way."""

from typing import Any

from django.db import migrations, models

from yakuba.kernel.audit.append_only import belongs_to_tables, refuse_changes

LETS_ERASURES_THROUGH = """
CREATE OR REPLACE FUNCTION audit_auditevent_append_only() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'DELETE' AND (
    SELECT count(*) FILTER (WHERE name = 'municipality_erasing') > count(*) FILTER (WHERE name = 'municipality_erased')
    FROM audit_houseevent WHERE number = OLD.municipality_id
  ) THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'audit_auditevent is append-only';
END $$ LANGUAGE plpgsql;
"""


@belongs_to_tables
def let_erasures_through(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(LETS_ERASURES_THROUGH)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_keyed_chain")]
    operations = [
        migrations.CreateModel(
            name="HouseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveBigIntegerField(unique=True, verbose_name="番号")),
                ("at", models.DateTimeField(verbose_name="日時")),
                ("name", models.CharField(max_length=80, verbose_name="出来事")),
                ("by", models.CharField(max_length=120, verbose_name="だれが")),
                ("code", models.CharField(blank=True, max_length=6, verbose_name="団体コード")),
                ("number", models.BigIntegerField(db_index=True, null=True)),
                ("details", models.JSONField(default=dict, verbose_name="内容")),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"verbose_name": "据え付けの記録"},
        ),
        migrations.RunPython(refuse_changes("audit_houseevent", deletes=True), migrations.RunPython.noop),
        migrations.RunPython(let_erasures_through, migrations.RunPython.noop),
    ]
