"""What differs by town is the kernel's now."""

from typing import Any

from django.db import migrations

from yakuba.kernel.localwords.taking_over import take_over


def hand_over(apps: Any, schema_editor: Any) -> None:
    database = schema_editor.connection.alias
    rows = apps.get_model("intake", "LocalWord")._base_manager.using(database).order_by("pk")
    take_over(apps, database, "intake", rows.values_list("municipality_id", "name", "value").iterator())


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_navigator"), ("localwords", "0001_initial")]
    operations = [
        migrations.RunPython(hand_over, migrations.RunPython.noop),
        migrations.DeleteModel(name="LocalWord"),
    ]
