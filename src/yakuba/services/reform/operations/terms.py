"""The town's classes, and what an hour costs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Trace
from yakuba.services.reform.actions import classes as actions
from yakuba.services.reform.actions.classes import ClassIn
from yakuba.services.reform.contracts import ClassGroup, ClassWork, StaffKind
from yakuba.services.reform.models import HourPrice, WorkClass
from yakuba.services.reform.operations.table import OPERATIONS


class WorkClassOut(BaseModel):
    """A class of tasks."""

    id: int
    name: str
    group: str
    work: str
    retired: bool


class TypedClass(BaseModel):
    """A class as it is to be. number: of the one that it was, none for a new one."""

    number: int | None = None
    name: str = Field(max_length=30)
    group: ClassGroup
    work: ClassWork
    retired: bool = False


class WorkClassesIn(BaseModel):
    """The whole list, in its order."""

    classes: list[TypedClass] = Field(max_length=actions.MOST, description="事務分類")


class HourPriceIn(BaseModel):
    """What an hour costs from a fiscal year on."""

    staff: StaffKind = Field(description="職員の種類（regular、appointed、contractor、other）")
    year: int = Field(ge=2000, le=2100, description="年度（西暦）")
    yen: int = Field(ge=1, le=100_000, description="1時間の円")
    source: str = Field(min_length=1, max_length=200, description="根拠")


class HourPriceOut(HourPriceIn):
    """The same, as it was stated."""

    staff_label: str


CLASS_COLUMNS = {"id": "番号", "name": "事務分類", "group": "まとまり", "work": "中身", "retired": "使わない"}
PRICE_COLUMNS = {"staff_label": "職員", "year": "年度", "yen": "1時間（円）", "source": "根拠"}


def class_facts(row: WorkClass) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk} | {name: getattr(row, name) for name in ("name", "group", "work", "retired")}


def price_facts(row: HourPrice) -> dict[str, Any]:
    """As a program sees it."""
    return {name: getattr(row, name) for name in ("staff", "year", "yen", "source")} | {
        "staff_label": row.get_staff_display()
    }


@OPERATIONS.add(
    "事務分類の一覧", "reform.inventory", "GET classes", command="classes",
    answer=Answer(list[WorkClassOut], columns=CLASS_COLUMNS),
)  # fmt: skip
def list_classes(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """The town's classes, in their order."""
    return [class_facts(row) for row in WorkClass.objects.all()]


@OPERATIONS.add(
    "事務分類を決める", "reform.rounds", "PUT classes",
    answer=Answer(list[WorkClassOut]), event="reform.classes_set", trace=lambda asked, rows: Trace("classes"),
)  # fmt: skip
def set_classes(asked: WorkClassesIn, actor: Actor) -> list[dict[str, Any]]:
    """The whole list. What is used and not given is refused."""
    actions.set_classes(
        [
            ClassIn(one.number, " ".join(one.name.split()), one.group, one.work, one.retired)
            for one in asked.classes
        ]
    )
    return [class_facts(row) for row in WorkClass.objects.all()]


@OPERATIONS.add(
    "時間単価の一覧", "reform.inventory", "GET prices", command="prices",
    answer=Answer(list[HourPriceOut], columns=PRICE_COLUMNS),
)  # fmt: skip
def list_prices(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """What was stated, the newest first."""
    return [price_facts(row) for row in HourPrice.objects.order_by("-year", "staff", "-entered_at")]


@OPERATIONS.add(
    "時間単価を登録する", "reform.rounds", "POST prices", command="set-price", status=201,
    answer=Answer(HourPriceOut, price_facts, PRICE_COLUMNS), event="reform.price_stated",
    trace=lambda asked, row: Trace(f"price:{row.staff}", {"year": row.year, "yen": row.yen}),
)  # fmt: skip
def set_price(asked: HourPriceIn, actor: Actor) -> HourPrice:
    """What an hour of one kind of staff costs from a fiscal year on."""
    return actions.set_price(asked.staff, asked.year, asked.yen, asked.source, actor=actor)
