"""Survey files: the list with the map, one file, what is measured on it, and its links."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.actions import surveyfiles as actions
from yakuba.services.cityhub.actions.surveyshares import SETTING
from yakuba.services.cityhub.forms.surveyfiles import SurveyFileForm, SurveyShareForm, SystemForm
from yakuba.services.cityhub.models import SurveyFile, SurveyShare
from yakuba.services.cityhub.operations import surveyfiles as operations
from yakuba.services.cityhub.queries import surveyfiles as queries

SIGNS = {"waiting": "running", "done": "success", "failed": "error"}


def _state(row: SurveyFile) -> Cell:
    if row.state == SurveyFile.State.DONE and row.code is None:
        return status("person", "座標系を選ぶ" if not row.said_by_file else "地図に置けません")
    return status(SIGNS[row.state], row.get_state_display())


SURVEYS = Listing(
    "cityhub.surveys",
    "測量・ドローンのファイル",
    "ファイル",
    columns=(
        Column(
            "title",
            "題名",
            lambda row: Cell(row.title, url=reverse("cityhub:survey", args=[row.pk])),
            ("title", "pk"),
        ),
        Column("sort", "種類", lambda row: row.get_sort_display(), ("sort", "pk")),
        Column("flown", "撮影・計測した日", lambda row: row.flown_on, ("flown_on", "pk")),
        Column("state", "状態", _state, ("state", "pk")),
        Column("size", "広さ（ha）", lambda row: _size(row), number=True),
        Column("kept", "残す日", lambda row: timezone.localdate(row.kept_until), ("kept_until", "pk")),
    ),
    rows=queries.files,
    nothing=Nothing(
        "測量ファイルはまだありません",
        "ドローンのオルソ画像、標高、点群を入れると、地図に範囲が出て、面積や体積を測れます。",
        ("ファイルを入れる", reverse_lazy("cityhub:load_survey")),
    ),
    search=Search(lambda rows, text: rows.filter(title__icontains=text), label="題名"),
    filters=(
        Filter("sort", "種類", lambda: SurveyFile.Sort.choices, lambda rows, sort: rows.filter(sort=sort)),
    ),
    actions=(("ファイルを入れる", reverse_lazy("cityhub:load_survey")),),
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


def _size(row: SurveyFile) -> Cell:
    if row.state != SurveyFile.State.DONE or row.code is None:
        return Cell(None, shown="―")
    return Cell(round(queries.hectares(row), 2))


@permission_required("cityhub.view")
def surveys(request: HttpRequest) -> HttpResponseBase:
    """All files, and where they lie."""
    return respond(request, SURVEYS, "cityhub/survey/list.html", lambda wanted: {"map": queries.extent_map()})


@permission_required("cityhub.survey")
def load_survey(request: HttpRequest) -> HttpResponse:
    """Bring a file."""
    form = SurveyFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        with told_in(form):
            upload = Upload(str(file.name), cast(BinaryIO, file.file))
            row = operations.load_survey(person_of(request), file=upload, **given)
            return redirect("cityhub:survey", row.pk)
    return render(request, "cityhub/survey/load.html", {"form": form}, status=422 if form.errors else 200)


@permission_required("cityhub.view")
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """One file: its picture, place and figures, and what was measured."""
    return _shown(request, get_object_or_404(SurveyFile.objects, pk=survey_id))


def _shown(request: HttpRequest, row: SurveyFile, link: str = "", **forms: Any) -> HttpResponse:
    done = row.state == SurveyFile.State.DONE
    works, shows = allowed(request.user, "cityhub.survey"), allowed(request.user, "cityhub.survey_share")
    trouble = actions.trouble_of(row)
    asks = done and works and row.code is None and not row.said_by_file
    context: dict[str, Any] = {
        "row": row,
        "sign": SIGNS[row.state],
        "work": work_of(actions.JOB, row.job_key),
        "facts": queries.told(row),
        "faults": row.facts.get("faults", []),
        "trouble": trouble,
        "system_form": forms.get("system") or (SystemForm(systems=actions.plausible(row)) if asks else None),
        "map": queries.one_map(row) if row.outline else None,
        "surfaces": row.surfaces.order_by("pk"),
        "measures": queries.measures(row),
        "works": works,
        "shares": queries.shares(row) if shows else [],
        "share_form": forms.get("share") or (SurveyShareForm() if shows and done else None),
        "links_open": bool(value(SETTING)),
        "now": timezone.now(),
        "link": link,
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "cityhub/survey/file.html", context, status=422 if wrong else 200)


@require_POST
@permission_required("cityhub.survey")
def survey_system(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Say in which coordinate system it is."""
    row = get_object_or_404(SurveyFile.objects, pk=survey_id, state=SurveyFile.State.DONE)
    form = SystemForm(request.POST, systems=actions.plausible(row))
    if form.is_valid():
        with told_in(form):
            operations.choose_survey_system(
                person_of(request), survey_id=row.pk, epsg=form.cleaned_data["code"]
            )
            messages.success(request, "地図に置きました。範囲が正しいか、確かめてください。")
            return redirect("cityhub:survey", row.pk)
    return _shown(request, row, system=form)


@permission_required("cityhub.view")
def survey_picture(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The small picture, drawn by ourselves."""
    row = get_object_or_404(SurveyFile.objects.select_related("picture"), pk=survey_id)
    if row.picture is None:
        raise Http404
    return HttpResponse(content_of(row.picture), content_type="image/png")


@permission_required("cityhub.survey")
def survey_original(request: HttpRequest, survey_id: int) -> HttpResponseBase:
    """The file as it came."""
    return operations.survey_file(person_of(request), survey_id=survey_id).answer()


@require_POST
@permission_required("cityhub.survey")
def remove_survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Away with it."""
    operations.remove_survey(person_of(request), survey_id=survey_id)
    messages.success(request, "ファイルと、測った結果を消しました。")
    return redirect("cityhub:surveys")


@require_POST
@permission_required("cityhub.survey_share")
def share_survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """A link, shown once: there is no address at which it could be seen again."""
    row = get_object_or_404(SurveyFile.objects, pk=survey_id)
    form = SurveyShareForm(request.POST)
    if form.is_valid():
        with told_in(form):
            _, key = operations.share_survey(person_of(request), survey_id=row.pk, **form.cleaned_data)
            path = reverse("shared_survey:page", args=[current_municipality().code, key])
            return _shown(request, row, request.build_absolute_uri(path))
    return _shown(request, row, share=form)


@require_POST
@permission_required("cityhub.survey_share")
def revoke_share(request: HttpRequest, share_id: int) -> HttpResponse:
    """It opens nothing from now on."""
    row = get_object_or_404(SurveyShare.objects, pk=share_id)
    operations.revoke_survey_link(person_of(request), share_id=row.pk)
    messages.success(request, f"{row.for_whom}へのリンクを止めました。もう開けません。")
    return redirect("cityhub:survey", row.survey_id)
