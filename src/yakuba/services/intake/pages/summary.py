"""All answers of an application as its check page lists them, for residents, at the counter and on the tablet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yakuba.services.intake.engine.form import Page
from yakuba.services.intake.models import AttachedFile
from yakuba.services.intake.pages import repeating
from yakuba.services.intake.pages.writing import Writing


def sections(
    writing: Writing, values: Mapping[str, str], faults: Mapping[str, str], given: Sequence[AttachedFile]
) -> list[dict[str, Any]]:
    """Page by page what was answered, with what is wrong and where it is changed, then what is calculated."""
    found = [_section(writing, one, values, faults, given) for one in writing.pages]
    return found + repeating.calculated(writing.form, values)


def _section(
    writing: Writing,
    page: Page,
    values: Mapping[str, str],
    faults: Mapping[str, str],
    given: Sequence[AttachedFile],
) -> dict[str, Any]:
    where = writing.at(page)
    lines = [
        {
            "code": one.code,
            "label": one.field.label,
            "value": one.field.shown(values.get(one.code, ""), revealed=True),
            "fault": faults.get(one.code, ""),
            "change": f"{where}?check=1#f_{one.code}{'_0' if one.field.options else ''}",
        }
        for one in page.questions
    ]
    lines += repeating.without_rows(page, where)
    lines += [
        {
            "code": one.code,
            "label": one.label,
            "value": "、".join(file.name for file in given if file.slot == one.code),
            "fault": faults.get(one.code, ""),
            "change": f"{where}#f_{one.code}",
        }
        for one in page.files
    ]
    return {"title": page.title, "lines": lines}
