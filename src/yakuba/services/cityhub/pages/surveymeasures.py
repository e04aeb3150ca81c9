"""What is measured on survey files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.actions import surveymeasures as actions
from yakuba.services.cityhub.forms.surveyfiles import (
    AreaForm,
    ProfileForm,
    SurfacesForm,
    TreesForm,
    VolumeForm,
)
from yakuba.services.cityhub.models import SurveyFile, SurveyMeasure
from yakuba.services.cityhub.operations import surveyfiles as operations
from yakuba.services.cityhub.queries import surveyfiles as queries

SIGNS = {"waiting": "running", "done": "success", "failed": "error"}


@permission_required("cityhub.survey")
def survey_area(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The area of a polygon."""
    row = get_object_or_404(SurveyFile.objects, pk=survey_id)
    form = AreaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            made = operations.measure_area(person_of(request), survey_id=row.pk, **form.cleaned_data)
            return redirect("cityhub:survey_measure", made.pk)
    context = {"form": form, "heading": "面積を測る", "survey": row, "lead": AREA}
    return render(request, "cityhub/survey/measure_form.html", context, status=422 if form.errors else 200)


AREA = "区域の角を書くと、平面の面積と、縮尺を直した地表（楕円体の上）の面積を出します。斜面の表面積ではありません。"
VOLUME = "同じ場所の二回の標高から、増えた土と減った土を出します。まっすぐ重なる面だけを使います。"
PROFILE = "線にそった高さを図にします。二つの面を重ねられます。"
TREES = "地面からの高さの山を数える、簡単な方法です。枝が重なる広葉樹や、下に隠れた木は正しく数えられません。"


@permission_required("cityhub.survey")
def survey_volume(request: HttpRequest) -> HttpResponse:
    """Two surfaces against one another."""
    return _asked(request, VolumeForm, operations.measure_volume, "体積を測る（二つの面をくらべる）", VOLUME)


@permission_required("cityhub.survey")
def survey_profile(request: HttpRequest) -> HttpResponse:
    """Heights along a line."""
    return _asked(request, ProfileForm, operations.measure_profile, "断面を見る", PROFILE)


@permission_required("cityhub.survey")
def survey_trees(request: HttpRequest) -> HttpResponse:
    """Trees."""
    return _asked(request, TreesForm, operations.count_trees, "木を数える", TREES)


def _asked(
    request: HttpRequest, kind: type[SurfacesForm], operation: Callable[..., Any], heading: str, lead: str
) -> HttpResponse:
    first = {"surface_id": request.GET.get("surface", "")}
    form = kind(request.POST or None, surfaces=queries.choosable(), initial=first)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            made = operation(person_of(request), **form.cleaned_data)
            return redirect("cityhub:survey_measure", made.pk)
    trees = kind is TreesForm
    context = {"form": form, "heading": heading, "lead": lead, "survey": None, "trees": trees}
    return render(request, "cityhub/survey/measure_form.html", context, status=422 if form.errors else 200)


@permission_required("cityhub.view")
def survey_measure(request: HttpRequest, survey_measure_id: int) -> HttpResponse:
    """A result."""
    rows = SurveyMeasure.objects.select_related("survey", "surface__survey", "other__survey", "created_by")
    row = get_object_or_404(rows, pk=survey_measure_id)
    context = {
        "row": row,
        "result": row.result,
        "sign": SIGNS[row.state],
        "work": work_of(actions.JOB, row.job_key),
        "chart": queries.profile_chart(row),
        "map": queries.tree_map(row),
        "works": allowed(request.user, "cityhub.survey"),
    }
    return render(request, "cityhub/survey/measure.html", context)


@require_POST
@permission_required("cityhub.survey")
def remove_measure(request: HttpRequest, survey_measure_id: int) -> HttpResponse:
    """Away with a result."""
    row = get_object_or_404(SurveyMeasure.objects, pk=survey_measure_id)
    survey_id = row.survey_id
    operations.remove_measure(person_of(request), survey_measure_id=row.pk)
    messages.success(request, "結果を消しました。面は残っています。")
    return redirect("cityhub:survey", survey_id)
