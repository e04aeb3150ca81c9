"""Writes of the queue. No ticket is called by two clerks, and no button pressed twice calls two tickets."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.queue.models import Category, Desk, Machine, Numbering, Service, Ticket

State = Ticket.State
LONGEST = timedelta(hours=2)  # a call that stood open longer was forgotten, not served
MOST_A_DAY = 999
MOST_LETTERS = 60  # characters of the letters that a clerk calls
NOT_TODAYS = "今日の番号札ではありません。"
_LETTER = re.compile(r"[A-Z]{1,2}")
_KEY = re.compile(r"[A-Za-z0-9_-]{24,64}")


def mark(key: str) -> str:
    """What is stored of a key that stands in an address."""
    return salted_hmac("yakuba.queue", key, algorithm="sha256").hexdigest()


@transaction.atomic
def set_category(letter: str, title: str, note: str = "", *, is_open: bool = True, actor: Actor) -> Category:
    """A category, new or changed. Raises Invalid."""
    letter, title = letter.strip().upper(), title.strip()
    if not _LETTER.fullmatch(letter):
        raise Invalid("記号は、AからZまでの英字1文字か2文字にしてください。")
    if not title:
        raise Invalid("区分の名前を書いてください。")
    row = Category.objects.filter(letter=letter).first()
    if row is None:
        row = Category(letter=letter, position=Category.objects.count() + 1)
    row.title, row.note, row.open = title[:40], note.strip()[:100], is_open
    row.save()
    record("queue.category_set", subject=f"category:{letter}", actor=actor, open=is_open)
    return row


@transaction.atomic
def issue(letter: str, key: str, *, actor: Actor = None) -> Ticket:
    """A ticket; the same however often the button that has `key` is pressed. The key opens its page. Raises Missing, Conflict."""
    if not _KEY.fullmatch(key):
        raise Missing("もう一度、区分を押してください。")
    before = Ticket.objects.select_related("category").filter(mark=mark(key)).first()
    if before is not None:
        return before
    category = Category.objects.filter(letter=letter, open=True).first()
    if category is None:
        raise Missing("その区分の番号札は、いま出していません。")
    now = timezone.now()
    day = timezone.localdate(now)
    Numbering.objects.get_or_create(letter=letter, day=day)
    numbering = Numbering.objects.select_for_update().get(letter=letter, day=day)
    before = Ticket.objects.select_related("category").filter(mark=mark(key)).first()
    if before is not None:  # pressed twice: the other press has just had the number
        return before
    numbering.last += 1
    if numbering.last > MOST_A_DAY:
        raise Conflict("今日の番号札を使い切りました。係員にお声がけください。")
    numbering.save()
    label = f"{letter}{numbering.last:03d}"
    row = Ticket.objects.create(
        category=category, day=day, label=label, mark=mark(key), issued_at=now, waits_since=now
    )
    record("queue.issued", subject=f"ticket:{row.pk}", actor=actor)
    return row


@transaction.atomic
def sit(window: str, letters: list[str], *, actor: User) -> Desk:
    """Where the clerk sits, and whom the clerk calls. Raises Invalid."""
    window = window.strip()
    if not window or len(window) > 20:
        raise Invalid("窓口の名前を、20文字までで書いてください（例：3番）。")
    known_letters = set(Category.objects.values_list("letter", flat=True))
    chosen = ",".join(sorted(set(letters) & known_letters))
    if len(chosen) > MOST_LETTERS:
        raise Invalid("区分が多すぎます。すべての区分を呼ぶときは、1つも選ばないでください。")
    row, _ = Desk.objects.update_or_create(clerk=actor, defaults={"window": window, "letters": chosen})
    return row


@transaction.atomic
def call_next(seen: int, *, actor: User) -> Ticket | None:
    """End what the clerk has called, and call whoever waits longest; None where nobody waits. seen: the ticket that stood as called
    on the clerk's page, 0 for none: where it is another by now, the button was pressed twice, and nothing more happens."""
    desk = _desk(actor)
    before = _current(actor)
    if (before.pk if before else 0) != seen:
        return before
    row = _longest_waiting(desk)
    if row is None:
        return None
    if before is not None:
        _end(before, "done", State.DONE)
    return _call(row, desk, actor)


