"""The installation's own record: what is done to the installation itself, and stays when a municipality has gone.

A keyed chain as a municipality's, under a key of the installation (`privacy.keys.HOUSE`), with its end kept apart in
`audit/000000.json`. On PostgreSQL the trigger that refuses to delete events asks this record: it lets those of a
municipality go as long as its erasure has begun here and not ended.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.audit.models import HouseEvent
from yakuba.kernel.privacy.keys import HOUSE, current_master, town_key

CODE = "000000"  # no municipality has it
ERASING, ERASED, ROTATED = "municipality_erasing", "municipality_erased", "master_rotated"
SENTENCES = {
    ERASING: "自治体の消去を始めた",
    ERASED: "自治体を消去した",
    ROTATED: "マスターキーを替えた",
}


def record(name: str, *, by: str, code: str = "", number: int | None = None, **details: Any) -> HouseEvent:
    """Add an event, in the caller's transaction. by: the operating system's name for who did it; code, number: of the
    municipality. Raises KeyError for a name that is none."""
    _ = SENTENCES[name]
    with transaction.atomic():
        current_master()  # whose row lets one write after the other
        last = HouseEvent.objects.order_by("-sequence").first()
        event = HouseEvent(
            sequence=last.sequence + 1 if last else 1,
            at=timezone.now(),
            name=name,
            by=by,
            code=code,
            number=number,
            details=details,
            previous_hash=last.hash if last else "0" * 64,
        )
        event.hash = _hash(event)
        event.save(force_insert=True)
        transaction.on_commit(lambda: _keep(event), robust=True)
    return event


def erasures() -> dict[str, HouseEvent]:
    """Code -> the beginning of each erasure that has not come to its end."""
    found: dict[str, HouseEvent] = {}
    for event in HouseEvent.objects.filter(name__in=(ERASING, ERASED)).order_by("sequence"):
        found.pop(event.code, None)
        if event.name == ERASING:
            found[event.code] = event
    return found


def events() -> QuerySet[HouseEvent]:
    """All, the last one first."""
    return HouseEvent.objects.order_by("-sequence")


def verify() -> tuple[int, list[str]]:
    """How many events there are, and what is wrong with the record, in Japanese."""
    problems: list[str] = []
    previous, count = "0" * 64, 0
    hashes = {0: previous}
    for event in HouseEvent.objects.order_by("sequence").iterator():
        count += 1
        whole = event.sequence == count and event.previous_hash == previous and event.hash == _hash(event)
        if not whole:
            problems.append(f"{count}番の記録が書き換えられているか、失われています（{event.name}）。")
            count = event.sequence
        previous = hashes[event.sequence] = event.hash
    return count, problems + _against_kept(hashes)


def _against_kept(hashes: dict[int, str]) -> list[str]:
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
        number, link = kept["sequence"], kept["hash"]
    except FileNotFoundError:
        return ["頭の控えがありません。"] if len(hashes) > 1 else []
    except (ValueError, TypeError, KeyError):
        return [f"頭の控え {_path()} が読めません。"]
    return [] if hashes.get(number) == link else [f"頭の控えの{number}番の記録がないか、違います。"]


def _keep(event: HouseEvent) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(json.dumps({"sequence": event.sequence, "hash": event.hash}) + "\n", encoding="utf-8")
    beside.replace(path)


def _hash(event: HouseEvent) -> str:
    content = [
        event.sequence,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.name,
        event.by,
        event.code,
        event.number,
        event.details,
        event.previous_hash,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(town_key("audit", HOUSE), text.encode(), hashlib.sha256).hexdigest()


def _path() -> Path:
    return Path(settings.YAKUBA.data_dir) / "audit" / f"{CODE}.json"
