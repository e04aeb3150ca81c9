"""How often one may try to log in: a budget for a name at a place, a slower one for the place whatever the names, and
a slower one still for a name wherever it is tried from.

A browser in which a person has logged in keeps a signed cookie, and from then on has a budget of its own for that
name: nobody else's tries, from behind the same proxy or from anywhere, lock that person out there (OWASP, "Device
Cookies"). A try is counted before the password is looked at, so that many at once get no more tries than one after
the other.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from yakuba.kernel.accounts.models import LoginTally, User
from yakuba.kernel.addresses import place_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.tenancy import active_municipality, every_municipality

log = logging.getLogger("yakuba.accounts")
SALT = "yakuba.device"
DEVICE_AGE = 365 * 24 * 3600  # seconds
LONGEST_LOCK = timedelta(hours=8)
FORGOTTEN_AFTER = timedelta(days=2)
TOLD_AT_ONCE = 20  # ended locks, at one try to log in


@dataclass(frozen=True)
class Budget:
    """`tries` in a `window`; then a lock of that length, twice as long each time within two days, 8 hours at most."""

    scope: str
    tries: int
    window: timedelta


NAME_AT_PLACE = Budget("name_at_place", 5, timedelta(minutes=15))
PLACE = Budget("place", 30, timedelta(minutes=15))
NAME = Budget("name", 50, timedelta(days=1))


@dataclass(frozen=True)
class Try:
    """One try to log in. `device` is empty where no cookie says that this name has logged in here before."""

    username: str
    address: str
    device: str

    @property
    def budgets(self) -> list[tuple[Budget, str]]:
        """The budgets that it draws on, each with its key. Where nobody has said a name, as with a passkey alone, the
        place's."""
        if not self.username:
            return [(PLACE, _digest(self.address))]
        if self.device:
            return [(NAME_AT_PLACE, _digest(self.username, self.device))]
        return [
            (PLACE, _digest(self.address)),
            (NAME, _digest(self.username)),
            (NAME_AT_PLACE, _digest(self.username, self.address)),
        ]


def try_of(request: HttpRequest, username: str) -> Try:
    """Who tries from where. An IPv6 address counts as its /64, which one subscriber owns whole."""
    # A key for counting alone: names that NFKC makes one share a budget, which is the strict side. Who logs in is found
    # by the name as the account has it.
    name = unicodedata.normalize("NFKC", username).strip().casefold()
    return Try(name, place_of(request.META.get("REMOTE_ADDR", "")), _device(request, name))


def begin(tried: Try) -> bool:
    """Count a try; False where it may not be made."""
    _tell_of_ended_locks()
    now = timezone.now()
    with transaction.atomic():
        tallies = []
        for budget, key in tried.budgets:
            LoginTally.objects.get_or_create(scope=budget.scope, key=key, defaults={"since": now})
            tally = LoginTally.objects.select_for_update().get(scope=budget.scope, key=key)
            over = tally.since + budget.window if tally.locked_until is None else tally.locked_until
            if over <= now:
                tally.since, tally.tries, tally.locked_until = now, 0, None
            if tally.locked_until is not None or tally.tries >= budget.tries:
                LoginTally.objects.filter(pk=tally.pk).update(refused=F("refused") + 1)
                return False
            tallies.append(tally)
        for tally in tallies:
            tally.tries += 1
            tally.save()
    return True


def failed(tried: Try) -> bool:
    """The password was wrong. Locks what is used up; whether anything is."""
    now = timezone.now()
    with every_municipality("whose name was tried is not known yet"):
        person = User.objects.filter(username__iexact=tried.username).first()
    locked = False
    for budget, key in tried.budgets:
        with transaction.atomic():
            tally = LoginTally.objects.select_for_update().filter(scope=budget.scope, key=key).first()
            if tally is None or tally.tries < budget.tries or tally.locked_until is not None:
                continue
            length = budget.window * 2 ** min(tally.locks, 10)
            tally.locked_until, tally.locks = now + min(length, LONGEST_LOCK), tally.locks + 1
            if (
                person is not None
            ):  # who was tried before stays; that row may be another town's, and is not asked for
                tally.user = person
            tally.save()
        locked = True
        _tell("accounts.login_locked", tally, tries=tally.tries, address=tried.address)
    return locked


def passed(tried: Try) -> None:
    """The password was right: the try does not count."""
    for budget, key in tried.budgets:
        rows = LoginTally.objects.filter(scope=budget.scope, key=key)
        if budget is NAME_AT_PLACE:
            rows.delete()
        else:
            rows.filter(tries__gt=0).update(tries=F("tries") - 1)


def remember_device(answer: HttpResponseBase, tried: Try, *, secure: bool) -> None:
    """Let the browser keep that this name has logged in here."""
    value = signing.dumps([tried.username, tried.device or secrets.token_hex(16)], salt=SALT)
    answer.set_cookie(
        _cookie(tried.username), value, max_age=DEVICE_AGE, httponly=True, samesite="Lax", secure=secure
    )


def _tell_of_ended_locks() -> None:
    """One event for all tries during a lock; and forget what is long over."""
    now = timezone.now()
    for tally in LoginTally.objects.filter(locked_until__lte=now, refused__gt=0)[:TOLD_AT_ONCE]:
        if LoginTally.objects.filter(pk=tally.pk, refused=tally.refused).update(refused=0):
            _tell("accounts.tried_while_locked", tally, tries=tally.refused)
    # What was refused is told before it is forgotten, however many locks have ended since somebody last looked.
    untold = Q(refused__gt=0, locked_until__isnull=False)
    LoginTally.objects.filter(since__lt=now - FORGOTTEN_AFTER).exclude(untold).delete()


@every_municipality("whose name was tried says whose record hears of it")
def _tell(event: str, tally: LoginTally, **details: Any) -> None:
    person = tally.user
    if person is None or person.municipality is None:  # no town's record to write it into
        log.warning("%s: %s %s", event, tally.scope, details)
        return
    with active_municipality(person.municipality):
        record(event, subject=f"user:{person.pk}", scope=tally.scope, **details)


def _device(request: HttpRequest, name: str) -> str:
    try:
        kept, device = signing.loads(request.COOKIES.get(_cookie(name), ""), salt=SALT, max_age=DEVICE_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if kept == name else ""


def _cookie(name: str) -> str:
    return f"device_{_digest(name)[:16]}"


def _digest(*parts: str) -> str:
    """Names as typed are not kept: among them are passwords typed into the wrong box."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
