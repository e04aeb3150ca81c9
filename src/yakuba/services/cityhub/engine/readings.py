"""Readings in a table (CSV, Excel): one a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.services.cityhub.engine.device_readings import number as number_in
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import require_identifier
from yakuba.services.cityhub.engine.moments import read_moment
from yakuba.services.cityhub.engine.units import between

AHEAD = 600.0  # seconds that a clock may be ahead
FIRST = 86_400.0  # a clock that was never set begins in 1970; moments before are none of the hub's
LOCAL = "+09:00"  # of a moment without a zone: what Japanese loggers and spreadsheets write
CALIBRATED = (
    "{one.entity_id} の {one.attribute} は、機器 {device} が校正して入れています。校正のない値を混ぜないように、"
    "機器から送るか、別の属性の名前にしてください。"
)
OTHER_UNIT = (
    "{one.entity_id} の {one.attribute} は単位「{unit}」でためています。「{one.unit}」の値は、換算するか、"
    "別の属性の名前にしてください。"
)
TWICE = (
    "{line}行目と同じ日時なのに、値が違います（{first:g} と {second:g}）。正しいほうだけを残してください。"
)
LONGEST_UNIT = 40
REQUIRED = ("id", "type", "attribute", "at", "value")


Series = tuple[str, str, str]  # id, type, attribute


@dataclass(frozen=True)
class GivenReading:
    """One reading of a table. at: seconds since 1970 UTC; line: where it stands in its file."""

    entity_id: str
    entity_type: str
    attribute: str
    at: float
    number: float
    unit: str
    line: int = field(default=0, compare=False)

    @property
    def series(self) -> Series:
        """What it is a reading of."""
        return self.entity_id, self.entity_type, self.attribute


def read(rows: Iterable[Row], now: float) -> tuple[list[GivenReading], list[Problem]]:
    """The readings, and what does not fit by line."""
    found: list[GivenReading] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            found.append(_reading(row, now))
        except BadRow as error:
            problems.append(Problem(row.line, "", str(error)))
    return found, problems


def _reading(row: Row, now: float) -> GivenReading:
    names = []
    for column in ("id", "type", "attribute"):
        try:
            names.append(require_identifier(row.get(column), column))
        except NgsiError as error:
            raise BadRow(error.description) from None
    text = row.get("at").strip().replace("/", "-").replace(" ", "T", 1)
    moment = read_moment(text, LOCAL)
    if moment is None:
        raise BadRow(
            f"at「{row.get('at')}」を日時として読めません。2026-04-01T09:00:00+09:00 のように書いてください。"
        )
    if not FIRST <= moment <= now + AHEAD:
        raise BadRow(
            f"at「{row.get('at')}」は、これからの日時か、1970年1月1日までの日時です。測った機械の時計を確かめてください。"
        )
    number = number_in(row.get("value"))
    if number is None:
        raise BadRow(f"value「{row.get('value')}」は数ではありません。")
    entity_id, entity_type, attribute = names
    unit = row.get("unit").strip()
    if len(unit) > LONGEST_UNIT or not unit.isprintable():
        raise BadRow(f"unit は、ふつうの文字で{LONGEST_UNIT}文字までにしてください。")
    return GivenReading(entity_id, entity_type, attribute, moment, number, unit, row.line)


def fitting(
    found: Iterable[GivenReading], units: Mapping[Series, str], calibrated: Mapping[Series, str]
) -> tuple[list[GivenReading], list[Problem]]:
    """The readings that mean the same as those before them or can be converted to it (which is done when they are stored), and
    what is told of the others. units: in which the readings of a series are; calibrated: series → the device whose calibrations make its values."""
    kept: list[GivenReading] = []
    problems: list[Problem] = []
    known = dict(units)
    seen: dict[tuple[Series, float], tuple[int, float]] = {}  # line, and number in the series' unit
    for one in found:
        device = calibrated.get(one.series)
        unit = known.setdefault(one.series, one.unit) if one.unit else one.unit
        way = between(one.unit, unit)
        if device:
            problems.append(Problem(one.line, "", CALIBRATED.format(one=one, device=device)))
        elif way is None:
            problems.append(Problem(one.line, "unit", OTHER_UNIT.format(one=one, unit=unit)))
        elif (first := seen.setdefault((one.series, one.at), (one.line, way.of(one.number))))[1] != way.of(
            one.number
        ):
            told = TWICE.format(line=first[0], first=first[1], second=way.of(one.number))
            problems.append(Problem(one.line, "value", told))
        else:
            kept.append(one)
    return kept, problems
