"""What a device sends: a small JSON or CSV. Each value is judged by itself, so that a bad one never takes a good one along.

JSON: `{"at": "2026-04-01T09:00:00+09:00", "values": {"level": 1.23}}`, or a list of such; without `at` it is now.
CSV: a head `at,level,battery`, then a line for each moment; an empty `at` is now, an empty cell is nothing.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine.errors import bad_request, parse_error
from yakuba.services.cityhub.engine.identifiers import LARGEST as LARGEST_NUMBER
from yakuba.services.cityhub.engine.moments import read_moment

LARGEST = 256_000  # bytes of a message
MOST = 2_000  # values of a message
AHEAD = 600.0  # seconds that a device's clock may be ahead
LONGEST = 200  # characters of what is shown of a bad value
LONGEST_NUMBER = 400  # digits; Python takes no number of thousands
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,3})?")
NO_TIME = "日時として読めません。2026-04-01T09:00:00+09:00 のように送るように、機器を直してください"
NO_ZONE = "日時に時差がありません。日本の時刻なら末尾に +09:00、世界標準時なら Z を付けて送るように、機器を直してください"
AHEAD_WORDS = "機器の時計が進んでいます（10分より先）。機器の時計を合わせてください"
BEHIND_WORDS = "{days}日より前の日時です。機器の時計が一度も合っていないか、電池が切れたかもしれません"
NO_NUMBER = "数ではありません"
UNKNOWN = "機器台帳にない名前です。機器台帳の「測るもの」に足すか、機器の設定を直してください"
BEYOND = "機器台帳の最小〜最大の外です。センサーの故障か、台帳の範囲の誤りです"
TWICE = "同じ時刻に、前と違う値が届きました。同じ鍵を二つの機器が使っているか、機器の時計が止まっています"


@dataclass(frozen=True)
class Sent:
    """One value as it came. at: the text, or None where it is to be now."""

    at: Any
    name: str
    value: Any


@dataclass(frozen=True)
class Calibrated:
    """value = sent × factor + offset, from a moment on (seconds since 1970 UTC)."""

    from_at: float
    factor: float
    offset: float


@dataclass(frozen=True)
class Known:
    """What the register says of one thing that a device measures. calibrations: the newest first."""

    attribute: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    calibrations: tuple[Calibrated, ...] = ()

    def calibrated(self, number: float, at: float) -> float:
        """The value of what was sent, by the calibration that held then."""
        for one in self.calibrations:
            if one.from_at <= at:
                return number * one.factor + one.offset
        return number


@dataclass(frozen=True)
class Good:
    """A value that is taken. at: seconds since 1970 UTC, to the millisecond; raw: as it was sent."""

    name: str
    attribute: str
    at: float
    raw: float
    number: float
    unit: str


@dataclass(frozen=True)
class Bad:
    """A value that is put aside. reason: always in the same words, so that it can be counted; given: as it came."""

    name: str
    reason: str
    given: str


def read(body: bytes, kind: str) -> list[Sent]:
    """The values of a message. kind: its content type. Raises NgsiError 400 where it is none."""
    if len(body) > LARGEST:
        raise bad_request(f"一度に送れるのは{LARGEST:,}バイトまでです。分けて送ってください。")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise parse_error("文字コードがUTF-8ではありません。UTF-8で送ってください。") from None
    found = _of_csv(text) if kind.startswith("text/") else _of_json(text)
    if len(found) > MOST:
        raise bad_request(f"一度に送れる値は{MOST:,}個までです。分けて送ってください。")
    if not found:
        raise bad_request("値が一つもありません。values に名前と数を入れて送ってください。")
    return found


def _of_json(text: str) -> list[Sent]:
    try:
        given = json_of(text)
    except (ValueError, RecursionError):
        raise parse_error(
            'JSON として読めません。{"at": "2026-04-01T09:00:00+09:00", "values": {"level": 1.2}} の形で送ってください。'
        ) from None
    found = []
    for one in given if isinstance(given, list) else [given]:
        values = one.get("values") if isinstance(one, dict) else None
        if not isinstance(values, dict):
            raise bad_request('values がありません。{"values": {"level": 1.2}} の形で送ってください。')
        found += [Sent(one.get("at"), str(name)[:256], value) for name, value in values.items()]
    return found


def json_of(text: str) -> Any:
    """A JSON value, in which NaN, a number of thousands of digits and a name that comes twice are bad values and no bad message.
    Raises ValueError, RecursionError."""
    return json.loads(
        text,
        parse_constant=lambda word: word,
        parse_int=lambda word: int(word) if len(word) <= LONGEST_NUMBER else word,
        object_pairs_hook=_members,
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = (
            [found[name], value] if name in found else value
        )  # whoever says two things says no number
    return found


def _of_csv(text: str) -> list[Sent]:
    if "\0" in text:
        raise parse_error("NUL文字があります。CSVの文字だけを送ってください。")
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error:
        raise parse_error("CSVとして読めません。引用符とコンマを確かめてください。") from None
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    head = [cell.strip() for cell in lines[0]] if lines else []
    if len(head) < 2 or head[0] != "at":
        raise bad_request("1行目は「at,level」のように、at と測るものの名前にしてください。")
    found = []
    for line in lines[1:]:
        at = line[0].strip() or None
        # A line that is longer than the head has a comma too many: none of its cells can be believed.
        if len(line) > len(head):
            found.append(Sent(at, head[1][:256], ",".join(line)))
            continue
        found += [
            Sent(at, name[:256], cell.strip())
            for name, cell in zip(head[1:], line[1:], strict=False)
            if cell.strip()
        ]
    return found


def judged(
    sent: Iterable[Sent], known: Mapping[str, Known], now: float, days: int
) -> tuple[list[Good], list[Bad]]:
    """What is taken and what is put aside. known: by the name under which the device sends it; now: seconds since 1970 UTC;
    days: how old a value may be."""
    good: list[Good] = []
    bad: list[Bad] = []
    for one in sent:
        found = _judged(one, known, now, days)
        if isinstance(found, Good):
            good.append(found)
        else:
            bad.append(Bad(printable(one.name[:60]), found, shown(one)))
    return good, bad


def _judged(one: Sent, known: Mapping[str, Known], now: float, days: int) -> Good | str:
    what = known.get(one.name)
    if what is None:
        return UNKNOWN
    at = moment(one.at, now)
    if at is None:
        return NO_ZONE if isinstance(one.at, str) and _moment(one.at, "Z") is not None else NO_TIME
    if at > now + AHEAD:
        return AHEAD_WORDS
    if at < now - days * 86_400:
        return BEHIND_WORDS.format(days=days)
    raw = number(one.value)
    if raw is None:
        return NO_NUMBER
    value = what.calibrated(raw, at)
    if not abs(value) < LARGEST_NUMBER:
        return NO_NUMBER
    if (what.least is not None and value < what.least) or (what.most is not None and value > what.most):
        return BEYOND
    return Good(one.name, what.attribute, at, raw, value, what.unit)


def moment(given: Any, now: float) -> float | None:
    """Seconds since 1970 UTC: of ISO 8601 with its zone, or of a number of seconds; now where nothing is said; None for
    anything else. Of devices without a zone as many mean Tokyo as Greenwich, so none of them is believed."""
    if given is None:
        return round(now, 3)
    if isinstance(given, str):
        return _moment(given, None)
    if isinstance(given, int | float) and not isinstance(given, bool) and -1e11 < given < 1e11:
        return round(float(given), 3)
    return None


def _moment(text: str, missing: str | None) -> float | None:
    return read_moment(text.strip().replace("/", "-").replace(" ", "T", 1), missing)


def number(given: Any) -> float | None:
    """A number that can be measured, also one that came as a text; None for anything else."""
    if isinstance(given, bool):
        return None
    if isinstance(given, int | float):
        try:
            found = float(given)
        except OverflowError:
            return None
    elif isinstance(given, str) and _NUMBER.fullmatch(given.strip()):
        found = float(given)
    else:
        return None
    return found if abs(found) < LARGEST_NUMBER else None


def shown(one: Sent) -> str:
    """What came, for people."""
    value = one.value if isinstance(one.value, str) else json.dumps(one.value, ensure_ascii=False)
    text = f"{one.at if one.at is not None else '（日時なし）'} {value}"
    return printable(text[:LONGEST])


def printable(text: str) -> str:
    """For people and databases: neither keeps halves of characters, nor what no page shows."""
    return "".join(letter if letter.isprintable() else "□" for letter in text)


def without_twice(
    good: Sequence[Good], stored: Mapping[tuple[str, float], float]
) -> tuple[list[Good], list[Bad]]:
    """Those that do not say another value for a moment of which one is known. stored: (attribute, at) → number as sent."""
    kept: list[Good] = []
    bad: list[Bad] = []
    seen = dict(stored)
    for one in good:
        key = one.attribute, one.at
        if key in seen and not math.isclose(seen[key], one.raw, rel_tol=1e-12, abs_tol=1e-12):
            bad.append(Bad(one.name[:60], TWICE, shown(Sent(one.at, one.name, one.raw))))
            continue
        seen[key] = one.raw
        kept.append(one)
    return kept, bad
