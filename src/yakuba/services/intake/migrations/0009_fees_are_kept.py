"""Who asked, what was paid and what was closed is never changed: the database refuses it."""

from django.db import migrations

from yakuba.kernel.audit.append_only import refuse_changes

TABLES = ("intake_actingstatement", "intake_feeentry", "intake_dayclosing")


class Migration(migrations.Migration):
    dependencies = [("intake", "0008_who_asks_and_fees")]

    operations = [
        migrations.RunPython(refuse_changes(table, deletes=False), migrations.RunPython.noop)
        for table in TABLES
    ]