@transaction.atomic
def call_one(number: int, *, actor: User) -> Ticket:
    """Call this one: somebody who came back, or out of turn. Raises Conflict where another clerk has called it meanwhile, and
    Missing."""
    if not Ticket.objects.filter(pk=number, day=timezone.localdate()).exists():
        raise Missing(NOT_TODAYS)
    desk = _desk(actor)
    before = _current(actor)
    if before is not None and before.pk == number:
        return before
    row = _of_today(number)
    if row.state not in (State.WAITING, State.ABSENT):
        raise Conflict(f"番号 {row.label} は「{row.get_state_display()}」です。")
    if before is not None:
        _end(before, "done", State.DONE)
    return _call(row, desk, actor)


def _call(row: Ticket, desk: Desk, actor: User) -> Ticket:
    now = timezone.now()
    row.state, row.clerk, row.window = State.CALLED, actor, desk.window
    row.called_at = row.told_at = now
    row.calls += 1
    row.save()
    waited = max(0.0, (now - row.waits_since).total_seconds())
    Service.objects.create(
        ticket=row, category=row.category, clerk=actor, window=desk.window, waited=waited, called_at=now
    )
    record("queue.called", subject=f"ticket:{row.pk}", actor=actor)
    return row


def _longest_waiting(desk: Desk) -> Ticket | None:
    """Locked, and nobody else's: who calls at the same moment gets the one behind it."""
    rows = Ticket.objects.filter(day=timezone.localdate(), state=State.WAITING)
    if desk.letters:
        rows = rows.filter(category__letter__in=desk.letters.split(","))
    skip = connection.features.has_select_for_update_skip_locked
    rows = rows.select_for_update(of=("self",), skip_locked=skip) if skip else rows.select_for_update()
    return rows.select_related("category").order_by("waits_since", "pk").first()


def _desk(actor: User) -> Desk:
    """The clerk's, locked: one press of one clerk after the other. Raises Conflict."""
    row: Desk | None = Desk.objects.select_for_update(of=("self",)).filter(clerk=actor).first()
    if row is None:
        raise Conflict("先に、自分の窓口の名前を決めてください。")
    return row


