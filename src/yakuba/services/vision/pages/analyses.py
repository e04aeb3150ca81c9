"""Analyses: the list, a new one, its results and its pictures."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_safe

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.vision.actions.starting import JOB
from yakuba.services.vision.contracts import Purpose, Verdict
from yakuba.services.vision.forms import BeginForm, LengthForm
from yakuba.services.vision.models import Analysis, AnalysisSource, Picture, SectionResult
from yakuba.services.vision.operations import analyses as operations
from yakuba.services.vision.operations import roads as road_operations
from yakuba.services.vision.queries import counts, pictures, standing
from yakuba.services.vision.queries.answers import words

STATES = {Analysis.State.WORKING: "running", Analysis.State.DONE: "success", Analysis.State.STOPPED: "error"}
TRAIL = (("画像解析", reverse_lazy("vision:index")),)
MOST_TOLD = 20  # of what could not be opened

ANALYSES = Listing(
    "vision.analyses",
    "画像解析",
    "解析",
    columns=(
        Column("title", "件名", lambda row: Cell(row.title, url=reverse("vision:analysis", args=[row.pk])), ("title",)),
        Column("purpose", "目的", lambda row: row.get_purpose_display(), ("purpose", "created_at")),
        Column("state", "状態", lambda row: status(STATES[row.state], row.get_state_display()), ("state", "created_at")),
        Column("seen", "写真", lambda row: row.seen, ("seen",), number=True),
        Column("refused", "開けない", lambda row: row.refused, ("refused",), number=True),
        Column("asking", "判断待ち", lambda row: row.asking, ("asking",), number=True),
        Column("created", "始めた日時", lambda row: timezone.localtime(row.created_at), ("created_at",)),
    ),
    rows=pictures.analyses,
    nothing=Nothing("解析はまだありません", "道路、駐車場、わななどの写真や動画を入れると、ここに並びます。", ("写真を入れる", reverse_lazy("vision:new"))),
    search=Search(lambda rows, text: rows.filter(title__icontains=text), label="件名"),
    filters=(Filter("purpose", "目的", Purpose.choices), Filter("state", "状態", lambda: Analysis.State.choices)),
    actions=(
        ("写真を入れる", reverse_lazy("vision:new")),
        ("時間ごとの数", reverse_lazy("vision:counts")),
        ("町の学習", reverse_lazy("vision:heads")),
        ("使っているモデル", reverse_lazy("vision:models")),
    ),
    taken="vision.export",
    sort="-created",
)  # fmt: skip


def pictures_of(row: Analysis) -> Listing:
    """The list of its pictures."""
    return Listing(
        "vision.pictures",
        "写真",
        "写真",
        columns=(
            Column("name", "名前", lambda one: Cell(one.name, url=reverse("vision:picture", args=[one.pk])), ("name",)),
            Column("taken", "撮った日時", lambda one: timezone.localtime(one.taken_at) if one.taken_at else "", ("taken_at", "index")),
            Column("result", "結果", _result, ("answer", "taken_at")),
            Column("share", "割合", lambda one: "" if one.share is None else round(one.share, 3), ("share",), number=True),
            Column("section", "区間", lambda one: one.section.code if one.section else "", ("section__code",)),
            Column("verdict", "判断", lambda one: "判断待ち" if one.asks else one.get_verdict_display(), ("asks", "verdict")),
        ),
        rows=lambda: pictures.pictures(row.pk),
        nothing=Nothing("写真はまだありません", "解析が進むと、1枚ずつここに並びます。"),
        filters=(
            Filter("state", "状態", lambda: [("asks", "判断待ち"), ("refused", "開けない")], lambda rows, chosen: rows.filter(asks=True) if chosen == "asks" else rows.filter(state=Picture.State.REFUSED)),
            Filter("verdict", "判断", Verdict.choices),
        ),
        trail=(*TRAIL, (row.title, reverse("vision:analysis", args=[row.pk]))),
        taken="vision.export",
        remembered=False,
    )  # fmt: skip


def _result(one: Picture) -> Cell:
    if one.state == Picture.State.REFUSED:
        return Cell("開けない", mark="error", behind=one.reason)
    return Cell(pictures.result(one))


@permission_required("vision.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, ANALYSES, "vision/index.html", lambda wanted: {"can_blur": standing.can_blur()})


@permission_required("vision.begin")
def new(request: HttpRequest) -> HttpResponse:
    """Pictures are sent."""
    form = BeginForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        files = [Upload(str(one.name), one.file) for one in given.pop("pictures")]
        track = given.pop("track")
        with told_in(form):
            row = operations.begin(
                person_of(request),
                files=files,
                track=Upload(str(track.name), track.file) if track else None,
                **given,
            )
            messages.success(
                request, "写真を受け取りました。順番に見ていきます。この画面を閉じてもかまいません。"
            )
            return redirect("vision:analysis", row.pk)
    return render(
        request,
        "vision/new.html",
        {"form": form, "can_blur": standing.can_blur()},
        status=422 if form.errors else 200,
    )


@permission_required("vision.view")
@require_safe
def analysis(request: HttpRequest, analysis_id: int) -> HttpResponse:
    """How far it is, what came out, what could not be opened."""
    row = get_object_or_404(pictures.analyses(), pk=analysis_id)
    refused = Picture.objects.filter(analysis=row, state=Picture.State.REFUSED).order_by("source", "index")
    context = {
        "row": row,
        "kind": STATES[row.state],
        "work": work_of(JOB, row.job_key),
        "sources": AnalysisSource.objects.filter(analysis=row, state=AnalysisSource.State.REFUSED),
        "refused": refused[:MOST_TOLD],
        "warned": pictures.pictures(row.pk).exclude(warnings=[])[:MOST_TOLD],
        "answers": _answers(row),
        "map": pictures.picture_map(row.pk),
        "crossings": counts.totals(row),
        "results": SectionResult.objects.filter(analysis=row)
        .select_related("section")
        .order_by("section__code")[:200],
        "form": LengthForm(),
        "may_make": row.purpose == Purpose.ROAD
        and row.state == Analysis.State.DONE
        and allowed(request.user, "vision.set"),
        "measured": counts.MEASURED if row.purpose == Purpose.TRAFFIC else "",
    }
    return render(request, "vision/analysis.html", context)


def _answers(row: Analysis) -> list[tuple[str, int]]:
    """How many pictures have which result."""
    found: dict[str, int] = {}
    for answer in Picture.objects.filter(analysis=row, state=Picture.State.SEEN).values_list(
        "answer", flat=True
    ):
        label = words(row.purpose, answer) if answer else "判定できない"
        found[label] = found.get(label, 0) + 1
    return sorted(found.items()) if row.purpose in (Purpose.ROAD, Purpose.TRAP) else []


@permission_required("vision.view")
def all_pictures(request: HttpRequest, analysis_id: int) -> HttpResponseBase:
    """The list of an analysis' pictures."""
    return respond(request, pictures_of(get_object_or_404(Analysis.objects, pk=analysis_id)))


