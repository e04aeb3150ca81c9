"""What staff and programs do with reports."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, FromFile, Nothing, Part, Trace
from yakuba.kernel.operations.finding import one
from yakuba.services.fieldwork.actions import handling
from yakuba.services.fieldwork.actions import rules as setting
from yakuba.services.fieldwork.models import Report, ReportRules
from yakuba.services.fieldwork.operations.table import OPERATIONS
from yakuba.services.fieldwork.queries import reports, statistics

COLUMNS = {
    "id": "番号",
    "number": "受付番号",
    "category": "分類",
    "section": "課",
    "state_label": "状態",
    "received_at": "届いた日時",
    "due_on": "期限",
}


class ReportsIn(Part):
    """Which reports."""

    state: Literal["", "open", "late", "received", "working", "done", "closed"] = Field(
        "", description="この状態の通報だけ"
    )


class OneReport(BaseModel):
    """A report."""

    report_id: int = Field(description="通報の番号")


class ReportReasonIn(OneReport):
    """Why, or what was done, or what is answered."""

    text: str = Field(min_length=1, max_length=2_000, description="文")


class ReportMoveIn(ReportReasonIn):
    """To which section, and why."""

    section: str = Field(max_length=60, description="移す先の課の名前")


class ReportDueIn(ReportReasonIn):
    """Until when, and why."""

    day: date = Field(description="新しい期限の日")


class ReportReleaseIn(ReportReasonIn):
    """What everybody may read and see."""

    photos: list[int] = Field(default_factory=list, max_length=10, description="公開する写真の番号")


class ReportRulesIn(BaseModel):
    """The town's rules about reports."""

    text: Annotated[str, FromFile()] = Field(max_length=200_000, description="通報の決まりのYAMLファイル")


class ReportRulesOut(BaseModel):
    """A version of the rules."""

    version: int
    text: str


class ReportOut(BaseModel):
    """A report, without who reported it. Moments are ISO 8601, empty where they have not come; latitude, longitude in degrees."""

    id: int
    number: str
    category: str
    category_label: str
    section: str
    state: str
    state_label: str
    urgent: bool
    received_at: str
    due_on: str
    done_at: str
    latitude: float | None
    longitude: float | None
    released: bool


def report_of(number: int) -> Report:
    """Raises Missing."""
    return one(Report.objects.select_related("case__procedure", "section"), number)


def report_facts(row: Report) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": row.pk,
        "number": row.number,
        "category": row.category,
        "category_label": row.category_label,
        "section": row.section.name,
        "state": row.state,
        "state_label": row.get_state_display(),
        "urgent": row.urgent,
        "received_at": timezone.localtime(row.received_at).isoformat(),
        "due_on": timezone.localdate(row.due_at).isoformat(),
        "done_at": timezone.localtime(row.done_at).isoformat() if row.done_at else "",
        "latitude": row.latitude,
        "longitude": row.longitude,
        "released": row.released_at is not None,
    }


REPORT = Answer(ReportOut, report_facts, COLUMNS)


