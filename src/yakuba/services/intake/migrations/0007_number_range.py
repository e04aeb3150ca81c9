"""The outside's ranges of receipt numbers are the kernel's now."""

from typing import Any

from django.db import migrations

FIELDS = ("municipality_id", "year", "first", "last", "next")


def hand_over(apps: Any, schema_editor: Any) -> None:
    database = schema_editor.connection.alias
    there = apps.get_model("exchange", "NumberRange")._base_manager.using(database)
    rows = apps.get_model("intake", "NumberRange")._base_manager.using(database).order_by("pk").values(*FIELDS)
    for row in rows.iterator():
        there.create(room="intake", **row)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0006_fromoutside_numberrange_posted"),
        ("exchange", "0002_number_range"),
    ]
    operations = [
        migrations.RunPython(hand_over, migrations.RunPython.noop),
        migrations.DeleteModel(name="NumberRange"),
    ]
