"""A town's rules, read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from yakuba.services.nursery.engine.rules.conditions import Condition
from yakuba.services.nursery.engine.rules.fields import Field, Kind, Scope


class Whose(StrEnum):
    """Whom a row of a table looks at, by the word in the rule file."""

    CHILD = "児童"
    HOUSEHOLD = "世帯"  # met by one child, counts for all of the household
    GUARDIAN = "保護者"  # counts for each guardian who meets it


class Transfers(StrEnum):
    """What becomes of the seat of a child who asks for a transfer."""

    AS_APPLIED = "申込どおり"
    KEEP = "今の席を残す"
    GIVE_UP = "今の席を空ける"
    REFUSED = "受け付けない"


class Stage(StrEnum):
    """One step of a sibling mode: which joint wishes come next."""

    TOGETHER = "同じ施設"
    ALL = "全員"
    MOST = "できるだけ多く"
    ELDEST = "上の子だけ"
    YOUNGEST = "下の子だけ"
    ANY_ONE = "誰か一人"


class JointOrder(StrEnum):
    """What comes first within a stage."""

    SUM = "希望順位の合計"
    WORST = "悪いほうの希望順位"
    ELDEST = "上の子の希望順位"


@dataclass(frozen=True)
class Guardian:
    """A guardian's fields: alias → field of the case. The guardian is there when one of them is not empty."""

    label: str
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Row:
    """One row of a table. group: of the rows of one name that are met only the largest counts."""

    name: str
    points: int
    condition: Condition
    whose: Whose = Whose.CHILD
    group: str = ""
    line: int = 0


@dataclass(frozen=True)
class Basic:
    """The basic table: for each guardian the first row that is met. absent: points for a guardian who is not there;
    otherwise: points when no row is met (None: that is a fault of the application)."""

    rows: tuple[Row, ...]
    absent: int | None
    absent_name: str
    otherwise: int | None


@dataclass(frozen=True)
class Level:
    """Whether each child has its own index, or the household one: the mean, greatest or least of its children's."""

    household: bool = False
    how: str = "平均"
    rounding: str = "切り捨て"


@dataclass(frozen=True)
class Group:
    """Children who meet the condition stand in this group; the lower comes first, before any index."""

    number: int
    name: str
    condition: Condition


@dataclass(frozen=True)
class TieKey:
    """What decides between equal indices. compares: `condition`, a field (spec), or one of the words in
    COMPARED. empty_last: where an empty value stands (None: it must not be empty)."""

    label: str
    compares: str
    condition: Condition = field(default_factory=Condition)
    spec: Field | None = None
    descending: bool = False
    empty_last: bool | None = None


@dataclass(frozen=True)
class Mode:
    """A sibling mode: its stages in order; condition: when an application that names no mode means this one."""

    code: str
    label: str
    stages: tuple[Stage, ...]
    condition: Condition | None = None


@dataclass(frozen=True)
class Exclusion:
    """Who meets the condition does not take part (at the facility, where the condition asks for one)."""

    name: str
    condition: Condition
    reason: str


@dataclass(frozen=True)
class Reserved:
    """Seats kept for children who meet the condition, beside the others. first: tried before the general ones.
    released: seats left over may be taken by others, who rank after all the eligible."""

    label: str
    condition: Condition
    first: bool
    released: bool


COMPARED = {
    "指数": "施設別の加点を含む指数",
    "基本指数": "基本指数",
    "調整指数": "調整指数",
    "施設別加点": "施設別の加点",
    "児童の指数": "世帯でそろえる前の指数",
    "くじ": "くじ番号",
    "世帯くじ": "世帯のくじ番号",
    "受付番号": "受付番号",
}
DECIDING = ("くじ", "受付番号")
YES_NO = {"yes": "はい", "no": "いいえ"}


def _built_in(scope: Scope, *specs: tuple[str, Kind, str]) -> dict[str, Field]:
    found = {}
    for label, kind, unit in specs:
        options = YES_NO if kind is Kind.CHOICE else {}
        found[label] = Field(label, label, kind, options, unit, scope)
    return found


