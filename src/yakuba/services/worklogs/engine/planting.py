"""Logs made up for trying: sections whose people do routines that are known, between work that is none.

The same seed gives the same log. Nothing in it is of a person.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yakuba.services.worklogs.contracts import DAY, HOUR, MINUTE

Step = tuple[str, str, str, str]  # application, title, action, object


@dataclass(frozen=True)
class Planted:
    """An event of such a log. routine: which routine it belongs to (-1: none); instance: the how-manieth of all."""

    at: int
    pc: int
    step: Step
    routine: int
    instance: int


@dataclass(frozen=True)
class World:
    """routines: each with its weight; others: what people do besides; noise: the share of events between the steps of a
    routine that do not belong to it; skipped: how often a step is left out."""

    routines: Sequence[tuple[float, Sequence[Step]]]
    others: Sequence[Step]
    noise: float = 0.1
    skipped: float = 0.0


def planted(world: World, *, pcs: int, days: int, a_day: int, first: int, seed: int) -> Iterator[Planted]:
    """The events of so many PCs and days, PC by PC, about `a_day` of each. first: midnight of the first day, in
    milliseconds."""
    instance = 0
    for pc in range(1, pcs + 1):
        drawn = random.Random(seed * 100_003 + pc)
        for day in range(days):
            at, number = first + day * DAY + 8 * HOUR + 30 * MINUTE + drawn.randrange(15 * MINUTE), 0
            while number < a_day:
                if drawn.random() < 0.03:
                    at += drawn.randrange(6, 20) * MINUTE
                weights = [weight for weight, _ in world.routines]
                which = drawn.choices(range(-1, len(weights)), [1.0, *weights])[0]
                steps = (
                    world.routines[which][1]
                    if which >= 0
                    else drawn.choices(world.others, k=drawn.randrange(1, 6))
                )
                for step in steps:
                    while which >= 0 and drawn.random() < world.noise:
                        at += drawn.randrange(1_000, 9_000)
                        yield Planted(at, pc, drawn.choice(world.others), -1, -1)
                        number += 1
                    if which >= 0 and drawn.random() < world.skipped:
                        continue
                    at += drawn.randrange(1_000, 9_000)
                    yield Planted(at, pc, step, which, instance if which >= 0 else -1)
                    number += 1
                instance += which >= 0
                at += drawn.randrange(2_000, 30_000)


_TABLE, _SYSTEM = ("EXCEL", "申込一覧.xlsx"), ("保育システム", "申込登録")
_SLIPS, _FINANCE = ("EXCEL", "支払一覧.xlsx"), ("財務会計", "支払伝票の入力")


def _copied(source: tuple[str, str], target: tuple[str, str], fields: Sequence[str]) -> list[Step]:
    """Field by field from a table into a system, and stored."""
    steps: list[Step] = []
    for field in fields:
        steps += [(*source, "コピー", field), (*target, "貼り付け", field)]
    return [*steps, (*target, "クリック", "登録")]


#: What the demo town's section does: two routines, and work that is none.
SAMPLE = World(
    (
        (1.2, _copied(_TABLE, _SYSTEM, ("児童氏名", "生年月日", "第1希望"))),
        (0.6, _copied(_SLIPS, _FINANCE, ("債権者", "金額"))),
    ),
    (
        ("メール", "受信トレイ", "クリック", "次の件"),
        ("メール", "返信", "入力", "本文"),
        ("ブラウザー", "庁内の掲示板", "クリック", "お知らせ"),
        ("ブラウザー", "規程集", "検索", "検索語"),
        ("保育システム", "児童の照会", "入力", "児童番号"),
        ("保育システム", "児童の照会", "クリック", "照会"),
        ("WORD", "通知の文案.docx", "入力", "本文"),
        ("WORD", "通知の文案.docx", "保存", ""),
        ("EXCEL", "集計表.xlsx", "入力", "セル"),
    ),
    noise=0.06,
    skipped=0.02,
)
