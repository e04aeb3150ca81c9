from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('corefiles', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='corefile',
            name='held',
            field=models.JSONField(null=True, verbose_name='入っている項目'),
        ),
    ]
