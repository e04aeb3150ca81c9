"""The reports of residents, for staff: list, map, figures, and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_safe

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.exchange.residents import UNKNOWN, address_of
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.lists import Bulk, Cell, Column, Filter, Listing, Nothing, Search, shortened, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.services.fieldwork.contracts import OPEN, ReportState
from yakuba.services.fieldwork.engine.rules import EXAMPLE
from yakuba.services.fieldwork.models import Report
from yakuba.services.fieldwork.operations import reports as operations
from yakuba.services.fieldwork.operations.rounds_offers import report_to_rounds as to_rounds
from yakuba.services.fieldwork.queries import reports as queries
from yakuba.services.fieldwork.queries import rules as in_force
from yakuba.services.fieldwork.queries import statistics

KINDS = {
    ReportState.RECEIVED: "waiting",
    ReportState.WORKING: "running",
    ReportState.DONE: "success",
    ReportState.CLOSED: "stopped",
}


@dataclass(frozen=True)
class Row:
    """A report with the beginning of what it says."""

    report: Report
    text: str

    @property
    def pk(self) -> int:
        """Of the report."""
        return int(self.report.pk)


def with_texts(rows: Sequence[Report]) -> list[Row]:
    """The rows of a page, with their words; who reported stays on the report's own page."""
    texts = {}
    values = CaseValue.objects.filter(
        case__in=[row.case_id for row in rows], field__in=("description", "place")
    )
    for case, field, text in values.order_by("-field").values_list("case", "field", "value"):
        if field == "description" or case not in texts:
            texts[case] = text
    return [Row(row, texts.get(row.case_id, "")) for row in rows]


def state_cell(report: Report) -> Cell:
    """Its state, or that its day is over."""
    if report.state in OPEN and report.due_at < timezone.now():
        return status("warning", f"{report.get_state_display()}（期限を過ぎた）")
    return status(KINDS[ReportState(report.state)], report.get_state_display())


REPORTS = Listing(
    "fieldwork.reports",
    "住民の通報",
    "通報",
    columns=(
        Column(
            "number",
            "受付番号",
            lambda row: Cell(row.report.number, url=reverse("fieldwork:report", args=[row.pk])),
            ("number",),
        ),
        Column(
            "category",
            "分類",
            lambda row: ("急ぎ　" if row.report.urgent else "") + row.report.category_label,
            ("category_label", "received_at"),
        ),
        Column("text", "内容", lambda row: shortened(row.text, 40)),
        Column("district", "地区", lambda row: row.report.district, ("district", "received_at")),
        Column("section", "課", lambda row: row.report.section.name, ("section__name", "received_at")),
        Column(
            "received", "届いた日時", lambda row: timezone.localtime(row.report.received_at), ("received_at",)
        ),
        Column("due", "期限", lambda row: timezone.localdate(row.report.due_at), ("due_at",)),
        Column("state", "状態", lambda row: state_cell(row.report), ("state", "due_at")),
        Column(
            "joined",
            "同じと言った人",
            lambda row: row.report.supporters_number,
            ("supporters_number",),
            number=True,
        ),
    ),
    rows=queries.reports,
    each=with_texts,
    nothing=Nothing(
        "通報はまだありません",
        "「通報の決まり」を登録し、自治体の設定で「住民の通報のページを開く」を「はい」にすると、住民が通報できます。",
        ("通報の決まりを書く", reverse_lazy("fieldwork:rules")),
    ),
    search=Search(queries.searched, label="番号、内容、場所"),
    filters=(
        Filter(
            "state",
            "状態",
            lambda: [
                ("open", "終わっていない"),
                ("late", "期限を過ぎた"),
                ("visited", "班が済ませた"),
                *ReportState.choices(),
            ],
            queries.in_state,
        ),
        Filter(
            "section",
            "課",
            lambda: [(str(row.pk), row.name) for row in Department.objects.order_by("name")],
            lambda rows, chosen: rows.filter(section=int(chosen)),
        ),
        Filter(
            "category",
            "分類",
            lambda: sorted(set(Report.objects.values_list("category", "category_label"))),
        ),
    ),
    bulk=(
        Bulk("対応を始める", operations.start_report, "report_id"),
        Bulk(
            "課を移す",
            operations.move_report,
            "report_id",
            {"section": "移す先の課の名前", "text": "移す理由"},
        ),
        Bulk(
            "対応を終える",
            operations.finish_report,
            "report_id",
            {"text": "したこと（通報した人が読みます）"},
        ),
        Bulk(
            "対応しないと決める",
            operations.close_report,
            "report_id",
            {"text": "理由（通報した人が読みます）"},
        ),
        Bulk(
            "巡回計画に入れる",
            to_rounds,
            "report_id",
            {"plan": "計画の名前か番号（空なら、準備中でいちばん早い計画）"},
        ),
    ),
    actions=(
        ("地図で見る", reverse_lazy("fieldwork:map")),
        ("数を見る", reverse_lazy("fieldwork:statistics")),
        ("通報の決まり", reverse_lazy("fieldwork:rules")),
    ),
    taken="fieldwork.export",
    sort="-received",
)


@permission_required("fieldwork.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, REPORTS, "fieldwork/index.html", lambda wanted: _address(request))


def _address(request: HttpRequest) -> dict[str, Any]:
    town = current_municipality()
    is_open = bool(value("fieldwork.public"))
    return {
        "is_open": is_open,
        "public": address_of(request, reverse("report:index", args=[town.code])),
        "no_address": UNKNOWN,
        "has_rules": in_force.newest() is not None,
    }


@permission_required("fieldwork.view")
@require_safe
def report_map(request: HttpRequest) -> HttpResponse:
    """Open reports on the map."""
    return render(
        request,
        "fieldwork/map.html",
        {"map": statistics.open_map(timezone.now()), "most": statistics.MOST_ON_MAP},
    )


@permission_required("fieldwork.view")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How many and how fast, over twelve months."""
    since = statistics.first_day(timezone.localdate())
    rows = statistics.period(since)
    context = {
        "since": since,
        "number": len(rows),
        "paces": statistics.paces(rows, timezone.now()),
        "charts": [statistics.by_month(rows, since), statistics.by_category(rows)] if rows else [],
    }
    return render(request, "fieldwork/statistics.html", context)


@permission_required("fieldwork.export")
@require_safe
def places(request: HttpRequest) -> HttpResponseBase:
    """GeoJSON."""
    return operations.take_places(person_of(request)).answer()


@permission_required("fieldwork.view")
def rules(request: HttpRequest) -> HttpResponse:
    """The rules, to be read by all and written by who may."""
    row = in_force.newest()
    if not allowed(request.user, "fieldwork.rules"):
        return render(request, "fieldwork/rules.html", {"row": row})

    def load(text: str) -> HttpResponse:
        operations.set_report_rules(person_of(request), text=text)
        messages.success(request, "通報の決まりを登録しました。これから届く通報に使います。")
        return redirect("fieldwork:rules")

    page = DefinitionPage(
        "通報の決まり",
        (("住民の通報", "fieldwork:index"),),
        lead="住民が選ぶ分類、受け持つ課、期限、地区と目印を書きます。課は、管理の「課」にある名前で書きます。",
        text=row.text if row else EXAMPLE,
    )
    return load_definition(request, page, load)
