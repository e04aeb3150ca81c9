"""One object of every kind that an address of this room names, and a small log."""

from __future__ import annotations

import io
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.worklogs import facade
from yakuba.services.worklogs.models import Candidate, LogImport, Subject

HEAD = "時刻,PC,職員,所属,アプリ,画面,操作,対象"
ROUTINE = (
    ("EXCEL", "申込一覧.xlsx", "コピー", "児童氏名"),
    ("業務システム", "申込登録", "貼り付け", "児童氏名"),
    ("EXCEL", "申込一覧.xlsx", "コピー", "生年月日"),
    ("業務システム", "申込登録", "貼り付け", "生年月日"),
    ("業務システム", "申込登録", "クリック", "登録"),
)


def log(
    times: int = 12, pc: str = "PC-A", person: str = "tanaka", section: str = "子育て課", day: int = 1
) -> str:
    """A log in which one routine happens so often, twenty seconds a step."""
    lines = [HEAD]
    for number in range(times):
        for at, step in enumerate(ROUTINE):
            seconds = number * 150 + at * 20
            moment = (
                f"2026-04-{day:02d} {9 + seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
            )
            lines.append(",".join((moment, pc, person, section, *step)))
    return "\n".join(lines) + "\n"


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A log that was taken in, with a candidate and a pseudonym. The secret word is a person's name in it."""
    content = log(person=known["secret_word"], section=known["secret_word"]).encode()
    facade.take_in("example.csv", io.BytesIO(content), actor=clerk)
    facade.prepare()
    return {
        "import_id": LogImport.objects.order_by("-pk")[0].pk,
        "candidate_id": Candidate.objects.order_by("pk")[0].pk,
        "subject_id": Subject.objects.order_by("pk")[0].pk,
        "variant": 0,
        "at": 0,
    }
