"""What a section answers: its processes, their tasks typed, pasted or taken from a file, and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.refusals import form_page, told_in
from yakuba.services.reform.actions import copying
from yakuba.services.reform.engine.inventory import CASES, COLUMNS, EXCEPTIONS, GIVEN, MINUTES, Table
from yakuba.services.reform.forms.grid import as_cells
from yakuba.services.reform.forms.inventory import BeforeForm, PasteForm, ProcessNameForm, ReasonForm
from yakuba.services.reform.models import Process, SectionInventory, Task
from yakuba.services.reform.operations import inventory as operations
from yakuba.services.reform.pages.rounds import KINDS, section_state
from yakuba.services.reform.queries import inventory as queries

PREVIEWED = 200  # rows that were pasted
TASKS = importing.TableKind(operations.TABLE, "作業", COLUMNS, largest=operations.LARGEST)
NUMBERS = (CASES, MINUTES, EXCEPTIONS)
NOTHING_TO_ANSWER = Nothing("答える業務棚卸しはありません", "頼まれると、ここと「今日の仕事」に出ます。")


def section_of(request: HttpRequest, section_id: int) -> SectionInventory:
    """The section, of those that the person may see."""
    return get_object_or_404(queries.seen_by(request.user), pk=section_id)


def above(section: SectionInventory) -> list[tuple[str, str]]:
    """The pages above those of a section."""
    return [
        ("棚卸しに答える", reverse("reform:mine")),
        (str(section), reverse("reform:section", args=[section.pk])),
    ]


def _mine_hours(row: Any) -> Cell:
    hours = float(row.minutes or 0) / 60
    return Cell(round(hours, 1), shown=f"{wording.grouped(hours, 1)}時間")


MINE = Listing(
    "reform.mine",
    "棚卸しに答える",
    "課の棚卸し",
    columns=(
        Column("title", "棚卸し", lambda row: Cell(str(row), url=reverse("reform:section", args=[row.pk]))),
        Column("deadline", "期限", lambda row: row.round.deadline, ("round__deadline", "pk")),
        Column("person", "担当者", lambda row: str(row.assigned_to or "（課のだれか）")),
        Column("count", "作業", lambda row: row.count, number=True),
        Column("hours", "時間（1年）", _mine_hours, number=True),
        Column("state", "状態", section_state, ("state", "pk")),
    ),
    rows=list,
    nothing=NOTHING_TO_ANSWER,
    remembered=False,
)


@permission_required("reform.answer")
def mine(request: HttpRequest) -> HttpResponseBase:
    """The inventories for which this person answers."""
    return respond(request, replace(MINE, rows=lambda: queries.own(request.user)))


@permission_required("reform.answer")
def section(request: HttpRequest, section_id: int) -> HttpResponse:
    """One section's inventory: its processes, and what is to be done next."""
    row = section_of(request, section_id)
    lacking = Q(tasks__minutes_a_year__isnull=True) | Q(tasks__work_class__isnull=True)
    processes = Process.objects.filter(section=row).annotate(
        count=Count("tasks"),
        minutes=Sum("tasks__minutes_a_year"),
        lacking=Count("tasks", filter=Q(tasks__isnull=False) & lacking),
    )
    found = list(processes.order_by("position", "pk"))
    context = {
        "section": row,
        "state": KINDS[SectionInventory.State(row.state)],
        "processes": found,
        "tasks": sum(one.count for one in found),
        "minutes": sum(one.minutes or 0 for one in found),
        "lacking": sum(one.lacking for one in found),
        "may_write": row.is_open and queries.may_write(person_of(request), row),
        "may_copy": not found and copying.earlier(row) is not None,
        "manages": allowed(request.user, "reform.rounds"),
        "reason": ReasonForm(),
    }
    return render(request, "reform/section.html", context)


def _cell(name: str) -> Any:
    if name in NUMBERS:
        return lambda row: Cell(_number(row.cells[name]))
    return lambda row: row.cells[name]


def _number(text: str) -> float | int | str | None:
    if not text:
        return None
    if text.endswith("%"):
        return text
    return float(text) if "." in text else int(text)


class _Filed:
    """A task as a file has it."""

    def __init__(self, task: Task) -> None:
        row = task.row
        self.pk, self.cells = task.pk, as_cells(row)
        minutes = row.minutes_a_year
        self.hours = None if minutes is None else round(float(minutes) / 60, 2)


def _tasks(row: SectionInventory) -> Listing:
    """The tasks with the headings that `load` reads back."""
    return Listing(
        "reform.section_tasks",
        f"{row}の作業",
        "作業",
        columns=(
            *(Column(f"c{at}", name, _cell(name), number=name in NUMBERS) for at, name in enumerate(GIVEN)),
            Column("hours", "時間/年", lambda one: one.hours, number=True),
        ),
        rows=lambda: queries.tasks(row),
        each=lambda tasks: [_Filed(task) for task in tasks],
        nothing=Nothing("作業はまだありません"),
        trail=tuple(above(row)),
        remembered=False,
    )


