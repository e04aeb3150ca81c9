"""What may leave the room, and what its parts hand each other. Months are YYYYMM and days YYYYMMDD as whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

LINES = 100_000_000  # a place is claim × LINES + line
CLAIMS = 10_000_000  # a claim is the file's place in a run × CLAIMS + its number in the file


class Severity(StrEnum):
    """How much a rule's finding weighs."""

    RETURN = "return"
    ASK = "ask"
    LOOK = "look"


SEVERITY_LABELS = {Severity.RETURN: "返戻・過誤", Severity.ASK: "照会", Severity.LOOK: "確認"}


@dataclass(slots=True)
class Item:
    """A line with an act, drug or material. section: 診療識別; amount: 数量, None where none is written; points: of the whole
    calculation group for one time, on its last line alone; value: points × times of the group it belongs to, None where no
    line of the group has points; days: bit d - 1 for day d; daily: how often on each of the 31 days, None where once."""

    line: int
    kind: int
    section: int
    code: int
    amount: float | None
    points: int | None
    times: int
    days: int
    daily: list[int] | None
    value: int | None = None


@dataclass(slots=True)
class Disease:
    """A disease. suspected: with the modifier 8002 (の疑い); start: YYYYMMDD, 0 where none is written."""

    line: int
    code: int
    start: int
    outcome: int
    main: bool
    suspected: bool


@dataclass(slots=True)
class Claim:
    """A claim (レセプト). number: its place in the file from 1; line, offset, length: where its RE stands and how many bytes it
    has; table: 1 medical, 4 dispensing; points, days: of the insurer's record; benefit: 給付割合 in per cent."""

    number: int
    line: int
    offset: int
    length: int = 0
    month: int = 0
    table: int = 1
    inpatient: bool = False
    institution: str = ""
    institution_name: str = ""
    prescriber: str = ""
    insurer: str = ""
    symbol: str = ""
    insured: str = ""
    branch: str = ""
    name: str = ""
    kana: str = ""
    sex: int = 0
    birth: int = 0
    points: int | None = None
    visits: int | None = None
    benefit: int | None = None
    payer: str = ""
    department: str = ""
    edition: int = 0
    items: list[Item] = field(default_factory=list)
    diseases: list[Disease] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)  # record types that no layout knows → how many

    @property
    def total(self) -> int | None:
        """Points × times of all calculation groups; None where no line has points."""
        ended = [one.points * one.times for one in self.items if one.points is not None]
        return sum(ended) if ended else None

    @property
    def age(self) -> int:
        """Full years on the first day of the month of treatment."""
        return self._years(1)

    @property
    def last_age(self) -> int:
        """Full years on the last day of the month of treatment."""
        return self._years(31)

    def _years(self, day: int) -> int:
        year, month = divmod(self.month, 100)
        birth_year, rest = divmod(self.birth, 10_000)
        return year - birth_year - ((month, day) < (rest // 100, rest % 100))
