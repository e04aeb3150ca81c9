"""The kernel keeps the parts of a print now. Parts that lie there are thrown away with their files: the next print makes
its pages anew."""

from pathlib import Path

from django.conf import settings
from django.db import migrations


def throw_away(apps, schema_editor):
    database = schema_editor.connection.alias
    NoticePart = apps.get_model("nursery", "NoticePart")
    for part in NoticePart._base_manager.using(database).select_related("pdf__municipality"):
        stored = part.pdf
        key = str(stored.pk)
        part.delete()
        stored.delete()
        path = Path(settings.YAKUBA.data_dir) / "files" / stored.municipality.code / key[:2] / key
        path.unlink(missing_ok=True)


class Migration(migrations.Migration):
    dependencies = [
        ("nursery", "0003_letters_and_notices"),
        ("files", "0002_outputs"),
    ]

    operations = [
        migrations.RunPython(throw_away, migrations.RunPython.noop),
        migrations.DeleteModel(name="NoticePart"),
    ]
