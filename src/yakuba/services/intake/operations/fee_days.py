"""Days of fees: looked at, counted and closed by two people, on paper and as a table; files of payments."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.template.loader import render_to_string
from pydantic import BaseModel, Field

from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.operations import Answer, Nothing, Part, Rows, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tables.files import MEDIA_TYPES, written
from yakuba.services.intake.actions import closing as actions
from yakuba.services.intake.actions import payments
from yakuba.services.intake.models import DayClosing, PaymentLine
from yakuba.services.intake.operations.fees import entry
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import fees as queries

LARGEST_FILE = 20_000_000  # bytes
ENDINGS = {"xlsx": "xlsx", "utf-8": "csv", "cp932": "csv", "json": "json"}
LINE_COLUMNS = {"label": "方法", "yen": "額"}
PAYMENT_COLUMNS = {"id": "番号", "day": "日付", "yen": "額", "slip": "控え番号", "note": "摘要"}
CLOSING_COLUMNS = {"id": "番号", "day": "日", "recorded": "記録", "difference": "差"}


class OneDay(BaseModel):
    """A day."""

    fee_day: date = Field(description="日")


class DayCountIn(OneDay):
    """A day that was counted. pieces: value → number of coins and notes."""

    pieces: dict[int, int] = Field(default_factory=dict, description="金種（円）と枚数")
    fund: int = Field(0, ge=0, le=10_000_000, description="釣銭準備金（円）")
    stamp: int = Field(0, ge=-(10**9), le=10**9, description="数えた証紙（円）")
    order: int = Field(0, ge=-(10**9), le=10**9, description="数えた定額小為替（円）")
    account: int = Field(0, ge=-(10**9), le=10**9, description="口座の入金（円）")
    cashless: int = Field(0, ge=-(10**9), le=10**9, description="端末の日計（円）")
    reasons: dict[str, str] = Field(default_factory=dict, description="差の理由（方法と文）")


class OneDayClosing(BaseModel):
    """A closed day."""

    day_closing_id: int = Field(description="日計の番号")


class DayTableIn(OneDayClosing):
    """A closed day as a table."""

    form: Literal["xlsx", "utf-8", "cp932", "json"] = Field("xlsx", description="形式")


class PaymentFileIn(BaseModel):
    """A file of the bank or of the terminals' company, without cards' numbers."""

    source: Literal["account", "cashless"] = Field(description="account（口座）か cashless（キャッシュレス）")
    file: Upload = Field(description="明細（CSVかExcel）")


class PaymentMatchIn(BaseModel):
    """A line and the record that it is."""

    payment_line_id: int = Field(description="明細の番号")
    fee_entry_id: int = Field(description="手数料の記録の番号（表の番号）")


class FeeWayOut(BaseModel):
    """One way of a day, in yen."""

    way: str
    label: str
    yen: int


class FeeDayOut(BaseModel):
    """A day's book, in yen. closed: whether two people have closed it."""

    day: date
    total: int
    entries: int
    closed: bool
    ways: list[FeeWayOut]


class DayApprovalOut(BaseModel):
    """What waits for a second person."""

    id: int
    summary: str


class DayClosingOut(BaseModel):
    """A closed day, in yen."""

    id: int
    day: date
    recorded: int
    difference: int


class PaymentsLoadedOut(BaseModel):
    """lines: new ones; known: that stood here already; matched: that found their record."""

    lines: int
    known: int
    matched: int


class PaymentLineOut(BaseModel):
    """A line of a file. entry_id: the record that it is, 0 for none."""

    id: int
    source: str
    day: date
    yen: int
    slip: str
    note: str
    entry_id: int


def _day(found: queries.Day) -> dict[str, Any]:
    return {
        "day": found.day,
        "total": found.total,
        "entries": len(found.entries),
        "closed": found.closing is not None,
        "ways": [{"way": way, "label": label, "yen": yen} for way, label, yen in found.lines],
    }


def _line(row: PaymentLine) -> dict[str, Any]:
    names = ("source", "day", "yen", "slip", "note")
    return {"id": row.pk, "entry_id": row.entry_id or 0} | {name: getattr(row, name) for name in names}


def _closing(row: DayClosing) -> dict[str, Any]:
    return {"id": row.pk, "day": row.day, "recorded": row.recorded, "difference": row.difference}


@OPERATIONS.add(
    "日の手数料を見る",
    "intake.fees",
    "GET fee-days/{fee_day}",
    "days show",
    answer=Answer(FeeDayOut, _day, tables=lambda found: [Rows(found["ways"], LINE_COLUMNS)]),
)
def show_day(asked: OneDay, actor: Actor) -> queries.Day:
    """What was recorded on a day, by way."""
    return queries.day_of(asked.fee_day)


