"""Indexes: cases by name, events by kind, and what the promises count."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_names")]

    operations = [
        migrations.AddIndex(
            "case", models.Index(fields=["municipality", "kana", "name", "receipt_number"], name="case_by_name")
        ),
        migrations.AddIndex(
            "caseevent", models.Index(fields=["municipality", "kind", "case"], name="case_event_kind")
        ),
        migrations.AddIndex(
            "casevalue", models.Index(fields=["municipality", "trusted", "origin"], name="value_passed")
        ),
        migrations.AddIndex(
            "casevalue",
            models.Index(fields=["municipality"], condition=models.Q(trusted=False), name="value_unsure"),
        ),
    ]
