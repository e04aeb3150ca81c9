"""Where applications stand, as their applicants are told: sealed inside to each applicant alone, numbered as they change."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from yakuba.kernel.exchange import keys, sealing
from yakuba.kernel.exchange.message import STANDINGS, Part, part_of
from yakuba.kernel.exchange.models import Counterpart, Standing
from yakuba.kernel.privacy.keys import town_key
from yakuba.kernel.registry import manifests, resolve
from yakuba.kernel.tenancy import current_municipality

MOST, MOST_BYTES = (
    5_000,
    16_000_000,
)  # in one message; of what is sealed, so that the message is not too large to be taken
log = logging.getLogger("yakuba.exchange")
GONE = "gone"
ROOM = "room"  # in what is told beside the seal: whose it is
FIRST_ROOM = "intake"  # whose all were, as an inside of before writes them, without saying so


def info_of(key: str) -> str:
    """To what a standing's seal is bound."""
    return f"yakuba-exchange 1 standing {current_municipality().code} {key}"


def renew() -> int:
    """Seal anew what has changed since it was last looked at; how many."""
    known = {row.key: row for row in Standing.objects.defer("sealed")}
    changed, met = 0, set()
    for key, public, plain, facts in _told():
        met.add(key)
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
        total = _sum(json.dumps([plain, text], ensure_ascii=False, sort_keys=True))
        if key not in known or known[key].sum != total:
            if (sealed := _sealed(key, text, public)) is None:
                continue
            _keep(key, total, sealed, plain)
            changed += 1
    for key, row in known.items():
        if key not in met and row.sum != GONE:
            _keep(key, GONE, b"", {})
            changed += 1
    return changed


def _sealed(key: str, text: str, public: bytes) -> bytes | None:
    """None where nothing can be sealed to that key: nobody else goes without word for it."""
    try:
        return sealing.seal(text.encode(), public, info_of(key))
    except ValueError:
        log.warning("a standing cannot be sealed to its key: %s", key)
        return None


def _told() -> Iterator[tuple[str, bytes, dict[str, Any], dict[str, Any]]]:
    for manifest in manifests():
        if manifest.exchange and manifest.exchange.standings:
            for key, public, plain, facts in resolve(manifest.exchange.standings)():
                yield key, public, plain | {ROOM: manifest.name}, facts


def _sum(text: str) -> str:
    """Tells whether it is the same as before, and nothing of what it is."""
    return hmac.digest(town_key("data"), b"standing:" + text.encode(), "sha256").hex()


@transaction.atomic
def _keep(key: str, total: str, sealed: bytes, plain: dict[str, Any]) -> None:
    keys.locked()  # one number after the other
    told = {"sum": total, "sealed": sealed, "plain": plain, "revision": last() + 1}
    Standing.objects.update_or_create(key=key, defaults=told)


def last() -> int:
    """The number of the newest; 0 where there is none."""
    row = Standing.objects.order_by("-revision").first()
    return row.revision if row else 0


def part_since(revision: int) -> Part | None:
    """What changed behind that revision, as a part of a message, as much as goes into one; None where nothing did."""
    lines: list[dict[str, Any]] = []
    size = 0
    for row in Standing.objects.filter(revision__gt=revision).order_by("revision")[:MOST].iterator():
        size += len(row.sealed)
        if lines and size > MOST_BYTES:
            break
        sealed = sealing.text_of(bytes(row.sealed))
        lines.append({"key": row.key, "revision": row.revision, "plain": row.plain, "sealed": sealed})
    return part_of(STANDINGS, json.dumps(lines).encode(), last=lines[-1]["revision"]) if lines else None


def count_anew(revision: int) -> None:
    """The outside has a later one than there is here: this installation was restored from a backup, and tells everything again
    under numbers that were never used."""
    if revision <= last():
        return
    with transaction.atomic():
        keys.locked()
        for number, row in enumerate(Standing.objects.order_by("revision"), start=revision + 1):
            Standing.objects.filter(pk=row.pk).update(revision=number)


def take(row: Counterpart, content: bytes) -> None:
    """Outside: hand each to its room; that one is gone, to every room, since nobody knows any more whose it was. Changes `row`,
    which the caller has locked and saves."""
    takers = {
        one.name: resolve(one.exchange.take_standing)
        for one in manifests()
        if one.exchange and one.exchange.take_standing
    }
    for line in json.loads(content):
        plain, sealed = line["plain"], sealing.bytes_of(line["sealed"])
        for room, taker in takers.items():
            if not sealed or room == plain.get(ROOM, FIRST_ROOM):
                taker(str(line["key"]), plain, sealed)
        row.revision = max(row.revision, int(line["revision"]))
