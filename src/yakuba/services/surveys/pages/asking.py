"""The asker: surveys, one edition, its questions, texts and deadlines, the calendar, questions of bodies."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import attempt
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.surveys.actions.answers import TALLY
from yakuba.services.surveys.actions.definitions import classes_asked
from yakuba.services.surveys.contracts import BodyClass
from yakuba.services.surveys.engine.forms.layout import Names, hint_of
from yakuba.services.surveys.forms.asking import ClarifyForm, PlanForm, QuestionForm, ReasonForm, TextsForm
from yakuba.services.surveys.models import Clarification, Edition
from yakuba.services.surveys.operations import answers as answering
from yakuba.services.surveys.operations import editions as operations
from yakuba.services.surveys.queries import editions as queries
from yakuba.services.surveys.queries.bodies import recipients

KINDS = {
    Edition.State.DRAFT: "waiting",
    Edition.State.PROPOSED: "waiting",
    Edition.State.OPEN: "running",
    Edition.State.CLOSED: "stopped",
}
ABOVE = ("調査", reverse_lazy("surveys:index"))


def state_cell(row: Edition) -> list[Cell]:
    """How far it is, and whether it is published."""
    cells = [status(KINDS[Edition.State(row.state)], row.get_state_display())]
    return [*cells, Cell("結果を公表した", small=True)] if row.published_at else cells


EDITIONS = Listing(
    "surveys.editions",
    "調査",
    "調査",
    columns=(
        Column("title", "調査", lambda row: Cell(row.survey.title, url=reverse("surveys:edition", args=[row.pk])), ("survey__title",)),
        Column("code", "回", lambda row: [Cell(row.code), Cell(row.label, small=True)], ("code",)),
        Column("as_of", "基準日", lambda row: row.as_of, ("as_of",)),
        Column("state", "状態", state_cell, ("state",)),
        Column("bodies", "団体", lambda row: row.bodies, ("bodies",), number=True),
        Column("answered", "答えた", lambda row: row.answered, ("answered",), number=True),
    ),
    rows=queries.editions,
    nothing=Nothing("調査はまだありません", "調査の定義のファイル（YAML）を入れると、下書きができます。", ("調査を作る", reverse_lazy("surveys:load"))),
    search=Search(lambda rows, text: rows.filter(survey__title__icontains=text), "調査の名前"),
    filters=(Filter("state", "状態", lambda: Edition.State.choices),),
    actions=(("調査を作る", reverse_lazy("surveys:load")), ("定例調査のカレンダー", reverse_lazy("surveys:calendar"))),
    sort="-as_of",
)  # fmt: skip


@permission_required("surveys.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """Surveys and their editions."""
    return respond(request, EDITIONS)


@permission_required("surveys.make")
def load(request: HttpRequest) -> HttpResponse:
    """A definition is read; the draft stands, or every fault with its line."""

    def take(text: str) -> HttpResponse:
        row = operations.load_edition(person_of(request), text=text)
        messages.success(request, f"「{row}」の下書きを作りました。まだ、どの団体にも出していません。")
        return redirect("surveys:edition", row.pk)

    given = Edition.objects.filter(
        pk=request.GET.get("from", "") if request.GET.get("from", "").isdecimal() else 0
    ).first()
    page = DefinitionPage(
        "調査の定義", (("調査", "surveys:index"),), "設問の符号（code）と選択肢の符号は、年が変わっても変えません。文は変えられます。",
        text=given.source if given else "",
    )  # fmt: skip
    return load_definition(request, page, take)


def _edition(edition_id: int) -> Edition:
    return get_object_or_404(Edition.objects.select_related("survey"), pk=edition_id)


@permission_required("surveys.view")
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    """One edition: how far it is, and the one next thing."""
    row = _edition(edition_id)
    bodies, problem = attempt(recipients, row.definition) if row.state == Edition.State.DRAFT else ([], None)
    clarifications = Clarification.objects.filter(edition=row).select_related("asked")
    context = {
        "edition": row, "kind": KINDS[Edition.State(row.state)], "counts": queries.counts(row), "recipients": len(bodies or ()), "problem": problem,
        "may_make": allowed(request.user, "surveys.make"), "may_enter": allowed(request.user, "surveys.enter"),
        "deadlines": [_deadline(row, kind) for kind in classes_asked(row)],
        "reason": ReasonForm(), "question_form": QuestionForm(), "clarifications": [(one, ClarifyForm(auto_id=f"clarify{one.pk}_%s")) for one in clarifications],
        "work": work_of(TALLY, row.job_key), "stale": _is_stale(row), "public": bool(value("surveys.public")),
        "town": current_municipality(), "before": queries.edition_before(row), "imports": row.imports.all()[:10],
    }  # fmt: skip
    return render(request, "surveys/edition.html", context)


def _deadline(row: Edition, kind: BodyClass) -> tuple[str, str, date | None]:
    """The class, its deadline in the asker's words, and the day, where one is set."""
    text, day = row.deadlines.get(kind.value, ["", ""])
    return kind.label, text, date.fromisoformat(day) if day else None


