"""Forecasts, and the parking board."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.forms.forecasts import ForecastForm
from yakuba.services.cityhub.models import Forecast
from yakuba.services.cityhub.operations import forecasts as operations
from yakuba.services.cityhub.queries import forecasts as queries


def _state(row: Forecast) -> Cell:
    if row.trouble:
        return status("warning", row.trouble)
    return status("success", "出ている") if row.content else status("waiting", "まもなく作ります")


def _inside(row: Forecast) -> Cell:
    share = (row.content or {}).get("inside")
    return Cell(share, shown="―" if share is None else f"{share:.1%}")


FORECASTS = Listing(
    "cityhub.forecasts",
    "測定の見込み",
    "見込み",
    columns=(
        Column(
            "title",
            "題名",
            lambda row: Cell(row.title, url=reverse("cityhub:forecast", args=[row.pk])),
            ("title", "pk"),
        ),
        Column("series", "測定", lambda row: str(row.series)),
        Column("ahead", "何時間先まで", lambda row: row.ahead, ("ahead", "pk"), number=True),
        Column("inside", "1か月で幅に入った割合", _inside, number=True),
        Column("made", "作った日時", lambda row: row.made_at and timezone.localtime(row.made_at)),
        Column("state", "状態", _state),
    ),
    rows=queries.forecasts,
    nothing=Nothing(
        "見込みはまだありません",
        "測定を選ぶと、次の時間の見込みと、先月どれだけ当たったかを出します。",
        ("見込みを作る", reverse_lazy("cityhub:new_forecast")),
    ),
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def forecasts(request: HttpRequest) -> HttpResponseBase:
    """All forecasts."""
    return respond(request, FORECASTS, "cityhub/forecasts.html")


@permission_required("cityhub.view")
def forecast(request: HttpRequest, forecast_id: int) -> HttpResponse:
    """One: the next hours, the simple ways beside, and what was right."""
    row = get_object_or_404(queries.forecasts(), pk=forecast_id)
    context = {
        "row": row,
        "told": queries.told(row),
        "arranges": allowed(request.user, "cityhub.boards"),
    }
    return render(request, "cityhub/forecast.html", context)


@permission_required("cityhub.boards")
def new_forecast(request: HttpRequest) -> HttpResponse:
    """Choose a series."""
    return _edited(request, None)


@permission_required("cityhub.boards")
def edit_forecast(request: HttpRequest, forecast_id: int) -> HttpResponse:
    """Change how it is reckoned."""
    return _edited(request, get_object_or_404(queries.forecasts(), pk=forecast_id))


def _edited(request: HttpRequest, row: Forecast | None) -> HttpResponse:
    names = ("series_id", "title", "ahead", "least", "most", "spaces", "counts_free", "nearly")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = ForecastForm(request.POST or None, series=queries.choosable(row), initial=initial)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            made = operations.set_forecast(person_of(request), **form.cleaned_data)
            messages.success(request, "登録しました。1分ほどで見込みが出ます。")
            return redirect("cityhub:forecast", made.pk)
    context = {"form": form, "row": row}
    return render(request, "cityhub/edit_forecast.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("cityhub.boards")
def remove_forecast(request: HttpRequest, forecast_id: int) -> HttpResponse:
    """Away with it."""
    operations.remove_forecast(person_of(request), forecast_id=forecast_id)
    messages.success(request, "見込みをやめました。測定値は残っています。")
    return redirect("cityhub:forecasts")


@permission_required("cityhub.view")
def parking(request: HttpRequest) -> HttpResponse:
    """満空: every car park now and in the next hours."""
    context = {"parks": queries.parking_board(), "ahead": queries.AHEAD}
    return render(request, "cityhub/parking.html", context)
