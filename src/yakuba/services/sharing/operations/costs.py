"""Groups of bodies, their costs, keys, caps and amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import BadRow
from yakuba.kernel.values.municipality_codes import is_code
from yakuba.services.sharing.actions import costs as actions
from yakuba.services.sharing.engine import cells, tables
from yakuba.services.sharing.models import Amount, CostGroup, CostItem, GroupBody, ItemKey
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import costs as queries

CODE = r"^[a-z0-9][a-z0-9-]*$"


MonthText = Annotated[str, Word("--month")]


class OneGroup(BaseModel):
    """A group."""

    cost_group_id: int = Field(description="取り決めの番号")


class OneItem(BaseModel):
    """A cost of a group."""

    cost_item_id: int = Field(description="費用の番号")


class GroupIn(BaseModel):
    """A group."""

    code: str = Field(min_length=1, max_length=20, pattern=CODE, description="符号（英小文字、数字、-）")
    title: Annotated[str, Word("--title")] = Field(min_length=1, max_length=120, description="名前")
    agreement: Annotated[str, Word("--agreement")] = Field(
        min_length=1, max_length=300, description="協定の名前と日付"
    )
    biller: str = Field("", max_length=120, description="請求する者（空なら自治体の名前）")
    pay_to: str = Field("", max_length=300, description="振込先と期限")
    rounding: Literal["half_up", "down", "up"] = Field("half_up", description="消費税の端数")
    by_days: bool = Field(False, description="月の途中の出入りを日割りにする")
    shows_all: bool = Field(True, description="全団体の負担を請求書に載せる")


class BodyIn(OneGroup):
    """A body of a group."""

    code: str = Field(min_length=6, max_length=6, description="団体コード")
    name: Annotated[str, Word("--name")] = Field(min_length=1, max_length=60, description="団体名")
    joined_on: Annotated[date, Word("--joined-on")] = Field(description="参加した日")
    left_on: date | None = Field(None, description="抜けた日（最後の日）")


class CostItemIn(OneGroup):
    """A cost."""

    code: str = Field(min_length=1, max_length=20, pattern=CODE, description="符号")
    title: Annotated[str, Word("--title")] = Field(min_length=1, max_length=120, description="費用")
    cost_class: Annotated[str, Word("--class")] = Field(min_length=1, max_length=60, description="費用の区分")
    tax_rate: Literal[0, 8, 10] = Field(10, description="消費税率（％）。0は対象外")


class KeyIn(OneItem):
    """A key, in per cent that add up to 100."""

    since: Annotated[str, Word("--since")] = Field(max_length=12, description="適用する月（2026-04）")
    equal: Decimal = Field(Decimal(0), description="均等割（％）")
    population: Decimal = Field(Decimal(0), description="人口割（％）")
    use: Decimal = Field(Decimal(0), description="利用割（％）")
    counted_on: date | None = Field(None, description="人口の基準日")
    use_kind: str = Field("", max_length=60, description="利用の種類")
    without_use: Literal["equal", "population", "refuse"] = Field("equal", description="だれも使わない月")
    source: Annotated[str, Word("--source")] = Field(
        min_length=1, max_length=300, description="根拠（条例、協定の条）"
    )


class CapIn(OneItem):
    """A cap."""

    code: str = Field(min_length=6, max_length=6, description="団体コード")
    most: int | None = Field(None, ge=0, le=10**13, description="年度の上限（円、税抜き）。空なら上限なし")
    year: int | None = Field(None, ge=1990, le=2200, description="適用する年度。空なら次に締める月の年度")


class AmountIn(OneItem):
    """An amount."""

    month: MonthText = Field(max_length=12, description="月（2026-04、令和8年4月）")
    yen: Annotated[int, Word("--yen")] = Field(
        ge=-(10**13), le=10**13, description="金額（円、税抜き。戻りはマイナス）"
    )
    note: str = Field("", max_length=200, description="内訳。締めた月の訂正では理由")


class OneAmount(BaseModel):
    """An amount."""

    amount_id: int = Field(description="額の番号")


class CostGroupOut(BaseModel):
    """A group. closed_to: the month closed last, empty where none is."""

    id: int
    code: str
    title: str
    agreement: str
    bodies: int
    closed_to: str


class GroupBodyOut(BaseModel):
    """A body of a group."""

    code: str
    name: str
    joined_on: date
    left_on: date | None


class CostItemOut(BaseModel):
    """A cost with its newest key, in per cent."""

    id: int
    code: str
    title: str
    cost_class: str
    tax_rate: int
    since: str
    equal: str
    population: str
    use: str
    counted_on: date | None
    use_kind: str
    source: str


class CostAmountOut(BaseModel):
    """An amount, in yen without tax."""

    id: int
    item: str
    month: str
    yen: int
    note: str


GROUP_COLUMNS = {"id": "番号", "code": "符号", "title": "取り決め", "bodies": "団体", "closed_to": "締めた月"}


def group_of(number: int) -> CostGroup:
    """Raises Missing."""
    return one(queries.groups(), number)


def item_of(number: int) -> CostItem:
    """Raises Missing."""
    return one(CostItem.objects.select_related("group"), number)


def month_of(text: str) -> str:
    """`2026-04` from what a person types. Raises Invalid."""
    try:
        return cells.month(text)
    except BadRow as error:
        raise Invalid(str(error)) from None


def group_facts(row: CostGroup) -> dict[str, Any]:
    """As a program sees it."""
    found: Any = group_of(row.pk)  # annotated
    return {
        "id": found.pk, "code": found.code, "title": found.title, "agreement": found.agreement, "bodies": found.number,
        "closed_to": found.closed_to or "",
    }  # fmt: skip


def body_facts(row: GroupBody) -> dict[str, Any]:
    """As a program sees it."""
    return {name: getattr(row, name) for name in ("code", "name", "joined_on", "left_on")}


def item_facts(row: CostItem) -> dict[str, Any]:
    """As a program sees it."""
    key = ItemKey.objects.filter(item=row).order_by("-since").first()
    names = ("since", "use_kind", "source", "counted_on")
    return {name: getattr(row, name) for name in ("code", "title", "cost_class", "tax_rate")} | {
        "id": row.pk, **{name: getattr(key, name) if key else None if name == "counted_on" else "" for name in names},
        **{name: f"{getattr(key, name):f}" if key else "" for name in ("equal", "population", "use")},
    }  # fmt: skip


def amount_facts(row: Amount) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk, "item": row.item.code, "month": row.month, "yen": row.yen, "note": row.note}


@OPERATIONS.add(
    "取り決めの一覧", "sharing.view", "GET groups", command="group list", answer=Answer(list[CostGroupOut], columns=GROUP_COLUMNS)
)  # fmt: skip
def list_groups(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Groups that this town organises."""
    return [group_facts(row) for row in asked.of(queries.groups())]


