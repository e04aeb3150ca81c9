"""What a sender and a station tell each other, as JSON: the rows that the one wants entered, and what became of them.

Each file says all that stands open between the two, so that a newer one takes the place of every older one: one that is lost,
comes twice or late changes nothing. Reading is strict: what is not as it should be is refused whole, with a sentence.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from yakuba.kernel.refusals import Invalid
from yakuba.services.robots.contracts import Lane, Problem, ProblemKind, RowState

Read = TypeVar("Read")
MARK = re.compile(r"[0-9a-f]{32}")
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_ROWS = 500  # of a parcel
MOST_PARCELS = 1_000
LONGEST_VALUE = 20_000  # letters
LONGEST_SENTENCE = 2_000
LONGEST_NUMBER = 60  # of what the target gives
MOST_NUMBERS = 20  # that it gives for one look-up
UNREADABLE = "ファイルの中身が、決まった形ではありません。相手の設備のYakubaの版が、この設備とそろっているか確かめてください。"


@dataclass(frozen=True)
class HandedValue:
    """A canonical value, with where it came from and whether somebody or a check stands for it (`kernel.ledger.carried`)."""

    field: str
    value: str = dataclasses.field(repr=False)
    origin: str
    trusted: bool


@dataclass(frozen=True)
class HandedCase:
    """A row to enter. number: in its parcel, from 1; turn: how often it was handed over, from 1."""

    number: int
    turn: int
    receipt_number: str
    values: tuple[HandedValue, ...] = field(repr=False)


@dataclass(frozen=True)
class Parcel:
    """Cases for one scenario. mark: 32 hexadecimal digits, drawn at random; digest: SHA-256 of the scenario's text and of all that
    it calls; rows: those that are to be entered; pending: numbers of those about which a person still decides."""

    mark: str
    procedure: str
    scenario: str
    version: int
    digest: str
    dry_run: bool
    rows: tuple[HandedCase, ...]
    pending: tuple[int, ...] = ()


@dataclass(frozen=True)
class Told:
    """What became of a row, or where it stands. seconds: machine time by phase, over all tries; picture: which of the file's
    pictures shows the target's page, from 0; look_up: what the target said when somebody asked last."""

    parcel: str
    number: int
    turn: int
    state: RowState
    target_number: str = ""
    problem: Problem | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    attempts: int = 0
    lane: Lane | None = None
    look_up: Mapping[str, Any] | None = None
    picture: int | None = None


@dataclass(frozen=True)
class Results:
    """rows: how they stand; refused: parcels that cannot be taken, with a sentence; standing: why the runs of parcels stand
    still."""

    rows: tuple[Told, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)


def parcels_as_bytes(parcels: Sequence[Parcel]) -> bytes:
    """For the station."""
    return _json({"parcels": [asdict(one) for one in parcels]})


def results_as_bytes(results: Results) -> bytes:
    """For the sender."""
    return _json(asdict(results))


def parcels_from(content: bytes) -> list[Parcel]:
    """And back. Raises Invalid."""
    return _read(content, lambda told: [_parcel(one) for one in _list(told["parcels"], MOST_PARCELS)])


def results_from(content: bytes) -> Results:
    """And back. Raises Invalid."""

    def read(told: dict[str, Any]) -> Results:
        rows = tuple(_told(one) for one in _list(told["rows"], MOST_ROWS * MOST_PARCELS))
        return Results(rows, _sentences(told["refused"]), _sentences(told["standing"]))

    return _read(content, read)


def _parcel(one: dict[str, Any]) -> Parcel:
    rows = tuple(_case(row) for row in _list(one["rows"], MOST_ROWS))
    numbers = [row.number for row in rows]
    if len(set(numbers)) != len(numbers):
        raise ValueError("a row twice")
    return Parcel(
        mark=_mark(one["mark"]),
        procedure=_text(one["procedure"], 60),
        scenario=_text(one["scenario"], 120),
        version=_whole(one["version"]),
        digest=_fits(DIGEST, one["digest"]),
        dry_run=_yes_or_no(one["dry_run"]),
        rows=rows,
        pending=tuple(_whole(number) for number in _list(one["pending"], MOST_ROWS)),
    )


