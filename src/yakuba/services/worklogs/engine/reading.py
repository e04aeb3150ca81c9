"""Rows of a table → events of a log. What is wrong is told by line with what to do; the other rows are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.services.worklogs.contracts import Event
from yakuba.services.worklogs.engine.moments import BadMoment, read_moment

TIME, PC, PERSON, SECTION = "時刻", "PC", "職員", "所属"
APPLICATION, TITLE, ACTION, OBJECT = "アプリ", "画面", "操作", "対象"
COLUMNS = (
    Column(TIME, ("日時", "操作日時", "発生日時", "タイムスタンプ", "timestamp", "time", "time:timestamp", "datetime"), required=True),
    Column(PC, ("端末", "端末名", "PC名", "コンピュータ名", "ホスト名", "host", "hostname", "computer", "machine")),
    Column(PERSON, ("職員番号", "利用者", "ユーザー", "ユーザー名", "ログイン名", "user", "username", "org:resource", "resource")),
    Column(SECTION, ("課", "部署", "課名", "section", "department", "org:group")),
    Column(APPLICATION, ("アプリケーション", "プログラム", "プロセス名", "application", "app", "process")),
    Column(TITLE, ("ウィンドウタイトル", "ウィンドウ", "題名", "タイトル", "画面名", "title", "window", "window_title")),
    Column(ACTION, ("動作", "操作種別", "イベント", "action", "event", "activity", "concept:name", "event_type")),
    Column(OBJECT, ("項目", "操作対象", "欄", "object", "element", "target", "field")),
)  # fmt: skip
REQUIRED = (TIME,)
LONGEST = {PC: 200, PERSON: 200, SECTION: 80, APPLICATION: 200, TITLE: 2000, ACTION: 200, OBJECT: 500}


def event_of(row: Row, now: datetime) -> Event:
    """The event in a row. Raises BadRow."""
    try:
        at = read_moment(row.get(TIME), now)
    except BadMoment as error:
        raise BadRow(str(error)) from None
    given = {name: row.get(name) for name in LONGEST}
    if not (given[PC] or given[PERSON]):
        raise BadRow("PCも職員も書いてありません。どちらかを書いてください。")
    if not (given[APPLICATION] or given[TITLE]):
        raise BadRow("アプリも画面も書いてありません。どちらかを書いてください。")
    for name, most in LONGEST.items():
        if len(given[name]) > most:
            raise BadRow(
                f"「{name}」が{len(given[name]):,}文字あります（{most:,}文字まで）。短くしてください。"
            )
    return Event(
        row.line, at, given[PC] or given[PERSON], given[PERSON], given[SECTION], given[APPLICATION], given[TITLE],
        given[ACTION], given[OBJECT],
    )  # fmt: skip


def events(found: Iterable[Row], now: datetime, problems: list[Problem]) -> Iterator[Event]:
    """The events of all rows that can be read; of the others `problems` says why."""
    for row in found:
        try:
            yield event_of(row, now)
        except BadRow as error:
            problems.append(Problem(row.line, "", str(error)))
