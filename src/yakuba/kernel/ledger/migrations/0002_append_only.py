"""The database itself refuses to change a CaseEvent."""

from django.db import migrations

from yakuba.kernel.audit.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(refuse_changes("ledger_caseevent", deletes=False), migrations.RunPython.noop)]
