"""Drafts (書きかけ): begun, kept page by page, put aside with a code, opened again, thrown away."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from yakuba.kernel.files.storage import remove
from yakuba.kernel.outbound import class_of, require_class
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.residents import codes
from yakuba.services.intake.models import AttachedFile, Draft, WebForm

KEPT_DAYS = 14  # a draft that was saved with a code, counted from the day of saving
UNSAVED_DAYS = 1  # one that was not
# A browser forgets a draft that was not put aside an hour after its last page; nobody opens it again.
FORGOTTEN_AFTER = timedelta(hours=2)
AT_ONCE = 500  # drafts that are held in memory together
MOST_OPEN = 20_000  # drafts of a town at a time; more is nobody's application


class TooMany(Conflict):
    """The town has more drafts than people who write."""


@dataclass(frozen=True)
class Opened:
    """A draft with the two secrets that open it: `key` stands in its address, `browser` in the browser's cookie."""

    draft: Draft
    key: str
    browser: str


@transaction.atomic
def begin(form: WebForm) -> Opened:
    """A new, empty draft. Each call is one more: two tabs are two drafts. Raises TooMany."""
    forgotten = models.Q(code="", changed_at__lt=timezone.now() - FORGOTTEN_AFTER)
    if Draft.objects.filter(sent=False).exclude(forgotten).count() >= MOST_OPEN:
        raise TooMany("いま混み合っているため、新しく始められません。時間をおいて、もう一度開いてください。")
    key, browser = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    draft = Draft(form=form, key=mark(key), browser=mark(browser), sealed=b"")
    draft.ends_on = timezone.localdate() + timedelta(days=UNSAVED_DAYS)
    draft.save()
    return Opened(draft, key, browser)


def find(key: str, browser: str) -> Draft | None:
    """The draft of that address, for the browser that has it; None for everybody else, whatever is wrong."""
    draft = Draft.objects.select_related("form__procedure").filter(key=mark(key)).first()
    if draft is None or not constant_time_compare(draft.browser, mark(browser)):
        return None
    return None if draft.ends_on < timezone.localdate() else draft


def answers(draft: Draft) -> dict[str, str]:
    """Field code → what was typed: canonical where it is a value."""
    found: dict[str, str] = json.loads(decrypt(_name(draft), bytes(draft.sealed))) if draft.sealed else {}
    return found


def attached(draft: Draft) -> list[AttachedFile]:
    """The files that were added so far, each by the name that it had."""
    rows, known = list(AttachedFile.objects.filter(draft=draft).order_by("pk")), answers(draft)
    for row in rows:
        row.name = known.get(name_key(row), "") or row.name or "書類"
    return rows


def name_key(row: AttachedFile) -> str:
    """Under what the name of a file stands among the answers; no field can be called so."""
    return f"file:{row.pk}"


@transaction.atomic
def keep(draft: Draft, typed: Mapping[str, str]) -> None:
    """Put these answers beside those that the draft has, right or wrong, so that saving loses nothing. Raises ZoneRefused
    where this installation's zone may not hold them, whoever types: a resident, a clerk at the counter."""
    procedure = draft.form.procedure
    require_class(class_of(procedure.definition), f"手続「{procedure.title}」")
    row = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if row.sent:
        return
    _seal(row, {**answers(row), **typed})
    row.version += 1
    row.save()
    draft.sealed, draft.version = row.sealed, row.version


@transaction.atomic
def put_aside(draft: Draft) -> str:
    """A code with which the draft is opened again until `ends_on`. It is told here and never again; an earlier one of the
    draft ends."""
    row = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if row.sent:
        raise Conflict("この申請はもう送られています。")
    code = codes.new_code()
    row.code = mark(code)
    row.ends_on = timezone.localdate() + timedelta(days=KEPT_DAYS)
    row.save()
    draft.code, draft.ends_on = row.code, row.ends_on
    return code


@transaction.atomic
def resume(typed: str) -> Opened | None:
    """The draft that was put aside with this code, as it was saved, for the browser that asks now; where it was open
    before, it is not any more. None for a code that opens nothing."""
    code = codes.read(typed)
    if len(code) != codes.SECRET_LENGTH:
        return None
    rows = Draft.objects.select_for_update(of=("self",)).select_related("form__procedure")
    row = rows.filter(code=mark(code), sent=False, ends_on__gte=timezone.localdate()).first()
    if row is None:
        return None
    key, browser = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    row.key, row.browser = mark(key), mark(browser)
    row.save()
    return Opened(row, key, browser)


@transaction.atomic
def throw_away(draft: Draft) -> None:
    """Nothing of it is left."""
    if Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first() is None:
        return  # in another tab, a moment ago
    files = [one.file for one in AttachedFile.objects.filter(draft=draft).select_related("file")]
    AttachedFile.objects.filter(draft=draft).delete()
    Draft.objects.filter(pk=draft.pk).delete()
    remove(*files)


def throw_away_old() -> int:
    """Let go, in the active town, all that is kept no longer, each draft in a transaction of its own; how many."""
    gone, last = 0, 0
    while True:
        over = Draft.objects.filter(ends_on__lt=timezone.localdate(), pk__gt=last).order_by("pk")
        old = list(over[:AT_ONCE])
        for draft in old:
            throw_away(draft)
        if len(old) < AT_ONCE:
            return gone + len(old)
        gone, last = gone + len(old), old[-1].pk


def mark(secret: str) -> str:
    """What is stored of a secret that opens something."""
    return salted_hmac("yakuba.intake", secret, algorithm="sha256").hexdigest()


def _seal(draft: Draft, typed: Mapping[str, str]) -> None:
    draft.sealed = encrypt(_name(draft), json.dumps(dict(typed), ensure_ascii=False).encode())


def _name(draft: Draft) -> str:
    """To what the sealed answers are bound: another draft's are not opened."""
    return f"intake:draft:{draft.pk}"