@OPERATIONS.add(
    "取り決めを登録する", "sharing.edit", "PUT groups", command="group set", answer=Answer(CostGroupOut, group_facts, GROUP_COLUMNS),
    event="sharing.group_set", trace=lambda asked, row: Trace(f"costgroup:{row.pk}", {"code": row.code}),
)  # fmt: skip
def set_group(asked: GroupIn, actor: Actor) -> CostGroup:
    """New, or changed by its code."""
    return actions.set_group(asked.model_dump())


@OPERATIONS.add(
    "参加団体を登録する", "sharing.edit", "PUT groups/{cost_group_id}/bodies", command="group body", answer=Answer(GroupBodyOut, body_facts),
    event="sharing.body_set", trace=lambda asked, row: Trace(f"costgroup:{row.group_id}", {"code": row.code}),
)  # fmt: skip
def set_body(asked: BodyIn, actor: Actor) -> GroupBody:
    """New, or changed by its code; with the last day it leaves."""
    if not is_code(asked.code):
        raise Invalid(
            f"「{asked.code}」は団体コードではありません。検査数字まで6けたで書いてください。",
            place="団体コード",
        )
    return actions.set_body(
        group_of(asked.cost_group_id), asked.code, asked.name, asked.joined_on, asked.left_on
    )


