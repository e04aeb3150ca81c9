"""What is published comes once more: a release of before passed over what was for a room that it did not have."""

from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    database = schema_editor.connection.alias
    apps.get_model("exchange", "Counterpart")._base_manager.using(database).update(bundle="")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_number_range")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
