"""The list of rounds, one round with what is missing and the next action, making one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.jobs.work import Work, work_of
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.lists.shown import Part
from yakuba.kernel.operations import Operation, Upload
from yakuba.kernel.operations.pages import button
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.importing import Check, ImportPage, TableKind
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.nursery.actions import handing, taking
from yakuba.services.nursery.actions import rounds as actions
from yakuba.services.nursery.actions.taking import Taken
from yakuba.services.nursery.engine.preparing import tables
from yakuba.services.nursery.forms.rounds import NextRoundForm, RoundForm, StartForm
from yakuba.services.nursery.models import Decision, HandOver, Round, RuleSet
from yakuba.services.nursery.operations import rounds as operations
from yakuba.services.nursery.pages import lists, result_lists
from yakuba.services.nursery.queries import facts, readiness, runs
from yakuba.services.nursery.queries import rounds as queries
from yakuba.services.nursery.queries.finding import round_of

SHOWN_FAULTS = 100
SHOWN_PROBLEMS = 200


@permission_required("nursery.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """All rounds, the newest first."""
    return respond(request, lists.rounds())


@permission_required("nursery.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Make a round."""
    form = RoundForm(request.POST or None)

    def make() -> HttpResponse:
        round = operations.make_round(person_of(request), **form.asked())
        messages.success(request, f"「{round}」を作りました。次に、施設と申込を取り込みます。")
        return redirect("nursery:round", round.pk)

    context = {"rule_sets": RuleSet.objects.exists()}
    return form_page(request, form, make, "nursery/round_form.html", context)


@permission_required("nursery.view")
def round(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round: figures, what is missing, the next action, runs, decisions."""
    row = round_of(round_id)
    ready, decided = readiness.of_round(row), lists.decisions(row, request.user)
    context = {
        "round": row,
        "figures": queries.figures(row),
        "ready": ready,
        "faults": ready.faults[:SHOWN_FAULTS],
        "more_faults": max(0, len(ready.faults) - SHOWN_FAULTS),
        "notes": ready.notes[:SHOWN_FAULTS],
        "more_notes": max(0, len(ready.notes) - SHOWN_FAULTS),
        "progress": runs.progress(ready.run) if ready.run else None,
        "runs": Part(result_lists.RUNS, runs.runs(row).select_related("round")[:10], request.user),
        "decisions": Part(decided, decided.rows()[:10], request.user),
        "open_decisions": Decision.objects.filter(round=row, state=Decision.State.PROPOSED).count(),
        "handed_over": HandOver.objects.filter(round=row).count(),
        "handing": _handing(row),
        "next": row.later.first(),
        "otherwise": queries.entered_otherwise(row),
        "start_form": StartForm(),
    }
    return render(request, "nursery/round.html", context)


@permission_required("nursery.edit")
def edit(request: HttpRequest, round_id: int) -> HttpResponse:
    """Rename a round, or select by other rules."""
    row = round_of(round_id)
    form = RoundForm(request.POST or None, round=row)

    def change() -> HttpResponse:
        actions.change(row, **form.cleaned_data, actor=person_of(request))
        messages.success(request, "選考回を変えました。")
        return redirect("nursery:round", row.pk)

    return form_page(request, form, change, "nursery/round_form.html", {"round": row, "rule_sets": True})


@permission_required("nursery.edit")
def next_round(request: HttpRequest, round_id: int) -> HttpResponse:
    """Make the next round from a frozen one."""
    row = round_of(round_id)
    form = NextRoundForm(request.POST or None, initial={"title": f"{row.title}（第{row.number + 1}回）"})

    def make() -> HttpResponse:
        new = operations.make_next(person_of(request), round_id=row.pk, **form.cleaned_data)
        done = "残った枠と、入所が決まっていない申込を引き継ぎました。新しい申込も取り込めます。"
        messages.success(request, done)
        return redirect("nursery:round", new.pk)

    return form_page(request, form, make, "nursery/next_round.html", {"round": row})


@require_POST
@permission_required("nursery.edit")
def take(request: HttpRequest, round_id: int) -> HttpResponse:
    """Take applications from the ledger."""
    taken = operations.take(person_of(request), round_id=round_id)
    return _taken(request, round_of(round_id), taken, "申込")


@permission_required("nursery.edit")
def load_applications(request: HttpRequest, round_id: int) -> HttpResponse:
    """Take applications from a table."""
    row = round_of(round_id)
    kind = facts.number_type(row)
    return _load(
        request,
        row,
        taking.APPLICATIONS,
        lambda rows: tables.households_of(rows, kind)[1],
        operations.load_applications,
    )


@permission_required("nursery.edit")
def load_facilities(request: HttpRequest, round_id: int) -> HttpResponse:
    """Take facilities and their free seats from a table."""
    return _load(
        request,
        round_of(round_id),
        taking.FACILITIES,
        lambda rows: tables.facilities_of(rows)[1],
        operations.load_facilities,
    )


hand_over = button(
    operations.ask_to_hand_over,
    "nursery:round",
    "決定を受付簿に書いています。済んだものから、ロボットの入力待ちに並びます。",
)


def _load(request: HttpRequest, round: Round, kind: TableKind, check: Check, load: Operation) -> HttpResponse:
    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        # Which column is which has just been remembered, so the operation reads it as it would for a command.
        taken = load(person_of(request), round_id=round.pk, file=Upload(kind.label, file))
        return _taken(request, round, taken, kind.label)

    lead = "何度取り込んでもかまいません。職員が直した項目は、そのまま残ります。"
    return importing.respond(request, kind, check, take, ImportPage(lists.trail(round), lead))


def _taken(request: HttpRequest, round: Round, taken: Taken, what: str) -> HttpResponse:
    """Where rows were refused the page with all of them, else the round."""
    if not taken.problems:
        messages.success(request, f"{what}を取り込みました。{sentence(taken)}")
        return redirect("nursery:round", round.pk)
    context = {
        "round": round,
        "what": what,
        "taken": taken,
        "sentence": sentence(taken),
        "problems": taken.problems[:SHOWN_PROBLEMS],
        "more": max(0, len(taken.problems) - SHOWN_PROBLEMS),
    }
    return render(request, "nursery/load.html", context, status=422)


def sentence(taken: Taken) -> str:
    """What a taking did, in one line."""
    parts = [f"新しい{taken.new}件、変わった{taken.changed}件、同じ{taken.same}件。"]
    if taken.kept:
        parts.append(f"職員が直した項目のある{taken.kept}件は、直した値を残しました。")
    if taken.withdrawn:
        parts.append(f"受付簿で取り下げられた{taken.withdrawn}件を外しました。")
    parts += [f"{reason}{number}件は取り込んでいません。" for reason, number in taken.left_out.items()]
    return "".join(parts)


def _handing(round: Round) -> Work | None:
    """The hand-over that is under way or has failed."""
    work = work_of(handing.JOB, f"round-{round.pk}")
    return work if work.is_live or work.reason else None