@OPERATIONS.add(
    "費用の一覧", "sharing.view", "GET groups/{cost_group_id}/items", command="group items", answer=Answer(list[CostItemOut]),
)  # fmt: skip
def list_items(asked: OneGroup, actor: Actor) -> list[dict[str, Any]]:
    """Costs with their newest key."""
    return [item_facts(row) for row, _ in queries.items(group_of(asked.cost_group_id))]


@OPERATIONS.add(
    "費用を登録する", "sharing.edit", "PUT groups/{cost_group_id}/items", command="group item", answer=Answer(CostItemOut, item_facts),
    event="sharing.item_set", trace=lambda asked, row: Trace(f"costitem:{row.pk}", {"code": row.code}),
)  # fmt: skip
def set_item(asked: CostItemIn, actor: Actor) -> CostItem:
    """New, or changed by its code."""
    return actions.set_item(
        group_of(asked.cost_group_id), asked.code, asked.title, asked.cost_class, asked.tax_rate
    )


@OPERATIONS.add(
    "負担の割合を決める", "sharing.edit", "PUT items/{cost_item_id}/keys", command="group key",
    answer=Answer(CostItemOut, lambda row: item_facts(row.item)), event="sharing.key_set",
    trace=lambda asked, row: Trace(f"costitem:{row.item_id}", {"since": row.since}),
)  # fmt: skip
def set_key(asked: KeyIn, actor: Actor) -> ItemKey:
    """From a month on. 422 where the weights do not add up to 100."""
    given = asked.model_dump(exclude={"cost_item_id", "since"})
    for name in ("equal", "population", "use"):
        if given[name] != round(given[name], 3):
            raise Invalid("割合は、小数点の下3けたまでで書いてください。")
    return actions.set_key(item_of(asked.cost_item_id), month_of(asked.since), given)


@OPERATIONS.add(
    "負担の上限を決める", "sharing.edit", "PUT items/{cost_item_id}/caps", command="group cap", answer=Answer(CostItemOut, item_facts),
    event="sharing.cap_set", trace=lambda asked, row: Trace(f"costitem:{row.pk}", {"code": asked.code, "most": asked.most, "year": asked.year}),
)  # fmt: skip
def set_cap(asked: CapIn, actor: Actor) -> CostItem:
    """What is above it is shared again over the others."""
    item = item_of(asked.cost_item_id)
    actions.set_cap(item, asked.code, asked.most, asked.year)
    return item


@OPERATIONS.add(
    "費用の額を入れる", "sharing.edit", "POST items/{cost_item_id}/amounts", command="month amount", status=201, answer=Answer(CostAmountOut, amount_facts),
    event="sharing.amount_added", trace=lambda asked, row: Trace(f"costitem:{row.item_id}", {"month": row.month, "yen": row.yen}),
)  # fmt: skip
def add_amount(asked: AmountIn, actor: Actor) -> Amount:
    """Several of a month add up. Of a closed month it is a correction in the next bill."""
    return actions.add_amount(
        item_of(asked.cost_item_id), month_of(asked.month), asked.yen, asked.note, actor=actor
    )


@OPERATIONS.add(
    "費用の額を消す", "sharing.edit", "DELETE amounts/{amount_id}", command="month forget", answer=Answer(CostItemOut, item_facts),
    event="sharing.amount_removed", trace=lambda asked, row: Trace(f"costitem:{row.pk}"),
)  # fmt: skip
def remove_amount(asked: OneAmount, actor: Actor) -> CostItem:
    """409 for what was billed."""
    return actions.remove_amount(one(Amount.objects.select_related("item__group"), asked.amount_id))


def closed_to(group: CostGroup) -> str:
    """The month closed last; empty without."""
    last = actions.last_closed(group)
    return last.month if last else ""


def names_of(group: CostGroup) -> dict[str, str]:
    """The bodies of a group by code."""
    return {each.code: each.name for each in group.bodies.all()}


def periods_of(group: CostGroup) -> tables.Periods:
    """The first and the last day of its bodies by code."""
    return {each.code: (each.joined_on, each.left_on) for each in group.bodies.all()}


def cap_year(group: CostGroup) -> int:
    """The fiscal year of the next month to be closed."""
    return actions.cap_year(group)
