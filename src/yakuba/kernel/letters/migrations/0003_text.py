from django.db import migrations, models


class Migration(migrations.Migration):
    """What a Word file says is kept beside it, for the search; of a file that was taken before only its kind is found."""

    dependencies = [("letters", "0002_word_templates")]

    operations = [
        migrations.AddField("lettertemplate", "text", models.TextField("本文", blank=True, default=""), preserve_default=False),
    ]
