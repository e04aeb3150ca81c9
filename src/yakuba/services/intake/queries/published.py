"""Inside: what of the room residents may read outside. Nothing that a form does not ask, and no procedure of a class that the
internet zone may not hold."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.localwords.models import LocalWord
from yakuba.kernel.outbound import DataClass, class_of
from yakuba.kernel.townsettings import value
from yakuba.kernel.workdays.models import SpecialDay
from yakuba.services.intake.models import LifeEvent, WebForm
from yakuba.services.intake.queries import rules


def published() -> dict[str, Any]:
    """Forms with a day on which they open and their procedures, the navigator's published events, and the words in both."""
    forms = WebForm.objects.exclude(opens_on=None).select_related("procedure").order_by("procedure__code")
    return {
        "public": value("intake.public"),
        "forms": [_form(row) for row in forms if class_of(row.procedure.definition) <= DataClass.INTERNAL],
        "events": [
            {"code": row.code, "title": row.title, "told": row.told}
            for row in LifeEvent.objects.exclude(told="").order_by("code")
        ],
        "acting": rules.told_of_acting(),
        "words": [
            [row.room, row.name, row.value]
            for row in LocalWord.objects.filter(room__in=("", "intake")).order_by("room", "name")
        ],
        "days": [[row.day.isoformat(), row.open, row.reason] for row in SpecialDay.objects.order_by("day")],
    }


def _form(row: WebForm) -> dict[str, Any]:
    procedure = row.procedure
    return {
        "code": procedure.code,
        "procedure": procedure.document,
        "document": row.document,
        "version": row.version,
        "opens_on": str(row.opens_on),
        "closes_on": str(row.closes_on or ""),
        "note": row.note,
    }
