"""Forms that are designed: the draft as the engine takes it, and what stands on the clerk's page."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.work import Work, work_of
from yakuba.services.reading.engine.proposals.drafting import Draft
from yakuba.services.reading.engine.proposals.places import rects_of
from yakuba.services.reading.models import DesignedForm, FormDefinition


def draft_of(row: DesignedForm) -> Draft:
    """The draft of a row; changing it does not change the row."""
    sizes = {page.number: (page.width, page.height) for page in row.pages.all()}
    return Draft(
        copy.deepcopy(row.document),
        copy.deepcopy(row.procedure_document),
        copy.deepcopy(row.doubts),
        sizes,
        frozenset(row.borrowed),
    )


def designs() -> QuerySet[DesignedForm]:
    """All of them, the last that was changed first."""
    return DesignedForm.objects.select_related("owner").order_by("-changed_at", "-pk")


def looking(row: DesignedForm) -> Work:
    """How far looking for the boxes is."""
    return work_of("reading.design_form", f"designed-{row.pk}")


def in_force(row: DesignedForm) -> FormDefinition | None:
    """What is in use of it now."""
    return FormDefinition.objects.filter(code=row.code, current=True).first()


def pictures(row: DesignedForm) -> dict[str, bytes]:
    """The blank pages by the names that the form file gives them."""
    names = {int(page["page"]): str(page["image"]) for page in row.document["pages"]}
    return {names[page.number]: content_of(page.image) for page in row.pages.select_related("image")}


def field_count(row: DesignedForm) -> int:
    """Boxes on all pages."""
    pages: list[dict[str, Any]] = row.document["pages"]
    return sum(len(page["boxes"]) for page in pages)


@dataclass(frozen=True)
class Change:
    """What a draft changes of what is in use: a field and what is done to it, in words."""

    label: str
    what: str


def changes(row: DesignedForm) -> list[Change]:
    """Field by field, beside the version in use; everything is new where there is none."""
    used = in_force(row)
    now = _described(row.document, row.procedure_document)
    before = _described(used.document, used.procedure.document) if used else {}
    found = []
    for code, facts in now.items():
        if code not in before:
            found.append(Change(facts["名前"], "加わる"))
        elif differing := [key for key in facts if facts[key] != before[code][key]]:
            found.append(Change(facts["名前"], f"{'・'.join(differing)}が変わる"))
    found += [Change(before[code]["名前"], "なくなる") for code in before if code not in now]
    if used is not None:
        found += [
            Change(label, "変わる")
            for label, was, is_now in zip(
                SHEET, _of_sheet(used.document), _of_sheet(row.document), strict=True
            )
            if was != is_now
        ]
    return found


SHEET = ("様式の名前", "受付番号の付け方", "職員が書く場所")


def _of_sheet(document: dict[str, Any]) -> tuple[Any, ...]:
    """What of a form belongs to no field."""
    free = [page.get("free", []) for page in document["pages"]]
    return document["title"], document.get("numbering", ""), free


def _described(document: dict[str, Any], procedure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    fields = {one["code"]: one for one in procedure["fields"]}
    found = {}
    for page in document["pages"]:
        for box in page["boxes"]:
            one = fields.get(box["field"], {})
            found[f"{page['page']}:{box['field']}"] = {
                "名前": one.get("label", box["field"]),
                "型": one.get("type", ""),
                "必須": bool(one.get("required")),
                "選択肢": list(one.get("options", {}).values()),
                "枠の種類": (box["kind"], box.get("cells")),
                "場所": [list(rect) for rect in rects_of(box)],
            }
    return found
