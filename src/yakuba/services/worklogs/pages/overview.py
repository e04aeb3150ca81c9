"""Where the time goes: figures and pictures, people under pseudonyms, the rules, and what is collected at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.worklogs import manifest, operations, queries
from yakuba.services.worklogs.engine import before_after
from yakuba.services.worklogs.engine.reading import COLUMNS
from yakuba.services.worklogs.forms import ReasonForm, RulesForm
from yakuba.services.worklogs.models import Subject
from yakuba.services.worklogs.queries import charts
from yakuba.services.worklogs.queries.robots import effects

SHOWN = 20  # rows of a table
RULES = """作業:
  - 名前: 例：申込書の入力
    アプリ: [業務システムの名前]
    画面: [申込]
"""


@permission_required("worklogs.view")
def index(request: HttpRequest) -> HttpResponse:
    """The figures of all logs."""
    found = queries.overview()
    section = request.GET.get("section", "")
    sections = [row[0] for row in found.rows("sections")]
    activities = queries.hours_by_process()
    titles = dict(Procedure.objects.values_list("code", "title"))
    context = {
        "found": found.facts,
        "made_at": found.made_at,
        "work": queries.preparing(),
        "current": queries.is_up_to_date(),
        "charts": [
            charts.applications(found),
            charts.activities(found),
            charts.months(found),
            charts.sections(found),
        ],
        "week": charts.week(found, section if section in sections else ""),
        "section": section,
        "sections": found.rows("sections"),
        "activities": [(row, titles.get(row.procedure, row.procedure)) for row in activities],
        "unnamed": sum(row[3] for row in found.rows("activities") if not row[0]),
        "screens": found.rows("screens")[:SHOWN],
        "switches": found.rows("switches")[:SHOWN],
        "imports": queries.imports()[:1],
    }
    return render(request, "worklogs/index.html", context)


@permission_required("worklogs.view")
def robots(request: HttpRequest) -> HttpResponse:
    """Whether what robots saved at PCs is still saved."""
    context = {"effects": effects(), "found": queries.overview().facts, "rules": before_after}
    return render(request, "worklogs/robots.html", context)


@permission_required("worklogs.load")
@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """Calculate anew."""
    operations.prepare(person_of(request))
    messages.success(request, "計算を始めます。終わると、この画面の数字が変わります。")
    return redirect("worklogs:index")


@permission_required("worklogs.collected")
def collected(request: HttpRequest) -> HttpResponse:
    """What is collected, what is not, for how long, and who sees it: for staff and their union."""
    kept = queries.kept()
    context = {
        "columns": [one.name for one in COLUMNS],
        "kept": kept,
        "first": _month(kept["first"]),
        "last": _month(kept["last"]),
        "days": manifest.KEPT_DAYS,
        "subject_days": manifest.SUBJECT_DAYS,
        "pause": queries.pause_minutes(),
        "permissions": [one for one in manifest.MANIFEST.permissions if one.name != "worklogs.collected"],
    }
    return render(request, "worklogs/collected.html", context)


def _month(number: int | None) -> str:
    return f"{number // 100}年{number % 100}月" if number else ""


@permission_required("worklogs.view")
def rules(request: HttpRequest) -> HttpResponse:
    """The rules by which activities are named."""
    now = queries.rules()
    initial = {"text": now.text or RULES, "version": now.version}
    form = RulesForm(request.POST or None, initial=initial)
    if request.method == "POST":
        require(request.user, "worklogs.manage")
        if form.is_valid():
            with told_in(form):
                given = form.cleaned_data
                row = operations.set_rules(person_of(request), text=given["text"], version=given["version"])
                messages.success(request, f"{row}を登録しました。集計を計算し直しています。")
                return redirect("worklogs:index")
    context = {
        "form": form,
        "now": now,
        "may_manage": allowed(request.user, "worklogs.manage"),
        "unnamed": queries.overview().rows("unnamed"),
    }
    return render(request, "worklogs/rules.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class PersonTimes:
    """What one pseudonym did. minutes, idle: in minutes; url: where its name is opened, empty where the person may not."""

    mark: str
    url: str
    section: str
    minutes: float
    idle: float
    sessions: int
    switches: int
    days: int


def _minutes(value: float) -> Cell:
    return Cell(value, shown=wording.duration(value * 60))


PEOPLE = Listing(
    "worklogs.people",
    "一人ずつの時間",
    "仮名",
    columns=(
        Column("mark", "仮名", lambda row: Cell(row.mark, url=row.url), ("mark",)),
        Column("section", "所属", lambda row: row.section, ("section", "mark")),
        Column("minutes", "操作した時間", lambda row: _minutes(row.minutes), ("minutes",), number=True),
        Column("idle", "間が空いた時間", lambda row: _minutes(row.idle), ("idle",), number=True),
        Column("sessions", "一続きの操作", lambda row: row.sessions, ("sessions",), number=True),
        Column("switches", "アプリの切り替え", lambda row: row.switches, ("switches",), number=True),
        Column("days", "操作した日数", lambda row: row.days, ("days",), number=True),
    ),
    rows=list,
    nothing=Nothing("まだ集計がありません", "操作ログを取り込むと、仮名ごとの時間がここに並びます。"),
    trail=(("操作ログ分析", reverse_lazy("worklogs:index")),),
    taken="worklogs.open",
    remembered=False,
)


@permission_required("worklogs.people")
def people(request: HttpRequest) -> HttpResponseBase:
    """The times of single people, under pseudonyms. Who looked is recorded."""
    operations.people_seen(person_of(request))
    rows = _people(allowed(request.user, "worklogs.open"))
    return respond(request, replace(PEOPLE, rows=lambda: rows), "worklogs/people.html")


def _people(may_open: bool) -> list[PersonTimes]:
    found = queries.overview().rows("persons")
    persons = queries.marks(Subject.Kind.PERSON, {row[1] for row in found if row[1] > 0})
    pcs = queries.marks(Subject.Kind.PC, {-row[1] for row in found if row[1] < 0})
    rows = []
    for section, number, *times in found:
        subject = persons.get(number) if number > 0 else pcs.get(-number)
        if subject is not None:
            url = reverse("worklogs:open_name", args=[subject.pk]) if may_open else ""
            rows.append(PersonTimes(subject.mark, url, section, *times))
    return rows


@permission_required("worklogs.open")
@step_up
def open_name(request: HttpRequest, subject_id: int) -> HttpResponse:
    """Whose pseudonym it is, for a reason that stays in the record."""
    row = get_object_or_404(Subject.objects, pk=subject_id)
    form, name = ReasonForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            reason = form.cleaned_data["reason"]
            name = operations.open_name(person_of(request), subject_id=row.pk, reason=reason).name
    context = {"subject": row, "form": form, "name": name}
    return render(request, "worklogs/open_name.html", context, status=422 if form.errors else 200)
