"""The catalogue of ready templates: the list, one of them, what the town has taken, and what it shares."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.definitions import DefinitionError, DefinitionRefused
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Invalid, Refused
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.robots.engine import catalogue as engine
from yakuba.services.robots.engine.catalogue import FIELDS_OF_WORK, LONGEST_WORD, SAMPLES, SOURCES
from yakuba.services.robots.forms import SampleForm, ShareForm
from yakuba.services.robots.models import Scenario, SharedTemplate, TakenTemplate
from yakuba.services.robots.operations import catalogue as operations
from yakuba.services.robots.pages.lists import ROBOTS
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.queries import register, steps
from yakuba.services.robots.queries.catalogue import Entry

STATES = {
    "runs": ("見本の画面で動く", lambda one: one.template.runs),
    "gap": ("足りないものあり", lambda one: bool(one.template.gaps)),
    "taken": ("取り込んだ", lambda one: one.taken is not None),
    "newer": ("新しい版がある", lambda one: one.is_newer),
    "group": ("集まりの自治体が出した", lambda one: one.from_group),
}


def state_cells(entry: Entry) -> list[Cell]:
    """What of it runs, in marks."""
    template = entry.template
    found = []
    if template.runs and template.gaps:
        found.append(status("warning", "一部が見本で動く"))
    elif template.runs:
        found.append(status("success", "見本で動く"))
    elif template.gaps:
        found.append(status("stopped", "足りないものがある"))
    else:
        found.append(status("info", f"{entry.town}が使っている"))
    if entry.is_newer:
        found.append(status("warning", "新しい版がある"))
    elif entry.taken:
        found.append(status("info", "取り込んだ"))
    return found


def _title(entry: Entry) -> list[Cell]:
    told = [Cell(entry.template.title, url=reverse("robots:template", args=[entry.key]))]
    if entry.town:
        told.append(Cell(f"出した自治体：{entry.town}", small=True))
    elif entry.template.task != entry.template.title:
        told.append(Cell(entry.template.task, small=True))
    return told


TEMPLATES = Listing(
    "robots.templates",
    "ひな形の一覧",
    "ひな形",
    columns=(
        Column("title", "名称", _title, ("template.title",)),
        Column("section", "分野", lambda one: one.template.section),
        Column("what", "すること", lambda one: one.template.description),
        Column("state", "状態", state_cells),
        Column("version", "版", lambda one: one.template.version, number=True),
    ),
    rows=queries.entries,
    nothing=Nothing("ひな形はありません"),
    search=Search(operations.narrowed, label="業務、項目の名前"),
    filters=(
        Filter(
            "section",
            "分野",
            lambda: [(one, one) for one in FIELDS_OF_WORK],
            lambda rows, wanted: [one for one in rows if one.template.section == wanted],
        ),
        Filter(
            "state",
            "状態",
            lambda: [(key, label) for key, (label, _) in STATES.items()],
            lambda rows, wanted: [one for one in rows if STATES[wanted][1](one)],
        ),
    ),
    lead="よくある業務の手続と手順の下書きです。取り込んでも、責任者と公開の承認がつくまで何も動きません。",
    trail=(ROBOTS,),
    actions=(("集まりに出したひな形", reverse_lazy("robots:shared")),),
)


@permission_required("robots.view")
def templates(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, TEMPLATES)


@permission_required("robots.view")
def template(request: HttpRequest, template: str) -> HttpResponse:
    """One template: what it does, what it lacks, its fields, its steps, where towns differ."""
    entry = queries.entry(template)
    found = entry.template
    slots = engine.slots(found)
    context = {
        "entry": entry,
        "template": found,
        "states": state_cells(entry),
        "source": SOURCES[found.listed],
        "sample": SAMPLES.get(found.sample, ""),
        "fields": engine.procedure_of(found).fields,
        "sections": steps.sections(queries.steps_of(found)),
        "must": [one for one in slots if one.must],
        "words": [one for one in slots if not one.must],
        "difference": queries.difference(entry.taken, found) if entry.taken and entry.is_newer else [],
    }
    return render(request, "robots/template.html", context)


@require_POST
@permission_required("robots.manage")
def take(request: HttpRequest, template: str) -> HttpResponse:
    """Take it as drafts; once more says that it was taken."""
    done = operations.import_template(person_of(request), template=template)
    if done.was_there:
        messages.info(request, "この版は、もう取り込んであります。")
    else:
        messages.success(
            request, "下書きにしました。まだ何も動きません。残っていることを順に進めてください。"
        )
    return redirect("robots:taken", done.row.pk)


@permission_required("robots.view")
def taken(request: HttpRequest, taken_id: int) -> HttpResponse:
    """What the town has taken, and what it still does."""
    return _taken(request, _row(taken_id))


def _row(taken_id: int) -> TakenTemplate:
    found: TakenTemplate = get_object_or_404(
        TakenTemplate.objects.select_related("system", "recording"), pk=taken_id
    )
    return found


def _taken(
    request: HttpRequest,
    row: TakenTemplate,
    typed: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    found = queries.template_of(row)
    words: list[dict[str, Any]] = [
        {"n": n, "slot": slot, "word": word if typed is None else typed.get(slot.key, word)}
        for n, (slot, word) in enumerate(queries.slots_of(row))
    ]
    entry = next((one for one in queries.entries() if one.taken and one.taken.pk == row.pk), None)
    context = {
        "taken": row,
        "template": found,
        "todo": queries.todo(row),
        "must": [one for one in words if one["slot"].must],
        "words": [one for one in words if not one["slot"].must],
        "said": sum(bool(one["word"]) for one in words if not one["slot"].must),
        "systems": register.systems(),
        "longest": LONGEST_WORD,
        "refused": refused,
        "sample": SampleForm(procedure=found.procedure_code),
        "newer": entry if entry is not None and entry.is_newer else None,
        "text": queries.scenario_text(found, row),
        "procedure_code": found.procedure_code,
    }
    return render(request, "robots/taken.html", context, status=422 if refused else 200)


@require_POST
@permission_required("robots.manage")
def words(request: HttpRequest, taken_id: int) -> HttpResponse:
    """The target and the town's words. What is wrong is told beside what was typed."""
    row = _row(taken_id)
    if request.POST.get("version") != str(row.version):
        messages.error(
            request, "この間に新しい版が取り込まれました。言葉を確かめて、もう一度保存してください。"
        )
        return redirect("robots:taken", row.pk)
    typed = {
        slot.key: request.POST.get(f"word-{n}", word) for n, (slot, word) in enumerate(queries.slots_of(row))
    }
    system = request.POST.get("system", "")
    try:
        operations.set_template_words(
            person_of(request),
            taken_id=row.pk,
            system=int(system) if system.isascii() and system.isdecimal() and len(system) < 18 else None,
            words=typed,
        )
    except (Invalid, DefinitionRefused, DefinitionError) as error:
        return _taken(request, row, typed, error)
    messages.success(request, "言葉を保存しました。")
    return redirect("robots:taken", row.pk)


