"""The demo town's operation logs: a section that does not exist, whose people copy applications from a table into a system."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

from django.utils import timezone

from yakuba.demo import town
from yakuba.services.worklogs import facade as worklogs

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
    first = timezone.localdate() - timedelta(days=DAYS + 4)
    content = io.BytesIO("\n".join(_lines(first)).encode())
    worklogs.take_in("見本の操作ログ.csv", content, actor=town.user("robot"))
    worklogs.prepare()


def _lines(first: date) -> list[str]:
    midnight = datetime.combine(first, datetime.min.time())
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("時刻", "PC", "職員", "所属", "アプリ", "画面", "操作", "対象"))
    for at, pc, step in worklogs.sample_events(pcs=PCS, days=DAYS, a_day=A_DAY, seed=SEED):
        moment = midnight + timedelta(milliseconds=at)
        name = f"見本PC{pc}", f"見本職員{pc}", "見本の子育て課"
        writer.writerow((moment.isoformat(sep=" ", timespec="milliseconds"), *name, *step))
    return buffer.getvalue().splitlines()
