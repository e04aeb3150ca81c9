"""Issuing, lifting, correcting and cancelling evacuation notices, and the one page of them that everybody may read.

The page is a file that is made ready when something is issued; whoever opens it asks neither the database nor anything else.
"""

from __future__ import annotations

import fcntl
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
from yakuba.services.cityhub.actions.turns import LEVELS, take_turn
from yakuba.services.cityhub.engine import levels
from yakuba.services.cityhub.models import LevelNotice
from yakuba.services.cityhub.queries import disaster
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
    take_turn(LEVELS, current_municipality().pk)
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
    _require_effect(row)
    row.save()
    record("cityhub.level_issued", subject=f"level:{row.pk}", actor=actor, level=level, kind=str(kind))
    transaction.on_commit(prepare, robust=True)
    return row


def _require_effect(row: LevelNotice) -> None:
    """Whoever enters a notice must not go away believing what is not so: a notice that would change nothing is refused."""
    if _is_there(row):
        raise Conflict("同じ内容が、もう入っています。二度押していないか、一覧を確かめてください。")
    if row.about is not None:
        if levels.cancelled(map(queries.plain, queries.notices()), row.about.pk):
            raise Conflict(
                f"{row.about.pk}番は取り消してあり、訂正も取消もできません。出し直すときは、発令か解除を入れてください。"
            )
        return
    area = levels.same_area(row.area)
    now = next((one.notice for one in queries.standing() if levels.same_area(one.notice.area) == area), None)
    if now is None:
        if row.kind == Kind.LIFT:
            raise Conflict(
                f"「{row.area}」には、いま出ている避難情報がありません。区域の書き方を確かめてください。"
            )
        return
    if row.issued_at < now.at.replace(second=0, microsecond=0):
        raise Conflict(
            f"「{now.area}」には、{timezone.localtime(now.at):%Y年%m月%d日%H時%M分}の警戒レベル{now.level}が出ています。"
            "それより前の日時では、今のものになりません。日時を確かめてください。前のものの誤りは「訂正」で直します。"
        )
    # Entered to the minute, it is behind what stands, whatever seconds that has.
    row.issued_at = max(row.issued_at, now.at)


def _is_there(row: LevelNotice) -> bool:
    same = ("kind", "level", "area", "issued_at", "issuer", "reason", "households", "people", "about")
    last = LevelNotice.objects.order_by("-pk").first()
    return last is not None and all(getattr(last, name) == getattr(row, name) for name in same)


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
            **disaster.page(),
            "history": [(row, queries.word_of(row)) for row in queries.notices()[:HISTORY]],
        },
    )


def prepare() -> None:
    """Make the page of the active town ready, or take it away where the town has not opened it."""
    path = page_of(current_municipality().code)
    if path is None or not (value("cityhub.levels_public") or path.is_file()):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # One at a time, and read within the turn: else who has read before a notice could write behind it.
    with path.with_suffix(".lock").open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _prepare(path)


def _prepare(path: Path) -> None:
    if not value("cityhub.levels_public"):
        path.unlink(missing_ok=True)
        return
    content = written().encode()
    if path.is_file() and path.read_bytes() == content:
        return
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)  # nobody ever reads half of it


def prepare_everywhere() -> None:
    """In each town: whoever was killed between notice and page is made up for, and the town's setting holds soon."""
    in_each_town("the page of evacuation notices", prepare)
