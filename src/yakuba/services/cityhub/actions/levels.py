"""Issuing, lifting, correcting and cancelling evacuation notices, and the one page of them that everybody may read.

The page is a file that is made ready when something is issued; whoever opens it asks neither the database nor anything else.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import in_each_town
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.models import LevelNotice
from yakuba.services.cityhub.queries import levels as queries

HISTORY = 30  # notices on the page
AHEAD = timedelta(minutes=10)
_CODE = re.compile(r"[0-9]{6}")
Kind = LevelNotice.Kind


@transaction.atomic
def issue(
    *,
    kind: str,
    level: int,
    area: str,
    issued_at: datetime,
    issuer: str,
    reason: str = "",
    households: int | None = None,
    people: int | None = None,
    about: int | None = None,
    actor: Actor,
) -> LevelNotice:
    """Enter a notice; the page is made ready behind the commit. Raises Invalid, Missing, Conflict."""
    if timezone.is_naive(issued_at):
        issued_at = timezone.make_aware(issued_at)
    _check(kind, level, area, issued_at, issuer)
    row = LevelNotice(
        kind=kind,
        level=level,
        area=area.strip(),
        issued_at=issued_at,
        issuer=issuer.strip(),
        reason=reason.strip(),
        households=households,
        people=people,
        entered_by=known(actor),
    )
    if kind in (Kind.CORRECT, Kind.CANCEL):
        row.about = LevelNotice.objects.filter(pk=about or 0).first()
        if row.about is None:
            raise Missing("訂正・取消では、どの発令かを選んでください。")
    elif kind == Kind.LIFT and not any(one.notice.area == row.area for one in queries.standing()):
        raise Conflict(
            f"「{row.area}」には、いま出ている避難情報がありません。区域の書き方を確かめてください。"
        )
    row.save()
    record("cityhub.level_issued", subject=f"level:{row.pk}", actor=actor, level=level, kind=str(kind))
    transaction.on_commit(prepare, robust=True)
    return row


def _check(kind: str, level: int, area: str, issued_at: datetime, issuer: str) -> None:
    if kind not in Kind.values:
        raise Invalid("発令・解除・訂正・取消のどれかを選んでください。", place="区分")
    if level not in range(1, 6):
        raise Invalid("警戒レベルは1から5までです。", place="警戒レベル")
    for place, text in (("区域", area), ("発令者", issuer)):
        if not text.strip():
            raise Invalid("空です。書いてください。", place=place)
    if issued_at > timezone.now() + AHEAD:
        raise Invalid("これからの日時です。実際に発令した日時を書いてください。", place="日時")


def page_of(code: str) -> Path | None:
    """Where the page of a town lies; None for what is no town's code."""
    if not _CODE.fullmatch(code):
        return None
    return Path(settings.YAKUBA.data_dir) / "levels" / f"{code}.html"


def written() -> str:
    """The page of the active town: one file that needs no other."""
    return render_to_string(
        "cityhub/public/levels.html",
        {
            "town": current_municipality(),
            "standing": queries.standing(),
            "history": [(row, queries.word_of(row)) for row in queries.notices()[:HISTORY]],
        },
    )


def prepare() -> None:
    """Make the page of the active town ready, or take it away where the town has not opened it."""
    path = page_of(current_municipality().code)
    if path is None:
        return
    if not value("cityhub.levels_public"):
        path.unlink(missing_ok=True)
        return
    content = written().encode()
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)  # nobody ever reads half of it


def prepare_everywhere() -> None:
    """In each town: whoever was killed between notice and page is made up for, and the town's setting holds soon."""
    in_each_town("the page of evacuation notices", prepare)