OWN = _built_in(
    Scope.CHILD,
    ("年齢クラス", Kind.NUMBER, "歳"),
    ("入所日の日齢", Kind.NUMBER, "日"),
    ("生年月日", Kind.DATE, ""),
    ("申込児童数", Kind.NUMBER, "人"),
    ("希望数", Kind.NUMBER, ""),
    ("保護者の人数", Kind.NUMBER, "人"),
    ("多胎児", Kind.CHOICE, ""),
    ("転園", Kind.CHOICE, ""),
    ("今の席を空ける", Kind.CHOICE, ""),
    ("入所保留の希望", Kind.CHOICE, ""),
    ("地区", Kind.TEXT, ""),
    ("今の施設", Kind.TEXT, ""),
    ("今の施設の種別", Kind.TEXT, ""),
    ("きょうだいの決定施設", Kind.TEXT, ""),
)
THERE = _built_in(
    Scope.FACILITY,
    ("希望順位", Kind.NUMBER, "位"),
    ("施設の名前", Kind.TEXT, ""),
    ("施設の種別", Kind.TEXT, ""),
    ("施設の地区", Kind.TEXT, ""),
)


@dataclass(frozen=True)
class Rules:
    """A town's rules for one round. digest: sha256 of the text, which also makes the lottery's numbers differ from
    one year's rules to the next unless `lottery` names a phrase.

    fields: what may be asked of a child, by label, the built-in ones included; facility_fields: of a facility.
    ratios: children of an age that one nursery teacher may look after. most_joint: joint wishes of a household at
    most. adjustments, at_facility: rows that all add up.
    """

    name: str
    version: int
    procedure: str
    valid_from: date
    digest: str
    text: str
    number: int
    fields: Mapping[str, Field]
    facility_fields: Mapping[str, Field]
    household_fields: tuple[str, ...]
    guardians: tuple[Guardian, ...]
    basic: Basic
    adjustments: tuple[Row, ...]
    at_facility: tuple[Row, ...]
    level: Level
    groups: tuple[Group, ...]
    other_group: int
    keys: tuple[TieKey, ...]
    lottery: str
    modes: tuple[Mode, ...]
    default_mode: str
    joint_order: JointOrder
    most_joint: int
    transfers: Transfers
    exclusions: tuple[Exclusion, ...]
    reserved: tuple[Reserved, ...]
    ratios: tuple[int, ...]
    reread: Callable[[str, int], Rules] = field(repr=False, compare=False)  # the same text, for another round
    description: str = ""
    rounds: tuple[int, ...] = ()
    forced_level: str = ""

    @property
    def sibling_modes(self) -> dict[str, str]:
        """Code → label of every sibling mode."""
        return {mode.code: mode.label for mode in self.modes}

    @property
    def tie_labels(self) -> tuple[str, ...]:
        """The tie keys in order, as staff read them."""
        return tuple(key.label for key in self.keys)

    @property
    def asked(self) -> dict[str, Field]:
        """Code → field of everything that the rules take from an application."""
        return {spec.code: spec for label, spec in self.fields.items() if label not in OWN}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of this round's rules."""
        return (
            *(row.condition for row in (*self.basic.rows, *self.adjustments, *self.at_facility)),
            *(group.condition for group in self.groups),
            *(key.condition for key in self.keys),
            *(mode.condition for mode in self.modes if mode.condition),
            *(row.condition for row in self.exclusions),
            *(row.condition for row in self.reserved),
        )

    @property
    def used(self) -> frozenset[str]:
        """Codes of the fields that this round's rules look at; those of guardians always."""
        asked = [spec for condition in self.conditions for spec in condition.fields()]
        asked += [key.spec for key in self.keys if key.spec]
        asked += [spec for guardian in self.guardians for spec in guardian.fields.values()]
        return frozenset(spec.code for spec in asked) | frozenset(self.household_fields)

    def for_round(self, number: int) -> Rules:
        """The rules of that round: what `選考回` says of it takes the place of the rest."""
        if number == self.number:
            return self
        rules = self.reread(self.text, number)
        return rules.with_level(self.forced_level) if self.forced_level else rules

    def with_level(self, level: str) -> Rules:
        """The same with the index of `child` or `household`. Raises ValueError for another word."""
        if level not in ("child", "household"):
            raise ValueError(f"unknown level {level}")
        household = replace(self.level, household=level == "household")
        return replace(self, level=household, forced_level=level)
