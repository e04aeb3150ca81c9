"""The bodies that an edition asks: the list, one body, answers entered for it, reminders, hearings."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Bulk, Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.surveys.contracts import BodyClass
from yakuba.services.surveys.engine.answers import shown
from yakuba.services.surveys.forms.answering import AnswersForm
from yakuba.services.surveys.forms.asking import HearingForm, RemindForm
from yakuba.services.surveys.models import AnswerState, Asked, Edition
from yakuba.services.surveys.operations import answers as operations
from yakuba.services.surveys.pages.asking import ABOVE
from yakuba.services.surveys.queries import editions as queries

KINDS = {AnswerState.WAITING: "waiting", AnswerState.PARTLY: "warning", AnswerState.ANSWERED: "success"}


def _state(row: Asked) -> list[Cell]:
    late = (
        row.deadline is not None and row.deadline < timezone.localdate() and row.state != AnswerState.ANSWERED
    )
    cells = [status(KINDS[AnswerState(row.state)], row.get_state_display())]
    return [*cells, Cell("期限を過ぎた", small=True)] if late else cells


def _deadline(row: Asked) -> list[Cell]:
    return [Cell(row.deadline), *([Cell(row.deadline_text, small=True)] if row.deadline_text else [])]


BODIES = Listing(
    "surveys.bodies",
    "調べる団体",
    "団体",
    columns=(
        Column("code", "団体コード", lambda row: row.code, ("code",)),
        Column("name", "団体", lambda row: Cell(str(row), url=reverse("surveys:body", args=[row.pk])), ("name",)),
        Column("kind", "区分", lambda row: row.get_kind_display(), ("kind",)),
        Column("population", "人口", lambda row: row.population, ("population",), number=True),
        Column("state", "状態", _state, ("state",)),
        Column("deadline", "期限", _deadline, ("deadline",)),
        Column("reminded", "催促", lambda row: row.reminders.count(), number=True),
        Column("hearing", "ヒアリング", lambda row: row.hearing_on, ("hearing_on",)),
    ),
    rows=Asked.objects.none,
    nothing=Nothing("調べる団体はまだありません", "調査を出すと、ここに並びます。"),
    search=Search(lambda rows, text: rows.filter(name__icontains=text) | rows.filter(code__startswith=text), "団体の名前かコード"),
    filters=(
        Filter("state", "状態", lambda: AnswerState.choices),
        Filter("kind", "区分", BodyClass.choices),
    ),
    bulk=(Bulk("催促する", operations.remind, "asked_id", {"text": "催促の文（空けておくと決まった文）"}),),
    sort="code",
    remembered=False,
)  # fmt: skip


@permission_required("surveys.view")
def asked(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """All bodies of an edition; those that are late can be reminded at once."""
    edition = get_object_or_404(Edition.objects.select_related("survey"), pk=edition_id)
    rows = Asked.objects.filter(edition=edition).prefetch_related("reminders")
    trail = (ABOVE, (str(edition), reverse("surveys:edition", args=[edition.pk])))
    return respond(request, replace(BODIES, rows=lambda: rows, trail=trail, title=f"{edition}：団体"))


def _body(asked_id: int) -> Asked:
    return get_object_or_404(Asked.objects.select_related("edition__survey"), pk=asked_id)


@permission_required("surveys.view")
def body(request: HttpRequest, asked_id: int) -> HttpResponse:
    """One body: its answers beside last year's, what is wrong with them, reminders, hearing."""
    row = _body(asked_id)
    definition, newest = row.edition.definition, queries.newest(row)
    values = newest.values if newest else {}
    last = queries.answers_before(row.edition, [row.code]).get(row.code, {})
    lines = [
        (field.label, shown(question, field, values.get(key, "")), shown(question, field, last.get(key, "")))
        for key, (question, field) in definition.fields.items()
    ]
    context = {
        "body": row, "edition": row.edition, "newest": newest, "lines": lines, "kind": KINDS[AnswerState(row.state)],
        "remarks": queries.remarks_of(row.edition, row.code, values) if newest else [], "reminders": row.reminders.order_by("-pk")[:20],
        "questions": row.clarifications.all()[:20], "may_enter": allowed(request.user, "surveys.enter"),
        "remind_form": RemindForm(), "hearing_form": HearingForm(initial={"day": row.hearing_on, "note": row.hearing_note}),
        "versions": row.answers.select_related("entered_by").order_by("-version")[:20],
    }  # fmt: skip
    return render(request, "surveys/body.html", context)


@permission_required("surveys.enter")
def enter(request: HttpRequest, asked_id: int) -> HttpResponse:
    """Answers that somebody else gave by telephone or on paper."""
    row = _body(asked_id)
    newest = queries.newest(row)
    last = queries.answers_before(row.edition, [row.code]).get(row.code, {})
    form = AnswersForm(
        row.edition.definition,
        request.POST or None,
        values=newest.values if newest else {},
        last=last,
        reason=True,
    )

    def take() -> HttpResponse:
        seen = request.POST.get("after", "")
        made = operations.enter_answers(
            person_of(request), asked_id=row.pk, values=form.values, reason=form.cleaned_data["reason"],
            after=int(seen) if seen.isdecimal() else None,
        )  # fmt: skip
        messages.success(request, f"{row}の答えを第{made.version}版として入れました。")
        return redirect("surveys:body", row.pk)

    above = [
        ABOVE,
        (str(row.edition), reverse("surveys:edition", args=[row.edition_id])),
        (str(row), reverse("surveys:body", args=[row.pk])),
    ]
    context = {
        "form": form,
        "title": f"{row}の答えを代わりに入力する",
        "press": "入れる",
        "above": above,
        "back": above[-1][1],
        # asked when the page is written: after a refusal it is the version that came meanwhile
        "after": lambda: str(found.version if (found := queries.newest(row)) else 0),
    }
    return form_page(request, form, take, "surveys/form.html", context)


remind = button(
    operations.remind,
    "surveys:body",
    "催促を記録しました。この画面で答える団体には、その団体の画面に出ます。",
    of=Asked,
    form=RemindForm,
    otherwise="催促の文は1,000字までです。",
)
hearing = button(
    operations.set_hearing,
    "surveys:body",
    "ヒアリングの日を決めました。",
    of=Asked,
    form=HearingForm,
    otherwise="ヒアリングの日を読めません。令和8年7月1日のように書いてください。",
)
