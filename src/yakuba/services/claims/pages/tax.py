"""Tax: declarations and which one counts, corporate numbers, changes of special collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import BinaryIO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import Problem
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.ui.doors import may_open
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.claims import queries
from yakuba.services.claims.actions import tax
from yakuba.services.claims.forms import ChangesForm, DeadlineForm, DecideForm
from yakuba.services.claims.models import Declaration
from yakuba.services.claims.operations import tax as operations

ABOVE = ("税の申告の重なり", reverse_lazy("claims:declarations"))
VERDICTS = {
    "valid": "success",
    "ask": "waiting",
    "superseded": "stopped",
    "request": "running",
    "amendment": "running",
    "double": "stopped",
    "withdrawn": "stopped",
}
FILED = {"final": "確定申告", "amended": "修正申告", "request": "更正の請求", "withdrawal": "取下げ"}
DECLARATIONS = Listing(
    "claims.declarations",
    "税の申告の重なり",
    "申告",
    columns=(
        Column("resident", "宛名番号", lambda row: Cell(row.resident, url=reverse("claims:declaration", args=[row.pk])), ("resident", "year", "filed")),
        Column("year", "年分", lambda row: Cell(row.year, shown=f"{row.year}年分"), ("year", "pk")),
        Column("filed", "提出日", lambda row: row.filed, ("filed", "pk")),
        Column("kind", "申告の種類", lambda row: FILED[row.kind], ("kind", "pk")),
        Column("verdict", "扱い", lambda row: status(VERDICTS[row.verdict], row.get_verdict_display()), ("verdict", "pk")),
        Column("why", "わけ", lambda row: row.why),
    ),
    rows=queries.declarations,
    nothing=Nothing("申告はまだありません", "申告の表を入れると、重なった申告のどれが有効かを示します。", ("申告の表を入れる", reverse_lazy("claims:load_declarations"))),
    search=Search(lambda rows, text: rows.filter(resident=text), label="宛名番号"),
    filters=(Filter("verdict", "扱い", lambda: Declaration.Verdict.choices),),
    actions=(
        ("申告の表を入れる", reverse_lazy("claims:load_declarations")), ("法人番号の表を入れる", reverse_lazy("claims:load_corporate")),
        ("特別徴収の変更", reverse_lazy("claims:changes")),
    ),
)  # fmt: skip


@permission_required("claims.tax")
def declarations(request: HttpRequest) -> HttpResponseBase:
    """By person and year. Who looked is recorded."""
    record("claims.declarations_listed", subject="taxdeclarations", actor=person_of(request))
    return respond(request, DECLARATIONS)


@permission_required("claims.tax")
def declaration(request: HttpRequest, declaration_id: int) -> HttpResponse:
    """All declarations of a person and year, and a person's decision."""
    row = get_object_or_404(Declaration.objects.select_related("batch"), pk=declaration_id)
    record("claims.declaration_seen", subject=f"taxdeclaration:{row.pk}", actor=person_of(request))
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            seen = request.POST.get("seen", "")[:40]
            why = form.cleaned_data["why"]
            operations.decide(person_of(request), declaration_id=row.pk, why=why, seen=seen)
            messages.success(request, "有効な申告を決めました。")
            return redirect("claims:declaration", row.pk)
    rows = queries.group_of(row)
    group = [(one, VERDICTS[one.verdict], FILED[one.kind]) for one in rows]
    context = {"declaration": row, "group": group, "form": form, "seen": tax.decided_on(rows)}
    return render(request, "claims/declaration.html", context, status=422 if form.errors else 200)


def _above(request: HttpRequest) -> list[tuple[str, str]]:
    """Where the page stands, for who may only load: at home."""
    above = (ABOVE[0], str(ABOVE[1]))
    return [above if may_open(request.user, above[1]) else ("ホーム", reverse("home"))]


@permission_required("claims.tax_load")
def load_declarations(request: HttpRequest) -> HttpResponse:
    """A table of declarations, with its deadline."""
    extra = DeadlineForm(request.POST if "take" in request.POST else None)

    def take(given: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        if not extra.is_valid():
            raise Invalid("申告の期限を書いてください。例：令和9年3月15日")
        given.seek(0)
        person = person_of(request)
        row = tax.take("申告の表", given, extra.cleaned_data["deadline"], actor=person, renamed=renamed)
        record("claims.declarations_taken", subject=f"taxfile:{row.pk}", actor=person, rows=row.rows)
        messages.success(request, f"{row.rows:,}件の申告を取り込み、どれが有効かを調べました。{row.told}")
        return redirect(_above(request)[-1][1])

    kind = importing.TableKind("claims.declarations", "申告", tax.COLUMNS)
    return importing.respond(
        request,
        kind,
        _check(tax.declared),
        take,
        importing.ImportPage(_above(request), "", extra),
    )


@permission_required("claims.tax_load")
def load_corporate(request: HttpRequest) -> HttpResponse:
    """A table of corporate numbers."""

    def take(given: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        given.seek(0)
        person = person_of(request)
        count = tax.take_corporate(given, renamed=renamed)
        record("claims.corporate_taken", subject="corporatenumbers", actor=person, count=count)
        messages.success(request, f"法人番号を{count:,}件取り込みました。")
        return redirect(_above(request)[-1][1])

    kind = importing.TableKind("claims.corporate", "法人番号", tax.CORPORATE)
    return importing.respond(
        request, kind, _check(tax.corporate), take, importing.ImportPage(_above(request))
    )


def _check(read: object) -> importing.Check:
    def check(found: Iterable[Row]) -> list[Problem]:
        problems: list[Problem] = []
        for _ in read(found, problems):  # type: ignore[operator]
            pass
        return problems

    return check


@permission_required("claims.tax")
def changes(request: HttpRequest) -> HttpResponse:
    """Two lists of who withholds whose tax. Nothing is kept."""
    form = ChangesForm(request.POST or None, request.FILES or None)
    found = None
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            given = {
                name: Upload(str(form.cleaned_data[name].name), cast(BinaryIO, form.cleaned_data[name].file))
                for name in ("before", "after")
            }
            found = operations.collection_changes(person_of(request), **given)
    return render(
        request, "claims/changes.html", {"form": form, "found": found}, status=422 if form.errors else 200
    )
