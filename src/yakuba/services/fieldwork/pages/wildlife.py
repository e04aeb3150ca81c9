"""Animals: sightings, traps, hot spots, and where the next traps should stand."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork.forms.wildlife import NextTrapsForm, SightingForm, TrapForm, VisitForm
from yakuba.services.fieldwork.models import Sighting, Species, Trap
from yakuba.services.fieldwork.operations import wildlife as operations
from yakuba.services.fieldwork.queries import wildlife as queries

TRAIL = (("わな", reverse_lazy("fieldwork:traps")),)

SIGHTINGS = Listing(
    "fieldwork.sightings",
    "目撃",
    "目撃",
    columns=(
        Column("seen", "見た日時", lambda row: timezone.localtime(row.seen_at), ("seen_at",)),
        Column("species", "種類", lambda row: Species(row.species).label, ("species", "seen_at")),
        Column("number", "頭数", lambda row: row.number, ("number",), number=True),
        Column("latitude", "緯度", lambda row: f"{row.latitude:.5f}"),
        Column("longitude", "経度", lambda row: f"{row.longitude:.5f}"),
        Column("note", "メモ", lambda row: row.note),
    ),
    rows=lambda: Sighting.objects.all(),
    nothing=Nothing("目撃はまだありません", "職員が見たものや、住民の通報から分かったものを入れます。", ("目撃を入れる", reverse_lazy("fieldwork:new_sighting"))),
    filters=(Filter("species", "種類", Species.choices),),
    actions=(("目撃を入れる", reverse_lazy("fieldwork:new_sighting")),),
    trail=TRAIL,
    taken="fieldwork.export",
    sort="-seen",
)  # fmt: skip

TRAPS = Listing(
    "fieldwork.traps",
    "わな",
    "わな",
    columns=(
        Column("code", "番号", lambda row: Cell(row.trap.code, url=reverse("fieldwork:trap", args=[row.pk])), ("code",)),
        Column("kind", "種類", lambda row: row.trap.get_kind_display(), ("kind", "code")),
        Column("place", "場所", lambda row: row.trap.place, ("place", "code")),
        Column("sensor", "センサー", lambda row: status(row.kind, row.state)),
        Column("nights", "わな夜（1年）", lambda row: row.nights, number=True),
        Column("visits", "見回り（1年）", lambda row: row.visits, number=True),
        Column("caught", "捕獲（1年）", lambda row: row.caught, number=True),
        Column("rate", "100わな夜あたり", lambda row: "" if row.per_hundred is None else row.per_hundred, number=True),
    ),
    rows=queries.traps,
    each=queries.standings,
    nothing=Nothing("わなはまだありません", "置いたわなを登録します。", ("わなを登録する", reverse_lazy("fieldwork:new_trap"))),
    filters=(Filter("state", "状態", lambda: [("standing", "置いてある"), ("removed", "外した")], lambda rows, chosen: rows.filter(removed_on__isnull=chosen == "standing")),),
    actions=(
        ("わなを登録する", reverse_lazy("fieldwork:new_trap")),
        ("目撃", reverse_lazy("fieldwork:sightings")),
        ("捕獲の多いところ", reverse_lazy("fieldwork:hot_spots")),
        ("次のわなの場所", reverse_lazy("fieldwork:next_traps")),
    ),
    taken="fieldwork.export",
    sort="code",
)  # fmt: skip


@permission_required("fieldwork.wildlife")
def traps(request: HttpRequest) -> HttpResponseBase:
    """The list, with what sensors saved."""
    first, last = queries.year(timezone.localdate())
    return respond(
        request, TRAPS, "fieldwork/traps.html", lambda wanted: {"saving": queries.saving(first, last)}
    )


@permission_required("fieldwork.wildlife")
def sightings(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, SIGHTINGS)


@permission_required("fieldwork.wildlife")
def new_sighting(request: HttpRequest) -> HttpResponse:
    """An animal that was seen."""
    now = timezone.localtime()
    form = SightingForm(request.POST or None, initial={"day": now.date(), "time": now.time()})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        at = timezone.make_aware(datetime.combine(given.pop("day"), given.pop("time")))
        with told_in(form):
            operations.add_sighting(person_of(request), seen_at=at, **given)
            messages.success(request, "目撃を入れました。")
            return redirect("fieldwork:sightings")
    return _form(request, form, "目撃を入れる", "入れる", "fieldwork:sightings", "目撃")


@permission_required("fieldwork.wildlife")
def new_trap(request: HttpRequest) -> HttpResponse:
    """A new trap."""
    form = TrapForm(request.POST or None, initial={"set_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = operations.set_trap(person_of(request), **form.cleaned_data)
            messages.success(request, f"わな {row.code} を登録しました。")
            return redirect("fieldwork:trap", row.pk)
    return _form(request, form, "わなを登録する", "登録する", "fieldwork:traps", "わな")


@permission_required("fieldwork.wildlife")
def trap(request: HttpRequest, trap_id: int) -> HttpResponse:
    """One trap: its sensor, its visits, and the form for the next one."""
    row = get_object_or_404(Trap.objects, pk=trap_id)
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            operations.visit_trap(person_of(request), trap_id=row.pk, **form.cleaned_data)
            messages.success(request, "見回りを入れました。")
            return redirect("fieldwork:trap", row.pk)
    (standing,) = queries.standings([row])
    context = {
        "standing": standing,
        "form": form,
        "visits": row.visits.select_related("by").order_by("-at")[:100],  # type: ignore[attr-defined]
        "days": row.days.order_by("-day")[:31],  # type: ignore[attr-defined]
    }
    return render(request, "fieldwork/trap.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.wildlife")
@require_POST
def remove_trap(request: HttpRequest, trap_id: int) -> HttpResponse:
    """It stands no longer, from today."""
    row = operations.remove_trap(person_of(request), trap_id=trap_id, removed_on=timezone.localdate())
    messages.success(request, f"わな {row.code} を外しました。これまでのわな夜と捕獲は残ります。")
    return redirect("fieldwork:trap", trap_id)


@permission_required("fieldwork.wildlife")
@require_safe
def hot_spots(request: HttpRequest) -> HttpResponse:
    """Catches divided by effort."""
    species = request.GET.get("species", "")
    species = species if species in Species._value2member_map_ else ""
    cells = queries.hot_spots(species)
    known = [one for one in cells if one.rate is not None]
    context = {
        "map": queries.hot_spot_map(cells),
        "grey": len(cells) - len(known),
        "number": len(cells),
        "bandwidth": queries.BANDWIDTH,
        "least": queries.LEAST_NIGHTS,
        "species": species,
        "choices": Species.choices(),
    }
    return render(request, "fieldwork/hot_spots.html", context)


@permission_required("fieldwork.wildlife")
@require_safe
def next_traps(request: HttpRequest) -> HttpResponse:
    """Both ways of choosing, and the gap between them."""
    form = NextTrapsForm(request.GET or None)
    context: dict[str, object] = {"form": form}
    if request.GET and form.is_valid():
        given = form.cleaned_data
        found = queries.next_traps(given["number"], float(given["reach"]), given["species"])
        context["asked"] = True
        if found is not None:
            placement, sites = found
            context |= {
                "placement": placement,
                "gap": placement.gap * 100,
                "share": 100 * placement.exact.covered / placement.total if placement.total else 0,
                "map": queries.placement_map(placement, sites),
                "sites": len(sites),
            }
    return render(request, "fieldwork/next_traps.html", context)


def _form(request: HttpRequest, form: object, title: str, press: str, back: str, above: str) -> HttpResponse:
    context = {"form": form, "title": title, "press": press, "back": reverse(back), "above": above}
    status = 422 if getattr(form, "errors", None) else 200
    return render(request, "fieldwork/form.html", context, status=status)
