"""Tax: declarations, corporate numbers, special collection."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import Problem
from yakuba.kernel.operations import Answer, Part, Trace, Upload, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.values.characters import narrow
from yakuba.services.claims import queries
from yakuba.services.claims.actions import tax
from yakuba.services.claims.engine.dates import BadDate, month_of
from yakuba.services.claims.engine.declarations import Collected, changes, corporate_fault
from yakuba.services.claims.models import CorporateNumber, Declaration, DeclarationFile
from yakuba.services.claims.operations.table import OPERATIONS

LARGEST = 20_000_000
RESIDENT, EMPLOYER, SINCE = "宛名番号", "法人番号", "開始年月"
COLLECTED = (
    Column(RESIDENT, ("宛名コード", "個人コード"), required=True),
    Column(EMPLOYER, ("特別徴収義務者", "指定番号", "事業所番号"), required=True),
    Column(SINCE, ("特別徴収開始年月",)),
)


class DeclarationsIn(BaseModel):
    """A table of declarations."""

    file: Upload = Field(description="申告の表（CSVかExcel）")
    deadline: Annotated[date, Word("--deadline")] = Field(description="申告の期限")


class OneDeclaration(BaseModel):
    """A declaration."""

    declaration_id: int = Field(description="申告の番号")


class DecideIn(OneDeclaration):
    """Why this one counts."""

    why: str = Field(min_length=1, max_length=280, description="わけ")
    seen: str = Field("", max_length=40, description="見たときの、最後に決めた日時（なければ none）")


class CorporateIn(BaseModel):
    """A table of corporate numbers."""

    file: Upload = Field(description="法人番号の表（CSVかExcel）")


class CorporateNumberIn(BaseModel):
    """A corporate number."""

    corporate_number: str = Field(max_length=20, description="法人番号")


class CollectedIn(BaseModel):
    """Two lists of who withholds whose tax."""

    before: Annotated[Upload, Word("--before")] = Field(description="前の一覧（宛名番号、法人番号）")
    after: Annotated[Upload, Word("--after")] = Field(description="今の一覧")


class TaxDeclarationOut(BaseModel):
    """A declaration. verdict: valid, superseded, request, amendment, double, withdrawn, ask; why: in Japanese."""

    id: int
    resident: str
    year: int
    filed: date
    kind: str
    verdict: str
    verdict_label: str
    why: str


class DeclarationFileOut(BaseModel):
    """A table that was taken in. rows: that were new; deadline: the last day in time; told: what else there is to know."""

    id: int
    name: str
    rows: int
    deadline: date
    told: str


class CorporateNumberOut(BaseModel):
    """A corporate number. name: empty where the town's table has none."""

    number: str
    fault: str
    name: str
    address: str
    closed: date | None


class CorporateCountOut(BaseModel):
    """How many were taken."""

    count: int


class CollectionChangeOut(BaseModel):
    """What changed. kind: begin, end, employer, double."""

    resident: str
    kind: str
    before: str
    after: str
    sentence: str


COLUMNS = {
    "id": "番号",
    "resident": "宛名番号",
    "year": "年分",
    "filed": "提出日",
    "verdict_label": "扱い",
    "why": "わけ",
}


def declaration_facts(row: Declaration) -> dict[str, Any]:
    """As a program sees it."""
    names = ("resident", "year", "filed", "kind", "verdict", "why")
    return {"id": row.pk, "verdict_label": row.get_verdict_display()} | {
        name: getattr(row, name) for name in names
    }


def declaration_of(number: int) -> Declaration:
    """Raises Missing."""
    return one(Declaration.objects.all(), number)