@require_POST
@permission_required("robots.record")
def open_draft(request: HttpRequest, taken_id: int) -> HttpResponse:
    """The draft, with a sample case."""
    row = _row(taken_id)
    receipt = request.POST.get("receipt_number", "")
    recording = operations.open_template(person_of(request), taken_id=row.pk, receipt_number=receipt)
    return redirect("robots:recording", recording.pk)


# Sharing


@permission_required("robots.share")
def share(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Put a scenario into the group's catalogue; what the group would see stands below first."""
    row = get_object_or_404(Scenario.objects.select_related("procedure", "system"), pk=scenario_id)
    before = SharedTemplate.objects.filter(scenario=row).first()
    stands = engine.read(before.text) if before else None
    initial: dict[str, Any] = {"title": row.name}
    if stands is not None:
        initial = {"title": stands.title, "section": stands.section, "description": stands.description}
    form = ShareForm(request.POST or None, initial=initial)
    preview = ""
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            if "send" in request.POST:
                operations.share_scenario(person_of(request), scenario=row.pk, **form.cleaned_data)
                messages.success(request, "集まりのひな形に出しました。")
                return redirect("robots:shared")
            preview = operations.preview(row, **form.cleaned_data)
    context = {
        "scenario": row,
        "form": form,
        "before": before,
        "group": queries.group(),
        "towns": queries.group_towns(),
        "preview": preview,
        "must": [one.key for one in engine.slots(engine.read(preview)) if one.must] if preview else [],
    }
    return render(request, "robots/share.html", context, status=422 if form.errors else 200)


@permission_required("robots.view")
def shared(request: HttpRequest) -> HttpResponse:
    """The town's group, and what the town has put into it."""
    context = {"group": queries.group(), "towns": queries.group_towns(), "shared": queries.shared()}
    return render(request, "robots/shared.html", context)


withdraw = button(
    operations.unshare_template,
    lambda outcome: reverse("robots:shared"),
    "取り下げました。取り込んだ自治体の写しは残ります。",
)