def _case(row: dict[str, Any]) -> HandedCase:
    values = tuple(
        HandedValue(
            _text(one["field"], 60),
            _text(one["value"], LONGEST_VALUE, empty=True),
            _text(one["origin"], 10),
            _yes_or_no(one["trusted"]),
        )
        for one in _list(row["values"], 1_000)
    )
    return HandedCase(_whole(row["number"]), _whole(row["turn"]), _text(row["receipt_number"], 20), values)


def _told(row: dict[str, Any]) -> Told:
    picture = row["picture"]
    return Told(
        parcel=_mark(row["parcel"]),
        number=_whole(row["number"]),
        turn=_whole(row["turn"]),
        state=RowState(row["state"]),
        target_number=_text(row["target_number"], LONGEST_NUMBER, empty=True),
        problem=_problem(row["problem"]),
        seconds={_text(name, 40): _seconds(spent) for name, spent in dict(row["seconds"]).items()},
        attempts=_whole(row["attempts"], least=0),
        lane=Lane(row["lane"]) if row["lane"] else None,
        look_up=_look_up(row["look_up"]),
        picture=None if picture is None else _whole(picture, least=0),
    )


def _problem(told: dict[str, Any] | None) -> Problem | None:
    if told is None:
        return None
    texts = {
        name: _text(told[name], LONGEST_SENTENCE, empty=True)
        for name in ("message", "field", "where", "expected")
    }
    similar = tuple(_text(one, LONGEST_SENTENCE, empty=True) for one in _list(told["similar"], 20))
    return Problem(ProblemKind(told["kind"]), similar=similar, **texts)


def _look_up(told: dict[str, Any] | None) -> dict[str, Any] | None:
    if told is None:
        return None
    numbers = [_text(one, LONGEST_NUMBER, empty=True) for one in _list(told["numbers"], MOST_NUMBERS)]
    problem = _text(told["problem"], LONGEST_SENTENCE, empty=True)
    return {"at": _text(told["at"], 40), "numbers": numbers, "problem": problem}


def _sentences(told: dict[str, Any]) -> dict[str, str]:
    if len(told) > MOST_PARCELS:
        raise ValueError("too many")
    return {_mark(mark): _text(sentence, LONGEST_SENTENCE) for mark, sentence in told.items()}


def _read(content: bytes, read: Callable[[dict[str, Any]], Read]) -> Read:
    try:
        return read(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Invalid(UNREADABLE) from error


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _list(told: Any, most: int) -> list[Any]:
    if not isinstance(told, list) or len(told) > most:
        raise ValueError("no list, or too long")
    return told


def _text(told: Any, longest: int, *, empty: bool = False) -> str:
    if not isinstance(told, str) or len(told) > longest or not (told or empty):
        raise ValueError("no text, or too long")
    told.encode()  # half a character is none
    return told.replace("\0", "")


def _whole(told: Any, *, least: int = 1) -> int:
    if type(told) is not int or not least <= told <= 1_000_000_000:
        raise ValueError("no whole number")
    return told


def _seconds(told: Any) -> float:
    if type(told) not in (int, float) or not 0 <= told <= 10_000_000:
        raise ValueError("no seconds")
    return float(told)


def _yes_or_no(told: Any) -> bool:
    if type(told) is not bool:
        raise ValueError("neither yes nor no")
    return told


def _mark(told: Any) -> str:
    return _fits(MARK, told)


def _fits(form: re.Pattern[str], told: Any) -> str:
    if not isinstance(told, str) or not form.fullmatch(told):
        raise ValueError("no mark")
    return told
