from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_applicant_origin"),
    ]

    operations = [
        migrations.AlterField(
            model_name="casevalue",
            name="origin",
            field=models.CharField(
                choices=[
                    ("reading", "読み取り"),
                    ("person", "職員"),
                    ("register", "宛名の登録簿"),
                    ("applicant", "申請者（ウェブ）"),
                    ("calculated", "申請から計算"),
                ],
                default="reading",
                max_length=10,
                verbose_name="由来",
            ),
        ),
    ]
