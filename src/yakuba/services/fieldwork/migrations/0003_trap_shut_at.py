from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fieldwork", "0002_rounds")]

    operations = [
        migrations.AddField(
            model_name="trapday",
            name="shut_at",
            field=models.DateTimeField(null=True, verbose_name="最後に作動と届いた日時"),
        ),
    ]
