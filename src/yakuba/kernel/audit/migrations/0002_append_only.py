"""The database itself refuses to change a AuditEvent."""

from django.db import migrations

from yakuba.kernel.audit.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(refuse_changes("audit_auditevent", deletes=True), migrations.RunPython.noop)]
