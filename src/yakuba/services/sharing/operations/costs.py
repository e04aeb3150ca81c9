"""Groups of bodies, their costs, keys, amounts, populations and use; what a month would cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import Problem
from yakuba.kernel.operations import Answer, Nothing, Part, Rows, Trace, Upload, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import BadRow, rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.values.municipality_codes import is_code
from yakuba.services.sharing.actions import costs as actions
from yakuba.services.sharing.engine import cells, shares, tables
from yakuba.services.sharing.models import Amount, CostGroup, CostItem, GroupBody, ItemKey
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import costs as queries
from yakuba.services.sharing.queries import towns
from yakuba.services.sharing.queries.computing import Computed, Facts, compute, what_if

LARGEST = 20_000_000
HEADCOUNTS, USES, AMOUNTS = "sharing.headcounts", "sharing.uses", "sharing.amounts"
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


class GroupTableIn(OneGroup):
    """A table for a group."""

    file: Upload = Field(description="表（CSV、Excel）")


class GroupMonthIn(OneGroup):
    """A month of a group."""

    month: MonthText = Field(max_length=12, description="月（2026-04）")


class ShareWhatIfIn(OneItem):
    """What would be, if. What is not said is as it is."""

    month: MonthText = Field(max_length=12, description="月（2026-04）")
    yen: int | None = Field(None, ge=-(10**13), le=10**13, description="金額（円、税抜き）")
    equal: Decimal | None = Field(None, description="均等割（％）")
    population: Decimal | None = Field(None, description="人口割（％）")
    use: Decimal | None = Field(None, description="利用割（％）")
    without: str = Field("", max_length=6, description="抜ける団体のコード")
    joining: str = Field("", max_length=60, description="加わる団体の名前")
    joining_population: int = Field(0, ge=0, le=20_000_000, description="加わる団体の人口")
    joining_use: Decimal = Field(Decimal(0), ge=0, le=10**12, description="加わる団体の利用量")


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


class SharingLoadedOut(BaseModel):
    """What became of a table. problems: each with its line."""

    taken: int
    problems: list[str]


class SharedUsageOut(BaseModel):
    """What a body used in a month."""

    code: str
    town: str
    month: str
    kind: str
    label: str
    amount: float
    unit: str


class BodyShareOut(BaseModel):
    """What a body would pay: yen without tax, tax, yen with tax."""

    code: str
    name: str
    net: int
    tax: int
    total: int


class MonthPreviewOut(BaseModel):
    """A month as it would be billed today. problems: why it cannot be closed."""

    month: str
    net: int
    total: int
    bodies: list[BodyShareOut]
    problems: list[str]
    notes: list[str]


class WhatIfShareOut(BaseModel):
    """A body's share by itself. fraction: exact, `10/7`; yen: rounded by largest remainder."""

    code: str
    name: str
    fraction: str
    yen: int
    now: int | None


GROUP_COLUMNS = {"id": "番号", "code": "符号", "title": "取り決め", "bodies": "団体", "closed_to": "締めた月"}
SHARE_COLUMNS = {"code": "団体コード", "name": "団体", "net": "税抜き", "tax": "消費税", "total": "合計"}


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


def loaded_facts(found: Loaded) -> dict[str, Any]:
    """As a program sees it."""
    return {"taken": found.taken, "problems": [str(each) for each in found.problems]}


def preview_facts(found: Computed) -> dict[str, Any]:
    """As a program sees it."""
    bodies = [
        {name: getattr(each, name) for name in ("code", "name", "net", "tax", "total")}
        for each in found.bills
    ]
    return {
        "month": found.month,
        "net": found.net,
        "total": found.total,
        "bodies": bodies,
        "problems": list(found.problems),
        "notes": list(found.notes),
    }


class Loaded:
    """How many rows were taken, and what was left out."""

    def __init__(self, taken: int, problems: list[Problem]) -> None:
        self.taken, self.problems = taken, problems


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
    event="sharing.cap_set", trace=lambda asked, row: Trace(f"costitem:{row.pk}", {"code": asked.code, "most": asked.most}),
)  # fmt: skip
def set_cap(asked: CapIn, actor: Actor) -> CostItem:
    """What is above it is shared again over the others."""
    item = item_of(asked.cost_item_id)
    actions.set_cap(item, asked.code, asked.most)
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


