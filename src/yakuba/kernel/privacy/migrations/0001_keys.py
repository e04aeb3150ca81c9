"""The keys of the municipalities that are there: those that older releases derived, which prepare wraps. Nothing that they
encrypted is written anew."""

from typing import Any

from django.db import migrations, models


def keep_derived(apps: Any, schema_editor: Any) -> None:
    codes = apps.get_model("tenancy", "Municipality").objects.values_list("code", flat=True)
    row = apps.get_model("privacy", "WrappedKey")
    row.objects.bulk_create([row(code=code, derived=True) for code in codes])


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tenancy", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="WrappedKey",
            fields=[
                (
                    "code",
                    models.CharField(max_length=6, primary_key=True, serialize=False, verbose_name="団体コード"),
                ),
                ("wrapped", models.BinaryField(default=b"")),
                ("master", models.CharField(default="", max_length=32)),
                ("derived", models.BooleanField(default=False)),
            ],
            options={"verbose_name": "鍵"},
        ),
        migrations.RunPython(keep_derived, migrations.RunPython.noop),
    ]
