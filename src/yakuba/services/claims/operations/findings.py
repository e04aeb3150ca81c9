"""What becomes of findings: judged, asked about, taken along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.letters.letter import Addressee
from yakuba.kernel.lists.files import write
from yakuba.kernel.operations import Answer, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Forbidden
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.claims import queries
from yakuba.services.claims.actions import findings as actions
from yakuba.services.claims.actions.protecting import KIND
from yakuba.services.claims.models import Finding, InquiryLetter
from yakuba.services.claims.operations.table import OPERATIONS

HEAD = (
    "番号", "規則", "規則の名前", "重さ", "指摘", "診療年月", "医療機関コード", "医療機関", "レセプト", "請求ファイル", "行", "点数", "氏名", "結果", "メモ",
)  # fmt: skip


class OneFinding(BaseModel):
    """A finding."""

    finding_id: int = Field(description="指摘の番号")


class JudgeIn(OneFinding):
    """What a finding turned out to be."""

    outcome: Literal["open", "right", "wrong", "asked"] = Field(
        description="結果（right、wrong、asked、open）"
    )
    note: str = Field("", max_length=300, description="メモ（誤りのときは、わけ）")
    seen: Literal["", "open", "right", "wrong", "asked"] = Field(
        "", description="見たときの結果。ほかの職員がその間に決めていれば、変えない"
    )


class ClaimInquiryIn(BaseModel):
    """A letter about findings."""

    finding_ids: Annotated[list[int], Word("--finding")] = Field(description="指摘の番号")
    name: Annotated[str, Word("--name")] = Field(min_length=1, max_length=120, description="医療機関の名前")
    postal_code: Annotated[str, Word("--postal-code")] = Field("", max_length=8, description="郵便番号")
    address: Annotated[str, Word("--address")] = Field(min_length=1, max_length=200, description="所在地")
    number: str = Field("", max_length=60, description="文書番号")
    day: Annotated[date, Word("--day")] = Field(description="日付")
    question: str = Field("", max_length=500, description="尋ねること")


class OneInquiry(BaseModel):
    """A letter."""

    inquiry_letter_id: int = Field(description="照会の番号")


class FindingTableIn(BaseModel):
    """In which form findings are taken along."""

    form: Literal["xlsx", "utf-8", "cp932", "json"] = Field("xlsx", description="形式")
    outcome: Literal["", "open", "right", "wrong", "asked"] = Field("", description="結果で絞る")


class FindingOut(BaseModel):
    """A finding, without the person. line: of the file; points: of the calculation group, null where there is none."""

    id: int
    rule: str
    label: str
    severity: str
    message: str
    month: int
    claim: int
    file: str
    line: int
    points: int | None
    outcome: str
    outcome_label: str


class ClaimInquiryOut(BaseModel):
    """A letter."""

    id: int
    institution: str
    addressee: str
    number: str
    day: date


COLUMNS = {
    "id": "番号",
    "label": "規則",
    "message": "指摘",
    "month": "診療年月",
    "line": "行",
    "points": "点数",
    "outcome_label": "結果",
}


def finding_facts(row: Finding, closed: frozenset[str] | None = None) -> dict[str, Any]:
    """As a program sees it. closed: those under protection, as far as the caller looked them up already."""
    closed = policy.under(KIND, [row.pk]) if closed is None else closed
    file = policy.HIDDEN if str(row.pk) in closed else row.file.name
    names = ("rule", "label", "severity", "message", "month", "claim", "line", "points", "outcome")
    return {"id": row.pk, "file": file, "outcome_label": row.get_outcome_display()} | {
        name: getattr(row, name) for name in names
    }


def inquiry_facts(row: InquiryLetter) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk} | {
        name: getattr(row, name) for name in ("institution", "addressee", "number", "day")
    }


def finding_of(number: int) -> Finding:
    """Raises Missing."""
    return one(Finding.objects.select_related("file"), number)


def seen(finding: Finding, actor: Actor) -> None:
    """Whose claim somebody looked at."""
    record(
        "claims.claim_seen",
        subject=f"claimfinding:{finding.pk}",
        actor=actor,
        file=finding.file_id,
        claim=finding.claim,
    )


@OPERATIONS.add(
    "指摘の一覧", "claims.judge", "GET findings", command="finding list", answer=Answer(list[FindingOut], columns=COLUMNS),
    event="claims.findings_listed", trace=lambda asked, rows: Trace("claimfindings", {"findings": len(rows)}),
)  # fmt: skip
def list_findings(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """All findings. The name of a file may say who sent it: under protection it is hidden."""
    rows = list(asked.of(queries.findings()))
    closed = policy.under(KIND, [row.pk for row in rows])
    return [finding_facts(row, closed) for row in rows]


@OPERATIONS.add(
    "指摘の結果を決める", "claims.judge", "POST findings/{finding_id}/outcome", command="finding judge",
    answer=Answer(FindingOut, finding_facts, COLUMNS), event="claims.judged",
    trace=lambda asked, row: Trace(f"claimfinding:{row.pk}", {"outcome": row.outcome, "rule": row.rule}),
)  # fmt: skip
def judge(asked: JudgeIn, actor: Actor) -> Finding:
    """Right, wrong (with why), or asked back."""
    return actions.judge(
        finding_of(asked.finding_id), asked.outcome, asked.note, actor=actor, seen=asked.seen
    )


@OPERATIONS.add(
    "医療機関への照会を作る", "claims.ask", "POST letters", command="finding ask", status=201,
    answer=Answer(ClaimInquiryOut, inquiry_facts, {"id": "番号", "addressee": "宛先", "day": "日付"}),
)  # fmt: skip
def ask(asked: ClaimInquiryIn, actor: Actor) -> InquiryLetter:
    """A letter about findings of one institution, as PDF."""
    if not isinstance(actor, User):
        raise Forbidden("照会は職員の名前で作ります。職員を指定してください。")
    draft = actions.Draft(
        Addressee(asked.name, asked.postal_code, asked.address), asked.number, asked.day, asked.question
    )
    return actions.ask([finding_of(number) for number in asked.finding_ids], draft, actor=actor)


@OPERATIONS.add(
    "医療機関への照会を取り出す", "claims.ask", "GET letters/{inquiry_letter_id}/pdf", command="finding letter",
    answer=Answer(media_type="application/pdf"), event="claims.letter_taken",
    trace=lambda asked, file: Trace(f"claimletter:{asked.inquiry_letter_id}"), step_up=True,
)  # fmt: skip
def letter_pdf(asked: OneInquiry, actor: Actor) -> Download:
    """The letter as it was made."""
    row = one(InquiryLetter.objects.select_related("pdf"), asked.inquiry_letter_id)
    for finding in row.found.all():
        policy.require_released(actor, KIND, finding.pk)
    return Download(f"inquiry-{row.pk}.pdf", "application/pdf", content_of(row.pdf))


@OPERATIONS.add(
    "指摘の表を書き出す", "claims.export", "GET findings/table", command="finding export",
    answer=Answer(media_type="application/octet-stream"), event="claims.exported",
    trace=lambda asked, file: Trace("claimfindings", {"form": asked.form, "outcome": asked.outcome}), step_up=True,
)  # fmt: skip
def export(asked: FindingTableIn, actor: Actor) -> Download:
    """Every finding with rule, file, line, points and outcome."""
    return write([_table(asked.outcome, actor)], "findings", asked.form, accept=True)


def _table(outcome: str, actor: Actor) -> Table:
    rows = queries.findings().filter(outcome=outcome) if outcome else queries.findings()
    return Table("指摘", HEAD, _lines(rows, policy.withheld(actor, KIND)))


def _lines(rows: Any, withheld: frozenset[str]) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=500):
        closed = str(row.pk) in withheld
        place = ("", policy.HIDDEN) if closed else (row.institution, row.institution_name)
        file = policy.HIDDEN if closed else row.file.name
        yield [
            row.pk, row.rule, row.label, row.get_severity_display(), row.message, row.month, *place, row.claim, file, row.line,
            row.points, row.name, row.get_outcome_display(), row.note,
        ]  # fmt: skip
