"""What was closed and billed is never changed: the database refuses it."""

from django.db import migrations

from yakuba.kernel.audit.append_only import refuse_changes

TABLES = ("sharing_closing", "sharing_share", "sharing_bill", "sharing_receivedbill", "sharing_registerchange")


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]

    operations = [
        migrations.RunPython(refuse_changes(table, deletes=False), migrations.RunPython.noop)
        for table in TABLES
    ]
