"""The name by which a case is listed and sorted stands with the case; those that are there get theirs."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Coalesce, Left

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.kernel.ledger.naming import LONGEST, name_fields


def name_cases(apps: Any, _: Any) -> None:
    """As `ledger.models.name_cases`, in every town."""
    case, value = apps.get_model("ledger", "Case"), apps.get_model("ledger", "CaseValue")
    for procedure in apps.get_model("ledger", "Procedure")._base_manager.all():
        try:
            name, kana = name_fields(parse_procedure(procedure.document, procedure.code))
        except DefinitionError:
            continue  # one that is read no more has no fields that could be shown
        values = value._base_manager.filter(case=models.OuterRef("pk")).exclude(value="")
        kept = {
            column: Coalesce(
                models.Subquery(values.filter(field=field).values(cut=Left("value", LONGEST))[:1]),
                models.Value(nothing),
                output_field=models.CharField(null=True),
            )
            for column, field, nothing in (("name", name, ""), ("kana", kana, None))
        }
        case._base_manager.filter(procedure=procedure).update(**kept)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_calculated_origin")]

    operations = [
        migrations.AddField(
            "case", "kana", models.CharField("フリガナ", max_length=LONGEST, null=True, editable=False)
        ),
        migrations.AddField(
            "case", "name", models.CharField("氏名", max_length=LONGEST, blank=True, editable=False)
        ),
        migrations.RunPython(name_cases, migrations.RunPython.noop),
    ]