@OPERATIONS.add(
    "使った量", "sharing.usage", "GET usage", command="usage",
    answer=Answer(list[SharedUsageOut], columns={"month": "月", "town": "団体", "label": "種類", "amount": "量", "unit": "単位"}),
)  # fmt: skip
def list_usage(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """By body and month: the own town, and the towns that named it their organiser."""
    names = ("code", "town", "month", "kind", "label", "unit")
    return [{name: getattr(row, name) for name in names} | {"amount": float(row.amount)} for row in towns.usage()]  # fmt: skip


@OPERATIONS.add(
    "数えた利用量を取り込む", "sharing.edit", "POST groups/{cost_group_id}/usage", command="month meter", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.usage_taken", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"month": asked.month, "taken": found.taken}),
)  # fmt: skip
def take_meter(asked: GroupMonthIn, actor: Actor) -> Loaded:
    """What this installation counted in a month, of bodies that let it be counted."""
    return Loaded(actions.take_meter(group_of(asked.cost_group_id), month_of(asked.month)), [])


@OPERATIONS.add(
    "月の負担を計算してみる", "sharing.view", "GET groups/{cost_group_id}/month", command="month show",
    answer=Answer(MonthPreviewOut, preview_facts, tables=lambda found: [Rows(found["bodies"], SHARE_COLUMNS, "負担")]),
)  # fmt: skip
def preview(asked: GroupMonthIn, actor: Actor) -> Computed:
    """As it would be billed today; nothing is written."""
    return compute(group_of(asked.cost_group_id), month_of(asked.month))


@OPERATIONS.add(
    "負担を試算する", "sharing.view", "GET items/{cost_item_id}/what-if", command="what-if",
    answer=Answer(list[WhatIfShareOut], columns={"code": "団体コード", "name": "団体", "yen": "試算", "now": "いま", "fraction": "割合"}),
)  # fmt: skip
def try_key(asked: ShareWhatIfIn, actor: Actor) -> list[dict[str, Any]]:
    """One cost in one month by itself, with other weights, another amount, a body more or less; nothing is written."""
    item, month = item_of(asked.cost_item_id), month_of(asked.month)
    facts = Facts(item.group)
    total = sum(yen for yen, _ in facts.amounts[item.pk].get(month, []))
    key, standings, _ = facts.weighed(item, month)
    current = {each.code: each for each in standings}
    now = what_if(item, total, key.key, current)[1]
    given = [getattr(asked, name) for name in ("equal", "population", "use")]
    if any(each is not None for each in given):
        parts = [Fraction(each or 0) / 100 for each in given]
    else:
        parts = [key.key.equal, key.key.population, key.key.use]
    wanted = dict(current)
    if asked.without:
        if asked.without not in wanted:
            raise Invalid(f"{asked.without}は、この月に参加していません。")
        del wanted[asked.without]
    names = {each.code: each.name for each in facts.bodies} | {"(new)": asked.joining or "加わる団体"}
    if asked.joining:
        wanted["(new)"] = shares.Standing(
            "(new)", Fraction(1), asked.joining_population, Fraction(asked.joining_use)
        )
    amount = total if asked.yen is None else asked.yen
    weighed, yen = what_if(
        item, amount, shares.Key(parts[0], parts[1], parts[2], key.key.without_use), wanted
    )
    combined = weighed.combined
    return [
        {"code": code, "name": names.get(code, code), "fraction": shares.written(combined.get(code, shares.ZERO)), "yen": yen.get(code, 0),
         "now": now.get(code)}
        for code in sorted(yen.keys() | now.keys())
    ]  # fmt: skip


class LookedAtTable(OneGroup):
    """A table that a person has looked at."""

    model_config = {"arbitrary_types_allowed": True}
    found: Any = None


Reading = Callable[[CostGroup, bytes, Mapping[str, str]], tables.Read]


def read_headcounts(group: CostGroup, data: bytes, renamed: Mapping[str, str]) -> tables.Read:
    """Populations of a file."""
    return _read(data, renamed, tables.HEADCOUNTS, lambda found: tables.headcounts(found, names_of(group)))


def read_uses(group: CostGroup, data: bytes, renamed: Mapping[str, str]) -> tables.Read:
    """Use of a file."""
    kinds = queries.kinds_shared_by(group)
    return _read(data, renamed, tables.USES, lambda found: tables.uses(found, names_of(group), kinds))


def read_amounts(group: CostGroup, data: bytes, renamed: Mapping[str, str]) -> tables.Read:
    """Amounts of a file."""
    items = {each.code: each.title for each in group.items.all()}
    return _read(data, renamed, tables.AMOUNTS, lambda found: tables.amounts(found, items, closed_to(group)))


def closed_to(group: CostGroup) -> str:
    """The month closed last; empty without."""
    last = actions.last_closed(group)
    return last.month if last else ""


def names_of(group: CostGroup) -> dict[str, str]:
    """The bodies of a group by code."""
    return {each.code: each.name for each in group.bodies.all()}


def _read(
    data: bytes, renamed: Mapping[str, str], columns: tuple[Column, ...], read: Callable[[Any], tables.Read]
) -> tables.Read:
    problems: list[Problem] = []
    required = [each.name for each in columns if each.required]
    found = read(rows(data, required, problems, renamed=renamed))
    found.problems[:0] = problems
    return found


def taken(found: tables.Read, take: Callable[[], int]) -> Loaded:
    """Rows that hold are written, others told. Raises Invalid where nothing holds."""
    if not found.rows:
        raise Invalid("取り込める行がありません。", problems=found.problems)
    return Loaded(take(), found.problems)


@OPERATIONS.add(
    "人口の表を取り込む", "sharing.edit", "POST groups/{cost_group_id}/populations", command="group populations", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.table_loaded", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"table": "population", "taken": found.taken}),
)  # fmt: skip
def load_headcounts(asked: GroupTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    group, data = group_of(asked.cost_group_id), asked.file.read(LARGEST)
    found = read_headcounts(group, data, renaming_of(data, HEADCOUNTS, tables.HEADCOUNTS))
    return taken(found, lambda: actions.load_headcounts(group, found.rows))


@OPERATIONS.add(
    "利用量の表を取り込む", "sharing.edit", "POST groups/{cost_group_id}/uses", command="month uses", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.table_loaded", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"table": "use", "taken": found.taken}),
)  # fmt: skip
def load_uses(asked: GroupTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    group, data = group_of(asked.cost_group_id), asked.file.read(LARGEST)
    found = read_uses(group, data, renaming_of(data, USES, tables.USES))
    return taken(found, lambda: actions.load_uses(group, found.rows))


@OPERATIONS.add(
    "費用の額の表を取り込む", "sharing.edit", "POST groups/{cost_group_id}/amounts", command="month amounts", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.table_loaded", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"table": "amount", "taken": found.taken}),
)  # fmt: skip
def load_amounts(asked: GroupTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    group, data = group_of(asked.cost_group_id), asked.file.read(LARGEST)
    found = read_amounts(group, data, renaming_of(data, AMOUNTS, tables.AMOUNTS))
    return taken(found, lambda: actions.load_amounts(group, found.rows, actor=actor))


@OPERATIONS.add(
    "見た表を取り込む", "sharing.edit", event="sharing.table_loaded",
    trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"taken": found.taken}),
)  # fmt: skip
def take_looked_at(asked: LookedAtTable, actor: Actor) -> Loaded:
    """What a page has shown is taken."""
    group, found = group_of(asked.cost_group_id), asked.found
    first = found.rows[0] if found.rows else None
    if isinstance(first, tables.AmountRow):
        return taken(found, lambda: actions.load_amounts(group, found.rows, actor=actor))
    if isinstance(first, tables.UseRow):
        return taken(found, lambda: actions.load_uses(group, found.rows))
    return taken(found, lambda: actions.load_headcounts(group, found.rows))
