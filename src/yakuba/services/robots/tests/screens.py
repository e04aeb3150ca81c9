"""Tries the small screens of `samples/screens`, each with its own scenario, and says what became of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.contracts import FieldSpec, Row, RowState
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests.memory import MemoryStore

FIELDS = [
    FieldSpec("number", "受付番号", "receipt_number"),
    FieldSpec("name", "氏名", "name"),
    FieldSpec("kana", "フリガナ", "kana"),
    FieldSpec("born", "生年月日", "date"),
    FieldSpec("from", "開始日", "date"),
    FieldSpec("postal", "郵便番号", "postal_code"),
    FieldSpec("address", "住所", "address"),
    FieldSpec("phone", "電話", "phone"),
    FieldSpec("kind", "区分", "choice", {"new": "新規", "again": "更新", "end": "取消"}),
    FieldSpec("lines", "路線", "choices", {"e": "東線", "w": "西線", "s": "南線"}),
    FieldSpec("note", "備考", "text"),
]
VALUES = {
    "number": "R1",
    "name": "山田太郎",
    "kana": "ヤマダタロウ",
    "born": "1990-04-01",
    "from": "2026-04-01",
    "postal": "1000013",
    "address": "霞が関1-2-3",
    "phone": "0312345678",
    "kind": "again",
    "lines": "e,s",
    "note": "至急お願いします",
}


@dataclass(frozen=True)
class Tried:
    """became: right, stopped or wrong.  said: why it stopped, or what was stored instead."""

    became: str
    seconds: float
    said: str = ""


def try_screen(site: Any, screen: Any, browser: ChromiumBrowser, base: str) -> Tried:
    """One row through one screen (`samples/screens/screens.py`)."""
    began = time.monotonic()
    try:
        scenario = load(screen.scenario(), "screens", FIELDS)
    except DefinitionRefused as error:
        return Tried("right" if screen.stops else "stopped", 0.0, str(error))
    browser.reset(forget_session=True)
    secrets = {"職員番号": "90001", "パスワード": "himitsu"}

    def run() -> Row:
        store = MemoryStore([Row(1, "R1", VALUES)])
        player = ScenarioPlayer(scenario, browser, secrets, base)
        Runner(store, player, limits=Limits(settle_seconds=1, attempts=2, backoff=0.1), pictures=()).run()
        return store.rows[1]

    row = run()
    states = [row.state]
    if screen.again and row.state is RowState.ENTERED:
        states.append(run().state)
    seconds = time.monotonic() - began
    stored = site.stored[screen.name]
    if stored and (screen.stops or stored != [screen.stores]):
        return Tried("wrong", seconds, f"{stored}")
    said = row.problem.message if row.problem else ""
    number_is_right = row.target_number == f"{screen.name}-1"
    if states[0] is RowState.ENTERED and not number_is_right:
        return Tried("wrong", seconds, f"登録番号 {row.target_number}")
    entered = states in ([RowState.ENTERED], [RowState.ENTERED, RowState.FOUND_ALREADY])
    right = not stored if screen.stops else entered or (screen.may_stop and not stored)
    return Tried("right" if right else "stopped", seconds, f"{said} {states[-1]}" if said else "")
