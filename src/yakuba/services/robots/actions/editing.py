"""Changing a draft's steps one by one, by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.robots.actions.recordings import changing
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.models import Recording, RecordingState
from yakuba.services.robots.queries import register

NAMED = ("ボタン", "リンク", *drafts.AIMS, "シナリオ")
#: What can be put below a step: the word of a page's list, and the sentence that its label needs.
NEW = {
    "待つ": "画面に出る文字",
    "確かめる": "画面に出る文字",
    "読み取る": "画面の項目の名前",
    "くり返す": "申請の項目の名前（いくつもあれば「、」で区切る）",
    "くり返す（画面の表）": "表の列の見出し（「、」で区切る）",
    "呼び出す": "公開されているシナリオの名前",
}
_LISTED = re.compile("[、,，]")


class Change(StrEnum):
    """What is done to a step."""

    UP = "up"
    DOWN = "down"
    DELETE = "delete"
    SET = "set"
    INSERT = "insert"
    INTO = "into"
    OUT = "out"


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
        found = drafts.place_of(draft, section, n)
        if found is None:
            raise Conflict("その手順はもうありません。ページを開き直してください。")
        if what is Change.SET:
            _set(draft, section, found, words)
        elif what is Change.INSERT:
            _insert(found, words)
        else:
            _MOVES[what](found)


def _delete(found: drafts.Placed) -> None:
    del found.among[found.at]


def _swap(found: drafts.Placed, to: int) -> None:
    steps = found.among
    if 0 <= to < len(steps):
        steps[found.at], steps[to] = steps[to], steps[found.at]


def _into(found: drafts.Placed) -> None:
    """Into the loop above."""
    before = found.among[found.at - 1] if found.at else {}
    if drafts.LOOP not in before:
        raise Conflict(
            "すぐ上の手順が「くり返す」ではありません。「くり返す」のすぐ下に動かしてから押してください。"
        )
    before[drafts.LOOP].setdefault("手順", []).append(found.step)
    del found.among[found.at]


def _out(found: drafts.Placed) -> None:
    """Behind the loop around it."""
    if not found.loops:
        raise Conflict("この手順は「くり返す」の中にありません。")
    loop, outer = found.loops[-1], found.loops[-2] if len(found.loops) > 1 else None
    if len(found.among) == 1:
        raise Conflict("「くり返す」の中の手順がなくなります。「くり返す」を消してください。")
    del found.among[found.at]
    steps = outer[drafts.LOOP]["手順"] if outer is not None else found.outermost
    steps.insert(next(at for at, one in enumerate(steps) if one is loop) + 1, found.step)


_MOVES: dict[Change, Callable[[drafts.Placed], None]] = {
    Change.DELETE: _delete,
    Change.UP: lambda found: _swap(found, found.at - 1),
    Change.DOWN: lambda found: _swap(found, found.at + 1),
    Change.INTO: _into,
    Change.OUT: _out,
}


def _set(draft: drafts.Document, section: str, found: drafts.Placed, words: Words) -> None:
    ((verb, inside),) = found.step.items()
    new = _rewritten(found.step, words)
    found.among[found.at] = new
    if verb in ("読み取る", drafts.LOOP) and inside.get("名前") != new[verb]["名前"]:
        drafts.rename(draft, section, str(inside.get("名前", "")), new[verb]["名前"])


def _rewritten(step: drafts.Step, words: Words) -> drafts.Step:
    ((verb, inside),) = step.items()
    if not isinstance(inside, dict):
        return {verb: words.label or inside}
    new: dict[str, Any] = dict(inside)
    role = next((one for one in NAMED if one in new), "")
    if role and words.label.strip():
        several = verb == drafts.LOOP and role in ("項目", "表")
        new[role] = _listed(words.label) if several else words.label.strip()
    key = _VALUE_OF.get(verb, "値")
    if key in new and (key == "値" or words.value.strip()):
        new[key] = words.value if key == "値" else words.value.strip()
    new.pop("条件", None)
    if words.when.strip():
        new["条件"] = words.when.strip()
    return {verb: new}


_VALUE_OF = {
    "添付": "ファイル",
    "受け取る": "名前",
    "読み取る": "名前",
    drafts.LOOP: "名前",
    "呼び出す": "版",
}


def _listed(text: str) -> str | list[str]:
    """One name, or several."""
    names = [one.strip() for one in _LISTED.split(text) if one.strip()]
    return names if len(names) > 1 else text.strip()


def _insert(found: drafts.Placed, words: Words) -> None:
    label, verb = words.label.strip(), words.verb
    if verb not in NEW or not label:
        raise Invalid(
            f"足せるのは「{'」「'.join(NEW)}」です。{NEW.get(verb, '画面に出る文字')}を書いてください。"
        )
    if verb.startswith(drafts.LOOP):
        # A loop needs a step: it is put around this one.
        key = "項目" if verb == drafts.LOOP else "表"
        name = words.value.strip() or "一つ"
        found.among[found.at] = {drafts.LOOP: {key: _listed(label), "名前": name, "手順": [found.step]}}
        return
    found.among.insert(found.at + 1, _new(verb, label, words.value.strip()))


def _new(verb: str, label: str, value: str) -> drafts.Step:
    if verb == "読み取る":
        return {verb: {"項目": label, "名前": value or f"画面の{label}"}}
    if verb == "呼び出す":
        return {verb: {"シナリオ": label, "版": value or _newest(label)}}
    return {verb: {"文字": label}}


def _newest(name: str) -> str:
    scenario = register.scenarios().filter(name=name).first()
    version = register.latest_version(scenario) if scenario else None
    if version is None:
        raise Invalid(
            f"シナリオ「{name}」は公開されていません。公開されているシナリオの名前を書いてください。"
        )
    return str(version.version)
