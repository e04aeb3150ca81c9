"""The one file that goes between a sender and a station: signed by whoever made it, sealed to whoever opens it.

    YAKUBA-STATION 1
    {"town", "kind", "from", "to", "serial", "seen", "made_at", "parts"}     one line of JSON, signed

`from` and `to` are the fingerprints of the keys; `serial` counts the files of one direction, `seen` is the last of the other one
that was taken whole. The first part holds what is told (`engine.stationfile`), the others are pictures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.utils import timezone

from yakuba.kernel.exchange import message, sealing
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.robots.actions.stations import keys
from yakuba.services.robots.models import Station
from yakuba.services.robots.queries import station_keys

MAGIC = b"YAKUBA-STATION 1\n"
ROWS, RESULTS, PICTURE = "rows", "results", "picture"
KINDS = {Station.Role.STATION: RESULTS, Station.Role.SENDER: ROWS}  # what comes from them
SUFFIXES = {ROWS: ".yakuba-rows", RESULTS: ".yakuba-results"}
LARGEST = 400_000_000  # bytes of a file
LARGEST_PICTURE = 5_000_000
LONGEST_HEADING = 200_000  # bytes: the two lines by which a file is chosen, of one with the most pictures
AHEAD = timedelta(minutes=10)  # that their clock may be before ours
NO_FILE = (
    "別の端末とやりとりするファイルではありません。相手の設備が書いた、名前が .yakuba-rows か .yakuba-results で終わる"
    "ファイルを指定してください。"
)
UNKNOWN = (
    "このファイルに、登録した相手の署名がありません。知らない設備のファイルか、途中で変えられたファイルです。何も取り込んでいません。"
    "相手が鍵を替えたのなら、「別の端末」のページで鍵を登録し直してください。"
)
TOO_LARGE = f"フォルダのファイルが大きすぎます（{LARGEST // 1_000_000:,}MBまで）。別の端末とのものでなければ、フォルダから除いてください。"
CUT = "ファイルが途中で切れているか、壊れています。何も取り込んでいません。もう一度運ぶと、続きから取り込みます。"


@dataclass(frozen=True)
class Came:
    """A file of a known station, whole. told: its first part; pictures: the others, as media type and bytes."""

    station: Station
    serial: int
    seen: int
    made_at: datetime
    told: bytes = field(repr=False)
    pictures: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


def written(station: Station, told: bytes, pictures: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """The file number `station.sent` for that station. Raises Missing where we have no keys."""
    kind = RESULTS if station.is_sender else ROWS
    head = {
        "town": current_municipality().code,
        "kind": kind,
        "from": station_keys.fingerprint_of(keys.newest()),
        "to": station_keys.fingerprint_of(station),
        "serial": station.sent,
        "seen": station.seen,
        "made_at": timezone.now().isoformat(),
    }
    seal = sealing.bytes_of(station.seal)
    parts = [message.part_of(kind, sealing.seal(told, seal, _info(kind)))]
    parts += [
        message.part_of(PICTURE, sealing.seal(content, seal, _info(PICTURE)), media_type=media_type)
        for media_type, content in pictures
    ]
    return b"".join(message.written(head, parts, keys.signing(), MAGIC))


def opened(content: bytes) -> Came:
    """What is in a file. Raises Invalid with a sentence for whatever is not right, and Conflict for a station that is not in
    use. Nothing of it is believed before its signature and every sum hold."""
    known = {station_keys.fingerprint_of(row): row for row in Station.objects.all()}
    found = _signed(content, [sealing.bytes_of(row.sign) for row in known.values()])
    head = found.head
    station = _sender(head, content, known)
    if not station.in_use:
        raise Conflict(f"「{station}」は休止中です。使うときは「別の端末」のページで使用中にしてください。")
    if str(head.get("to")) not in station_keys.own_fingerprints():
        raise Invalid("これは別の設備に宛てたファイルです。宛先の設備で取り込んでください。")
    kind = KINDS[Station.Role(station.role)]
    if head.get("kind") != kind:
        wanted = "受付を渡すファイル" if kind == ROWS else "結果のファイル"
        raise Invalid(f"「{station}」から取り込むのは{wanted}です。別の種類のファイルを指定しています。")
    try:
        parts = list(found.parts())
    except message.Broken as error:
        raise Invalid(CUT) from error
    if not parts or parts[0][0]["kind"] != kind:
        raise Invalid(NO_FILE)
    told = keys.unsealed(parts[0][1], _info(kind))
    pictures = tuple(_picture(facts, sealed) for facts, sealed in parts[1:])
    return Came(station, _count(head, "serial"), _count(head, "seen"), _moment(head), told, pictures)


def heading(content: bytes) -> dict[str, Any]:
    """What the beginning of a file says of itself, unproved: for choosing among those that lie in a folder. Empty for none."""
    start = content[:-1] if content.endswith(b"\n") else content
    lines = start.split(b"\n", 2)
    try:
        head = json.loads(lines[1]) if lines[0] + b"\n" == MAGIC else {}
    except (ValueError, IndexError, RecursionError):
        return {}
    if not isinstance(head, dict) or not isinstance(head.get("to"), str):
        return {}
    return head


def name_of(station: Station) -> str:
    """What file number `station.sent` is called."""
    beginning, suffix = _ends(station)
    return f"{beginning}{station.sent:016d}{suffix}"


def is_ours(name: str, station: Station) -> bool:
    """Whether a file of that name was written by us for that station."""
    beginning, suffix = _ends(station)
    return name.startswith(beginning) and name.endswith(suffix)


def _ends(station: Station) -> tuple[str, str]:
    """Town, who wrote it and for whom, by ten digits of their fingerprints; and the suffix."""
    made, to = station_keys.own_fingerprint()[:11], station_keys.fingerprint_of(station)[:11]
    kind = RESULTS if station.is_sender else ROWS
    return f"{current_municipality().code}-{made}-{to}-", SUFFIXES[kind]


def _signed(content: bytes, public: list[bytes]) -> message.Message:
    try:
        found = message.opened(BytesIO(content), public, MAGIC)
    except message.Forged as error:
        raise Invalid(UNKNOWN) from error
    except message.NoMessage as error:
        raise Invalid(CUT if content.startswith(MAGIC) else NO_FILE) from error
    if found.head.get("town") != current_municipality().code:
        raise Invalid("これは別の自治体のファイルです。何も取り込んでいません。")
    return found


def _sender(head: dict[str, Any], content: bytes, known: dict[str, Station]) -> Station:
    """Whose signature it is: of the station that it names, or of one that has new keys which we have not accepted yet."""
    named = known.get(str(head.get("from")))
    for row in [named] if named else known.values():
        try:
            message.opened(BytesIO(content), [sealing.bytes_of(row.sign)], MAGIC)
        except message.Forged:
            continue
        return row
    raise Invalid(UNKNOWN)


def _picture(facts: dict[str, Any], sealed: bytes) -> tuple[str, bytes]:
    media_type = facts.get("media_type")
    if facts["kind"] != PICTURE or not isinstance(media_type, str) or len(sealed) > LARGEST_PICTURE + 1_000:
        raise Invalid(NO_FILE)
    return media_type, keys.unsealed(sealed, _info(PICTURE))


def _count(head: dict[str, Any], name: str) -> int:
    number = head.get(name)
    if type(number) is not int or not 0 <= number < 2**53:
        raise Invalid(NO_FILE)
    return number


def _moment(head: dict[str, Any]) -> datetime:
    """When it was made, by their clock; not in the future by ours."""
    read: Callable[[str], datetime] = datetime.fromisoformat
    try:
        made = read(str(head.get("made_at")))
        if made.tzinfo is None:
            raise ValueError("no zone")
    except ValueError as error:
        raise Invalid(NO_FILE) from error
    now = timezone.now()
    return now if made > now + AHEAD else made


def _info(kind: str) -> str:
    return f"yakuba robots station {current_municipality().code} {kind}"
