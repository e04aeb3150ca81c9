"""Rounds of the inventory and who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.actions import rounds as actions
from yakuba.services.reform.actions import sections
from yakuba.services.reform.models import InventoryRound, SectionInventory
from yakuba.services.reform.operations.table import OPERATIONS
from yakuba.services.reform.queries import inventory as queries


class OneInventory(BaseModel):
    """A round of the inventory."""

    inventory_id: int = Field(description="棚卸しの回の番号")


class InventoryIn(BaseModel):
    """A new round."""

    year: int = Field(description="年度（西暦。2027は令和9年度）")
    deadline: date = Field(description="期限")
    departments: list[str] = Field(
        default_factory=list, max_length=500, description="頼む課の名前。言わなければすべて"
    )
    note: str = Field("", max_length=300, description="課へのお願い")
    copy_last: bool = Field(True, description="前の年度の答えを下書きに写す")


class AskIn(OneInventory):
    """Further sections."""

    departments: list[str] = Field(min_length=1, max_length=500, description="足す課の名前")
    copy_last: bool = Field(True, description="前の年度の答えを下書きに写す")


class DeadlineIn(OneInventory):
    """Another deadline."""

    deadline: Annotated[date, Word("--deadline")] = Field(description="期限")
    note: str = Field("", max_length=300, description="課へのお願い")


class OneSection(BaseModel):
    """What one section answers."""

    section_id: int = Field(description="課の棚卸しの番号")


class AssignIn(OneSection):
    """Who answers."""

    username: str = Field("", max_length=150, description="担当者の職員ID。空ならだれでもない")


class SendBackIn(OneSection):
    """Why an answer is to be changed."""

    reason: str = Field(max_length=300, description="戻す理由")


class InventoryOut(BaseModel):
    """A round. asked, answered: sections."""

    id: int
    year: int
    deadline: date
    closed: bool
    asked: int
    answered: int


class SectionOut(BaseModel):
    """What one section answers. hours: a year."""

    id: int
    year: int
    department: str
    assigned_to: str
    state: str
    state_label: str
    tasks: int
    hours: float


INVENTORY_COLUMNS = {
    "id": "番号",
    "year": "年度",
    "deadline": "期限",
    "asked": "頼んだ課",
    "answered": "答えた課",
}
SECTION_COLUMNS = {
    "id": "番号", "department": "課", "assigned_to": "担当者", "state_label": "状態", "tasks": "作業", "hours": "時間（1年）",
}  # fmt: skip


def inventory_of(number: int) -> InventoryRound:
    """Raises Missing."""
    return one(InventoryRound.objects.all(), number)


def section_of(number: int, actor: Actor) -> SectionInventory:
    """Raises Missing, also for a section that the person may not see."""
    if actor is None:
        return one(SectionInventory.objects.select_related("round", "department"), number)
    return one(queries.seen_by(actor), number)


def inventory_facts(row: InventoryRound) -> dict[str, Any]:
    """As a program sees it."""
    found = queries.rounds().get(pk=row.pk)
    return {"id": found.pk} | {
        name: getattr(found, name) for name in ("year", "deadline", "closed", "asked", "answered")
    }


def section_facts(row: SectionInventory) -> dict[str, Any]:
    """As a program sees it."""
    return _facts(queries.with_sums(SectionInventory.objects.filter(pk=row.pk)).get())


def _facts(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "year": row.round.year,
        "department": row.asked,
        "assigned_to": row.assigned_to.username if row.assigned_to else "",
        "state": row.state,
        "state_label": row.get_state_display(),
        "tasks": row.count,
        "hours": round(float(row.minutes or 0) / 60, 2),
    }


AN_INVENTORY = Answer(InventoryOut, inventory_facts, INVENTORY_COLUMNS)
A_SECTION = Answer(SectionOut, section_facts, SECTION_COLUMNS)


@OPERATIONS.add(
    "棚卸しの回の一覧", "reform.inventory", "GET inventories", command="inventories",
    answer=Answer(list[InventoryOut], columns=INVENTORY_COLUMNS),
)  # fmt: skip
def list_inventories(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Every round, the newest first."""
    return [inventory_facts(row) for row in asked.of(queries.rounds())]


@OPERATIONS.add(
    "棚卸しの回を開く", "reform.rounds", "POST inventories", command="open-inventory", status=201,
    answer=AN_INVENTORY, event="reform.inventory_opened",
    trace=lambda asked, row: Trace(f"inventory:{row.pk}", {"year": row.year}),
)  # fmt: skip
def open_inventory(asked: InventoryIn, actor: Actor) -> InventoryRound:
    """Ask sections for the inventory of a fiscal year."""
    departments = _departments(asked.departments) if asked.departments else list(Department.objects.all())
    return actions.open_round(
        asked.year, asked.deadline, departments, note=asked.note, copy=asked.copy_last, actor=actor
    )


