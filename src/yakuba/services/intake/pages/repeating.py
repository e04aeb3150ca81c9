"""Rows that a resident adds and takes away, and what the check page says of them and of calculated values. No JavaScript: each
button sends the page, what was typed on it is kept, and the page comes again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from yakuba.services.intake.actions import drafts
from yakuba.services.intake.engine.form import Form, Group, Page
from yakuba.services.intake.forms import typed
from yakuba.services.intake.pages.writing import Writing

ADD, REMOVE = "draft:add", "draft:remove"


def pressed(request: HttpRequest, writing: Writing, page: Page) -> HttpResponse | None:
    """The page with a row more or less, where such a button was pressed; None where it was another one."""
    added, removed = request.POST.get(ADD, ""), request.POST.get(REMOVE, "")
    if not added and not removed:
        return None
    code, _, number = (removed or f"{added}:").partition(":")
    group = next((one for one in page.groups if one.code == code), None)
    given = typed(page, request.POST, writing.answers)
    where = ""
    if group is not None and added and group.count < group.repeat.most:
        given[group.key] = str(group.count + 1)
        where = f"#row_{code}_{group.count + 1}"
    elif group is not None and number.isdecimal() and number.isascii() and len(number) < 4:
        row = int(number)
        if 1 <= row <= group.count and group.count > group.repeat.least:
            given |= without(group, row, given)
            where = f"#group_{code}"
    drafts.keep(writing.draft, given)
    check = "?check=1" if "check" in request.GET else ""
    return redirect(f"{writing.at(page)}{check}{where}")


def without(group: Group, row: int, given: Mapping[str, str]) -> dict[str, str]:
    """The answers to a group once a row is taken away: those behind it move up."""
    left = [codes for number, codes in enumerate(group.repeat.rows[: group.count], start=1) if number != row]
    moved: dict[str, str] = {}
    for number, codes in enumerate(group.repeat.rows[: group.count]):
        source = left[number] if number < len(left) else ()
        said = [given.get(code, "") for code in source] or [""] * len(codes)
        moved |= dict(zip(codes, said, strict=True))
    return moved | {group.key: str(group.count - 1)}


def without_rows(page: Page, where: str) -> list[dict[str, Any]]:
    """Lines of the check page for groups that have no row."""
    return [
        {
            "code": one.code,
            "label": one.repeat.label,
            "value": "",
            "fault": "",
            "change": f"{where}?check=1#group_{one.code}",
        }
        for one in page.groups
        if not one.count
    ]


def calculated(form: Form, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The section of the check page for what is calculated; none where nothing is."""
    lines = [
        {
            "code": one.field.code,
            "label": one.field.label,
            "value": one.field.shown(values.get(one.field.code, ""), revealed=True),
            "fault": "",
            "change": "",
        }
        for one in form.calculated
    ]
    return [{"title": "自動で計算した値", "lines": lines}] if lines else []