def _current(actor: User) -> Ticket | None:
    """Whom the clerk has called today. A call of a former day that the clock has not ended yet (the machine was off at night) is
    over: no page shows it, and it must not keep the clerk from calling."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category")
    row: Ticket | None = rows.filter(clerk=actor, state=State.CALLED).first()
    if row is not None and row.day != timezone.localdate():
        _end(row, "over", State.OVER, measured=False)
        return None
    return row


def _of_today(number: int) -> Ticket:
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category")
    row: Ticket | None = rows.filter(pk=number, day=timezone.localdate()).first()
    if row is None:
        raise Missing(NOT_TODAYS)
    return row


def _own(number: int, actor: User) -> Ticket:
    row = _of_today(number)
    if row.state != State.CALLED or row.clerk_id != actor.pk:
        raise Conflict(
            f"番号 {row.label} は、あなたが呼んでいる番号ではありません（{row.get_state_display()}）。"
        )
    return row


@transaction.atomic
def call_again(number: int, *, actor: User) -> Ticket:
    """Tell it once more on the display. Raises Conflict."""
    row = _own(number, actor)
    row.told_at, row.calls = timezone.now(), row.calls + 1
    row.save()
    return row


@transaction.atomic
def done(number: int, *, actor: User) -> Ticket:
    """Served. Pressed twice, it is as pressed once. Raises Conflict."""
    row = _of_today(number)
    if row.state == State.DONE and row.clerk_id == actor.pk:
        return row
    row = _own(number, actor)
    _end(row, "done", State.DONE)
    return row


@transaction.atomic
def absent(number: int, *, actor: User) -> Ticket:
    """Nobody came. Raises Conflict."""
    row = _own(number, actor)
    _end(row, "absent", State.ABSENT)
    return row


@transaction.atomic
def pass_on(number: int, letter: str, *, actor: User) -> Ticket:
    """To another category, in the place that the day's waiting so far gives: nobody begins anew at the end. Raises Conflict,
    Missing."""
    row = _own(number, actor)
    category = Category.objects.filter(letter=letter).exclude(pk=row.category_id).first()
    if category is None:
        raise Missing("回す先の区分を選んでください。")
    _end(row, "passed", State.WAITING)
    row.category, row.clerk, row.window = category, None, ""
    row.save()
    record("queue.passed_on", subject=f"ticket:{row.pk}", actor=actor, to=letter)
    return row


def _end(row: Ticket, how: str, state: str, *, measured: bool = True) -> None:
    now = timezone.now()
    service = Service.objects.filter(ticket=row, ended_at=None).order_by("-pk").first()
    if service is not None:
        seconds = (now - service.called_at).total_seconds()
        service.ended_at, service.how = now, how
        plausible = 0 <= seconds <= LONGEST.total_seconds()  # the clock may have been put back meanwhile
        service.seconds = seconds if measured and plausible else None
        service.save()
    row.state = state
    row.save()
    record("queue.ended", subject=f"ticket:{row.pk}", actor=known(row.clerk), how=how)


@transaction.atomic
def end_forgotten(now: datetime | None = None) -> int:
    """What nobody ended: calls of two hours, and everything of former days; how many. Nothing is called or waits for ever."""
    now = now or timezone.now()
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("category", "clerk")
    forgotten = list(rows.filter(state=State.CALLED, told_at__lt=now - LONGEST).order_by("pk"))
    former = list(
        rows.filter(
            day__lt=timezone.localdate(now), state__in=(State.CALLED, State.WAITING, State.ABSENT)
        ).order_by("pk")
    )
    for row in {one.pk: one for one in forgotten + former}.values():
        _end(row, "over", State.OVER, measured=False)
    return len({one.pk for one in forgotten + former})


@transaction.atomic
def remember(letter: str, at: datetime, waited: timedelta, took: timedelta, *, actor: User) -> Service:
    """A service of a former day that was measured elsewhere: it ended at `at`. Raises Category.DoesNotExist."""
    category = Category.objects.get(letter=letter)
    called = at - took
    day, key = timezone.localdate(called), secrets.token_urlsafe(18)
    label = f"{letter}{Ticket.objects.filter(day=day, label__startswith=letter).count() + 1:03d}"
    ticket = Ticket.objects.create(
        category=category,
        day=day,
        label=label,
        mark=mark(key),
        state=State.DONE,
        issued_at=called - waited,
        waits_since=called - waited,
        called_at=called,
        told_at=called,
        calls=1,
        clerk=actor,
    )
    return Service.objects.create(  # type: ignore[no-any-return]
        ticket=ticket,
        category=category,
        clerk=actor,
        window="",
        waited=waited.total_seconds(),
        called_at=called,
        ended_at=at,
        seconds=took.total_seconds(),
        how="done",
    )


@transaction.atomic
def add_machine(place: str, *, actor: User) -> tuple[Machine, str]:
    """A self-service machine, and the key of its address, which is told here and never again. Raises Invalid."""
    place = place.strip()
    if not place or len(place) > 40:
        raise Invalid("置き場所を、40文字までで書いてください（例：1階ロビー）。")
    key = secrets.token_urlsafe(18)
    row = Machine.objects.create(place=place, mark=mark(key), made_by=actor)
    record("queue.machine_added", subject=f"machine:{row.pk}", actor=actor)
    return row, key


@transaction.atomic
def remove_machine(number: int, *, actor: User) -> None:
    """Its address gives no ticket any more. Raises Missing."""
    row = Machine.objects.filter(pk=number).first()
    if row is None:
        raise Missing("その発券機はありません。")
    row.delete()
    record("queue.machine_removed", subject=f"machine:{number}", actor=actor)


def machine(key: str) -> Machine | None:
    """The machine of that address."""
    return Machine.objects.filter(mark=mark(key)).first()


def of_key(key: str) -> Any:
    """The ticket whose page that key opens."""
    return Ticket.objects.select_related("category").filter(mark=mark(key)).first()
