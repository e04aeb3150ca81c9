from typing import Any

from django.db import migrations, models


def tell_what_has_ended(apps: Any, schema_editor: Any) -> None:
    """Rooms that did not hear of it before end what stands as under way."""
    jobs = apps.get_model("jobs", "Job")._base_manager
    jobs.filter(state__in=["failed", "cancelled"]).update(untold=True)


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_turns"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="progress_from",
            field=models.PositiveIntegerField(default=0, verbose_name="始めたときの済み"),
        ),
        migrations.AddField(
            model_name="job",
            name="untold",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(tell_what_has_ended, migrations.RunPython.noop),
    ]
