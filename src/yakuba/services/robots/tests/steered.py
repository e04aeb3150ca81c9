"""The bus pass scenario with steps that steer others: its first page is another scenario's, marks are set in a loop, and
what the confirmation page shows is read and compared."""

from __future__ import annotations

import re

from yakuba.services.robots.tests import town

CODE = "bus-pass"
CALLED = "受付の画面の入力"
_SECOND = "  # 2ページ目　申請者\n"
_MARKS = '  - チェック: {欄: 利用路線, 値: "{利用する路線}"}\n'
_LOOP = """  - くり返す:
      項目: 利用する路線
      名前: 路線
      手順:
        - 確かめる: {文字: 利用路線}
        - チェック: {欄: 利用路線, 値: "{利用する路線}", 条件: "{路線}"}
"""
_LAST = "  - 確かめる: {見出し: コミュニティバス乗車券申請 確認}\n"
_READ = """  - 読み取る: {項目: 受付番号, 名前: 画面の番号, 形: 数字}
  - 確かめる: {項目: 受付番号, 値: "{画面の番号}"}
"""


def called_text() -> str:
    """The scenario that is called: the entry's first page."""
    text = re.sub("^名前: .*$", f"名前: {CALLED}", town.scenario_text(CODE), count=1, flags=re.MULTILINE)
    start, end = text.index(_SECOND), text.index("登録:   #")
    # What is compared before its own commit step would be compared on the second page.
    return text[:start] + "\n" + text[end:].replace("登録前: はい", "登録前: いいえ")


def text() -> str:
    """The scenario that calls it."""
    whole = town.scenario_text(CODE)
    start, end = whole.index("  - 開く: /bus-pass/entry\n"), whole.index(_SECOND)
    whole = f"{whole[:start]}  - 呼び出す: {{シナリオ: {CALLED}, 版: 1}}\n{whole[end:]}"
    return whole.replace(_MARKS, _LOOP).replace(_LAST, _LAST + _READ)


def library(name: str, version: int) -> str:
    """What is published, for the loader."""
    if (name, version) != (CALLED, 1):
        raise LookupError(f"シナリオ「{name}」は公開されていません。")
    return called_text()
