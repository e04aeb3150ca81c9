"""Inside: what came is kept as it came, once, and then taken up by the room that it is for, in a step of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.exchange import keys, sealing
from yakuba.kernel.exchange.models import Arrival, Counterpart
from yakuba.kernel.exchange.queue import info_of
from yakuba.kernel.exchange.said import Facts
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, remove, store
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Refused, attempt
from yakuba.kernel.registry import Delivery, manifests, resolve

KEPT_AS = "外から届いたもの"
MOST_TRIES = 5  # of what fails without a sentence for a person
OVER = (Arrival.State.DONE, Arrival.State.SET_ASIDE)
LONGEST = 1_000  # characters of a sentence
PATIENCE = timedelta(days=1)  # with what else has to come, once all that was handed in before it has come
ORPHANED = timedelta(days=14)  # that what goes with another waits for one that names it
FAILED = "受け付けの途中でプログラムが止まりました。もう一度受け付けるか、運用者に知らせてください。"
NOT_YET = "一緒に送られたものが、まだ届いていません。届くのを待っています。"
NEVER_CAME = "一緒に送られたものが、外の設備から届いていません。届いた分だけで受け付けるか、申請した人に連絡してください。"
USED = (
    "一緒に送られたはずのものが、もうほかの申請と受け付けられたか、片付けられています。外の設備の誤りです。"
)
SETTLED = "もう片付いています。一覧を開き直してください。"
log = logging.getLogger("yakuba.exchange")


class NotYet(Conflict):
    """Something that it needs has not come yet: it waits, and nobody has to do anything."""


class Settled(Conflict):
    """Another worker has taken it up meanwhile."""


def deliveries() -> dict[str, Delivery]:
    """Kind → what is delivered."""
    return {
        one.kind: one for manifest in manifests() if manifest.exchange for one in manifest.exchange.deliveries
    }


def keep(facts: Facts, sealed: bytes) -> bool:
    """A parcel as it came; whether it is new. On disk and committed when this returns."""
    known = Arrival.objects.filter(key=facts.key).first()
    if known is not None:
        if known.number != facts.number:  # the outside counts anew
            Arrival.objects.filter(pk=known.pk).update(number=facts.number)
        return False
    file = store(StoredFile.Kind.UPLOAD, KEPT_AS, "application/octet-stream", sealed)
    with transaction.atomic():
        _, made = Arrival.objects.get_or_create(
            key=facts.key,
            defaults={"number": facts.number, "kind": facts.kind, "size": len(sealed), "content": file},
        )
    if not made:  # another worker, a moment ago
        remove(file)
    return made


def held() -> int:
    """Bytes of what came and is not settled."""
    return int(Arrival.objects.filter(content__isnull=False).aggregate(held=Sum("size"))["held"] or 0)


def advance(row: Counterpart) -> None:
    """Say how far everything has come without a gap. Changes `row`, which the caller has locked and saves."""
    while (found := Arrival.objects.filter(number=row.position + 1).first()) is not None:
        row.position, row.position_key = found.number, found.key


def safe(row: Counterpart) -> int:
    """Up to which parcel the last backup of this installation has what came."""
    event = AuditEvent.objects.filter(name="audit.backup_taken").order_by("-pk").first()
    if event is None:
        return 0
    later = Arrival.objects.filter(came_at__gte=str(event.details.get("made_at") or event.at.isoformat()))
    first = later.order_by("number").first()
    return min(row.position, first.number - 1 if first else row.position)


def opened(key: str, kind: str) -> bytes:
    """What was sealed outside, of a parcel that is here and not settled. Raises NotYet, Invalid and NotForUs."""
    row = Arrival.objects.select_related("content").filter(key=key).first()
    if row is None:
        raise NotYet(NOT_YET)
    if row.kind != kind or row.content is None:
        raise Invalid(USED)
    return keys.unsealed(content_of(row.content), info_of(kind, key))


def require_all(marks: Iterable[str]) -> None:
    """Raise NotYet where one of them has not come."""
    wanted = set(marks)
    if Arrival.objects.filter(key__in=wanted).count() < len(wanted):
        raise NotYet(NOT_YET)


@contextmanager
def settling(*marks: str) -> Iterator[None]:
    """The transaction in which parcels become something of the house: they are settled with it, or nothing is; of those behind
    the first only what goes along with something of its room, whatever else the outside has named. Raises Settled where the
    first one has been settled already."""
    with transaction.atomic():
        rows = list(Arrival.objects.select_for_update(of=("self",)).filter(key__in=marks).order_by("pk"))
        first = next((row for row in rows if row.key == marks[0]), None)
        if first is None or first.state in OVER:
            raise Settled("もう受け付けられています。")
        yield
        for row in rows:
            if row.state not in OVER and (row is first or row.kind in _going_along(first.kind)):
                _settle(row, Arrival.State.DONE)


def _settle(row: Arrival, state: Arrival.State) -> None:
    file, row.content = StoredFile.objects.filter(pk=row.content_id).first(), None
    row.state, row.reason, row.settled_at = state, "", timezone.now()
    row.save()
    if file is not None:
        remove(file)


def take_up() -> int:
    """Let the rooms take up all that waits, in its order; how many were settled. What a room refuses waits for a person."""
    return sum(taking_up())


def taking_up() -> Iterator[bool]:
    """The same, one after the other: whether each was settled."""
    known = deliveries()
    for row in list(Arrival.objects.filter(state=Arrival.State.WAITING).order_by("number")):
        delivery = known.get(row.kind)
        if delivery is not None and not delivery.take:
            continue  # goes with another
        yield _take(row, delivery)


def waits() -> bool:
    """Whether there is something to take up."""
    rows = Arrival.objects.filter(state=Arrival.State.WAITING).exclude(kind__in=_going_along())
    return bool(rows.exists())


def is_over(key: str) -> bool:
    """Whether that parcel came and is settled, whatever became of it since."""
    return bool(Arrival.objects.filter(key=key, state__in=OVER).exists())


@transaction.atomic
def again(delivered_id: int, *, leave_out: bool = False) -> Arrival:
    """Let what waits for a person be tried once more, in a moment. leave_out: without the files that cannot be opened. Raises
    Missing."""
    row = _held(delivered_id)
    row.state, row.tried, row.leave_out = Arrival.State.WAITING, 0, leave_out
    row.save()
    return row


def stuck(delivered_id: int) -> Arrival:
    """One that waits for a person. Raises Missing."""
    row = Arrival.objects.select_related("content").filter(pk=delivered_id, state=Arrival.State.STUCK).first()
    if row is None:
        raise Missing(SETTLED)
    return row


@transaction.atomic
def put_aside(delivered_id: int, sentence: str) -> Arrival:
    """A person has dealt with it in another way: it is not taken up, nor what was handed in with it. sentence: what the
    applicant is told. Raises Missing and Invalid."""
    sentence = sentence.strip()
    if not sentence or len(sentence) > LONGEST:
        raise Invalid(f"申請した人に伝えることを、{LONGEST}文字以内で書いてください。")
    row = _held(delivered_id)
    delivery, content = deliveries().get(row.kind), _opened_if_it_can_be(row)
    if delivery is not None and delivery.put_aside:
        resolve(delivery.put_aside)(row.key, content, sentence)
    marks = _along(delivery, content)
    _settle(row, Arrival.State.SET_ASIDE)
    named = Arrival.objects.filter(key__in=marks, kind__in=_going_along(row.kind))
    for other in _alone(named.select_for_update(of=("self",))):
        _settle(other, Arrival.State.SET_ASIDE)
    return row


def let_go_of_orphans() -> int:
    """Put aside what goes with another and is named by nothing that waits; how many."""
    rows = list(_alone(Arrival.objects.filter(came_at__lt=timezone.now() - ORPHANED)))
    if not rows:
        return 0
    known, named = deliveries(), set()
    for row in Arrival.objects.filter(state__in=(Arrival.State.WAITING, Arrival.State.STUCK)):
        delivery = known.get(row.kind)
        if delivery is not None and delivery.along:
            named.update(_along(delivery, _opened_if_it_can_be(row)))
    gone = 0
    for row in rows:
        if row.key in named:
            continue
        with transaction.atomic():
            locked = _alone(Arrival.objects.select_for_update(of=("self",)).filter(pk=row.pk)).first()
            if locked is not None:
                _settle(locked, Arrival.State.SET_ASIDE)
                record("exchange.orphan_let_go", subject=f"arrival:{locked.pk}", kind=locked.kind)
                gone += 1
    return gone


def _going_along(kind: str = "") -> list[str]:
    """Kinds that another one takes along; of the room of that kind, or of all."""
    found = [one for one, delivery in deliveries().items() if not delivery.take]
    room = kind.partition(".")[0]
    return [one for one in found if not kind or one.partition(".")[0] == room]


def _alone(rows: QuerySet[Arrival]) -> QuerySet[Arrival]:
    """Those that wait for another one to take them along."""
    return rows.filter(kind__in=_going_along(), state=Arrival.State.WAITING).order_by("pk")


def _along(delivery: Delivery | None, content: bytes | None) -> list[str]:
    """Marks of what goes with something."""
    if delivery is None or not delivery.along or content is None:
        return []
    marks, _ = attempt(resolve(delivery.along), content)
    return list(marks or ())


def _opened_if_it_can_be(row: Arrival) -> bytes | None:
    return attempt(opened, row.key, row.kind)[0]


def _held(delivered_id: int) -> Arrival:
    row: Arrival | None = (
        Arrival.objects.select_for_update(of=("self",))
        .filter(pk=delivered_id, state=Arrival.State.STUCK)
        .first()
    )
    if row is None:
        raise Missing(SETTLED)
    return row


def shown(row: Arrival) -> list[tuple[str, str]]:
    """What is in it, for the person whom it waits for. Raises NotForUs."""
    delivery = deliveries().get(row.kind)
    if delivery is None or not delivery.shown:
        return []
    return list(resolve(delivery.shown)(opened(row.key, row.kind)))


def _take(row: Arrival, delivery: Delivery | None) -> bool:
    """Whether it is settled now."""
    try:
        if delivery is None:
            raise Invalid(
                f"この設備の知らない種類（{row.kind}）です。Yakubaの版を、外の設備とそろえてください。"
            )
        content = opened(row.key, row.kind)
        resolve(delivery.take)(row.key, content, *([row.leave_out] if delivery.partly else []))
    except Settled:
        return False
    except NotYet as refusal:
        _wait(row, str(refusal))
        return False
    except sealing.NotForUs as refusal:
        _stick(row, str(refusal))
        return False
    except Refused as refusal:
        if refusal.again:
            return False
        _stick(row, refusal.lines())
        return False
    except (
        OperationalError,
        InterfaceError,
        OSError,
    ):  # the database, the disk: nothing is wrong with what came
        raise
    except Exception:
        log.warning("an arrival could not be taken up", exc_info=True)
        _failed(row)
        return False
    return True


def _wait(row: Arrival, reason: str) -> None:
    """It waits, until all that was handed in before it has come and nothing of it was what it waits for."""
    told = Counterpart.objects.filter(position__gte=row.number).exists()
    if told and row.came_at < timezone.now() - PATIENCE:
        _stick(row, NEVER_CAME)
    else:
        Arrival.objects.filter(pk=row.pk, state=Arrival.State.WAITING).update(reason=reason)


def _failed(row: Arrival) -> None:
    row.tried += 1
    Arrival.objects.filter(pk=row.pk).update(tried=row.tried)
    if row.tried >= MOST_TRIES:
        _stick(row, FAILED)


def _stick(row: Arrival, reason: str) -> None:
    """It waits for a person from now on."""
    fresh = Arrival.objects.filter(pk=row.pk, state__in=(Arrival.State.WAITING, Arrival.State.STUCK))
    if fresh.update(state=Arrival.State.STUCK, reason=reason[:LONGEST]) and row.state != Arrival.State.STUCK:
        record("exchange.stuck", subject=f"arrival:{row.pk}", kind=row.kind)
