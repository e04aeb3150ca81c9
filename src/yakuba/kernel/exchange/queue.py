"""Outside: what residents hand in, sealed at once, in the order in which it was committed."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import keys, sealing
from yakuba.kernel.exchange.models import Counterpart, Parcel
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.registry import manifests, resolve
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value

KEPT_AS = "内へ渡すもの"
LONGEST = timedelta(days=90)  # that what was delivered waits for a backup of the inside
NAMES_KEPT = timedelta(days=800)  # that the mark and the number of what is gone are known
AT_ONCE = 200


def info_of(kind: str, key: str) -> str:
    """To what a parcel's seal is bound."""
    return f"yakuba-exchange 1 parcel {current_municipality().code} {kind} {key}"


def new_key() -> str:
    """A mark that no other parcel has, in any installation."""
    return secrets.token_hex(16)


@transaction.atomic
def post(kind: str, content: bytes, key: str = "") -> str:
    """Seal it to the inside and put it at the end of the queue, with the caller's transaction; its mark. Raises NotSetUp."""
    key = key or new_key()
    sealed = sealing.seal(content, sealing.bytes_of(keys.counterpart().seal), info_of(kind, key))
    file = store(StoredFile.Kind.OUTPUT, KEPT_AS, "application/octet-stream", sealed)
    row = keys.locked()  # whoever posts next waits here: a later number never commits before an earlier one
    row.last += 1
    row.save(update_fields=["last"])
    Parcel.objects.create(
        key=key,
        number=row.last,
        kind=kind,
        size=len(sealed),
        sha256=hashlib.sha256(sealed).hexdigest(),
        content=file,
    )
    return key


def post_json(kind: str, document: Any, key: str = "") -> str:
    """The same of a document."""
    return post(kind, json.dumps(document, ensure_ascii=False).encode(), key)


def waiting(row: Counterpart) -> Iterator[Parcel]:
    """What the inside has not, in order."""
    rows = Parcel.objects.filter(number__gt=row.position, content__isnull=False).select_related("content")
    return iter(rows.order_by("number").iterator(chunk_size=AT_ONCE))


def first_held(row: Counterpart) -> tuple[int, str]:
    """The number at which what waits begins, and the mark of the parcel before it, which may be gone. Nothing before
    it comes any more."""
    first = Parcel.objects.filter(number__gt=row.position, content__isnull=False).order_by("number").first()
    number = first.number if first else row.last + 1
    before = Parcel.objects.filter(number=number - 1).first()
    return number, before.key if before else ""


def gone_unseen(row: Counterpart) -> int:
    """How many parcels behind the inside's position are not here any more."""
    return int(Parcel.objects.filter(number__gt=row.position, content=None).count())


def reached(row: Counterpart, number: int, key: str, safe: int) -> None:
    """The inside has everything up to that parcel, and a backup up to `safe`. Where it names a parcel that we do not know
    under that number, one of the two was restored from a backup: then all that is held comes again under new numbers,
    behind every number that was ever used, and the inside knows by the marks what it has. Changes `row`, which the caller
    has locked and saves."""
    row.told, row.told_key = number, key
    here = Parcel.objects.filter(number=number).first()
    same = number == 0 or (here.key == key if here else number < row.last + 1 and not key)
    if not same:
        _renumber(row, number)
        return
    if number < row.position:  # the inside was restored: what it lost is told again where it is still held
        Parcel.objects.filter(number__gt=number).update(delivered_at=None)
        record("exchange.inside_went_back", number=number, before=row.position)
    row.position, row.position_key, row.safe = number, key, min(safe, number)
    Parcel.objects.filter(number__lte=number, delivered_at=None).update(delivered_at=timezone.now())


def _renumber(row: Counterpart, number: int) -> None:
    start = max(row.last, number)
    held = list(Parcel.objects.filter(content__isnull=False).order_by("number"))
    for place, parcel in enumerate(held, start=start + 1):
        parcel.number, parcel.delivered_at = place, None
        parcel.save(update_fields=["number", "delivered_at"])
    row.last = start + len(held)
    row.position, row.position_key, row.safe = start, "", 0
    record("exchange.told_again", number=number, parcels=len(held))


def let_go() -> int:
    """Let the contents go that the inside has had long enough and has a backup of; how many."""
    row = Counterpart.objects.first()
    if row is None:
        return 0
    now = timezone.now()
    days = timedelta(days=int(value("exchange.kept_days")))
    over = Parcel.objects.filter(content__isnull=False).filter(
        Q(delivered_at__lt=now - days, number__lte=row.safe) | Q(delivered_at__lt=now - LONGEST)
    )
    gone = 0
    for parcel in list(over.select_related("content").order_by("number")[:AT_ONCE]):
        with transaction.atomic():
            file, parcel.content = parcel.content, None
            parcel.save(update_fields=["content"])
            remove(file)
            gone += 1
    last = Parcel.objects.aggregate(last=Max("number"))["last"] or 0
    Parcel.objects.filter(
        content=None, posted_at__lt=now - NAMES_KEPT, number__lt=min(last, row.position)
    ).delete()
    return gone


def gather() -> None:
    """Let the rooms post what has come together."""
    for manifest in manifests():
        if manifest.exchange and manifest.exchange.gather:
            resolve(manifest.exchange.gather)()