@OPERATIONS.add(
    "税の申告の一覧", "claims.tax", "GET declarations", command="tax list", answer=Answer(list[TaxDeclarationOut], columns=COLUMNS),
    event="claims.declarations_listed", trace=lambda asked, rows_: Trace("taxdeclarations", {"rows": len(rows_)}),
)  # fmt: skip
def list_declarations(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By person and year, with what counts and why."""
    return [declaration_facts(row) for row in asked.of(queries.declarations())]


@OPERATIONS.add(
    "税の申告の表を取り込む", "claims.tax_load", "POST declarations", command="tax load", status=201,
    answer=Answer(DeclarationFileOut, lambda row: {"id": row.pk, "name": row.name, "rows": row.rows, "deadline": row.deadline, "told": row.told}, {"id": "番号", "rows": "申告", "told": "お知らせ"}),
    event="claims.declarations_taken", trace=lambda asked, row: Trace(f"taxfile:{row.pk}", {"rows": row.rows}),
)  # fmt: skip
def load_declarations(asked: DeclarationsIn, actor: Actor) -> DeclarationFile:
    """All rows or none, since one that is left out would make another one the valid one."""
    data = asked.file.read(LARGEST)
    renamed = renaming_of(data, "claims.declarations", tax.COLUMNS)
    return tax.take(asked.file.name, data, asked.deadline, actor=actor, renamed=renamed)


@OPERATIONS.add(
    "有効な税の申告を決める", "claims.tax", "POST declarations/{declaration_id}/decide", command="tax decide",
    answer=Answer(TaxDeclarationOut, declaration_facts, COLUMNS), event="claims.declaration_decided",
    trace=lambda asked, row: Trace(f"taxdeclaration:{row.pk}"),
)  # fmt: skip
def decide(asked: DecideIn, actor: Actor) -> Declaration:
    """A person says which one counts, and why."""
    return tax.decide(declaration_of(asked.declaration_id), asked.why, actor=actor, seen=asked.seen)


@OPERATIONS.add(
    "法人番号の表を取り込む", "claims.tax_load", "POST corporate-numbers", command="tax corporate-load", status=201,
    answer=Answer(CorporateCountOut, lambda count: {"count": count}, {"count": "法人番号"}), event="claims.corporate_taken",
    trace=lambda asked, count: Trace("corporatenumbers", {"count": count}),
)  # fmt: skip
def load_corporate(asked: CorporateIn, actor: Actor) -> int:
    """New ones are added, known ones are written anew."""
    data = asked.file.read(LARGEST)
    return tax.take_corporate(data, renamed=renaming_of(data, "claims.corporate", tax.CORPORATE))


@OPERATIONS.add(
    "法人番号を調べる", "claims.tax", "GET corporate-numbers/{corporate_number}", command="tax corporate",
    answer=Answer(CorporateNumberOut, columns={"number": "法人番号", "name": "名称", "address": "所在地", "fault": "直すところ"}),
)  # fmt: skip
def corporate(asked: CorporateNumberIn, actor: Actor) -> dict[str, Any]:
    """Its check digit, and whose it is by the table that the town loaded."""
    number = narrow(asked.corporate_number).strip()
    fault = corporate_fault(number)
    row = CorporateNumber.objects.filter(number=number).first()
    if row is None and not fault:
        raise Missing(
            "法人番号の検査数字は合いますが、取り込んだ表にありません。表が新しいか確かめてください。"
        )
    told = (
        {"name": row.name, "address": row.address, "closed": row.closed}
        if row
        else {"name": "", "address": "", "closed": None}
    )
    return {"number": number[:20], "fault": fault} | told


@OPERATIONS.add(
    "特別徴収の変更を調べる", "claims.tax", "POST collection-changes", command="tax changes",
    answer=Answer(list[CollectionChangeOut], columns={"resident": "宛名番号", "kind": "変更", "before": "前", "after": "今", "sentence": "わけ"}),
    event="claims.changes_seen", trace=lambda asked, rows_: Trace("taxcollection", {"changes": len(rows_)}),
)  # fmt: skip
def collection_changes(asked: CollectedIn, actor: Actor) -> list[dict[str, Any]]:
    """Who is newly withheld, no longer, or by another employer, between two lists. Nothing is kept."""
    found = changes(_collected(asked.before), _collected(asked.after))
    return [
        {name: getattr(one_, name) for name in ("resident", "kind", "before", "after", "sentence")}
        for one_ in found
    ]


def _collected(upload: Upload) -> list[Collected]:
    data, problems, found = upload.read(LARGEST), list[Problem](), list[Collected]()
    required = [one_.name for one_ in COLLECTED if one_.required]
    for row in rows(data, required, problems, renamed=renaming_of(data, "claims.collected", COLLECTED)):
        resident, employer = narrow(row.get(RESIDENT)), narrow(row.get(EMPLOYER))
        fault = corporate_fault(employer) if len(employer) == 13 else ""
        if not resident or not employer or fault:
            problems.append(
                Problem(row.line, upload.name, fault or "宛名番号と法人番号（か指定番号）を書いてください。")
            )
            continue
        try:
            since = (
                month_of(narrow(row.get(SINCE)).replace("-", "").replace("/", "")) if row.get(SINCE) else 0
            )
        except BadDate as error:
            problems.append(Problem(row.line, upload.name, str(error)))
            continue
        found.append(Collected(resident, employer, since))
    if problems:
        raise Invalid("一覧に直すところがあります。直すまで、変更は調べません。", problems=problems[:200])
    return found