@OPERATIONS.add(
    "日の締めを起案する",
    "intake.fees",
    "POST fee-days/{fee_day}/close",
    "days close",
    answer=Answer(DayApprovalOut, lambda row: {"id": row.pk, "summary": row.summary}),
    by_operator=False,
)
def propose_day(asked: DayCountIn, actor: Actor) -> Approval:
    """Another person counts again and approves, which closes the day."""
    if actor is None:
        raise Conflict("数えた職員が起案します。--user で職員を指定してください。")
    counted = {way: getattr(asked, way) for way in ("stamp", "order", "account", "cashless")}
    return actions.propose(asked.fee_day, asked.pieces, asked.fund, counted, asked.reasons, actor=actor)


@OPERATIONS.add(
    "締めた日の一覧",
    "intake.fees",
    "GET fee-closings",
    "days list",
    answer=Answer(list[DayClosingOut], columns=CLOSING_COLUMNS),
)
def list_closings(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Closed days, the latest first."""
    return [_closing(row) for row in asked.of(queries.closings())]


@OPERATIONS.add(
    "日計表のPDF",
    "intake.fees",
    "GET fee-closings/{day_closing_id}/pdf",
    "days pdf",
    step_up=True,
    answer=Answer(media_type="application/pdf"),
    event="intake.day_taken",
    trace=lambda asked, file: Trace(f"closing:{asked.day_closing_id}"),
)
def closing_pdf(asked: OneDayClosing, actor: Actor) -> Download:
    """As it was closed."""
    row = one(queries.closings(), asked.day_closing_id)
    html = render_to_string("intake/fees/closing_paper.html", told(row))
    return Download(f"nikkei-{row.day.isoformat()}.pdf", "application/pdf", to_pdf(html))


@OPERATIONS.add(
    "日計を表で書き出す",
    "intake.fees",
    "GET fee-closings/{day_closing_id}/table",
    "days table",
    step_up=True,
    answer=Answer(media_type="text/csv"),
    event="intake.day_taken",
    trace=lambda asked, file: Trace(f"closing:{asked.day_closing_id}"),
)
def closing_table(asked: DayTableIn, actor: Actor) -> Download:
    """The lines of the day; in Excel and JSON also its sums by way."""
    row = one(queries.closings(), asked.day_closing_id)
    tables = [queries.entry_table(queries.day_of(row.day))]
    if asked.form == "xlsx":
        tables.insert(0, queries.total_table(row))
    name = f"nikkei-{row.day.isoformat()}.{ENDINGS[asked.form]}"
    return Download(name, MEDIA_TYPES[asked.form], written(tables, asked.form))


@OPERATIONS.add(
    "入金の明細を取り込む",
    "intake.fees",
    "POST fee-payments",
    "payments load",
    answer=Answer(
        PaymentsLoadedOut,
        lambda found: {"lines": found.lines, "known": found.known, "matched": found.matched},
        {"lines": "新しい行", "known": "取り込み済み", "matched": "結び付いた行"},
    ),
)
def load_payments(asked: PaymentFileIn, actor: Actor) -> payments.Loaded:
    """Lines of a file, laid beside the records; what stands here already is not taken twice."""
    return payments.load(asked.file.read(LARGEST_FILE), asked.source, actor=actor)


@OPERATIONS.add(
    "結び付かない入金の一覧",
    "intake.fees",
    "GET fee-payments/open",
    "payments open",
    answer=Answer(list[PaymentLineOut], columns=PAYMENT_COLUMNS),
)
def list_open_payments(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Lines for which no record was found."""
    return [_line(row) for row in queries.unmatched_lines()]


@OPERATIONS.add(
    "入金の明細を記録と結び付ける",
    "intake.fees",
    "POST fee-payments/{payment_line_id}/match",
    "payments match",
    answer=Answer(PaymentLineOut, _line),
)
def match_payment(asked: PaymentMatchIn, actor: Actor) -> PaymentLine:
    """A person says which record a line is; the sums must be the same."""
    line = one(PaymentLine.objects.all(), asked.payment_line_id)
    return payments.match_by_hand(line, entry(asked.fee_entry_id), actor=actor)


def told(row: DayClosing) -> dict[str, Any]:
    """What page and paper show of a closed day."""
    lines = [one | {"difference": one["counted"] - one["recorded"]} for one in row.content["lines"]]
    return {
        "closing": row,
        "lines": lines,
        "pieces": [(value, number, value * number) for value, number in row.content["pieces"] if number],
        "fund": row.content["fund"],
        "orders": [(value, number, value * number) for value, number in row.content["orders"]],
        "book": queries.day_of(row.day),
        "counted": sum(one["counted"] for one in lines),
    }