@OPERATIONS.add(
    "棚卸しの回に課を足す", "reform.rounds", "POST inventories/{inventory_id}/sections", command="ask",
    answer=AN_INVENTORY, event="reform.inventory_changed",
    trace=lambda asked, row: Trace(f"inventory:{row.pk}", {"added": len(asked.departments)}),
)  # fmt: skip
def ask(asked: AskIn, actor: Actor) -> InventoryRound:
    """Ask further sections."""
    row = inventory_of(asked.inventory_id)
    actions.ask(row, _departments(asked.departments), copy=asked.copy_last)
    return row


@OPERATIONS.add(
    "棚卸しの期限を変える", "reform.rounds", "PUT inventories/{inventory_id}", command="change-deadline",
    answer=AN_INVENTORY, event="reform.inventory_changed",
    trace=lambda asked, row: Trace(f"inventory:{row.pk}", {"deadline": row.deadline.isoformat()}),
)  # fmt: skip
def change_deadline(asked: DeadlineIn, actor: Actor) -> InventoryRound:
    """Another deadline, and another word to the sections."""
    return actions.change(inventory_of(asked.inventory_id), asked.deadline, asked.note)


@OPERATIONS.add(
    "棚卸しを締め切る", "reform.rounds", "POST inventories/{inventory_id}/close", command="close-inventory",
    answer=AN_INVENTORY, event="reform.inventory_closed", trace=lambda asked, row: Trace(f"inventory:{row.pk}"),
)  # fmt: skip
def close_inventory(asked: OneInventory, actor: Actor) -> InventoryRound:
    """Nobody answers any more."""
    return actions.close(inventory_of(asked.inventory_id), True)


@OPERATIONS.add(
    "棚卸しをもう一度受け付ける", "reform.rounds", "POST inventories/{inventory_id}/reopen", command="reopen-inventory",
    answer=AN_INVENTORY, event="reform.inventory_reopened", trace=lambda asked, row: Trace(f"inventory:{row.pk}"),
)  # fmt: skip
def reopen_inventory(asked: OneInventory, actor: Actor) -> InventoryRound:
    """Sections may answer again."""
    return actions.close(inventory_of(asked.inventory_id), False)


@OPERATIONS.add(
    "回の課", "reform.inventory", "GET inventories/{inventory_id}/sections", command="sections",
    answer=Answer(list[SectionOut], columns=SECTION_COLUMNS),
)  # fmt: skip
def list_sections(asked: OneInventory, actor: Actor) -> list[dict[str, Any]]:
    """Every section of a round, with its tasks and hours."""
    return [_facts(row) for row in queries.sections(inventory_of(asked.inventory_id))]


@OPERATIONS.add(
    "棚卸しの担当者を決める", "reform.rounds", "POST sections/{section_id}/assign", command="assign",
    answer=A_SECTION, event="reform.inventory_changed", trace=lambda asked, row: Trace(f"section:{row.pk}"),
)  # fmt: skip
def assign(asked: AssignIn, actor: Actor) -> SectionInventory:
    """Who answers for the section."""
    row = section_of(asked.section_id, actor)
    person = queries.people().filter(username=asked.username).first() if asked.username else None
    if asked.username and person is None:
        raise Missing(f"職員「{asked.username}」はいません。職員IDを確かめてください。")
    if person is not None and not queries.may_answer(person):
        raise Invalid(queries.CANNOT_ANSWER, place="担当者")
    actions.assign(row.round, {row.pk: person})
    return row


@OPERATIONS.add(
    "棚卸しの答えを戻す", "reform.rounds", "POST sections/{section_id}/send-back", command="send-back",
    answer=A_SECTION, event="reform.inventory_sent_back", trace=lambda asked, row: Trace(f"section:{row.pk}"),
)  # fmt: skip
def send_back(asked: SendBackIn, actor: Actor) -> SectionInventory:
    """An answer is to be changed."""
    return sections.send_back(section_of(asked.section_id, actor), asked.reason)


def _departments(names: Sequence[str]) -> list[Department]:
    found = {row.name: row for row in Department.objects.filter(name__in=names)}
    lacking = [name for name in names if name not in found]
    if lacking:
        raise Invalid(f"課「{'」「'.join(lacking)}」はありません。管理の「課」で足してください。", place="課")
    return [found[name] for name in dict.fromkeys(names)]
