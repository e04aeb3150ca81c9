from django.db import migrations


def as_outputs(apps, schema_editor):
    """The printed notices stood as files that came in from outside."""
    made = apps.get_model("nursery", "NoticePrint")._base_manager.exclude(pdf=None).values("pdf")
    apps.get_model("files", "StoredFile")._base_manager.filter(pk__in=made).update(kind="output")


class Migration(migrations.Migration):
    dependencies = [("files", "0002_outputs"), ("nursery", "0001_initial")]
    operations = [migrations.RunPython(as_outputs, migrations.RunPython.noop)]
