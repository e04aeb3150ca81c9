"""Making our next message and taking theirs. Both may happen again, late, or in the wrong order, and come to the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import arriving, keys, message, publishing, queue, said, sealing, standings
from yakuba.kernel.exchange.message import BUNDLE, PARCEL, STANDINGS, Part
from yakuba.kernel.exchange.models import Counterpart, Parcel
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.outbound import part
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.registry import manifests, resolve
from yakuba.kernel.tenancy import current_municipality

OURS = "この設備が書き出したファイルです。相手の設備へ運んで、そちらで取り込んでください。"
AGAIN = "このファイルはもう取り込みました。新しいものはありません。"
OLDER = "前に取り込んだものより古いファイルです。新しいほうの内容が残っています。"
CLOCKS_APART = 300  # seconds from which two clocks are told to differ


@dataclass(frozen=True)
class Bounds:
    """Of one message: bytes of its parcels, and how many."""

    most_bytes: int
    most_parcels: int


NOTHING = Bounds(0, 0)
LINE = Bounds(16_000_000, 200)
MEDIUM = Bounds(2_000_000_000, 20_000)


@dataclass
class Taken:
    """What came of a message. parcels: how many were new; stale: it was older than one before; told: the sentence about
    that; more: the other side has more to tell."""

    parcels: int = 0
    stale: bool = False
    told: str = ""
    more: bool = False
    answers: str = ""


def composed(bounds: Bounds, *, nonce: str = "", answers: str = "") -> Iterator[bytes]:
    """Our next message, piece by piece. nonce: what their answer has to carry; answers: theirs. Raises NotSetUp."""
    if part.is_inside():
        standings.renew()
    with transaction.atomic():
        row = keys.locked()
        row.serial += 1
        row.save(update_fields=["serial"])
        head = _head(row) | {"nonce": nonce, "answers": answers}
        told, parts = _inside(row) if part.is_inside() else _outside(row, bounds)
    return message.written(head | told, parts, keys.signing())


def _head(row: Counterpart) -> dict[str, Any]:
    own = keys.newest()
    return {
        "town": current_municipality().code,
        "from": part.part(),
        "serial": row.serial,
        "seen": row.seen,
        "knows": keys.fingerprint_of_counterpart(row),
        "keys": {"sign": own.sign, "seal": own.seal},
        "made_at": timezone.now().isoformat(),
    }


def _inside(row: Counterpart) -> tuple[dict[str, Any], list[Part]]:
    parts = [publishing.part_for(row), standings.part_since(row.revision)]
    told = {"position": row.position, "position_key": row.position_key, "safe": arriving.safe(row)}
    return told, [one for one in parts if one is not None]


def _outside(row: Counterpart, bounds: Bounds) -> tuple[dict[str, Any], list[Part]]:
    number, before = queue.first_held(row)
    parts: list[Part] = []
    size, more = 0, False
    for parcel in queue.waiting(row):
        size += parcel.size
        if len(parts) >= bounds.most_parcels or (parts and size > bounds.most_bytes):
            more = True
            break
        parts.append(_parcel(parcel))
    told = {
        "first": number,
        "before": before,
        "told": [row.told, row.told_key],
        "gone": queue.gone_unseen(row),
        "more": more,
        "revision": row.revision,
        "bundle": row.bundle,
        "reports": {
            one.name: resolve(one.exchange.report)()
            for one in manifests()
            if one.exchange and one.exchange.report
        },
    }
    return told, parts


def _parcel(row: Parcel) -> Part:
    facts = {"key": row.key, "number": row.number, "about": row.kind}
    content = row.content
    return Part(PARCEL, _pieces(content), row.size, row.sha256, facts)


def _pieces(file: Any) -> Iterator[bytes]:
    """Opened when they are written, so that no more than one is open."""
    yield from pieces_of(file)


def opened(file: IO[bytes]) -> message.Message:
    """Their message, for this town and this part. Raises what is wrong with it."""
    row = keys.counterpart()
    known = [sealing.bytes_of(one) for one in (row.sign, keys.newest().sign)]  # ours, to say that it is ours
    found = message.opened(file, known)
    if found.head.get("town") != current_municipality().code:
        raise Invalid(f"別の自治体（{found.head.get('town')}）のファイルです。何も取り込んでいません。")
    if found.head.get("from") == part.part():
        raise Invalid(OURS)
    return found


def taken(found: message.Message, *, nonce: str = "") -> Taken:
    """Take their message. nonce: of ours, which this one has to answer; none for a file. Raises Invalid, Broken and what a room
    refuses; what was whole before that stays taken."""
    if nonce and found.head.get("answers") != nonce:
        raise Invalid("返事が、この問い合わせへのものではありません。")
    if nonce and len(found.head["parts"]) > LINE.most_parcels:
        raise said.Unreadable
    try:
        return _from_outside(found, nonce) if part.is_inside() else _from_inside(found)
    except said.WRONG as error:  # signed, and yet not as this release writes it
        raise said.Unreadable from error


def _from_inside(found: message.Message) -> Taken:
    """All of it or nothing: there is nothing in it that a later message does not say again."""
    head = said.inside(found.head, timezone.now())
    done = Taken(answers=head.nonce)
    with transaction.atomic():
        row = keys.locked()
        if _is_stale(row, head, done):
            return done
        queue.reached(row, head.position, head.position_key, head.safe)
        for facts, content in found.parts():
            if facts["kind"] == BUNDLE:
                publishing.take(row, facts, content)
            elif facts["kind"] == STANDINGS:
                standings.take(row, content)
        _heard(row, head)
        row.save()
    return done


def _from_outside(found: message.Message, nonce: str) -> Taken:
    """Parcels are kept whatever else is the matter: each has its mark, and comes to the same however often it comes."""
    before = keys.counterpart()
    known = said.Known(before.seen, before.serial, before.position, max(before.revision, standings.last()))
    head = said.outside(found.head, known, timezone.now())
    told = [said.parcel(one, before.position) for one in found.head["parts"] if one["kind"] == PARCEL]
    done, facts_of = Taken(more=head.more), iter(told)
    try:
        for facts, content in found.parts():
            if facts["kind"] == PARCEL:
                done.parcels += arriving.keep(next(facts_of), content)
    except message.Broken:
        with transaction.atomic():
            row = keys.locked()
            arriving.advance(row)
            row.save()
        raise
    with transaction.atomic():
        row = keys.locked()
        if not _is_stale(row, head, done, answered=bool(nonce)):
            _follow(row, head)
            _heard(row, head)
        arriving.advance(row)
        row.save()
    if not done.stale:
        standings.count_anew(head.revision)
        for manifest in manifests():
            report = head.reports.get(manifest.name)
            if report is not None and manifest.exchange and manifest.exchange.take_report:
                resolve(manifest.exchange.take_report)(report)
    return done


def _follow(row: Counterpart, head: said.OutsideHead) -> None:
    """Where the outside knows how far we are, nothing before `first` comes any more: what did not come is gone there, or has
    another number now. An outside that believes us to be further, since we were restored from a backup, is told first."""
    if head.told == (row.position, row.position_key):
        if row.position + 1 < head.first:
            row.position, row.position_key = head.first - 1, head.before
        if head.gone:
            row.missed += head.gone
            record("exchange.missed", parcels=head.gone)
    row.revision, row.bundle = head.revision, head.bundle


def _is_stale(row: Counterpart, head: said.Head, done: Taken, *, answered: bool = False) -> bool:
    """Whether it says nothing new of how far the other side is. Both sides learn from it what was last seen of them. Saves
    the row where it is stale."""
    if head.seen > row.serial:  # this installation was restored from a backup
        row.serial = head.seen
    if answered or head.serial > row.seen:
        return False
    done.stale, done.told = True, AGAIN if head.serial == row.seen else OLDER
    row.save()
    return True


def _heard(row: Counterpart, head: said.Head) -> None:
    keys.learn(row, head.keys)
    row.seen, row.knows = max(row.seen, head.serial), head.knows
    row.heard_at, row.fault, row.failing_since = timezone.now(), "", None
    row.apart = head.apart
