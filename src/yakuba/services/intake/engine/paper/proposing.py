"""The web form that a paper form proposes: its headings as pages, its boxes in their order, its labels as printed. What is
required, which options there are and what a value may be is the procedure's, for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.values.characters import comparable
from yakuba.services.intake.engine.form import can_be_asked, parse_form
from yakuba.services.reading.contracts import PaperForm, Printed

MOST = 10  # fields of a page
KEPT = (
    "sent_on",
    "files",
    "calculated",
    "persons",
    "signature",
)  # of the form so far: paper says nothing of them


def propose(
    paper: PaperForm, procedure: ProcedureDefinition, printed: Printed, before: Mapping[str, Any]
) -> dict[str, Any]:
    """The document of a web form as `engine.form` reads it. before: the document so far. Raises DefinitionError where the
    procedure has nothing that can be asked."""
    document: dict[str, Any] = {key: before[key] for key in KEPT if key in before}
    sent_on = parse_form({}, procedure).sent_on if "sent_on" not in document else document["sent_on"]
    left_out = {sent_on, *(str(one.get("field")) for one in document.get("calculated") or ())}
    asked = [
        (f"{number}枚目", box.field) for number, page in enumerate(paper.pages, start=1) for box in page.boxes
    ]
    boxed = {code for _, code in asked}
    asked += [("そのほか", one.code) for one in procedure.fields if one.required and one.code not in boxed]
    pages: list[dict[str, Any]] = []
    seen: set[str] = set()
    for sheet, code in asked:
        item = procedure.by_code.get(code)
        if item is None or code in seen or code in left_out or not can_be_asked(item):
            continue
        seen.add(code)
        _add(pages, printed.headings.get(code) or item.group or sheet, _entry(procedure, code))
    document["pages"] = [{"title": page["title"], "fields": page["fields"]} for page in pages]
    if rules := _labels(pages, procedure, printed):
        document["fields"] = rules
    parse_form(document, procedure)
    return document


def _entry(procedure: ProcedureDefinition, code: str) -> str:
    """The code, or that of the group whose row it is in."""
    found = (one.code for one in procedure.repeats if any(code in row for row in one.rows))
    return next(found, code)


def _add(pages: list[dict[str, Any]], heading: str, code: str) -> None:
    if any(code in page["fields"] for page in pages):  # a later row of a group
        return
    if not pages or pages[-1]["heading"] != heading:
        pages.append({"heading": heading, "title": heading, "fields": []})
    elif len(pages[-1]["fields"]) >= MOST:
        pages.append({"heading": heading, "title": f"{heading}（続き）", "fields": []})
    pages[-1]["fields"].append(code)


def _labels(
    pages: list[dict[str, Any]], procedure: ProcedureDefinition, printed: Printed
) -> dict[str, dict[str, str]]:
    """What is called otherwise on paper; where two fields of a page would be called alike, the procedure's labels stay."""
    found: dict[str, dict[str, str]] = {}
    for page in pages:
        said = {
            code: _called(procedure.by_code[code], printed)
            for code in page["fields"]
            if code in procedure.by_code
        }
        spelled = [comparable(label) for label in said.values()]
        for code, label in said.items():
            own = procedure.by_code[code].label
            if comparable(label) != comparable(own) and spelled.count(comparable(label)) == 1:
                found[code] = {"label": label}
    return found


def _called(item: FieldDefinition, printed: Printed) -> str:
    return printed.labels.get(item.code) or item.label
