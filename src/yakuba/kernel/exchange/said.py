"""The head of a message and of its parcels, read as what anybody may have written: whoever takes the outside over has its key
and signs what it likes. Nothing of it may stay behind that the outside, set up anew, cannot put right: a counter moves by no
more than AHEAD at once, so that no message makes it run over what a database holds. Knows no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yakuba.kernel.exchange import sealing
from yakuba.kernel.refusals import Invalid

AHEAD = 1_000_000_000  # by which a counter may move at once; more than any town sends in a hundred years
LARGEST = 2**62  # of a counter
FARTHEST = 2_000_000_000  # seconds of a difference between clocks that are told
UNREADABLE = "相手の設備が書いたものを読めません。両方の設備のYakubaの版をそろえてください。版が同じなら、相手の設備そのものを疑ってください。"
_MARK = re.compile(r"[0-9a-f]{32}")
WRONG = (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)


class Unreadable(Invalid):
    """It is signed, and yet not as this release writes it."""

    def __init__(self) -> None:
        super().__init__(UNREADABLE)


@dataclass(frozen=True)
class Known:
    """How far the counters of this side are, beyond which AHEAD begins."""

    seen: int
    serial: int
    position: int
    revision: int


@dataclass(frozen=True)
class Head:
    """What both sides say. apart: seconds by which our clock is ahead of theirs."""

    serial: int
    seen: int
    nonce: str
    answers: str
    knows: str
    keys: dict[str, str]
    apart: int


@dataclass(frozen=True)
class OutsideHead(Head):
    """What the outside says besides, as `dealing` writes it."""

    first: int
    before: str
    told: tuple[int, str]
    gone: int
    more: bool
    revision: int
    bundle: str
    reports: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class InsideHead(Head):
    """What the inside says besides."""

    position: int
    position_key: str
    safe: int


@dataclass(frozen=True)
class Facts:
    """Of a parcel: its mark, its place in the queue, and what kind of thing it is."""

    key: str
    number: int
    kind: str


def outside(head: Mapping[str, Any], known: Known, now: datetime) -> OutsideHead:
    """The head of a message of the outside. Raises Unreadable."""
    try:
        told, reports = head["told"], dict(head["reports"])
        return OutsideHead(
            **_both(head, now, most_serial=known.seen + AHEAD, most_seen=known.serial + AHEAD),
            first=_number(head["first"], known.position + AHEAD),
            before=mark(head["before"], empty=True),
            told=(_number(told[0]), mark(told[1], empty=True)),
            gone=_number(head["gone"], AHEAD),
            more=bool(head["more"]),
            revision=_number(head["revision"], known.revision + AHEAD),
            bundle=_text(head["bundle"], 64),
            reports={_text(name, 40): dict(one) for name, one in reports.items()},
        )
    except WRONG as error:
        raise Unreadable from error


def inside(head: Mapping[str, Any], now: datetime) -> InsideHead:
    """The head of a message of the inside, which is believed, as long as a database can hold it. Raises Unreadable."""
    try:
        return InsideHead(
            **_both(head, now, most_serial=LARGEST, most_seen=LARGEST),
            position=_number(head["position"]),
            position_key=mark(head["position_key"], empty=True),
            safe=_number(head["safe"]),
        )
    except WRONG as error:
        raise Unreadable from error


def parcel(facts: Mapping[str, Any], position: int) -> Facts:
    """What the head says of a parcel. position: up to which everything is here. Raises Unreadable."""
    try:
        number = _number(facts["number"], position + AHEAD)
        return Facts(mark(facts["key"]), number, _text(facts["about"], 40))
    except WRONG as error:
        raise Unreadable from error


def mark(given: Any, *, empty: bool = False) -> str:
    """A mark of a parcel. Raises ValueError."""
    if empty and given == "":
        return ""
    if not isinstance(given, str) or not _MARK.fullmatch(given):
        raise ValueError("no mark")
    return given


def _both(head: Mapping[str, Any], now: datetime, *, most_serial: int, most_seen: int) -> dict[str, Any]:
    public = {name: _text(head["keys"][name], 64) for name in ("sign", "seal")}
    if any(len(sealing.bytes_of(text)) != sealing.KEY_BYTES for text in public.values()):
        raise ValueError("no key")
    apart = (now - datetime.fromisoformat(_text(head["made_at"], 40))).total_seconds()
    return {
        "serial": _number(head["serial"], most_serial),
        "seen": _number(head["seen"], most_seen),
        "nonce": _text(head["nonce"], 64),
        "answers": _text(head["answers"], 64),
        "knows": _text(head["knows"], 40),
        "keys": public,
        "apart": int(max(-FARTHEST, min(apart, FARTHEST))),
    }


def _number(given: Any, most: int = LARGEST) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= min(most, LARGEST):
        raise ValueError("no number of a counter")
    return given


def _text(given: Any, longest: int) -> str:
    if not isinstance(given, str) or len(given) > longest or "\0" in given:
        raise ValueError("no text of that length")
    given.encode()  # half a character is none
    return given