@OPERATIONS.add(
    "通報の一覧",
    "fieldwork.view",
    "GET reports",
    command="report list",
    answer=Answer(list[ReportOut], columns=COLUMNS),
)
def list_reports(asked: ReportsIn, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    rows = Report.objects.select_related("section").order_by("-received_at", "-pk")
    if asked.state:
        rows = reports.in_state(rows, asked.state)
    return [report_facts(row) for row in asked.of(rows)]


@OPERATIONS.add(
    "通報への対応を始める",
    "fieldwork.handle",
    "POST reports/{report_id}/start",
    "report start",
    answer=REPORT,
)
def start_report(asked: OneReport, actor: Actor) -> Report:
    """Somebody goes there; 409 where somebody does already. The action records it."""
    return handling.start(asked.report_id, actor=actor)


@OPERATIONS.add(
    "通報を別の課に移す", "fieldwork.handle", "POST reports/{report_id}/move", "report move", answer=REPORT
)
def move_report(asked: ReportMoveIn, actor: Actor) -> Report:
    """Another section has it, and the reason stands beside it."""
    return handling.move_to(asked.report_id, asked.section, asked.text, actor=actor)


@OPERATIONS.add(
    "通報の期限を変える", "fieldwork.handle", "POST reports/{report_id}/due", "report due", answer=REPORT
)
def set_report_due(asked: ReportDueIn, actor: Actor) -> Report:
    """Another last day; the one before stays readable."""
    return handling.set_due(asked.report_id, asked.day, asked.text, actor=actor)


@OPERATIONS.add(
    "通報した人に答える",
    "fieldwork.handle",
    "POST reports/{report_id}/answer",
    "report answer",
    answer=REPORT,
)
def answer_report(asked: ReportReasonIn, actor: Actor) -> Report:
    """It stands on the reporter's page."""
    return handling.answer(asked.report_id, asked.text, actor=actor)


@OPERATIONS.add(
    "通報への対応を終える",
    "fieldwork.handle",
    "POST reports/{report_id}/finish",
    "report finish",
    answer=REPORT,
)
def finish_report(asked: ReportReasonIn, actor: Actor) -> Report:
    """Done now, by the server's clock; no other time can be given."""
    return handling.finish(asked.report_id, asked.text, actor=actor)


@OPERATIONS.add(
    "通報に対応しないと決める",
    "fieldwork.handle",
    "POST reports/{report_id}/close",
    "report close",
    answer=REPORT,
)
def close_report(asked: ReportReasonIn, actor: Actor) -> Report:
    """The reporter reads the reason."""
    return handling.close(asked.report_id, asked.text, actor=actor)


@OPERATIONS.add(
    "通報を再開する", "fieldwork.handle", "POST reports/{report_id}/reopen", "report reopen", answer=REPORT
)
def reopen_report(asked: ReportReasonIn, actor: Actor) -> Report:
    """The time at which it was called done stays in its history."""
    return handling.reopen(asked.report_id, asked.text, actor=actor)


@OPERATIONS.add(
    "通報を公開する", "fieldwork.release", "POST reports/{report_id}/release", "report release", answer=REPORT
)
def release_report(asked: ReportReleaseIn, actor: Actor) -> Report:
    """With a text and photographs that a person looked through."""
    return handling.release(asked.report_id, asked.text, asked.photos, actor=actor)


@OPERATIONS.add(
    "通報の公開をやめる", "fieldwork.release", "POST reports/{report_id}/hide", "report hide", answer=REPORT
)
def hide_report(asked: OneReport, actor: Actor) -> Report:
    """At once."""
    return handling.hide(asked.report_id, actor=actor)


@OPERATIONS.add(
    "通報の決まりを登録する",
    "fieldwork.rules",
    "PUT rules",
    "rules set",
    answer=Answer(ReportRulesOut, lambda row: {"version": row.pk, "text": row.text}),
    event="fieldwork.rules_set",
    trace=lambda asked, row: Trace(f"reportrules:{row.pk}"),
)
def set_report_rules(asked: ReportRulesIn, actor: Actor) -> ReportRules:
    """422 with every fault and its line; the rules before stay in force then."""
    return setting.set_rules(asked.text, actor=actor)


@OPERATIONS.add(
    "通報の場所を取り出す",
    "fieldwork.export",
    "GET reports.geojson",
    "report places",
    answer=Answer(media_type="application/geo+json"),
    event="fieldwork.taken_along",
    trace=lambda asked, file: Trace("", {"form": "geojson"}),
    step_up=True,
)
def take_places(asked: Nothing, actor: Actor) -> Download:
    """GeoJSON of all reports that have a place: number, kind, section, state and days; nothing that anybody wrote."""
    return Download("reports.geojson", "application/geo+json; charset=utf-8", statistics.places().encode())
