"""Changing a draft's steps one by one, by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.robots.actions.recordings import changing
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.models import Recording, RecordingState

NAMED = ("欄", "ボタン", "リンク", "見出し", "文字", "項目")
NEW: dict[str, dict[str, str]] = {"待つ": {"文字": ""}, "確かめる": {"文字": ""}}


class Change(StrEnum):
    """What is done to a step."""

    UP = "up"
    DOWN = "down"
    DELETE = "delete"
    SET = "set"
    INSERT = "insert"


@dataclass(frozen=True)
class Words:
    """What a person wrote of a step: the name of its target, its value, its condition; the verb of a new one."""

    label: str = ""
    value: str = ""
    when: str = ""
    verb: str = ""


def change(recording: Recording, what: Change, section: str, n: int, words: Words, *, mark: str = "") -> None:
    """Change one step. mark: `drafts.mark_of` the draft in which the person saw it; a second press of one button comes with
    that of before. Raises Conflict where the draft or the step is not there any more, Invalid for what no step is made of.
    """
    if recording.state == RecordingState.PUBLISHED:
        raise Conflict("公開した録画は変えられません。シナリオのページから、新しい版を作ってください。")
    if section not in drafts.WITH_STEPS:
        raise Invalid("手順のある部分は「ログイン」「照会」「入力」です。")
    with changing(recording) as draft:
        if mark and mark != drafts.mark_of(draft):
            raise Conflict("手順がほかで変わりました。ページを開き直して、いまの手順を確かめてください。")
        steps = drafts.steps_of(draft, section)
        if n >= len(steps):
            raise Conflict("その手順はもうありません。ページを開き直してください。")
        if what is Change.DELETE:
            del steps[n]
        elif what is Change.SET:
            steps[n] = _rewritten(steps[n], words)
        elif what is Change.INSERT:
            steps.insert(n + 1, _new(words))
        else:
            to = n - 1 if what is Change.UP else n + 1
            if 0 <= to < len(steps):
                steps[n], steps[to] = steps[to], steps[n]


def _rewritten(step: drafts.Step, words: Words) -> drafts.Step:
    ((verb, inside),) = step.items()
    if not isinstance(inside, dict):
        return {verb: words.label or inside}
    new: dict[str, Any] = dict(inside)
    role = next((one for one in NAMED if one in new), "")
    if role and words.label.strip():
        new[role] = words.label.strip()
    if "値" in new:
        new["値"] = words.value
    new.pop("条件", None)
    if words.when.strip():
        new["条件"] = words.when.strip()
    return {verb: new}


def _new(words: Words) -> drafts.Step:
    if words.verb not in NEW or not words.label.strip():
        raise Invalid("足せるのは「待つ」と「確かめる」です。画面に出る文字を書いてください。")
    return {words.verb: {**NEW[words.verb], "文字": words.label.strip()}}
