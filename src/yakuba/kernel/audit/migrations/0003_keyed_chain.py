"""Links get a key. Those that stand already keep their plain hashes; `yakuba prepare` seals them with a keyed one."""

from django.db import migrations, models


def mark_plain_links(apps, schema_editor):
    """What stands in a chain before this version has no key."""
    apps.get_model("audit", "ChainHead").objects.update(plain_until=models.F("sequence"))


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.AddField("chainhead", "plain_until", models.PositiveBigIntegerField(default=0)),
        migrations.RunPython(mark_plain_links, migrations.RunPython.noop),
    ]