def _is_stale(row: Edition) -> bool:
    return bool(row.changed_at and (row.tallied_at is None or row.tallied_at < row.changed_at))


@permission_required("surveys.view")
def questions(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The questions as they will be asked."""
    row = _edition(edition_id)
    names = Names(row.definition)
    sections = [
        (section, [(names.name(one.code), one, hint_of(one, names)) for one in section.questions])
        for section in row.definition.sections
    ]
    return render(
        request,
        "surveys/questions.html",
        {"edition": row, "sections": sections, "definition": row.definition},
    )


@permission_required("surveys.make")
def texts(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Contact, request, and the deadline of each class."""
    row = _edition(edition_id)
    form = TextsForm(row, classes_asked(row), request.POST or None)

    def change() -> HttpResponse:
        given = form.cleaned_data
        operations.change_edition(
            person_of(request),
            edition_id=row.pk,
            contact=given["contact"],
            lead=given["lead"],
            deadlines=form.deadlines,
        )
        messages.success(request, "文と期限を変えました。")
        return redirect("surveys:edition", row.pk)

    above = [ABOVE, (str(row), reverse("surveys:edition", args=[row.pk]))]
    context = {"title": "文と期限を変える", "press": "変える", "above": above, "back": above[-1][1]}
    return form_page(request, form, change, "surveys/form.html", context)


propose = button(
    operations.propose_edition,
    "surveys:edition",
    "起案しました。別の職員が承認すると、調査が出ます。",
    of=Edition,
    form=ReasonForm,
    otherwise="理由を書いてください。",
)
take_back = button(operations.take_back_edition, "surveys:edition", "下書きに戻しました。")
close = button(operations.close_edition, "surveys:edition", "締め切りました。")
reopen = button(operations.reopen_edition, "surveys:edition", "もう一度受け付けます。")

ask_back = button(
    answering.ask_back,
    "surveys:edition",
    "質問を登録しました。",
    of=Edition,
    form=QuestionForm,
    otherwise="質問を書いてください。",
)
clarify = button(
    answering.clarify,
    lambda row: reverse("surveys:edition", args=[row.edition_id]),
    "答えました。",
    of=Clarification,
    form=ClarifyForm,
    otherwise="回答を書いてください。",
)


@permission_required("surveys.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """Regular surveys by when they come next."""
    context = {"lines": queries.calendar(), "today": timezone.localdate()}
    return render(request, "surveys/calendar.html", context)


@permission_required("surveys.make")
def plan(request: HttpRequest) -> HttpResponse:
    """A regular survey, new or changed by its code."""
    from yakuba.services.surveys.models import Survey

    there = Survey.objects.filter(code=request.GET.get("code", "")).first()
    form = PlanForm(request.POST or None, instance=there)

    def take() -> HttpResponse:
        operations.plan_survey(person_of(request), **form.cleaned_data)
        messages.success(request, "予定を登録しました。")
        return redirect("surveys:calendar")

    above = [ABOVE, ("定例調査のカレンダー", reverse("surveys:calendar"))]
    context = {"title": "定例調査の予定", "press": "登録する", "above": above, "back": above[-1][1]}
    return form_page(request, form, take, "surveys/form.html", context)
