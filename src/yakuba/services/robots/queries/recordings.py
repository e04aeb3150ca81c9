"""Recordings as pages show them: rows of steps in words, with a picture of each target, and what is still missing."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from yakuba.services.robots.engine import drafts
from yakuba.services.robots.models import Recording, RecordingPicture
from yakuba.services.robots.queries import register

STEPS = {
    "開く": "画面を開く",
    "押す": "押す",
    "入力": "入力する",
    "選ぶ": "選ぶ",
    "チェック": "印をつける",
    "待つ": "出るまで待つ",
    "確かめる": "確かめる",
    "認証": "認証する",
    "添付": "ファイルを入れる",
    "受け取る": "ファイルを受け取る",
    "読み取る": "読み取る",
    "くり返す": "くり返す",
    "呼び出す": "呼び出す",
}


@dataclass(frozen=True)
class Line:
    """One step of the draft in words. n: its number in its section, from 0 (`drafts.placed`).  picture: of its target, or
    None.  aims: whether it has a field, a button or a link that can be pointed at.  value_label: what `value` is.
    depth: in how many loops it stands."""

    n: int
    verb: str
    word: str
    target: str
    value: str
    when: str
    picture: int | None
    renamable: str
    aims: bool = False
    value_label: str = "値"
    depth: int = 0


@dataclass(frozen=True)
class Part:
    """A section of the draft that has steps."""

    title: str
    lines: tuple[Line, ...]


def recordings() -> QuerySet[Recording]:
    """All recordings, the newest first."""
    found: QuerySet[Recording] = Recording.objects.select_related(
        "case__procedure", "system", "person", "trial__scenario", "trial_run"
    ).order_by("-pk")
    return found


def parts(recording: Recording) -> list[Part]:
    """The sections with their steps."""
    pictures = dict(RecordingPicture.objects.filter(recording=recording).values_list("target", "pk"))
    found = []
    for title in drafts.WITH_STEPS:
        if drafts.has_steps(recording.draft, title):
            steps = enumerate(drafts.placed(recording.draft, title))
            found.append(Part(title, tuple(_placed(n, one, pictures) for n, one in steps)))
    return found


def missing(recording: Recording) -> list[str]:
    """What has still to be shown to the recorder, in the order of the work."""
    return drafts.missing(recording.draft)


def templates(recording: Recording) -> list[str]:
    """Every way in which a step may name a value of the case."""
    from yakuba.kernel.values.types import TYPES

    found = []
    for spec in register.field_specs(recording.case.procedure):
        found += [f"{{{spec.label}}}", *(f"{{{spec.label}:{one}}}" for one in TYPES[spec.type].writings())]
    return found


def difference(recording: Recording) -> list[tuple[str, str]]:
    """The draft against what runs now: (`+`, `-` or ` `, line); empty where nothing runs or nothing differs."""
    scenario = recording.trial.scenario if recording.trial else None
    scenario = scenario or register.scenarios().filter(name=recording.name).first()
    latest = register.latest_version(scenario) if scenario else None
    if latest is None:
        return []
    compared = difflib.unified_diff(
        latest.text.splitlines(), drafts.text_of(recording.draft).splitlines(), lineterm="", n=1
    )
    return [(line[:1], line[1:]) for line in list(compared)[2:] if not line.startswith("@@")]


def _placed(n: int, one: drafts.Placed, pictures: dict[str, int]) -> Line:
    line = _line(n, one.step, pictures)
    prefix = "└ " * len(one.loops)
    return replace(line, word=f"{prefix}{line.word}", depth=len(one.loops))


_FILES = {"添付": "ファイル", "受け取る": "名前"}
_STEERING = {"読み取る": "付ける名前", "くり返す": "一つの呼び名", "呼び出す": "版"}


def _steering(n: int, verb: str, inside: dict[str, Any]) -> Line:
    key = next((one for one in (*drafts.AIMS, "シナリオ") if one in inside), "")
    text = inside.get(key, "")
    said = "、".join(text) if isinstance(text, list) else str(text)
    value = str(inside.get("版" if verb == "呼び出す" else "名前", ""))
    target = f"表の一行ずつ（{said}）" if key == "表" else f"{key}「{said}」"
    when = str(inside.get("条件", ""))
    return Line(n, verb, STEPS[verb], target, value, when, None, said, value_label=_STEERING[verb])


def _line(n: int, step: dict[str, Any], pictures: dict[str, int]) -> Line:
    verb, inside = next(iter(step.items()))
    target = drafts.target_of(step)
    if not isinstance(inside, dict):
        return Line(n, verb, STEPS.get(verb, verb), str(inside), "", "", None, "")
    if verb in _STEERING:
        return _steering(n, verb, inside)
    landmark = next((f"{key}「{inside[key]}」" for key in ("見出し", "文字", "項目") if inside.get(key)), "")
    role = next((key for key in ("欄", "ボタン", "リンク", "見出し", "文字", "項目") if inside.get(key)), "")
    return Line(
        n,
        verb,
        STEPS.get(verb, verb),
        target or landmark,
        str(inside.get(_FILES.get(verb, "値"), "")),
        str(inside.get("条件", "")),
        pictures.get(target),
        str(inside.get(role, "")),
        bool(target),
        value_label={"添付": "ファイル（申請書 か フォルダ/名前）", "受け取る": "付ける名前"}.get(verb, "値"),
    )
