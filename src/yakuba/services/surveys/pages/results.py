"""The tally: all questions, one question with tables, chart, maps and trend; a body's own sheet; tables to take along; publication."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.operations.pages import button
from yakuba.services.surveys.contracts import QuestionKind
from yakuba.services.surveys.engine.tally import ALL, MUNICIPAL, FieldTally
from yakuba.services.surveys.forms.asking import ReasonForm
from yakuba.services.surveys.models import Asked, Edition, Tallied
from yakuba.services.surveys.operations import results as operations
from yakuba.services.surveys.queries import results as queries

FORMS = ("xlsx", "cp932", "utf-8", "json")
MAPS = {"prefecture": "都道府県", "bodies": "市区町村"}


def _edition(edition_id: int) -> Edition:
    return get_object_or_404(Edition.objects.select_related("survey"), pk=edition_id)


def overview(edition: Edition) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """Of each section the fields: key, label, how many answered, and the leading option or the total."""
    counted = {
        row.key: FieldTally.of_plain(row.key, row.content, row.hidden)
        for row in Tallied.objects.filter(edition=edition)
    }
    found = []
    for section in edition.definition.sections:
        lines = []
        for question in section.questions:
            for one in question.fields:
                tally = counted.get(one.key)
                if tally is None or ALL not in tally.groups:
                    continue
                group = tally.groups.get(MUNICIPAL) or tally.groups[ALL]
                answered = f"{group.answered:,}/{group.due:,}"
                if one.options:
                    code = max(one.options, key=lambda option: group.counts.get(option, 0))
                    share = group.share(code, question.base)
                    told = f"{one.options[code]} {share.shown}（{share.count:,}/{share.of:,}）"
                elif one.kind == QuestionKind.NUMBER:
                    hidden = (MUNICIPAL if MUNICIPAL in tally.groups else ALL) in tally.hidden
                    told = (
                        queries.HIDDEN
                        if hidden
                        else f"合計 {group.total or '―'}{question.unit if group.total else ''}"
                    )
                else:
                    told = "―"
                lines.append((one.key, one.label, answered, told))
        found.append((section.title, lines))
    return found


@permission_required("surveys.view")
def tally(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Every question in a line."""
    row = _edition(edition_id)
    context = {
        "edition": row,
        "sections": overview(row),
        "forms": FORMS,
        "may_enter": allowed(request.user, "surveys.enter"),
    }
    return render(request, "surveys/tally.html", context)


def question_context(request: HttpRequest, row: Edition, *, public: bool = False) -> dict[str, object]:
    """What the page of one question shows. Raises Http404 for a key that is not tallied."""
    key, wanted, drawn = request.GET.get("key", ""), request.GET.get("option", ""), request.GET.get("map", "")
    counted = queries.tally_of(row, key) if key in row.definition.fields else None
    if counted is None:
        raise Http404
    found = queries.result(row, key, counted)
    option = wanted if wanted in found.field.options else next(iter(found.field.options), "")
    is_drawn = bool(found.field.options) or found.field.kind == QuestionKind.NUMBER
    years = queries.years(row, key, public=public)
    drawn_map = None
    if drawn == "prefecture" and is_drawn:
        drawn_map = queries.prefecture_map(found, option, counted)
    elif drawn == "bodies" and is_drawn:
        drawn_map = queries.bodies_map(row, found, option)
    return {
        "edition": row, "result": found, "chart": queries.classes_chart(found), "years": years, "trend": queries.trend_chart(found.field, years),
        "year_rows": [
            (year, [(text, year.shown(code)) for code, text in found.field.options.items()]) for year in years
        ],
        "map": drawn_map, "drawn": drawn, "option": option, "is_confidential": found.question.code in row.definition.confidential, "maps": MAPS if is_drawn else {}, "key": key,
    }  # fmt: skip


@permission_required("surveys.view")
def question(request: HttpRequest, edition_id: int) -> HttpResponse:
    """One question: by class, prefecture and population, drawn, on a map, over the years."""
    row = _edition(edition_id)
    if not request.GET.get("key"):
        return redirect("surveys:tally", row.pk)
    return render(request, "surveys/question.html", question_context(request, row))


@permission_required("surveys.view")
def card(request: HttpRequest, asked_id: int) -> HttpResponse:
    """A body, its prefecture, its class and the country side by side."""
    row = get_object_or_404(Asked.objects.select_related("edition__survey"), pk=asked_id)
    return render(
        request, "surveys/card.html", {"body": row, "edition": row.edition, "lines": queries.card(row)}
    )


@permission_required("surveys.view")
@step_up
def table(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """The tally or the answers as a file."""
    what, form = request.GET.get("what", "tally"), request.GET.get("form", "xlsx")
    if what not in ("tally", "answers") or form not in FORMS:
        raise Http404
    return operations.take_along(person_of(request), edition_id=edition_id, what=what, form=form).answer()


tally_again = button(operations.tally_again, "surveys:edition", "集計を作り直します。")


publish = button(
    operations.propose_publication,
    "surveys:edition",
    "公表を起案しました。別の職員が承認すると、公開のページに出ます。",
    of=Edition,
    form=ReasonForm,
    otherwise="公表する理由を書いてください。",
)
withdraw = button(
    operations.withdraw,
    "surveys:edition",
    "取り下げました。公開のデータからも外れました。",
    of=Edition,
    form=ReasonForm,
    otherwise="取り下げる理由を書いてください。",
)
