"""Who asks for a case: looked at, and stated anew with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.models import Case, CaseLetter
from yakuba.kernel.ledger.sight import sight
from yakuba.kernel.operations import Answer
from yakuba.kernel.operations.finding import one
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.intake.actions import acting as actions
from yakuba.services.intake.actions import notice
from yakuba.services.intake.engine.acting.rules import Asked, Part
from yakuba.services.intake.engine.acting.standing import Given
from yakuba.services.intake.models import ActingStatement
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import acting as queries

COLUMNS = {
    "serial": "回",
    "part": "立場",
    "name": "代わりの人",
    "seen": "確かめた書類",
    "lacking": "足りないもの",
}


class OneAskedCase(BaseModel):
    """A case."""

    case_id: int = Field(description="受付の番号（受付簿の画面のアドレスにある数）")


class ActingIn(OneAskedCase):
    """Who asks. documents, points: names as the rules have them, points as `委任状|日付がある`."""

    part: Literal["本人", "同一世帯の人", "法定代理人", "任意代理人", "使者", "法人の担当者"] = Field(
        description="立場"
    )
    door: Literal["窓口", "郵送", "ウェブ"] | None = Field(
        None, description="受け付けたところ（書くなら、その受付が届いたところ）"
    )
    name: str = Field("", max_length=120, description="代わりの人の氏名")
    address: str = Field("", max_length=200, description="代わりの人の住所")
    phone: str = Field("", max_length=40, description="代わりの人の電話")
    relation: str = Field("", max_length=60, description="本人との続柄")
    documents: list[str] = Field(default_factory=list, max_length=40, description="確かめた書類の名前")
    points: list[str] = Field(default_factory=list, max_length=200, description="委任状などで確かめたこと")
    written_on: date | None = Field(None, description="権限の書類の日付")
    reason: str = Field("", max_length=300, description="直す理由（2回目から）")
    waived: str = Field("", max_length=300, description="足りないまま進める理由")


class NotIdentifiedIn(OneAskedCase):
    """A letter that tells the person."""

    name: str = Field(min_length=1, max_length=120, description="宛名（本人）")
    postal_code: str = Field("", max_length=10, description="郵便番号")
    address: str = Field(min_length=1, max_length=200, description="本人の住所")
    number: str = Field("", max_length=60, description="文書番号")
    day: date | None = Field(None, description="日付（なければ今日）")


class ActingStatementOut(BaseModel):
    """Who asked, as it counts; name and the like are empty for a person who asks for themselves and hidden under protection."""

    case_id: int
    serial: int
    door: str
    part: str
    name: str
    address: str
    phone: str
    relation: str
    letters_to: str
    seen: list[str]
    lacking: list[str]
    waived: str
    letter_due: bool


class NotIdentifiedLetterOut(BaseModel):
    """The letter that was made."""

    id: int
    number: str


def acting_facts(row: ActingStatement) -> dict[str, Any]:
    """A statement for programs, without where anybody lives."""
    found = queries.standing(row.case)
    return {
        "case_id": row.case_id,
        "serial": row.serial,
        "door": row.door,
        "part": row.part,
        "name": row.name,
        "address": row.address,
        "phone": row.phone,
        "relation": row.relation,
        "letters_to": found.to.value if found else row.letters_to,
        "seen": [one["name"] for one in row.seen],
        "lacking": list(found.lacking) if found else list(row.lacking),
        "waived": row.waived,
        "letter_due": bool(found and found.letter_due),
    }


A_STATEMENT = Answer(ActingStatementOut, columns=COLUMNS)


def case_of(number: int) -> Case:
    """Raises Missing."""
    return one(Case.objects.select_related("procedure"), number)


@OPERATIONS.add(
    "申請した人を見る", "intake.view", "GET cases/{case_id}/acting", "acting show", answer=A_STATEMENT
)
def show_acting(asked: OneAskedCase, actor: Actor) -> dict[str, Any]:
    """As it counts now; where somebody lives is hidden as on the page of the case."""
    found = queries.standing(case_of(asked.case_id))
    if found is None:
        raise Missing("この受付には、申請した人の記録がありません。")
    return _seen_by(found.last, actor)


@OPERATIONS.add(
    "申請した人を記録する", "intake.edit", "POST cases/{case_id}/acting", "acting set", answer=A_STATEMENT
)
def set_acting(asked: ActingIn, actor: Actor) -> dict[str, Any]:
    """State it anew, with a reason; what stood there before stays."""
    case = case_of(asked.case_id)
    if actor is not None and sight(actor, case).hidden:
        raise Missing(f"{HIDDEN}。この受付の申請した人は、「住所を開く」から開いた職員が直します。")
    door = actions.door_of(case)
    if asked.door is not None and asked.door != door.value:
        raise Invalid(f"この受付は「{door.value}」で届いています。受け付けたところは変えられません。")
    texts = (
        (Asked.NAME, asked.name),
        (Asked.ADDRESS, asked.address),
        (Asked.PHONE, asked.phone),
        (Asked.RELATION, asked.relation),
    )
    points: dict[str, frozenset[str]] = {}
    for each in asked.points:
        name, _, point = each.partition("|")
        points[name] = points.get(name, frozenset()) | {point}
    days = {name: asked.written_on for name in asked.documents if asked.written_on}
    given = Given(
        Part(asked.part),
        door,
        {which: text.strip() for which, text in texts if text.strip()},
        frozenset(asked.documents),
        points,
        days,
    )
    row = actions.state(case, given, actor=actor, reason=asked.reason, waived=asked.waived)
    return _seen_by(row, actor)


@OPERATIONS.add(
    "本人に届出があったことを通知する",
    "intake.edit",
    "POST cases/{case_id}/not-identified-letter",
    "acting letter",
    answer=Answer(NotIdentifiedLetterOut, lambda row: {"id": row.pk, "number": row.number}),
    by_operator=False,
)
def tell_person(asked: NotIdentifiedIn, actor: Actor) -> CaseLetter:
    """Print the letter to the person in whose name somebody unidentified handed something in."""
    if actor is None:
        raise Conflict("通知は職員が作ります。--user で職員を指定してください。")
    case = case_of(asked.case_id)
    return notice.make(
        case, asked.name, asked.postal_code, asked.address, asked.number, asked.day, actor=actor
    )


def _seen_by(row: ActingStatement, actor: Actor) -> dict[str, Any]:
    facts = acting_facts(row)
    if actor is not None and sight(actor, row.case).hidden:
        facts |= {key: HIDDEN for key in ("address", "phone") if facts[key]}
    return facts
