"""One process: its tasks as rows that are typed, and its description sheet (業務説明表)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.refusals import Conflict, attempt
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import form_page
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.contracts import Core, TaskRow
from yakuba.services.reform.engine.inventory import STEP, TASK, key_of
from yakuba.services.reform.forms.grid import PART, TaskGrid, as_cells
from yakuba.services.reform.forms.inventory import ProcessForm
from yakuba.services.reform.models import Process, Task
from yakuba.services.reform.operations import inventory as operations
from yakuba.services.reform.pages.papers import paper
from yakuba.services.reform.pages.sections import above, section_of
from yakuba.services.reform.queries import inventory as queries


def _process(request: HttpRequest, process_id: int) -> Process:
    row = get_object_or_404(
        Process.objects.select_related("section__round", "section__department"), pk=process_id
    )
    section_of(request, row.section_id)
    return row


@permission_required("reform.answer")
def process(request: HttpRequest, process_id: int) -> HttpResponse:
    """The tasks of a process, a row each. What holds is saved; what does not stays as it was typed, with the reason at its
    cell."""
    row = _process(request, process_id)
    classes = list(queries.classes().values())
    error, typed = "", request.method == "POST"
    before: int | None = row.revision
    start = _start(request)
    theirs: list[str] = []
    if typed:
        before = _number(request.POST.get("before", ""))
        grid = TaskGrid.sent(request.POST, classes)
        if "more" in request.POST:
            grid.more()
        else:
            saved, refusal = attempt(_save, request, row, grid, before)
            if saved is None:
                error = str(refusal)
                if isinstance(refusal, Conflict) and (now := Process.objects.filter(pk=row.pk).first()):
                    before, theirs = now.revision, _theirs(row, grid)
            elif not saved.faults:
                messages.success(request, f"{saved.saved}行を保存しました。")
                return redirect(
                    f"{reverse('reform:process', args=[row.pk])}?from={_last_part(row, start, grid)}"
                )
            else:
                grid = _kept(row, grid, classes)
                row.refresh_from_db()
                before = row.revision
                error = f"{saved.saved}行を保存しました。{len({one.row for one in saved.faults})}行は、赤い欄を直してからもう一度保存してください。"
    else:
        grid = TaskGrid.of(_rows(row)[start : start + PART], classes)
    count = Task.objects.filter(process=row).count()
    writes = row.section.is_open and queries.may_write(person_of(request), row.section)
    context = {
        "process": row,
        "section": row.section,
        "above": above(row.section),
        "grid": grid,
        "error": error,
        "before": before,
        "may_write": writes,
        "theirs": theirs,
        "start": start,
        "parts": [(at, min(at + PART, count)) for at in range(0, count, PART)] if count > PART else [],
        "minutes": Task.objects.filter(process=row).aggregate(sum=Sum("minutes_a_year"))["sum"],
    }
    return render(request, "reform/process.html", context, status=422 if error else 200)


def _start(request: HttpRequest) -> int:
    """The first task that the page shows: a form takes no more than a thousand fields."""
    asked = _number((request.POST if request.method == "POST" else request.GET).get("from", "")) or 0
    return asked - asked % PART


def _last_part(row: Process, start: int, grid: TaskGrid) -> int:
    """Where the page goes on after saving: where the new rows are, which stand at the end."""
    count = Task.objects.filter(process=row).count()
    new = any(one.number is None for one in grid.filled)
    return max(0, count - 1) // PART * PART if new or start >= count else start


def _theirs(row: Process, typed: TaskGrid) -> list[str]:
    """Of the rows that were typed where something else is saved by now, a sentence for each."""
    saved = {pk: as_cells(task) for pk, task in _rows(row)}
    told = []
    for one in typed.filled:
        if one.number and one.number not in saved:
            told.append(f"{one.at + 1}行目は、ほかの人が消しました。保存すると、新しい作業になります。")
        elif one.number:
            now = saved[one.number]
            differing = [
                f"{column}「{now[column]}」"
                for column, text in one.given.items()
                if comparable(text) != comparable(now[column])
            ]
            if differing:
                told.append(f"{one.at + 1}行目で、今保存されているのは {'、'.join(differing)}")
    return told


def _rows(row: Process) -> list[tuple[int, Any]]:
    return [(task.pk, task.row) for task in queries.tasks(row.section).filter(process=row)]


def _save(request: HttpRequest, row: Process, grid: TaskGrid, before: int | None) -> Any:
    rows = grid.filled
    saved = operations.save_tasks(
        person_of(request),
        process_id=row.pk,
        rows=[{"number": one.number, "cells": one.given} for one in rows],
        gone=grid.gone,
        before=before,
    )
    grid.tell([(one.row, one.column, one.reason) for one in saved.faults], rows)
    return saved


def _kept(row: Process, typed: TaskGrid, classes: list[str]) -> TaskGrid:
    """The rows in their order: what was saved as it is now, what has a fault as it was typed."""
    saved = {key_of(task): (pk, task) for pk, task in _rows(row)}
    grid = TaskGrid.of(
        [
            saved[key_of(TaskRow(row.name, one.given[STEP], one.given[TASK]))]
            for one in typed.filled
            if not one.wrong
        ],
        classes,
    )
    as_saved = iter(grid.rows)
    grid.rows = [one if one.wrong else next(as_saved) for one in typed.filled] + list(as_saved)
    for at, one in enumerate(grid.rows):
        one.at = at
        for place, cell in enumerate(one.cells):
            cell.name, cell.label = f"{at}-{place}", f"{at + 1}行目の{cell.column}"
    return grid


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@permission_required("reform.answer")
def edit_process(request: HttpRequest, process_id: int) -> HttpResponse:
    """Its name and what its description sheet says."""
    row = _process(request, process_id)
    names = ("name", "purpose", "law", "scale_usual", "scale_busy", "scale_slack", "indicator", "staff")
    initial = {name: getattr(row, name) for name in names} | {"before": row.revision}
    form = ProcessForm(request.POST or None, initial=initial)

    def save() -> HttpResponse:
        try:
            operations.describe(person_of(request), process_id=row.pk, **form.cleaned_data)
        except Conflict:  # told once: who saves again means it
            form.data = sent = request.POST.copy()
            sent["before"] = str(Process.objects.get(pk=row.pk).revision)
            raise
        messages.success(request, "業務説明表を登録しました。")
        return redirect("reform:process_sheet", row.pk)

    context = {"process": row, "section": row.section, "above": above(row.section)}
    return form_page(request, form, save, "reform/edit_process.html", context)


def _sheet(row: Process) -> dict[str, Any]:
    tasks = list(queries.tasks(row.section).filter(process=row))
    minutes = sum(float(task.minutes_a_year or 0) for task in tasks)
    noncore = sum(float(task.minutes_a_year or 0) for task in tasks if task.core == Core.NONCORE)
    per_person = float(value("reform.hours_per_person"))
    return {
        "process": row,
        "section": row.section,
        "tasks": tasks,
        "minutes": minutes,
        "noncore": noncore / minutes if minutes else None,
        "persons": minutes / 60 / per_person,
        "per_person": per_person,
    }


@permission_required("reform.answer")
def process_sheet(request: HttpRequest, process_id: int) -> HttpResponse:
    """The description sheet."""
    row = _process(request, process_id)
    context = _sheet(row) | {
        "above": above(row.section),
        "may_write": row.section.is_open and queries.may_write(person_of(request), row.section),
        "sees": allowed(request.user, "reform.inventory"),
    }
    return render(request, "reform/process_sheet.html", context)


@permission_required("reform.answer")
def process_sheet_pdf(request: HttpRequest, process_id: int) -> HttpResponseBase:
    """The same on paper."""
    row = _process(request, process_id)
    return paper(
        request,
        f"process-{row.pk}",
        "reform/process_sheet_paper.html",
        "reform.sheet_made",
        _sheet(row),
        subject=f"process:{row.pk}",
    )