@permission_required("vision.view")
@require_safe
def picture(request: HttpRequest, vision_picture_id: int) -> HttpResponse:
    """One picture, what was found on it as a drawing and as a table, and what people said."""
    row = get_object_or_404(pictures.pictures(), pk=vision_picture_id)
    near = pictures.pictures(row.analysis_id)
    context = {
        "row": row,
        "analysis": row.analysis,
        "result": pictures.result(row),
        "lines": pictures.lines_of(row)[:200],
        "judgements": row.judgements.select_related("by").order_by("-at"),
        "truth": words(row.analysis.purpose, row.truth),
        "before": near.filter(source=row.source_id, index=row.index - 1).first(),
        "after": near.filter(source=row.source_id, index=row.index + 1).first(),
        "sure": None if row.sure is None else row.sure * 100,
        "crack": None if row.share is None or row.analysis.purpose != Purpose.ROAD else row.share * 100,
    }
    return render(request, "vision/picture.html", context)


@permission_required("vision.view")
@require_safe
def shown(request: HttpRequest, vision_picture_id: int) -> HttpResponse:
    """The picture itself with what was found drawn over it, or as it is kept (`?plain=1`)."""
    row = get_object_or_404(
        Picture.objects.select_related("analysis__camera", "file").exclude(file=None), pk=vision_picture_id
    )
    content = content_of(row.file) if request.GET.get("plain") else pictures.drawn(row)
    return HttpResponse(content, content_type="image/jpeg")


@permission_required("vision.export")
@require_safe
def take(request: HttpRequest, analysis_id: int) -> HttpResponseBase:
    """GeoJSON of the pictures."""
    get_object_or_404(Analysis.objects, pk=analysis_id)
    return operations.take_pictures(person_of(request), analysis_id=analysis_id).answer()


make_sections = button(
    road_operations.make_sections,
    "vision:analysis",
    lambda number: f"{number}の区間を作りました。",
    of=Analysis,
    form=LengthForm,
)


@permission_required("vision.view")
@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Which models are at work, what is lacking, and how it is supplied."""
    there = standing.all_models()
    listed = [(task, [one for one in there if one.task == task.code]) for task in standing.TASKS]
    context = {
        "listed": listed,
        "unread": [one for one in there if not one.task],
        "places": standing.places(),
    }
    return render(request, "vision/models.html", context)
