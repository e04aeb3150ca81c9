"""The steps of a standard process model typed into a table of the page, without JavaScript; the file of BPMN; the section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from yakuba.services.reform.contracts import Medium
from yakuba.services.reform.engine import cells
from yakuba.services.reform.engine.bpmn import LARGEST
from yakuba.services.reform.engine.flow import FlowStep
from yakuba.services.reform.models import SectionInventory

BLANK = 3
MOST = 90  # rows: a form may send a thousand fields
PART = 60  # steps that are edited together; the others stay as they are
FIELDS = {
    "name": "工程",
    "lane": "だれが",
    "condition": "条件",
    "minutes": "分/件",
    "medium": "媒体",
    "tasks": "作業",
}
BETWEEN = "、"


@dataclass
class StepRow:
    """A row as it is or as it was typed. order: the number by which rows are sorted; out: whether it is left out."""

    at: int
    order: str
    cells: dict[str, str]
    support: str = ""
    out: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> list[tuple[str, str, str, str]]:
        """(name, label, value, fault) of each input but the medium."""
        return [
            (name, label, self.cells.get(name, ""), self.errors.get(name, ""))
            for name, label in FIELDS.items()
            if name != "medium"
        ]

    @property
    def medium(self) -> str:
        """The chosen medium."""
        return self.cells.get("medium", "")

    @property
    def empty(self) -> bool:
        """Whether nothing is typed in it."""
        return not any(value.strip() for value in self.cells.values())


def part_of(text: str, steps: int) -> tuple[int, int]:
    """Which steps are edited, from and to; of a text that says nothing useful the first."""
    start = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    start = start // PART * PART if start < steps else 0
    return start, min(start + PART, steps)


def parts_of(steps: int) -> list[tuple[int, int]]:
    """(from, to) of each part, where there are more than one."""
    return [part_of(str(start), steps) for start in range(0, steps, PART)] if steps > PART else []


def given_again(step: FlowStep) -> dict[str, Any]:
    """A step that is not edited, for the operation."""
    return vars(step) | {"tasks": list(step.tasks), "medium": step.medium or None}


def rows_of(steps: Sequence[FlowStep], left: Sequence[FlowStep]) -> list[StepRow]:
    """What is there, a few empty rows, and below what was left out."""
    found = [_row(at, str(10 * (at + 1)), step) for at, step in enumerate(steps)]
    found += [StepRow(len(steps) + at, "", {}) for at in range(BLANK)]
    room = max(0, MOST - len(found))
    return found + [_row(len(found) + at, "", step, out=True) for at, step in enumerate(left[:room])]


def _row(at: int, order: str, step: FlowStep, *, out: bool = False) -> StepRow:
    cells = {"name": step.name, "lane": step.lane, "condition": step.condition, "medium": step.medium}
    cells |= {
        "minutes": "" if step.minutes is None else f"{step.minutes.normalize():f}",
        "tasks": BETWEEN.join(step.tasks),
    }
    return StepRow(at, order, cells, step.support, out)


def rows_sent(data: Mapping[str, str]) -> list[StepRow]:
    """What was typed."""
    count = data.get("rows", "")
    found = []
    for at in range(min(MOST, int(count)) if count.isascii() and count.isdecimal() else 0):
        cells = {name: data.get(f"{at}-{name}", "")[:400] for name in FIELDS}
        found.append(
            StepRow(
                at,
                data.get(f"{at}-order", "")[:6],
                cells,
                data.get(f"{at}-support", "")[:9],
                f"{at}-out" in data,
            )
        )
    return found


def steps_in(rows: Sequence[StepRow]) -> list[dict[str, Any]]:
    """The steps in their order, for the operation; faults are put into the rows. Without a number a row stands at the end."""
    found: list[tuple[float, int, dict[str, Any]]] = []
    for row in rows:
        if row.out or row.empty:
            continue
        given: dict[str, Any] = {
            name: " ".join(row.cells[name].split()) for name in ("name", "lane", "condition")
        }
        for name in ("name", "lane", "condition"):
            if len(given[name]) > 80:
                row.errors[name] = "80文字までにしてください。"
        if not given["name"]:
            row.errors["name"] = "工程の名前を書いてください。"
        try:
            given["minutes"] = cells.minutes(row.cells["minutes"])[0]
        except cells.BadCell as error:
            row.errors["minutes"] = str(error)
        given["medium"] = row.medium if row.medium in {one.value for one in Medium} else None
        given["tasks"] = [name[:80] for name in map(str.strip, row.cells["tasks"].split(BETWEEN)) if name][
            :12
        ]
        given["support"] = row.support
        order = cells.bare(row.order)
        if order and not order.isdecimal():
            row.errors["order"] = "順は数で書いてください。"
        found.append((float(order) if order.isdecimal() else 1e9, row.at, given))
    return [given for _, _, given in sorted(found, key=lambda one: one[:2])]


class BpmnForm(forms.Form):
    """A file of BPMN 2.0."""

    file = forms.FileField(label="BPMNのファイル", help_text="BPMN 2.0のXML（.bpmn、.xml）")
    name = forms.CharField(
        label="業務の名前", max_length=80, required=False, help_text="空なら、ファイルの中の名前を使います。"
    )

    def clean_file(self) -> Any:
        """Not too large; what is in it the reader tells."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。")
        return file


class SectionForm(forms.Form):
    """Into which section's inventory."""

    section = forms.ChoiceField(label="どの課の棚卸しに")

    def __init__(self, *args: Any, sections: Sequence[SectionInventory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = [(str(one.pk), str(one)) for one in sections]  # type: ignore[attr-defined]
