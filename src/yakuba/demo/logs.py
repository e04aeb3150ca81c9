"""The demo town's operation logs: a section that does not exist, whose people copy applications from a table into a system."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils import timezone

from yakuba.demo import town
from yakuba.services.worklogs import facade as worklogs
from yakuba.services.worklogs.contracts import DAY

SEED = 20
PCS, DAYS, A_DAY = 6, 8, 220
RULES = """作業:
  - 名前: 入所申込の入力
    手続: nursery-admission
    アプリ: [保育システム]
    画面: [申込登録]
  - 名前: 申込一覧の確認
    アプリ: [EXCEL]
    画面: [申込一覧]
  - 名前: 支払の入力
    アプリ: [財務会計]
  - 名前: メール
    アプリ: [メール]
"""


def load() -> None:
    """Load it, unless a log was handed in already. やくば市 must be active."""
    if not worklogs.is_empty():
        return
    worklogs.set_rules(RULES, actor=town.user("robot"))
    content = io.BytesIO("\n".join(_lines(_workdays(timezone.localdate()))).encode())
    worklogs.take_in("見本の操作ログ.csv", content, actor=town.user("robot"))
    worklogs.prepare()


def _workdays(today: date) -> list[date]:
    """The last days before today that are no weekend."""
    before = (today - timedelta(days=back) for back in range(1, 3 * DAYS))
    return sorted(list(islice((day for day in before if day.weekday() < 5), DAYS)))


def _lines(days: list[date]) -> list[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("時刻", "PC", "職員", "所属", "アプリ", "画面", "操作", "対象"))
    for at, pc, step in worklogs.sample_events(pcs=PCS, days=DAYS, a_day=A_DAY, seed=SEED):
        number, within = divmod(at, DAY)
        moment = datetime.combine(days[number], datetime.min.time()) + timedelta(milliseconds=within)
        name = f"見本PC{pc}", f"見本職員{pc}", "見本の子育て課"
        writer.writerow((moment.isoformat(sep=" ", timespec="milliseconds"), *name, *step))
    return buffer.getvalue().splitlines()