@permission_required("reform.answer")
def tasks(request: HttpRequest, section_id: int) -> HttpResponseBase:
    """All tasks of a section in one table, to look at and to take along."""
    return respond(request, _tasks(section_of(request, section_id)), "reform/tasks.html")


@permission_required("reform.answer")
def new_process(request: HttpRequest, section_id: int) -> HttpResponse:
    """A further process."""
    row, form = section_of(request, section_id), ProcessNameForm(request.POST or None)

    def add() -> HttpResponse:
        made = operations.add_process(person_of(request), section_id=row.pk, name=form.cleaned_data["name"])
        return redirect("reform:process", made.pk)

    return form_page(request, form, add, "reform/new_process.html", {"section": row, "above": above(row)})


@permission_required("reform.answer")
def paste(request: HttpRequest, section_id: int) -> HttpResponse:
    """Rows that were copied out of a spreadsheet, looked at first."""
    row = section_of(request, section_id)
    form = PasteForm(request.POST or None, initial={"before": row.revision})
    context: dict[str, Any] = {"section": row, "above": above(row), "form": form, "columns": GIVEN}
    if request.method == "POST" and form.is_valid():
        found, table = operations.table_of_pasted(form.cleaned_data["text"], row)
        if "take" in request.POST and table.rows:
            with told_in(form):
                taken = operations.take_table(person_of(request), row, table, form.cleaned_data["before"])
                return _taken(request, row, taken)
        row.refresh_from_db(fields=["revision"])
        form.data = sent = request.POST.copy()
        sent["before"] = str(row.revision)
        used, rows = _previewed(found, table)
        context |= {"table": table, "used": used, "rows": rows, "more": max(0, len(found) - PREVIEWED)}
    return render(request, "reform/paste.html", context, status=422 if form.errors else 200)


def _previewed(
    found: list[Row], table: Table
) -> tuple[list[str], list[tuple[int, list[tuple[str, str, str]], str]]]:
    """The columns in which anything stands, and of each row its line, its cells as (column, text, fault), and whether it is
    taken (`taken`, `bad`, or `total` for what is no task)."""
    faults: dict[int, dict[str, str]] = {}
    for one in table.problems:
        faults.setdefault(one.line, {})[one.place] = one.reason
    rows = []
    for row in found[:PREVIEWED]:
        taken, told = table.rows.get(row.line), faults.get(row.line, {})
        cells = as_cells(taken) if taken else {name: row.get(name) for name in GIVEN}
        state = "taken" if taken else "bad" if told else "total"
        rows.append((row.line, [(name, cells[name], told.get(name, "")) for name in GIVEN], state))
    used = {name for _, cells, _ in rows for name, text, fault in cells if text or fault}
    columns = [name for name in GIVEN if name in used]
    return columns, [
        (line, [cell for cell in cells if cell[0] in used], state) for line, cells, state in rows
    ]


@permission_required("reform.answer")
def load(request: HttpRequest, section_id: int) -> HttpResponse:
    """A file of tasks is looked at, its columns are chosen, and what holds is taken."""
    row = section_of(request, section_id)

    def check(found: Iterable[Row]) -> list[Problem]:
        table = operations.table_of_rows(list(found), row)
        return sorted([*table.problems, *table.notes], key=lambda one: one.line)

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        table = operations.table_of(file.read(), renamed, row)
        if not table.rows:
            raise Invalid("取り込める行がありません。", problems=table.problems)
        before = BeforeForm(request.POST)
        seen = before.cleaned_data["before"] if before.is_valid() else None
        return _taken(request, row, operations.take_table(person_of(request), row, table, seen))

    extra = BeforeForm(initial={"before": row.revision})
    lead = "業務、工程、作業の表です。同じ業務・工程・作業の名前の行は書きかえ、ほかは足します。表にない作業は、そのまま残ります。"
    return importing.respond(request, TASKS, check, take, importing.ImportPage(above(row), lead, extra))


def _taken(request: HttpRequest, row: SectionInventory, found: Any) -> HttpResponse:
    taken = found.taken
    if not found.table.problems and not found.table.notes and not taken.absent:
        messages.success(
            request,
            f"取り込みました（新しい作業{taken.new:,}、変わった作業{taken.changed:,}、同じ作業{taken.same:,}）。",
        )
        return redirect("reform:section", row.pk)
    context = {"section": row, "above": above(row), "taken": taken, "table": found.table}
    return render(request, "reform/taken.html", context)


copy_last = button(
    operations.copy_last, "reform:section", "前の年度の答えを写しました。変わったところを直してください。"
)
answer = button(operations.answer, "reform:section", "答えました。ありがとうございました。")


@permission_required("reform.answer")
@require_POST
def remove_process(request: HttpRequest, process_id: int) -> HttpResponse:
    """A process with its tasks, as they were seen."""
    before = request.POST.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else None
    row = operations.remove_process(person_of(request), process_id=process_id, before=number)
    messages.success(request, "業務を消しました。")
    return redirect("reform:section", row.pk)
